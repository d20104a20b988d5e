"""How large and how quick the processes are: a web worker's cold start, and the memory (PSS) of web worker and job worker after work.

.venv/bin/python -m bench.processes
"""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import httpx
import psutil

from core import config, postgres
from demo import play, story

ROOT = Path(__file__).resolve().parent.parent


def pss(process: psutil.Process) -> float:
    """Proportional set size in MiB, the process's own share of what it maps."""
    return process.memory_full_info().pss / 2**20


def main() -> None:
    with tempfile.TemporaryDirectory() as folder:
        server = postgres.start(Path(folder))
        port = play.free_port(5600)
        env = {
            **os.environ, "DATABASE_URL": postgres.ensure_database(server, "bench"), "LAUREL_DATA_DIR": folder, "LAUREL_DEMO": "1",
            "LAUREL_BASE_URL": f"http://127.0.0.1:{port}", "LAUREL_LOG_LEVEL": "WARNING",
        }  # fmt: skip
        settings = config.load(env)
        play.prepare(settings)
        started = time.monotonic()
        subprocess.run([sys.executable, "-c", "from app import create_app; create_app()"], cwd=ROOT, env=env, check=True)
        print(f"import and create_app:           {time.monotonic() - started:.2f} s")
        started = time.monotonic()
        service = play.Service(env, port, Path(folder) / "bench.log")
        try:
            while True:
                try:
                    if httpx.get(f"{service.base}/readyz", timeout=1).status_code == 200:
                        break
                except httpx.HTTPError:
                    time.sleep(0.02)
            print(f"cold start to the first answer:  {time.monotonic() - started:.2f} s (to be under 3)")
            story.play(service.base, settings, Path(folder) / "out")
            web, worker = (psutil.Process(child.pid) for child in service.children)
            for process in web.children():
                print(f"web worker after the story:      {pss(process):.0f} MiB PSS (to be at most 150)")
            print(f"job worker after the story:      {pss(worker):.0f} MiB PSS")
        finally:
            service.stop()


if __name__ == "__main__":
    main()
