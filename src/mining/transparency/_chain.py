"""A chain as a JSON document of DTPR."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import groupby
from typing import Any

from mining.transparency._links import Link
from mining.transparency._taxonomy import LOCALES, VOCABULARY, Category, Taxonomy, Text

SCHEMA = {
    "name": "DTPR",
    "version": "0.1",
    "namespace": "https://dtpr.io/schemas/datachain/v0.1",
}


def chain(
    namespace: str,
    links: Sequence[Link],
    reference: Taxonomy,
    *,
    locale: str,
    title: str,
    template: tuple[str, str],
    created_at: str,
) -> dict[str, Any]:
    """Return the document of one chain.

    Parameters
    ----------
    namespace : str
        ``device`` or ``ai``.
    links : sequence of Link
        Its elements; their order within a category is their priority.
    reference : Taxonomy
        Categories and contexts, named in French and English.
    locale : str
        Language of `title` and `template`.
    title : str
        Name of the sensor or of the analysis.
    template : tuple of str
        Title and description of this sort of chain.
    created_at : str
        Last time of the data, ISO 8601 in UTC: the document is the same on each run.

    Returns
    -------
    dict
        JSON-ready; valid against :func:`mining.transparency.schema`.

    References
    ----------
    Datachain schema 0.1 of DTPR (dtpr.io), where a category without element says nothing.
    """
    rank = {c.id: n for n, c in enumerate(reference.categories[namespace])}
    ordered = sorted(links, key=lambda link: rank[link.category])
    return {
        "schema": dict(SCHEMA),
        "datachain": {
            "type": namespace,
            "version": VOCABULARY[namespace][1],
            "title": [{"locale": locale, "value": template[0]}],
            "description": [{"locale": locale, "value": template[1]}],
            "categories": [_category(c) for c in reference.categories[namespace]],
        },
        "instance": {
            "title": [{"locale": locale, "value": title}],
            "created_at": created_at,
            "elements": [
                _element(link, priority)
                for _, group in groupby(ordered, key=lambda link: link.category)
                for priority, link in enumerate(group)
            ],
        },
    }


def _category(category: Category) -> dict[str, Any]:
    out: dict[str, Any] = {
        "id": category.id,
        "order": category.order,
        "name": _localised(category.name),
        "prompt": _localised(category.prompt),
        "description": _localised(category.about),
    }
    if category.contexts:
        out["context_types"] = [
            {
                "id": context.id,
                "name": _localised(context.name),
                "description": _localised(context.about),
                "color": context.color,
            }
            for context in category.contexts
        ]
    return out


def _element(link: Link, priority: int) -> dict[str, Any]:
    out: dict[str, Any] = {
        "element_id": link.element,
        "category_id": link.category,
        "priority": priority,
    }
    if link.context:
        out["context_type_id"] = link.context
    if link.variables:
        out["variables"] = [{"id": name, "value": value} for name, value in link.variables]
    return out


def _localised(text: Text, codes: Iterable[str] = LOCALES) -> list[dict[str, str]]:
    return [{"locale": code, "value": text[code]} for code in codes]
