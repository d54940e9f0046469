"""The cliff: what a household pays for a bill at every income, and the steps that the rules make.

Enters: a pack with income lines, or lines that somebody supposes; bills; the size of the household. Leaves:
:class:`Cliff`. Income makes the identity, the identity makes the class, the class makes the payment: between two lines
nothing changes, so each stretch of income is settled once and exactly, and no grid is sampled. Where a line is not
known, what lies above it is any of the outcomes that it may be, never a guess. Imports ``tuodi.law``,
``tuodi.settlement``, ``tuodi.tables`` and this room.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time
from typing import Any, Literal

import polars as pl

from tuodi.errors import UsageError
from tuodi.law.income import last_admitted, lines_on
from tuodi.law.model import IncomeLine, Pack
from tuodi.settlement import settle
from tuodi.tables import CLAIMS, IDENTITIES, PARTS, conform
from tuodi.twin.inforce import as_if_in_force
from tuodi.twin.rows import Difference, differences

__all__ = ["MONTHS", "Cliff", "Outcome", "Step", "Stretch", "cliff_of", "default_day", "with_assumed"]

MONTHS = 12
NOBODY = ""
"""A household that income gives no identity."""


@dataclass(frozen=True)
class Outcome:
    """What the bills come to for a household with one identity: what each layer pays, what is left; None where it is
    not determined. ``steps`` are the rows of the trace."""

    identity: str
    paid: Mapping[str, int | None]
    self_in_scope: int | None
    self_total: int | None
    reasons: tuple[str, ...]
    steps: tuple[Mapping[str, Any], ...]


@dataclass(frozen=True)
class Stretch:
    """Monthly incomes per head from ``low`` to ``high`` fen, both inside (None: without end), and the outcome; several
    where an unknown line leaves open which."""

    low: int
    high: int | None
    outcomes: tuple[Outcome, ...]

    def burden(self) -> tuple[int, int] | None:
        """The least and the most that the household may pay; None where an outcome is not determined."""
        found = [one.self_total for one in self.outcomes]
        known = [one for one in found if one is not None]
        return (min(known), max(known)) if len(known) == len(found) else None


@dataclass(frozen=True)
class Step:
    """A line at which the outcome changes: ``last`` is the largest income inside (None: nobody knows where it is).

    ``rise``: the least and the most by which the burden rises; None where it is not determined. ``catch_up``: how much
    more income per head and month it takes until, after this bill, the year leaves as much as just inside the line.
    ``over_limit``: whether it is larger than the limit, or may be. ``rows``: what the law says on either side, where it
    is certain which sides these are."""

    line: IncomeLine
    last: int | None
    assumed: bool
    before: tuple[Outcome, ...]
    after: tuple[Outcome, ...]
    rise: tuple[int, int] | None
    catch_up: int | None
    over_limit: Literal["", "maybe", "yes"]
    rows: tuple[Difference, ...]


@dataclass(frozen=True)
class Cliff:
    """The whole picture. ``upto``: monthly income per head at which the picture ends; ``limit``: the largest step that
    somebody thinks right, fen. ``outside``: identities of the pack's classes that have no line."""

    pack: Pack
    on: date
    bills: pl.DataFrame
    household: int
    upto: int
    limit: int | None
    stretches: tuple[Stretch, ...]
    steps: tuple[Step, ...]
    outside: tuple[str, ...]

    @property
    def largest(self) -> int | None:
        """The largest rise that is certain; None where there is none."""
        return max((step.rise[0] for step in self.steps if step.rise), default=None)

    def share(self, burden: int, income: int) -> int | None:
        """The burden as a share of the household's yearly income, in basis points, half-up; None at no income."""
        year = income * MONTHS * self.household
        return (2 * burden * 10_000 + year) // (2 * year) if year else None


def default_day(pack: Pack) -> date:
    """The first day on which every income line of the pack has begun."""
    return max([pack.in_force_from, *(item.since for item in pack.income_lines if item.since)])


def with_assumed(lines: Sequence[IncomeLine], assumed: Mapping[str, int]) -> tuple[IncomeLine, ...]:
    """The lines with those that somebody supposes (identity → monthly amount per head, the line itself outside) in the
    place of the pack's own; a new one stands before the first larger one."""
    made = [IncomeLine(item.identity, assumed[item.identity]) if item.identity in assumed else item for item in lines]
    for identity, amount in assumed.items():
        if identity not in {item.identity for item in lines}:
            larger = [n for n, item in enumerate(made) if isinstance(item.line, int) and item.line > amount]
            made.insert(larger[0] if larger else len(made), IncomeLine(identity, amount))
    return tuple(made)


