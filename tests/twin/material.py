"""A small law and what somebody supposes in its place; bills and identities of a few invented persons."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

import polars as pl

from settlement import small
from tuodi.law import read_pack
from tuodi.law.model import Pack

REGION = "zz/999998"


def packs(root: Path, **changed: Any) -> tuple[Pack, Pack]:
    """The small county's law and one that changes keys of its assistance layer."""
    import yaml

    layer = yaml.safe_load(small.COUNTY)["layers"]["assistance"] | changed
    small.law(
        root,
        {"name": "before", "from": date(2024, 1, 1), "to": date(2024, 12, 31)},
        {"name": "after", "from": date(2025, 1, 1), "layers": {"assistance": layer}},
    )
    return read_pack(f"{REGION}/before", [root]), read_pack(f"{REGION}/after", [root])


def people(**identity: str) -> pl.DataFrame:
    """Person → identity, since 2023."""
    return pl.concat([small.identities((code, "2023-01-01"), person=person) for person, code in identity.items()])


def stay(name: str, person: str, left: int, **more: Any) -> dict[str, Any]:
    """An inpatient bill of which basic insurance left ``left`` yuan in scope and 100 yuan lie outside."""
    return small.bill(
        name, left + 1_000, person_id=person, setting="inpatient", paid_basic=1_000, out_of_catalogue=100, **more
    )
