"""Film and sound: which of the cleaners a recording belongs to."""

from __future__ import annotations

import struct
from typing import BinaryIO

from credentials.evidence.files import isobmff, sound, webm
from credentials.evidence.files.formats import recognise
from credentials.evidence.files.refusals import Unusable


def clean(source: BinaryIO, size: int, out: BinaryIO, family: str | None = None) -> tuple[str, set[str]]:
    """Write the cleaned recording to ``out``; answers its format and the codes of what was taken out.

    ``family`` is what :func:`.formats.recognise` said of it. Raises :class:`Unusable`.
    """
    if family is None:
        source.seek(0)
        family = recognise(source.read(4096))
    try:
        if family == "isobmff":
            return isobmff.clean(source, size, out)
        if family == "ebml":
            return webm.clean(source, size, out)
        if family == "mp3":
            return "mp3", sound.clean_mp3(source, size, out)
        if family == "wav":
            return "wav", sound.clean_wav(source, size, out)
    except (struct.error, IndexError, OverflowError) as error:
        raise Unusable("damaged") from error
    raise Unusable("office-media", name="")
