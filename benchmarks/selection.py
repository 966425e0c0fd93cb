"""Print what choosing a model for each sensor costs, judged on origins it was not chosen by.

Usage: ``python benchmarks/selection.py SCORES.csv [--champion statsmodels]``
"""

from __future__ import annotations

import argparse
from itertools import combinations
from pathlib import Path

import pandas as pd

from mining.forecast import choice
from mining.forecast.selection import SIMPLE


def main() -> None:
    """Print the error of the choice against that of the champion everywhere."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("scores", type=Path)
    parser.add_argument("--champion", default="boosting")
    options = parser.parse_args()
    scores = pd.read_csv(options.scores, dtype={"sensor": str})
    scores = scores[scores["model"].isin([options.champion, *SIMPLE])]
    error = scores.pivot_table("abs_error", ["sensor", "cutoff"], "model", aggfunc="sum")
    cutoffs = sorted(set(scores["cutoff"]))
    chosen_error, champion_error, simple, cases = 0.0, 0.0, 0, 0
    for used in combinations(cutoffs, len(cutoffs) // 2):
        served = choice(scores[scores["cutoff"].isin(used)])
        rest = error[~error.index.get_level_values("cutoff").isin(used)]
        for sensor, rows in rest.groupby("sensor"):
            chosen_error += rows[served[str(sensor)]].sum()
            champion_error += rows[options.champion].sum()
        simple += int((served != options.champion).sum())
        cases += len(served)
    print(
        f"Chosen by {len(cutoffs) // 2} of {len(cutoffs)} origins, judged by the others, all ways."
    )
    print(f"champion everywhere: {options.champion}")
    print(f"error of the choice, relative to it: {chosen_error / champion_error - 1:+.4f}")
    print(f"share of sensors given to a simple model: {simple / cases:.3f}")


if __name__ == "__main__":
    main()
