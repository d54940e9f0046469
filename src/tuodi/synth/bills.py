"""The invented people's illnesses and bills, before anybody has paid anything.

Enters: draws, a set-up, a person. Leaves: :class:`Bill` objects of one year whose four parts add up to the total.

Calibrated to reference/policies.md 4.1: mean cost of an inpatient stay by level (13,942 / 6,626 / 3,623 yuan, of the
residents' scheme in 2021) and shares in scope as usual by level; how often people fall ill is chosen so that about
5,000 recipients have about 12,000 bills. Imports ``tuodi.synth`` and ``tuodi.tables``.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime, timedelta

from tuodi.synth.bill import Bill
from tuodi.synth.county import Provider, Setup, providers
from tuodi.synth.draw import NARROW, WIDE, Dice
from tuodi.synth.people import Person
from tuodi.tables import PARTS

__all__ = ["bills_of"]


# yuan: mean cost; of 1,000: outside the catalogue, over a price limit, first self-pay.
_STAY = {
    "tertiary": (13_942, 105, 9, 66),
    "secondary": (6_626, 62, 6, 44),
    "primary": (3_623, 34, 3, 26),
    "township": (2_450, 22, 2, 18),
}
_DAYS = {"tertiary": (5, 17), "secondary": (4, 13), "primary": (3, 10), "township": (3, 9)}

_LONG_TERM = (
    ("I10.x00", "原发性高血压", 40, 190),
    ("E11.900", "2型糖尿病", 26, 320),
    ("I25.103", "冠状动脉粥样硬化性心脏病", 14, 380),
    ("I69.300", "脑梗死后遗症", 10, 340),
    ("J44.900", "慢性阻塞性肺疾病", 8, 410),
    ("F20.900", "精神分裂症", 7, 360),
    ("B18.106", "慢性乙型病毒性肝炎", 5, 520),
)
"""Diagnosis, name, weight, mean cost of a visit in yuan."""
_STAYS = (
    ("I63.900", "脑梗死", 15, 118),
    ("J18.900", "肺炎", 16, 62),
    ("J44.100", "慢性阻塞性肺病急性加重", 12, 78),
    ("I50.900", "心力衰竭", 8, 104),
    ("I25.103", "冠状动脉粥样硬化性心脏病", 9, 128),
    ("K80.200", "胆囊结石", 6, 112),
    ("M51.202", "腰椎间盘突出", 8, 74),
    ("E11.900", "2型糖尿病", 8, 76),
    ("K29.500", "慢性胃炎", 6, 56),
    ("N20.000", "肾结石", 4, 92),
    ("H25.900", "老年性白内障", 4, 70),
    ("F20.900", "精神分裂症", 4, 108),
)
"""Diagnosis, name, weight, cost in per cent of the level's mean."""
_VISITS = (
    ("J06.900", "急性上呼吸道感染", 34, 108),
    ("K29.700", "胃炎", 16, 160),
    ("M54.500", "腰痛", 14, 150),
    ("K05.300", "慢性牙周炎", 8, 180),
    ("L30.900", "皮炎", 10, 120),
    ("R51.x00", "头痛", 8, 210),
    ("N39.000", "泌尿道感染", 10, 190),
)
_GRAVE = (("D61.900", "再生障碍性贫血"), ("C92.000", "急性髓细胞白血病"), ("I21.900", "急性心肌梗死"))
_SICK = (("well", 949), ("cancer", 24), ("dialysis", 13), ("grave", 10), ("huge", 2), ("infusions", 2))
"""Grave illnesses of a year, of 1,000 people over thirty."""
_CANCER = (
    ("C34.900", "肺恶性肿瘤"),
    ("C16.900", "胃恶性肿瘤"),
    ("C18.900", "结肠恶性肿瘤"),
    ("C50.900", "乳腺恶性肿瘤"),
)


