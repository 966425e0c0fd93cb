"""Map a function over independent items: serial or over processes, with identical results."""

from __future__ import annotations

import multiprocessing
import os
from collections.abc import Callable, Iterable
from concurrent.futures import ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from typing import TypeVar

from mining.errors import ConfigError

Item = TypeVar("Item")
Result = TypeVar("Result")


def map_items(
    function: Callable[[Item], Result],
    items: Iterable[Item],
    *,
    workers: int = 1,
    after: Callable[[Item], None] | None = None,
) -> list[Result]:
    """Return ``[function(item) for item in items]``, in the order of the items.

    Parameters
    ----------
    function : callable
        A module-level function of one argument, without side effects.
    items : iterable
        What to apply it to.
    workers : int
        Number of processes; 1 stays in this one. 0 means one per processor.
    after : callable, optional
        Called in this process with each item that is done, in their order.

    Raises
    ------
    ConfigError
        If a worker process cannot run, for instance because a script calls this at its top level.

    Notes
    -----
    Results do not depend on `workers`: every item is computed alone, by one thread.
    """
    todo = list(items)
    count = min(workers or os.cpu_count() or 1, len(todo))
    if count <= 1:
        return _collected(map(function, todo), todo, after)
    # Not fork: LightGBM's and BLAS' thread pools do not survive it.
    context = multiprocessing.get_context("forkserver")
    try:
        with ProcessPoolExecutor(count, mp_context=context) as pool:
            return _collected(pool.map(function, todo), todo, after)
    except BrokenProcessPool as error:
        msg = (
            f"workers={workers}: a worker process ended at once; in a script, put the call under "
            "'if __name__ == \"__main__\":', or use workers=1"
        )
        raise ConfigError(msg) from error


def _collected(
    results: Iterable[Result], items: list[Item], after: Callable[[Item], None] | None
) -> list[Result]:
    out = []
    for item, result in zip(items, results, strict=True):
        out.append(result)
        if after is not None:
            after(item)
    return out
