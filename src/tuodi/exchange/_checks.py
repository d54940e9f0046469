"""What must hold within one bill, and between bills of one file: sums, signs, dates, doubles, reversals.

Enters: a conformed claims table. Leaves: :class:`Checked`. The identities between amounts are S1, S2, S4, S5 and S9 of
reference/nhsa_interface.md 2.10; reversals follow SPEC-settlement section 6. Imports ``tuodi.tables``.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable, Iterator, Sequence, Set
from datetime import date
from itertools import accumulate

import numpy as np
import numpy.typing as npt
import polars as pl

from tuodi.exchange._reading import Checked, Finding, Reading, finding, findings_frame
from tuodi.exchange._reversals import pair_reversals
from tuodi.money import yuan
from tuodi.tables import CLAIMS, PARTS, PAYERS

__all__ = ["Notes", "check_claims", "check_reading", "check_readings", "unusual_rows"]

_SPECIAL_PAYERS = ("paid_disabled_veteran", "paid_tilt")
"""Payers that most sources do not have at all: where they are empty, nothing is hidden behind them."""


class Notes:
    """Findings while they are gathered, by position of the row (from 0)."""

    def __init__(self, frame: pl.DataFrame, key: str = "claim_id") -> None:
        self.keys = frame[key].fill_null("")
        self.hard: list[Finding] = []
        self.soft: list[Finding] = []
        self.bad: set[int] = set()

    def add(self, position: int, code: str, field: str, found: str, expected: str = "", soft: bool = False) -> None:
        """One finding; a hard one sends its row to be corrected."""
        line = finding(position + 1, code, found, expected, field=field, column=field, key=self.keys[position])
        (self.soft if soft else self.hard).append(line)
        if not soft:
            self.bad.add(position)

    def result(self, frame: pl.DataFrame, left_out: Set[int] = frozenset()) -> Checked:
        """Good rows and findings. A row set aside keeps its warnings as well."""
        gone = sorted(self.bad | left_out)
        good = frame.filter(~pl.int_range(frame.height, eager=True).is_in(gone)) if gone else frame
        return Checked(good, findings_frame(self.hard), findings_frame(self.soft))


def check_claims(
    frame: pl.DataFrame,
    *,
    message: bool | pl.Series = False,
    aggregate: bool = False,
    refunded: pl.Series | None = None,
    set_aside: Set[str] = frozenset(),
    as_of: date | None = None,
    pair: bool = True,
    name_of: Callable[[int], str] = lambda place: str(place + 1),
) -> Checked:
    """Check every bill and every pair of bills.

    A broken sum is an error in national messages (``message``, for all rows or row by row) and in online local bills; a
    warning in manual and out-of-area bills and in a file of totals (``aggregate``). ``refunded`` marks rows by the
    settlement's refund flag. ``set_aside`` names claims whose reversal is itself to be corrected: they must wait with
    it. ``as_of`` is the day of the data; later dates are warned of. Without ``pair`` reversals are not looked at:
    what a row takes back may stand in another file. In the findings ``row`` is the position in
    ``frame``, from 1; ``name_of`` says how a finding on one row names another, given its position from 0.
    """
    notes = Notes(frame)
    soft = _soft_rows(frame, message, aggregate)
    left_out = _duplicates(frame, refunded, notes, name_of)
    alive = ~pl.int_range(frame.height, eager=True).is_in(sorted(left_out))
    _sums(frame, soft, alive, notes)
    _dates(frame, alive, as_of, notes)
    if pair:
        frame = pair_reversals(frame, alive, refunded, set_aside, notes)
    return notes.result(frame, left_out)


def check_reading(reading: Reading, *, aggregate: bool = False, as_of: date | None = None) -> Reading:
    """A claims reading after :func:`check_claims`, its findings with the file's own rows and cells."""
    return check_readings([reading], aggregate=aggregate, as_of=as_of)[0]


