"""What the offices have recognised and what the insurance platform shows of it, one row an identity.

Enters: people and their status. Leaves: two tables (Polars), ``recognised`` and ``flags``: person (place), identity,
first day, last day, day of marking, source. Imports ``tuodi.synth``.
"""

from __future__ import annotations

import numpy as np
import polars as pl

from tuodi.synth.whole.hardship import CIVIL, MONITORED, Status
from tuodi.synth.whole.mix import Array, Draws
from tuodi.synth.whole.people import People

__all__ = ["SOURCES", "flags_of", "recognised_of"]

SOURCES = ("民政", "农业农村", "残联", "退役军人事务")


def _rows(person: Array, identity: Array, start: Array, end: Array, source: int) -> pl.DataFrame:
    return pl.DataFrame({
        "person": person.astype(np.int64), "identity": identity, "from": start.astype(np.int64),
        "to": end.astype(np.int64), "source": np.full(len(person), source),
    }, schema_overrides={"identity": pl.String})  # fmt: skip


def recognised_of(people: People, status: Status) -> pl.DataFrame:
    """Identities as the deciding bodies have them; −1 is open."""
    civil, watched = np.flatnonzero(status.civil >= 0), np.flatnonzero(status.monitored >= 0)
    severe, entitled = np.flatnonzero(status.severe), np.flatnonzero(status.entitled)
    open_ended = np.full(people.count, -1)
    return pl.concat([
        _rows(civil, np.array(list(CIVIL))[status.civil[civil]], status.civil_from[civil], status.civil_to[civil], 0),
        _rows(watched, np.array(list(MONITORED))[status.monitored[watched]], status.monitored_from[watched],
              status.cleared[watched], 1),
        _rows(severe, np.full(len(severe), "severe_disability"), status.issued[severe], open_ended[severe], 2),
        _rows(entitled, np.full(len(entitled), "entitled_group"), status.entitled_from[entitled],
              open_ended[entitled], 3),
    ]).sort("person", "source")  # fmt: skip


def flags_of(draws: Draws, people: People, status: Status, recognised: pl.DataFrame) -> pl.DataFrame:
    """The platform's marks: in time, but for those not flagged, flagged late, flagged lower, or still shown."""
    person, source = recognised["person"].to_numpy(), recognised["source"].to_numpy()
    civil = source == 0
    wrong = {name: value[person] for name, value in status.wrong.items()}
    start = recognised["from"].to_numpy()
    late = wrong["flagged_late"] & civil
    wait = np.where(late, draws.between(45, 150, "flagged late by", person), -draws.between(1, 6, "flagged", person))
    identity = np.where(wrong["lower_identity"] & civil, "dibao_margin", recognised["identity"].to_numpy().astype(str))
    # Nobody marks the dead: who died without being listed lost the mark with the life.
    died = np.where(status.listed[person] | wrong["still_shown"], -1, status.died[person])
    end = np.where(wrong["still_shown"] & civil, -1, recognised["to"].to_numpy())
    end = np.where((end < 0) & (died >= 0), died, end)
    made = recognised.with_columns(
        pl.Series("identity", identity.tolist(), dtype=pl.String),
        pl.Series("to", end),
        pl.Series("flagged_on", start + wait),
    )
    return made.filter(pl.Series(~(wrong["not_flagged"] & civil)) & pl.Series((end < 0) | (end >= start)))
