"""What may know what: the floor plan of docs/house.md, read off the source. Imports inside functions count too."""

from __future__ import annotations

import ast
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]

#: A room may import only rooms below it: its own number or more is forbidden, except its own name.
FLOORS = {"core": 0, "people": 1, "courses": 2, "credentials": 2, "ledger": 2, "collaboration": 2, "workflows": 3, "reports": 3, "demo": 4}
#: Inside a room, from the ground up. Files of one step do not import each other across nouns except downwards.
STEPS = {"rules": 0, "models": 1, "queries": 2, "policy": 2, "services": 3, "notices": 3, "forms": 5, "jobs": 5, "views": 6, "api": 6, "cli": 6}
#: The nouns of the credentials room, from the ground up.
NOUNS = ["catalogue", "evidence", "review", "badges"]
EDGE = {"views", "api", "jobs", "cli"}
#: Pure files: they may be imported from anywhere in the room and import nothing but pure files.
ALLOWED_OUTSIDE_STEPS: dict[str, str] = {
    "credentials.badges.art": "draws the badge from plain values; the catalogue shows it before anybody has earned it",
}


def modules() -> list[Path]:
    return sorted(p for room in FLOORS for p in (ROOT / room).rglob("*.py"))


def name_of(path: Path) -> str:
    parts = path.relative_to(ROOT).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


def imports_of(path: Path) -> list[tuple[int, str]]:
    """(line, dotted name) of everything imported; ``from a import b`` gives ``a.b`` where that is a module of ours, else ``a``."""
    found = []
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            found += [(node.lineno, alias.name) for alias in node.names]
        elif isinstance(node, ast.ImportFrom) and node.module and node.level == 0:
            for alias in node.names:
                inner = ROOT.joinpath(*node.module.split("."), alias.name)
                is_module = inner.with_suffix(".py").exists() or (inner / "__init__.py").exists()
                found.append((node.lineno, f"{node.module}.{alias.name}" if is_module else node.module))
        elif isinstance(node, ast.ImportFrom) and node.level:
            found.append((node.lineno, "." * node.level))
    return found


def step_of(module: str) -> str | None:
    """The step a module stands on: its last part, or the part before for a file split by noun (``views/…``)."""
    for part in reversed(module.split(".")[1:]):
        if part in STEPS:
            return part
        for step in STEPS:
            if part.endswith(f"_{step}"):
                return step
    return None


def complaint(module: str, imported: str) -> str | None:
    """Why ``module`` may not import ``imported``, in words, or None."""
    room, other = module.split(".")[0], imported.split(".")[0]
    if imported.startswith("."):
        return "relative imports hide what knows what"
    if other == "app":
        return None if room == "demo" or module == "core.cli" else "nobody imports app"
    if other in ("tests", "bench", "tools"):
        return f"the house may not know its {other}"
    if other not in FLOORS:
        return None
    if room != other:
        if FLOORS[other] > FLOORS[room] and not (step_of(module) in EDGE and other == "workflows"):
            return f"{room} may not know {other}, which stands above it"
        if FLOORS[other] == FLOORS[room]:
            return f"{room} may not know its sibling {other}"
        return None
    mine, theirs = step_of(module), step_of(imported)
    if imported in ALLOWED_OUTSIDE_STEPS:
        return None
    if room == "credentials":
        a, b = module.split(".")[1] if "." in module else "", imported.split(".")[1] if "." in imported else ""
        if a in NOUNS and b in NOUNS and NOUNS.index(b) > NOUNS.index(a):
            return f"{a} may not know {b}, which stands above it"
        if a != b:
            return None
    if mine and theirs and STEPS[theirs] > STEPS[mine]:
        return f"{mine} may not look up to {theirs}"
    return None


@pytest.mark.parametrize("path", modules(), ids=lambda p: str(p.relative_to(ROOT)))
def test_a_room_imports_only_what_is_below_it(path: Path) -> None:
    module = name_of(path)
    complaints = [f"line {line}: imports {name}: {why}" for line, name in imports_of(path) if (why := complaint(module, name))]
    assert complaints == []


@pytest.mark.parametrize("path", [p for p in modules() if p.stem == "rules"], ids=lambda p: str(p.relative_to(ROOT)))
def test_rules_know_only_the_standard_library(path: Path) -> None:
    outside = {name.split(".")[0] for _line, name in imports_of(path)} - set(sys.stdlib_module_names) - {"numpy", "scipy", "ortools"}
    own = {name for name in outside if name in FLOORS}
    pure = {name for _line, name in imports_of(path) if name.split(".")[0] in own and (name.split(".")[-1] == "rules" or "content" in name.split(".")[-1])}
    assert {n for n in outside if n not in own} == set()
    assert {name for _line, name in imports_of(path) if name.split(".")[0] in own} == pure


@pytest.mark.parametrize(
    ("module", "imported", "allowed"),
    [
        ("credentials.review.services", "ledger.services", False),
        ("ledger.services", "credentials.badges.models", False),
        ("core.jobs", "people.models", False),
        ("people.services", "core.db", True),
        ("credentials.evidence.services", "credentials.review.services", False),
        ("credentials.review.services", "credentials.evidence.services", True),
        ("credentials.review.models", "credentials.review.services", False),
        ("credentials.evidence.views", "workflows.evidence", True),
        ("credentials.evidence.services", "workflows.evidence", False),
        ("reports.home", "workflows.evidence", False),
        ("people.views", "app", False),
    ],
)
def test_the_floor_plan_says_so(module: str, imported: str, allowed: bool) -> None:
    assert (complaint(module, imported) is None) is allowed