def check_readings(
    readings: Sequence[Reading], *, aggregate: bool = False, as_of: date | None = None, pair: bool = True
) -> list[Reading]:
    """Claims of several files checked as one table: a bill may stand in one, its reversal or its double in another."""
    if not readings:
        return []
    refunded = None
    if any(reading.refund_flags is not None for reading in readings):
        refunded = pl.concat([_flags(reading) for reading in readings])
    heights = [reading.frame.height for reading in readings]
    checked = check_claims(
        pl.concat([reading.frame for reading in readings]),
        message=pl.concat(pl.Series([one.message]).new_from_index(0, one.frame.height) for one in readings),
        aggregate=aggregate,
        refunded=refunded,
        set_aside=frozenset().union(*map(_waiting, readings)),
        as_of=as_of,
        pair=pair,
        name_of=_naming(readings),
    )
    return [reading.after(own) for reading, own in zip(readings, _split(checked, heights), strict=True)]


def _flags(reading: Reading) -> pl.Series:
    own = reading.refund_flags
    return pl.Series([None] * reading.frame.height, dtype=pl.String()) if own is None else own.cast(pl.String())


def _naming(readings: Sequence[Reading]) -> Callable[[int], str]:
    """A row's number as the file's reader sees it, with the file where there are several."""
    ends = list(accumulate(reading.frame.height for reading in readings))

    def name_of(place: int) -> str:
        at = bisect_right(ends, place)
        row = readings[at].origin["row"][place - (ends[at - 1] if at else 0)]
        return f"{row} ({readings[at].file})" if len(readings) > 1 else str(row)

    return name_of


def _split(checked: Checked, heights: Sequence[int]) -> Iterator[Checked]:
    """The share of each part of a table that was checked as a whole; rows counted from 1 in each."""
    dropped = checked.warnings.filter(pl.col("reason") == "duplicate_dropped")["row"]
    gone = {*checked.quarantine["row"].to_list(), *dropped.to_list()}
    first = taken = 0
    for height in heights:
        inside = pl.col("row").is_between(first + 1, first + height)
        here = height - sum(first < row <= first + height for row in gone)
        parts = [
            findings.filter(inside).with_columns(pl.col("row") - first)
            for findings in (checked.quarantine, checked.warnings)
        ]
        yield Checked(checked.good.slice(taken, here), parts[0], parts[1])
        first, taken = first + height, taken + here


def _waiting(reading: Reading) -> frozenset[str]:
    """Claims named by a reversal that was not readable."""
    names = list(reading.headers)
    header = next((header for header, column in reading.header_map.items() if column == "reverses"), None)
    if header is None or not reading.quarantine.height:
        return frozenset()
    place = names.index(header)
    cells = reading.quarantine["cells"].to_list()
    return frozenset(row[place].strip() for row in cells if len(row) > place and row[place].strip())


def _soft_rows(frame: pl.DataFrame, message: bool | pl.Series, aggregate: bool) -> pl.Series:
    if aggregate:
        return pl.Series([True]).new_from_index(0, frame.height)
    told = message if isinstance(message, pl.Series) else pl.Series([message]).new_from_index(0, frame.height)
    manual = (frame["settle_mode"] == "manual").fill_null(False)
    away = (frame["place"] != "local").fill_null(False)
    return (manual | away) & ~told.cast(pl.Boolean())


