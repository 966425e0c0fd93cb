"""Transparency sheets put into words: one for each kind of sensor, one for each analysis."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from markupsafe import Markup

from mining.language import Language, clean_name
from mining.report._chains import (
    Say,
    analysis_file,
    links_of_analysis,
    links_of_device,
    sensor_files,
)
from mining.report._signs import Sign, signs, telephone_sign
from mining.territory import UNKNOWN
from mining.transparency import ANALYSES, CATEGORY, Group, Link, Sheets, Stated

#: Field of ``territory.yaml`` that fills a category of a chain.
_FIELD = {category: field for field, category in CATEGORY.items()}
_FIELD |= {name: name for name in ("accountable", "retention")}


class Answer(NamedTuple):
    """One answer, and what completes it ("" where nothing does)."""

    label: str
    text: str = ""


@dataclass(frozen=True)
class Row:
    """One question of a sheet and its answers.

    Attributes
    ----------
    shape, prompt : str
        Shape of the category, and its question.
    answers : tuple of Answer
        What is stated; empty where it is not.
    state : {"known", "unknown", "lacking"}
        Whether it is stated, declared unknown, or forgotten.
    """

    shape: str
    prompt: str
    answers: tuple[Answer, ...]
    state: str


@dataclass(frozen=True)
class Sheet:
    """One page to print.

    Attributes
    ----------
    id, label, title : str
        Anchor, sort of sheet, and heading.
    signs : tuple of Sign
        Hexagons: purpose, who answers, technology or mode.
    rows : tuple of Row
        The chain.
    note : str
        Sentence of the territory.
    members : tuple of tuple of str
        Name and file of each sensor; the file is "" where the sheet is not complete.
    file : str
        File of an analysis.
    feedback : str
        Where to write; "" where it is not known.
    code : Markup or None
        The same for a telephone.
    complete : bool
        Whether nothing is forgotten.
    """

    id: str
    label: str
    title: str
    signs: tuple[Sign, ...]
    rows: tuple[Row, ...]
    note: str
    members: tuple[tuple[str, str], ...]
    file: str
    feedback: str
    code: Markup | None
    complete: bool


def sheet_views(found: Sheets, minimum: int, words: Language) -> tuple[Sheet, ...]:
    """Return the sheets of a territory: kinds of sensors, then analyses."""
    titles = _titles(found.groups, words)
    anchor = words.raw("address.sensors")
    devices = [
        _device_sheet(found, group, title, f"{anchor}-{n}", words)
        for n, (group, title) in enumerate(zip(found.groups, titles, strict=True), start=1)
    ]
    return (*devices, *(_analysis_sheet(found, name, minimum, words) for name in ANALYSES))


def _device_sheet(found: Sheets, group: Group, title: str, anchor: str, words: Language) -> Sheet:
    device, say = group.device, Say(words)
    links = links_of_device(found, device, words)
    complete = device.sensor not in found.lacking
    files = sensor_files(found, words) if complete else {}
    feedback = _address(device.stated)
    return Sheet(
        id=anchor,
        label=say("device_label"),
        title=title,
        signs=signs(found, "device", anchor, links, words),
        rows=_rows(found, "device", device.stated, links, words, hidden=device.hidden_below),
        note=say("note", note=words.set(words.isolate(device.note))) if device.note else "",
        members=tuple((name, files.get(sensor, "")) for sensor, name in _told_apart(group)),
        file="",
        feedback=feedback,
        code=telephone_sign(anchor, feedback, words) if feedback else None,
        complete=complete,
    )


def _analysis_sheet(found: Sheets, name: str, minimum: int, words: Language) -> Sheet:
    say, anchor = Say(words), f"{words.raw('address.calculation')}-{name}"
    links = links_of_analysis(found, name, minimum, words)
    complete = "" not in found.lacking
    feedback = _address(found.analyses)
    return Sheet(
        id=anchor,
        label=say("analysis_label"),
        title=say(f"analysis.{name}.title"),
        signs=signs(found, "ai", anchor, links, words),
        rows=_rows(found, "ai", found.analyses, links, words),
        note="",
        members=(),
        file=analysis_file(name, words) if complete else "",
        feedback=feedback,
        code=telephone_sign(anchor, feedback, words) if feedback else None,
        complete=complete,
    )


def _address(stated: Stated) -> str:
    return "" if stated.feedback in (None, UNKNOWN) else str(stated.feedback)


def _rows(
    found: Sheets,
    namespace: str,
    stated: Stated,
    links: Sequence[Link],
    words: Language,
    *,
    hidden: int = 0,
) -> tuple[Row, ...]:
    out = []
    for category in found.reference.categories[namespace]:
        own = [link for link in links if link.category == category.id]
        said = getattr(stated, _FIELD.get(category.id, ""), True)
        state = "known" if own else "unknown" if said else "lacking"
        names = found.reference.elements[namespace, category.id]
        answers = tuple(_answer(link, names[link.element].name, hidden, words) for link in own)
        prompt = words.set(category.prompt[words.code])
        out.append(Row(category.shape, prompt, answers, state))
    return (*out, _feedback_row(stated, words))


def _feedback_row(stated: Stated, words: Language) -> Row:
    address = _address(stated)
    answers = (Answer(address),) if address else ()
    state = "known" if address else "unknown" if stated.feedback else "lacking"
    return Row("hexagon", words.text("transparency.feedback_prompt"), answers, state)


def _answer(link: Link, name: Mapping[str, str], hidden: int, words: Language) -> Answer:
    values = dict(link.variables)
    label = words.isolate(values["title"]) if "title" in values else words.set(name[words.code])
    told = ("description", "rights", "additional_description")
    text = words.read(next((values[key] for key in told if key in values), ""))
    if link.element == "data_retained":
        text = values["duration"]
    elif link.element == "k_anonymity":
        text = words.text("transparency.minimum_published", n=words.number(hidden))
    return Answer(label, text)


def _titles(groups: Sequence[Group], words: Language) -> list[str]:
    titles = []
    for group in groups:
        title = words.text(f"transparency.kind.{group.device.kind}")
        counter = f"transparency.counter.{group.device.counter.lower().replace(' ', '_')}"
        titles.append(words.text(counter, title=title) if words.has(counter) else title)
    return [
        title
        if titles.count(title) == 1
        else words.text("transparency.numbered", title=title, n=titles[: k + 1].count(title))
        for k, title in enumerate(titles)
    ]


def _told_apart(group: Group) -> list[tuple[str, str]]:
    names = [clean_name(name) or sensor for sensor, name in group.members]
    seen = Counter(names)
    return [
        (sensor, name if seen[name] == 1 else f"{name} ({clean_name(sensor)})")
        for (sensor, _), name in zip(group.members, names, strict=True)
    ]
