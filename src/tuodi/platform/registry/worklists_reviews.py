"""Pairs of files that may be one person: both sides beside each other, and what was decided.

Enters: a pair, its reader. Leaves: plain data; numbers only as same or different, whatever their masks look like. The
merging itself is ``merging``'s. Imports the room, ``identity``.
"""

from __future__ import annotations

from typing import Any

from tuodi import vocabulary
from tuodi.identity import WORDS, word
from tuodi.platform.accounts.models import User
from tuodi.platform.accounts.standing import Standing
from tuodi.platform.ground.grades import mask
from tuodi.platform.ground.sealing import open_seal
from tuodi.platform.ground.words import N_, _, language
from tuodi.platform.registry.models import Entry, Identity, LinkEvent, Person, ReviewPair
from tuodi.platform.registry.person_file_basics import class_name
from tuodi.platform.registry.person_file_places import names_of
from tuodi.platform.registry.person_file_record import rule_name
from tuodi.platform.registry.person_file_sight import Sight, sight_of, source_name

__all__ = ["CHOICES", "compared", "decided", "line_of", "pairs_open"]

CHOICES = {"same": N_("是同一人，合并"), "different": N_("不是同一人"), "later": N_("暂缓，以后再定")}
STATES = {"open": N_("待核对"), "same": N_("同一人"), "different": N_("不是同一人")}
_SEALED = (("number", N_("证件号码")), ("phone", N_("联系电话")), ("account", N_("银行账号")))


def _score(points: int | None) -> str:
    """The likelihood in per cent with two decimals; empty where a rule, not the model, made the pair."""
    return "" if points is None else f"{points // 100}.{points % 100:02d} %"


def line_of(sight: Sight, pair: ReviewPair, people: dict[int, Person]) -> dict[str, Any]:
    """A pair as a row of the queue."""
    sides = [people.get(pair.one_id), people.get(pair.other_id)]
    grades = Person.grades
    return {
        "id": pair.id, "rule": rule_name(pair.rule), "score": _score(pair.score), "made_at": pair.made_at,
        "names": [sight.show(side.name, grades["name"]) if side else "—" for side in sides],
        "born": [sight.show(side.birth_date, grades["birth_date"]) or "—" if side else "—" for side in sides],
        "state": _(STATES.get(pair.state, pair.state)), "later": pair.state == "open" and bool(pair.reason),
        "reason": pair.reason, "decided_at": pair.decided_at or "",
    }  # fmt: skip


def pairs_open(standing: Standing, after: int, limit: int) -> tuple[list[dict[str, Any]], int]:
    """Pairs that wait, those put off last; and how many wait. Three queries."""
    waiting = ReviewPair.objects.filter(state="open")
    pairs = list(waiting.order_by("reason", "id")[after : after + limit])
    people = Person.objects.in_bulk({one for pair in pairs for one in (pair.one_id, pair.other_id)})
    sight = Sight(standing)
    return [line_of(sight, pair, people) for pair in pairs], waiting.count()


def decided(standing: Standing, limit: int) -> list[dict[str, Any]]:
    """What was decided, the latest first, with the merge that can be undone."""
    pairs = list(ReviewPair.objects.exclude(state="open").order_by("-decided_at", "-id")[:limit])
    people = Person.objects.in_bulk({one for pair in pairs for one in (pair.one_id, pair.other_id)})
    events = list(LinkEvent.objects.filter(pair_id__in=[pair.id for pair in pairs], kind="merge"))
    undone = set(LinkEvent.objects.filter(undoes_id__in=[one.id for one in events]).values_list("undoes_id", flat=True))
    by_pair = {one.pair_id: one for one in events if one.id not in undone}
    users = dict(User.objects.filter(id__in={pair.decided_by_id for pair in pairs}).values_list("id", "display_name"))
    sight = Sight(standing)
    return [
        {
            **line_of(sight, pair, people),
            "who": users.get(pair.decided_by_id) or _("人员 {n}").format(n=pair.decided_by_id or "—"),
            "event": by_pair[pair.id].id if pair.id in by_pair and standing.may("undo_links") else None,
        }
        for pair in pairs
    ]  # fmt: skip


