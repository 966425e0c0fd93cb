"""Print the JSON Schema of incidents: ``python -m mining.anomaly > docs/incidents.schema.json``."""

from __future__ import annotations

import json
import sys

from mining.anomaly._schema import schema

if __name__ == "__main__":
    sys.stdout.write(json.dumps(schema(), ensure_ascii=False, indent=1, sort_keys=True) + "\n")
