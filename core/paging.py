"""Pages of a list: bookmarkable, with the total, in a fixed number of statements."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Generic, TypeVar
from urllib.parse import urlencode

from flask import Flask, request

Item = TypeVar("Item")


@dataclass(frozen=True)
class Page(Generic[Item]):
    """One page of a list: its ``items``, its ``number`` (from 1), how many fit on one (``size``) and how many there are (``total``)."""

    items: Sequence[Item]
    number: int
    size: int
    total: int

    @property
    def pages(self) -> int:
        return max(1, -(-self.total // self.size))

    @property
    def has_prev(self) -> bool:
        return self.number > 1

    @property
    def has_next(self) -> bool:
        return self.number < self.pages

    @property
    def first(self) -> int:
        """The position of the first item shown, from 1; 0 on an empty page."""
        return (self.number - 1) * self.size + 1 if self.items else 0

    @property
    def last(self) -> int:
        return (self.number - 1) * self.size + len(self.items)

    def url(self, number: int) -> str:
        """The address of another page of the same list, with the same filters."""
        return page_url(page=number)


def page_url(**changes: object) -> str:
    """The address of the present page with some of its query changed; None leaves a key out.

    Made from the path, not by ``url_for``, which takes keys such as ``_scheme`` from a query for orders to itself.
    """
    query: dict[str, object] = {**request.args.to_dict(flat=False), **changes}
    text = urlencode({key: value for key, value in query.items() if value is not None}, doseq=True)
    return f"{request.path}?{text}" if text else request.path


def asked(default_size: int = 25, largest: int = 100) -> tuple[int, int]:
    """The page number and size that the address asks for, kept within reason; nonsense is page 1."""

    def whole(name: str, default: int) -> int:
        text = request.args.get(name, "")
        return int(text) if text.isdecimal() and len(text) < 7 else default

    return max(1, whole("page", 1)), min(largest, max(1, whole("size", default_size)))


def init_app(app: Flask) -> None:
    """Make ``page_url`` known to templates, for sorting and for filters that can be taken away."""
    app.jinja_env.globals["page_url"] = page_url