def cliff_of(
    pack: Pack,
    bills: Sequence[Mapping[str, Any]],
    on: date,
    *,
    household: int = 3,
    assumed: Mapping[str, int] | None = None,
    upto: int | None = None,
    limit: int | None = None,
) -> Cliff:
    """What one person of a household pays for ``bills`` (columns of a claim, in order, all on the day ``on``).

    ``assumed``: lines that are supposed. ``upto``: monthly income per head at which the picture ends, by default half
    as much again as the last known line. Raises ``UsageError`` without bills, without any line, outside the pack's
    period, or for a picture that ends before the first line.
    """
    _in_force(pack, on)
    assumed = assumed or {}
    lines = with_assumed(lines_on(pack, on), assumed)
    if not lines:
        raise UsageError(f"{pack.id} states no income lines; suppose one, such as dibao=700")
    ends = [last_admitted(pack, item, on) for item in lines]
    known = [end for end in ends if end is not None]
    if upto is None:
        if not known:
            raise UsageError(f"{pack.id}: no income line is known on {on}; suppose one, such as dibao=700")
        upto = max(known) + max(known) // 2
    frame = _frame(bills, on)
    outcomes = _outcomes(pack, frame, [*(item.identity for item in lines), NOBODY], on)
    stretches = _stretches(lines, ends, outcomes)
    steps = _steps(pack, lines, ends, stretches, outcomes, assumed, household, limit)
    return Cliff(pack, on, frame, household, upto, limit, stretches, steps, _outside(pack, lines))


def _in_force(pack: Pack, on: date) -> None:
    if on < pack.in_force_from or (pack.in_force_to is not None and on > pack.in_force_to):
        until = f"to {pack.in_force_to}" if pack.in_force_to else "on"
        raise UsageError(f"{on}: {pack.id} is in force from {pack.in_force_from} {until}")


def _outside(pack: Pack, lines: Sequence[IncomeLine]) -> tuple[str, ...]:
    named = {item.identity for item in lines}
    systems = [pack.classes, *(layer.classes for layer in pack.layers)]
    members = [member.identity for classes in systems for item in classes.order for member in item.members]
    return tuple(dict.fromkeys(name for name in members if name not in named))


def _frame(bills: Sequence[Mapping[str, Any]], on: date) -> pl.DataFrame:
    """The bills as claims of nobody yet."""
    if not bills:
        raise UsageError("no bill: the picture is drawn for at least one")
    rows = []
    for number, facts in enumerate(bills, 1):
        parts = {part: facts.get(part) or 0 for part in PARTS}
        if not any(parts.values()) or min(parts.values()) < 0:
            raise UsageError(f"bill {number}: the parts must be 0 or more and not all 0; found {parts}")
        rows.append({
            "provider_level": "ungraded", "setting": "inpatient", "discharged_on": on, "admitted_on": on,
            "settled_at": datetime.combine(on, time()), **{name: one for name, one in facts.items() if one is not None},
            **parts, "claim_id": f"{number:04}", "person_id": "", "total": sum(parts.values()),
        })  # fmt: skip
    names = {name for row in rows for name in row}
    types = {name: dtype for name, dtype in CLAIMS.columns.items() if name in names}
    return conform(pl.DataFrame(rows, schema=types), CLAIMS)


def _outcomes(pack: Pack, bills: pl.DataFrame, names: Sequence[str], on: date) -> dict[str, Outcome]:
    """The bills settled once for each identity: one person each, so that nothing of one reaches another."""
    people = list(dict.fromkeys(names))
    claims = pl.concat(
        bills.with_columns(
            pl.lit(f"p{n}").alias("person_id"), pl.concat_str(pl.lit(f"p{n}-"), "claim_id").alias("claim_id")
        )
        for n, _name in enumerate(people)
    )
    since = date(
        on.year - (on.month <= 2), (on.month - 3) % MONTHS + 1, 1
    )  # before any "next month", within any validity
    held = [{"person_id": f"p{n}", "identity": name, "from": since} for n, name in enumerate(people) if name]
    schema = {"person_id": pl.String, "identity": pl.String, "from": pl.Date}
    run = settle(as_if_in_force(pack), claims, conform(pl.DataFrame(held, schema=schema), IDENTITIES), trace=True)
    layers = [name.removeprefix("pay_") for name in run.bills.columns if name.startswith("pay_")]
    made = {}
    for number, name in enumerate(people):
        own = run.bills.filter(pl.col("person_id") == f"p{number}")
        steps = run.trace.filter(pl.col("claim_id").is_in(own["claim_id"].to_list())) if run.trace is not None else None
        reasons = [code for text in own["reason"] if text for code in text.split(";")]
        made[name] = Outcome(
            identity=name,
            paid={layer: _sum(own[f"pay_{layer}"]) for layer in layers},
            self_in_scope=_sum(own["self_in_scope"]),
            self_total=_sum(own["self_total"]),
            reasons=tuple(dict.fromkeys(reasons)),
            steps=() if steps is None else tuple(steps.iter_rows(named=True)),
        )
    return made


