"""A line now and then while something takes long; nothing at all while it does not.

Lines go to the logger ``mining.progress`` where the application has set up logging, and to the
standard error where it has not (a notebook, a plain script). To silence them, say
``logging.getLogger("mining").addHandler(logging.NullHandler())``.
"""

from __future__ import annotations

import logging
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager

_log = logging.getLogger("mining.progress")

#: Seconds before the first line, and between two lines.
PATIENCE = 5.0
PACE = 2.0


def say(text: str) -> None:
    """Tell the person who waits."""
    if _log.hasHandlers():
        _log.info(text)
    else:
        print(text, file=sys.stderr, flush=True)  # noqa: T201 - nobody listens to the logger


@contextmanager
def patience(what: str) -> Iterator[None]:
    """Say `what` is going on, once, if the block takes longer than `PATIENCE`."""
    timer = threading.Timer(PATIENCE, say, [f"{what} ..."])
    timer.daemon = True
    timer.start()
    try:
        yield
    finally:
        timer.cancel()


class Counter:
    """Count finished tasks, with a line for some of them once it takes longer than `PATIENCE`.

    Parameters
    ----------
    what : str
        Name of the work.
    total : int
        Number of tasks.
    """

    def __init__(self, what: str, total: int) -> None:
        self.what, self.total, self.done = what, total, 0
        self.start = time.monotonic()
        self.last = self.start + PATIENCE - PACE

    def __call__(self, task: str) -> None:
        """Note that a task is done."""
        self.done += 1
        now = time.monotonic()
        over = self.done == self.total and now - self.start >= PATIENCE
        if now - self.last >= PACE or over:
            self.last = now
            say(f"{self.what} {self.done}/{self.total}: {task}, {now - self.start:.0f} s")
