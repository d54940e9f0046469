"""What stands in the YAML is what stands in the pack; shorthands are written out."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from tuodi.errors import PackError
from tuodi.law import find_packs, read_pack, read_versions
from tuodi.law.model import NO_LIMIT, Cite, Member, Pack, Row, Share, Table, Unknown

HERE = Path(__file__).parent


@pytest.fixture(scope="module")
def county() -> Pack:
    return read_pack("zz/000000/2024")


def variant(tmp_path: Path, old: str, new: str) -> Pack:
    text = (HERE / "good.yaml").read_text("utf-8")
    assert old in text
    path = tmp_path / "draft.yaml"
    path.write_text(text.replace(old, new, 1), "utf-8")
    return read_pack(path)


def cells(table: Table | None) -> list[tuple[dict[str, tuple[str, ...]], object]]:
    assert table is not None
    return [(dict(row.when), row.value) for row in table.rows]


@pytest.mark.req("SP10")
def test_amounts_are_fen_and_rates_basis_points(county: Pack) -> None:
    basic = county.layer("basic")
    assert basic.deductible
    assert basic.rate
    assert basic.deductible.amount.rows[0].value == 100_000
    assert [row.value for row in basic.rate.rows][:3] == [6_000, 6_250, 7_500]
    assert basic.caps[0].limit.rows[0].value == 15_000_000


def test_a_value_by_class_becomes_a_row_for_each_class(county: Pack) -> None:
    deductible = county.layer("assistance").deductible
    assert deductible
    assert deductible.per == "year"
    assert cells(deductible.amount) == [
        ({"class": ("full",)}, 0),
        ({"class": ("child",)}, 0),
        ({"class": ("dibao",)}, 0),
        ({"class": ("margin",)}, 150_000),
    ]


def test_one_value_becomes_one_row(county: Pack) -> None:
    assert cells(county.layer("large").rate) == [({}, 5_000)]


def test_codes_are_tuples_and_ordinals_words(county: Pack) -> None:
    deductible = county.layer("basic").deductible
    assert deductible
    assert deductible.amount.rows[3].when["stay_ordinal"] == ("2+",)
    assert deductible.amount.rows[4].when["stay_ordinal"] == ("2",)
    assert county.layer("large").when.codes == {"scheme": ("employee",)}
    assert county.layer("grant").when.used_up == ("assistance.year",)


def test_otherwise_has_no_conditions(county: Pack) -> None:
    factor = county.layer("basic").factor
    assert factor
    assert [row.otherwise for row in factor.rows] == [False, False, True]
    assert factor.rows[-1].when == {}


def test_shares_of_a_reference_amount(county: Pack) -> None:
    deductible = county.layer("catastrophic").deductible
    assert deductible
    assert [row.value for row in deductible.amount.rows] == [
        Share(2_500, "resident_income", 100, "down"),
        Share(5_000, "resident_income", 1, "half_up"),
    ]


def test_limits(county: Pack) -> None:
    assert [row.value for row in county.layer("catastrophic").caps[0].limit.rows] == [NO_LIMIT, 20_000_000]
    assert county.layer("tilt").caps[2].limit.rows[0].value == Unknown("区里另定的限额没有读到", treat_as_none=True)


def test_caps_name_their_counters(county: Pack) -> None:
    assert [cap.counter for cap in county.layer("assistance").caps] == [
        "aid",
        "assistance.outpatient",
        "assistance.stay",
    ]
    assert [cap.counter for cap in county.layer("tilt").caps] == ["aid", "tilt.stay", "tilt.district"]
    assert [cap.counts for cap in county.layer("care").caps] == ["deductible", "paid", "paid"]


def test_a_cap_without_an_id_is_numbered(tmp_path: Path) -> None:
    pack = variant(tmp_path, "caps: [{id: year, per: year, limit: 50000 yuan}]", "caps: {per: year, limit: 50000 yuan}")
    assert [(cap.id, cap.counter) for cap in pack.layer("basic").caps] == [("cap1", "basic.cap1")]


@pytest.mark.req("SP10")
def test_a_value_takes_the_nearest_citation_above_it(county: Pack) -> None:
    rate = county.layer("basic").rate
    assert rate
    assert rate.rows[0].cites == (Cite("qc1", "第七条(一)"),)
    assert rate.rows[3].cites == (Cite("qc1", "第六条"),)
    deductible = county.layer("assistance").deductible
    assert deductible
    assert {row.cites for row in deductible.amount.rows} == {(Cite("qc2", "第五条"),)}
    assert county.classes.order[0].cites == (Cite("qc2", "第二条"),)


@pytest.mark.req("SP10")
def test_every_value_of_a_layer_has_a_citation_and_an_origin(county: Pack) -> None:
    def rows() -> list[Row]:
        found = []
        for layer in (*county.layers, *(award.layer for award in county.awards)):
            tables = [layer.rate, layer.factor, layer.points, layer.fixed, layer.top_up and layer.top_up.to]
            tables += [layer.deductible and layer.deductible.amount, *(cap.limit for cap in layer.caps)]
            found += [row for table in tables if table for row in table.rows]
        return found

    assert len(rows()) > 60
    for row in rows():
        assert row.cites
        assert row.origin.file == "packs/zz/000000/2024/pack.yaml"
        assert row.origin.pack == county.id
        assert row.origin.line > 100


def test_the_origin_is_the_line_in_the_file(county: Pack) -> None:
    lines = (Path(county.folder) / "pack.yaml").read_text("utf-8").splitlines()
    for layer in county.layers:
        assert lines[layer.origin.line - 1] == f"  {layer.id}:"
        assert layer.origin.path == f"layers.{layer.id}"


def test_members_may_be_of_one_scheme(county: Pack) -> None:
    dibao = next(item for item in county.classes.order if item.name == "dibao")
    assert dibao.members == (Member("dibao"), Member("hardship_child"), Member("severe_disability", "resident"))


def test_the_default_class_stands_last(county: Pack) -> None:
    assert county.classes.names == ("full", "child", "dibao", "margin", "ordinary")
    assert county.classes.order[-1].members == ()
    assert county.layer("catastrophic").classes.names == ("tilt", "ordinary")


def test_a_layer_with_its_own_classes_brings_its_own_order_and_choice(county: Pack) -> None:
    tilt = county.layer("tilt").classes
    assert (tilt.names, tilt.default, tilt.order_stated, tilt.choose) == (("core", "edge"), "", True, ())
    assert county.classes.choose == ("child", "dibao")
    assert county.layer("assistance").classes is county.classes


def test_a_layer_may_state_the_order_of_the_packs_classes(tmp_path: Path) -> None:
    pack = variant(tmp_path, "  basic:\n", "  basic:\n    class_order: {stated: true, cite: law1 §9}\n")
    own = pack.layer("basic").classes
    assert own.order_stated
    assert own.order_cites == (Cite("law1", "§9"),)
    assert own.names == pack.classes.names
    assert not pack.layer("assistance").classes.order_stated


def test_a_pack_without_classes_has_one_class(tmp_path: Path) -> None:
    text = (HERE / "good.yaml").read_text("utf-8")
    start, end = text.index("classes:"), text.index("derived:")
    text = text[:start] + text[end:]
    for old, new in (
        ("class: [full, dibao], ", ""), ("full: 0, dibao: 500 yuan", "amount: 500 yuan"),
        ("{full: none, dibao: 30000 yuan}", "30000 yuan"), ("class: [full], ", ""),
    ):  # fmt: skip
        assert old in text
        text = text.replace(old, new)
    path = tmp_path / "draft.yaml"
    path.write_text(text, "utf-8")
    assert read_pack(path).classes.names == ("everyone",)


def test_conditions_of_derived_rules_become_inclusive_bounds(county: Pack) -> None:
    kind = next(item for item in county.derived if item.name == "kind")
    found = {
        (condition.column, condition.at_least, condition.at_most)
        for rule in kind.rules
        for condition in rule.conditions
        if not condition.codes
    }
    assert ("in_scope", 800_000, None) in found
    assert ("total", 3_000_001, None) in found
    assert ("out_of_catalogue", None, 2_000_000) in found
    assert ("first_self_pay", None, 49_999) in found
    assert ("age", 14, None) in found
    assert kind.rules[-1].conditions == ()


def test_given_layers_stand_first_and_by_scheme() -> None:
    pack = read_pack("zz/000000/2023")
    assert [layer.id for layer in pack.layers] == ["basic", "catastrophic", "civil", "assistance"]
    basic, catastrophic, civil, _ = (layer.given for layer in pack.layers)
    assert basic
    assert catastrophic
    assert civil
    assert dict(basic.columns) == {"": ("paid_basic",)}
    assert dict(catastrophic.columns) == {
        "resident": ("paid_catastrophic",),
        "employee": ("paid_large_sum", "paid_civil_servant"),
    }
    assert civil.base == ("in_scope", "first_self_pay")


def test_where_a_payment_is_recorded(county: Pack) -> None:
    assert county.layer("basic").recorded_as == ("paid_basic",)
    assert county.layer("catastrophic").recorded_as == ("paid_catastrophic", "paid_large_sum")
    assert county.layer("grant").recorded_as == ("paid_other",)
    assert county.layer("tilt").recorded_as == ("paid_tilt",)


@pytest.mark.req("SP13")
def test_rounding_says_whether_the_text_states_it(county: Pack) -> None:
    assert county.layer("basic").rounding.stated is False
    stated = county.layer("assistance").rounding
    assert (stated.unit, stated.direction, stated.per, stated.stated) == (10, "half_up", "year", True)


def test_dates_and_identities(county: Pack) -> None:
    assert county.dates.income_until == (6, 30)
    assert (county.dates.income_year, county.dates.income_until_year) == ("previous", "before_previous")
    assert (county.identities.effective, county.identities.ends) == ("next_month", "end_of_month")
    first, second = county.identities.look_back
    assert (first.months, first.anchor, first.anchor_month_counts, first.year) == (6, "recognised_on", False, "bill")
    assert (second.anchor, second.anchor_month_counts, second.year) == ("from", True, "recognition")


def test_awards_are_a_layer_on_one_bill(county: Pack) -> None:
    poor, relief = county.awards
    assert (poor.subject, poor.less_other_aid, poor.once_per_year, poor.window.year) == (
        "person",
        True,
        True,
        "previous",
    )
    assert (relief.subject, relief.window.months, relief.window.before) == ("household", 12, "recognised_on")
    assert poor.layer.deductible
    assert poor.layer.deductible.per == "bill"
    assert poor.layer.brackets
    assert (poor.layer.brackets.on, poor.layer.brackets.start) == ("bill", "deductible")
    assert cells(relief.layer.fixed) == [({}, 200_000)]


def test_short_forms_of_dates(tmp_path: Path) -> None:
    pack = variant(tmp_path, "{by: settled_at, starts: 01-01}", "benefit_year")
    assert (pack.dates.counter_year_by, pack.dates.year_starts) == ("benefit_year", (1, 1))


def test_words_that_other_readers_take_for_something_else_stay_words(tmp_path: Path) -> None:
    pack = variant(tmp_path, "{zh: 测试县, en: test county}", "{zh: no, en: 2024-01-01}")
    assert pack.title == {"zh": "no", "en": "2024-01-01"}
    pack = variant(tmp_path, "law1: {law: 测发〔2024〕1号}", "law1: {law: 12:30:45}")
    assert pack.documents["law1"].name == "12:30:45"
    assert pack.dates.year_starts == (1, 1)


def test_a_byte_order_mark_is_no_key(tmp_path: Path) -> None:
    path = tmp_path / "draft.yaml"
    path.write_bytes(b"\xef\xbb\xbf" + (HERE / "good.yaml").read_bytes())
    assert read_pack(path).in_force_from == date(2024, 1, 1)


def test_a_file_in_another_encoding(tmp_path: Path) -> None:
    path = tmp_path / "draft.yaml"
    path.write_bytes((HERE / "good.yaml").read_text("utf-8").encode("gb18030"))
    with pytest.raises(PackError, match=r"not UTF-8: byte .* the file saved as UTF-8"):
        read_pack(path)


def test_versions_of_a_region_come_earliest_first() -> None:
    assert [pack.id for pack in read_versions("zz/000000")] == ["zz/000000/2023", "zz/000000/2024"]
    with pytest.raises(PackError, match="2 versions: zz/000000/2023, zz/000000/2024"):
        read_pack("zz/000000")
    assert read_pack("zz/000001").id == "zz/000001/2024"


@pytest.mark.req("SP12")
@pytest.mark.parametrize("pack_id", find_packs())
def test_every_pack_in_the_tree_can_be_read(pack_id: str) -> None:
    pack = read_pack(pack_id)
    assert (pack.id, f"{pack.region}/{pack.version}") == (pack_id, pack_id)
