"""An e-mail about a place, ready to be opened, addressed and sent by a person: text, HTML, PDF."""

from __future__ import annotations

import hashlib
import re
from email.message import EmailMessage
from email.policy import SMTP

#: A plain address and nothing else: no name, no list, no second line.
_ADDRESS = re.compile(r"[A-Za-z0-9._%+-]{1,64}@(?:[A-Za-z0-9-]{1,63}\.)+[A-Za-z]{2,63}")
#: Longest subject: more is cut off by most readers of mail.
LONGEST_SUBJECT = 120
#: Names under this domain belong to nobody (RFC 2606).
DOMAIN = "forage.invalid"


def draft(*, subject: str, text: str, html: str, pdf: bytes, name: str, contact: str) -> bytes:
    """Return an e-mail as the bytes of an ``.eml`` file.

    Parameters
    ----------
    subject : str
        One line; line breaks in it become spaces.
    text, html : str
        The same content twice. The text stands alone.
    pdf : bytes
        What is attached.
    name : str
        File name of the attachment.
    contact : str
        Sender where it is an address and nothing else; otherwise the sender is left out.

    Returns
    -------
    bytes
        The same for the same content.

    Notes
    -----
    A draft has neither recipient nor date: both belong to who sends it. ``X-Unsent: 1`` tells mail
    programs to open it for writing. The name of the message and the lines between its parts come
    from the hash of its content (RFC 5322 and 2046 ask only that they differ).
    """
    digest = hashlib.sha256()
    for part in (subject, text, html, name, contact):
        digest.update(part.encode() + b"\0")
    digest.update(pdf)
    mark = digest.hexdigest()[:32]
    message = EmailMessage(policy=SMTP.clone(max_line_length=76))
    message["Subject"] = _one_line(subject)
    if _ADDRESS.fullmatch(contact):
        message["From"] = contact
    message["To"] = ""
    message["Message-ID"] = f"<{mark}@{DOMAIN}>"
    message["X-Unsent"] = "1"
    message.set_content(text, cte="quoted-printable")
    message.add_alternative(html, subtype="html", cte="quoted-printable")
    message.set_boundary(f"alternative-{mark}")
    message.add_attachment(pdf, maintype="application", subtype="pdf", filename=name)
    message.set_boundary(f"mixed-{mark}")
    return message.as_bytes()


def _one_line(subject: str) -> str:
    """Return one line that holds no encoded word (RFC 2047): decoded, it could hold a second."""
    line = " ".join(subject.split()).replace("=?", "= ?")
    if len(line) <= LONGEST_SUBJECT:
        return line
    return line[:LONGEST_SUBJECT].rstrip() + "…"
