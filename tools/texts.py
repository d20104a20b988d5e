"""The translation catalogue: ``python -m tools.texts update`` takes in new texts, ``check`` fails on what is missing, ``compile`` makes
what the program reads. The sources are English; Spanish stands in ``translations/es``.
"""

from __future__ import annotations

import io
import re
import sys
from pathlib import Path

from babel.messages.catalog import Catalog
from babel.messages.extract import extract_from_dir
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po, write_po

ROOT = Path(__file__).resolve().parent.parent
PO = ROOT / "translations" / "es" / "LC_MESSAGES" / "messages.po"
METHODS = [("templates/**.html", "jinja2"), ("templates/**.txt", "jinja2"), ("**.py", "python")]
KEYWORDS = {"_": None, "_l": None, "N_": None, "gettext": None, "lazy_gettext": None, "ngettext": (1, 2), "pgettext": ((1, "c"), 2)}
SKIPPED = ("tests", "bench", "tools", "instance", "demo-output", "migrations", "node_modules")


def wanted(folder: str) -> bool:
    name = Path(folder).name
    return not name.startswith(".") and name not in SKIPPED


def extract() -> Catalog:
    """All texts in the sources."""
    catalog = Catalog(project="Laurel", charset="utf-8")
    options = {"templates/**.html": {"silent": "false"}, "templates/**.txt": {"silent": "false"}}
    for filename, line, message, comments, context in extract_from_dir(
        ROOT, method_map=METHODS, options_map=options, keywords=KEYWORDS, comment_tags=("L10N:",), directory_filter=wanted
    ):
        catalog.add(message, None, [(filename, line)], auto_comments=comments, context=context)
    return catalog


def load() -> Catalog:
    if not PO.exists():
        return Catalog(locale="es", project="Laurel", charset="utf-8")
    with PO.open("rb") as file:
        return read_po(file, locale="es")


def render(catalog: Catalog) -> bytes:
    out = io.BytesIO()
    # Without line numbers, so that a change of code is not a change of the catalogue; sorted by text for the same reason.
    write_po(out, catalog, width=120, no_location=True, omit_header=False, sort_output=True, ignore_obsolete=True)
    return re.sub(rb'"(POT-Creation|PO-Revision)-Date:.*\n', b"", out.getvalue())


def update() -> int:
    """Take in new texts, drop those that are gone; say how many have no Spanish."""
    known, found = load(), extract()
    for message in list(known):
        if message.id and (found.get(message.id if isinstance(message.id, str) else message.id[0], message.context) is None):
            known.delete(message.id, message.context)
    for message in found:
        if message.id and known.get(message.id if isinstance(message.id, str) else message.id[0], message.context) is None:
            known.add(message.id, None if isinstance(message.id, str) else ("", ""), context=message.context)
    PO.parent.mkdir(parents=True, exist_ok=True)
    PO.write_bytes(render(known))
    print(f"texts: {len(known)} in the catalogue, {len(missing(known))} without Spanish")
    return 0


def missing(catalog: Catalog) -> list[str]:
    """Texts without a translation, or with other placeholders than the English."""
    bad = []
    for message in catalog:
        if not message.id:
            continue
        texts = [message.string or ""] if isinstance(message.id, str) else list(message.string or ("", ""))
        if message.fuzzy or not all(texts):
            bad.append(f"no Spanish: {message.id!r}")
            continue
        source = message.id if isinstance(message.id, str) else message.id[-1]
        names = set(re.findall(r"%\((\w+)\)", source))
        if any(set(re.findall(r"%\((\w+)\)", text)) - names for text in texts) or names - set(re.findall(r"%\((\w+)\)", texts[-1])):
            bad.append(f"other placeholders: {message.id!r}")
    return bad


def check() -> int:
    """Is every text of the sources in the catalogue, with Spanish?"""
    known, found = load(), extract()
    absent = [m.id for m in found if m.id and known.get(m.id if isinstance(m.id, str) else m.id[0], m.context) is None]
    troubles = [f"not in the catalogue: {text!r} (python -m tools.texts update)" for text in absent] + missing(known)
    compile_()
    print("\n".join(troubles) or f"texts: {len(known)} texts, all with Spanish")
    return 1 if troubles else 0


def compile_() -> int:
    """Write messages.mo beside messages.po, if it is older."""
    target = PO.with_suffix(".mo")
    if PO.exists() and (not target.exists() or target.stat().st_mtime < PO.stat().st_mtime):
        temporary = target.with_suffix(".tmp")
        with temporary.open("wb") as out:
            write_mo(out, load())
        temporary.replace(target)
    return 0


if __name__ == "__main__":
    sys.exit({"update": update, "check": check, "compile": compile_}[sys.argv[1]]())
