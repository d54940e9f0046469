"""A template that is wrong says where, what was found and what would be right; every problem, not only the first."""

# ruff: noqa: E501 - what is written and what is said stay on one line

from __future__ import annotations

from pathlib import Path

import pytest

from tuodi import vocabulary
from tuodi.exchange import TemplateError, load_template, source_templates
from tuodi.tables import LISTS, SCHEMAS

pytestmark = pytest.mark.req("AD02")

RIGHT = """\
code: some_list
order: "9"
name: {zh: 某名册, en: some list}
sender: union
target: recognitions
mode: full
key: [certificate, person_name]
cadence: {every: month, grace_days: 30}
legal_basis: {zh: 依据, en: basis, citation: 某法第一条}
purpose: {zh: 核对, en: checking}
retention_months: 12
columns:
  person_name: {aliases: [大名]}
  identity: {code_map: {甲类: dibao}}
  certificate:
  monthly_amount:
extra:
  factory: {zh: 工厂, en: factory, grade: internal, gbt39725: 2}
totals: {columns: {monthly_amount: [金额]}}
"""

WRONG = {
    "no YAML": ("key: [certificate, person_name]", "key: [certificate", "some.yaml:8: no YAML: "),
    "a key that is not known": (
        "mode: full", "modus: full", "some.yaml:6 modus: the key 'modus' — one of: code, order, name",
    ),
    "a key that is missing": ("sender: union\n", "", "some.yaml:1: 'sender' is missing"),
    "a key that stands twice": ("mode: full", "mode: full\nmode: full", "some.yaml:7 mode: 'mode' stands twice — once"),
    "a code with capitals": ("code: some_list", "code: SomeList", "some.yaml:1 code: found 'SomeList' — lower-case letters"),
    "an order that YAML reads as a number": ('order: "9"', "order: 9", "some.yaml:2 order: found 9 — a number with a letter"),
    "a name in one language": (", en: some list}", "}", "some.yaml:3 name: 'en' is missing — {zh: …, en: …}"),
    "a body that is not known": (
        "sender: union", "sender: unoin", "some.yaml:4 sender: found 'unoin' — one of: medical_insurance, ",
    ),
    "a table that is not known": (
        "target: recognitions", "target: recognition", "did you mean 'recognitions'?",
    ),
    "another mode": ("mode: full", "mode: part", "some.yaml:6 mode: found 'part' — full (whoever is missing has left)"),
    "a key column that the table lacks": (
        "key: [certificate, person_name]", "key: [certificat, person_name]",
        "some.yaml:7 key.0: recognitions has no column 'certificat' — one of its columns; did you mean 'certificate'?",
    ),
    "no key": ("key: [certificate, person_name]", "key: []", "some.yaml:7 key: found 'list' — a list of columns"),
    "another rhythm": ("every: month", "every: week", "cadence.every: found 'week' — day, ten_days, month"),
    "grace in words": ("grace_days: 30", "grace_days: many", "cadence.grace_days: found 'many' — whole days, 0 to 366"),
    "no citation": (", citation: 某法第一条", "", "some.yaml:9 legal_basis: 'citation' is missing — zh, en and citation"),
    "retention for nothing": ("retention_months: 12", "retention_months: 0", "found 0 — whole months, at least 1"),
    "a column that the table lacks": (
        "  certificate:\n", "  certificat:\n", "columns.certificat: recognitions has no column 'certificat'",
    ),
    "a type that is not known": ("{aliases: [大名]}", "{type: money_}", "columns.person_name.type: found 'money_' — text, "),
    "a type that the table cannot hold": (
        "{aliases: [大名]}", "{type: money}", "recognitions.person_name holds String, not money — a type for String",
    ),
    "an amount that is a count": (
        "  monthly_amount:\n", "  monthly_amount: {type: whole}\n", "monthly_amount is an amount — money",
    ),
    "a code set that is not known": (
        "{code_map: {甲类: dibao}}", "{type: 'code:identities'}", "no code set 'identities'",
    ),
    "a code that is not known": (
        "甲类: dibao", "甲类: dibo",
        "some.yaml:14 columns.identity.code_map.甲类: no code 'dibo' in identity",
    ),
    "codes of a column without codes": (
        "  certificate:\n", "  certificate: {code_map: {a: b}}\n", "'certificate' is identity_number — code_map belongs",
    ),
    "a word for two columns": (
        "  certificate:\n", "  certificate: {aliases: [大 名]}\n",
        "columns.certificate.aliases.0: '大 名' names 'person_name' already — one column a word",
    ),
    "a required column that nothing fills": (
        "  identity: {code_map: {甲类: dibao}}\n", "", "nothing fills identity, which recognitions requires",
    ),
    "an extra column that the table has": ("  factory:", "  phone:", "'phone' is a column of recognitions — put it under"),
    "a grade that is not known": ("grade: internal", "grade: secret", "extra.factory.grade: found 'secret' — public"),
    "a level that is not known": ("gbt39725: 2", "gbt39725: 6", "extra.factory.gbt39725: found 6 — 1 to 5"),
    "a sum of no amount": (
        "totals: {columns: {monthly_amount: [金额]}}", "totals: {columns: {cause: [金额]}}", "'cause' is no amount",
    ),
    "a constant of no column": ("extra:\n", "constants: {nobody: x}\nextra:\n", "constants.nobody: recognitions has no"),
    "a constant that is no text": ("extra:\n", "constants: {cause: 1}\nextra:\n", "constants.cause: found 1 — a text"),
    "a title that says something else": (
        "extra:\n", "title: {from: begin}\nextra:\n", "title.from: found 'begin' — start, end, year or month",
    ),
    "bounds of an increment": (
        "mode: full", "mode: increment\nwithin: [identity]", "within: an increment has no bounds — leave it out",
    ),
    "an empty file": (RIGHT, "", "some.yaml:1: found None"),
}  # fmt: skip
"""What is wrong → a text of the right template, what stands in its place, and what is said."""


