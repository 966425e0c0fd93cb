"""The words of DTPR that the house uses: elements, categories and contexts, with our own labels."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import pandas as pd

from mining.errors import ConfigError
from mining.readers.csv_files import Column, one_of, read_table

#: Name and date of the vocabulary of each sort of chain.
VOCABULARY = {
    "device": ("v1", "2025-08-29T00:00:00Z"),
    "ai": ("ai@2026-08-12-beta", "2026-08-12T00:00:00Z"),
}

LOCALES = ("fr", "en")

Text = Mapping[str, str]


@dataclass(frozen=True)
class Context:
    """What an element may be said to be, such as ``de_identified``.

    Attributes
    ----------
    id, color : str
        Identifier, and colour ``#RRGGBB``.
    name, about : mapping of str
        Label and sentence by language.
    """

    id: str
    color: str
    name: Text
    about: Text


@dataclass(frozen=True)
class Category:
    """One link of a chain.

    Attributes
    ----------
    id, shape : str
        Identifier, and shape in which the standard draws its elements.
    order : int
        Place in the chain.
    variables, required : tuple of str
        What its elements may and must be completed with.
    name, prompt, about : mapping of str
        Label, question and sentence by language.
    contexts : tuple of Context
        What its elements may be said to be.
    """

    id: str
    shape: str
    order: int
    variables: tuple[str, ...]
    required: tuple[str, ...]
    name: Text
    prompt: Text
    about: Text
    contexts: tuple[Context, ...]


@dataclass(frozen=True)
class Element:
    """One thing that a chain can say.

    Attributes
    ----------
    id : str
        Identifier.
    context : str
        Context that goes with it by definition; "" where it has none.
    name : mapping of str
        Label by language.
    """

    id: str
    context: str
    name: Text


@dataclass(frozen=True)
class Taxonomy:
    """Categories and elements by sort of chain (``device``, ``ai``).

    Attributes
    ----------
    categories : mapping
        Sort of chain to its categories, in order.
    elements : mapping
        Sort of chain and category to elements by identifier.
    """

    categories: Mapping[str, tuple[Category, ...]]
    elements: Mapping[tuple[str, str], Mapping[str, Element]]

    def context(self, namespace: str, category: str, context: str) -> Context:
        """Return a context of a category."""
        (found,) = (c for c in self.categories[namespace] if c.id == category)
        return next(c for c in found.contexts if c.id == context)


def taxonomy(folder: Path) -> Taxonomy:
    """Read ``dtpr_categories.csv``, ``dtpr_contexts.csv`` and ``dtpr_elements.csv``.

    Parameters
    ----------
    folder : Path
        ``data/reference`` of the workspace.

    Raises
    ------
    ConfigError
        If a table is absent or wrong; the message names line and column.
    """
    categories = _table(folder / "dtpr_categories.csv", ("order", "shape", "variables"), about=True)
    contexts = _table(folder / "dtpr_contexts.csv", ("context", "color"), about=True)
    elements = _table(folder / "dtpr_elements.csv", ("element", "context"))
    return Taxonomy(
        categories={
            namespace: tuple(
                sorted(
                    (_category(row, contexts) for row in _rows(categories, namespace=namespace)),
                    key=lambda c: c.order,
                )
            )
            for namespace in VOCABULARY
        },
        elements={
            (row["namespace"], row["category"]): {
                e["element"]: Element(e["element"], e["context"], _text(e))
                for e in _rows(elements, namespace=row["namespace"], category=row["category"])
            }
            for row in _rows(categories)
        },
    )


def _table(path: Path, own: tuple[str, ...], *, about: bool = False) -> pd.DataFrame:
    if not path.is_file():
        msg = f"{path.name}: not in the folder {path.parent.name}; it comes with the workspace"
        raise ConfigError(msg)
    texts = [f"{kind}{code}" for kind in ("", "about_") for code in LOCALES if about or not kind]
    columns = [Column("namespace", required=True, check=one_of(*VOCABULARY))]
    columns += [Column(name, required=True) for name in ("category", *texts)]
    columns += [Column(name) for name in (*own, "prompt_fr", "prompt_en")]
    return read_table(path, columns)


def _rows(table: pd.DataFrame, **where: str) -> list[dict[str, str]]:
    for column, value in where.items():
        table = table[table[column] == value]
    return [{str(k): str(v) for k, v in row.items()} for row in table.to_dict("records")]


def _text(row: Mapping[str, str], kind: str = "") -> Text:
    return {code: row[f"{kind}{code}"] for code in LOCALES}


def _category(row: Mapping[str, str], contexts: pd.DataFrame) -> Category:
    named = [name for name in row["variables"].split(";") if name]
    own = _rows(contexts, namespace=row["namespace"], category=row["category"])
    return Category(
        id=row["category"],
        shape=row["shape"],
        order=int(row["order"]),
        variables=tuple(name.rstrip("!") for name in named),
        required=tuple(name.rstrip("!") for name in named if name.endswith("!")),
        name=_text(row),
        prompt=_text(row, "prompt_"),
        about=_text(row, "about_"),
        contexts=tuple(
            Context(c["context"], c["color"], _text(c), _text(c, "about_")) for c in own
        ),
    )
