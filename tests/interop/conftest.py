"""Where other people's verifiers are installed for these tests: under instance/interop, never in the repository."""

from __future__ import annotations

import fcntl
import importlib.metadata
import shutil
import subprocess
import sys
import tarfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

HERE = Path(__file__).resolve().parent
FOLDER = HERE.parent.parent / "instance" / "interop"
MINUTES = 5 * 60


@contextmanager
def alone() -> Iterator[None]:
    """One process at a time, however many run the tests."""
    FOLDER.mkdir(parents=True, exist_ok=True)
    with (FOLDER / ".lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def run(*command: str) -> str | None:
    """None if the command succeeded, else the last line it wrote."""
    try:
        done = subprocess.run(command, cwd=FOLDER, capture_output=True, text=True, timeout=MINUTES)
    except (OSError, subprocess.TimeoutExpired) as problem:
        return str(problem)
    return None if done.returncode == 0 else ((done.stderr or done.stdout).strip().splitlines() or ["no message"])[-1]


@pytest.fixture(scope="session")
def javascript() -> Path:
    """A folder with verify.mjs and the npm packages it needs, installed there the first time."""
    if not shutil.which("node"):
        pytest.skip("The verifiers in JavaScript were not asked: Node.js is not installed.")
    with alone():
        shutil.copy(HERE / "verify.mjs", FOLDER / "verify.mjs")
        wanted, installed = (HERE / "package.json").read_text(), FOLDER / "package.json"
        if not (FOLDER / "node_modules").is_dir() or not installed.is_file() or installed.read_text() != wanted:
            installed.write_text(wanted)
            problem = run("npm", "install", "--no-package-lock", "--ignore-scripts", "--no-audit", "--no-fund")
            if problem is not None:
                installed.unlink()
                pytest.skip(f"The verifiers in JavaScript were not asked: npm could not install them ({problem}).")
    return FOLDER


@pytest.fixture(scope="session")
def official_schema() -> Path:
    """1EdTech's JSON schema of a badge, out of the source archive of openbadgeslib, which carries it for its own tests."""
    name = "ob_v3p0_achievementcredential_schema.json"
    with alone():
        if not (FOLDER / name).is_file():
            version = importlib.metadata.version("openbadgeslib")
            problem = run(sys.executable, "-m", "pip", "download", "--quiet", "--no-deps", "--no-binary", ":all:", f"openbadgeslib=={version}")
            archives = sorted(FOLDER.glob("openbadgeslib-*.tar.gz"))
            if problem is not None or not archives:
                pytest.skip(f"1EdTech's schema was not asked: its source archive could not be had ({problem}).")
            with tarfile.open(archives[-1]) as archive:
                member = next(m for m in archive.getmembers() if m.name.endswith(f"/ob_schemas/{name}"))
                content = archive.extractfile(member)
                assert content is not None
                (FOLDER / name).write_bytes(content.read())
    return FOLDER / name
