"""The files of a good territory."""

from __future__ import annotations

from pathlib import Path

YAML = """\
name: Ville d'essai
timezone: Europe/Paris
country: FR
school_zone: A
step: 1h
source:
  name: tables
  path: measures.csv
licence: CC BY 4.0
attribution: Ville d'essai
contact: commerce@ville.example
"""


FILES = {
    "territory.yaml": YAML,
    "sites.csv": """\
site_id,site_name,xlong,ylat
S1,Rue Haute,6.80,47.51
S2,Place du Marché,6.81,47.52
""",
    "channels.csv": """\
channel_id,site_id,mobility_type,direction,provider_direction_name,started_at,ended_at
c2,S1,PEDESTRIAN,S,,2024-12-31T23:00:00Z,
c1,S1,PEDESTRIAN,N,,2025-01-01T00:00:00+01:00,2026-01-01T00:00:00+01:00
c3,S2,BIKE,,Vers la gare,2025-07-01T00:00:00+02:00,
c4,S2,"BIKE,PEDESTRIAN",,Place du Marché vers le pont,2025-07-01T00:00:00+02:00,
""",
    "places.csv": "place,sensor\nRue Haute,c1\nRue Haute,c2\nMarché,c3\n",
    "journal.csv": """\
id,type,title,start,end,places,sensors,known_since,source,note
# les travaux de mars
T1,works,Chaussée,2026-03-03,2026-03-05,Rue Haute;Marché,,2026-02-10,Arrêté 12,

P1,fault,Panne,2026-04-01 08:30,,,c1;c2,,,
""",
    "corrections.csv": """\
incident,label,why,by,sensor,start,end
i1,works,Rue barrée,service voirie,c1,2026-03-03,2026-03-05
""",
    "opening_hours.csv": """\
place,weekday,opens,closes
Rue Haute,monday,09:00,12:00
Rue Haute,monday,14:00,19:00
Marché,sunday,18:00,02:00
Marché,monday,02:00,24:00
""",
}


def written(folder: Path, **changes: str | bytes | None) -> Path:
    """Write the folder of a good territory, changed file by file; None leaves one out."""
    folder.mkdir()
    named = {k.replace("_csv", ".csv").replace("_yaml", ".yaml"): c for k, c in changes.items()}
    for name, content in {**FILES, **named}.items():
        if content is not None:
            raw = content if isinstance(content, bytes) else content.encode("utf-8")
            (folder / name).write_bytes(raw)
    return folder
