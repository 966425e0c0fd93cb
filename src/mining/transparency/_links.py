"""The links of a chain: which elements say what is stated of a device or of an analysis."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Protocol

from mining.territory import UNKNOWN, Organisation, duration_parts
from mining.transparency._missing import CATEGORY
from mining.transparency._stated import Device, Stated
from mining.transparency._taxonomy import Taxonomy


class Say(Protocol):
    """A text of the language of the sheets, by its key."""

    def __call__(self, key: str, **values: object) -> str:
        """Return the text with `values` in it."""


#: The analyses of the workspace: the element that says how each works, and what it gives.
ANALYSES = {
    "forecast": ("classification_prediction", "output_about_a_measurement"),
    "incidents": ("anomaly_detection", "output_operational_data"),
    "groups": ("clustering_segmentation", "output_about_a_place"),
}

#: Contexts of technology, what identifies first.
IDENTIFYING = ("identifiable", "de_identified", "none")


@dataclass(frozen=True)
class Link:
    """One element of a chain.

    Attributes
    ----------
    category, element : str
        Identifiers of the taxonomy.
    context : str
        Identifier of a context of the category; "" for none.
    variables : tuple of tuple of str
        Identifier and value of each text that completes the element.
    """

    category: str
    element: str
    context: str = ""
    variables: tuple[tuple[str, str], ...] = ()


def device_links(device: Device, reference: Taxonomy, say: Say, duration: str) -> tuple[Link, ...]:
    """Return the links of the chain of a sensor, in order within each category.

    Parameters
    ----------
    device : Device
        What is stated of the sensor.
    reference : Taxonomy
        For the context of each technology.
    say : callable
        Texts ``role.deployer``, ``role.vendor``, ``role.provider`` and ``contact``.
    duration : str
        How long the data are kept, in words.

    Notes
    -----
    What is ``unknown`` has no element: its category stays empty in the chain. What identifies
    stands first among technologies.
    """
    stated = device.stated
    names = {e: reference.elements["device", "tech"][e].context for e in _known(stated.technology)}
    ranked = sorted(names, key=lambda e: _rank(names[e]))
    links = [*_accountable(stated, say, context=False)]
    if device.provider:
        named = (("title", device.provider), ("description", say("role.provider")))
        links.append(Link("accountable", "organization", "", named))
    for field, category in CATEGORY.items():
        if field == "technology":
            links += [Link("tech", e, names[e]) for e in ranked]
        else:
            links += [Link(category, e) for e in _known(getattr(stated, field))]
    return (*links, *_retention(stated, duration))


def analysis_links(
    name: str, stated: Stated, say: Say, duration: str, *, about_people: bool
) -> tuple[Link, ...]:
    """Return the links of the chain of one of :data:`ANALYSES`.

    Parameters
    ----------
    name : str
        The analysis.
    stated : Stated
        Of :func:`mining.transparency.analyses`.
    say : callable
        Texts as for :func:`device_links`, and ``analysis.<name>.<category>``.
    duration : str
        How long results are kept, in words.
    about_people : bool
        Whether the sensors count passages: then input and output are anonymous data about people;
        otherwise they are about nobody.

    Notes
    -----
    The analyses flag, a person decides: ``analytical_mode`` with ``human_decides``. Elements of
    harm are not used: the taxonomy takes them from a source under CC BY-SA.
    """
    method, output = ANALYSES[name]
    anonymous = "de_identified" if about_people else ""

    def told(category: str, element: str, context: str = "", key: str = "") -> Link:
        text = say(f"analysis.{name}.{key or category}")
        return Link(category, element, context, (("additional_description", text),))

    rights = ["right_algorithmic_transparency"]
    if stated.feedback and stated.feedback != UNKNOWN:
        rights.append("right_to_human_review")
    people = (("title", say("affected.title")), ("description", say("affected.description")))
    kept = (("duration", duration),)
    return (
        *(Link("purpose", e) for e in _known(stated.purposes)),
        *_accountable(stated, say, context=True),
        Link("affected", "people", "community", people),
        told("functional_modes", "analytical_mode", "human_decides"),
        *(Link("rights", e, "", (("rights", say(f"rights.{e}")),)) for e in rights),
        told("input_dataset", "input_about_a_measurement", anonymous),
        told("input_dataset", "input_operational_data", key="calendar"),
        told("processing", method),
        told("output_dataset", output, anonymous),
        *(Link("access", e) for e in _known(stated.access)),
        *_retention(stated, duration),
        *(Link("storage", e, "", kept) for e in _known(stated.storage)),
    )


def identifying(links: Iterable[Link]) -> str:
    """Return the strongest context of the technologies of a chain, "" where none is known."""
    contexts = {link.context for link in links if link.category == "tech" and link.context}
    return min(contexts, key=_rank, default="")


def _rank(context: str) -> int:
    return IDENTIFYING.index(context) if context in IDENTIFYING else len(IDENTIFYING)


def _known(elements: tuple[str, ...] | None) -> tuple[str, ...]:
    return tuple(e for e in elements or () if e != UNKNOWN)


def _accountable(stated: Stated, say: Say, *, context: bool) -> list[Link]:
    found = [o for o in stated.accountable or () if o.organisation != UNKNOWN]
    ordered = sorted(found, key=lambda o: o.role != "deployer")
    return [
        Link(
            "accountable",
            "organization",
            o.role if context else "",
            (("title", o.organisation), ("description", _role(o, say))),
        )
        for o in ordered
    ]


def _role(organisation: Organisation, say: Say) -> str:
    role = say(f"role.{organisation.role}")
    if organisation.contact == UNKNOWN:
        return role
    return f"{role} {say('contact', contact=organisation.contact)}"


def _retention(stated: Stated, duration: str) -> list[Link]:
    if not stated.retention or stated.retention == UNKNOWN:
        return []
    parts = duration_parts(stated.retention)
    element = "no_data_retained" if parts and not any(parts.values()) else "data_retained"
    return [Link("retention", element, "", (("duration", duration),))]
