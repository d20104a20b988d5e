"""Makes a fresh machine ready: a virtual environment, the packages, the system libraries that WeasyPrint needs.

Standard library only, run by the machine's own Python 3.11 or later: ``python3 tools/prepare.py [--dev] [--browser]``.
It does nothing that is already done, and says in one line what it does.
"""

from __future__ import annotations

import argparse
import hashlib
import os
import shutil
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
VENV = ROOT / os.environ.get("VENV", ".venv")
PYTHON = VENV / ("Scripts/python.exe" if os.name == "nt" else "bin/python")

#: What WeasyPrint loads from the system: Pango and HarfBuzz with what they stand on.
LIBRARIES = {
    "apt-get": ["libpango-1.0-0", "libpangoft2-1.0-0", "libharfbuzz-subset0"],
    "dnf": ["pango", "harfbuzz"],
    "apk": ["pango", "harfbuzz"],
    "pacman": ["pango", "harfbuzz"],
    "brew": ["pango"],
}
INSTALL = {
    "apt-get": "apt-get install -y",
    "dnf": "dnf install -y",
    "apk": "apk add",
    "pacman": "pacman -S --noconfirm",
    "brew": "brew install",
}


def say(text: str) -> None:
    print(f"· {text}", flush=True)


def check_python() -> None:
    if sys.version_info < (3, 11):
        sys.exit(f"Laurel needs Python 3.11 or later; this is {sys.version.split()[0]}. Call make with PYTHON=python3.12, or whichever you have.")


def environment() -> None:
    if PYTHON.exists():
        return
    say(f"making {VENV.name}")
    made = subprocess.run([sys.executable, "-m", "venv", str(VENV)], capture_output=True, text=True, check=False)
    if made.returncode:
        shutil.rmtree(VENV, ignore_errors=True)
        hint = "On Debian and Ubuntu: sudo apt-get install python3-venv" if shutil.which("apt-get") else ""
        sys.exit(f"Python could not make a virtual environment.\n{made.stdout}{made.stderr}\n{hint}")


def packages(name: str) -> None:
    """Install a requirements file unless exactly this one is in already."""
    file = ROOT / name
    digest = hashlib.sha256(b"".join((ROOT / part).read_bytes() for part in ("requirements.txt", name))).hexdigest()
    mark = VENV / f".installed-{name}"
    if mark.exists() and mark.read_text() == digest:
        return
    say(f"installing {name}")
    if subprocess.run([str(PYTHON), "-m", "pip", "install", "--quiet", "--disable-pip-version-check", "-r", str(file)], check=False).returncode:
        sys.exit(f"Some packages of {name} could not be installed; the lines above say which.")
    mark.write_text(digest)


def loads_weasyprint() -> str:
    """Empty if WeasyPrint finds its system libraries, else what it says."""
    tried = subprocess.run([str(PYTHON), "-c", "import weasyprint"], capture_output=True, text=True, check=False)
    return "" if tried.returncode == 0 else (tried.stderr.strip().splitlines() or ["no reason given"])[-1]


def as_root() -> list[str] | None:
    """How to run something as root here without asking for a password: nothing needed, sudo, or not at all."""
    if not hasattr(os, "geteuid"):
        return None
    if os.geteuid() == 0:
        return []
    if shutil.which("sudo") and subprocess.run(["sudo", "-n", "true"], capture_output=True, check=False).returncode == 0:
        return ["sudo", "-n"]
    return None


def apt(names: list[str]) -> bool:
    """Install Debian packages if this machine lets us; whether it worked."""
    root = as_root()
    if root is None or not shutil.which("apt-get"):
        return False
    env = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    run = lambda *words: subprocess.run([*root, *words], env=env, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, check=False).returncode  # noqa: E731
    if run("apt-get", "install", "-y", "-qq", "--no-install-recommends", *names) == 0:
        return True
    return run("apt-get", "update", "-qq") == 0 and run("apt-get", "install", "-y", "-qq", "--no-install-recommends", *names) == 0


def system_libraries() -> None:
    trouble = loads_weasyprint()
    if not trouble:
        return
    say("installing Pango, which makes the PDFs")
    if apt(LIBRARIES["apt-get"]) and not loads_weasyprint():
        return
    tool = next((t for t in ("apt-get", "dnf", "apk", "pacman", "brew") if shutil.which(t)), None)
    lines = [f"WeasyPrint, which makes the PDF certificates and registers, does not find its system libraries: {trouble}"]
    if tool:
        lines.append(f"Please run:  {'' if tool == 'brew' else 'sudo '}{INSTALL[tool]} {' '.join(LIBRARIES[tool])}")
    else:
        lines.append("Please install Pango and HarfBuzz (on Windows: MSYS2, then pacman -S mingw-w64-x86_64-pango).")
    lines.append("and then call make again.")
    sys.exit("\n".join(lines))


def browser() -> None:
    """Debian's Chromium for the journeys, where it may be installed; they are skipped with a message where it is not there."""
    if any(shutil.which(name) for name in ("chromium", "chromium-browser", "google-chrome")):
        return
    say("installing chromium for the browser journeys")
    if not apt(["chromium"]):
        say("chromium could not be installed here: the browser journeys will be skipped, and will say so")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--dev", action="store_true", help="also what the tests and checks need")
    parser.add_argument("--browser", action="store_true", help="also a browser for the journeys")
    asked = parser.parse_args()
    check_python()
    environment()
    packages("requirements.txt")
    if asked.dev:
        packages("requirements-dev.txt")
    subprocess.run([str(PYTHON), "-m", "tools.texts", "compile"], cwd=ROOT, check=True)
    system_libraries()
    if asked.browser:
        browser()


if __name__ == "__main__":
    main()
