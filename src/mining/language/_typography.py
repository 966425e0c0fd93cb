"""The spaces and apostrophes that a language wants."""

from __future__ import annotations

import re

NBSP = "\u00a0"
THIN = "\u202f"


def french_typography(text: str) -> str:
    """Set French spaces and apostrophes in a sentence written with plain ones.

    Notes
    -----
    A narrow no-break space stands before ``; ! ? %`` and within numbers, a no-break space before
    ``:`` and inside guillemets, and between a number and the word it counts.

    Examples
    --------
    >>> french_typography("L'essai : 12 h ?") == "L’essai\u00a0: 12\u00a0h\u202f?"
    True
    """
    text = text.replace("'", "’")
    text = re.sub(r"[ \u00a0\u202f]+([;!?%])", THIN + r"\1", text)
    text = re.sub(r"[ \u202f]+:(?=\s|$)", NBSP + ":", text)
    text = re.sub(r"«[ \u00a0\u202f]*", "«" + NBSP, text)
    text = re.sub(r"[ \u00a0\u202f]*»", NBSP + "»", text)
    return re.sub(r"(\d|\{n\}) (?=[a-zà-ÿ])", r"\1" + NBSP, text)


def english_typography(text: str) -> str:
    """Set apostrophes, and keep a number and the sign of its unit on one line.

    Examples
    --------
    >>> english_typography("It's 300 m.") == "It’s 300\u00a0m."
    True
    """
    text = text.replace("'", "’")
    return re.sub(r"(\d|\{\w+\}) (?=(?:k?m|h)\b)", r"\1" + NBSP, text)


TYPOGRAPHY = {"french": french_typography, "english": english_typography}
