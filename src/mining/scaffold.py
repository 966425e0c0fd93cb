"""Make the commented skeleton of a new territory."""

from __future__ import annotations

import re
from importlib import resources
from pathlib import Path

from mining import writers
from mining.errors import ConfigError

__all__ = ["new_territory"]


def new_territory(name: str, parent: Path | str) -> Path:
    """Write the folder of a new territory, which loads as it is.

    Parameters
    ----------
    name : str
        Name of the folder: small letters, digits and hyphens.
    parent : Path or str
        Where folders of territories live; made if absent.

    Returns
    -------
    Path
        The new folder.

    Raises
    ------
    ConfigError
        If the name cannot be one, or stands already; nothing is written then.
    """
    if not re.fullmatch(r"[a-z0-9]+(-[a-z0-9]+)*", name):
        msg = (
            f"{name!r} cannot name a territory: expected small letters without accents, digits "
            "and hyphens, such as pays-de-montbeliard"
        )
        raise ConfigError(msg)
    folder = Path(parent) / name
    if folder.exists():
        msg = f"{folder} exists already: choose another name, or edit its files"
        raise ConfigError(msg)
    return writers.directory(folder, lambda draft: _fill(draft, name))


def _fill(folder: Path, name: str) -> None:
    title = name.replace("-", " ").title()
    templates = resources.files("mining") / "skeleton"
    for template in sorted(templates.iterdir(), key=lambda item: item.name):
        content = template.read_text(encoding="utf-8")
        writers.text(folder / template.name, content.replace("{name}", title))