def compared(standing: Standing, pair: ReviewPair) -> dict[str, Any]:
    """Both sides field by field: ``{label, left, right, verdict}``; verdict is same, alike, different or missing.

    Raises ``LookupError`` where a side lies outside the reader's scope: it is for the office above to decide.
    """
    people = Person.objects.in_bulk([pair.one_id, pair.other_id])
    if len(people) < 2:
        raise LookupError(pair.id)
    sides = [people[pair.one_id], people[pair.other_id]]
    sights = [sight_of(standing, side.id) for side in sides]
    names = names_of([str(side.region_path) for side in sides],
                     [code for side in sides for code in (side.insured_region, side.registered_region)])  # fmt: skip
    told = {str(one.get("field")): one for one in pair.evidence if isinstance(one, dict)}
    rows = [_plain(sides, sights, column, label, told.get(key)) for column, label, key in _PLAIN]
    rows += [_sealed(sides, sights, kind, label) for kind, label in _SEALED]
    rows += [
        _row(_("居住地"), *(names.place(str(side.region_path)) for side in sides)),
        _row(_("参保地"), *(names.code(side.insured_region) for side in sides)),
        _row(_("户籍地"), *(names.code(side.registered_region) for side in sides)),
        _plain(sides, sights, "insurer_number", N_("医保人员编号"), told.get("insurer")),
    ]  # fmt: skip
    rows = [row for row in rows if row["left"] or row["right"]]
    return {
        "id": pair.id, "rule": rule_name(pair.rule), "score": _score(pair.score), "state": pair.state,
        "state_name": _(STATES.get(pair.state, pair.state)), "reason": pair.reason,
        "sides": [{"id": side.id, "name": sight.show(side.name, Person.grades["name"]), "provisional": side.provisional,
                   "gone": side.merged_into_id, "known": _known(side)}
                  for side, sight in zip(sides, sights, strict=True)],
        "rows": rows, "classes": _classes(sides, sights),
        "asks": [field for field, _words in _SEALED if any(sight.may_ask(field) for sight in sights)],
    }  # fmt: skip


_PLAIN = (
    ("name", N_("姓名"), "name"), ("sex", N_("性别"), "sex"), ("birth_date", N_("出生日期"), "birth"),
    ("address", N_("住址"), "address"), ("died_on", N_("死亡时间"), "died"),
)  # fmt: skip


def _verdict(left: Any, right: Any) -> str:
    if left in (None, "", b"") or right in (None, "", b""):
        return "missing"
    return "same" if left == right else "different"


def _row(label: str, left: Any, right: Any, *, verdict: str = "") -> dict[str, Any]:
    judged = verdict or _verdict(left, right)
    words = {
        "same": _("相同"),
        "alike": word("agreement", "alike", language()),
        "different": _("不同"),
        "missing": _("一方没有"),
    }
    return {"label": label, "left": left or "", "right": right or "", "verdict": judged, "word": words[judged]}


def _plain(sides: list[Person], sights: list[Sight], column: str, label: str, told: Any) -> dict[str, Any]:
    raw = [getattr(side, column) for side in sides]
    verdict = _verdict(raw[0], raw[1])
    if verdict == "different" and told and told.get("agreement") in WORDS["agreement"]:
        verdict = told["agreement"] if told["agreement"] == "alike" else verdict
    shown = [vocabulary.label("sex", one, language()) if column == "sex" and one else one for one in raw]
    graded = Person.grades[column]
    left, right = (sight.show(one, graded) for one, sight in zip(shown, sights, strict=True))
    return _row(_(label), left, right, verdict=verdict)


def _sealed(sides: list[Person], sights: list[Sight], kind: str, label: str) -> dict[str, Any]:
    graded = Person.grades[f"{kind}_sealed"]
    opened = [open_seal(kind, getattr(side, f"{kind}_sealed")) for side in sides]
    shown = [
        one if sight.clear(graded, kind) else mask(one, graded.shape) for one, sight in zip(opened, sights, strict=True)
    ]
    return _row(_(label), shown[0], shown[1], verdict=_verdict(opened[0], opened[1]))


def _known(side: Person) -> list[str]:
    """By which lists the file is known."""
    rows = (
        Entry.objects.filter(person_id=side.id, until__isnull=True).order_by("source").values_list("source", flat=True)
    )
    return [source_name(one) for one in dict.fromkeys(rows)]


def _classes(sides: list[Person], sights: list[Sight]) -> dict[str, Any]:
    held: list[list[str]] = []
    for side, sight in zip(sides, sights, strict=True):
        rows = Identity.objects.filter(person_id=side.id, superseded=False, to_date__isnull=True)
        codes = dict.fromkeys(rows.order_by("identity").values_list("identity", flat=True))
        held.append([str(sight.show(class_name(code), Identity.grades["identity"])) for code in codes])
    return _row(_("救助身份"), _("、").join(held[0]), _("、").join(held[1]))
