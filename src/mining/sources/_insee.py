"""What sources of establishments do alike: check their options, say of a CSV file what is wrong."""

from __future__ import annotations

import zipfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pandas as pd
from pydantic import BaseModel

from mining.errors import SourceError
from mining.sources._establishments import Territory
from mining.sources._published import parse


def checker(model: type[BaseModel]) -> Callable[[Territory], None]:
    """Return the function `check` of the source that has these options."""

    def check(territory: Territory) -> None:
        """Refuse options that cannot be; reads nothing.

        Raises
        ------
        ConfigError
            Naming the first key that is wrong.
        """
        parse(model, territory.shops)

    return check


@contextmanager
def readable(path: Path) -> Iterator[None]:
    """Say of a CSV file, plain or compressed, that it cannot be read, and why.

    Raises
    ------
    SourceError
        If it breaks off, is empty or is no UTF-8 CSV file.
    """
    try:
        yield
    except (pd.errors.ParserError, pd.errors.EmptyDataError, OSError, EOFError) as error:
        raise SourceError(f"{path.name}: damaged, acquire it again ({error})") from error
    except (UnicodeDecodeError, zipfile.BadZipFile, ValueError) as error:
        raise SourceError(f"{path.name}: not a UTF-8 CSV file ({error})") from error
