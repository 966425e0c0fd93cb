"""Chains of sensors and analyses in the language of the report, and their files."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from mining import writers
from mining.language import Language, clean_name
from mining.report._slug import slugs
from mining.territory import UNKNOWN, duration_parts
from mining.transparency import (
    ANALYSES,
    VOCABULARY,
    Device,
    Link,
    Sheets,
    analysis_links,
    chain,
    device_links,
)


def chain_files(found: Sheets, minimum: int, words: Language) -> dict[str, str]:
    """Return the JSON document of each complete sensor and analysis, by relative path."""
    files = sensor_files(found, words)
    out = {}
    for device in found.devices:
        if device.sensor not in found.lacking:
            links = links_of_device(found, device, words)
            title = clean_name(device.name) or clean_name(device.sensor)
            out[files[device.sensor]] = _document(found, "device", title, links, words)
    if "" not in found.lacking:
        for name in ANALYSES:
            links = links_of_analysis(found, name, minimum, words)
            title = words.text(f"transparency.analysis.{name}.title")
            out[analysis_file(name, words)] = _document(found, "ai", title, links, words)
    return out


def links_of_device(found: Sheets, device: Device, words: Language) -> tuple[Link, ...]:
    """Return the chain of a sensor in the words of the report."""
    kept = duration(device.stated.retention, words)
    return device_links(device, found.reference, Say(words), kept)


class Say:
    """Texts of the room ``transparency`` of the catalogue."""

    def __init__(self, words: Language) -> None:
        self._words = words

    def __call__(self, key: str, **values: Any) -> str:
        return self._words.text(f"transparency.{key}", **values)


def _document(
    found: Sheets, namespace: str, title: str, links: Sequence[Link], words: Language
) -> str:
    say = Say(words)
    if found.simulated:
        title = f"{title} ({words.text('site.simulated_short')})"
    about = say(f"template.{namespace}_about", version=VOCABULARY[namespace][0])
    document = chain(
        namespace,
        links,
        found.reference,
        locale=words.code,
        title=title,
        template=(say(f"template.{namespace}"), about),
        created_at=found.created_at,
    )
    return writers.json_text(document)


def sensor_files(found: Sheets, words: Language) -> dict[str, str]:
    """Return the file of each sensor."""
    names = slugs([device.sensor for device in found.devices], words.raw("address.place"))
    return {sensor: _file("sensor", slug, words) for sensor, slug in names.items()}


def analysis_file(name: str, words: Language) -> str:
    """Return the file of an analysis."""
    return _file("calculation", words.raw(f"address.analysis.{name}"), words)


def _file(kind: str, name: str, words: Language) -> str:
    folder, word = words.raw("page.transparency.folder"), words.raw(f"address.{kind}")
    return f"{folder}/{word}-{name}.json"


def links_of_analysis(found: Sheets, name: str, minimum: int, words: Language) -> tuple[Link, ...]:
    """Return the chain of an analysis in the words of the report."""
    say = Say(words)

    def told(key: str, **values: object) -> str:
        text = say(key, **values)
        if key.endswith(".output_dataset") and minimum > 1 and found.about_people:
            text += " " + say("minimum", n=words.number(minimum))
        return text

    kept = duration(found.analyses.retention, words)
    return analysis_links(name, found.analyses, told, kept, about_people=found.about_people)


def duration(retention: str | None, words: Language) -> str:
    """Return how long data are kept, in words."""
    if retention is None or retention == UNKNOWN:
        text = words.text("transparency.unknown")
        return text[0].lower() + text[1:]
    parts = duration_parts(retention)
    if not parts:
        return words.set(clean_name(retention))
    told = [words.text(f"transparency.duration.{u}", count=n) for u, n in parts.items() if n]
    return words.join(told) or words.text("transparency.duration.nothing")
