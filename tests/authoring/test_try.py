"""``packs try``: record beside pack, to the fen, and which sentence to read again."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from authoring.ten import CAP, PACK, RATE, claims_of, list_of, paid
from tuodi.authoring.told import view_of
from tuodi.authoring.trial import AGREES, DIFFERS, OPEN, UNRECORDED, Case, Trial, try_pack
from tuodi.authoring.trial_page import trial_html, write_trial
from tuodi.law.compile import compile_pack
from tuodi.law.model import Deductible, Pack, Row, Table
from tuodi.settlement import Law, load_law


@pytest.fixture(scope="module")
def law() -> Law:
    return load_law(PACK)


@pytest.fixture(scope="module")
def rows(tmp_path_factory: pytest.TempPathFactory) -> list[dict[str, Any]]:
    return paid(tmp_path_factory.mktemp("oracle"))


@pytest.fixture(scope="module")
def trial(law: Law, rows: list[dict[str, Any]]) -> Trial:
    return try_pack(law, claims_of(rows), list_of())


def case_of(trial: Trial, person: str) -> Case:
    return next(case for case in trial.cases if case.person_id == person)


@pytest.mark.req("OF09")
def test_eight_agree_and_two_differ(trial: Trial) -> None:
    assert [(case.person_id, case.state) for case in trial.cases[:2]] == [(RATE, DIFFERS), (CAP, DIFFERS)]
    assert {case.state for case in trial.cases[2:]} == {AGREES}
    assert (len(trial.persons), trial.persons_agreeing, trial.count(AGREES)) == (10, 8, 8)
    assert all(case.recorded == case.by_pack for case in trial.cases[2:])


@pytest.mark.req("OF09")
def test_the_page_says_what_was_changed_and_nothing_else(trial: Trial) -> None:
    view = view_of(trial, "zh")
    rate, cap = view.cases[:2]
    assert [hint.text for hint in rate.hints] == ["“低保等”的比例与“低保边缘、支出型和临时救助大重病患者、重残”的相同"]
    assert rate.hints[0].where == "先看第 5 问：比例和分段"
    [hint] = cap.hints
    assert "40,000.00 元" in hint.text
    assert hint.where == "先看第 3 问：限额"
    steps = [line.text for bill in rate.bills for line in bill.lines]
    assert any("× 80%" in text for text in steps)
    assert all(line.cite for bill in rate.bills for line in bill.lines if "×" in line.text)


def test_a_hint_is_settled_not_guessed(trial: Trial, rows: list[dict[str, Any]]) -> None:
    """The reading's own law gives every recorded payment of that person."""
    for person in (RATE, CAP):
        [reading] = case_of(trial, person).hints
        assert reading.law is not None
        own = claims_of([row for row in rows if row["person_id"] == person])
        again = try_pack(reading.law, own, list_of())
        assert [case.state for case in again.cases] == [AGREES]


def test_one_fen_counts_and_nothing_explains_it(law: Law, rows: list[dict[str, Any]]) -> None:
    off = [row | {"paid_assistance": row["paid_assistance"] + (row["claim_id"] == "S010")} for row in rows]
    off = [row for row in off if row["person_id"] == "P01"]
    case = case_of(try_pack(law, claims_of(off), list_of()), "P01")
    assert (case.state, case.difference, case.hints) == (DIFFERS, -1, ())


def test_what_is_not_known_neither_agrees_nor_differs(law: Law, rows: list[dict[str, Any]]) -> None:
    silent = [
        row | ({"paid_assistance": None} if row["person_id"] == "P01" else {})
        | ({"paid_basic": None} if row["person_id"] == "P03" else {})
        for row in rows if row["person_id"] not in (RATE, CAP)
    ]  # fmt: skip
    trial = try_pack(law, claims_of(silent), list_of())
    assert case_of(trial, "P01").state == UNRECORDED
    opened = case_of(trial, "P03")
    assert (opened.state, opened.by_pack, opened.hints) == (OPEN, None, ())
    assert view_of(trial, "en").cases[0].reasons
    assert trial.persons_agreeing == 6


def test_identities_come_from_the_bills_where_there_is_no_list(law: Law, rows: list[dict[str, Any]]) -> None:
    listed = dict(list_of().select("person_id", "identity").iter_rows())
    shown = [row | {"identity_at_hospital": listed[row["person_id"]]} for row in rows]
    trial = try_pack(law, claims_of(shown))
    assert trial.identities == "bills"
    assert [case.person_id for case in trial.cases if case.state == DIFFERS] == [RATE, CAP]
    nobody = try_pack(law, claims_of([row for row in rows if row["person_id"] == "P02"]))
    assert nobody.identities == "none"
    assert nobody.count(DIFFERS) == 1
    [reading] = [one for one in case_of(nobody, "P02").hints if one.family == "as_class"]
    assert dict(reading.words) == {"other": "full"}


def _otherwise(law: Law, **fields: Any) -> Law:
    """The law with fields of its assistance layer otherwise: what the county is taken to have paid by."""

    def changed(pack: Pack) -> Pack:
        layers = tuple(replace(one, **fields) if one.id == "assistance" else one for one in pack.layers)
        stated = replace(pack.classes, order_stated=True)
        return replace(pack, layers=tuple(replace(one, classes=stated) for one in layers), classes=stated)

    return Law(tuple(compile_pack(changed(pack)) for pack in law.packs), forced=True)


