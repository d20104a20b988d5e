"""Bootstrap's icons, drawn into the page one by one.

The sprite in the installed wheel weighs more than a megabyte; a page uses a dozen of its two thousand drawings. So the paths
are cut out here and printed where they stand: nothing to fetch, and the same icon works in a PDF.
"""

from __future__ import annotations

import difflib
import functools
import re
from importlib import resources

from flask import Flask
from markupsafe import Markup

_SYMBOL = re.compile(r'<symbol class="[^"]*" viewBox="0 0 16 16" id="([^"]+)">(.*?)</symbol>', re.DOTALL)


@functools.cache
def _sprite() -> dict[str, str]:
    source = resources.files("flask_bootstrap") / "static" / "bootstrap5" / "icons" / "bootstrap-icons.svg"
    return dict(_SYMBOL.findall(source.read_text("utf-8")))


@functools.cache
def icon_paths(name: str) -> Markup:
    """The inside of the SVG of the Bootstrap icon ``name`` (16 by 16 units).

    Raises :class:`LookupError` for a name that Bootstrap does not have, and says which names are close to it.
    """
    try:
        return Markup(_sprite()[name])  # noqa: S704 - the text comes from an installed package, not from a person
    except KeyError:
        close = ", ".join(difflib.get_close_matches(name, _sprite())) or "none"
        raise LookupError(f"There is no Bootstrap icon called {name!r}. Close to it: {close}.") from None


def init_app(app: Flask) -> None:
    """Make ``icon_paths`` known to templates; the macro ``icon`` in ``components/ui.html`` uses it."""
    app.jinja_env.globals["icon_paths"] = icon_paths
