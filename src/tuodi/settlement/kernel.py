"""The kernel: a person's bills in their total order → who pays what. Integers only.

One source, specialised on the flags of :class:`Shape`: a feature that a law does not use is compiled away. Enters:
contiguous arrays made by ``tuodi.settlement.program`` and ``tuodi.settlement.order``. Leaves: payments, what stays
with the person, and why a layer is undetermined, written into arrays of the caller. Persons are independent, so
slices at person boundaries may run on any thread and in any order. The arithmetic is that of
``docs/reference/pack-language.md`` section 7. Imports ``numba`` and ``tuodi.law.dense`` for its marks.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from typing import Any, NamedTuple

import numpy as np
from numba import njit

from tuodi.law.dense import NO_LIMIT_FEN, NOT_COVERED, UNKNOWN
from tuodi.law.spaces import FALSE, TRUE, UNDECIDED
from tuodi.money import FULL_RATE

__all__ = ["EVERYTHING", "REASONS", "Shape", "kernel"]


class Shape(NamedTuple):
    """What a law and a table use; the kernel is compiled once for each shape.

    ``parts``: bases beyond in-scope money, or unpaid in-scope money told apart by reason · ``stays``: anything per
    stay · ``brackets``: more than one, or a running position · ``rare``: fixed sums, top-ups, yearly rounding,
    ``used_up``, ``base_over``, ``counts: true``, caps on base or deductible, ungrouped rounding · ``unknowns``:
    unknown values, codes, opening balances · ``given``: layers read from the record · ``trace``.
    """

    parts: bool
    stays: bool
    brackets: bool
    rare: bool
    unknowns: bool
    given: bool
    trace: bool


EVERYTHING = Shape(parts=True, stays=True, brackets=True, rare=True, unknowns=True, given=True, trace=True)

REASONS = (
    "", "deductible_unknown", "rate_unknown", "cap_unknown", "gate_undecided", "given_missing", "given_exceeds_base",
    "earlier_layer_undetermined", "earlier_bill_undetermined", "stays_overlap", "amount_unknown",
    "hospital_part_not_stated", "bracket_unknown",
)  # fmt: skip
"""Why a layer is undetermined; the kernel writes the position."""

(_, DEDUCTIBLE_UNKNOWN, RATE_UNKNOWN, CAP_UNKNOWN, GATE_UNDECIDED, GIVEN_MISSING, GIVEN_EXCEEDS, EARLIER_LAYER,
 EARLIER_BILL, STAYS_OVERLAP, AMOUNT_UNKNOWN, HOSPITAL_NOT_STATED, BRACKET_UNKNOWN) = range(len(REASONS))  # fmt: skip

# Columns of the layer table (program.layer_table) and of the cap table.
(FORM, NOTIONAL, BUCKETS, PARTS, PAY_ORDER, DED_SCOPE, POS_SCOPE, FROM_ZERO, BRACKETS, FIXED_SCOPE, TOP_UP_SCOPE, UNIT,
 DIRECTION, ROUND_YEAR, COUNTS_OUTSIDE, CAPS_FROM, CAPS_TO, USED_FROM, USED_TO, LAYER_WIDTH) = range(20)  # fmt: skip
CAP_SCOPE, CAP_COUNTS, CAP_COUNTER, CAP_LAYER, CAP_WIDTH = range(5)
RATE, FIXED, TOP_UP, GIVEN = range(4)
BILL, STAY, YEAR = 1, 2, 3
OPENINGS = 6
"""Counters of a layer that an opening balance may set; ``program.LAYER_COUNTERS`` names them."""
OPENING_NONE, OPENING_MISSING = -1, -2
PAID, BASE, DEDUCTIBLE = range(3)
STEP_GIVEN, STEP_NOTIONAL = 1, 2
NOT_RECORDED, NOT_ITS_SCHEME = -1, -2
"""In place of a recorded payment: the record does not say; the layer is not one of the bill's scheme."""
OPEN_DEDUCTIBLE, OPEN_POSITION, OPEN_REST = 1, 2, 4
"""Which counters of a layer are open: what the deductible took, the position in the brackets, all others."""
OPEN_ALL = 7
ORDER_END = 15
ALL_PARTS = 15
SELF_OPEN = 62
"""Bit of ``open_layers`` for a hospital's part of which nobody can say what it reduces."""
BITS = 4
"""``PAY_ORDER`` packs bucket numbers four bits each, ended by ORDER_END."""

