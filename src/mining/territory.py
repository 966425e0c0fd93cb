"""What people declare about a territory."""

from mining._events import EVENT_FIELDS, EVENT_TYPES, FOREVER, Event, event_of

__all__ = ["EVENT_FIELDS", "EVENT_TYPES", "FOREVER", "Event", "event_of"]
