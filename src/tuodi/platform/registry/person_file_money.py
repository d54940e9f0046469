"""Insurance, settlements and what was received: the money of a person's file, year by year and layer by layer.

Enters: a :class:`File`. Leaves: rows and sums in fen, masked for the reader. Bills are never joined with what another
department paid except by the person. Imports the room.
"""

from __future__ import annotations

from typing import Any

from django.db.models import Count, Max, Min, Sum
from django.db.models.functions import Coalesce, ExtractYear

from tuodi import vocabulary
from tuodi.platform.ground.words import N_, _, language
from tuodi.platform.ground.zones import here
from tuodi.platform.registry import charts
from tuodi.platform.registry.models import MONEY, Entry, Settlement
from tuodi.platform.registry.person_file_core import File, values_of
from tuodi.platform.registry.person_file_sight import source_name

__all__ = ["aid_of", "insurance_of", "sees_bills", "settlements_of"]

BILLS = 200
"""Bills of one year on a page, the latest first."""

GIVERS = {
    "received": N_("零星报销"),
    "aid": N_("慈善及社会救助"),
    "subsidies": N_("资助参保"),
}
"""Kind of list → what it is called among the aid received."""

_WHEN = ("paid_on", "approved_on", "accepted_on", "applied_on", "included_on")
_COUNTED = "paid_on"


def sees_bills(file: File) -> bool:
    """Whether this network and the reader's role hold bills at all."""
    return here(Settlement.zones) and file.standing.role.may_read("settlement")


def insurance_of(file: File) -> dict[str, Any]:
    """``rows``: year, scheme, state, place and premium, by source; ``twice``: years in which two insurances run."""
    rows: list[dict[str, Any]] = []
    running: dict[Any, set[tuple[Any, str]]] = {}
    for entry in file.entries:
        if entry.target not in ("enrolments", "subsidies"):
            continue
        data = values_of(entry)
        code = str(data.get("insured_region") or "")
        state = data.get("status") or ("insured" if entry.target == "enrolments" else "")
        if entry.target == "enrolments" and state == "insured" and not data.get("paused_on") and entry.until is None:
            running.setdefault(data.get("year"), set()).add((data.get("scheme"), code[:6]))
        show = file.sight.column
        rows.append({
            "year": data.get("year") or "", "what": _("参保") if entry.target == "enrolments" else _("资助参保"),
            "scheme": show(entry.source, "scheme", data.get("scheme")) or "",
            "status": vocabulary.label("insurance_status", state, language()) if state else "",
            "place": file.names.code(code), "from": data.get("enrolled_on") or data.get("included_on") or "",
            "to": data.get("paused_on") or "", "own": show(entry.source, "own_premium", data.get("own_premium")),
            "subsidy": show(entry.source, "subsidy", data.get("subsidy")), "source": source_name(entry.source),
            "as_of": (file.as_of(entry.source, entry.as_of) if entry.until is None else entry.as_of) or "",
            "stale": file.stale(entry.source), "left": entry.until is not None,
        })  # fmt: skip
    rows.sort(key=lambda row: (-int(row["year"] or 0), row["what"], row["source"]))
    return {"rows": rows, "twice": sorted(year for year, held in running.items() if _two(held))}


def _two(held: set[tuple[Any, str]]) -> bool:
    """Two schemes, or two known places; a place that is not stated contradicts nothing."""
    return len({scheme for scheme, _place in held}) > 1 or len({place for _scheme, place in held if place}) > 1


def settlements_of(file: File, year: int | None = None, bill: int | None = None) -> dict[str, Any]:
    """``years`` with totals; the bills of one year (the latest, if none is named); the drawing of it or of one bill."""
    mine = Settlement.objects.filter(person_id=file.person.id, superseded_by__isnull=True).annotate(
        of_year=Coalesce("benefit_year", ExtractYear("settled_at"))
    )
    totals = (
        mine.order_by()
        .values("of_year")
        .annotate(
            bills=Count("id"),
            first=Min("settled_at"),
            last=Max("settled_at"),
            **{f"sum_{name}": Sum(name) for name in MONEY},
        )
    )
    years = [_year(file, row) for row in totals.order_by("-of_year")]
    wanted = year if year in {one["year"] for one in years} else (years[0]["year"] if years else None)
    rows = list(mine.filter(of_year=wanted).order_by("-settled_at", "-id")[:BILLS]) if wanted else []
    chosen = next((row for row in rows if row.id == bill), None)
    money: dict[str, int | None] = (
        {name: getattr(chosen, name) for name in MONEY}
        if chosen
        else next((one["sums"] for one in years if one["year"] == wanted), {})
    )
    clear = file.sight.clear(Settlement.grades["total"])
    for one in years:
        del one["sums"]
    return {
        "years": years, "year": wanted, "bills": [_bill(file, row) for row in rows],
        "bill": chosen.id if chosen else None,
        "more": len(rows) == BILLS, "waterfall": charts.waterfall(money) if clear and money else None,
        "note": charts.note(money) if clear and money else "",
        "what": _bill(file, chosen) if chosen else None,
    }  # fmt: skip


def _year(file: File, row: dict[str, Any]) -> dict[str, Any]:
    sums = {name: row[f"sum_{name}"] for name in MONEY}
    show = file.sight.show
    return {
        "year": row["of_year"], "bills": row["bills"], "sums": sums,
        **{key: show(value, Settlement.grades["total"]) for key, value in _columns(sums).items()},
    }  # fmt: skip


