"""Take files as they are published: from the territory's folder or from an address."""

from __future__ import annotations

import shutil
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Self, TypeVar
from urllib.parse import urlparse

from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from mining.errors import ConfigError, SourceError, at
from mining.sources._raw import found_files
from mining.sources._web import download


class Strict(BaseModel):
    """Unknown keys are mistakes."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class OneOrigin(Strict):
    """Where published files come from."""

    files: str | tuple[str, ...] | None = Field(
        None,
        description="The files or patterns, relative to the territory's folder or absolute: CSV "
        "(also .gz, .zip) or, for sirene, parquet, as published.",
    )
    url: str | tuple[str, ...] | None = Field(
        None, description="Instead of files: address of the published file, or of several."
    )

    @model_validator(mode="after")
    def _one_origin(self) -> Self:
        if (self.files is None) == (self.url is None):
            raise ValueError("expected either `files` or `url`")
        return self


Options = TypeVar("Options", bound=BaseModel)


def parse(model: type[Options], said: Mapping[str, Any], key: str = "shops") -> Options:
    """Return the options that ``territory.yaml`` says under a key.

    Raises
    ------
    ConfigError
        With one sentence on the first mistake.
    """
    try:
        return model.model_validate(dict(said))
    except ValidationError as error:
        first = error.errors()[0]
        place = [str(p) for p in first["loc"]]
        column = ".".join([key, *place])
        if first["type"] == "extra_forbidden":
            inner = model.model_fields[place[0]].annotation if len(place) > 1 else model
            fields = inner.model_fields if isinstance(inner, type(BaseModel)) else {}
            expected = f"no such key (known: {', '.join(fields)})"
            what = at("territory.yaml", column=column, expected=expected)
        elif first["type"] == "missing":
            what = at("territory.yaml", column=column, expected="a value, found none")
        else:
            reason = first["msg"].removeprefix("Value error, ")
            what = f"{at('territory.yaml', column=column)}: {reason}"
        raise ConfigError(what) from error


def published(options: OneOrigin, origin: Path, target: Path) -> None:
    """Copy or download the files of the options into a folder, byte for byte.

    Parameters
    ----------
    options : OneOrigin
        `files` or `url`.
    origin : Path
        Folder from which `files` are seen.
    target : Path
        Folder to fill.

    Raises
    ------
    SourceError
        If a file is absent, two have one name, or the server does not give it whole.
    ConfigError
        If the address is that of no file.
    """
    if options.url is not None:
        for url in [options.url] if isinstance(options.url, str) else options.url:
            name = Path(urlparse(url).path).name
            if not name:
                raise ConfigError(f"address {url!r}: expected the address of a file")
            download(url, _free(target / name))
        return
    for path in found_files(origin, options.files):
        shutil.copyfile(path, _free(target / path.name))


def _free(path: Path) -> Path:
    """Return a path that is not taken yet."""
    if path.exists():
        raise SourceError(f"two files are called {path.name}: give them different names")
    return path
