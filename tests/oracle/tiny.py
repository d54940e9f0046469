"""Tiny laws written inside a test, and bills in yuan."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from textwrap import dedent
from typing import Any

from tuodi.oracle import OraclePack, load, settle
from tuodi.oracle.cases import inputs_of

PACKS = Path(__file__).resolve().parents[2] / "packs"
HEAD = "pack: t/1/2023\nin_force: {from: 2000-01-01}\n"


def write(root: Path, text: str, ref: str = "t/1/2023", head: str | None = None) -> None:
    """Write one pack file under ``root``."""
    folder = root / ref
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "pack.yaml").write_text((HEAD if head is None else head) + dedent(text), "utf-8")


def law(root: Path, text: str) -> OraclePack:
    """A pack of that text, in force since 2000."""
    write(root, text)
    return load("t/1/2023", root)


def bill(in_scope: Any = 0, day: str = "2023-05-01", **more: Any) -> dict[str, Any]:
    """A local inpatient illness of an adult resident, as a golden case would write it."""
    return {"discharged_on": day, "in_scope": in_scope, **more}


def rows(pack: Any, *bills: dict[str, Any], ids: Any = (), **how: Any) -> list[dict[str, Any]]:
    """Settle bills in yuan; ``ids`` are identities: codes in force since 2000, or rows."""
    identities = [{"identity": one, "from": "2000-01-01"} if isinstance(one, str) else one for one in ids]
    case = {"claims": [dated(one) for one in bills], "identities": [dated(one) for one in identities]}
    case["persons"] = [dated(one) for one in how.pop("persons", ())]
    case["opening"] = how.pop("opening", [])
    tables = inputs_of(case)
    return settle(pack, tables["claims"], tables["identities"], tables["persons"], tables["opening"], **how)


def dated(row: dict[str, Any]) -> dict[str, Any]:
    """Dates written as text, as dates."""
    days = ("from", "to", "discharged_on", "admitted_on", "recognised_on", "birth_date", "applied_on")
    return {
        name: date.fromisoformat(value) if name in days and isinstance(value, str) else value
        for name, value in row.items()
    }


def yuan(fen: int | None) -> str | None:
    """Fen as text in yuan; ``None`` stays."""
    return None if fen is None else f"{fen // 100}.{fen % 100:02d}"


def paid(settled: list[dict[str, Any]], layer: str = "a") -> list[str | None]:
    """What one layer paid on each bill, in yuan."""
    return [yuan(row["pay"].get(layer)) for row in settled]


def states(settled: list[dict[str, Any]]) -> list[str]:
    """The status of each bill."""
    return [row["status"] for row in settled]
