"""What scripts/assets makes: small bundles that the policy allows, and the real places of a county."""

from __future__ import annotations

import csv
import json
import subprocess
from collections import Counter
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[3]


def test_the_bundles_are_small_and_hold_nothing_the_policy_forbids(assets: Path) -> None:
    most = {"base.css": 120_000, "htmx.js": 60_000, "charts.js": 650_000}
    assert {name: (assets / name).stat().st_size <= size for name, size in most.items()} == dict.fromkeys(most, True)
    style = (assets / "base.css").read_text("utf-8")
    for word in ("data:", "@import", "light-dark(", "oklch(", "http:"):
        assert word not in style
    pictures = {path.name for path in assets.glob("picture-*.svg")}
    assert pictures
    assert all(name in style for name in pictures)


def test_a_second_run_is_quiet_and_changes_nothing(assets: Path) -> None:
    before = {path: path.stat().st_mtime_ns for path in assets.iterdir()}
    again = subprocess.run([ROOT / "scripts/assets"], capture_output=True, text=True, timeout=60, check=True)
    assert again.stdout == again.stderr == ""
    assert {path: path.stat().st_mtime_ns for path in assets.iterdir()} == before


def test_a_wrong_county_is_refused_in_words() -> None:
    wrong = subprocess.run([ROOT / "scripts/assets", "3311"], capture_output=True, text=True, timeout=60, check=False)
    assert wrong.returncode == 1
    assert "six digits" in wrong.stderr


@pytest.mark.req("AD14")
def test_the_places_of_a_real_county(assets: Path) -> None:
    assert assets
    with (ROOT / "src/tuodi/platform/places/data/331122.csv").open(encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    assert Counter(row["level"] for row in rows) == {
        "province": 1, "city": 1, "county": 1, "township": 18, "village": 256,
    }  # fmt: skip
    codes = [row["code"] for row in rows]
    assert len(set(codes)) == len(codes)
    assert all(len(code) == 12 and code.isdigit() for code in codes)
    assert all(row["parent"] in codes[:at] for at, row in enumerate(rows) if at), "a place comes after what it lies in"


def test_the_lock_holds_hashes_and_no_address() -> None:
    lock = json.loads((ROOT / "frontend/package-lock.json").read_text("utf-8"))
    packages = {name: entry for name, entry in lock["packages"].items() if name}
    assert packages
    assert not [name for name, entry in packages.items() if "resolved" in entry]
    assert not [name for name, entry in packages.items() if not entry["integrity"].startswith("sha512-")]
