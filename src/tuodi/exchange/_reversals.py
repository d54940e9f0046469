"""Reversals: which row takes back which, and is it exact.

Enters: claims, the notes of a check. Leaves: the claims with ``reverses`` filled where the pair is certain; whatever is
not a whole and exact reversal is noted on both rows (SPEC-settlement section 6). Settlement annuls the exact pairs.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Set
from typing import TYPE_CHECKING, Any

import polars as pl

from tuodi.money import yuan
from tuodi.tables import CLAIMS

if TYPE_CHECKING:
    from tuodi.exchange._checks import Notes

__all__ = ["pair_reversals"]

_MONEY = [name for name in CLAIMS.columns if name in CLAIMS.money]
_REFUNDED = frozenset({"1", "是", "true", "TRUE", "退费", "已退费"})


def pair_reversals(
    frame: pl.DataFrame, alive: pl.Series, refunded: pl.Series | None, set_aside: Set[str], notes: Notes
) -> pl.DataFrame:
    """Judge every row with a negative amount or a ``reverses``; return the frame with pairs named."""
    negative = frame.select(pl.any_horizontal(pl.col(name) < 0 for name in _MONEY)).to_series().fill_null(False)
    flagged = (
        pl.Series([False]).new_from_index(0, frame.height)
        if refunded is None
        else refunded.is_in(list(_REFUNDED)).fill_null(False)
    )
    named = frame["reverses"].is_not_null()
    if not frame.height or (not (negative | named | flagged).any() and not set_aside):
        return frame
    state = _Pairs(frame, alive, notes)
    suspects = ((negative | named) & alive).arg_true().to_list()
    for place in suspects:
        state.judge(place)
    state.pairs_share_fate()
    covered = set(state.pairs.values())
    for place in (flagged & alive).arg_true().to_list():
        if place not in covered and place not in state.pairs and place not in notes.bad:
            notes.add(place, "refund_unmatched", "reverses", frame["claim_id"][place])
    if set_aside:
        for place in (frame["claim_id"].is_in(sorted(set_aside)) & alive).arg_true().to_list():
            if place not in covered:
                notes.add(place, "reversal_pair", "claim_id", frame["claim_id"][place], frame["claim_id"][place])
    if state.renamed:
        ids, reverses = frame["claim_id"].to_list(), frame["reverses"].to_list()
        for place, (own, original) in state.renamed.items():
            ids[place], reverses[place] = own, original
        frame = frame.with_columns(
            pl.Series("claim_id", ids, dtype=pl.String()), pl.Series("reverses", reverses, dtype=pl.String())
        )
    return frame


class _Pairs:
    def __init__(self, frame: pl.DataFrame, alive: pl.Series, notes: Notes) -> None:
        self.frame, self.notes = frame, notes
        self.money = frame.select(_MONEY)
        self.ids: dict[str, list[int]] = {}
        for place, (name, counts) in enumerate(zip(frame["claim_id"].to_list(), alive.to_list(), strict=True)):
            if counts:
                self.ids.setdefault(name, []).append(place)
        self.times = Counter(
            name for name, ok in zip(frame["reverses"].to_list(), alive.to_list(), strict=True) if ok and name
        )
        self.pairs: dict[int, int] = {}
        self.renamed: dict[int, tuple[str, str]] = {}
        self._by_stay: dict[tuple[str, str | None, int], list[int]] | None = None

    def judge(self, place: int) -> None:
        row = self.frame.row(place, named=True)
        target = row["reverses"]
        if target is None:
            self._unnamed(place, row)
            return
        if row["total"] >= 0:
            self.notes.add(place, "reversal_positive", "total", yuan(row["total"]))
            return
        originals = [other for other in self.ids.get(target, []) if other != place]
        if not originals:
            self.notes.add(place, "reversal_of_nothing", "reverses", row["claim_id"], target)
            return
        if len(originals) == 1:
            self._pair(place, originals[0], row)
        else:  # the ids are doubled, which is told at those rows
            self.notes.add(place, "reversal_pair", "reverses", row["claim_id"], target)

    def _pair(self, place: int, original: int, row: dict[str, Any]) -> None:
        other = self.frame.row(original, named=True)
        self.pairs[place] = original
        if self.times[row["reverses"]] > 1:
            for at in (place, original):
                self.notes.add(at, "reversal_repeated", "reverses", row["claim_id"], row["reverses"])
        elif other["reverses"] is not None:
            self.notes.add(place, "reversal_chain", "reverses", row["claim_id"], row["reverses"])
        elif other["person_id"] != row["person_id"]:
            self.notes.add(place, "reversal_other_person", "person_id", row["person_id"], other["person_id"])
        else:
            self._exact(place, original, row, other)

    def _exact(self, place: int, original: int, row: dict[str, Any], other: dict[str, Any]) -> None:
        for name in _MONEY:
            if row[name] is not None and other[name] is not None and row[name] != -other[name]:
                self.notes.add(place, "reversal_unequal", name, yuan(row[name]), yuan(-other[name]))
                self.notes.add(original, "reversal_unequal", name, yuan(other[name]), yuan(-row[name]))
                return

    def _unnamed(self, place: int, row: dict[str, Any]) -> None:
        """No original named: the one bill of this person, this stay and this amount, if there is just one."""
        twins = [other for other in self._candidates(row) if other != place]
        fitting = [other for other in twins if self._mirrors(place, other)]
        taken = set(self.pairs.values())
        fitting = [other for other in fitting if other not in taken]
        if row["total"] < 0 and len(fitting) == 1:
            original = self.frame["claim_id"][fitting[0]]
            own = row["claim_id"] if row["claim_id"] != original else f"{original}:reversal"
            self.pairs[place] = fitting[0]
            self.renamed[place] = (own, original)
            self.notes.add(place, "reversal_inferred", "reverses", row["claim_id"], original, soft=True)
            return
        for name in ["total"] if row["total"] < 0 else _MONEY:
            if row[name] is not None and row[name] < 0:
                self.notes.add(place, "negative_amount", name, yuan(row[name]))

    def _candidates(self, row: dict[str, Any]) -> list[int]:
        if self._by_stay is None:
            self._by_stay = {}
            columns = (self.frame[name].to_list() for name in ("person_id", "stay_id", "total"))
            alive = {place for places in self.ids.values() for place in places}
            for place, (person, stay, total) in enumerate(zip(*columns, strict=True)):
                if place in alive and total > 0:
                    self._by_stay.setdefault((person, stay, total), []).append(place)
        found = self._by_stay.get((row["person_id"], row["stay_id"], -row["total"]), [])
        same = [other for other in found if self.frame["claim_id"][other] == row["claim_id"]]
        if same:
            return same
        return found if row["stay_id"] is not None else []

    def _mirrors(self, place: int, other: int) -> bool:
        mine, theirs = self.money.row(place), self.money.row(other)
        return all(a is None or b is None or a == -b for a, b in zip(mine, theirs, strict=True))

    def pairs_share_fate(self) -> None:
        """Where one of a pair must be corrected the other waits: half a reversal would be worse than none."""
        changed = True
        while changed:
            changed = False
            for reversal, original in self.pairs.items():
                for one, other in ((reversal, original), (original, reversal)):
                    if one in self.notes.bad and other not in self.notes.bad:
                        name = self.frame["claim_id"][one]
                        self.notes.add(other, "reversal_pair", "claim_id", self.frame["claim_id"][other], name)
                        changed = True