def _duplicates(
    frame: pl.DataFrame, refunded: pl.Series | None, notes: Notes, name_of: Callable[[int], str]
) -> set[int]:
    """Equal rows: one stays. One id with different contents: nobody knows which is right."""
    ids = frame["claim_id"]
    doubled = ids.is_duplicated().arg_true().to_list()
    if not doubled:
        return set()
    flags = refunded.to_list() if refunded is not None else [None] * frame.height
    groups: dict[str, dict[tuple[object, ...], list[int]]] = {}
    rows = frame[doubled].rows()
    for place, row in zip(doubled, rows, strict=True):
        groups.setdefault(ids[place], {}).setdefault((*row, flags[place]), []).append(place)
    dropped: set[int] = set()
    for contents in groups.values():
        kept = [places[0] for places in contents.values()]
        for places in contents.values():
            for place in places[1:]:
                notes.add(place, "duplicate_dropped", "claim_id", ids[place], name_of(places[0]), soft=True)
                dropped.add(place)
        if len(kept) > 1 and not _plus_and_minus(frame, kept):
            for places in contents.values():
                notes.add(places[0], "duplicate_id", "claim_id", ids[places[0]], str(len(kept)))
    return dropped


def _plus_and_minus(frame: pl.DataFrame, places: Sequence[int]) -> bool:
    """A refunded settlement sent as two rows of one id, the positive and the negative (4.4 d)."""
    totals = sorted(frame["total"].gather(list(places)).to_list())
    return len(places) == 2 and totals[0] < 0 < totals[1] and totals[0] == -totals[1]


_WRONG_SUMS = {
    "parts_total": pl.col("parts") != pl.col("total"),
    "payers_fund": pl.col("payers_off") != 0,
    "shares_total": pl.col("shares_off") != 0,
    "own_split": pl.col("accounts") != pl.col("own_total"),
    "deductible_range": (pl.col("deductible") < 0) | (pl.col("deductible") > pl.col("in_scope")),
}
"""Which sums of :func:`_sum_table` are broken, and how."""

_BEYOND_PARTS = ("paid_fund_total", "own_total", "deductible_recorded")
"""Where a file has none of these, the parts are the only sum to be checked."""


def _sum_table(frame: pl.DataFrame) -> pl.DataFrame:
    """Both sides of every sum, bill by bill."""
    sign = pl.when(pl.col("total") < 0).then(-1).otherwise(1)
    known = pl.sum_horizontal(pl.col(name).fill_null(0) for name in PAYERS)
    plain = [name for name in PAYERS if name not in _SPECIAL_PAYERS]
    hidden = pl.any_horizontal(pl.col(name).is_null() for name in plain)
    accounts = pl.when(pl.col("paid_account_shared").fill_null(0) == 0).then(
        pl.col("paid_account") + pl.col("paid_cash")
    )
    own = pl.coalesce("own_total", accounts)
    hospital = pl.col("paid_hospital").fill_null(0)
    return frame.select(
        parts=pl.sum_horizontal(PARTS, ignore_nulls=False),
        total=pl.col("total"),
        payers=known,
        payers_plain=known - pl.col("paid_tilt").fill_null(0),
        tilt=pl.col("paid_tilt").fill_null(0),
        fund=pl.col("paid_fund_total"),
        payers_off=(known - pl.col("paid_fund_total")) * sign,
        hidden=hidden,
        shares=pl.col("paid_fund_total") + own + hospital,
        shares_off=(pl.col("paid_fund_total") + own + hospital - pl.col("total")) * sign,
        no_hospital=pl.col("paid_hospital").is_null(),
        accounts=accounts,
        own_total=pl.col("own_total"),
        deductible=pl.col("deductible_recorded") * sign,
        in_scope=pl.col("in_scope") * sign,
    )


_DATE_ORDER = (
    ("admitted_after_discharged", "admitted_on", "admitted_on", "discharged_on", False),
    ("discharged_before_birth", "discharged_on", "birth_date", "discharged_on", False),
    ("settled_before_birth", "settled_at", "birth_date", "settled_at", False),
    ("settled_before_discharged", "settled_at", "discharged_on", "settled_at", True),
)
"""Reason, the column at fault, the day that comes first, the day that comes later, only a warning."""


