"""Read a YAML file that people write into a pydantic model, with errors that say where."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import Any, TypeVar, get_args

import yaml
from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

from mining.errors import ConfigError, at, undecoded
from mining.readers.fields import expected_key

Model = TypeVar("Model", bound=BaseModel)

Place = tuple[str | int, ...]


def read_text(path: Path) -> str:
    """Return the text of a UTF-8 file, with or without a byte order mark.

    Raises
    ------
    ConfigError
        If the file is absent, empty, or not UTF-8.
    """
    if not path.is_file():
        msg = f"{path}: no such file"
        raise ConfigError(msg)
    raw = path.read_bytes()
    try:
        text = raw.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line, found = undecoded(error)
        raise ConfigError(at(path, line=line, found=found, expected="text in UTF-8")) from error
    if not text.strip():
        msg = f"{path}: the file is empty"
        raise ConfigError(msg)
    return text


def read_yaml(path: Path) -> tuple[dict[str, Any], dict[Place, int]]:
    """Return the content of a YAML file, and the line of each of its keys.

    Raises
    ------
    ConfigError
        If the file cannot be read, is not YAML, says a key twice, or is not a mapping.
    """
    text = read_text(path)
    lines: dict[Place, int] = {}
    try:
        root = yaml.compose(text, Loader=yaml.SafeLoader)
        _walk(root, (), lines, path)
        content = yaml.safe_load(text)
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        line = None if mark is None else mark.line + 1
        raise ConfigError(f"{at(path, line=line)}: not YAML, {error.problem}") from error
    except (yaml.YAMLError, ValueError, RecursionError) as error:
        # Also an impossible date, or an anchor that contains itself.
        raise ConfigError(f"{at(path)}: not YAML, {' '.join(str(error).split())}") from error
    if not isinstance(content, dict):
        found = type(content).__name__
        raise ConfigError(at(path, found=found, expected="lines of the form 'key: value'"))
    return content, lines


def load_model(path: Path, model: type[Model]) -> Model:
    """Return the model a YAML file describes.

    Raises
    ------
    ConfigError
        Naming file, line, key, what was found and what was expected.
    """
    content, lines = read_yaml(path)
    # A key without a value is a key that was left out; a misspelt one is still an error.
    said = {k: v for k, v in content.items() if v is not None or k not in model.model_fields}
    try:
        return model.model_validate(said)
    except ValidationError as error:
        # A misspelt key is the cause of the missing one.
        first = min(error.errors(), key=lambda e: e["type"] != "extra_forbidden")
        raise ConfigError(_sentence(path, lines, first, model)) from error


def _walk(node: yaml.Node | None, where: Place, lines: dict[Place, int], path: Path) -> None:
    if isinstance(node, yaml.MappingNode):
        for key, value in node.value:
            place = (*where, str(key.value))
            line = key.start_mark.line + 1
            if place in lines:
                found = f"a second {key.value!r}"
                expected = f"each key once (line {lines[place]} has it)"
                raise ConfigError(at(path, line=line, found=found, expected=expected))
            lines[place] = line
            _walk(value, place, lines, path)
    elif isinstance(node, yaml.SequenceNode):
        for number, item in enumerate(node.value):
            lines[(*where, number)] = item.start_mark.line + 1
            _walk(item, (*where, number), lines, path)


def _sentence(
    path: Path,
    lines: dict[Place, int],
    error: ErrorDetails,
    model: type[BaseModel],
) -> str:
    place = tuple(error["loc"])
    line = next((lines[place[:n]] for n in range(len(place), 0, -1) if place[:n] in lines), None)
    column = ".".join(str(p) for p in place) or None
    if error["type"] == "extra_forbidden":
        return _unknown(path, line, place, list(_inner(model, place[:-1]).model_fields))
    if error["type"] == "missing":
        return f"{at(path, line=line)}: the key {column!r} is missing or empty"
    if error["type"] == "value_error":
        return f"{at(path, line=line, column=column)}: {error['ctx']['error']}"
    found = error["input"]
    expected = error["msg"].removeprefix("Input should be ")
    if isinstance(found, bool | int | float | dt.date) and "string" in expected:
        # YAML reads a bare no or on as a truth value, 2026-01-01 as a date, 25200 as a number.
        expected += ": write it between quotes"
    if isinstance(found, dt.date):
        found = found.isoformat()
    return at(path, line=line, column=column, found=found, expected=expected)


def _unknown(path: Path, line: int | None, place: Place, known: list[str]) -> str:
    found = f"the key {'.'.join(str(p) for p in place)}"
    return at(path, line=line, found=found, expected=expected_key(str(place[-1]), known))


def _inner(model: type[BaseModel], place: Place) -> type[BaseModel]:
    kind: Any = model
    for key in place:
        if isinstance(kind, type) and issubclass(kind, BaseModel):
            field = kind.model_fields.get(str(key))
            kind = None if field is None else _bare(field.annotation)
        else:  # an entry of a mapping or of a list: the last of its type arguments
            kind = _bare(get_args(kind)[-1]) if get_args(kind) else None
        if isinstance(kind, type) and issubclass(kind, BaseModel):
            model = kind
    return model


def _bare(kind: Any) -> Any:
    """Return a type without its None."""
    others = [t for t in get_args(kind) if t is not type(None)]
    return others[0] if type(None) in get_args(kind) and others else kind