def _forms(law: Law) -> dict[str, tuple[dict[str, Any], str]]:
    layer = law.packs[0].layer("assistance")
    assert layer.deductible is not None
    margin = [row if row.when["class"] != ("margin",) else replace(row, value=250_000)
              for row in layer.deductible.amount.rows]  # fmt: skip
    full = Table(
        tuple(replace(row, value=9000) if row.when["class"] == ("margin",) else row for row in layer.rate.rows)
    )  # type: ignore[union-attr]
    more = replace(layer.base, parts=("in_scope", "first_self_pay"), paid_down=())
    return {
        "no_deductible": ({"deductible": None}, "P07"),
        "deductible": ({"deductible": replace(layer.deductible, amount=Table(tuple(margin)))}, "P07"),
        "per": ({"deductible": replace(layer.deductible, per="stay")}, "P07"),
        "with_first_self_pay": ({"base": more}, "P09"),
        "rounding": ({"rounding": replace(layer.rounding, unit=100, direction="down")}, "P09"),
        "rate": ({"rate": full}, "P09"),
        "no_caps": ({"caps": ()}, CAP),
        "deductible_of": ({"deductible": Deductible("year", Table((Row({}, 300_000),)))}, "P04"),
    }  # fmt: skip


@pytest.mark.parametrize("family", list(_forms(load_law(PACK))))
def test_each_way_to_misread_a_rule_is_named(law: Law, rows: list[dict[str, Any]], family: str) -> None:
    """Bills paid by a law that is otherwise in one thing: that thing is among the hints, and first where it can be."""
    fields, person = _forms(law)[family]
    from tuodi.settlement import settle

    own = claims_of([row for row in rows if row["person_id"] == person])
    told = dict(
        settle(_otherwise(law, **fields), own, list_of()).bills.select("claim_id", "pay_assistance").iter_rows()
    )
    recorded = own.with_columns(pl.col("claim_id").replace_strict(told, return_dtype=pl.Int64).alias("paid_assistance"))
    [case] = try_pack(law, recorded, list_of()).cases
    assert case.state == DIFFERS
    families = [hint.family for hint in case.hints]
    assert family in families
    assert len(families) <= 4, families
    said = view_of(Trial(law, (case,), "list", 0), "en").cases[0].hints
    assert all(hint.text and hint.where.startswith("look first") for hint in said)


def test_the_page_is_complete_in_itself_and_the_same_every_time(trial: Trial, tmp_path: Path) -> None:
    page = write_trial(trial, tmp_path / "out", lang="zh", read=["结算明细.csv"])
    assert sorted(path.name for path in (tmp_path / "out").iterdir()) == ["index.en.html", "index.html"]
    text = page.read_text("utf-8")
    assert "http" not in text.replace('xmlns="http://www.w3.org/2000/svg"', "")
    assert text == trial_html(trial, "zh", first="zh", read=["结算明细.csv"], set_aside=0)
    for wanted in ("试核：宿迁市医疗救助", "8 <small>/ 10", "请懂规则的人填写", "未核对正文", "结算明细.csv"):
        assert wanted in text
    english = (tmp_path / "out" / "index.en.html").read_text("utf-8")
    assert "Persons who agree in all" in english
    assert 'href="index.html"' in english


def test_an_identity_number_is_masked(law: Law, rows: list[dict[str, Any]]) -> None:
    number = "990101195604120016"
    named = [row | {"person_id": number} for row in rows if row["person_id"] == "P01"]
    listed = list_of().filter(pl.col("person_id") == "P01").with_columns(pl.lit(number).alias("person_id"))
    text = trial_html(
        try_pack(law, claims_of(named), listed), "zh", first="zh", read=["a.csv"], set_aside=0
    )  # fmt: skip
    assert number not in text
    assert "990101********0016" in text


def test_what_several_persons_point_to_comes_first(law: Law, rows: list[dict[str, Any]]) -> None:
    from tuodi.settlement import settle

    rate = law.packs[0].layer("assistance").rate
    assert rate is not None
    lower = Table(tuple(replace(row, value=7500) if row.when["class"] == ("dibao",) else row for row in rate.rows))
    own = claims_of([row for row in rows if row["person_id"] in ("P04", "P05", "P06")])
    told = dict(
        settle(_otherwise(law, rate=lower), own, list_of()).bills.select("claim_id", "pay_assistance").iter_rows()
    )
    recorded = own.with_columns(pl.col("claim_id").replace_strict(told, return_dtype=pl.Int64).alias("paid_assistance"))
    view = view_of(try_pack(law, recorded, list_of()), "zh")
    hint, people = view.shared[0]
    assert hint.text == "“低保等”的比例是 75%"
    assert people == ("样例丁 P04", "样例戊 P05", "样例己 P06")
    assert view_of(try_pack(law, claims_of(rows), list_of()), "zh").shared == ()


def test_a_whole_county_is_not_explained_one_by_one(law: Law, rows: list[dict[str, Any]]) -> None:
    trial = try_pack(law, claims_of(rows), list_of(), most=1)
    assert trial.not_asked == 1
    assert [bool(case.hints) for case in trial.cases[:2]] == [True, False]
    assert "tuodi audit" in trial_html(trial, "zh", first="zh", read=["a.csv"], set_aside=0)
