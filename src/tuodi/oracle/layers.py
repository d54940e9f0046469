"""One layer on one bill: gate, base, deductible, brackets, rate, caps, rounding, in exact fractions.

Enters: a bill, a layer, what is left of the bill, the list of what earlier bills did. Leaves: an ``Outcome``.
An undetermined layer is an exception until :func:`settle_layer` turns it into one. Standard library only.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from fractions import Fraction
from typing import Any

from tuodi.oracle.bills import Bill
from tuodi.oracle.conditions import Truth, View, all_of, holds, lookup, names_class, uses
from tuodi.oracle.ledger import Ledger, Purse, scope_of
from tuodi.oracle.packs import Layer, caps_of, listed
from tuodi.oracle.values import NO_LIMIT, GapError, OracleError, Unknown, read_rate, rounded

__all__ = ["Outcome", "Undetermined", "apply_alone", "settle_layer"]

ZERO_IF_ANOTHER_IS_KNOWN = {
    "paid_tilt", "paid_large_sum", "paid_civil_servant", "paid_enterprise", "paid_disabled_veteran", "paid_other",
}  # fmt: skip
DEDUCTIBLE_WORDS = {"per", "amount", "cite", "note", "counts"}
WHOLE = 10_000


class Undetermined(Exception):  # noqa: N818 it is an answer, not an error
    """The layer cannot be decided for this bill; the argument says why."""


@dataclass
class Outcome:
    """What one layer did to one bill. ``pay`` is ``None`` where it is undetermined."""

    pay: int | None = 0
    amount: int | None = 0
    admitted: Truth = True
    base: int | None = None
    deductible: int | None = 0
    brackets: list[int] | None = field(default_factory=list)
    cap_cut: int | None = 0
    reasons: list[str] = field(default_factory=list)


def settle_layer(bill: Bill, layer: Layer, purse: Purse, ledger: Ledger) -> Outcome:
    """Apply one layer: changes ``purse`` and ``ledger``, returns what happened."""
    work = _Work(bill, layer, purse, ledger)
    try:
        return work.given() if layer.given else work.computed()
    except Undetermined as why:
        work.leave_open()
        return Outcome(None, None, work.admitted, work.base, None, None, None, [str(why)])


def apply_alone(bill: Bill, layer: Layer) -> Outcome:
    """A layer on one bill that nothing came before: how an award computes."""
    return settle_layer(bill, layer, Purse(bill.claim), Ledger([]))


class _Work:
    def __init__(self, bill: Bill, layer: Layer, purse: Purse, ledger: Ledger) -> None:
        assert bill.pack is not None
        self.bill, self.layer, self.purse, self.ledger = bill, layer, purse, ledger
        self.pack, self.spec, self.name = bill.pack, layer.spec, layer.name
        self.read_amount = bill.pack.amounts(bill.year, bill.settled)
        self.view = bill.view(layer.name)
        self.admitted: Truth = None
        self.base: int | None = None
        self.flags: list[str] = []
        if not purse.open & set(layer.base):
            self.base = purse.held(layer.base, layer.unpaid)

    # Reading the cell ------------------------------------------------------------------------------

    def amount(self, table: Any) -> Any:
        """The bill's own cell of a table of amounts."""
        return lookup(self.view, table, self.read_amount)

    def known(self, value: Any) -> int:
        """An amount that is known, or the layer is undetermined."""
        if isinstance(value, Unknown):
            raise Undetermined("unknown_value")
        if value == NO_LIMIT:
            raise OracleError(f"{self.pack.id} {self.name}: 'none' stands where an amount is needed")
        return int(value)

    def before(self, counter: str, per: str) -> Fraction | None:
        """What earlier bills in the scope added to a counter; ``None`` if it is open."""
        return self.ledger.consumed(self.bill, counter, scope_of(self.bill, per))

    def closed(self, counter: str, per: str) -> Fraction:
        """The same where it matters: an open counter makes the layer undetermined."""
        found = self.before(counter, per)
        if found is None:
            raise Undetermined("counter_open")
        return found

    def feed(self, counter: str, per: str, amount: Fraction | int | None) -> None:
        """Write down what this bill adds."""
        self.ledger.add(counter, scope_of(self.bill, per), amount)

    # Gate ------------------------------------------------------------------------------------------

    def gate(self) -> Truth:
        """Whether the layer admits the bill."""
        when = self.spec.get("when") or {}
        truths = [gate_of_codes(self.view, self.spec)]
        if truths[0] is False:
            return False
        truths += [self.used_up(str(name)) for name in listed(when.get("used_up"))]
        if "base_over" in when:
            truths.append(self.base_over(when["base_over"]))
        return all_of(truths)

    def base_over(self, table: Any) -> Truth:
        """Whether the base on this bill is greater than an amount."""
        if self.base is None:
            return None
        line = self.amount(table)
        if isinstance(line, Unknown):
            return None if self.base > 0 else False
        return self.base > self.known(line)

    def used_up(self, counter: str) -> Truth:
        """Whether a cap has no room left for this bill, by the bill's own cell of that cap."""
        found = [(name, layer, cap) for name, own, layer, cap in self.pack.caps() if counter in (name, own)]
        if not found:
            raise OracleError(f"{self.pack.id} {self.name}: used_up names no counter: {counter!r}")
        truths: list[Truth] = []
        for name, layer, cap in found:
            view, law = self.bill.view(layer), self.pack.get("layers", layer)
            within = all_of([gate_of_codes(view, law), holds(view, cap.get("when"))])
            if not within:
                truths += [None] if within is None else []
                continue
            limit = lookup(view, cap["limit"], self.read_amount)
            if limit == NO_LIMIT or (isinstance(limit, Unknown) and limit.treat_as_none):
                truths.append(False)
                continue
            consumed = self.before(name, cap.get("per", "year"))
            if isinstance(limit, Unknown) or consumed is None:
                truths.append(None)
            else:
                truths.append(limit - consumed <= 0)
        return True if True in truths else None if None in truths else False

    # Undetermined ----------------------------------------------------------------------------------

    def leave_open(self) -> None:
        """All parts of the base, and every counter that the bill would feed, can no longer be known."""
        self.purse.open |= set(self.layer.base)
        if self.layer.given:
            self.feed_recorded(None)
            return
        if self.base == 0:
            return
        for counter, per in self.counters():
            self.feed(counter, per, None)

    def counters(self) -> Iterable[tuple[str, str]]:
        """Every counter that the bill would feed, with its scope."""
        spec = self.spec
        if spec.get("deductible") is not None:
            yield f"{self.name}.deductible", _per(spec["deductible"])
        if spec.get("brackets"):
            yield f"{self.name}.base", bracket_scope(spec["brackets"])
        if self.rounding["per"] == "year":
            yield f"{self.name}.exact", "year"
        for form in ("fixed", "top_up"):
            if spec.get(form):
                for what in ("paid", "target", "had"):
                    yield f"{self.name}.{what}", _per(spec[form])
        for counter, cap in caps_of(self.name, spec):
            if holds(self.view, cap.get("when")) is not False:
                yield counter, cap.get("per", "year")

    # Given -----------------------------------------------------------------------------------------

    def given(self) -> Outcome:
        """A layer that is read from the record."""
        self.admitted = self.gate()
        if self.admitted is False:
            return Outcome(admitted=False, base=self.base)
        if self.admitted is None:
            raise Undetermined("gate_undecided")
        columns = self.columns()
        if columns is None:
            return Outcome(admitted=False, base=self.base)
        values = {column: self.bill.claim.get(column) for column in columns}
        some = any(value is not None for value in values.values())
        for column, value in values.items():
            if value is None and not (some and column in ZERO_IF_ANOTHER_IS_KNOWN):
                raise Undetermined("given_empty")
        paid = sum(int(value or 0) for value in values.values())
        if self.base is None:
            raise Undetermined("base_open")
        if paid > self.base:
            raise Undetermined("given_exceeds_base")
        self.purse.take(paid, self.layer.paid_down, self.layer.unpaid, real=True)
        if "in_scope" in self.layer.base:
            self.purse.relabel(self.layer.unpaid, 0, 0)
        self.feed_recorded(paid)
        return Outcome(paid, paid, True, self.base)

    def feed_recorded(self, paid: int | None) -> None:
        """The caps of a layer that the law computes and the record gives: they hold what is recorded as paid."""
        law = self.layer.law
        admitted = gate_of_codes(self.view, law)
        for counter, cap in caps_of(self.name, law):
            reach = all_of([admitted, holds(self.view, cap.get("when"))])
            if reach is False:
                continue
            amount = paid if reach or paid == 0 else None
            if cap.get("counts", "paid") != "paid":  # the record does not say what was let in or taken
                amount = 0 if self.base == 0 else None
            self.feed(counter, cap.get("per", "year"), amount)

    def columns(self) -> list[str] | None:
        """The columns of the bill's own scheme; ``None`` where the pack names none for it."""
        columns = self.layer.columns
        if isinstance(columns, list):
            return columns
        lists = list(columns.values())
        scheme = self.bill.codes.get("scheme")
        if scheme is None:
            if all(one == lists[0] for one in lists):
                return list(lists[0])
            raise Undetermined("scheme_unknown")
        for name, named in columns.items():
            if self.pack.is_a("scheme", scheme, [name]):
                return list(named)
        return None

    # Computed --------------------------------------------------------------------------------------

    @property
    def rounding(self) -> dict[str, str]:
        """To, direction and per, the layer's own first."""
        default = {"to": "fen", "direction": "half_up", "per": "bill"}
        return {**default, **(self.pack.get("rounding") or {}), **(self.spec.get("rounding") or {})}

    def computed(self) -> Outcome:
        """A layer that the law computes."""
        self.admitted = self.gate()
        if self.admitted is False:
            if self.spec.get("counts"):
                self.count()
            return Outcome(admitted=False, base=self.base)
        if self.base == 0:
            return Outcome(base=0)
        if self.admitted is None:
            raise Undetermined("gate_undecided")
        if self.base is None:
            raise Undetermined("base_open")
        if self.bill.overlapping and self.asks_for_stays():
            raise Undetermined("overlapping_stays")
        return self.pay()

    def asks_for_stays(self) -> bool:
        """Whether the layer uses ``per: stay``, ``on: stay`` or the ordinal of the stay, itself or derived."""
        derived = self.pack.get("derived") or {}
        named = [name for name in derived if uses(self.spec, [name])]
        trees = [self.spec, *(derived[name] for name in named)]
        return any(uses(tree, ["stay_ordinal"]) for tree in trees) or _says_stay(self.spec)

    def pay(self) -> Outcome:
        """The payment of a bill that the layer admits and whose base is known and not 0."""
        spec, whole = self.spec, self.base
        assert whole is not None
        base = self.within_caps("base", whole)
        over_base = whole - base
        taken, deductible_feed = self.deductible(base)
        left = base - taken
        pieces: list[int] | None = []
        exact = Fraction(0)
        if spec.get("fixed") is not None:
            raw = self.fixed(left)
        elif spec.get("top_up") is not None:
            raw = self.top_up(left)
        else:
            pieces, exact = self.rated(base, taken)
            raw = min(self.round(exact), left)
        paid = self.within_caps("paid", raw)
        # Nothing below can fail: now the bill leaves its marks.
        for counts, amount in (("base", base), ("deductible", deductible_feed), ("paid", paid)):
            self.feed_caps(counts, amount)
        if spec.get("deductible") is not None:
            self.feed(f"{self.name}.deductible", _per(spec["deductible"]), taken)
        if spec.get("brackets"):
            self.feed_position(base, taken)
        if self.rounding["per"] == "year":
            self.feed(f"{self.name}.exact", "year", exact)
        for form in ("fixed", "top_up"):
            if spec.get(form) is not None:
                self.feed(f"{self.name}.paid", _per(spec[form]), paid)
        if spec.get("top_up") is not None:
            self.feed_top_up()
        real = not spec.get("notional")
        cut = over_base + raw - paid
        self.purse.take(paid, self.layer.paid_down, self.layer.unpaid, real)
        if "in_scope" in self.layer.base:
            self.purse.relabel(self.layer.unpaid, taken, cut)
        return Outcome(paid if real else 0, paid, True, whole, taken, pieces, cut, self.flags)

    def count(self) -> None:
        """``counts: true`` outside the gate: deductible and position move on, nothing is paid."""
        classes = self.view.classes if reads_class(self.spec) else ("",)
        if self.base == 0 or classes == (None,):
            return
        base, taken = self.base, None
        if None in classes or (self.bill.overlapping and self.asks_for_stays()):
            base = None  # whether the bill counts, or in which stay, nobody can say
        if base is not None:
            try:
                taken, _ = self.deductible(base, counting=True)
            except (Undetermined, GapError):  # no cell outside the gate: nobody can say
                taken = None
        if self.spec.get("deductible") is not None:
            self.feed(f"{self.name}.deductible", _per(self.spec["deductible"]), taken)
        if self.spec.get("brackets"):
            self.feed_position(base, taken)

    # Deductible ------------------------------------------------------------------------------------

    def deductible(self, base: int, counting: bool = False) -> tuple[int, int]:
        """What the deductible takes of this bill, and what it feeds to caps that count it."""
        rule = self.spec.get("deductible")
        if rule is None or base == 0:
            return 0, 0
        due = self.known(self.amount(_inline(rule)))
        if due == 0:
            return 0, 0
        counter = f"{self.name}.deductible"
        consumed = self.closed(counter, _per(rule)) if _per(rule) != "bill" else Fraction(0)
        taken = min(base, max(0, due - int(consumed)))
        if not counting:
            taken = self.within_caps("deductible", taken)
        return taken, taken

    # Brackets and rate -----------------------------------------------------------------------------

    def feed_position(self, base: int | None, taken: int | None) -> None:
        """Move the bracket position on."""
        rule = self.spec["brackets"]
        step = base if rule.get("from", "zero") == "zero" or base is None or taken is None else base - taken
        if rule.get("from", "zero") != "zero" and taken is None:
            step = None
        self.feed(f"{self.name}.base", bracket_scope(rule), step)

    def rated(self, base: int, taken: int) -> tuple[list[int] | None, Fraction]:
        """Amount in each bracket and the exact payment before rounding and caps."""
        left = base - taken
        if left == 0:
            return [], Fraction(0)
        rule = self.spec.get("brackets")
        if not rule:
            return [left], left * self.rate(1)
        ends = [self.amount(end) for end in rule["upto"]]
        scope = bracket_scope(rule)
        position = self.before(f"{self.name}.base", scope) if scope != "bill" else Fraction(0)
        if position is None:
            if any(isinstance(end, Unknown) for end in ends):
                raise Undetermined("counter_open")
            rates = [self.effective(number) for number in range(1, len(ends) + 2)]
            if any(isinstance(rate, Unknown) or rate != rates[0] for rate in rates):
                raise Undetermined("counter_open")
            return None, left * self.rate(1)
        start, stop = int(position) + taken, int(position) + base
        if rule.get("from", "zero") == "deductible":
            start, stop = int(position), int(position) + left
        pieces = []
        below = 0
        for end in ends:
            if isinstance(end, Unknown):
                if stop > below:
                    raise Undetermined("unknown_value")
                break
            pieces.append(_clip(stop, below, int(end)) - _clip(start, below, int(end)))
            below = int(end)
        else:
            pieces.append(max(stop, below) - max(start, below))
        return pieces, sum(
            (piece * self.rate(number) for number, piece in enumerate(pieces, start=1) if piece), Fraction(0)
        )

    def effective(self, bracket: int) -> int | Unknown:
        """Effective rate in basis points: rate, times factor, plus points, clamped."""
        view = self.bill.view(self.name, bracket)
        tables = (self.spec.get("rate"), self.spec.get("factor", "100%"), self.spec.get("points", "0%"))
        if tables[0] is None:
            raise OracleError(f"{self.pack.id} {self.name}: the layer has no rate")
        rate, factor, more = (lookup(view, table, read_rate) for table in tables)
        for value in (rate, factor, more):
            if isinstance(value, Unknown):
                return value
        scaled = rounded(Fraction(rate * factor, WHOLE))
        return int(max(0, min(WHOLE, scaled + more)))

    def rate(self, bracket: int) -> Fraction:
        """The effective rate of a bracket that money has reached."""
        value = self.effective(bracket)
        if isinstance(value, Unknown):
            raise Undetermined("unknown_value")
        return Fraction(value, WHOLE)

    def round(self, exact: Fraction) -> int:
        """The exact payment of this bill, rounded as the layer says."""
        how = self.rounding
        if how["per"] == "bill" or exact == 0:
            return rounded(exact, how["to"], how["direction"])
        so_far = self.closed(f"{self.name}.exact", "year")
        return rounded(so_far + exact, how["to"], how["direction"]) - rounded(so_far, how["to"], how["direction"])

    # Other forms -----------------------------------------------------------------------------------

    def fixed(self, left: int) -> int:
        """A fixed sum."""
        rule = self.spec["fixed"]
        if left == 0:
            return 0
        amount = self.known(self.amount(_inline(rule)))
        if amount == 0:
            return 0
        already = self.closed(f"{self.name}.paid", _per(rule)) if _per(rule) != "bill" else Fraction(0)
        return min(left, max(0, amount - int(already)))

    def top_up(self, left: int) -> int:
        """What is missing for a target share of the in-scope money of the scope's bills."""
        if left == 0:
            return 0
        rule = self.spec["top_up"]
        target, had = self.top_up_parts()
        if target is None:
            raise Undetermined("unknown_value")
        if had is None:
            raise Undetermined("base_open")
        if _per(rule) != "bill":
            target += self.closed(f"{self.name}.target", _per(rule))
            had += int(self.closed(f"{self.name}.had", _per(rule)))
            had += int(self.closed(f"{self.name}.paid", _per(rule)))
        how = self.rounding
        missing = rounded(target, how["to"], how["direction"]) - had
        return min(left, max(0, missing))

    def top_up_parts(self) -> tuple[Fraction | None, int | None]:
        """This bill's target and what it already had, each ``None`` where it is not known."""
        share = lookup(self.view, self.spec["top_up"]["to"], read_rate)
        in_scope = int(self.bill.claim["in_scope"])
        target = None if isinstance(share, Unknown) else Fraction(share, WHOLE) * in_scope
        return target, None if "in_scope" in self.purse.open else self.purse.in_scope_paid

    def feed_top_up(self) -> None:
        """Add this bill to the scope's target."""
        target, had = self.top_up_parts()
        per = _per(self.spec["top_up"])
        self.feed(f"{self.name}.target", per, target)
        self.feed(f"{self.name}.had", per, had)

    # Caps ------------------------------------------------------------------------------------------

    def within_caps(self, counts: str, amount: int) -> int:
        """``amount`` cut to the least room of the caps that count this."""
        if amount == 0:
            return 0
        rooms = []
        for counter, cap in caps_of(self.name, self.spec):
            if cap.get("counts", "paid") != counts:
                continue
            within = holds(self.view, cap.get("when"))
            if within is False:
                continue
            if within is None:
                raise Undetermined("gate_undecided")
            limit = self.amount(cap["limit"])
            if isinstance(limit, Unknown) and limit.treat_as_none:
                self.flags.append("cap_unknown_treated_as_none")
                continue
            if limit == NO_LIMIT:
                continue
            limit = self.known(limit)
            rooms.append(max(0, limit - int(self.closed(counter, cap.get("per", "year")))))
        return min([amount, *rooms])

    def feed_caps(self, counts: str, amount: int) -> None:
        """Feed the counters of the caps that count this."""
        if amount == 0:
            return
        for counter, cap in caps_of(self.name, self.spec):
            if cap.get("counts", "paid") == counts and holds(self.view, cap.get("when")):
                self.feed(counter, cap.get("per", "year"), amount)


