"""E-mail drafts: read back by the standard library, whole, quiet and the same each time."""

from __future__ import annotations

import io
import re
from collections.abc import Mapping
from email import message_from_bytes, policy
from email.message import EmailMessage
from typing import Any, cast

import html5lib
import pikepdf
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

import report_inputs as inputs
from mining import cube as cubes
from mining.report import build
from mining.report._mail import LONGEST_SUBJECT, draft

PARTS: dict[str, Any] = {
    "subject": "Rue A : les passages",
    "text": "Bonjour,\n\n12 passages.\n",
    "html": "<p>12 passages.</p>\n",
    "pdf": b"%PDF-1.7 essai",
    "name": "rue-a.pdf",
    "contact": "donnees@example.org",
}


def parsed(raw: bytes) -> EmailMessage:
    return cast("EmailMessage", message_from_bytes(raw, policy=policy.default))


def body(message: EmailMessage, kind: str) -> str:
    part = message.get_body((kind,))
    assert part is not None
    return str(part.get_content())


def plain(text: str) -> str:
    return re.sub(r"\s+", " ", text)


@pytest.fixture(scope="module")
def site(whole_report: Mapping[str, str | bytes]) -> dict[str, str | bytes]:
    return dict(whole_report)


@pytest.fixture(scope="module")
def letter(site: dict[str, str | bytes]) -> EmailMessage:
    raw = site["courriels/rue-des-febvres.eml"]
    assert isinstance(raw, bytes)
    return parsed(raw)


def test_a_draft_has_a_subject_and_a_sender_and_waits_to_be_sent(letter: EmailMessage) -> None:
    assert letter["Subject"] == "Rue des Febvres : les passages de la semaine (Pays d’essai)"
    assert letter["From"] == "donnees@example.org"
    assert letter["To"] == ""
    assert letter["X-Unsent"] == "1"
    for absent in ("Date", "Cc", "Bcc", "Reply-To", "Received", "User-Agent"):
        assert letter[absent] is None
    assert letter.get_content_type() == "multipart/mixed"
    kinds = [part.get_content_type() for part in letter.walk()]
    assert kinds == [
        "multipart/mixed", "multipart/alternative", "text/plain", "text/html", "application/pdf",
    ]  # fmt: skip
    assert not letter.defects
    assert not [d for part in letter.walk() for d in part.defects]


def test_the_printed_pages_are_attached(site: dict[str, str | bytes], letter: EmailMessage) -> None:
    (attached,) = letter.iter_attachments()
    assert attached.get_filename() == "rue-des-febvres.pdf"
    assert attached.get_content() == site["pdf/rue-des-febvres.pdf"]


def test_the_text_alone_says_it_all(site: dict[str, str | bytes], letter: EmailMessage) -> None:
    page = html5lib.parse(str(site["lieux/rue-des-febvres.html"]), namespaceHTMLElements=False)
    text = plain(body(letter, "plain"))
    key = [plain("".join(e.itertext())).strip() for e in page.findall(".//dl[@class='key']//dd")]
    assert len(key) == 3
    sections = {s.get("aria-labelledby"): s for s in page.iter("section")}
    parts = ("retenir", "semaine-titre", "pourquoi", "faire", "qualite", "sources")
    lists = [sections[name].find("ul") for name in parts]
    told = [plain("".join(e.itertext())).strip() for one in lists for e in one.iter("li")]
    days = sections["prevision-titre"].find("ul").iter("li")
    # What drives a day stands on the page and on paper only.
    told += [plain("".join(e.itertext())).strip().split(" C’est ")[0] for e in days]
    assert len(told) > 25
    for sentence in [*key, *told]:
        # How far a figure can be trusted stands in a frame there, in brackets here.
        assert re.sub(r" (Solide|Indicatif|Insuffisant)$", r" (\1)", sentence) in text, sentence
    rows = [[plain("".join(c.itertext())) for c in row] for row in page.iter("tr")]
    totals = next(row[1:] for row in rows if row[0] == "Total" and len(row) == 8)
    for day, total in zip(("Lundi", "Mardi", "Mercredi"), totals, strict=False):
        assert f"{day} : {total}" in text
    assert "120 passages au lieu de 900" in text  # its incident
    assert "joints en PDF" in text


def test_html_and_text_say_the_same(letter: EmailMessage) -> None:
    page = html5lib.HTMLParser(strict=True, namespaceHTMLElements=False).parse(body(letter, "html"))
    assert page.get("lang") == "fr"
    assert not [e for e in page.iter() if e.tag in {"img", "script", "link", "style", "form"}]
    levels = [e.tag for e in page.iter() if re.fullmatch(r"h\d", str(e.tag))]
    assert levels[0] == "h1"
    assert set(levels[1:]) == {"h2"}
    text = plain(body(letter, "plain"))
    said = [plain("".join(e.itertext())).strip() for e in page.iter() if e.tag in {"li", "p"}]
    assert len(said) > 40
    assert all(sentence in text for sentence in said)


def test_a_draft_travels_as_seven_bit_lines(site: dict[str, str | bytes]) -> None:
    for name, raw in site.items():
        if name.endswith(".eml"):
            assert isinstance(raw, bytes)
            assert raw.isascii()
            lines = raw.split(b"\r\n")
            assert not any(b"\n" in line or b"\r" in line for line in lines)
            assert max(len(line) for line in lines) <= 998
            assert len(raw) < 1_500_000


