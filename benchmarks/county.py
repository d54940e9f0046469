"""A whole invented county into the platform's database: how fast, in how much memory, linked how well.

``python benchmarks/county.py FOLDER [--only SOURCE …] [--home HOME]``. Enters: a folder that ``tuodi synth --scale
county`` wrote. Leaves: a table on the screen and ``out/county.json``: seconds and rows a second for each file (reading,
checking, linking, writing under the policies as the program's account), precision and recall against the truth, the
peak of this process and of the database's processes, and how long it takes to find a person by number. The database is
made in a home of its own and stopped afterwards.
"""

from __future__ import annotations

import argparse
import csv
import json
import os
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from pathlib import Path
from typing import Any

import polars as pl

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from benchmarks.common import ROOT, machine, now

PAGE_BY_NUMBER = 0.2
"""Seconds within which an exact search has to be answered, at the 95th percentile."""
ALL_FILES, MEMORY_GIB, ROWS = 900.0, 6.0, 30_000
USABLE = ("", "changed_number", "full_width", "blanks", "lower_case_x", "short_number", "twenty_digits")
"""What was done to a number that can still be relied upon: ``truth/persons.csv``."""


def main() -> None:
    """Measure once and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--only", nargs="*", default=[], metavar="SOURCE")
    parser.add_argument("--home", type=Path, help="where to make the installation; a temporary folder by default")
    given = parser.parse_args()
    with (
        tempfile.TemporaryDirectory(prefix="county-") as made,
        _installed(given.home or Path(made), given.folder) as seat,
    ):
        with _Memory(seat["cluster"]) as memory:
            files = list(_absorbed(given.folder, seat, given.only))
        document = {
            "machine": machine(), "ended": now(), "files": files, "peak_gib": memory.peak / 2**30,
            "program_gib": memory.program / 2**30, "links": _links(given.folder, seat), "search": _search(seat),
        }  # fmt: skip
    _print(document)
    path = ROOT / "out" / "county.json"
    path.parent.mkdir(exist_ok=True)
    path.write_text(json.dumps(document, indent=1, ensure_ascii=False, default=str) + "\n", "utf-8")


@contextmanager
def _installed(home: Path, folder: Path) -> Iterator[dict[str, Any]]:
    """A database with the county's places and offices and a service account that imports."""
    os.environ |= {
        "TUODI_HOME": str(home), "TUODI_ZONE": "all", "TUODI_STATIC_FROM_SOURCE": "1",
        "DJANGO_SETTINGS_MODULE": "tuodi.platform.settings",
    }  # fmt: skip
    import django

    django.setup()
    from tuodi.platform.accounts.founding import found_user
    from tuodi.platform.ground.home import Home
    from tuodi.platform.ground.installing import install
    from tuodi.platform.places.loading import load_organisations, load_regions

    cluster = Home.of_environment().cluster
    cluster.start()
    cluster.prepare()
    try:
        install("benchmark")
        load_regions([(row["code"], row["name"], row["level"]) for row in _rows(folder / "区划.csv")], invented=True)
        held = load_organisations(
            [(row["name"], row["kind"], row["region"], row["code"]) for row in _rows(folder / "组织机构.csv")]
        )
        bureau = next(one for one in held if one.kind == "medical_insurance")
        grant = found_user("importer", "importer", "importer", bureau, service=True)
        yield {"grant": grant.id, "user": grant.user_id, "region": bureau.region_id, "cluster": cluster}
    finally:
        from django.db import connections

        connections.close_all()
        cluster.stop()