def gate_of_codes(view: View, spec: dict[str, Any]) -> Truth:
    """The gate but for what depends on counters and amounts."""
    truth = holds(view, spec.get("when"), leave_out=("used_up", "base_over"))
    if truth is not False and reads_class(spec):
        if view.classes == (None,):
            return False
        return truth if len(view.classes) == 1 else None
    return truth


def reads_class(spec: dict[str, Any]) -> bool:
    """Whether the gate, a cap's ``when`` or one of the layer's tables names a class."""
    whens = [spec.get("when"), *(cap.get("when") for cap in spec.get("caps") or [])]
    if any("class" in (when or {}) for when in whens):
        return True
    tables = [_inline(spec.get(name)) for name in ("deductible", "fixed")]
    tables += [spec.get(name) for name in ("rate", "factor", "points")]
    tables += [cap.get("limit") for cap in spec.get("caps") or []]
    tables += (spec.get("brackets") or {}).get("upto", [])
    tables += [(spec.get("top_up") or {}).get("to"), (spec.get("when") or {}).get("base_over")]
    return any(names_class(table) for table in tables)


# Reading a fragment ------------------------------------------------------------------------------------


def _clip(point: int, low: int, high: int) -> int:
    """How far a point has come into a bracket."""
    return min(max(point, low), high) - low


def _per(rule: Any) -> str:
    return str(rule.get("per", "bill")) if isinstance(rule, dict) else "bill"


def bracket_scope(rule: dict[str, Any]) -> str:
    """The scope on which brackets run."""
    return str(rule.get("on", "bill"))


def _inline(rule: Any) -> Any:
    """The amount table of a deductible or a fixed sum: under ``amount``, or class keys beside ``per``."""
    if not isinstance(rule, dict):
        return rule
    if "amount" in rule:
        return rule["amount"]
    return {key: value for key, value in rule.items() if key not in DEDUCTIBLE_WORDS}


def _says_stay(spec: dict[str, Any]) -> bool:
    rules = [spec.get("deductible"), spec.get("fixed"), spec.get("top_up"), *(spec.get("caps") or [])]
    brackets = spec.get("brackets")
    return any(_per(rule) == "stay" for rule in rules) or bool(brackets and bracket_scope(brackets) == "stay")
