"""``make bench``: all of them, one after another, each in a process of its own. ``python -m bench.NAME`` runs one."""

from __future__ import annotations

import subprocess
import sys

ALL = ("catalogue", "pages", "registers", "processes")


def main() -> int:
    ended = {}
    for name in ALL:
        print(f"\n== bench.{name} ==", flush=True)
        ended[name] = subprocess.run([sys.executable, "-m", f"bench.{name}"], check=False).returncode
    failed = [name for name, code in ended.items() if code]
    print(f"\n{'could not run: ' + ', '.join(failed) if failed else 'all ran'}")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
