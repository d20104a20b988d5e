"""Several real processes at once, each with an application of its own on one database: what threads and mocks cannot show."""

from __future__ import annotations

import multiprocessing
import traceback
from collections.abc import Callable
from pathlib import Path
from typing import Any

from app import create_app
from core import config

#: One server process imports the application once and forks the others from there, before any connection is open.
_context = multiprocessing.get_context("forkserver")
_context.set_forkserver_preload(["tests.warm"])


def together(url: str, folder: Path, count: int, work: Callable[..., Any], *arguments: Any) -> list[Any]:
    """Run ``work(app, number, *arguments)`` in ``count`` processes that begin at the same moment; returns their answers by number.

    ``work`` is a function of a test module; its answer must be picklable. An error in one of them fails the test with its traceback.
    """
    barrier, answers = _context.Barrier(count), _context.SimpleQueue()
    processes = [_context.Process(target=_run, args=(url, str(folder), number, barrier, answers, work, arguments), daemon=True) for number in range(count)]
    for process in processes:
        process.start()
    gathered = dict(answers.get() for _ in processes)
    for process in processes:
        process.join(60)
    failed = [answer for answer in gathered.values() if isinstance(answer, _Failure)]
    assert not failed, failed[0].text
    return [gathered[number] for number in range(count)]


class _Failure:
    """What went wrong in a process."""

    def __init__(self, text: str) -> None:
        self.text = text


def _run(url: str, folder: str, number: int, barrier: Any, answers: Any, work: Callable[..., Any], arguments: tuple[Any, ...]) -> None:
    try:
        app = create_app(config.load({}, database_url=url, data_dir=folder, secret_key="for tests only, never elsewhere", log_level="CRITICAL"))
        app.config.update(TESTING=True, WTF_CSRF_ENABLED=False, RATELIMIT_ENABLED=False)
        barrier.wait(120)
        answers.put((number, work(app, number, *arguments)))
    except BaseException:
        barrier.abort()
        answers.put((number, _Failure(traceback.format_exc())))
