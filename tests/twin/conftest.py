"""Both pages written once for all tests of this folder."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from pathlib import Path

import pytest

from settlement import small
from settlement.agree import PACKS
from tuodi.law import read_pack
from tuodi.report.laboratory import write_change, write_cliff
from tuodi.twin import Cliff, Effect, cliff_of, compare_laws
from twin.material import packs, people, stay

FACTS = {
    "setting": "inpatient", "provider_level": "grade_3a", "scheme": "resident", "person_type": "adult",
    "purpose": "illness", "place": "local", "authorisation": "none_needed", "in_scope": 8_000_000,
    "out_of_catalogue": 1_000_000, "birth_date": date(1980, 1, 1), "diagnosis": "C50",
}  # fmt: skip


@dataclass(frozen=True)
class Pages:
    """Where the two pages lie, and what they show."""

    change: Path
    cliff: Path
    effect: Effect
    picture: Cliff


@pytest.fixture(scope="session")
def pages(tmp_path_factory: pytest.TempPathFactory) -> Pages:
    root = tmp_path_factory.mktemp("laboratory")
    pair = packs(
        root / "packs",
        deductible={"per": "year", "full": 0, "dibao": 0, "margin": "400 yuan", "cite": "d"},
        rate={"full": "100%", "dibao": "70%", "margin": "50%", "cite": "d"},
    )
    bills = [stay(f"b{n}", f"人{n}", 300 + 450 * n) for n in range(30)]
    bills[7]["paid_basic"] = None
    kinds = ("dibao", "dibao_margin", "tekun")
    held = people(**{f"人{n}": kinds[n % 3] for n in range(30) if n % 5})
    effect = compare_laws(*pair, small.claims(*bills), held)
    write_change(root / "change", *pair, effect)
    picture = cliff_of(read_pack("zz/000000/2024", [PACKS]), [FACTS], date(2024, 7, 1), limit=1_000_000)
    write_cliff(root / "cliff", picture)
    return Pages(root / "change", root / "cliff", effect, picture)
