"""Print the JSON schema of chains: ``python -m mining.transparency``."""

from __future__ import annotations

import json
import sys

from mining.transparency import schema

if __name__ == "__main__":
    sys.stdout.write(json.dumps(schema(), ensure_ascii=False, indent=1, sort_keys=True) + "\n")
