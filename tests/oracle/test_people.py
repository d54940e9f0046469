"""Identities in force, one class per layer, derived attributes."""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest

from oracle.tiny import bill, law, paid, rows, states

CLASSES = """
classes: {full: {members: [tekun, orphan]}, dibao: {members: [dibao, {identity: severe_disability, scheme: resident}]}}
default_class: plain
layers: {a: {rate: {full: 100%, dibao: 80%, plain: 10%}}}
"""


def _ids(identity: str, start: str, end: str | None = None, **more: Any) -> list[dict[str, Any]]:
    return [{"identity": identity, "from": start, "to": end, **more}]


def test_the_first_class_in_the_file_applies(tmp_path: Path) -> None:
    pack = law(tmp_path, CLASSES)
    assert paid(rows(pack, bill(100), ids=["dibao", "tekun"])) == ["100.00"]
    assert paid(rows(pack, bill(100), ids=["dibao"])) == ["80.00"]
    assert paid(rows(pack, bill(100))) == ["10.00"]


def test_a_member_limited_to_a_scheme(tmp_path: Path) -> None:
    pack = law(tmp_path, CLASSES)
    bills = (bill(100), bill(100, scheme="employee"), bill(100, scheme=None))
    assert paid(rows(pack, *bills, ids=["severe_disability"])) == ["80.00", "10.00", None]
    assert paid(rows(pack, *bills, ids=["severe_disability", "tekun"])) == ["100.00"] * 3


def test_no_class_is_outside_every_layer_that_reads_it(tmp_path: Path) -> None:
    pack = law(tmp_path, "classes: {x: {members: [dibao]}}\nlayers: {a: {rate: {x: 50%}}, b: {rate: 10%}}")
    (row,) = rows(pack, bill(100))
    assert row["pay"] == {"a": 0, "b": 1000}


def test_a_local_identity_that_a_class_names_is_not_its_parents(tmp_path: Path) -> None:
    pack = law(
        tmp_path,
        """
        codes: {identity: {hardship_child: {parent: unsupported_child}, far_child: {parent: unsupported_child}}}
        classes: {full: {members: [unsupported_child]}, dibao: {members: [hardship_child]}}
        default_class: plain
        layers: {a: {rate: {full: 100%, dibao: 80%, plain: 10%}}}
        """,
    )
    assert paid(rows(pack, bill(100), ids=["hardship_child"])) == ["80.00"]
    assert paid(rows(pack, bill(100), ids=["far_child"])) == ["100.00"]
    assert paid(rows(pack, bill(100), ids=["unsupported_child"])) == ["100.00"]


@pytest.mark.parametrize(
    ("rule", "expected"),
    [
        ("on_admission", ["80.00", "10.00", "10.00"]),
        ("on_discharge", ["10.00", "80.00", "10.00"]),
        ("on_settlement", ["10.00", "10.00", "80.00"]),
        ("any_day_of_stay", ["80.00", "80.00", "10.00"]),
    ],
)
def test_which_day_decides_the_identity(tmp_path: Path, rule: str, expected: list[str]) -> None:
    pack = law(tmp_path, f"dates: {{identity: {rule}}}\n{CLASSES}")
    stay = bill(100, "2023-05-10", admitted_on="2023-05-01", settled_at="2023-05-20T10:00:00")
    spans = [("2023-04-01", "2023-05-01"), ("2023-05-10", "2023-05-19"), ("2023-05-11", None)]
    assert [paid(rows(pack, stay, ids=_ids("dibao", *span)))[0] for span in spans] == expected


def test_next_month_and_the_end_of_the_month(tmp_path: Path) -> None:
    pack = law(tmp_path, f"identities: {{effective: next_month, ends: end_of_month}}\n{CLASSES}")
    days = ("2023-02-28", "2023-03-01", "2023-06-30", "2023-07-01")
    settled = rows(pack, *(bill(100, day) for day in days), ids=_ids("dibao", "2023-02-01", "2023-06-05"))
    assert paid(settled) == ["10.00", "80.00", "80.00", "10.00"]
    plain = law(tmp_path, CLASSES)
    settled = rows(plain, *(bill(100, day) for day in days), ids=_ids("dibao", "2023-02-28", "2023-06-30"))
    assert paid(settled) == ["80.00", "80.00", "80.00", "10.00"]


