"""Take a file as Insee publishes it: from the territory's folder or from an address."""

from __future__ import annotations

import shutil
from pathlib import Path
from urllib.parse import urlparse

from mining.errors import ConfigError, SourceError
from mining.sources._raw import found_files
from mining.sources._shop_options import PublishedFile
from mining.sources._web import download


def published(options: PublishedFile, origin: Path, target: Path) -> None:
    """Copy or download the files of the options into a folder, byte for byte.

    Parameters
    ----------
    options : PublishedFile
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
        name = Path(urlparse(options.url).path).name
        if not name:
            raise ConfigError(f"address {options.url!r}: expected the address of a file")
        download(options.url, target / name)
        return
    for path in found_files(origin, options.files):
        if (target / path.name).exists():
            raise SourceError(f"two files are called {path.name}: give them different names")
        shutil.copyfile(path, target / path.name)
