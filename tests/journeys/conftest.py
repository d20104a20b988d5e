"""A real server with the invented district, and a real browser to walk through it.

The server and its worker live for the whole run of one test process; the browser for one module, because its event loop would be in
the way of other tests. Without a browser on this machine the journeys are skipped, and say so.
"""

from __future__ import annotations

import contextlib
import os
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, sync_playwright

from core import postgres
from demo.play import Service, free_port
from tests.conftest import _drop
from tests.journeys.district import District, prepare
from tests.journeys.visit import Watch

BROWSERS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
#: What a browser does for its maker is none of our business here; QUIC and the graphics card only get in the way.
SWITCHES = ["--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking", "--disable-component-update", "--disable-sync"]
DESK: dict[str, Any] = {"viewport": {"width": 1280, "height": 900}}
PHONE: dict[str, Any] = {"viewport": {"width": 390, "height": 844}, "is_mobile": True, "has_touch": True, "device_scale_factor": 2}


@pytest.fixture(scope="session")
def program() -> str:
    """Where the browser is."""
    found = next(filter(None, map(shutil.which, BROWSERS)), None)
    if found is None:
        pytest.skip(f"The journeys were not walked: no browser is installed (looked for {', '.join(BROWSERS)}; on Debian: apt-get install chromium).")
    return found


@pytest.fixture(scope="session")
def district(program: str, server: str, template: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[District]:
    """The small district on a database of its own, served as in production: gunicorn and a worker, as two processes of their own."""
    name = f"test_journeys_{os.getpid()}"
    url = postgres.ensure_database(server, name, template)
    folder: Path = tmp_path_factory.mktemp("journeys")
    # Each test process looks for a port in a range of its own, so that two of them never find the same one free.
    port = free_port(20_000 + os.getpid() % 500 * 60)
    with contextlib.ExitStack() as afterwards:
        afterwards.callback(_drop, server, name)
        place = prepare(url, folder, f"http://127.0.0.1:{port}")
        afterwards.callback(place.close)
        service = Service(os.environ | place.environment, port, folder / "service.log")
        afterwards.callback(service.stop)
        service.wait_until_ready()
        yield place


@pytest.fixture(scope="module")
def browser(program: str) -> Iterator[Browser]:
    """One browser for a module."""
    switches = SWITCHES + (["--no-sandbox"] if os.geteuid() == 0 else [])
    with sync_playwright() as driver:
        running = driver.chromium.launch(executable_path=program, args=switches)
        yield running
        running.close()


@pytest.fixture
def watch(browser: Browser, district: District) -> Iterator[Watch]:
    """Opens windows for people and sees what their consoles say; at the end of the test nothing may have gone wrong in any of them."""
    watching = Watch(browser, district)
    yield watching
    watching.close()
    assert watching.complaints == []


@pytest.fixture
def anybody(watch: Watch) -> Page:
    """A window of somebody who is not signed in, at a desk."""
    return watch.window(None, **DESK)