def _columns(money: dict[str, int | None]) -> dict[str, int]:
    """The columns of the list, in the settlement sheet's words."""
    other = sum(money[name] or 0 for name in charts.OTHERS)
    return {
        "total": money["total"] or 0, "in_scope": money["in_scope"] or 0, "basic": money["paid_basic"] or 0,
        "catastrophic": money["paid_catastrophic"] or 0, "aid": money["paid_assistance"] or 0,
        "tilt": money["paid_tilt"] or 0, "other": other, "own": charts.burden(money),
    }  # fmt: skip


def _bill(file: File, row: Settlement) -> dict[str, Any]:
    grades, show = Settlement.grades, file.sight.show
    words = {
        "setting": vocabulary.label("setting", row.setting or "", language()),
        "level": vocabulary.label("provider_level", row.provider_level or "", language()),
        "place": vocabulary.label("place", row.place or "", language()),
    }
    identity = vocabulary.label("identity", row.identity_at_hospital or "", language())
    money = {name: getattr(row, name) for name in MONEY}
    return {
        "id": row.id, "claim_id": row.claim_id, **words,
        "settled_on": show(row.settled_at.date(), grades["settled_at"]),
        "admitted_on": show(row.admitted_on, grades["admitted_on"]) or "",
        "discharged_on": show(row.discharged_on, grades["discharged_on"]),
        "provider": show(row.provider_name or row.provider_id or "", grades["provider_name"]),
        "diagnosis": show(row.diagnosis_name or row.diagnosis or "", grades["diagnosis_name"]),
        "identity": show(identity, grades["identity_at_hospital"]),
        **{key: show(value, grades["total"]) for key, value in _columns(money).items()},
        "reverses": row.reverses or "", "source": source_name(row.source),
    }  # fmt: skip


def aid_of(file: File) -> dict[str, Any]:
    """What was received from everyone: by settlement, by hand, from charity, as a premium; sums by kind of giver.

    A claim by hand counts once it is paid; the others are shown and not summed.
    """
    rows = [_given(file, entry) for entry in file.entries if entry.target in GIVERS]
    _count_once(rows)
    window = _at_the_window(file) if sees_bills(file) else []
    rows = sorted([*rows, *window], key=lambda row: str(row["on"]), reverse=True)
    sums: dict[str, int] = {}
    masked = False
    for row in rows:
        if isinstance(row["amount"], int):
            if row["counts"]:
                sums[row["kind"]] = sums.get(row["kind"], 0) + row["amount"]
        else:
            masked = masked or row["amount"] not in (None, "")
    return {"rows": rows, "sums": [{"kind": kind, "amount": amount} for kind, amount in sums.items()],
            "total": sum(sums.values()), "masked": masked, "sees_bills": sees_bills(file)}  # fmt: skip


def _count_once(rows: list[dict[str, Any]]) -> None:
    """A premium that the insurer's list and the tax office's both report was paid once."""
    seen: dict[Any, str] = {}
    for row in rows:
        if row["year"] and row["counts"]:
            row["counts"] = seen.setdefault(row["year"], row["source"]) == row["source"]


def _given(file: File, entry: Entry) -> dict[str, Any]:
    data = values_of(entry)
    show = file.sight.column
    column = "subsidy" if entry.target == "subsidies" else "amount"
    when = next((data[name] for name in _WHEN if data.get(name)), data.get("year") or "")
    state = data.get("status")
    giver = data.get("giver") or (
        _("医疗救助基金") if entry.target in ("subsidies", "received") else source_name(entry.source)
    )
    return {
        "on": when, "kind": _(GIVERS[entry.target]), "giver": giver,
        "year": data.get("year") if entry.target == "subsidies" else None,
        "what": show(entry.source, "project", data.get("project"))
        or show(entry.source, "kind", data.get("kind")) or "",
        "amount": show(entry.source, column, data.get(column)),
        "state": show(entry.source, "status", state) if state else "",
        "counts": entry.until is None and (entry.target != "received" or state == "paid" or bool(data.get(_COUNTED))),
        "source": source_name(entry.source),
        "as_of": (file.as_of(entry.source, entry.as_of) if entry.until is None else entry.as_of) or "",
        "stale": file.stale(entry.source), "left": entry.until is not None,
    }  # fmt: skip


def _at_the_window(file: File) -> list[dict[str, Any]]:
    """Medical assistance and tilt aid that hospitals settled, a line a year."""
    rows = (
        Settlement.objects.filter(person_id=file.person.id, superseded_by__isnull=True)
        .annotate(of_year=Coalesce("benefit_year", ExtractYear("settled_at")))
        .order_by().values("of_year")
        .annotate(helped=Sum("paid_assistance"), tilt=Sum("paid_tilt"), source=Max("source"))
    )  # fmt: skip
    show = file.sight.show
    return [
        {
            "on": row["of_year"], "kind": kind, "year": None, "giver": _("医疗救助基金"), "what": _("直接结算"),
            "amount": show(row[name], Settlement.grades["paid_assistance"]), "state": "", "counts": True,
            "source": source_name(row["source"]), "as_of": file.as_of(row["source"], None) or "",
            "stale": file.stale(row["source"]), "left": False,
        }
        for row in rows
        for name, kind in (("helped", _("医疗救助支付")), ("tilt", _("倾斜救助")))
        if row[name]
    ]  # fmt: skip
