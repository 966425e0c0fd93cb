"""Words of the incidents, in French: tables by holiday, kind, rule and label.

Another language is another module with the same names, and another :mod:`mining.anomaly._texts`.
"""

from __future__ import annotations

#: Names of holidays that the calendar does not know in French, by their stable key.
HOLIDAYS = {
    "new_years_day": "le jour de l’An",
    "day_after_new_years_day": "le lendemain du jour de l’An",
    "good_friday": "le Vendredi saint",
    "easter_monday": "le lundi de Pâques",
    "labour_day": "la fête du Travail",
    "labor_day": "la fête du Travail",
    "christmas_day": "Noël",
    "boxing_day": "le lendemain de Noël",
    "thanksgiving_day": "le jour d’Action de grâce",
    "sovereigns_birthday": "l’anniversaire du souverain",
}

#: What a fault looks like, by kind: one sensor, several.
SEEN = {
    "silence": ("ne transmet rien", "ne transmettent rien"),
    "zeros": ("ne compte que des zéros", "ne comptent que des zéros"),
    "stuck": ("répète la même valeur", "répètent la même valeur"),
    "smooth": ("donne une suite trop lisse", "donnent une suite trop lisse"),
    "spike": ("donne une valeur isolée énorme", "donnent une valeur isolée énorme"),
    "ceiling": ("bute sur un plafond", "butent sur un plafond"),
    "copy": ("recopie une période passée", "recopient une période passée"),
    "twin": ("recopie un autre capteur", "recopient un autre capteur"),
    "clock": ("décale ses heures", "décalent leurs heures"),
    "pattern": ("change de profil horaire", "changent de profil horaire"),
    "declared": ("est en panne", "sont en panne"),
    "absurd": ("donne des valeurs impossibles", "donnent des valeurs impossibles"),
    "low": ("ne voit presque rien", "ne voient presque rien"),
    "swap": ("donne les comptages de l’autre voie", "échangent leurs comptages"),
    "multiple": ("multiplie ses comptages", "multiplient leurs comptages"),
    "cumulative": ("donne un cumul", "donnent un cumul"),
    "filled": ("donne des valeurs reconstituées", "donnent des valeurs reconstituées"),
}
#: The same for a kind that has no words of its own.
FAULTY = ("se comporte en capteur malade", "se comportent en capteurs malades")

#: Why this label, by rule; the journal, diversions and corrections have sentences of their own.
#: ``{maybe}`` is "sans doute" or "peut-être", as the label is sure or not;
#: ``{words}`` is a holiday, hours or a street.
WHY = {
    "coded": "panne reconnue à ses valeurs",
    "coded_silence": "panne ou coupure de transmission",
    "coded_declared": "panne inscrite au journal",
    "network": "coupure commune de transmission ou de courant",
    "zeros": "{maybe} un compteur arrêté",
    "low": "{maybe} un compteur en panne",
    "stuck": "{maybe} un compteur bloqué",
    "smooth": "{maybe} des valeurs reconstituées",
    "spike": "{maybe} une erreur de mesure",
    "clock": "{maybe} une horloge décalée de {words}",
    "pattern": "{maybe} un capteur déréglé",
    "level": "{maybe} un capteur déplacé ou déréglé",
    "level_shared": "changement durable et commun, cause à trouver",
    "drift": "{maybe} un capteur qui dérive",
    "works": "{maybe} des travaux",
    "works_shared": "baisse commune, {maybe} des travaux",
    "closure": "{maybe} une rue fermée",
    "holiday": "{words} l’explique",
    "season": "{maybe} l’effet des fêtes ou des congés",
    "surge": "hausse brève, {maybe} un événement",
    "surge_shared": "hausse commune, {maybe} un événement",
    "town_surge": "{maybe} un événement",
    "town_drop": "{maybe} la météo",
    "town_level": "cause à trouver",
    "unexplained": "cause à trouver",
}

#: Labels in words, as a correction gives them.
LABELS = {
    "fault": "panne",
    "works": "travaux",
    "event": "événement",
    "weather": "météo",
    "calendar": "calendrier",
    "unexplained": "cause inconnue",
}