def test_by_stay(tmp_path: Path) -> None:
    pack = law(tmp_path, f"identities: {{effective: by_stay}}\n{CLASSES}")
    first = bill(100, "2023-05-10", admitted_on="2023-05-01", stay_id="s")
    second = bill(100, "2023-05-20", admitted_on="2023-05-10", stay_id="s")
    settled = rows(pack, first, second, bill(100, "2023-05-21"), ids=_ids("dibao", "2023-05-02", "2023-05-05"))
    assert paid(settled) == ["80.00", "80.00", None]  # the third does not say when it was admitted


def test_valid_months(tmp_path: Path) -> None:
    pack = law(tmp_path, f"identities: {{valid_months: {{dibao: 6}}}}\n{CLASSES}")
    days = ("2023-01-14", "2023-01-15", "2023-07-14", "2023-07-15")
    settled = rows(pack, *(bill(100, day) for day in days), ids=_ids("dibao", "2023-01-15"))
    assert paid(settled) == ["10.00", "80.00", "80.00", "10.00"]


@pytest.mark.parametrize(("month", "first"), [("not_counted", "2023-02-01"), ("counted", "2023-03-01")])
def test_look_back_reaches_some_layers(tmp_path: Path, month: str, first: str) -> None:
    pack = law(
        tmp_path,
        f"""
        identities:
          look_back: [{{identities: [dibao], months: 6, anchor: recognised_on, anchor_month: {month}, layers: [a]}}]
        classes: {{dibao: {{members: [dibao]}}}}
        default_class: plain
        layers: {{a: {{rate: {{dibao: 80%, plain: 10%}}}}, b: {{base: [over_limit], rate: {{dibao: 80%, plain: 10%}}}}}}
        """,
    )
    days = ("2023-01-31", "2023-02-01", "2023-02-28", "2023-03-01", "2023-09-01")
    settled = rows(
        pack, *(bill(100, day, over_limit=10) for day in days),
        ids=_ids("dibao", "2023-09-01", recognised_on="2023-08-20"),
    )  # fmt: skip
    assert paid(settled, "a") == ["80.00" if day >= first else "10.00" for day in days]
    assert paid(settled, "b") == ["1.00", "1.00", "1.00", "1.00", "8.00"]


@pytest.mark.parametrize(("year", "expected"), [("bill", ["60.00", "60.00"]), ("recognition", ["60.00", "40.00"])])
def test_look_back_into_the_year_of_the_bill_or_of_the_recognition(
    tmp_path: Path, year: str, expected: list[str]
) -> None:
    pack = law(
        tmp_path,
        f"""
        identities:
          look_back: [{{identities: [dibao], months: 6, anchor: recognised_on, anchor_month: not_counted,
                        layers: [a], year: {year}}}]
        classes: {{dibao: {{members: [dibao]}}}}
        layers: {{a: {{rate: {{dibao: 100%}}, caps: [{{per: year, limit: 100 yuan}}]}}}}
        """,
    )
    ids = _ids("dibao", "2024-02-10", recognised_on="2024-02-10")
    assert paid(rows(pack, bill(60, "2023-11-01"), bill(60, "2024-03-01"), ids=ids)) == expected


def test_choosing_between_two_routes(tmp_path: Path) -> None:
    pack = law(
        tmp_path,
        """
        classes: {full: {members: [tekun]}, child: {members: [orphan]}, dibao: {members: [dibao]}}
        default_class: plain
        choose: {between: [child, dibao]}
        layers: {a: {rate: {full: 100%, child: 90%, dibao: 80%, plain: 0%}}, b: {base: [over_limit], rate: 50%}}
        """,
    )
    made = {}
    for name, (child, dibao) in {"none": (None, None), "child": (True, False), "dibao": (None, True),
                                 "both": (True, True)}.items():  # fmt: skip
        ids = [{"identity": "orphan", "from": "2020-01-01", "chosen": child},
               {"identity": "dibao", "from": "2020-01-01", "chosen": dibao}]  # fmt: skip
        made[name] = paid(rows(pack, bill(100), ids=ids))[0]
    assert made == {"none": None, "child": "90.00", "dibao": "80.00", "both": None}
    assert paid(rows(pack, bill(100), ids=["orphan"])) == ["90.00"]
    assert paid(rows(pack, bill(100), ids=["orphan", "dibao", "tekun"])) == ["100.00"]
    assert paid(rows(pack, bill(0, over_limit=2), ids=["orphan", "dibao"]), "b") == ["1.00"]


