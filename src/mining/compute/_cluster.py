"""A Dask cluster as a pool of workers: reached, checked, watched; one sentence when it fails."""

from __future__ import annotations

import asyncio
import os
import re
import time
import warnings
from collections.abc import Callable, Iterator
from concurrent.futures import CancelledError, Executor, Future, ThreadPoolExecutor
from contextlib import contextmanager
from functools import partial
from typing import TYPE_CHECKING, Any

from mining.compute import _alike
from mining.compute._alone import alone_there
from mining.errors import ConfigError

if TYPE_CHECKING:
    from distributed import Client

#: Environment variables that name a scheduler, the first that is set counts.
SCHEDULER = "FORAGE_SCHEDULER"
VARIABLES = (SCHEDULER, "DASK_SCHEDULER_ADDRESS")
#: Seconds until a scheduler must answer, and until its first worker must be there.
ANSWER = 8.0
FIRST = 30.0
#: Seconds that a run goes on without any worker, for a new one to come.
WORKERLESS = 60.0
#: Items that a worker has at a time: one that it computes, one that is on its way.
EACH = 2


def address(scheduler: str | None) -> str | None:
    """Return the address of the scheduler of a call, None where there is none.

    Raises
    ------
    ConfigError
        If it is no address.
    """
    named = {name: os.environ[name] for name in VARIABLES if os.environ.get(name)}
    where, found = ("scheduler", scheduler) if scheduler else next(iter(named.items()), ("", ""))
    if not found:
        return None
    if not isinstance(found, str) or not re.fullmatch(r"(tcp|tls)://[^\s/]+:\d+", found):
        msg = f"{where}: found {found!r}, expected an address such as 'tcp://scheduler:8786'"
        raise ConfigError(msg)
    return found


class Crew:
    """The workers of a cluster.

    Parameters
    ----------
    client : distributed.Client
        A connection.
    where : str
        Address of the scheduler, for messages.
    """

    def __init__(self, client: Client, where: str) -> None:
        self.client, self.where = client, where
        # Retries are for tasks that fail by chance; ours fail for a reason. A task whose worker
        # is lost is run again by the scheduler in any case.
        self.pool: Executor = client.get_executor(pure=False, retries=0)
        self.seen = time.monotonic()

    def submit(self, function: Callable[[Any], Any], item: Any) -> Future[Any]:
        """Send an item on its way."""
        with _told(self.where, "was lost"):
            return self.pool.submit(partial(alone_there, _alike.traits(), function), item)

    def room(self) -> int:
        """Return how many items may be on their way.

        Raises
        ------
        ConfigError
            If there has been no worker for a minute.
        """
        with _told(self.where, "was lost"):
            count = len(self.client.nthreads())
        now = time.monotonic()
        if count:
            self.seen = now
        elif now - self.seen > WORKERLESS:
            msg = f"scheduler {self.where}: no worker for {WORKERLESS:.0f} s; start some again"
            raise ConfigError(msg)
        return EACH * max(count, 1)


@contextmanager
def connected(where: str) -> Iterator[Crew]:
    """Connect to the scheduler at an address, check its workers, and let go in the end.

    Raises
    ------
    ConfigError
        If there is no scheduler, no worker, or a worker that would compute otherwise; if the
        scheduler is lost on the way, or a task was lost with several workers.
    """
    try:
        import dask
        from distributed import Client, KilledWorker
    except ImportError as error:
        msg = f"scheduler {where}: Dask is not installed; install mining[cluster]"
        raise ConfigError(msg) from error
    with _told(where, "cannot be reached"), ThreadPoolExecutor(1) as aside:
        aside.submit(asyncio.run, _greeted(where)).result()  # a notebook has a loop of its own
    # Items may hold a part of a cube: that is known, no reason for a warning.
    quiet = {"distributed.admin.large-graph-warning-threshold": "4 GiB"}
    with dask.config.set(quiet), _told(where, "cannot be reached"), warnings.catch_warnings():
        warnings.simplefilter("ignore")  # other versions are told by the check below
        client = Client(where, timeout=ANSWER, set_as_default=False)
    with dask.config.set(quiet), client:
        _check(client, where)
        try:
            yield Crew(client, where)
        except CancelledError as error:
            raise ConfigError(f"scheduler {where} was lost: is it running there?") from error
        except KilledWorker as error:
            msg = (
                f"scheduler {where}: an item was lost with several workers, one after the other, "
                "perhaps for lack of memory; give each of them more"
            )
            raise ConfigError(msg) from error


async def _greeted(where: str) -> None:
    """Ask a scheduler who it is: a client that meets none, or something else, is slow to let go."""
    from distributed.core import rpc

    async with rpc(where, timeout=ANSWER) as scheduler:
        await asyncio.wait_for(scheduler.identity(), ANSWER)


@contextmanager
def _told(where: str, what: str) -> Iterator[None]:
    try:
        yield
    except Exception as error:  # what is no scheduler answers with errors of many classes
        why = str(error).splitlines()[0] if str(error) else type(error).__name__
        raise ConfigError(f"scheduler {where} {what}: is it running there? ({why})") from error


def _check(client: Client, where: str) -> None:
    """Refuse workers that would not compute as this process does."""
    try:
        client.wait_for_workers(1, timeout=FIRST)
    except TimeoutError as error:
        msg = f"scheduler {where}: no worker in {FIRST:.0f} s; start one: mining worker {where}"
        raise ConfigError(msg) from error
    with _told(where, "was lost"):
        replies = client.run(_alike.traits, on_error="return")
    for worker, reply in sorted(replies.items()):
        if isinstance(reply, OSError):
            continue  # lost in this moment: there are others, or there will be
        why = f"{reply}" if isinstance(reply, Exception) else _alike.difference(reply)
        if why is not None:
            msg = f"worker {worker} of {where} would not give the same results: {why}"
            raise ConfigError(msg)
