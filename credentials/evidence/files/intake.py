"""The one door for a file: what it is, whether it is whole and small enough, and its clean copy."""

from __future__ import annotations

import hashlib
import io
import tempfile
from collections.abc import Iterable
from dataclasses import dataclass
from typing import IO, BinaryIO, cast

from credentials.evidence.files import formats, media, office, pdf, pictures, reading
from credentials.evidence.files.formats import FORMATS, LIMITS, Format, Group
from credentials.evidence.files.refusals import Unusable

#: Below this a clean copy stays in memory, above it on disk.
_IN_MEMORY = 8 * 1024 * 1024


@dataclass
class Taken:
    """A file that may be kept: its format, its clean bytes (a file at position 0) and their number, the codes of what was taken out,
    the digest of the file as it came, and the words in it (documents only) for the look at what could name the author."""

    format: Format
    body: IO[bytes]
    size: int
    stripped: list[str]
    original_sha256: str
    words: str

    def close(self) -> None:
        """Let go of the clean copy."""
        self.body.close()


def take(source: BinaryIO, groups: Iterable[Group], most_bytes: int) -> Taken:
    """Recognise, check and clean a file. ``groups`` are the families that are wanted here, ``most_bytes`` the installation's own limit.

    Raises :class:`Unusable` with a code that ``credentials.evidence.wording.unusable_file`` says to people.
    """
    size, digest = _measure(source)
    if size == 0:
        raise Unusable("empty")
    source.seek(0)
    head = source.read(8192)
    family = formats.recognise(head)
    wanted = set(groups)
    # What is plainly too large or not wanted is not worked on; a zip or a film is only known after a look inside.
    if family in ("jpeg", "png", "webp", "gif", "pdf", "mp3", "wav"):
        _check(FORMATS[family], size, wanted, most_bytes)
    elif family == "zip":
        _check_size(Group.OFFICE, size, most_bytes)
    elif not wanted & {Group.VIDEO, Group.AUDIO}:
        raise Unusable("not-wanted", group=Group.VIDEO)
    else:
        _check_size(Group.VIDEO, size, most_bytes)
    out = cast("IO[bytes]", tempfile.SpooledTemporaryFile(max_size=_IN_MEMORY))  # noqa: SIM115 - handed to the caller, who closes it
    try:
        try:
            name, stripped = _clean(source, size, family, out, wanted)
        except Unusable:
            raise
        except Exception as error:
            # Nobody foresees every broken file. What our cleaners stumble over is refused like what they recognise as broken; the
            # cause goes to the log.
            raise Unusable("damaged") from error
        found = FORMATS[name]
        _check(found, size, wanted, most_bytes)
        out.seek(0)
        words = reading.words(out, name)
        clean_size = out.seek(0, 2)
        out.seek(0)
    except BaseException:
        out.close()
        raise
    return Taken(found, out, clean_size, sorted(stripped), digest, words)


def _measure(source: BinaryIO) -> tuple[int, str]:
    digest, size = hashlib.sha256(), 0
    source.seek(0)
    while piece := source.read(1 << 20):
        digest.update(piece)
        size += len(piece)
    return size, digest.hexdigest()


def _check(found: Format, size: int, wanted: set[Group], most_bytes: int) -> None:
    if found.group not in wanted:
        raise Unusable("not-wanted", group=found.group)
    _check_size(found.group, size, most_bytes)


def _check_size(group: Group, size: int, most_bytes: int) -> None:
    most = min(LIMITS[group], most_bytes)
    if size > most:
        raise Unusable("too-large", group=group, megabytes=-(-size // (1024 * 1024)), most=most // (1024 * 1024))


def _clean(source: BinaryIO, size: int, family: str, out: IO[bytes], wanted: set[Group]) -> tuple[str, set[str]]:
    target = cast("BinaryIO", out)
    if family in ("jpeg", "png", "webp", "gif"):
        source.seek(0)
        data, stripped = pictures.clean(source.read(), family)
        out.write(data)
        return family, stripped
    if family == "pdf":
        return "pdf", pdf.clean(source, size, target)
    if family == "zip":
        name = office.recognise(source)
        if Group.OFFICE not in wanted:
            raise Unusable("not-wanted", group=Group.OFFICE)
        return name, office.clean(source, target)
    return media.clean(source, size, target, family)


@dataclass(frozen=True)
class Copy:
    """The clean copy of a small file, whole in memory; fields as in :class:`Taken`."""

    data: bytes
    media_type: str
    kind: str
    ending: str
    stripped: tuple[str, ...]
    original_sha256: str
    words: str


def clean(data: bytes, name: str = "") -> Copy:
    """The clean copy of a file that is in memory already; its ``name`` counts for nothing. Raises :class:`Unusable`."""
    taken = take(io.BytesIO(data), Group, len(data))
    try:
        return Copy(
            taken.body.read(), taken.format.media_type, taken.format.group.value, taken.format.ending, tuple(taken.stripped), taken.original_sha256, taken.words
        )
    finally:
        taken.close()
