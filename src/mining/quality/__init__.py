"""Quality: from a raw cube to a trusted one, by small pure rules that return codes."""

from mining.quality._clean import clean
from mining.quality._rules import DEFAULT_RULES
from mining.quality._summary import summary

__all__ = ["DEFAULT_RULES", "clean", "summary"]