def _rows(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8-sig", newline="") as file:
        return list(csv.DictReader(file))


def _absorbed(folder: Path, seat: dict[str, Any], only: list[str]) -> Iterator[dict[str, Any]]:
    """Every file of the county's own list, in its order."""
    from tuodi.exchange import read_delivery_pieces, source_templates
    from tuodi.platform.ground import clock
    from tuodi.platform.ground.passes import standing_as
    from tuodi.platform.intake.models import Delivery
    from tuodi.platform.places.models import Organisation
    from tuodi.platform.registry import absorb_claims
    from tuodi.platform.registry.absorb import absorb

    templates, writing = source_templates(), _watched(absorb_claims)
    for line in _rows(folder / "来源清单.csv"):
        template, as_of = templates[line["code"]], date.fromisoformat(line["as_of"])
        if only and line["code"] not in only:
            continue
        begin, cpu = time.perf_counter(), time.process_time()
        with standing_as(seat["grant"], reason="benchmark"):
            office = Organisation.objects.get(kind=template.sender, region_id=seat["region"])
            delivery = Delivery.objects.create(
                organisation=office, region_path=office.region_path, source=template.code, file_name=line["file"],
                file_digest=line["file"][:64], size=(folder / line["file"]).stat().st_size, via="command",
                state="committing", as_of=as_of, legal_basis="", purpose="", expires_on=date(2099, 1, 1),
                received_by_id=seat["user"], received_at=clock.now(),
            )  # fmt: skip
            done = absorb(delivery, template, read_delivery_pieces(folder / line["file"], template, as_of=as_of))
            writing.append(_checked())
            delivery.state = "committed"
            delivery.save(update_fields=["state"])
        seconds = time.perf_counter() - begin
        rows = sum(done.counts[name] for name in ("added", "changed", "unchanged"))
        found = {
            "source": template.code, "as_of": str(as_of), "rows": rows, "seconds": seconds,
            "cpu": time.process_time() - cpu, **done.counts, "rules": done.rules, "writing": sum(writing),
        }  # fmt: skip
        writing.clear()
        print(f"{template.code:24}{as_of!s:12}{rows:>9,}{seconds:>8.1f} s{rows / seconds:>10,.0f} rows/s", flush=True)
        yield found


def _watched(room: Any) -> list[float]:
    """Seconds that settlements take from a table in memory to rows of the database: COPY, INSERT, the trail."""
    took: list[float] = []
    inner = room._insert

    def insert(*arguments: Any) -> None:
        begin = time.perf_counter()
        inner(*arguments)
        took.append(time.perf_counter() - begin)

    room._insert = insert
    return took


def _checked() -> float:
    """Seconds of the checks of references, which otherwise wait for the commit."""
    from django.db import connection

    begin = time.perf_counter()
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
    return time.perf_counter() - begin


class _Memory:
    """The most memory that this process and the database's took together, looked at twice a second."""

    def __init__(self, cluster: Any) -> None:
        self.pid = int((cluster.data / "postmaster.pid").read_text("ascii").split("\n", 1)[0])
        self.peak = self.program = 0
        self._over = threading.Event()
        self._watch = threading.Thread(target=self._look, daemon=True)

    def __enter__(self) -> _Memory:
        self._watch.start()
        return self

    def __exit__(self, *_fault: object) -> None:
        self._over.set()
        self._watch.join()

    def _look(self) -> None:
        while not self._over.wait(0.5):
            own = _proportional(os.getpid())
            self.program = max(self.program, own)
            self.peak = max(self.peak, own + sum(_proportional(pid) for pid in _family(self.pid)))


def _family(parent: int) -> list[int]:
    """The server and its processes."""
    found = [parent]
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            try:
                fields = (entry / "stat").read_text("utf-8", errors="replace").rpartition(")")[2].split()
            except OSError:
                continue
            if int(fields[1]) == parent:
                found.append(int(entry.name))
    return found


def _proportional(pid: int) -> int:
    """Bytes of a process, shared ones by their share."""
    try:
        text = Path(f"/proc/{pid}/smaps_rollup").read_text("ascii")
    except OSError:
        return 0
    return next((int(line.split()[1]) * 1024 for line in text.splitlines() if line.startswith("Pss:")), 0)


def _links(folder: Path, seat: dict[str, Any]) -> list[dict[str, Any]]:
    """Precision and recall of the links of list rows, with a usable number and without one.

    Whose file a person's file is, says the roll of the insured, whose rows are true by construction; of a file that the
    roll does not have, the row that comes first. ``right``: linked to the file on the roll of whom they mean;
    ``wrong``: to somebody else's; ``missed``: to a file made new although the roll has one; ``waiting``: for an
    officer. Precision is right / (right + wrong), recall right / known: what waits counts as not found.
    """
    from django.db import connection

    from tuodi.platform.ground.passes import standing_as
    from tuodi.platform.registry.store import read

    truth = pl.read_csv(folder / "truth" / "persons.csv", schema_overrides={"wrong": pl.String, "row": pl.Int64})
    shape = {
        "entry": pl.Int64(), "file": pl.String(), "row": pl.Int64(), "linked": pl.Int64(),
        "provisional": pl.Boolean(), "rule": pl.String(),
    }  # fmt: skip
    with standing_as(seat["grant"]), connection.cursor() as cursor:
        rows = read(
            cursor,
            "SELECT e.id, d.file_name, e.row, e.person_id, p.provisional, e.linked_by FROM registry_entry e"
            " JOIN intake_delivery d ON d.id = e.delivery_id JOIN registry_person p ON p.id = e.person_id",
            shape,
        )
    joined = truth.join(rows, on=["file", "row"], how="inner")
    roll = joined.filter(pl.col("code") == "enrolment")
    home = roll.select("person", home="linked").unique("person", keep="none")
    owner = joined.sort(pl.col("code") != "enrolment", "entry").unique("linked", keep="first", maintain_order=True)
    lists = (
        joined.filter(pl.col("code") != "enrolment")
        .join(home, on="person")
        .join(owner.select("linked", owner="person"), on="linked")
    )
    found, at_home = ~pl.col("provisional"), pl.col("linked") == pl.col("home")
    own = pl.col("owner") == pl.col("person")
    usable = pl.col("wrong").fill_null("").is_in(USABLE)
    table = (
        lists.group_by(number=pl.when(usable).then(pl.lit("usable")).otherwise(pl.lit("none usable")))
        .agg(
            known=pl.len(),
            right=(found & at_home).sum(),
            wrong=(found & ~own).sum(),
            missed=(found & ~at_home & own).sum(),
            waiting=pl.col("provisional").sum(),
            wrong_by=pl.col("rule").filter(found & ~own).value_counts(),
        )
        .with_columns(
            precision=pl.col("right") / (pl.col("right") + pl.col("wrong")), recall=pl.col("right") / pl.col("known")
        )
        .sort("number", descending=True)
    )
    return table.to_dicts()


def _search(seat: dict[str, Any], times: int = 400) -> dict[str, float]:
    """Seconds of an exact search by number under the pass: the whole of what the database does."""
    from django.db import connection

    from tuodi.platform.ground.passes import standing_as

    took = []
    with standing_as(seat["grant"]), connection.cursor() as cursor:
        cursor.execute(
            "SELECT number_digest FROM registry_person WHERE number_digest IS NOT NULL ORDER BY random() LIMIT %s",
            [times],
        )
        digests = [row[0] for row in cursor.fetchall()]
    for digest in digests:
        begin = time.perf_counter()
        with standing_as(seat["grant"]), connection.cursor() as cursor:
            cursor.execute("SELECT id, name, merged_into_id FROM registry_person WHERE number_digest = %s", [digest])
            assert cursor.fetchone() is not None
        took.append(time.perf_counter() - begin)
    took.sort()
    return {"p50": took[len(took) // 2], "p95": took[int(len(took) * 0.95)], "times": len(took)}


def _print(document: dict[str, Any]) -> None:
    files = document["files"]
    seconds, bills = sum(one["seconds"] for one in files), [one for one in files if one["source"] == "settlements"]
    print(f"\nall files {seconds:.0f} s (aim {ALL_FILES:.0f}), peak {document['peak_gib']:.2f} GiB (aim {MEMORY_GIB}), "
          f"of it the program {document['program_gib']:.2f}")  # fmt: skip
    if bills:
        rows, took = sum(one["rows"] for one in bills), sum(one["seconds"] for one in bills)
        writing = sum(one["writing"] for one in bills)
        print(f"settlements: {rows / took:,.0f} rows/s from the file, {rows / writing:,.0f} written (aim {ROWS:,})")
    for one in document["links"]:
        print(
            "links, number {number}: {known:,} rows, {right:,} right, {wrong} wrong, {missed} made new, {waiting:,} "
            "wait for an officer: precision {precision:.5f}, recall {recall:.5f}".format(**one)
        )
    search = document["search"]
    print(
        f"search by number: p50 {search['p50'] * 1000:.1f} ms, p95 {search['p95'] * 1000:.1f} ms"
        f" (aim {PAGE_BY_NUMBER * 1000:.0f})"
    )


if __name__ == "__main__":
    main()