def _sum(amounts: pl.Series) -> int | None:
    return None if amounts.null_count() else int(amounts.sum())


def _stretches(
    lines: Sequence[IncomeLine], ends: Sequence[int | None], outcomes: Mapping[str, Outcome]
) -> tuple[Stretch, ...]:
    """Between the known lines: which identities a household may have there."""
    made: list[Stretch] = []
    low = 0
    for high in (*sorted({end for end in ends if end is not None and end >= 0}), None):
        names = []
        for item, end in zip(lines, ends, strict=True):
            if end is None:
                names.append(item.identity)
            elif high is not None and high <= end:
                names.append(item.identity)
                break
        else:
            names.append(NOBODY)
        held = tuple(outcomes[name] for name in dict.fromkeys(names))
        if made and made[-1].outcomes == held:
            made[-1] = Stretch(made[-1].low, high, held)
        else:
            made.append(Stretch(low, high, held))
        low = 0 if high is None else high + 1
    return tuple(made)


def _steps(
    pack: Pack,
    lines: Sequence[IncomeLine],
    ends: Sequence[int | None],
    stretches: Sequence[Stretch],
    outcomes: Mapping[str, Outcome],
    assumed: Collection[str],
    household: int,
    limit: int | None,
) -> tuple[Step, ...]:
    """The known lines from the bottom up, each followed by the unknown ones that may lie in the stretch above it."""
    told: set[str] = set()
    made: list[Step] = []

    def step(item: IncomeLine, last: int | None, before: Sequence[Outcome], after: Sequence[Outcome]) -> None:
        rise = _rise(before, after)
        certain = rise is not None and rise[0] == rise[1] and rise[0] > 0
        made.append(
            Step(
                line=item,
                last=last,
                assumed=item.identity in assumed,
                before=tuple(before),
                after=tuple(after),
                rise=rise,
                catch_up=-(-rise[0] // (MONTHS * household)) if rise is not None and certain else None,
                over_limit=_over(rise, limit),
                rows=_rows(pack, before, after),
            )
        )

    for number, stretch in enumerate(stretches):
        if number:
            below = stretches[number - 1]
            assert below.high is not None
            item = next(one for one, end in zip(lines, ends, strict=True) if end == below.high)
            both = {one.identity for one in below.outcomes} & {one.identity for one in stretch.outcomes}
            before = [one for one in below.outcomes if one.identity not in both] or list(below.outcomes)
            after = [one for one in stretch.outcomes if one.identity not in both] or list(stretch.outcomes)
            step(item, below.high, before, after)
        for item, end in zip(lines, ends, strict=True):
            held = [one.identity for one in stretch.outcomes]
            if end is None and item.identity in held and item.identity not in told:
                told.add(item.identity)
                following = held[held.index(item.identity) + 1] if held[-1] != item.identity else NOBODY
                step(item, None, [outcomes[item.identity]], [outcomes[following]])
    return tuple(made)


def _rows(pack: Pack, before: Sequence[Outcome], after: Sequence[Outcome]) -> tuple[Difference, ...]:
    """The rules that differ, if they are the same whichever outcome it is on either side."""
    found = {differences(pack, one.steps, other.steps) for one in before for other in after}
    return found.pop() if len(found) == 1 else ()


def _over(rise: tuple[int, int] | None, limit: int | None) -> Literal["", "maybe", "yes"]:
    if limit is None or rise is None or rise[1] <= limit:
        return ""
    return "yes" if rise[0] > limit else "maybe"


def _rise(before: Sequence[Outcome], after: Sequence[Outcome]) -> tuple[int, int] | None:
    pairs = [(one.self_total, other.self_total) for one in before for other in after]
    rises = [high - low for low, high in pairs if low is not None and high is not None]
    return (min(rises), max(rises)) if len(rises) == len(pairs) else None
