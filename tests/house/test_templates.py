"""Every template compiles, has one title and one h1, and carries no inline script or style."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from flask import Flask
from jinja2 import nodes

ROOT = Path(__file__).resolve().parents[2] / "templates"
ALL = sorted(str(p.relative_to(ROOT)) for p in ROOT.rglob("*.html"))
#: Whole pages: what extends base.html. Fragments begin with an underscore; mail and print have rules of their own.
PAGES = [name for name in ALL if not Path(name).name.startswith("_") and name.split("/")[0] not in ("components", "email", "print") and name != "base.html"]


@pytest.mark.parametrize("name", ALL)
def test_it_compiles(app: Flask, name: str) -> None:
    app.jinja_env.get_template(name)


@pytest.mark.parametrize("name", PAGES)
def test_a_page_has_a_title_and_one_h1(name: str) -> None:
    text = (ROOT / name).read_text()
    assert re.search(r'{%-? extends "[\w/]+\.html"', text), "a page extends base.html, or a page that does"
    if '{% extends "base.html"' in text:
        assert len(re.findall(r"{%-? block title", text)) == 1
        headings = len(re.findall(r"<h1[ >]", text)) + len(re.findall(r"\bpage_header\(", text))
        # A page may write its heading in the branches of one if; then each branch has one.
        assert headings >= 1


@pytest.mark.parametrize("name", [n for n in ALL if n.split("/")[0] not in ("email", "print")])
def test_no_inline_script_or_style(name: str) -> None:
    text = (ROOT / name).read_text()
    assert not re.search(r"<style[ >]|\sstyle=|\son\w+=\"|javascript:", text)
    for tag in re.findall(r"<script[^>]*>", text):
        assert "src=" in tag or 'type="application/json"' in tag


@pytest.mark.parametrize("name", [n for n in ALL if n.split("/")[0] != "email"])
def test_templates_ask_no_database(app: Flask, name: str) -> None:
    tree = app.jinja_env.parse((ROOT / name).read_text())
    assert [n.attr for n in tree.find_all(nodes.Getattr) if n.attr in ("query", "session_execute", "scalars", "execute")] == []


@pytest.mark.parametrize("name", ALL)
def test_every_visible_text_is_marked_for_translation(name: str) -> None:
    text = (ROOT / name).read_text()
    text = re.sub(r"{% block page_class %}.*?{% endblock %}", " ", text, flags=re.S)
    text = re.sub(r"{#.*?#}|{%.*?%}|<script.*?</script>|<style.*?</style>|<svg.*?</svg>|<title>Laurel</title>", " ", text, flags=re.S)
    text = re.sub(r"{{.*?}}", "\x00", text, flags=re.S)
    bare = [t.strip() for t in re.findall(r">([^<>]*)<", text)]
    # Brand, digits, punctuation and single letters need no translation.
    words = [
        t
        for t in bare
        if re.search(r"[A-Za-z]{3,}", re.sub(r"\x00|&\w+;|Laurel|https?://\S+|CSV|XLSX|PDF|JSON|YAML|JWT|PNG|SVG|LinkedIn|Open Badges|Markdown", "", t))
    ]
    assert words == []
