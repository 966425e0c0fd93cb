"""Print the forecasting tables: accuracy, calibration, CPU time and memory, with their protocol.

Our models and the peers statsforecast and mlforecast, on the same origins, history, holidays and
cells, in one run. Usage: ``python benchmarks/forecast.py CUBE``; see ``--help``.
"""

from __future__ import annotations

import argparse
import datetime as dt
import shlex
import subprocess
import sys
import tempfile
from pathlib import Path

import pandas as pd
import xarray as xr

from mining import cube as cubes
from peers import environment
from rivals import page, protocol, running, tables


def main() -> None:
    """Run what is asked for and not finished yet, print the tables, write them where told."""
    options = arguments()
    if options.reuse:
        code = benchmark(options, options.reuse)
    else:
        with tempfile.TemporaryDirectory() as folder:
            code = benchmark(options, Path(folder))
    sys.exit(code)


def arguments() -> argparse.Namespace:
    """Read the command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    add = parser.add_argument
    add("cube", type=Path)
    add(
        "--models",
        help="names separated by commas; default: all. A name that has finished "
        "forecasts in the folder of --reuse is scored, whatever it is",
    )
    add("--panel", action="append", choices=list(protocol.PANELS), help="default: all")
    add("--quick", action="store_true", help="the last two origins of each panel only")
    add("--without-peers", action="store_true", help="our models only")
    add("--score", default="observed", choices=["observed", "trusted"])
    add("--country", default="", help="holidays, where the cube names no country")
    add("--jobs", type=int, default=2, help="processes at a time (default 2)")
    add(
        "--reuse",
        type=Path,
        metavar="FOLDER",
        help="keep forecasts here and do not make them "
        "again; delete the folder after a change of a model",
    )
    add("--json", type=Path, metavar="FILE", help="write all tables")
    add(
        "--markdown",
        type=Path,
        action="append",
        default=[],
        metavar="FILE",
        help="write the tables between the marks of a page, or a new page",
    )
    return parser.parse_args()


def benchmark(options: argparse.Namespace, folder: Path) -> int:
    """Run and print; return 1 when a model failed, 0 otherwise."""
    cube = cubes.read(options.cube)
    if options.country:
        cube.attrs["country"] = options.country
    panels = {p: protocol.PANELS[p] for p in options.panel or protocol.PANELS}
    if options.quick:
        panels = {name: protocol.shortened(panel) for name, panel in panels.items()}
    names = wanted(options)
    jobs = running.owed(names, panels, folder)
    python, missing = peers_of(jobs)
    failed = running.run_all(
        [j for j in jobs if j.model not in missing],
        (options.cube, cube),
        folder,
        python=python,
        workers=options.jobs,
    )
    show(options, cube, folder, names, panels)
    for name in [*missing, *failed]:
        print(f"{name}: no forecasts, see the messages above", file=sys.stderr)
    return int(bool(missing or failed))


def wanted(options: argparse.Namespace) -> list[str]:
    """Return the names of the models, or stop at one that is unknown."""
    if not options.models:
        ours = [n for n in protocol.all_names() if n not in protocol.PEERS]
        return ours if options.without_peers else protocol.all_names()
    names = list(dict.fromkeys(options.models.split(",")))
    for name in names:
        recorded = options.reuse and (options.reuse / name).is_dir()
        if name not in protocol.all_names() and not recorded:
            sys.exit(f"unknown model {name!r}: expected {', '.join(protocol.all_names())}")
    return names


def peers_of(jobs: list[running.Job]) -> tuple[Path | None, list[str]]:
    """Return the peers' interpreter, and the peers that cannot run for want of it."""
    theirs = [job.model for job in jobs if job.model in protocol.PEERS]
    if not theirs:
        return None, []
    try:
        return environment.made(), []
    except (subprocess.CalledProcessError, OSError) as error:
        print(f"no environment for the peers: {error}", file=sys.stderr)
        return None, theirs


def show(
    options: argparse.Namespace,
    cube: xr.Dataset,
    folder: Path,
    names: list[str],
    panels: dict[str, protocol.Panel],
) -> None:
    """Score, print, and write the pages asked for."""
    sensors = cube.sizes[cubes.SENSOR]
    words = protocol.PROTOCOL.format(score=options.score, jobs=options.jobs, sensors=sensors)
    made: dict[str, dict[str, pd.DataFrame]] = {"accuracy": {}, "calibration": {}}
    print(words)
    for name, panel in panels.items():
        done = tables.finished(folder, names, panel)
        if not done:
            continue
        scores = tables.score_panel(cube, folder, done, panel, options.score)
        made["accuracy"][name] = tables.accuracy(scores, folder, panel, sensors)
        made["calibration"][name] = tables.calibration(scores, cube)
        print(f"\n{title(name, panel)}\n{page.text_table(made['accuracy'][name])}")
        print(f"\nShare inside .1-.9\n{page.text_table(made['calibration'][name])}", flush=True)
    if options.json:
        page.write_json(options.json, words, made)
    for path in options.markdown if made["accuracy"] else []:
        page.write_markdown(path, pages(words, made, panels))


def title(name: str, panel: protocol.Panel) -> str:
    """Return the heading of a panel."""
    days = ", ".join(f"{c:%Y-%m-%d}" for c in panel.cutoffs)
    part = "" if panel.every == 1 else f", every {panel.every}rd sensor"
    return f"Panel {name}{part}, {len(panel.cutoffs)} origins: {days}"


def pages(
    words: str, made: dict[str, dict[str, pd.DataFrame]], panels: dict[str, protocol.Panel]
) -> dict[str, str]:
    """Return the short and the long text."""
    given = sys.argv[1:]
    if "--reuse" in given:  # a folder of one machine, which changes no figure
        at = given.index("--reuse")
        given = given[:at] + given[at + 2 :]
    command = shlex.join(["python", "benchmarks/forecast.py", *given])
    source = f"`{command}`, {dt.date.today():%Y-%m-%d}."  # noqa: DTZ011
    short = f"{page.markdown_table(page.headline(made['accuracy']))}\n\n{source}"
    parts = [f"{source}\n\n{words}"]
    for name, table in made["accuracy"].items():
        parts.append(f"**{title(name, panels[name])}**\n\n{page.markdown_table(table)}")
        inside = page.markdown_table(made["calibration"][name])
        parts.append(f"Share inside .1-.9, panel {name}:\n\n{inside}")
    return {"short": short, "long": "\n\n".join(parts)}


if __name__ == "__main__":
    main()
