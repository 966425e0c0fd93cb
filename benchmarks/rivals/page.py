"""The tables as Markdown and JSON, for README and docs."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pandas as pd

#: Decimals of the columns that are not shares.
DECIMALS = {"RMSE": 1, "pinball": 2, "CPU s": 1, "MB": 0}
START, END = "<!-- forecast benchmark: {kind} -->", "<!-- end of the benchmark -->"
SHORT = ("main", "spread")


def text_table(table: pd.DataFrame) -> str:
    """Return a table for the terminal."""
    return _formatted(table).to_string(index=False)


def markdown_table(table: pd.DataFrame) -> str:
    """Return a table of pipes, the best figure first as it came."""
    cells = _formatted(table)
    rows = [list(cells.columns), ["---"] * cells.shape[1], *cells.to_numpy().tolist()]
    return "\n".join("| " + " | ".join(row) + " |" for row in rows)


def _formatted(table: pd.DataFrame) -> pd.DataFrame:
    def cell(value: object, column: str) -> str:
        if not isinstance(value, float):
            return str(value)
        return "" if pd.isna(value) else f"{value:.{DECIMALS.get(column, 4)}f}"

    return pd.DataFrame({c: [cell(v, c) for v in table[c]] for c in table}, dtype="str")


def headline(accuracy: dict[str, pd.DataFrame]) -> pd.DataFrame:
    """Return the table of README: both panels side by side, one line per model."""
    first, *others = [p for p in SHORT if p in accuracy] or list(accuracy)
    table = accuracy[first].rename(columns={"WAPE": f"WAPE {first}"})
    for panel in others:
        more = accuracy[panel][["model", "WAPE"]].rename(columns={"WAPE": f"WAPE {panel}"})
        table = table.merge(more, on="model", how="left")
    shares = [c for c in table if c.startswith("WAPE")]
    rest = ["MASE168", "pinball", "WQL", "cov80", "CPU s", "MB"]
    return table[["model", *shares, *rest]]


def write_markdown(path: Path, kinds: dict[str, str]) -> None:
    """Write each kind of text between its two marks in a file, or the long one as a new file.

    A mark is ``<!-- forecast benchmark: short -->`` (or long), up to
    ``<!-- end of the benchmark -->``.
    """
    page = path.read_text(encoding="utf-8") if path.exists() else ""
    held = [kind for kind in kinds if START.format(kind=kind) in page]
    for kind in held:
        start = START.format(kind=kind)
        between = re.compile(f"{re.escape(start)}.*?{re.escape(END)}", re.DOTALL)
        new = f"{start}\n{kinds[kind]}\n{END}"
        page = between.sub(lambda _, new=new: new, page)
    path.write_text(page if held else kinds["long"] + "\n", encoding="utf-8")


def write_json(path: Path, protocol: str, tables: dict[str, dict[str, pd.DataFrame]]) -> None:
    """Write all tables as lists of records; what is not known is null."""
    held = {
        kind: {panel: json.loads(t.to_json(orient="records")) for panel, t in by.items()}
        for kind, by in tables.items()
    }
    text = json.dumps({"protocol": protocol, **held}, indent=2, ensure_ascii=False)
    path.write_text(text + "\n", encoding="utf-8")
