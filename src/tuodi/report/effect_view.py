"""What the page of a comparison shows of an effect: figures in the words of one language.

Enters: an :class:`~tuodi.twin.Effect`. Leaves: a mapping for the template. Nothing is computed here but sums of what is
there. Imports ``tuodi.twin``, ``tuodi.i18n`` and this room.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from typing import Any

from markupsafe import Markup

from tuodi.i18n import translator
from tuodi.report.charts import Bin, diverging_bar, histogram
from tuodi.report.words import grouped
from tuodi.twin import Effect, LayerCost, Moved
from tuodi.twin.words import class_name, layer_name, reasons_words

__all__ = ["signed", "view"]


def signed(fen: int | None) -> str:
    """An amount with its sign: more is +, less is −; nothing is 0.00."""
    text = grouped(fen)
    return f"+{text}" if fen is not None and fen > 0 else text


def view(effect: Effect, lang: str) -> dict[str, Any]:
    """Everything that the template asks of an effect."""
    _ = translator("report", lang)
    packs = (effect.after, effect.before)
    open_persons = {which: effect.open_under(which) for which in ("before", "after", "both")}
    return {
        "bills": effect.bills,
        "persons": effect.persons.height,
        "gaining": effect.count("gain"),
        "losing": effect.count("loss"),
        "same": effect.count("same"),
        "open": effect.count("open"),
        "open_under": open_persons,
        "gained": effect.gained,
        "lost": effect.lost,
        "cost": effect.cost,
        "cost_text": signed(effect.cost),
        "changed_class": effect.changed_class,
        "recorded": [layer_name(packs, layer, lang) for layer in effect.recorded],
        "dropped": effect.dropped_counters,
        "layers": [_layer(effect, item, lang) for item in effect.layers],
        "layer_sum": _total(effect.layers),
        "moved": _moved(effect, lang),
        "bands": [
            {
                "side": one.side, "words": _band(one.low, one.high, one.side, _), "persons": one.persons,
                "amount": one.amount,
            }
            for one in effect.bands
        ],
        "histogram": _histogram(effect, _),
        "largest": [
            {
                "state": state,
                "rows": [_person(effect, row, lang) for row in effect.largest(state).iter_rows(named=True)],
            }
            for state in ("gain", "loss")
        ],
        "reasons": _reasons(effect, lang),
    }  # fmt: skip


def _layer(effect: Effect, item: LayerCost, lang: str) -> dict[str, Any]:
    most = max((abs(one.difference) for one in effect.layers), default=0)
    return {
        "name": layer_name((effect.after, effect.before), item.layer, lang),
        "cost": item,
        "recorded": item.layer in effect.recorded,
        "difference": signed(item.difference),
        "bar": diverging_bar(max(0, -item.difference), max(0, item.difference), most),
    }


def _total(layers: tuple[LayerCost, ...]) -> dict[str, Any]:
    return {
        "before": sum(item.before or 0 for item in layers),
        "after": sum(item.after or 0 for item in layers),
        "open_before": max((item.open_before for item in layers), default=0),
        "open_after": max((item.open_after for item in layers), default=0),
        "open": max((item.open for item in layers), default=0),
        "difference": signed(sum(item.difference for item in layers)),
    }


def _moved(effect: Effect, lang: str) -> list[dict[str, Any]]:
    most = max((max(one.gained, one.lost) for one in effect.moved), default=0)

    def row(one: Moved) -> dict[str, Any]:
        before = class_name(effect.before, one.before, lang)
        after = class_name(effect.after, one.after, lang)
        return {
            "before": before, "after": after, "same_name": before == after, "moved": one,
            "bar": diverging_bar(one.lost, one.gained, most),
        }  # fmt: skip

    return [row(one) for one in effect.moved]


def _band(low: int, high: int, side: str, _: Callable[[str], str]) -> str:
    if side == "same":
        return _("不变")
    ends = (grouped(low).removesuffix(".00"), grouped(high).removesuffix(".00"))
    if side == "gain":
        return _("少负担 {low}—{high} 元").format(low=ends[0], high=ends[1])
    return _("多负担 {low}—{high} 元").format(low=ends[0], high=ends[1])


def _histogram(effect: Effect, _: Callable[[str], str]) -> Markup:
    bins = [Bin(one.side, one.high, one.persons) for one in effect.bands if one.side != "same"]
    label = _("每人变动的分布：{losing} 人多负担，{gaining} 人少负担；数字见下表").format(
        losing=effect.count("loss"), gaining=effect.count("gain")
    )
    words = (
        _("多负担 {n} 人").format(n=f"{effect.count('loss'):,}"),
        _("少负担 {n} 人").format(n=f"{effect.count('gain'):,}"),
        _("每人得失（元）：+ 少负担，− 多负担"),
    )
    return histogram(bins, label, words)


def _person(effect: Effect, row: dict[str, Any], lang: str) -> dict[str, Any]:
    before = class_name(effect.before, row["class_before"], lang)
    after = class_name(effect.after, row["class_after"], lang)
    return {**row, "class": before if before == after else f"{before} → {after}", "change_text": signed(row["change"])}


def _reasons(effect: Effect, lang: str) -> list[tuple[str, int, int]]:
    """Why persons are open: the reason, under how many by the first law, by the second."""
    counts: tuple[Counter[str], Counter[str]] = (Counter(), Counter())
    for place, (name, pack) in enumerate((("reason_before", effect.before), ("reason_after", effect.after))):
        for text in effect.persons.filter(effect.persons["state"] == "open")[name]:
            codes = [code for code in (text or "").split(";") if code]
            counts[place].update(reasons_words((pack,), codes, lang))
    return [(why, counts[0][why], counts[1][why]) for why in sorted(counts[0] | counts[1])]