def test_the_same_content_gives_the_same_bytes_and_another_one_another_name() -> None:
    assert draft(**PARTS) == draft(**PARTS)
    for key, other in (("text", "13"), ("subject", "Rue B"), ("pdf", b"%PDF-1.7 autre")):
        changed = parsed(draft(**{**PARTS, key: other}))
        assert changed["Message-ID"] != parsed(draft(**PARTS))["Message-ID"]
    assert re.fullmatch(r"<[0-9a-f]{32}@forage\.invalid>", parsed(draft(**PARTS))["Message-ID"])


@pytest.mark.parametrize(
    ("contact", "sender"),
    [
        ("donnees@example.org", "donnees@example.org"),
        ("Mairie, 1 place de l'Hôtel-de-Ville", None),
        ("Heart of the City, https://www.hotcity.co.nz", None),
        ("a@example.org, b@example.org", None),
        ("a@example.org\nBcc: c@example.org", None),
        ("Anne <anne@example.org>", None),
        ("a@localhost", None),
        ("", None),
    ],
)
def test_the_sender_is_an_address_or_nobody(contact: str, sender: str | None) -> None:
    message = parsed(draft(**{**PARTS, "contact": contact}))
    assert message["From"] == sender
    assert message["Bcc"] is None


@settings(max_examples=100, deadline=None)
@given(st.text(max_size=300))
@example("=?utf-8?q?=0aBcc:_e@f.fr?=")
@example("=?utf-8?b?DQpCY2M6IGVAZi5mcg==?=")
@example("a\r\nBcc: e@f.fr\u2028Cc: e@f.fr\x85")
def test_no_name_adds_a_header(subject: str) -> None:
    raw = draft(**{**PARTS, "subject": subject.encode("utf-8", "ignore").decode()})
    head = raw.split(b"\r\n\r\n")[0].decode("ascii")
    names = re.findall(r"^([\w-]+):", head, re.MULTILINE)
    assert names == [
        "Subject", "From", "To", "Message-ID", "X-Unsent", "MIME-Version", "Content-Type",
    ]  # fmt: skip
    message = parsed(raw)
    assert len(str(message["Subject"])) <= LONGEST_SUBJECT + 1
    assert body(message, "plain").replace("\r\n", "\n") == PARTS["text"]


HOSTILE = (
    "Rue A\r\nBcc: evil@example.org\r\n\r\n<script>alert(1)</script>",
    'Rue "B" <x@y.fr>; =?utf-8?q?=0aBcc:_e@f.fr?= ' + "é" * 200,
    "\u202eشارع السوق\u2066 🎄",
)


def test_hostile_names_stay_names() -> None:
    sensors = tuple((f"s{k}", name, 1.0) for k, name in enumerate(HOSTILE))
    cube = inputs.cube_of("2025-10-20", sensors=sensors)
    territory = inputs.territory(name=HOSTILE[0], contact=HOSTILE[0])
    out = build(territory, cube, cubes.by_place(cube))
    drafts = {name: raw for name, raw in out.items() if name.endswith(".eml")}
    assert len(drafts) == 3
    for name, raw in drafts.items():
        assert isinstance(raw, bytes)
        assert re.fullmatch(r"courriels/[a-z0-9-]{1,65}\.eml", name)
        message = parsed(raw)
        assert message["Bcc"] is None
        assert message["From"] is None
        page = html5lib.parse(body(message, "html"), namespaceHTMLElements=False)
        assert not list(page.iter("script"))
        assert "\u202e" not in body(message, "plain") + str(message["Subject"])
        (attached,) = message.iter_attachments()
        assert attached.get_filename() == name.removeprefix("courriels/")[:-4] + ".pdf"


def test_a_published_page_is_linked_and_without_an_address_nothing_is(
    site: dict[str, str | bytes],
) -> None:
    address = "https://ville.example/passages/lieux/rue-des-febvres.html"
    given = {**inputs.everything(), "windows": None, "impacts": None}
    given["territory"] = inputs.territory(site="https://ville.example/passages")
    out = build(**given)
    raw = out["courriels/rue-des-febvres.eml"]
    assert isinstance(raw, bytes)
    message = parsed(raw)
    assert address in body(message, "plain").split()
    html = html5lib.parse(body(message, "html"), namespaceHTMLElements=False)
    assert [a.get("href") for a in html.iter("a")] == [address]
    links = re.findall(r'<link rel="canonical" href="(.*?)">', str(out["index.html"]))
    assert links == ["https://ville.example/passages/"]
    for name, page in site.items():
        if name.endswith((".eml", ".html")):
            text = page if isinstance(page, str) else body(parsed(page), "html")
            assert "canonical" not in text
            assert "https://" not in text
    printed = pikepdf.open(io.BytesIO(out["pdf/rue-des-febvres.pdf"]))  # type: ignore[arg-type]
    annotations = list(printed.pages[0].get("/Annots", []))
    assert [str(a.A.URI) for a in annotations] == [address]
    assert len(printed.pages) == 2
