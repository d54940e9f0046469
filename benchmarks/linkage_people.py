"""Invented people, a register of them and the lists that departments keep, with dirt of a known kind and the truth.

Enters: how many persons, a seed. Leaves: :class:`County`. Surnames are as common as in life (王李张刘陈: 31 %), given
names follow a steep curve so that equal names are many, families share surname, phone and village, some are twins.
Dirt per list: 2 % without number, 1 % mistyped, 0.5 % changed numbers, 0.1 % with a relative's number, 0.5 % names
written otherwise, 1 % of birth dates ten days off, 3 % who live elsewhere, phones that are missing or old. Numbers are
of the unassigned region 9901.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

import numpy as np
import polars as pl

from tuodi.identity import check_character
from tuodi.synth.names import SURNAMES

__all__ = ["County", "county"]

_MALE, _FEMALE, _BOTH = (
    "伟强军勇杰涛斌浩鹏辉松柏川岩峰",
    "芳娜敏静丽艳娟秀梅兰桂霞玲雪婷",
    "文明华平春红玉新建国海云志林安宁",
)
_TOWNS, _VILLAGES_EACH = 18, 14
_KINDS = np.array(["right", "none", "mistyped", "changed", "relative"])


@dataclass(frozen=True)
class County:
    """``register`` and ``records`` as ``identity.link`` takes them; ``truth``: ``record_id truth known kind``.

    ``known``: the person's key in the register, null if it is not there. ``kind``: what was done to the number.
    """

    register: pl.DataFrame
    records: pl.DataFrame
    truth: pl.DataFrame


def county(persons: int, seed: int = 1) -> County:
    """A register that lacks 5 % of the people, and four lists."""
    dice = np.random.default_rng(seed)
    people = _people(persons, dice)
    known = dice.random(persons) < 0.95
    register = people.filter(pl.Series(known)).select(
        pl.format("p{}", "who").alias("person"), "certificate", "person_id", "person_name", "sex", "birth_date",
        pl.when(pl.Series(dice.random(int(known.sum())) < 0.7)).then("phone").alias("phone"), "region",
        pl.when(pl.Series(dice.random(int(known.sum())) < 0.995)).then("certificate").alias("_kept"),
    )  # fmt: skip
    register = register.with_columns(certificate="_kept").drop("_kept")
    lists = (
        ("civil_affairs", 0.08, ("birth_date", "phone", "region", "sex")),
        ("disabled", 0.06, ("birth_date", "phone", "region", "sex")),
        ("charity", 0.03, ("phone", "region")),
        ("enrolment", 0.9, ("person_id", "birth_date", "sex")),
    )
    made = [_list(people, source, share, columns, dice) for source, share, columns in lists]
    table = pl.concat(made, how="diagonal").with_columns(
        known=pl.when(pl.col("who").is_in(np.flatnonzero(known).tolist())).then(pl.format("p{}", "who"))
    )
    truth = table.select("record_id", truth=pl.format("p{}", "who"), known="known", kind="kind")
    return County(register, table.drop("who", "kind", "known"), truth)


def _people(persons: int, dice: np.random.Generator) -> pl.DataFrame:
    family = np.sort(dice.integers(0, max(1, int(persons / 2.75)), persons))
    families = int(family.max()) + 1
    surnames = [name for name, _ in SURNAMES]
    weights = np.array([weight for _, weight in SURNAMES], dtype=float)
    surname = dice.choice(len(SURNAMES), families, p=weights / weights.sum())[family]
    married = dice.random(persons) < 0.3
    surname = np.where(married, dice.choice(len(surnames), persons, p=weights / weights.sum()), surname)
    male = dice.random(persons) < 0.51
    born = dice.integers(0, 33_000, persons)
    twin = (dice.random(persons) < 0.01) & (np.roll(family, 1) == family)
    born = np.where(twin, np.roll(born, 1), born)
    # Many old people's birthdays are the first of January, since nobody knew them.
    days = [date.fromordinal(date(1932, 1, 1).toordinal() + int(day)) for day in born]
    days = [
        day.replace(month=1, day=1) if old else day for day, old in zip(days, dice.random(persons) < 0.02, strict=True)
    ]
    sequence = dice.integers(0, 500, persons) * 2 + male
    pools = _MALE + _BOTH, _FEMALE + _BOTH
    first, second = dice.zipf(1.25, persons), dice.zipf(1.25, persons)
    double = dice.random(persons) < 0.8
    given, numbers, taken = [], [], set()
    for who in range(persons):
        pool = pools[0] if male[who] else pools[1]
        given.append(pool[first[who] % len(pool)] + (pool[second[who] % len(pool)] if double[who] else ""))
        while True:
            body = f"990121{days[who]:%Y%m%d}{sequence[who]:03d}"
            if body not in taken:
                break
            sequence[who] = (sequence[who] + 2) % 1000
        taken.add(body)
        numbers.append(body + check_character(body))
    village = dice.integers(0, _TOWNS * _VILLAGES_EACH, families)[family]
    shared = np.char.add("139", np.char.zfill(dice.integers(0, 10**8, families).astype(str), 8))[family]
    own = np.char.add("138", np.char.zfill(dice.integers(0, 10**8, persons).astype(str), 8))
    return pl.DataFrame(
        {
            "who": np.arange(persons),
            "family": family,
            "certificate": numbers,
            "person_id": [f"9901{who:012d}" for who in dice.permutation(persons)],
            "person_name": [surnames[s] + g for s, g in zip(surname, given, strict=True)],
            "sex": np.where(male, "男", "女"),
            "birth_date": days,
            "phone": np.where(dice.random(persons) < 0.5, shared, own),
            "region": [f"990121{v // _VILLAGES_EACH + 100:03d}{v % _VILLAGES_EACH + 200:03d}" for v in village],
        }
    )


def _list(
    people: pl.DataFrame, source: str, share: float, columns: tuple[str, ...], dice: np.random.Generator
) -> pl.DataFrame:
    """One department's list of a part of the people, with its dirt."""
    chosen = people.filter(pl.Series(dice.random(len(people)) < share))
    count = len(chosen)
    kind = _KINDS[dice.choice(5, count, p=(0.964, 0.02, 0.01, 0.005, 0.001))]
    relatives = dict(people.group_by("family").agg("certificate").iter_rows())
    certificates, written = [], []
    rows = chosen.select("certificate", "person_name", "family").rows()
    for place, (number, name, family) in enumerate(rows):
        chance = dice.random(3)
        certificates.append(_number(str(kind[place]), number, relatives[family], chance, source))
        written.append(_written(name, chance) if dice.random() < 0.005 else name)
    kept = ["who", "person_id", "sex", "birth_date", "region", "phone"]
    table = chosen.select(kept).with_columns(
        certificate=pl.Series(certificates, dtype=pl.String()), person_name=pl.Series(written), kind=pl.Series(kind),
        source=pl.lit(source), record_id=pl.format("{}-{}", pl.lit(source), "who"),
        phone=pl.when(pl.Series(dice.random(count) < 0.6)).then(
            pl.when(pl.Series(dice.random(count) < 0.15))
            .then(pl.lit("137") + pl.col("phone").str.slice(3).str.reverse()).otherwise("phone")
        ),
        birth_date=pl.when(pl.Series(dice.random(count) < 0.99)).then("birth_date")
        .otherwise(pl.col("birth_date").dt.offset_by("10d")),
        region=pl.when(pl.Series(dice.random(count) < 0.97)).then("region").otherwise(pl.col("region").shuffle(seed=5)),
    )  # fmt: skip
    hidden = [name for name in ("person_id", "birth_date", "sex", "phone", "region") if name not in columns]
    return table.drop(hidden).sample(fraction=1.0, shuffle=True, seed=3)


