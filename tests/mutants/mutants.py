"""Small wrong versions of compiler and kernel, one change each: what would a slip of the hand look like?"""

from __future__ import annotations

from dataclasses import dataclass

KERNEL = "settlement/kernel.py"
IDENTITY = "settlement/identity.py"
CALENDAR = "settlement/calendar.py"
BILLS = "settlement/bills.py"
ORDER = "settlement/order.py"
REVERSAL = "settlement/reversal.py"
STAYS = "settlement/stays.py"
PROGRAM = "settlement/program.py"
DERIVE = "settlement/derive.py"
COMPILE = "law/compile.py"
DENSE = "law/dense.py"
SPACES = "law/spaces.py"


@dataclass(frozen=True)
class Mutant:
    """``old`` stands exactly once in ``file`` below ``src/tuodi`` and becomes ``new``."""

    name: str
    file: str
    old: str
    new: str


MUTANTS = (
    # Counters.
    Mutant("the deductible used is never remembered", KERNEL, "ded_used[at] += taken", "ded_used[at] += 0"),
    Mutant("the deductible survives the year", KERNEL, "                    ded_used[at] = 0\n", ""),
    Mutant("caps survive the year", KERNEL, "                for counter in range(n_counters):\n                    cap_used[counter] = 0\n", "                for counter in range(n_counters):\n"),
    Mutant("a yearly cap is not fed", KERNEL, "cap_used[caps[cap, CAP_COUNTER]] += moved", "cap_used[caps[cap, CAP_COUNTER]] += 0"),
    Mutant("a stay's deductible is not remembered", KERNEL, "stay_layer[here, 3 * at] += taken", "stay_layer[here, 3 * at] += 0"),
    Mutant("a cap feeds what is due, not what is paid", KERNEL, "                                moved = payment\n                                if has_rare", "                                moved = raw\n                                if has_rare"),
    Mutant("a bill's cap becomes the year's", KERNEL, "                cap_used[of_bill[at]] = 0\n", ""),
    Mutant("a cap on the base counts the payment", KERNEL, "moved = base_here\n                                elif", "moved = payment\n                                elif"),
    # Deductible, brackets, rate.
    Mutant("the deductible is the whole amount again", KERNEL, "taken = min(base_here, max(np.int64(0), wanted - consumed))", "taken = min(base_here, wanted)"),
    Mutant("the deductible may exceed the base", KERNEL, "taken = min(base_here, max(np.int64(0), wanted - consumed))", "taken = max(np.int64(0), wanted - consumed)"),
    Mutant("brackets forget where they stand", KERNEL, "start = position[at]", "start = np.int64(0)"),
    Mutant("brackets from zero leave out the deductible", KERNEL, "                                    start += taken\n", "                                    pass\n"),
    Mutant("the position from the deductible counts it too", KERNEL, "moved = base_here if layers[at, FROM_ZERO] else after", "moved = base_here"),
    Mutant("the first bracket's rate for all", KERNEL, "exact += share * rate[p, at, k]", "exact += share * rate[p, at, 0]"),
    Mutant("a bracket begins at its end", KERNEL, "                                    lower = upper\n", ""),
    Mutant("the rate works on the base, not after the deductible", KERNEL, "exact = after * rate[p, at, 0]", "exact = base_here * rate[p, at, 0]"),
    # Rounding.
    Mutant("half a fen is lost", KERNEL, "whole += 2 * rest >= divisor", "whole += 2 * rest > divisor"),
    Mutant("half a fen is lost where most is rounded", KERNEL, "(exact + FULL_RATE // 2) // FULL_RATE", "(exact + FULL_RATE // 2 - 1) // FULL_RATE"),
    Mutant("rounding up never rounds", KERNEL, "whole += rest > 0", "whole += 0"),
    Mutant("rounding to the jiao is to the fen", KERNEL, "    divisor = FULL_RATE * unit\n", "    divisor = FULL_RATE\n    unit = 1\n"),
    Mutant("yearly rounding rounds every bill", KERNEL, "                                exact_sum[at] += exact\n", "                                exact_sum[at] += 0\n"),
    # Caps and forms.
    Mutant("a used-up cap leaves a negative room", KERNEL, "                            room = max(np.int64(0), bar - consumed)\n                            if has_trace:\n                                t_room[i, cap] = room\n                            if payment > room", "                            room = bar - consumed\n                            if has_trace:\n                                t_room[i, cap] = room\n                            if payment > room"),
    Mutant("the last cap decides, not the least", KERNEL, "                            if payment > room:\n                                payment = room", "                            if raw > room:\n                                payment = room"),
    Mutant("a payment may exceed what is left", KERNEL, "                        if raw > after:\n                            raw = after\n", ""),
    Mutant("a top-up forgets what others paid", KERNEL, "                            had = scoped - left\n", "                            had = np.int64(0)\n"),
    Mutant("used up means almost used up", KERNEL, "elif bar <= consumed:", "elif bar < consumed:"),
    Mutant("the threshold itself is enough", KERNEL, "threshold >= 0 and base <= threshold", "threshold >= 0 and base < threshold"),
    Mutant("bills outside the gate count", KERNEL, "if not has_rare or layers[at, COUNTS_OUTSIDE] == 0 or counted[p, at] == FALSE:", "if False:"),
    # What is left.
    Mutant("a layer does not lower the next one's base", KERNEL, "                        u[bucket] -= moved\n                        rest -= moved\n", "                        rest -= moved\n"),
    Mutant("unpaid money is never over a cap", KERNEL, "                        moved = min(cut, unpaid)\n", "                        moved = np.int64(0)\n"),
    Mutant("what is reckoned is paid", KERNEL, "layers[at, NOTIONAL] != 0 and not", "False and not"),
    Mutant("the hospital's part stays with the person", KERNEL, "total[i] - paid_real - hospital_here", "total[i] - paid_real"),
    Mutant("parts are paid in the order of the base", PROGRAM, "row[k.PAY_ORDER] = _packed(pay_order)", "row[k.PAY_ORDER] = _packed(tuple(sorted(pay_order)))"),
    # What is not known.
    Mutant("an unknown deductible is zero", KERNEL, "                            why = DEDUCTIBLE_UNKNOWN\n", "                            wanted = np.int64(0)\n"),
    Mutant("an open counter is read as it stands", KERNEL, "                                if has_unknowns and layer_open[at] & OPEN_DEDUCTIBLE:\n                                    why = EARLIER_BILL\n", ""),
    Mutant("an undetermined layer leaves the next one its base", KERNEL, "                    tainted |= layers[at, PARTS]\n", ""),
    Mutant("an undecided gate is open", KERNEL, "                            why = GATE_UNDECIDED\n", "                            pass\n"),
    Mutant("an unknown code takes the first code's value", DENSE, "            view[position] = np.where(same, view[chosen[0]], undecided)", "            view[position] = view[chosen[0]]"),
    # Tables.
    Mutant("a parent code does not stand for its local codes", SPACES, "found += [code, *self.children.get(code, ())]", "found += [code]"),
    Mutant("second stays are told from all later ones", SPACES, "found += [other for other in self.codes if int(other) >= int(code[:-1])]", "found += [code[:-1]]"),
    Mutant("the points come before the factor", COMPILE, "            rate = rate + points\n", "            rate = rate - points\n"),
    Mutant("the income of the year before last", CALENDAR, 'back = {"previous": 1,', 'back = {"previous": 2,'),
    Mutant("a cap reaches every bill", COMPILE, "made.reach[:, cap_at] = reader.reach(cap.when)", "pass"),
    # Who is what.
    Mutant("the last class that applies, not the first", IDENTITY, "        alive &= ~sure[:, number]\n", ""),
    Mutant("an identity is in force the day after it ends", IDENTITY, "begins_in_time & (self.end >= low)", "begins_in_time & (self.end + 1 >= low)"),
    Mutant("a choice drops what was chosen", IDENTITY, "made = np.where(chosen[:, one], without_other, without_one)", "made = np.where(chosen[:, one], without_one, without_other)"),
    Mutant("next month means this month", IDENTITY, 'start = month_start(begun, 1) if rules.effective == "next_month" else begun', "start = begun"),
    Mutant("look-back one month short", IDENTITY, "back = rule.months - 1 if rule.anchor_month_counts else rule.months", "back = rule.months - 1"),
    Mutant("an unknown age is nought", CALENDAR, "year - birth_year - before, NO_DAY)", "year - birth_year - before, 0)"),
    Mutant("a year begins in January everywhere", CALENDAR, "NO_DAY, year - before)", "NO_DAY, year)"),
    Mutant("a recomputed year keeps each bill's class", BILLS, "            if column.whole_year:", "            if False:"),
    # Order, stays, reversals.
    Mutant("bills in the order of discharge", ORDER, "<< instant_bits) | instant", "<< instant_bits) | (instant * 0)"),
    Mutant("bills of one instant in the order of their ids", ORDER, 'pl.arg_sort_by("group", "discharged_on", "claim_id")', 'pl.arg_sort_by("group", "claim_id")'),
    Mutant("every bill is a stay of its own", STAYS, '    number[first["row"].to_numpy()] = first["first"].to_numpy()\n', ""),
    Mutant("stays overlap only the next one", STAYS, "hit[1:] = reached[:-1] >", "hit[1:] = reached[:-1] < 0 *"),
    Mutant("a reversal leaves its original standing", REVERSAL, "state[at] = state[original[\"row\"]] = ANNULLED", "state[at] = ANNULLED"),
    Mutant("the last rule that holds decides", DERIVE, "        open_rows &= truth == FALSE\n", ""),
)  # fmt: skip
