"""What is true of the whole county, for whoever judges linkage, worklists and aid: CSV in UTF-8, amounts in fen.

Enters: a county, its listings. Leaves: files under ``truth/``. Imports ``tuodi.synth``.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl

from tuodi.synth.unseen import KINDS as UNSEEN
from tuodi.synth.whole.hardship import CAUSES, CIVIL, MONITORED, in_proportion
from tuodi.synth.whole.made import Made, day_list, names_of
from tuodi.synth.whole.mix import Array, order_by
from tuodi.synth.whole.people import days
from tuodi.synth.whole.sheets import Listing

__all__ = ["write_truth", "write_unseen"]

_UNSEEN_FULL = 40
"""Persons of each unseen kind at full size."""


def write_unseen(made: Made, folder: Path) -> int:
    """What no file can show; drawn from the seed alone, before a bill is looked at."""
    folder.mkdir(parents=True, exist_ok=True)
    order = order_by(made.draws, "unseen", made.people.index)
    each = in_proportion(_UNSEEN_FULL, made.people.count)
    rows = [
        (int(order[at * each + one]), kind, what)
        for at, (kind, what) in enumerate(UNSEEN)
        for one in range(each)
        if at * each + one < len(order)
    ]
    late = np.flatnonzero(made.status.registered >= days(made.people.year + 1))
    rows += [(int(person), "death_not_registered", "年内去世，年末尚未登记，名单没有") for person in late]
    _write(
        folder / "unseen.csv",
        {
            "person": [row[0] for row in rows],
            "kind": [row[1] for row in rows],
            "what": [row[2] for row in rows],
        },
    )
    return len(rows)


def write_truth(
    made: Made, folder: Path, listings: Sequence[Listing], others: Sequence[tuple[str, str, int, Array]]
) -> None:
    """Everything else; ``others`` are files that are no listing: code, name, first row, person of each row."""
    folder.mkdir(parents=True, exist_ok=True)
    _rows(folder, listings, others)
    _people(made, folder)
    _hardship(made, folder)
    _worklists(made, folder)
    _aid(made, folder)


def _write(path: Path, columns: dict[str, Any]) -> None:
    pl.DataFrame(columns, strict=False).write_csv(path)


def _rows(folder: Path, listings: Sequence[Listing], others: Sequence[tuple[str, str, int, Array]]) -> None:
    """persons.csv: for each row of each list who is meant, and what is wrong with its number."""
    parts = [
        (each.code, each.file, np.arange(each.height) + each.first_row, each.persons, each.marks or [""] * each.height)
        for each in listings
        if (each.persons >= 0).any()
    ]
    parts += [
        (code, name, np.arange(len(persons)) + first, persons, [""] * len(persons))
        for code, name, first, persons in others
    ]
    pl.concat(
        [
            pl.DataFrame(
                {
                    "code": [code] * len(rows),
                    "file": [name] * len(rows),
                    "row": rows,
                    "person": persons,
                    "wrong": pl.Series(marks, dtype=pl.String),
                }
            )
            for code, name, rows, persons, marks in parts
        ]
    ).write_csv(folder / "persons.csv")


def _people(made: Made, folder: Path) -> None:
    people, status = made.people, made.status
    codes = np.array([each.code for each in made.places.villages])
    moved = np.where(status.moved_to >= 0, codes[np.maximum(status.moved_to, 0)], "")
    _write(
        folder / "people.csv",
        {
            "person": people.index,
            "person_id": people.person_id,
            "certificate": people.certificate,
            "former_certificate": people.former,
            "name": people.name,
            "sex": ["男" if each else "女" for each in people.male.tolist()],
            "birth_date": pl.Series(people.birth).cast(pl.Int32).cast(pl.Date),
            "household": people.household,
            "village": codes[people.village].tolist(),
            "moved_to": moved.tolist(),
            "scheme": ["employee" if each else "resident" for each in people.employee.tolist()],
            "died_on": day_list(status.died),
        },
    )


def _hardship(made: Made, folder: Path) -> None:
    """Who is in hardship at the end of the year, as what, and why."""
    status = made.status
    who = np.flatnonzero(status.listed)
    _write(
        folder / "hardship.csv",
        {
            "person": who,
            "identity": names_of(tuple(CIVIL), status.civil[who]),
            "monitored_as": names_of(tuple(MONITORED), status.monitored[who]),
            "cause": names_of(CAUSES, status.cause[who]),
            "recognised_from": day_list(status.civil_from[who]),
            "monitored_from": day_list(status.monitored_from[who]),
        },
    )


def _worklists(made: Made, folder: Path) -> None:
    """Who belongs on which standing list: not flagged, flagged late, uninsured …"""
    flagged = {
        (person, source): day for person, source, day in made.flags.select("person", "source", "flagged_on").iter_rows()
    }
    rows: list[tuple[str, int, str, str]] = []
    for kind, value in sorted(made.status.wrong.items()):
        who = np.flatnonzero(value)
        since = day_list(made.status.civil_from[who])
        on = day_list(np.array([flagged.get((person, 0), -1) for person in who.tolist()], dtype=np.int64))
        rows += [
            (kind, int(person), str(one or ""), str(two or "")) for person, one, two in zip(who, since, on, strict=True)
        ]
    changed = np.flatnonzero(made.people.changed)
    rows += [("changed_number", int(person), "", "") for person in changed]
    _write(
        folder / "worklists.csv",
        {
            "kind": [row[0] for row in rows],
            "person": [row[1] for row in rows],
            "recognised_from": [row[2] for row in rows],
            "flagged_on": [row[3] for row in rows],
        },
    )


def _aid(made: Made, folder: Path) -> None:
    """aid_bills.csv: each bill that the oracle judged. aid.csv: each person of whom law and record differ."""
    aid, record = made.aid, made.record
    stands = np.empty(int(record.origin.max()) + 1, dtype=np.int64)
    stands[record.origin] = np.arange(len(record.origin))
    rows = stands[aid.judged]
    person, paid = record.bills.person[rows], record.bills.aid[rows]
    unpaid = np.isin(aid.judged, aid.unpaid)
    by_hand: dict[int, int] = {}
    for each in aid.by_hand:
        by_hand[each.bill] = by_hand.get(each.bill, 0) + each.amount
    hand = np.array([by_hand.get(int(bill), 0) for bill in aid.judged], dtype=np.int64)
    frame = pl.DataFrame(
        {
            "claim_id": record.claim_id.gather(rows),
            "person": person,
            "by_law_fen": aid.by_law,
            "paid_fen": paid,
            "by_hand_fen": hand,
            "window_missed": unpaid,
        }
    )
    frame.write_csv(folder / "aid_bills.csv")
    wrong = made.status.wrong
    causes = ("not_flagged", "flagged_late", "lower_identity", "still_shown")
    each_person = frame.group_by("person").agg(
        pl.sum("by_law_fen", "paid_fen", "by_hand_fen"), pl.col("window_missed").any()
    )
    who = each_person["person"].to_numpy()
    cause = np.select([wrong[name][who] for name in causes], causes, default="").tolist()
    owed = pl.col("by_law_fen") - pl.col("paid_fen") - pl.col("by_hand_fen")
    each_person.with_columns(owed.alias("owed_fen"), pl.Series("cause", cause)).filter(
        (pl.col("owed_fen") != 0) | (pl.col("by_hand_fen") != 0)
    ).sort("person").write_csv(folder / "aid.csv")
