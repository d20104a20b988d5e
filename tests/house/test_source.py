"""Habits of the house that a reader of the source can check."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
ROOMS = ("core", "people", "courses", "credentials", "ledger", "collaboration", "workflows", "reports", "demo")

#: Where a commit or rollback may stand, and why.
MAY_COMMIT = {
    "core/db.py": "transaction() is the one place that commits",
    "core/jobs.py": "run_due() plays the worker for tests and commands",
    "core/web.py": "readyz ends a transaction that a broken database left open",
}


def sources() -> list[Path]:
    return [*sorted(p for room in ROOMS for p in (ROOT / room).rglob("*.py")), ROOT / "app.py"]


@pytest.mark.parametrize("path", sources(), ids=lambda p: str(p.relative_to(ROOT)))
def test_only_the_edge_commits(path: Path) -> None:
    where = str(path.relative_to(ROOT))
    if where in MAY_COMMIT or where.startswith("demo/"):
        return
    calls = [
        node.lineno
        for node in ast.walk(ast.parse(path.read_text()))
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr in ("commit", "rollback", "begin_nested")
    ]
    assert calls == []


@pytest.mark.parametrize(
    "path", [p for p in sources() if p.stem in ("services", "rules", "queries", "policy", "models", "notices")], ids=lambda p: str(p.relative_to(ROOT))
)
def test_below_the_edge_nobody_opens_a_transaction(path: Path) -> None:
    assert "transaction()" not in re.sub(r'""".*?"""|#.*', "", path.read_text(), flags=re.S)


@pytest.mark.parametrize("path", [p for p in sources() if p.stem != "__init__"], ids=lambda p: str(p.relative_to(ROOT)))
def test_every_module_says_what_it_is_for(path: Path) -> None:
    assert ast.get_docstring(ast.parse(path.read_text()))


@pytest.mark.parametrize("room", [r for r in ROOMS if (ROOT / r).exists()])
def test_every_room_says_what_it_owns(room: str) -> None:
    assert ast.get_docstring(ast.parse((ROOT / room / "__init__.py").read_text()))


@pytest.mark.parametrize("path", sources(), ids=lambda p: str(p.relative_to(ROOT)))
def test_no_unfinished_marks(path: Path) -> None:
    assert not re.search(r"\b(TODO|FIXME|XXX|NotImplementedError)\b", path.read_text())
