"""Opening hours against passages: who goes by closed doors, and what an extra hour would meet."""

from mining.opening._doors import WEEKDAYS, Door, doors
from mining.opening._passing import closed_doors, extra_hours, quiet_hours

__all__ = ["WEEKDAYS", "Door", "closed_doors", "doors", "extra_hours", "quiet_hours"]
