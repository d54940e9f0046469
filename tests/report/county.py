"""A small invented county as an audit leaves it: every kind of lead, every list, no engine behind it.

The frames are put together by plain arithmetic (assistance: base less a deductible, one rate, one cap), so that a page
can be held against numbers known beforehand. Nobody in it is real: identity numbers begin with 9901.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import date, datetime, time, timedelta
from typing import Any

import polars as pl

from tuodi.audit import CAUSES, FRAMES, KINDS, AuditResult
from tuodi.audit.model import AuditMeta, LayerMeta, SourceDocument

TOWNS = ("青石镇", "白沙镇", "柳河街道", "云台乡", "望江镇")
SURNAMES = "赵钱孙李周吴郑王冯陈褚卫蒋沈韩杨朱秦尤许何吕施张孔曹严华金魏陶姜"
GIVEN = ("桂兰", "德顺", "小梅", "建国", "秀英", "长福", "玉珍", "志强", "春花", "宝山")
IDENTITY = ("dibao", "tekun", "dibao_margin", "severe_disability", "orphan")
RATE = {"dibao": 8000, "tekun": 10000, "dibao_margin": 7000, "severe_disability": 7000, "orphan": 10000}
DEDUCTIBLE = {"dibao_margin": 300_000, "severe_disability": 300_000}
CLASS = {"dibao": "dibao", "tekun": "full", "orphan": "full", "dibao_margin": "margin", "severe_disability": "margin"}
HOSPITALS = (("望江县人民医院", "secondary"), ("青石镇中心卫生院", "township"), ("江北市第一医院", "tertiary"))
PACK = "zz/990100/2024"
CITE = "望政办发〔2024〕5号"
CAP = 9_000_000
OVER = {"over_paid"}
DETAIL = {
    "not_flagged": "dibao", "lower_identity": "dibao_margin", "identity_ended": "dibao",
    "other_version": "zz/990100/2023", "higher_identity": "tekun",
}  # fmt: skip


def certificate(number: int) -> str:
    """An identity number of region 990101 with a right check digit."""
    body = f"990101{1940 + number % 60:04d}{1 + number % 12:02d}{1 + number % 28:02d}{number:03d}"
    weights = [pow(2, 17 - place, 11) for place in range(17)]
    return body + "10X98765432"[sum(int(d) * w for d, w in zip(body, weights, strict=True)) % 11]


@dataclass
class Builder:
    """Rows of every frame, as they come together."""

    rows: dict[str, list[dict[str, Any]]] = field(default_factory=lambda: {name: [] for name in FRAMES})

    def add(self, frame: str, **values: Any) -> None:
        """One row; columns that are not named are empty."""
        assert set(values) <= set(FRAMES[frame]), (frame, set(values) - set(FRAMES[frame]))
        self.rows[frame].append({**dict.fromkeys(FRAMES[frame]), **values})

    def frames(self) -> dict[str, pl.DataFrame]:
        """The frames with their declared types."""
        return {name: pl.DataFrame(rows, schema=dict(FRAMES[name])) for name, rows in self.rows.items()}


def _assistance(base: int, identity: str, deductible_left: int, room: int) -> dict[str, int]:
    limit = DEDUCTIBLE.get(identity, 0)
    taken = min(base, deductible_left)
    used = limit - deductible_left
    raw = ((base - taken) * RATE[identity] + 5000) // 10_000
    paid = min(raw, room)
    return {
        "limit": limit,
        "used": used,
        "room": room,
        "taken": taken,
        "amount": base - taken,
        "raw": raw,
        "cut": raw - paid,
        "paid": paid,
    }


def _bill(
    builder: Builder, number: int, place: int, person: str, identity: str, year: int, counters: list[int]
) -> dict[str, Any]:
    """One bill with its settlement sheet by law; ``counters``: deductible left, room under the cap."""
    in_scope = 1_203_450 + 757_311 * ((number + place) % 9) + place * 310_007
    if number % 11 == 5:
        in_scope *= 7
    first, over, out = in_scope // 13, in_scope // 97, in_scope // 17 + number * 1_111
    name, level = HOSPITALS[(number + place) % 3]
    day = date(year, 1 + (number + 2 * place) % 12, 3 + (number * 7 + place * 5) % 24)
    claim = f"S{year}{number:03d}{place}"
    basic = in_scope * (62 + number % 9) // 100
    big = max(0, (in_scope - basic - 1_400_000) * 60 // 100)
    base = in_scope - basic - big
    steps = _assistance(base, identity, counters[0], counters[1])
    counters[0] -= steps["taken"]
    counters[1] -= steps["paid"]
    builder.add(
        "bills",
        person_id=person,
        counter_year=year,
        claim_id=claim,
        stay_id=claim,
        provider_name=name,
        provider_level=level,
        setting="inpatient" if place % 2 == 0 else "chronic_outpatient",
        place="local",
        authorisation="none_needed",
        scheme="resident",
        purpose="illness",
        settle_mode="online",
        admitted_on=day - timedelta(days=9),
        discharged_on=day,
        settled_at=datetime.combine(day, time(10, 30)),
        in_scope=in_scope,
        first_self_pay=first,
        over_limit=over,
        out_of_catalogue=out,
        total=in_scope + first + over + out,
        paid_hospital=0,
        status="ok",
        pack=PACK,
        identity_at_hospital=None,
    )
    return {"claim": claim, "basic": basic, "big": big, "base": base, "day": day, "in_scope": in_scope, **steps}


def _sheet(builder: Builder, person: str, identity: str, bill: dict[str, Any], recorded: int) -> None:
    common = {"person_id": person, "claim_id": bill["claim"]}
    for step, layer, paid in ((0, "basic", bill["basic"]), (1, "catastrophic", bill["big"])):
        builder.add(
            "waterfalls",
            **common,
            step=step,
            layer=layer,
            state="given",
            audited=False,
            recorded=paid,
            base=bill["in_scope"],
            citations=[f"{CITE} 第三条"],
        )
    builder.add(
        "waterfalls",
        **common,
        step=2,
        layer="assistance",
        state="ok",
        audited=True,
        base=bill["base"],
        deductible_limit=bill["limit"],
        deductible_used=bill["used"],
        deductible_taken=bill["taken"],
        bracket_amounts=[bill["amount"]],
        bracket_rates=[RATE[identity]],
        raw=bill["raw"],
        cap="year" if bill["cut"] else None,
        cap_cut=bill["cut"],
        cap_limit=CAP,
        cap_room=bill["room"],
        by_law=bill["paid"],
        by_law_chain=bill["paid"],
        recorded=recorded,
        difference=bill["paid"] - recorded,
        citations=[f"{CITE} 第八条", f"{CITE} 第九条（二）"],
        **{"class": CLASS[identity]},
    )


def _recorded(kind: str, by_law: int, number: int) -> int:
    if kind in OVER:
        return by_law + 40_000 + number * 1_013
    if kind in {"lower_class_used", "cap_used_up", "unexplained"}:
        return by_law * 7 // 10
    return 0


def _person(builder: Builder, number: int, kind: str, year: int = 2024) -> None:
    person = f"P99010{number:04d}"
    identity = IDENTITY[number % len(IDENTITY)]
    town = TOWNS[number * number % len(TOWNS)]
    cause = next((name for name, of in CAUSES.items() if of == kind), None)
    counters = [DEDUCTIBLE.get(identity, 0), CAP]
    bills = [_bill(builder, number, place, person, identity, year, counters) for place in range(2 + number % 3)]
    differing = bills[:1] if number % 2 else bills[:2]
    lead = f"L{number:04d}"
    recorded = by_law = 0
    for bill in bills:
        paid = _recorded(kind, bill["paid"], number) if bill in differing else bill["paid"]
        _sheet(builder, person, identity, bill, paid)
        recorded += paid
        by_law += bill["paid"]
        builder.add(
            "lead_bills",
            lead_id=lead,
            claim_id=bill["claim"],
            settled_at=datetime.combine(bill["day"], time(10, 30)),
            status="ok",
            recorded=paid,
            by_law_own=bill["paid"],
            by_law_chain=bill["paid"],
            difference=bill["paid"] - paid,
            differs=paid != bill["paid"],
            one_stop=kind != "not_one_stop",
        )
    difference = by_law - recorded
    grade = "B" if kind == "tilt_missing" else "A"
    builder.add(
        "leads",
        lead_id=lead,
        person_id=person,
        layer="assistance",
        grade=grade,
        counter_year=year,
        direction="owed" if difference > 0 else "over",
        kind=kind,
        recorded=recorded,
        manual=0,
        by_law=by_law,
        by_law_chain=by_law if number % 4 else None,
        difference=difference,
        causes=[cause] if cause else [],
        claim_ids=[bill["claim"] for bill in differing],
        identities=[identity],
        notes=["maybe_repaid_elsewhere"] if number % 5 == 0 and difference > 0 else [],
        pack=PACK,
    )
    since = date(year, 6, 1)
    if cause:
        builder.add(
            "causes",
            lead_id=lead,
            cause=cause,
            kind=kind,
            detail=DETAIL.get(cause, ""),
            since=since if cause == "flagged_late" else None,
        )
    builder.add(
        "persons",
        person_id=person,
        person_name=SURNAMES[number % len(SURNAMES)] + GIVEN[number % len(GIVEN)],
        certificate=certificate(number)[:6] + "********" + certificate(number)[-4:],
        birth_date=date(1940 + number % 60, 1 + number % 12, 1 + number % 28),
        household_id=f"H{number // 2 if number % 6 < 2 else 100 + number}",
        township=town,
        village=f"第{1 + number % 7}村",
        leads=1,
        owed=max(difference, 0),
        over=max(-difference, 0),
    )
    builder.add(
        "intervals",
        person_id=person,
        origin="recognised",
        identity=identity,
        recognised_on=date(year - 1, 11, 20),
        source="民政当月发放名册",
        **{"from": date(year - 1, 12, 1)},
    )
    if kind != "recognised_not_flagged":
        builder.add(
            "intervals",
            person_id=person,
            origin="flagged",
            identity=identity,
            pushed_on=date(year - 1, 12, 3),
            flagged_on=since,
            source="医保平台",
            **{"from": since},
        )
    for bill in bills[1:]:
        builder.add(
            "intervals",
            person_id=person,
            origin="hospital",
            identity=identity,
            claim_id=bill["claim"],
            to=bill["day"],
            **{"from": bill["day"]},
        )


def _lists(builder: Builder) -> None:
    whys = (
        "deductible_not_reached",
        "paid_by_hand",
        "cap_used_up",
        "identity_not_begun",
        "setting_not_covered",
        "nothing_left",
    )
    for number in range(17):
        hit = "paid_by_hand" if whys[number % 6] == "paid_by_hand" else "listed_not_paid"
        builder.add(
            "cleared",
            person_id=f"P99011{number:04d}",
            layer="assistance",
            counter_year=2024,
            hit=hit,
            why=whys[number % 6],
            claim_ids=[f"C{number}{place}" for place in range(1 + number % 5)],
            bills=1 + number % 5,
            amount=120_345 + number * 9_999,
        )
    for number in range(5):
        person = f"P99012{number:04d}"
        reason = ("assistance:unknown_authorisation", "basic:given_missing;assistance:base_open")[number % 2]
        builder.add(
            "undetermined",
            person_id=person,
            layer="assistance",
            counter_year=2024,
            reason=reason,
            bills=1 + number,
            claim_ids=[f"U{number}"],
            recorded=50_000 * number,
            manual=0,
            at_least=30_000 * number,
        )
        builder.add(
            "persons",
            person_id=person,
            person_name=f"{SURNAMES[number]}平",
            certificate="990101********0000",
            township=TOWNS[number],
            leads=0,
            owed=0,
            over=0,
        )
    for month in range(1, 13):
        amount = 31_245_678 + month * 1_234_567
        quarantined = 45_600 if month == 7 else 0
        builder.add(
            "totals",
            month=f"2024-{month:02d}",
            measure="paid_assistance",
            platform_count=400 + month,
            file_count=400 + month - (month == 7),
            platform_amount=amount,
            file_amount=amount - quarantined,
            quarantined_count=int(month == 7),
            quarantined_amount=quarantined,
            difference_count=0,
            difference=0,
            state="explained" if quarantined else "equal",
        )


def meta() -> AuditMeta:
    """On what the invented audit stands."""
    layers = (
        ("basic", "基本医疗保险", "basic insurance", False),
        ("catastrophic", "大病保险", "catastrophic insurance", False),
        ("assistance", "医疗救助", "medical assistance", True),
    )
    return AuditMeta(
        packs=(PACK,),
        title={"zh": "望江县医疗救助（虚构）", "en": "Wangjiang medical assistance (invented)"},
        documents=(
            SourceDocument("w5", "law", CITE, "望江县医疗救助实施办法", date(2024, 1, 1), "", True),
            SourceDocument("qa", "page", "望江县政务问答", "", date(2024, 6, 7), "", False),
        ),
        layers=tuple(
            LayerMeta(id=name, title={"zh": zh, "en": en}, grade="A", audited=judged, given=not judged)
            for name, zh, en, judged in layers
        ),
        class_titles={
            "full": {"zh": "特困、孤儿", "en": "full"},
            "dibao": {"zh": "低保", "en": "dibao"},
            "margin": {"zh": "低保边缘、重残", "en": "margin"},
        },
        window_from=date(2024, 1, 1),
        window_to=date(2024, 12, 31),
        as_of=date(2025, 1, 15),
        late_until=(6, 30),
        claims=12_480,
        claims_people=4_310,
        annulled=6,
        quarantined=4,
        identities=3_905,
        flags=3_720,
        manual=58,
        sources_until={"claims": date(2024, 12, 31), "identities": date(2024, 12, 20), "flags": date(2024, 10, 31)},
        tolerance=1,
        hidden_bills=9,
        hidden_amount=9,
        hidden_people=8,
        identities_from_one_list=False,
    )


def invented(people: int = 31) -> AuditResult:
    """The county's audit: ``people`` leads, round the kinds."""
    builder = Builder()
    for number in range(people):
        _person(builder, number, KINDS[number % len(KINDS)])
    _lists(builder)
    frames = builder.frames()
    leads = frames["leads"]
    frames["summary"] = (
        leads.group_by("grade", "direction", "kind")
        .agg(
            pl.len().cast(pl.Int64).alias("leads"),
            pl.col("person_id").n_unique().cast(pl.Int64).alias("people"),
            pl.col("claim_ids").list.len().sum().cast(pl.Int64).alias("bills"),
            pl.col("difference").sum().abs().alias("amount"),
        )
        .sort("grade", "direction", "kind")
        .select(list(FRAMES["summary"]))
    )
    undetermined = frames["undetermined"].height
    frames["agree"] = pl.DataFrame(
        [
            {
                "layer": "assistance",
                "grade": "A",
                "cases": 4200 + people + undetermined,
                "agree": 4150,
                "within_tolerance": 8,
                "offset": 2,
                "paid_by_hand": 40,
                "leads": people,
                "undetermined": undetermined,
                "hidden_bills": 9,
                "hidden_amount": 9,
            }
        ],
        schema=dict(FRAMES["agree"]),
    )
    return AuditResult(meta=meta(), **frames)


def without_report(result: AuditResult) -> AuditResult:
    """The same without the platform's monthly report."""
    return replace(result, totals=result.totals.clear())
