"""The typefaces come from installed packages, are cut to size once, and carry no reserved name."""

from __future__ import annotations

import io
from pathlib import Path

import pytest
from fontTools.ttLib import TTFont

from core import font_cutter, fonts
from tests.conftest import Visitor

#: Letters that each cut must have. The italic serif sets short quotations only; its source has no Vietnamese, and the fallback does.
NAMES = "Zoë Núñez-Łukasiewicz, Žižek, Đilas ¿Qué? ¡Sí! “$1,240.00” – ‘x’ … · × ½ €"
VIETNAMESE = "Đặng Nguyễn"


@pytest.mark.parametrize("name", fonts.FACES)
def test_a_cut_font_is_small_and_can_write_the_names_on_a_roster(name: str) -> None:
    data = font_cutter.subset(fonts.FACES[name])
    letters = TTFont(io.BytesIO(data)).getBestCmap()
    wanted = NAMES if name == "serif-400-italic" else NAMES + VIETNAMESE
    assert len(data) < 40_000
    assert [c for c in wanted if ord(c) not in letters] == []


def test_the_licence_reserves_the_name_source_so_a_cut_font_does_not_carry_it() -> None:
    font = TTFont(io.BytesIO(font_cutter.subset(fonts.FACES["serif-600"])))
    names = {r.nameID: r.toUnicode() for r in font["name"].names}
    assert [n for n in (1, 4, 6) if "Source" in names[n]] == []
    assert "Adobe" in names[0]


def test_the_same_face_is_cut_once_and_always_to_the_same_bytes(tmp_path: Path) -> None:
    first = fonts.cached("sans-400", tmp_path)
    made = first.stat().st_mtime_ns
    again = fonts.cached("sans-400", tmp_path)
    assert (again, again.stat().st_mtime_ns) == (first, made)
    assert first.read_bytes() == font_cutter.subset(fonts.FACES["sans-400"])
    assert [p.name for p in tmp_path.iterdir()] == [first.name]


def test_anybody_gets_a_font_and_may_keep_it_for_a_month(visitor: Visitor) -> None:
    answer = visitor.get("/fonts/sans-600.woff2")
    assert (answer.status_code, answer.mimetype) == (200, "font/woff2")
    assert answer.data[:4] == b"wOF2"
    assert answer.cache_control.max_age == 30 * 24 * 3600
    assert visitor.get("/fonts/sans-600.woff2", headers={"If-None-Match": answer.headers["ETag"]}).status_code == 304


def test_a_font_we_do_not_have_is_not_found(visitor: Visitor) -> None:
    assert visitor.get("/fonts/comic-sans.woff2").status_code == 404


def test_the_style_sheet_asks_only_for_fonts_that_exist() -> None:
    sheet = (Path(__file__).resolve().parents[2] / "static" / "css" / "tokens.css").read_text()
    assert {name for name in fonts.FACES if f"../../fonts/{name}.woff2" in sheet} == set(fonts.FACES)
    assert sheet.count("@font-face") == len(fonts.FACES)


def test_a_pdf_may_read_exactly_the_files_its_style_names() -> None:
    css = fonts.font_face_css()
    assert all(address in css for address in fonts.font_paths())
    assert css.count("src:") == len(fonts.font_paths())
    assert all(path.is_file() for path in fonts.font_paths().values())
