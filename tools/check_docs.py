"""Do the documents' links lead somewhere, and is the table of settings true? ``python -m tools.check_docs [--write]``."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

from core.config import markdown_table

ROOT = Path(__file__).resolve().parent.parent
SETTINGS = ROOT / "docs" / "settings.md"
HEAD = (
    "# Settings\n\nRead from the environment at start. Printed by `flask --app app settings --markdown`; `flask --app app settings` shows what is in force.\n\n"
)


def anchor(heading: str) -> str:
    """The address of a heading as the usual renderers make it."""
    return re.sub(r"[^\w\- ]", "", heading.strip().lower()).replace(" ", "-")


def documents() -> list[Path]:
    listed = subprocess.run(["git", "ls-files", "-co", "--exclude-standard", "*.md"], cwd=ROOT, capture_output=True, text=True, check=True).stdout.split()
    return [ROOT / name for name in listed if (ROOT / name).exists()]


def broken_links(path: Path) -> list[str]:
    """Links in one document to files or headings that are not there."""
    text = re.sub(r"```.*?```", "", path.read_text(), flags=re.S)
    broken = []
    for target in re.findall(r"\]\(([^)\s]+)\)", text):
        if re.match(r"[a-z]+:", target):
            continue
        name, _, part = target.partition("#")
        file = (path.parent / name).resolve() if name else path
        if not file.exists():
            broken.append(f"{path.relative_to(ROOT)}: {target} is not there")
        elif part and file.suffix == ".md" and part not in {anchor(h) for h in re.findall(r"^#+ (.+)$", file.read_text(), flags=re.M)}:
            broken.append(f"{path.relative_to(ROOT)}: {target} names no heading")
    return broken


def main() -> int:
    if "--write" in sys.argv:
        SETTINGS.parent.mkdir(exist_ok=True)
        SETTINGS.write_text(HEAD + markdown_table())
    troubles = [line for path in documents() for line in broken_links(path)]
    if not SETTINGS.exists() or SETTINGS.read_text() != HEAD + markdown_table():
        troubles.append("docs/settings.md is not what core/config.py says: python -m tools.check_docs --write")
    print("\n".join(troubles) or f"docs: {len(documents())} documents, every link leads somewhere, the settings table is true")
    return 1 if troubles else 0


if __name__ == "__main__":
    sys.exit(main())