def _number(kind: str, number: str, family: list[str], chance: np.ndarray, source: str) -> str | None:
    place = int(chance[0] * 17)
    others = [other for other in family if other != number]
    if kind == "none":
        return None
    if kind == "changed":
        body = number[:14] + f"{(int(number[14:17]) + 2 + 2 * int(chance[1] * 400)) % 1000:03d}"
        number = body + check_character(body)
    elif kind == "relative" and others:
        number = others[int(chance[1] * len(others))]
    elif kind == "mistyped" and chance[2] < 0.8:
        number = number[:place] + str((int(number[place]) + 1 + int(chance[1] * 9)) % 10) + number[place + 1 :]
    elif kind == "mistyped" and chance[2] < 0.9:
        number = number[:place] + number[place + 1 :]
    elif kind == "mistyped":
        number = number[:place] + number[place : place + 2][::-1] + number[place + 2 :]
    if source == "disabled" and len(number) == 18:
        return number + f"{1 + int(chance[1] * 7)}{1 + int(chance[2] * 4)}"
    return number.lower() if chance[1] < 0.2 else number


def _written(name: str, chance: np.ndarray) -> str:
    """A name as a clerk may write it: another character, one that could not be read, a blank, a remark."""
    if chance[0] < 0.4:
        return name[:-1] + _BOTH[int(chance[1] * len(_BOTH))]
    if chance[0] < 0.7:
        return name[:-1] + "?"
    return f"{name[0]} {name[1:]}" if chance[0] < 0.9 else f"{name}（已迁出）"
