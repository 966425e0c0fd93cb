"""params.yaml: every key has a comment, is known to the model, and the other way round."""

# ruff: noqa: E501 - a sentence on one line can be searched for

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from pydantic import BaseModel

from mining.errors import ConfigError
from mining.params import Params, load_params, schema

FILE = Path(__file__).parents[1] / "params.yaml"


def leaves(model: type[BaseModel], above: str = "") -> Iterator[tuple[str, str | None]]:
    for name, field in model.model_fields.items():
        kind = field.annotation
        yield above + name, field.description
        if isinstance(kind, type) and issubclass(kind, BaseModel):
            yield from leaves(kind, f"{above}{name}.")


def commented_keys(text: str) -> dict[str, bool]:
    """Return each key of the file, and whether a comment stands right above it."""
    out, section, before = {}, "", ""
    for line in text.splitlines():
        if found := re.match(r"( *)([a-z_]+):", line):
            indent, key = found.groups()
            section = section if indent else key
            out[f"{section}.{key}" if indent else key] = before.lstrip().startswith("#")
        before = line
    return out


def test_every_key_is_known_and_commented_and_described() -> None:
    in_file = commented_keys(FILE.read_text("utf-8"))
    described = dict(leaves(Params))
    assert set(in_file) == set(described)
    assert [key for key, has in in_file.items() if not has] == []
    assert [key for key, text in described.items() if not text] == []


def test_the_file_of_the_project_loads() -> None:
    params = load_params(FILE)
    assert params.territories
    assert params.evaluate.quantiles == [0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9]
    assert params.forecast.model in ("auto", *params.evaluate.models)


def test_schema_describes_each_section() -> None:
    described = schema()
    assert described["additionalProperties"] is False
    assert set(described["required"]) == set(Params.model_fields)


@pytest.mark.parametrize(
    ("old", "new", "sentence"),
    [
        (
            "  horizon_days: 14",
            "  horizon_day: 14",
            ", line {line}: found 'the key forecast.horizon_day', expected 'horizon_days', perhaps?",
        ),
        (
            "  horizon_days: 14",
            "  horizon_days: 90",
            ", line {line}, column 'forecast.horizon_days': found 90, expected less than or equal to 60",
        ),
        (
            "  horizon_days: 14",
            "  horizon_days: two weeks",
            ", line {line}, column 'forecast.horizon_days': found 'two weeks', expected a valid integer",
        ),
        (
            "  horizon_days: 14\n",
            "",
            ", line {above}: the key 'forecast.horizon_days' is missing or empty",
        ),
        (
            "  horizon_days: 14",
            "  horizon_days: 14\n  horizon_days: 7",
            ", line {below}: found \"a second 'horizon_days'\", expected each key once (line {line} has it)",
        ),
        (
            "  horizon: 7D",
            "  horizon: a week",
            ", line {line}, column 'evaluate.horizon': found 'a week', expected a length of time such as 3h, 7D or 104W",
        ),
        (
            "  horizon: 7D",
            "  horizon: -7D",
            ", line {line}, column 'evaluate.horizon': found '-7D', expected a length of time above zero",
        ),
        (
            "[0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9]",
            "[0.9, 0.5, 0.1]",
            ", line {line}, column 'evaluate.quantiles': found [0.9, 0.5, 0.1], expected rising numbers between 0 and 1",
        ),
        (
            "[0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9]",
            "[0.25, 0.5, 0.75]",
            ", line {line}, column 'evaluate.quantiles': found [0.25, 0.5, 0.75], expected 0.1, 0.5 and 0.9 among them (the 80 % interval)",
        ),
        (
            "    - prophet\n",
            "    - boosting\n",
            ", line {models}, column 'evaluate.models': found 'boosting' twice, expected each once",
        ),
    ],
)
def test_mistakes_get_one_sentence(tmp_path: Path, old: str, new: str, sentence: str) -> None:
    path = tmp_path / "params.yaml"
    text = FILE.read_text("utf-8")
    assert text.count(old) == 1
    lines = text.splitlines()

    def line_of(start: str) -> int:
        return next(n for n, line in enumerate(lines, start=1) if start in line)

    line = line_of(old.strip("\n"))
    sentence = sentence.format(
        line=line,
        below=line + 1,
        above=line_of("forecast:"),
        models=line_of("  models:"),
    )
    path.write_text(text.replace(old, new), "utf-8")
    with pytest.raises(ConfigError) as caught:
        load_params(path)
    assert str(caught.value) == f"{path}{sentence}"


def test_no_file_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match=r"params\.yaml: no such file"):
        load_params(tmp_path / "params.yaml")