def unusual_rows(frame: pl.DataFrame) -> npt.NDArray[np.bool_]:
    """Rows of claims in which :func:`check_claims` finds something, doubles and reversals aside.

    ``frame`` holds columns of ``tables.CLAIMS``, amounts in fen; those that it lacks are unknown.
    """
    broken = frame.select(pl.sum_horizontal(PARTS) != pl.col("total")).to_series()
    if any(name in frame.columns for name in _BEYOND_PARTS):
        absent = [pl.lit(None, pl.Int64()).alias(name) for name in CLAIMS.money if name not in frame.columns]
        every = pl.any_horizontal(condition.fill_null(value=False) for condition in _WRONG_SUMS.values())
        broken |= _sum_table(frame.with_columns(absent)).select(every).to_series()
    for _code, _field, early, late, _soft in _DATE_ORDER:
        if early in frame.columns and late in frame.columns and frame[early].null_count() < frame.height:
            broken |= (_day(frame[early]) > _day(frame[late])).fill_null(value=False)
    return broken.fill_null(value=True).to_numpy()


def _day(column: pl.Series) -> pl.Series:
    return column if column.dtype == pl.Date() else column.dt.date()


def _sums(frame: pl.DataFrame, soft: pl.Series, alive: pl.Series, notes: Notes) -> None:
    sums = _sum_table(frame).with_columns(alive=alive, soft=soft)
    lenient = soft.to_list() if soft.any() else None

    def each(code: str) -> list[tuple[int, dict[str, int]]]:
        condition = pl.col("alive") & _WRONG_SUMS[code]
        places = sums.select(condition.fill_null(False).arg_true()).to_series().to_list()
        return list(zip(places, sums[places].to_dicts(), strict=True)) if places else []

    def is_soft(place: int) -> bool:
        return lenient is not None and lenient[place]

    for place, row in each("parts_total"):
        notes.add(place, "parts_total", "total", yuan(row["parts"]), yuan(row["total"]), is_soft(place))
    for place, row in each("payers_fund"):
        fund = yuan(row["fund"])
        if row["tilt"] and row["payers_plain"] == row["fund"]:
            notes.add(place, "tilt_inside", "paid_tilt", fund, fund, soft=True)
        elif row["hidden"] and row["payers_off"] < 0:
            notes.add(place, "payers_fund_open", "paid_fund_total", yuan(row["payers"]), fund, soft=True)
        else:
            notes.add(place, "payers_fund", "paid_fund_total", yuan(row["payers"]), fund, is_soft(place))
    for place, row in each("shares_total"):
        total = yuan(row["total"])
        if row["no_hospital"] and row["shares_off"] < 0:
            notes.add(place, "shares_total_open", "total", yuan(row["shares"]), total, soft=True)
        else:
            notes.add(place, "shares_total", "total", yuan(row["shares"]), total, is_soft(place))
    for place, row in each("own_split"):
        notes.add(place, "own_split", "own_total", yuan(row["accounts"]), yuan(row["own_total"]), is_soft(place))
    for place, row in each("deductible_range"):
        notes.add(
            place, "deductible_range", "deductible_recorded", yuan(row["deductible"]), yuan(row["in_scope"]), soft=True
        )  # fmt: skip


def _dates(frame: pl.DataFrame, alive: pl.Series, as_of: date | None, notes: Notes) -> None:
    settled = frame["settled_at"].dt.date()
    for code, field, first, second, soft in _DATE_ORDER:
        early, late = _day(frame[first]), _day(frame[second])
        for place in ((early > late).fill_null(False) & alive).arg_true().to_list():
            shown = frame[field][place]
            limit = late[place] if field == "admitted_on" else early[place]
            notes.add(place, code, field, str(shown), str(limit), soft)
    if as_of is not None:
        for field, days in (("discharged_on", frame["discharged_on"]), ("settled_at", settled)):
            for place in ((days > as_of).fill_null(False) & alive).arg_true().to_list():
                notes.add(place, "in_future", field, str(days[place]), str(as_of), soft=True)
