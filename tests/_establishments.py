"""Establishments as Sirene writes them, and a town that asks for them."""

from __future__ import annotations

import csv
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pandas as pd

from mining.sources import sirene

#: The header of StockEtablissement_utf8.csv since December 2025.
_NAMES = (
    "siren,nic,siret,statutDiffusionEtablissement,dateCreationEtablissement,"
    "trancheEffectifsEtablissement,anneeEffectifsEtablissement,"
    "activitePrincipaleRegistreMetiersEtablissement,dateDernierTraitementEtablissement,"
    "etablissementSiege,nombrePeriodesEtablissement,complementAdresseEtablissement,"
    "numeroVoieEtablissement,indiceRepetitionEtablissement,dernierNumeroVoieEtablissement,"
    "indiceRepetitionDernierNumeroVoieEtablissement,typeVoieEtablissement,"
    "libelleVoieEtablissement,codePostalEtablissement,libelleCommuneEtablissement,"
    "libelleCommuneEtrangerEtablissement,distributionSpecialeEtablissement,"
    "codeCommuneEtablissement,codeCedexEtablissement,libelleCedexEtablissement,"
    "codePaysEtrangerEtablissement,libellePaysEtrangerEtablissement,"
    "identifiantAdresseEtablissement,coordonneeLambertAbscisseEtablissement,"
    "coordonneeLambertOrdonneeEtablissement,complementAdresse2Etablissement,"
    "numeroVoie2Etablissement,indiceRepetition2Etablissement,typeVoie2Etablissement,"
    "libelleVoie2Etablissement,codePostal2Etablissement,libelleCommune2Etablissement,"
    "libelleCommuneEtranger2Etablissement,distributionSpeciale2Etablissement,"
    "codeCommune2Etablissement,codeCedex2Etablissement,libelleCedex2Etablissement,"
    "codePaysEtranger2Etablissement,libellePaysEtranger2Etablissement,dateDebut,"
    "etatAdministratifEtablissement,enseigne1Etablissement,enseigne2Etablissement,"
    "enseigne3Etablissement,denominationUsuelleEtablissement,activitePrincipaleEtablissement,"
    "nomenclatureActivitePrincipaleEtablissement,caractereEmployeurEtablissement,"
    "activitePrincipaleNAF25Etablissement"
)


HEADER = next(csv.reader([_NAMES]))


#: Made-up establishments. The point of the first, 20 avenue de Ségur in Paris by the package
#: project-legal of Etalab: 649242.57, 6861355.85 in Lambert-93 is 2.308310 E, 48.850244 N.
OPEN = {
    "siret": "00012345600011",
    "statutDiffusionEtablissement": "O",
    "codeCommuneEtablissement": "01004",
    "coordonneeLambertAbscisseEtablissement": "649242.57",
    "coordonneeLambertOrdonneeEtablissement": "6861355.85",
    "etatAdministratifEtablissement": "A",
    "enseigne1Etablissement": "AU BON PAIN",
    "activitePrincipaleEtablissement": "10.71C",
    "nomenclatureActivitePrincipaleEtablissement": "NAFRev2",
    "trancheEffectifsEtablissement": "02",
    "activitePrincipaleNAF25Etablissement": "10.71G",
}


HIDDEN = {
    **OPEN,
    "siret": "00012345600029",
    "statutDiffusionEtablissement": "P",
    "enseigne1Etablissement": "[ND]",
    "libelleVoieEtablissement": "[ND]",
    "coordonneeLambertAbscisseEtablissement": "[ND]",
    "coordonneeLambertOrdonneeEtablissement": "[ND]",
    "activitePrincipaleEtablissement": "96.02A",
}


SHUT = {**OPEN, "siret": "00012345600037", "etatAdministratifEtablissement": "F"}


NEVER = {**OPEN, "siret": "00012345600045", "statutDiffusionEtablissement": "N"}


ELSEWHERE = {**OPEN, "siret": "00012345600052", "codeCommuneEtablissement": "25388"}


LOST = {
    **OPEN,
    "siret": "00012345600060",
    "coordonneeLambertAbscisseEtablissement": "",
    "coordonneeLambertOrdonneeEtablissement": "",
}


def stock(*rows: dict[str, str], header: list[str] | None = None) -> str:
    """Return a stock file."""
    table = pd.DataFrame(list(rows)).reindex(columns=header or HEADER, fill_value="").fillna("")
    return table.to_csv(index=False, lineterminator="\n")


@dataclass
class Town:
    """What a source asks of a territory."""

    folder: Path
    shops: dict[str, Any]
    sensors: pd.DataFrame = field(default_factory=pd.DataFrame)

    def sensor_table(self) -> pd.DataFrame:
        """Return the sensors."""
        return self.sensors


def stocked(
    folder: Path, content: str | bytes = "", name: str = "stock.csv", **options: Any
) -> Town:
    """Return a territory whose stock file has some content."""
    (folder / name).write_bytes(content.encode() if isinstance(content, str) else content)
    shops = {"name": "sirene", "files": name, "communes": ["01004"], **options}
    return Town(folder, {k: v for k, v in shops.items() if v is not None})


def read(town: Town) -> pd.DataFrame:
    """Acquire and read."""
    sirene.check(town)
    raw = town.folder / "raw"
    sirene.acquire(town, raw)
    return sirene.read(town, raw)
