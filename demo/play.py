"""``make demo`` and ``make run``: the whole service on this machine, and the story played through it.

Starts the embedded PostgreSQL (or uses DATABASE_URL), migrates, loads the invented district if nobody is there yet, starts the web server
and the job worker, plays the story over HTTP, prints the address and keeps serving until Ctrl-C.
"""

from __future__ import annotations

import argparse
import os
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path
from types import FrameType

import flask_migrate
import httpx

from app import create_app
from core import clock, config, postgres
from core.db import db, transaction
from demo import load, story
from demo.cli import Bar

ROOT = Path(__file__).resolve().parent.parent


def free_port(wanted: int) -> int:
    """The wanted port of this machine, or the next free one above it."""
    for port in range(wanted, wanted + 50):
        with socket.socket() as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind(("127.0.0.1", port))
            except OSError:
                continue
            return port
    raise SystemExit(f"No free port between {wanted} and {wanted + 50}. Name another: make demo PORT=8000")


class Service:
    """The web server and the worker as child processes; stopped with their parent, whatever ends it."""

    def __init__(self, env: dict[str, str], port: int, log: Path) -> None:
        self.base = f"http://127.0.0.1:{port}"
        self.log = log
        log.parent.mkdir(parents=True, exist_ok=True)
        self._log = log.open("a")
        # One arena and an early trim: under Python's lock the threads gain nothing by more, and freed memory goes back to the machine.
        env = {"MALLOC_ARENA_MAX": "1", "MALLOC_TRIM_THRESHOLD_": "65536", **env}
        # Loaded once and then forked: the workers share what they only read.
        web = ["gunicorn", "app:create_app()", "--preload", "--bind", f"127.0.0.1:{port}", "--workers", "2", "--threads", "4", "--no-control-socket"]
        self.children = [
            subprocess.Popen([sys.executable, "-m", *web], env=env, cwd=ROOT, stdout=self._log, stderr=self._log),
            subprocess.Popen([sys.executable, "-m", "flask", "--app", "app", "worker"], env=env, cwd=ROOT, stdout=self._log, stderr=self._log),
        ]

    def wait_until_ready(self, seconds: float = 60) -> None:
        """Raises SystemExit with the last lines of the log when it does not come up."""
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            if any(child.poll() is not None for child in self.children):
                break
            try:
                if httpx.get(f"{self.base}/readyz", timeout=2).status_code == 200:
                    return
            except httpx.HTTPError:
                pass
            time.sleep(0.2)
        self.stop()
        raise SystemExit("The server did not come up. Its last words:\n" + "\n".join(self.log.read_text().splitlines()[-25:]))

    def watch(self) -> None:
        """Return when a child ends by itself."""
        while all(child.poll() is None for child in self.children):
            time.sleep(0.5)

    def stop(self) -> None:
        """End both, the gentle way first."""
        for child in self.children:
            if child.poll() is None:
                child.terminate()
        for child in self.children:
            try:
                child.wait(15)
            except subprocess.TimeoutExpired:
                child.kill()
                child.wait()
        self._log.close()


def prepare(settings: config.Settings) -> None:
    """Migrate, and load the small district into a database without people."""
    app = create_app(settings)
    with app.app_context():
        flask_migrate.upgrade()
        if load.is_empty():
            print("Loading the invented district …", flush=True)
            with transaction():
                load.load("small", 1, clock.now(), Bar())
        db.engine.dispose()


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--serve", type=int, default=1, help="0: end after the story")
    parser.add_argument("--port", type=int, default=5000)
    parser.add_argument("--no-story", action="store_true", help="only serve")
    asked = parser.parse_args()
    began = time.monotonic()
    signal.signal(signal.SIGTERM, _interrupt)

    port = free_port(asked.port)
    chosen = {"LAUREL_DEMO": "1", "LAUREL_BASE_URL": f"http://127.0.0.1:{port}", "LAUREL_MAIL": "file", "LAUREL_LOG_FORMAT": "text"}
    env = {**os.environ, **{name: value for name, value in chosen.items() if name not in os.environ}}
    settings = config.load(env, log_level="WARNING")
    if not settings.database_url:
        # This process holds the embedded server for its children, so that it stops when the last of us does.
        settings = config.load(env, log_level="WARNING", database_url=postgres.ensure_database(postgres.start(settings.data_path), "laurel"))
        env["DATABASE_URL"] = settings.database_url
    prepare(settings)

    service = Service(env, port, settings.data_path / "demo.log")
    try:
        service.wait_until_ready()
        if not asked.no_story:
            story.play(service.base, settings, ROOT / "demo-output")
            print(f"\nThe story took its course in {time.monotonic() - began:.0f} s. What it left: {ROOT.name}/demo-output/", flush=True)
        if asked.serve:
            print(
                f"\n  {service.base}\n\nThe sign-in page lists the invented people by role; everybody's password is: {load.PASSWORD}\nStop with Ctrl-C.",
                flush=True,
            )
            service.watch()
            print("A process of the service ended by itself; see", service.log, flush=True)
            return 1
    except story.Stuck as stuck:
        print(f"\nThe story got stuck: {stuck}\nThe service's log is {service.log}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print("\nStopping.", flush=True)
    finally:
        service.stop()
    return 0


def _interrupt(number: int, frame: FrameType | None) -> None:
    raise KeyboardInterrupt


if __name__ == "__main__":
    sys.exit(main())
