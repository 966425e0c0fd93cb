"""The command line: thin, one function a command; mistakes of the user end with code 2."""

from __future__ import annotations

import argparse
import logging
import os
import sys
from collections.abc import Sequence
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from importlib import import_module
from pathlib import Path

from mining.errors import ConfigError, ForageError

SCHEDULER = "FORAGE_SCHEDULER"

STAGES = (
    "acquire",
    "acquire_shops",
    "acquire_weather",
    "clean",
    "evaluate",
    "forecast",
    "opening",
    "detect",
    "impact",
    "trial",
    "cluster",
    "shops",
    "weather",
    "summarize",
    "report",
    "track",
)


def parser() -> argparse.ArgumentParser:
    """Return the grammar of the command line."""
    top = argparse.ArgumentParser(prog="mining", description="Forage: the counts of a territory.")
    commands = top.add_subparsers(dest="command", required=True, metavar="COMMAND")
    new = commands.add_parser("new", help="make a commented skeleton of a territory")
    new.add_argument("name", help="folder name: small letters, digits and hyphens")
    check = commands.add_parser("check", help="check the files of a territory, change nothing")
    check.add_argument("territory")
    stage = commands.add_parser("stage", help="run one stage of the pipeline (used by dvc.yaml)")
    stage.add_argument("stage", choices=STAGES)
    stage.add_argument("territory")
    stage.add_argument("--scheduler", help="a Dask cluster to compute on: tcp://host:port")
    worker = commands.add_parser("worker", help="compute for a Dask scheduler, here, until stopped")
    worker.add_argument("scheduler", help="tcp://host:port")
    worker.add_argument("--count", type=int, default=1, help="processes, each with one thread")
    track = commands.add_parser("track", help="record the last results in MLflow, once")
    track.add_argument("territory", nargs="*", help="default: every territory of params.yaml")
    commands.add_parser("mlflow", help="open the MLflow pages on the local store")
    publish = commands.add_parser("publish", help="put the report of a territory in a folder")
    publish.add_argument("territory")
    publish.add_argument("--to", required=True, type=Path, metavar="DIR", help="the folder")
    site = commands.add_parser("site", help="serve the reports on this machine only")
    site.add_argument("--port", type=int, default=8000)
    return top


def run(argv: Sequence[str]) -> int:
    """Run one command; return the exit code (0 well, 2 a mistake that one sentence explains)."""
    logging.basicConfig(level=logging.INFO, format="%(message)s", stream=sys.stderr)
    for noisy in ("cmdstanpy", "prophet", "matplotlib", "alembic"):
        logging.getLogger(noisy).setLevel(logging.WARNING)
    arguments = parser().parse_args(argv)
    try:
        _COMMANDS[arguments.command](arguments)
    except ForageError as error:
        return _mistake(str(error))
    except OSError as error:
        if error.filename is None:
            raise  # not a file of the user: a fault of ours, told whole
        return _mistake(f"{error.filename}: {error.strerror}")
    except KeyboardInterrupt:
        print("mining: stopped; nothing half-written was left", file=sys.stderr)  # noqa: T201
        return 130
    return 0


def _mistake(sentence: str) -> int:
    print(f"mining: {' '.join(sentence.split())}", file=sys.stderr)  # noqa: T201
    return 2


def _root() -> Path:
    from mining.api import project_root

    return project_root()


def _named(territory: str) -> str:
    from mining.readers.fields import check_folder_name

    return check_folder_name(territory)


def _new(arguments: argparse.Namespace) -> None:
    from mining.scaffold import new_territory

    folder = new_territory(arguments.name, _root() / "data" / "territories")
    logging.info("made %s; edit its files, then add %r to params.yaml", folder, arguments.name)


def _check(arguments: argparse.Namespace) -> None:
    from mining import sources, transparency
    from mining.territory import load_territory

    name = _named(arguments.territory)
    territory = load_territory(_root() / "data" / "territories" / name)
    sources.get(str(territory.source["name"])).check(territory)
    if territory.shops:
        sources.establishments(str(territory.shops["name"])).check(territory)
    if territory.weather:
        sources.weather(str(territory.weather["name"])).check(territory)
    if territory.transparency is not None:
        reference = transparency.taxonomy(_root() / "data" / "reference")
        transparency.check_elements(territory, reference)
        for lacking in transparency.missing(territory, territory.sensor_table())[:5]:
            logging.info("%s: before publishing, state %s", territory.name, lacking)
    logging.info("%s: the files are well formed", territory.name)


def _stage(arguments: argparse.Namespace) -> None:
    name = _named(arguments.territory)
    if arguments.scheduler:
        os.environ[SCHEDULER] = arguments.scheduler
    stage = import_module(f"mining.stages.{arguments.stage}")
    stage.run(_root(), name)


def _worker(arguments: argparse.Namespace) -> None:
    try:
        from distributed.cli.dask_worker import main
    except ImportError as error:
        raise ConfigError("Dask is not installed; install mining[cluster]") from error
    count = ("--nworkers", str(arguments.count), "--nthreads", "1")
    main([arguments.scheduler, *count, "--no-dashboard"], standalone_mode=False)


def _track(arguments: argparse.Namespace) -> None:
    from mining.params import load_params
    from mining.tracking import track

    root = _root()
    for territory in arguments.territory or load_params(root / "params.yaml").territories:
        logging.info("track %s: %s", territory, track(root, _named(territory)))


def _mlflow(_: argparse.Namespace) -> None:
    from mining.tracking import serve

    serve(_root())


def _publish(arguments: argparse.Namespace) -> None:
    from mining.stages.publish import run as publish

    found, days = publish(_root(), _named(arguments.territory), arguments.to)
    earlier = f", earlier editions: {', '.join(found.earlier)}" if found.earlier else ""
    logging.info("%s: %d files%s", found.folder, found.files, earlier)
    if days:
        logging.info("%d announced days kept in data/published: commit them", days)


def _site(arguments: argparse.Namespace) -> None:
    folder = _root() / "reports"
    handler = partial(SimpleHTTPRequestHandler, directory=str(folder))
    try:
        server = ThreadingHTTPServer(("127.0.0.1", arguments.port), handler)
    except OSError as error:
        msg = f"port {arguments.port} is not free; try 'mining site --port 8001'"
        raise ConfigError(msg) from error
    logging.info("http://127.0.0.1:%d/ serves %s; Ctrl-C stops it", arguments.port, folder.name)
    with server:
        server.serve_forever()


_COMMANDS = {
    "new": _new,
    "check": _check,
    "stage": _stage,
    "worker": _worker,
    "track": _track,
    "mlflow": _mlflow,
    "publish": _publish,
    "site": _site,
}
