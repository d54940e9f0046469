"""The laboratory's results as plain records, for JSON: amounts in yuan as text, an open one as null.

Enters: results of this room. Leaves: mappings and lists. Imports ``tuodi.law``, ``tuodi.money`` and this room.
"""

from __future__ import annotations

from typing import Any

from tuodi.money import yuan
from tuodi.twin.change import Effect
from tuodi.twin.cliff import Cliff, Outcome, Step
from tuodi.twin.words import difference_words, line_source, line_words

__all__ = ["cliff_record", "effect_record"]


def _yuan(fen: int | None) -> str | None:
    return None if fen is None else yuan(fen)


def effect_record(effect: Effect) -> dict[str, Any]:
    """An effect without its list of persons."""
    money = ("paid_before", "paid_after", "self_before", "self_after", "change")

    def person(row: dict[str, Any]) -> dict[str, Any]:
        return {name: _yuan(value) if name in money else value for name, value in row.items()}

    return {
        "bills": effect.bills, "persons": effect.persons.height,
        "as_if_in_force": True, "recorded": list(effect.recorded),
        **{name: effect.count(name) for name in ("gain", "loss", "same", "open")},
        "open_under": {which: effect.open_under(which) for which in ("before", "after", "both")},
        "gained": yuan(effect.gained), "lost": yuan(effect.lost), "cost": yuan(effect.cost),
        "changed_class": effect.changed_class,
        "layers": [
            {
                "layer": one.layer, "before": _yuan(one.before), "after": _yuan(one.after),
                "open_before": one.open_before, "open_after": one.open_after,
                "difference": yuan(one.difference), "open": one.open,
            }
            for one in effect.layers
        ],
        "classes": [
            {
                "before": one.before, "after": one.after, "persons": one.persons, "gain": one.gaining,
                "loss": one.losing, "same": one.same, "open": one.open, "gained": yuan(one.gained),
                "lost": yuan(one.lost),
            }
            for one in effect.moved
        ],
        "bands": [
            {
                "side": one.side, "over": yuan(one.low), "upto": yuan(one.high), "persons": one.persons,
                "amount": yuan(one.amount),
            }
            for one in effect.bands
        ],
        "largest": {
            state: [person(row) for row in effect.largest(state).iter_rows(named=True)] for state in ("gain", "loss")
        },
    }  # fmt: skip


def cliff_record(cliff: Cliff, lang: str) -> dict[str, Any]:
    """A cliff: incomes per head and month."""
    return {
        "pack": cliff.pack.id, "on": cliff.on, "household": cliff.household, "upto": yuan(cliff.upto),
        "limit": _yuan(cliff.limit), "largest": _yuan(cliff.largest),
        "stretches": [
            {"from": yuan(one.low), "to": _yuan(one.high), "outcomes": [_outcome(each) for each in one.outcomes]}
            for one in cliff.stretches
        ],
        "steps": [_step(cliff, number, one, lang) for number, one in enumerate(cliff.steps, 1)],
        "not_by_income": list(cliff.outside),
    }  # fmt: skip


def _outcome(one: Outcome) -> dict[str, Any]:
    return {
        "identity": one.identity or None, "paid": {name: _yuan(fen) for name, fen in one.paid.items()},
        "self_in_scope": _yuan(one.self_in_scope), "self_total": _yuan(one.self_total), "reasons": list(one.reasons),
    }  # fmt: skip


def _step(cliff: Cliff, number: int, step: Step, lang: str) -> dict[str, Any]:
    said = [difference_words(cliff.pack, found, lang) for found in step.rows]
    return {
        "number": number, "identity": step.line.identity, "line": line_words(cliff.pack, step.line, lang),
        "last_inside": _yuan(step.last), "assumed": step.assumed, "source": line_source(cliff.pack, step, lang),
        "before": [one.identity or None for one in step.before], "after": [one.identity or None for one in step.after],
        "rise": None if step.rise is None else [yuan(fen) for fen in step.rise],
        "catch_up": _yuan(step.catch_up), "over_limit": step.over_limit,
        "rules": [
            {
                "what": one.what, "before": one.before, "after": one.after, "cite_before": one.cite_before,
                "cite_after": one.cite_after,
            }
            for one in said
        ],
    }  # fmt: skip
