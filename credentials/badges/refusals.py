"""Why a badge was refused, as a sentence that can be translated."""

from __future__ import annotations


def N_(text: str) -> str:
    """Mark `text` for translation and return it as it is.

    The rooms above translate it with `gettext(text) % values`; this package knows no language but English.
    """
    return text


class Refused(ValueError):
    """A document, a file, a key or a signature that is not what it has to be.

    `message` is an English sentence with named placeholders and `values` fills them: `gettext(e.message) % e.values` is the
    sentence in the reader's language, `str(e)` the English one.
    """

    def __init__(self, message: str, **values: object) -> None:
        self.message = message
        self.values = values
        super().__init__(message % values if values else message)


class Unknown(Refused):
    """Something that cannot be decided here: an unknown context or proof type, a document nobody could fetch.

    It is not an accusation, and it is not an acquittal either: unknown is never valid.
    """


def shown(value: object, limit: int = 80) -> str:
    """A foreign value, short enough to stand in a sentence and with nothing in it that could disturb a page or a log."""
    text = "".join(c if c.isprintable() else "\N{REPLACEMENT CHARACTER}" for c in str(value))
    return text if len(text) <= limit else text[: limit - 1] + "…"