def test_a_layer_has_classes_of_its_own(tmp_path: Path) -> None:
    pack = law(
        tmp_path,
        """
        classes: {full: {members: [tekun]}}
        default_class: plain
        layers:
          a: {classes: {tilt: {members: [dibao, tekun]}}, rate: {tilt: 65%, plain: 60%}}
          b: {base: [over_limit], rate: {full: 100%, plain: 10%}}
        """,
    )
    settled = rows(pack, bill(100, over_limit=10), ids=["dibao"])
    assert (paid(settled, "a"), paid(settled, "b")) == (["65.00"], ["1.00"])


def test_a_law_without_classes_has_one_for_everyone(tmp_path: Path) -> None:
    pack = law(tmp_path, "layers: {a: {when: {class: everyone}, rate: {everyone: 50%}}}")
    assert paid(rows(pack, bill(100))) == ["50.00"]


DERIVED = """
derived:
  kind:
    values: {major: {zh: 重}, large: {zh: 大}}
    rules:
      - {when: {diagnosis: [C*, N18], setting: inpatient}, is: major}
      - {when: {provider_traits: [cancer]}, is: major}
      - {when: {in_scope: {over: 300 yuan, at_most: 400 yuan}, total: {under: 500 yuan}}, is: large}
layers: {a: {rate: [{kind: major, is: 90%}, {kind: large, is: 50%}, {kind: none, is: 10%}]}}
"""


@pytest.mark.parametrize(
    ("more", "rate"),
    [
        ({"diagnosis": "C50.9", "provider_traits": ""}, 90),
        ({"diagnosis": "N18", "provider_traits": ""}, 90),
        ({"diagnosis": "N18.5", "provider_traits": ""}, 10),
        ({"diagnosis": "C50.9", "setting": "outpatient", "provider_traits": "tcm;cancer"}, 90),
        ({"diagnosis": "E10", "provider_traits": "tcm", "in_scope": "300.00"}, 10),
        ({"diagnosis": "E10", "provider_traits": "tcm", "in_scope": "300.01"}, 50),
        ({"diagnosis": "E10", "provider_traits": "tcm", "in_scope": "400.00"}, 50),
        ({"diagnosis": "E10", "provider_traits": "tcm", "in_scope": "400.00", "over_limit": 100}, 10),
        ({"provider_traits": "cancer"}, None),  # the diagnosis is read first and is not there
        ({"setting": "outpatient", "provider_traits": "cancer"}, 90),  # not inpatient: false whatever it is
        ({"diagnosis": "E10"}, None),
    ],
)
def test_a_derived_attribute(tmp_path: Path, more: dict[str, Any], rate: int | None) -> None:
    (row,) = rows(law(tmp_path, DERIVED), bill(**{"in_scope": 100, **more}))
    amount = Fraction(str(more.get("in_scope", 100)))
    expected = None if rate is None else int(amount * rate + Fraction(1, 2))
    assert row["pay"]["a"] == expected


def test_age_identity_and_an_earlier_attribute(tmp_path: Path) -> None:
    pack = law(
        tmp_path,
        """
        derived:
          group: {rules: [{when: {age: {from: 60}}, is: old}, {when: {age: {to: 17}}, is: young}]}
          person_type: {rules: [{when: {group: young}, is: child}, {when: {group: old}, is: elderly},
                                {otherwise: true, is: adult}]}
          poor: {rules: [{when: {identity: dibao}, is: poor_one}]}
        layers:
          a: {rate: [{person_type: child, is: 90%}, {person_type: elderly, is: 80%}, {otherwise: true, is: 10%}]}
          b: {base: [over_limit], rate: [{poor: poor_one, is: 100%}, {poor: none, is: 0%}]}
        """,
    )
    born = {"birth_date": "2005-05-01", "person_type": None, "admitted_on": "2023-05-01"}
    settled = rows(
        pack, bill(100, "2023-05-10", **born), bill(100, "2023-05-10", **{**born, "admitted_on": "2023-04-30"}),
        bill(100, "2023-05-10", **{**born, "person_type": "elderly"}, over_limit=1),
        bill(100, "2023-05-10", person_type=None, admitted_on="2023-05-01", person_id="q"),
        ids=["dibao"], persons=[{"person_id": "q", "birth_date": "1963-05-01"}],
    )  # fmt: skip
    assert paid(settled, "a") == ["10.00", "90.00", "80.00", "80.00"]
    assert paid(settled, "b")[2] == "1.00"
    unknown = rows(pack, bill(100, person_type=None, admitted_on="2023-05-01"))
    assert states(unknown) == ["undetermined"]