class _Year:
    """One person's year while it is being written: which days are taken by stays, and the bills so far."""

    def __init__(self, dice: Dice, setup: Setup, person: Person) -> None:
        self.dice, self.setup, self.person = dice, setup, person
        self.bills: list[Bill] = []
        self.busy: list[tuple[date, date]] = []
        self.last = date(setup.year, 12, 31)

    def free(self, start: date, end: date) -> bool:
        return all(end < first or last < start for first, last in self.busy)

    def add(
        self,
        what: str,
        number: int,
        provider: Provider,
        setting: str,
        day: date,
        *,
        days: int = 0,
        diagnosis: tuple[str, str],
        total: int,
        shares: tuple[int, int, int],
        purpose: str = "illness",
    ) -> Bill | None:
        """Write one bill, or none where the stay would meet another or leave the year."""
        dice, person, key = self.dice, self.person, (self.person.index, what, number)
        leaving = day + timedelta(days=days)
        if leaving > self.last - timedelta(days=3) or (days and not self.free(day, leaving)):
            return None
        if days:
            self.busy.append((day, leaving))
        outside, over, first = (
            dice.spread(total * share // 1000, NARROW, *key, "share", part) for part, share in enumerate(shares)
        )
        in_scope = total - outside - over - first
        if in_scope < 0:
            return None
        delay = dice.weighted(((0, 70), (1, 20), (2, 10)), *key, "delay") if days else 0
        at = datetime.combine(leaving + timedelta(days=delay), datetime.min.time()) + timedelta(
            hours=dice.between(8, 16, *key, "hour"),
            minutes=dice.below(60, *key, "minute"),
            seconds=dice.below(60, *key, "second"),
        )
        bill = Bill(
            claim_id="",
            person_id=person.person_id,
            stay_id="",
            setting=setting,
            purpose=purpose,
            provider=provider,
            authorisation=self.authorisation(provider, *key),
            admitted_on=day,
            discharged_on=leaving,
            settled_at=at,
            diagnosis=diagnosis[0],
            diagnosis_name=diagnosis[1],
            scheme=person.scheme,
            person_type=person.person_type,
            total=total,
            out_of_catalogue=outside,
            over_limit=over,
            first_self_pay=first,
            in_scope=in_scope,
        )
        self.bills.append(bill)
        return bill

    def authorisation(self, provider: Provider, *key: int | str) -> str | None:
        if provider.place == "local":
            return "none_needed"
        table = (("referred", 620), ("registered", 300), ("missing", 45), ("emergency", 35))
        return self.dice.weighted(table, *key, "authorisation")

    def day(self, *key: int | str) -> date:
        return date(self.setup.year, 1, 1) + timedelta(days=self.dice.below(352, *key, "day"))


def bills_of(dice: Dice, setup: Setup, person: Person) -> list[Bill]:
    """One person's bills of the year in order of settlement, numbered."""
    year = _Year(dice, setup, person)
    age = setup.year - person.birth.year
    index = person.index
    sick = dice.weighted(_SICK, index, "sick") if age >= 30 else "well"
    if sick == "cancer":
        _cancer(year)
    elif sick == "dialysis":
        _dialysis(year)
    elif sick in ("grave", "huge"):
        _grave(year, (45_000_000, 30_000_000) if sick == "huge" else (14_000_000, 9_000_000, 5_000_000))
    elif sick == "infusions":
        _infusions(year)
    if not person.male and 21 <= age <= 38 and dice.chance(110, index, "birth"):
        _birth(year)
    stays = ((0, 55), (1, 28), (2, 11), (3, 4), (4, 2)) if age >= 60 else ((0, 72), (1, 20), (2, 6), (3, 2))
    for number in range(dice.weighted(stays, index, "stays")):
        _stay(year, number)
    if age >= 35 and dice.chance(250 if age >= 60 else 150, index, "long-term"):
        _long_term(year)
    if dice.chance(340, index, "visits"):
        for number in range(dice.weighted(((1, 42), (2, 30), (3, 16), (5, 9), (9, 3)), index, "how many visits")):
            _visit(year, number)
    done = sorted(year.bills, key=lambda bill: (bill.settled_at, bill.discharged_on))
    for number, bill in enumerate(done, 1):
        bill.claim_id = f"3{setup.year}{index + 1:06d}{number * 10:05d}"
        bill.stay_id = bill.stay_id or f"7{bill.claim_id[1:]}"
    return done


def _hospital(year: _Year, level: str, *key: int | str) -> Provider:
    own = f"{year.person.township}"
    found = [each for each in providers() if each.level == level and each.place == "local"]
    near = [each for each in found if own in each.name]
    return near[0] if near else year.dice.one(found, *key, "hospital")


def _far(year: _Year, *key: int | str) -> Provider:
    return year.dice.one([each for each in providers() if each.place != "local"], *key, "far")


def _stay(year: _Year, number: int) -> None:
    dice, key = year.dice, (year.person.index, "stay", number)
    far = dice.chance(55, *key, "far")
    level = dice.weighted((("tertiary", 24), ("secondary", 50), ("primary", 6), ("township", 20)), *key, "level")
    provider = _far(year, *key) if far else _hospital(year, level, *key)
    mean, *shares = _STAY[provider.level]
    injury = dice.chance(35, *key, "injury")
    code, name, _, percent = dice.weighted(tuple((row, row[2]) for row in _STAYS), *key, "illness")
    if injury:
        code, name, percent = "S82.900", "小腿骨折", 130
    total = max(60_000, dice.spread(mean * percent * 10 // 9, WIDE, *key, "cost"))  # illnesses average 90 per cent
    days = dice.between(*_DAYS[provider.level], *key, "days")
    day = year.day(*key)
    for _ in range(4):
        if year.free(day, day + timedelta(days=days)):
            break
        day += timedelta(days=days + 9)
    setting = "inpatient"
    if year.setup.observation and not far and dice.chance(60, *key, "observation"):
        setting, days = "emergency_observation", 1
    bill = year.add(
        "stay",
        number,
        provider,
        setting,
        day,
        days=days,
        diagnosis=(code, name),
        total=total,
        shares=(shares[0], shares[1], shares[2]),
        purpose="injury" if injury else "illness",
    )
    if bill and injury:
        bill.tags.append("injury")


def _long_term(year: _Year) -> None:
    dice, index = year.dice, year.person.index
    code, name, _, mean = dice.weighted(tuple((row, row[2]) for row in _LONG_TERM), index, "long-term illness")
    level = dice.weighted((("secondary", 40), ("primary", 10), ("township", 50)), index, "long-term level")
    provider = _hospital(year, level, index, "long-term")
    months = dice.between(2, 12, index, "long-term months")
    first = dice.between(1, 13 - months, index, "long-term first")
    for month in range(first, first + months):
        if dice.chance(150, index, month, "missed"):
            continue
        day = date(year.setup.year, month, dice.between(1, 27, index, month, "long-term day"))
        total = dice.spread(mean * 100, NARROW, index, month, "long-term cost")
        year.add(
            "long-term",
            month,
            provider,
            year.setup.long_term,
            day,
            diagnosis=(code, name),
            total=total,
            shares=(18, 1, 22),
        )


def _visit(year: _Year, number: int) -> None:
    dice, key = year.dice, (year.person.index, "visit", number)
    code, name, _, mean = dice.weighted(tuple((row, row[2]) for row in _VISITS), *key, "illness")
    level = dice.weighted((("secondary", 46), ("primary", 12), ("township", 42)), *key, "level")
    setting = "emergency" if dice.chance(60, *key, "emergency") else "outpatient"
    total = dice.spread(mean * 100, WIDE, *key, "cost")
    year.add(
        "visit",
        number,
        _hospital(year, level, *key),
        setting,
        year.day(*key),
        diagnosis=(code, name),
        total=total,
        shares=(55, 2, 20),
    )


def _birth(year: _Year) -> None:
    key = (year.person.index, "birth")
    provider = _hospital(year, "secondary", *key)
    cut = year.dice.chance(420, *key, "cut")
    diagnosis = ("O82.000", "择期剖宫产分娩") if cut else ("O80.000", "单胎顺产")
    total = year.dice.spread(780_000 if cut else 420_000, NARROW, *key, "cost")
    year.add(
        "birth",
        0,
        provider,
        "inpatient",
        year.day(*key),
        days=5 if cut else 3,
        diagnosis=diagnosis,
        total=total,
        shares=(70, 4, 40),
        purpose="maternity",
    )


def _cancer(year: _Year) -> None:
    dice, index = year.dice, year.person.index
    diagnosis = dice.one(_CANCER, index, "cancer")
    provider = (
        _far(year, index, "cancer")
        if dice.chance(180, index, "cancer far")
        else _hospital(year, "tertiary", index, "cancer")
    )
    first = dice.between(5, 150, index, "cancer first")
    for round_ in range(dice.between(2, 6, index, "cancer rounds")):
        mean = 3_400_000 if round_ == 0 else 1_150_000
        total = dice.spread(mean, NARROW, index, "cancer cost", round_)
        day = date(year.setup.year, 1, 1) + timedelta(days=first + 24 * round_)
        year.add(
            "cancer",
            round_,
            provider,
            "inpatient",
            day,
            days=16 if round_ == 0 else 6,
            diagnosis=diagnosis,
            total=total,
            shares=(115, 8, 80),
        )


def _dialysis(year: _Year) -> None:
    dice, index = year.dice, year.person.index
    provider = _hospital(year, "secondary", index, "dialysis")
    for month in range(1, 13):
        total = dice.spread(480_000, NARROW, index, "dialysis cost", month) // 2 + 240_000
        day = date(year.setup.year, month, 26)
        year.add(
            "dialysis",
            month,
            provider,
            year.setup.dialysis,
            day,
            diagnosis=("N18.500", "慢性肾脏病5期（尿毒症）"),
            total=total,
            shares=(12, 1, 25),
        )


def _grave(year: _Year, means: tuple[int, ...]) -> None:
    """A transplant or the like: bills so large that a yearly cap can be used up; long stays are billed twice."""
    dice, index = year.dice, year.person.index
    provider = [each for each in providers() if each.level == "tertiary"][dice.below(3, index, "grave")]
    diagnosis = dice.one(_GRAVE, index, "grave")
    for number, mean in enumerate(means[: dice.between(len(means) - 1, len(means), index, "grave stays")]):
        total = dice.spread(mean, NARROW, index, "grave cost", number)
        day = date(year.setup.year, 1, 8) + timedelta(days=dice.between(0, 50, index, "grave day") + 75 * number)
        bill = year.add(
            "grave", number, provider, "inpatient", day, days=31, diagnosis=diagnosis, total=total, shares=(90, 8, 60)
        )
        if bill and dice.chance(400, index, "grave", number, "interim"):
            _interim(year, bill)


def _interim(year: _Year, bill: Bill) -> None:
    """Settle a long stay in the middle and at its end: two bills, one stay."""
    middle = bill.admitted_on + (bill.discharged_on - bill.admitted_on) // 2
    parts = {name: getattr(bill, name) // 2 for name in PARTS}
    bill.stay_id = f"8{year.setup.year}{year.person.index + 1:06d}{len(year.bills):05d}"
    first = replace(
        bill,
        discharged_on=middle,
        settled_at=datetime.combine(middle, bill.settled_at.time()),
        total=sum(parts.values()),
        tags=[],
        **parts,
    )
    for name in PARTS:
        setattr(bill, name, getattr(bill, name) - parts[name])
    bill.total -= first.total
    year.bills.append(first)


def _infusions(year: _Year) -> None:
    """Costly medicines as an ordinary outpatient, every fortnight: the outpatient cap can be used up."""
    dice, index = year.dice, year.person.index
    provider = _hospital(year, "secondary", index, "infusions")
    for number in range(20):
        day = date(year.setup.year, 1, 10) + timedelta(days=16 * number)
        total = dice.spread(260_000, NARROW, index, "infusion cost", number)
        year.add(
            "infusion",
            number,
            provider,
            "outpatient",
            day,
            diagnosis=("K50.900", "克罗恩病"),
            total=total,
            shares=(20, 1, 25),
        )