def written(folder: Path, text: str) -> Path:
    path = folder / "some.yaml"
    path.write_text(text, "utf-8")
    return path


def test_the_right_one_is_right(tmp_path: Path) -> None:
    template = load_template(written(tmp_path, RIGHT))
    assert (template.code, template.cadence.every, template.cadence.usable) == ("some_list", "month", "arrival")
    assert template.columns["identity"].code_map == {"甲类": "dibao"}
    assert template.grade_of("factory") == ("internal", 2)
    assert template.grade_of("certificate") == ("highly_sensitive", 4)


@pytest.mark.parametrize("what", WRONG)
def test_a_wrong_one_says_what_is_wrong(what: str, tmp_path: Path) -> None:
    old, new, said = WRONG[what]
    assert RIGHT.count(old) == 1
    with pytest.raises(TemplateError) as error:
        load_template(written(tmp_path, RIGHT.replace(old, new)))
    assert said in str(error.value)


def test_every_problem_is_said_with_its_line(tmp_path: Path) -> None:
    text = RIGHT.replace("mode: full", "mode: part").replace("grade: internal", "grade: secret")
    with pytest.raises(TemplateError) as error:
        load_template(written(tmp_path, text))
    assert [problem.line for problem in error.value.problems] == [6, 18]


def test_a_template_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(TemplateError, match="cannot be read"):
        load_template(tmp_path / "no.yaml")


def test_the_sources_stand_in_the_order_of_a_county() -> None:
    assert list(source_templates()) == [
        "settlement_aid", "identity_flags", "high_cost_warning", "manual_claims", "premium_subsidy", "enrolment_check",
        "premium_request", "deaths", "civil_affairs_monthly", "monitored_households", "monitored_members",
        "disabled_persons", "entitled_groups", "charity_ledger", "red_cross_ledger", "settlements",
        "settlement_messages", "institutions", "enrolment",
    ]  # fmt: skip


@pytest.mark.parametrize("code", source_templates())
def test_a_source_says_all_that_a_file_carries(code: str) -> None:
    template = source_templates()[code]
    assert template.code == code
    assert all(template.name[lang] and template.purpose[lang] for lang in ("zh", "en"))
    assert template.legal_basis.citation
    assert template.retention_months > 0
    grades = vocabulary.codes("data_grade")
    assert all(one.grade in grades and 1 <= one.gbt39725 <= 5 for one in template.columns.values())
    assert set(template.target.columns) <= template.columns.keys()
    for name in ("certificate", "phone", "bank_account", "head_certificate", "disability_number"):
        if name in template.target.columns:
            assert template.columns[name].grade == "highly_sensitive", name


@pytest.mark.parametrize("table", [*SCHEMAS, *LISTS])
def test_every_column_has_its_words_and_its_grade(table: str) -> None:
    schema = {**SCHEMAS, **LISTS}[table]
    for name, dtype in schema.columns.items():
        word = vocabulary.word(table, name)
        assert word.zh != word.en
        assert word.grade in vocabulary.codes("data_grade")
        assert (word.type == "money") == (name in schema.money), name
        assert not word.type.startswith("date") or str(dtype) == "Date"