_UNDER_DEDUCTIBLE, _CO_PAYMENT, _OVER_CAP, _IN_SCOPE_BUCKETS = 1, 2, 3, 4


@njit(nogil=True, inline="always")
def _rounded(exact, unit, direction):  # type: ignore[no-untyped-def]
    """``exact`` is in fen × basis points."""
    if unit == 1 and direction == 0:  # half up to the fen: most places
        return (exact + FULL_RATE // 2) // FULL_RATE
    divisor = FULL_RATE * unit
    whole = exact // divisor
    rest = exact - whole * divisor
    if direction == 0:
        whole += 2 * rest >= divisor
    elif direction == 1:
        whole += 2 * rest > divisor or (2 * rest == divisor and whole % 2 == 1)
    elif direction == 2:
        whole += rest > 0
    return whole * unit


@cache
def kernel(shape: Shape) -> Callable[..., Any]:
    """The kernel compiled for one shape."""
    has_parts, has_stays, has_brackets, has_rare, has_unknowns, has_given, has_trace = shape

    @njit(nogil=True, cache=True, boundscheck=False)
    def settle_slice(  # type: ignore[no-untyped-def]
        begin, end, begins, profile, total, in_scope, first_self_pay, over_limit, out_of_catalogue, hospital, stay,
        overlap, opening_at, opening, recorded, mode, hospital_order,
        layers, caps, used, gate, counted, deductible, base_over, fixed, top_up, rate, bound, limit, reach,
        stay_layer, stay_cap, stay_open,
        pay, self_in_scope, self_total, open_layers, admitted, reason,
        t_base, t_within, t_limit, t_used, t_taken, t_start, t_amounts, t_before, t_goal, t_raw,
        t_room, t_cut, t_cap, t_given, t_left,
    ):  # fmt: skip
        n_layers = layers.shape[0]
        n_counters = stay_cap.shape[1]
        # Consumed amounts of the counter year.
        ded_used = np.zeros(n_layers, np.int64)
        position = np.zeros(n_layers, np.int64)
        exact_sum = np.zeros(n_layers, np.int64)
        fixed_used = np.zeros(n_layers, np.int64)
        target_sum = np.zeros(n_layers, np.int64)
        had_sum = np.zeros(n_layers, np.int64)
        cap_used = np.zeros(n_counters, np.int64)
        # Counters that an undetermined bill (or a missing opening balance) left open.
        layer_open = np.zeros(n_layers, np.uint8)
        cap_open = np.zeros(n_counters, np.uint8)
        # Counters of a single bill live among those of the year and begin anew with each bill.
        of_bill = np.zeros(caps.shape[0], np.int64)
        n_of_bill = 0
        for cap in range(caps.shape[0]):
            if caps[cap, CAP_SCOPE] == BILL:
                of_bill[n_of_bill] = caps[cap, CAP_COUNTER]
                n_of_bill += 1
        u = np.zeros(7, np.int64)
        amounts = np.zeros(rate.shape[2], np.int64)

        for i in range(begin, end):
            if begins[i]:
                for at in range(n_layers):
                    ded_used[at] = 0
                    position[at] = 0
                    if has_rare:
                        exact_sum[at] = 0
                        fixed_used[at] = 0
                        target_sum[at] = 0
                        had_sum[at] = 0
                    if has_unknowns:
                        layer_open[at] = 0
                for counter in range(n_counters):
                    cap_used[counter] = 0
                    if has_unknowns:
                        cap_open[counter] = 0
                if has_unknowns:
                    row = opening_at[i]
                    if row >= 0:
                        for at in range(n_layers):
                            ded_used[at] = opening[row, OPENINGS * at]
                            position[at] = opening[row, OPENINGS * at + 1]
                            fixed_used[at] = opening[row, OPENINGS * at + 2]
                            exact_sum[at] = opening[row, OPENINGS * at + 3]
                            target_sum[at] = opening[row, OPENINGS * at + 4]
                            had_sum[at] = opening[row, OPENINGS * at + 5]
                        for counter in range(n_counters):
                            cap_used[counter] = opening[row, OPENINGS * n_layers + counter]
                    elif row == OPENING_MISSING:
                        for at in range(n_layers):
                            layer_open[at] = OPEN_ALL
                        for counter in range(n_counters):
                            cap_open[counter] = 1

            for at in range(n_of_bill):
                cap_used[of_bill[at]] = 0
                cap_open[of_bill[at]] = 0
            p = profile[i]
            scoped = in_scope[i]
            left = scoped
            paid_in_scope = np.int64(0)
            paid_real = np.int64(0)
            tainted = 0
            open_bits = np.int64(0)
            admits = 0
            here = stay[i] if has_stays else 0
            if has_parts:
                for bucket in range(7):
                    u[bucket] = 0
                u[0] = scoped
                u[4] = first_self_pay[i]
                u[5] = over_limit[i]
                u[6] = out_of_catalogue[i]
            hospital_here = hospital[i] if has_unknowns else np.int64(0)
            if has_unknowns and hospital_here != 0:
                if hospital_order[0] < 0:
                    tainted = ALL_PARTS
                    open_bits = np.int64(1) << SELF_OPEN
                else:
                    rest = hospital_here
                    for at in range(hospital_order.shape[0]):
                        bucket = hospital_order[at]
                        if bucket == 0:
                            taken_here = min(rest, left)
                            left -= taken_here
                            paid_in_scope += taken_here
                            if has_parts:
                                u[0] -= taken_here
                            rest -= taken_here
                        elif bucket >= _IN_SCOPE_BUCKETS:
                            if has_parts:
                                taken_here = min(rest, u[bucket])
                                u[bucket] -= taken_here
                                rest -= taken_here
                            elif bucket == 4:
                                rest -= min(rest, first_self_pay[i])
                            elif bucket == 5:
                                rest -= min(rest, over_limit[i])
                            else:
                                rest -= min(rest, out_of_catalogue[i])
                    if rest > 0:
                        tainted = ALL_PARTS
                        open_bits = np.int64(1) << SELF_OPEN

            for at in range(n_layers):
                why = 0
                payment = np.int64(0)
                taken = np.int64(0)
                cut = np.int64(0)
                over_base = np.int64(0)
                mask = layers[at, BUCKETS]
                if has_parts:
                    base = np.int64(0)
                    for bucket in range(7):
                        if mask >> bucket & 1:
                            base += u[bucket]
                else:
                    base = left
                is_tainted = has_unknowns and (tainted & layers[at, PARTS]) != 0

                if has_given and mode[at] == GIVEN:
                    amount = recorded[at, i]
                    if amount == NOT_ITS_SCHEME:
                        continue
                    if amount < 0:
                        why = GIVEN_MISSING
                    elif is_tainted:
                        why = EARLIER_LAYER
                    elif amount > base:
                        why = GIVEN_EXCEEDS
                    else:
                        payment = amount
                    if has_trace:
                        t_given[i, at] = STEP_GIVEN
                    base_here = base
                    if layers[at, FORM] != GIVEN and gate[p, at] != FALSE:
                        # The law computes this layer: its caps hold what it is recorded to have paid.
                        for cap in range(layers[at, CAPS_FROM], layers[at, CAPS_TO]):
                            if reach[p, cap] == FALSE:
                                continue
                            counter = caps[cap, CAP_COUNTER]
                            if caps[cap, CAP_COUNTS] != PAID:
                                is_open = base > 0 or is_tainted
                            elif why != 0:
                                is_open = True
                            else:
                                is_open = payment > 0 and (gate[p, at] != TRUE or reach[p, cap] != TRUE)
                            if is_open:
                                cap_open[counter] = 1
                                if has_stays:
                                    stay_open[here, n_layers + counter] = 1
                            elif caps[cap, CAP_COUNTS] == PAID:
                                if caps[cap, CAP_SCOPE] != STAY:
                                    cap_used[counter] += payment
                                elif has_stays and caps[cap, CAP_SCOPE] == STAY:
                                    stay_cap[here, counter] += payment
                else:
                    held = gate[p, at]
                    counting_only = held == FALSE
                    if has_rare and not counting_only:
                        # A gate that is false for one reason is false, whatever else is not known.
                        threshold = base_over[p, at]
                        if threshold == UNKNOWN:
                            if base == 0 and not is_tainted:
                                counting_only = True
                            why = AMOUNT_UNKNOWN
                        elif threshold >= 0 and base <= threshold and not is_tainted:
                            counting_only = True
                        is_used, unsure = FALSE, 0
                        for use in range(layers[at, USED_FROM], layers[at, USED_TO]):
                            cap = used[use, 0]
                            bar = limit[p, cap]
                            reaches = reach[p, cap]
                            admitted_there = gate[p, caps[cap, CAP_LAYER]]
                            counter = caps[cap, CAP_COUNTER]
                            scope = caps[cap, CAP_SCOPE]
                            consumed = np.int64(0)
                            is_open = False
                            if scope != STAY:
                                consumed = cap_used[counter]
                                is_open = has_unknowns and cap_open[counter] != 0
                            elif scope == STAY and has_stays:
                                consumed = stay_cap[here, counter]
                                is_open = has_unknowns and stay_open[here, n_layers + counter] != 0
                            if reaches == FALSE or admitted_there == FALSE:
                                pass
                            elif reaches == UNDECIDED or admitted_there == UNDECIDED or bar == UNKNOWN:
                                unsure = CAP_UNKNOWN
                            elif bar == NOT_COVERED or bar == NO_LIMIT_FEN:  # noqa: SIM109
                                pass
                            elif is_open:
                                unsure = EARLIER_BILL
                            elif bar <= consumed:
                                is_used = TRUE
                            if used[use, 1]:
                                # The last cap of one counter: any of them is enough.
                                if is_used != TRUE:
                                    if unsure == 0:
                                        counting_only = True
                                    else:
                                        why = unsure
                                is_used, unsure = FALSE, 0
                    if counting_only:
                        if not has_rare or layers[at, COUNTS_OUTSIDE] == 0 or counted[p, at] == FALSE:
                            continue
                        why = 0
                    if base == 0 and not is_tainted:
                        if not counting_only:
                            admits = 1
                        continue
                    if has_unknowns:
                        if is_tainted:
                            why = HOSPITAL_NOT_STATED if open_bits >> SELF_OPEN & 1 else EARLIER_LAYER
                        elif overlap[i] >> at & 1:
                            why = STAYS_OVERLAP
                        if (counted[p, at] if counting_only else held) == UNDECIDED:
                            why = GATE_UNDECIDED
                    base_is_known = why == 0
                    if not counting_only:
                        admits = 1

                    caps_from, caps_to = layers[at, CAPS_FROM], layers[at, CAPS_TO]
                    base_here = base
                    # Caps on the base.
                    if has_rare and why == 0 and not counting_only:
                        for cap in range(caps_from, caps_to):
                            if caps[cap, CAP_COUNTS] != BASE or reach[p, cap] == FALSE:
                                continue
                            bar = limit[p, cap]
                            counter = caps[cap, CAP_COUNTER]
                            if reach[p, cap] == UNDECIDED or bar == UNKNOWN:
                                why = CAP_UNKNOWN
                            elif bar != NO_LIMIT_FEN:
                                consumed = np.int64(0)
                                if caps[cap, CAP_SCOPE] != STAY:
                                    consumed = cap_used[counter]
                                    if has_unknowns and cap_open[counter]:
                                        why = EARLIER_BILL
                                elif caps[cap, CAP_SCOPE] == STAY and has_stays:
                                    consumed = stay_cap[here, counter]
                                    if has_unknowns and stay_open[here, n_layers + counter]:
                                        why = EARLIER_BILL
                                room = max(np.int64(0), bar - consumed)
                                if has_trace:
                                    t_room[i, cap] = room
                                if base_here > room:
                                    base_here = room
                        over_base = base - base_here

                    # Deductible.
                    scope = layers[at, DED_SCOPE]
                    wanted = np.int64(0)
                    if why == 0 and scope != 0 and base_here > 0:
                        wanted = deductible[p, at]
                        if wanted < 0:
                            why = DEDUCTIBLE_UNKNOWN
                        elif wanted > 0:
                            consumed = np.int64(0)
                            if scope == YEAR:
                                consumed = ded_used[at]
                                if has_unknowns and layer_open[at] & OPEN_DEDUCTIBLE:
                                    why = EARLIER_BILL
                            elif scope == STAY and has_stays:
                                consumed = stay_layer[here, 3 * at]
                                if has_unknowns and stay_open[here, at] & OPEN_DEDUCTIBLE:
                                    why = EARLIER_BILL
                            taken = min(base_here, max(np.int64(0), wanted - consumed))
                            if has_trace:
                                t_used[i, at] = consumed
                            if has_rare and taken > 0 and not counting_only:
                                for cap in range(caps_from, caps_to):
                                    if caps[cap, CAP_COUNTS] != DEDUCTIBLE or reach[p, cap] == FALSE:
                                        continue
                                    bar = limit[p, cap]
                                    counter = caps[cap, CAP_COUNTER]
                                    if reach[p, cap] == UNDECIDED or bar == UNKNOWN:
                                        why = CAP_UNKNOWN
                                    elif bar != NO_LIMIT_FEN:
                                        consumed = np.int64(0)
                                        if caps[cap, CAP_SCOPE] != STAY:
                                            consumed = cap_used[counter]
                                            if has_unknowns and cap_open[counter]:
                                                why = EARLIER_BILL
                                        elif caps[cap, CAP_SCOPE] == STAY and has_stays:
                                            consumed = stay_cap[here, counter]
                                            if has_unknowns and stay_open[here, n_layers + counter]:
                                                why = EARLIER_BILL
                                        room = max(np.int64(0), bar - consumed)
                                        if has_trace:
                                            t_room[i, cap] = room
                                        taken = min(taken, room)

                    after = base_here - taken
                    exact = np.int64(0)
                    raw = np.int64(0)
                    n_brackets = layers[at, BRACKETS] if has_brackets else 1
                    form = layers[at, FORM]
                    if why == 0 and not counting_only and after > 0:
                        if not has_rare or form == RATE:
                            if n_brackets == 1:
                                amounts[0] = after
                                exact = after * rate[p, at, 0]
                                if rate[p, at, 0] < 0:
                                    why = RATE_UNKNOWN
                            else:
                                start = np.int64(0)
                                is_open = False
                                if layers[at, POS_SCOPE] == YEAR:
                                    start = position[at]
                                    is_open = has_unknowns and layer_open[at] & OPEN_POSITION != 0
                                elif layers[at, POS_SCOPE] == STAY and has_stays:
                                    start = stay_layer[here, 3 * at + 1]
                                    is_open = has_unknowns and stay_open[here, at] & OPEN_POSITION != 0
                                if is_open:
                                    for k in range(1, n_brackets):
                                        if rate[p, at, k] != rate[p, at, 0] or bound[p, at, k - 1] < 0:
                                            why = EARLIER_BILL
                                if layers[at, FROM_ZERO]:
                                    start += taken
                                if has_trace:
                                    t_start[i, at] = start
                                stop = start + after
                                lower = np.int64(0)
                                for k in range(n_brackets):
                                    upper = bound[p, at, k] if k < n_brackets - 1 else np.int64(NO_LIMIT_FEN)
                                    if has_unknowns and upper < 0:
                                        if stop > lower:
                                            why = BRACKET_UNKNOWN
                                        for other in range(k, n_brackets):
                                            amounts[other] = 0
                                        break
                                    share = max(np.int64(0), min(stop, upper) - max(start, lower))
                                    if has_trace:
                                        amounts[k] = share
                                    if has_unknowns and share > 0 and rate[p, at, k] < 0:
                                        why = RATE_UNKNOWN if why == 0 else why
                                    exact += share * rate[p, at, k]
                                    lower = upper
                            if has_rare and layers[at, ROUND_YEAR]:
                                if has_unknowns and layer_open[at] & OPEN_REST and exact > 0:
                                    why = EARLIER_BILL if why == 0 else why
                                if has_trace:
                                    t_before[i, at] = exact_sum[at]
                                raw = _rounded(exact_sum[at] + exact, layers[at, UNIT], layers[at, DIRECTION])
                                raw -= _rounded(exact_sum[at], layers[at, UNIT], layers[at, DIRECTION])
                            else:
                                raw = _rounded(exact, layers[at, UNIT], layers[at, DIRECTION])
                        elif form == FIXED:
                            granted = fixed[p, at]
                            if granted < 0:
                                why = AMOUNT_UNKNOWN
                            consumed = np.int64(0)
                            if layers[at, FIXED_SCOPE] == YEAR:
                                consumed = fixed_used[at]
                                if has_unknowns and layer_open[at] & OPEN_REST and granted > 0:
                                    why = EARLIER_BILL
                            elif layers[at, FIXED_SCOPE] == STAY and has_stays:
                                consumed = stay_layer[here, 3 * at + 2]
                                if has_unknowns and stay_open[here, at] & OPEN_REST and granted > 0:
                                    why = EARLIER_BILL
                            if has_trace:
                                t_goal[i, at] = granted
                                t_before[i, at] = consumed
                            raw = max(np.int64(0), granted - consumed)
                        else:
                            target = top_up[p, at]
                            if target < 0:
                                why = RATE_UNKNOWN
                            elif has_unknowns and tainted & 1:
                                why = EARLIER_LAYER
                            goal = target * scoped
                            had = scoped - left
                            if layers[at, TOP_UP_SCOPE] == YEAR:
                                if has_unknowns and layer_open[at] & OPEN_REST:
                                    why = EARLIER_BILL
                                goal += target_sum[at]
                                had += had_sum[at] + fixed_used[at]
                            if has_trace:
                                t_goal[i, at] = goal
                                t_before[i, at] = had
                            raw = max(np.int64(0), _rounded(goal, layers[at, UNIT], layers[at, DIRECTION]) - had)
                        if raw > after:
                            raw = after
                    # Caps on the payment.
                    payment = raw
                    cap_that_cut = -1
                    if why == 0 and raw > 0:
                        for cap in range(caps_from, caps_to):
                            if has_rare and caps[cap, CAP_COUNTS] != PAID:
                                continue
                            reaches = reach[p, cap]
                            if reaches == FALSE:
                                continue
                            bar = limit[p, cap]
                            if bar == NO_LIMIT_FEN and reaches == TRUE:
                                continue
                            counter = caps[cap, CAP_COUNTER]
                            if reaches == UNDECIDED or bar < 0:
                                why = CAP_UNKNOWN
                                continue
                            consumed = np.int64(0)
                            if caps[cap, CAP_SCOPE] != STAY:
                                consumed = cap_used[counter]
                                if has_unknowns and cap_open[counter]:
                                    why = EARLIER_BILL
                            elif caps[cap, CAP_SCOPE] == STAY and has_stays:
                                consumed = stay_cap[here, counter]
                                if has_unknowns and stay_open[here, n_layers + counter]:
                                    why = EARLIER_BILL
                            room = max(np.int64(0), bar - consumed)
                            if has_trace:
                                t_room[i, cap] = room
                            if payment > room:
                                payment = room
                                cap_that_cut = cap
                    cut = raw - payment + over_base

                    # What the bill leaves in the counters.
                    if why == 0:
                        if layers[at, DED_SCOPE] == YEAR:
                            ded_used[at] += taken
                        elif has_stays and layers[at, DED_SCOPE] == STAY:
                            stay_layer[here, 3 * at] += taken
                        if has_brackets and base_here > 0:
                            moved = base_here if layers[at, FROM_ZERO] else after
                            if layers[at, POS_SCOPE] == YEAR:
                                position[at] += moved
                            elif has_stays and layers[at, POS_SCOPE] == STAY:
                                stay_layer[here, 3 * at + 1] += moved
                        if not counting_only:
                            if has_rare:
                                exact_sum[at] += exact
                                if form == FIXED:
                                    if layers[at, FIXED_SCOPE] == YEAR:
                                        fixed_used[at] += payment
                                    elif has_stays and layers[at, FIXED_SCOPE] == STAY:
                                        stay_layer[here, 3 * at + 2] += payment
                                elif form == TOP_UP:
                                    if top_up[p, at] < 0 or (has_unknowns and tainted & 1):
                                        layer_open[at] |= OPEN_REST
                                    target_sum[at] += top_up[p, at] * scoped
                                    had_sum[at] += scoped - left
                                    fixed_used[at] += payment
                            for cap in range(caps_from, caps_to):
                                if reach[p, cap] != TRUE:
                                    continue
                                moved = payment
                                if has_rare and caps[cap, CAP_COUNTS] == BASE:
                                    moved = base_here
                                elif has_rare and caps[cap, CAP_COUNTS] == DEDUCTIBLE:
                                    moved = taken
                                if caps[cap, CAP_SCOPE] != STAY:
                                    cap_used[caps[cap, CAP_COUNTER]] += moved
                                elif has_stays and caps[cap, CAP_SCOPE] == STAY:
                                    stay_cap[here, caps[cap, CAP_COUNTER]] += moved
                    elif has_unknowns:
                        opens = OPEN_ALL
                        if counting_only:
                            opens = OPEN_DEDUCTIBLE | OPEN_POSITION
                            if base_is_known and layers[at, FROM_ZERO]:
                                # Only what the deductible took is not known: the position is the base's.
                                opens = OPEN_DEDUCTIBLE
                                if layers[at, POS_SCOPE] == YEAR:
                                    position[at] += base
                                elif has_stays and layers[at, POS_SCOPE] == STAY:
                                    stay_layer[here, 3 * at + 1] += base
                        layer_open[at] |= opens
                        if has_stays:
                            stay_open[here, at] |= opens
                        if not counting_only:
                            for cap in range(caps_from, caps_to):
                                if reach[p, cap] != FALSE:
                                    cap_open[caps[cap, CAP_COUNTER]] = 1
                                    if has_stays:
                                        stay_open[here, n_layers + caps[cap, CAP_COUNTER]] = 1
                    if counting_only:
                        continue
                    if has_trace and why == 0:
                        t_within[i, at] = base_here
                        t_limit[i, at] = wanted
                        t_taken[i, at] = taken
                        t_raw[i, at] = raw
                        t_cut[i, at] = cut
                        t_cap[i, at] = cap_that_cut
                        if form == RATE and after > 0:
                            for k in range(n_brackets):
                                t_amounts[i, at, k] = amounts[k]

                if has_trace:
                    t_base[i, at] = base
                if why != 0:
                    open_bits |= np.int64(1) << at
                    tainted |= layers[at, PARTS]
                    if has_unknowns:
                        reason[at, i] = why
                    continue

                # Pay the parts down, remember why the rest is unpaid.
                # What is recorded as paid was paid, whatever the law only reckons.
                notional = has_rare and layers[at, NOTIONAL] != 0 and not (has_given and mode[at] == GIVEN)
                if has_parts:
                    rest = payment
                    order = layers[at, PAY_ORDER]
                    down_in_scope = np.int64(0)
                    while rest > 0:
                        bucket = order & ORDER_END
                        if bucket == ORDER_END:
                            break
                        order >>= BITS
                        moved = min(rest, u[bucket])
                        u[bucket] -= moved
                        rest -= moved
                        if bucket < _IN_SCOPE_BUCKETS:
                            down_in_scope += moved
                    unpaid = np.int64(0)
                    for bucket in range(_IN_SCOPE_BUCKETS):
                        if mask >> bucket & 1:
                            unpaid += u[bucket]
                            u[bucket] = 0
                    if has_given and mode[at] == GIVEN:
                        u[_CO_PAYMENT] += unpaid
                    else:
                        moved = min(taken, unpaid)
                        u[_UNDER_DEDUCTIBLE] += moved
                        unpaid -= moved
                        moved = min(cut, unpaid)
                        u[_OVER_CAP] += moved
                        u[_CO_PAYMENT] += unpaid - moved
                    left = u[0] + u[1] + u[2] + u[3]
                else:
                    left -= payment
                    down_in_scope = payment
                if not notional:
                    paid_in_scope += down_in_scope
                    paid_real += payment
                    pay[at, i] = payment
                elif has_trace:
                    t_given[i, at] = STEP_NOTIONAL

            if has_trace and has_parts:
                for bucket in range(7):
                    t_left[i, bucket] = u[bucket]
            admitted[i] = admits
            if open_bits != 0:
                open_layers[i] = open_bits
            self_in_scope[i] = scoped - paid_in_scope
            self_total[i] = total[i] - paid_real - hospital_here

    return settle_slice
