"""The map itself: serial, or over a crew of workers with a few items on their way at a time."""

from __future__ import annotations

import multiprocessing
import os
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import FIRST_COMPLETED, Future, ProcessPoolExecutor, wait
from concurrent.futures.process import BrokenProcessPool
from functools import partial
from itertools import chain, islice
from typing import Any, Protocol, TypeVar

from mining.compute import _cluster
from mining.compute._alone import alone, inside
from mining.errors import ConfigError

Item = TypeVar("Item")
Result = TypeVar("Result")

#: Finished items that wait for a slower one before them, for each item on its way.
AHEAD = 8
#: Seconds after which the crew is looked at again, even if nothing came back.
PAUSE = 2.0


def map_items(
    function: Callable[[Item], Result],
    items: Iterable[Item],
    *,
    workers: int = 1,
    scheduler: str | None = None,
    after: Callable[[Item], None] | None = None,
) -> list[Result]:
    """Return ``[function(item) for item in items]``, in the order of the items.

    Parameters
    ----------
    function : callable
        A module-level function of one argument, without side effects.
    items : iterable
        What to apply it to. Taken as workers get free, so that a generator of large items never
        has more than a few of them in memory.
    workers : int
        Number of processes; 1 stays in this one. 0 means one per processor.
    scheduler : str, optional
        Address of a Dask scheduler, ``"tcp://host:port"``, whose workers are used instead; by
        default that of the environment variable ``FORAGE_SCHEDULER`` or
        ``DASK_SCHEDULER_ADDRESS``, if one is set.
    after : callable, optional
        Called in this process with each item that is done, in their order.

    Raises
    ------
    ConfigError
        If a worker process cannot run, for instance because a script calls this at its top level;
        if the scheduler cannot be reached, or a worker of it would give other results.

    Notes
    -----
    Results do not depend on `workers` or `scheduler`: every item is computed alone, by one thread.
    An error is that of the first item that has one, as in a loop. An item whose worker on a
    cluster is lost is computed again by another.
    """
    where = None if inside.get() else _cluster.address(scheduler)
    if where is not None:
        with _cluster.connected(where) as crew:
            return _collected(_spread(crew, function, items), after)
    todo = iter(items)
    first = list(islice(todo, 2))
    todo = chain(first, todo)
    count = workers or os.cpu_count() or 1
    if count <= 1 or len(first) <= 1:
        return _collected(((item, alone(function, item)) for item in todo), after)
    try:
        with _Processes(count) as pool:
            return _collected(_spread(pool, function, todo), after)
    except BrokenProcessPool as error:
        msg = (
            f"workers={workers}: a worker process ended at once; in a script, put the call under "
            "'if __name__ == \"__main__\":', or use workers=1"
        )
        raise ConfigError(msg) from error


class _Crew(Protocol):
    def submit(self, function: Callable[[Any], Any], item: Any) -> Future[Any]: ...

    def room(self) -> int: ...


class _Processes:
    """Worker processes on this machine."""

    def __init__(self, count: int) -> None:
        # Not fork: LightGBM's and BLAS' thread pools do not survive it.
        context = multiprocessing.get_context("forkserver")
        self.count, self.pool = count, ProcessPoolExecutor(count, mp_context=context)

    def __enter__(self) -> _Processes:
        return self

    def __exit__(self, *_: object) -> None:
        self.pool.shutdown(cancel_futures=True)

    def submit(self, function: Callable[[Any], Any], item: Any) -> Future[Any]:
        return self.pool.submit(partial(alone, function), item)

    def room(self) -> int:
        return 2 * self.count


def _spread(
    crew: _Crew, function: Callable[[Item], Result], items: Iterable[Item]
) -> Iterator[tuple[Item, Result]]:
    """Yield items and results in order, with no more items on their way than there is room for."""
    todo = enumerate(items)
    flying: dict[Future[Result], int] = {}
    landed: dict[int, Future[Result]] = {}
    held: dict[int, Item] = {}
    following = 0
    while True:
        room = crew.room()
        free = min(room - len(flying), AHEAD * room - len(held))
        for number, item in islice(todo, max(free, 0)):
            held[number] = item
            flying[crew.submit(function, item)] = number
        if not flying:
            return
        for future in wait(flying, timeout=PAUSE, return_when=FIRST_COMPLETED).done:
            landed[flying.pop(future)] = future
        while following in landed:
            yield held.pop(following), landed.pop(following).result()
            following += 1


def _collected(
    results: Iterable[tuple[Item, Result]], after: Callable[[Item], None] | None
) -> list[Result]:
    out = []
    for item, result in results:
        out.append(result)
        if after is not None:
            after(item)
    return out
