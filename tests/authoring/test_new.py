"""``packs new``: the questions in order, what is understood, and a pack that means what was said."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import openpyxl
import pytest
import yaml

from authoring.county import CATASTROPHIC, COUNTIES, PLAIN, TILT, county_of, written
from golden import tables
from golden.cases import Case
from golden.test_golden import differences
from tuodi.authoring.answers import answers_text, read_answers, write_answers
from tuodi.authoring.asking import MisunderstoodError, Question, Share, Unknown, entries, understand
from tuodi.authoring.interview import walk
from tuodi.authoring.sheet import to_workbook
from tuodi.authoring.skeleton import pack_text
from tuodi.errors import FileError, UsageError
from tuodi.law import check_pack, find_packs, read_pack
from tuodi.law.show import unknowns
from tuodi.oracle import read_cases, run_case
from tuodi.settlement import load_law, settle

KINDS = {"zh", "en"}


def asked(answers: dict[str, str], lang: str = "zh") -> list[Question]:
    return [question for question, _answer in walk(answers, lang).asked]


@pytest.mark.req("OF09")
@pytest.mark.parametrize("answers", COUNTIES.values(), ids=COUNTIES.keys())
def test_the_fourteen_come_in_order_after_what_they_need(answers: dict[str, str]) -> None:
    questions = asked(answers)
    numbers = [one.number for one in questions]
    first = numbers.index(1)
    assert not any(numbers[:first])
    assert numbers[first:] == sorted(numbers[first:])
    assert set(numbers[first:]) == set(range(1, 15)) - (set() if county_of(answers).layer("tilt") else {4})
    assert [one.id for one in questions[:2]] == ["place", "region"]


@pytest.mark.req("OF09", "SP12")
@pytest.mark.parametrize("answers", COUNTIES.values(), ids=COUNTIES.keys())
def test_the_pack_passes_its_check_and_its_cases_hold_in_engine_and_oracle(
    answers: dict[str, str], tmp_path: Path
) -> None:
    draft = written(answers, tmp_path)
    assert check_pack(str(draft.folder)) == []
    ref = county_of(answers).pack_id
    assert draft.folder == tmp_path / ref
    file = draft.folder / "cases" / "hand.yaml"
    cases = read_cases(file)
    assert len(cases) == 3
    assert [problem for case in cases for problem in run_case(case, tmp_path)] == []
    law = load_law(ref, [tmp_path])
    for data in yaml.load(file.read_text("utf-8"), Loader=yaml.BaseLoader):
        case = Case(f"{ref}/cases/hand.yaml", data)
        [row] = settle(law, tables.claims(case), tables.identities(case)).bills.iter_rows(named=True)
        [wanted] = case.rows("expect")
        assert differences(row, wanted) == []


def test_what_the_pack_says_is_what_was_said(tmp_path: Path) -> None:
    written(TILT, tmp_path)
    pack = read_pack("zz/990103/2024", [tmp_path])
    assistance, tilt = pack.layer("assistance"), pack.layer("tilt")
    assert pack.title["zh"] == "云溪县医疗救助"
    assert [one.name for one in pack.classes.order] == ["tekun", "dibao", "dibao_margin", "ordinary"]
    assert [member.identity for member in pack.classes.order[1].members] == ["dibao", "local_1"]
    assert pack.codes["identity"]["local_1"].title["zh"] == "困境儿童"
    assert assistance.base.parts == ("in_scope",)
    assert tilt.base.parts == ("in_scope", "first_self_pay")
    assert assistance.deductible is not None
    assert assistance.deductible.per == "year"
    assert {row.when["class"]: row.value for row in assistance.deductible.amount.rows}[("tekun",)] == 0
    assert {cap.counter for cap in tilt.caps} == {"aid"}
    assert tilt.deductible is not None
    assert tilt.deductible.per == "stay"
    assert tilt.brackets is not None
    assert tilt.brackets.upto == (100_000, 1_000_000)
    assert tilt.when.codes["authorisation"] == ("none_needed", "referred", "registered", "emergency")
    assert pack.identities.effective == "next_month"
    assert pack.identities.valid_months == {"illness_poor": 12}
    assert pack.identities.look_back[0].months == 6
    assert [line.over for line in pack.monitoring] == ["year", "stay"]
    assert pack.one_stop[0].classes == ("tekun", "dibao")
    assert [(one.kind, one.verified) for one in pack.documents.values()] == [("law", False), ("page", False)]
    cites = {(cite.document, cite.article) for one in pack.classes.order for cite in one.cites}
    assert ("d2", "第4问") in cites


@pytest.mark.parametrize("answers", COUNTIES.values(), ids=COUNTIES.keys())
def test_nothing_is_verified_that_was_not_compared(answers: dict[str, str], tmp_path: Path) -> None:
    written(answers, tmp_path / "a")
    assert not any(one.verified for one in read_pack("zz/990103/2024", [tmp_path / "a"]).documents.values())
    written(answers | {"document.1.checked": "逐个核对过"}, tmp_path / "b")
    documents = read_pack("zz/990103/2024", [tmp_path / "b"]).documents
    assert [one.verified for one in documents.values()] == [True, False]


OPEN_FOR_A_NOTE = {"rounding", "look_back", "effective", "identity_day", "valid_months", "one_stop", "monitoring"}
"""Where the language has a default of its own, or the pack may be silent: a note at most, and no value."""


def _unknowable() -> list[Any]:
    return [
        pytest.param(answers, one.id, id=f"{name}-{one.id}")
        for name, answers in {"tilt": TILT, "catastrophic": CATASTROPHIC}.items()
        for one in asked(answers)
        if one.unknown and (name == "tilt" or one.id.startswith("catastrophic"))
    ]


@pytest.mark.req("OF09")
@pytest.mark.parametrize(("answers", "key"), _unknowable())
def test_what_is_not_known_is_never_a_number(answers: dict[str, str], key: str, tmp_path: Path) -> None:
    changed = answers | {key: "不知道，附件二没有读到"}
    gone = walk(changed)
    fillers = {"tilt.caps.same": "yes", "assistance.caps.same": "yes"}
    if gone.open is not None:
        changed |= fillers
        gone = walk(changed)
    assert gone.county is not None, gone.open
    written(changed, tmp_path)
    pack = read_pack("zz/990103/2024", [tmp_path])
    said = [line.text for line in unknowns(pack, "zh")]
    notes = [note.text["zh"] for note in pack.notes]
    if key not in OPEN_FOR_A_NOTE:
        assert any("附件二没有读到" in text for text in said), key
    elif key not in ("rounding", "one_stop", "monitoring"):
        assert any("附件二没有读到" in text and key in text for text in notes), key
    assert "附件二没有读到" not in pack_text(county_of(answers))


def test_a_question_left_open_keeps_the_layer_open_but_keeps_what_was_said(tmp_path: Path) -> None:
    changed = PLAIN | {"assistance.first_self_pay": "?"}
    text = pack_text(county_of(changed))
    assert "填写的比例：tekun 100%；dibao 80%；dibao_margin 70%" in text
    assert 'rate: {unknown: "第1问不清楚：没有查到"}' in text
    draft = written(changed, tmp_path)
    lines = (draft.folder / "cases" / "hand.yaml").read_text("utf-8").splitlines()
    assert sum("还不知道：第1问不清楚：没有查到" in line for line in lines) == 3
    assert all(line.startswith("#") for line in lines if line)


def test_a_cap_that_is_not_known_may_be_tried_without() -> None:
    assert "treat_as: none" in pack_text(county_of(PLAIN | {"assistance.caps": "as_none"}))


def test_an_order_of_classes_that_the_figures_do_not_prove_is_stated(tmp_path: Path) -> None:
    assert not written(PLAIN, tmp_path / "a").order_stated
    worse = written(PLAIN | {"assistance.rate.tekun": "60%"}, tmp_path / "b")
    assert worse.order_stated
    assert "class_order: {stated: true" in (worse.folder / "pack.yaml").read_text("utf-8")


def test_a_pack_is_never_written_over_and_nothing_half_done_stays(tmp_path: Path) -> None:
    draft = written(PLAIN, tmp_path)
    before = (draft.folder / "pack.yaml").read_bytes()
    with pytest.raises(UsageError, match="written over"):
        written(PLAIN | {"assistance.rate.tekun": "90%"}, tmp_path)
    assert (draft.folder / "pack.yaml").read_bytes() == before
    assert [path.name for path in tmp_path.iterdir()] == ["zz"]
    assert written(PLAIN | {"in_force": "2025-01-01"}, tmp_path).folder.name == "2025"


def test_its_workbook_shows_every_figure_on_a_sheet_of_its_own(tmp_path: Path) -> None:
    """``new`` spells amounts without a comma: no deductible or cap may fall among the raw places of the last sheet."""
    written(PLAIN, tmp_path)
    to_workbook("zz/990103/2024", tmp_path / "county.xlsx", roots=[tmp_path])
    book = openpyxl.load_workbook(tmp_path / "county.xlsx")
    assert [row for row in book["其他"].iter_rows(min_row=4, values_only=True) if any(row)] == []
    shown = {(row[0], row[2]) for row in book["医疗救助"].iter_rows(min_row=4, values_only=True)}
    assert {("起付标准", "3,000"), ("限额", "100,000")} <= {(item, str(value)) for item, value in shown}


def test_the_same_answers_give_the_same_bytes_in_both_languages() -> None:
    assert pack_text(county_of(TILT)) == pack_text(county_of(dict(reversed(TILT.items()))))
    assert pack_text(county_of(TILT, "en")) == pack_text(county_of(TILT))
    in_codes = yaml.load(answers_text(TILT), Loader=yaml.BaseLoader)
    assert in_codes["assistance.settings"] == "inpatient outpatient chronic_outpatient"
    assert pack_text(county_of(in_codes, "en")) == pack_text(county_of(TILT))


@pytest.mark.parametrize(
    ("key", "typed"), [("class.2", "\u1369"), ("region", "\u0669" * 6), ("assistance.cite", "9\n第五条")]
)
def test_an_odd_sign_is_told_and_nothing_breaks(key: str, typed: str) -> None:
    assert key in walk({**PLAIN, key: typed}, "zh").wrong


def test_an_article_may_run_over_a_line() -> None:
    assert walk({**PLAIN, "assistance.cite": "第五条\n第六条"}, "zh").county is not None


def test_answers_may_stop_anywhere_and_go_on() -> None:
    for count in range(len(PLAIN)):
        part = dict(list(PLAIN.items())[:count])
        gone = walk(part)
        assert gone.county is None
        assert gone.open is not None
        assert gone.open.id not in part
        assert len(gone.asked) <= count


def test_a_wrong_answer_is_the_open_question_and_a_strange_key_is_named() -> None:
    gone = walk(PLAIN | {"assistance.rate.dibao": "0.8", "assistence.cite": "第一条"})
    assert gone.open is not None
    assert gone.open.id == "assistance.rate.dibao"
    assert "70%" in gone.wrong["assistance.rate.dibao"]
    assert "assistence.cite" in gone.unused


def test_a_file_of_answers_reads_back_as_it_was_written(tmp_path: Path) -> None:
    path = tmp_path / "answers.yaml"
    write_answers(path, TILT)
    assert pack_text(county_of(read_answers(path))) == pack_text(county_of(TILT))
    assert answers_text(read_answers(path)) == path.read_text("utf-8")
    assert "# 医疗救助的起付标准：第 3 类（低保边缘家庭成员、因病致贫重病患者） → 收入的 10%" in path.read_text("utf-8")
    assert read_answers(tmp_path / "none.yaml") == {}


@pytest.mark.parametrize("text", ["- a\n- b\n", "place: {a: b}\n", "place: [\n"])
def test_what_is_no_file_of_answers_is_refused(text: str, tmp_path: Path) -> None:
    (tmp_path / "a.yaml").write_text(text, "utf-8")
    with pytest.raises(FileError, match=r"a\.yaml"):
        read_answers(tmp_path / "a.yaml")


def question(kind: str, **more: Any) -> Question:
    options = {"one": "第一种", "two": "第二种", "dibao": "低保对象", "dibao_margin": "低保边缘家庭成员"}
    fields: dict[str, Any] = {"unknown": "", "options": options, "documents": 2, "income": True} | more
    return Question("x", "x", kind, "", 0, "", "", "", **fields)


@pytest.mark.parametrize(
    ("kind", "typed", "meant"),
    [
        ("money", "3000", 300_000), ("money", "３,０００．５０元", 300_050), ("money", "1.5万", 1_500_000),
        ("money", "1.5 万元", 1_500_000), ("money", "¥3,000", 300_000), ("money", "不设", 0), ("money", "0", 0),
        ("money", "25%×收入", Share(2500)), ("money", "上年人均可支配收入的25%", Share(2500)),
        ("money", "25％收入", Share(2500)), ("money", "12.5% of income", Share(1250)), ("limit", "不限", None),
        ("limit", "none", None), ("limit", "100000", 10_000_000), ("rate", "70%", 7000), ("rate", "70", 7000),
        ("rate", "62.5％", 6250), ("rate", "0", 0), ("ends", "无", ()), ("ends", "5万 10万", (5_000_000, 10_000_000)),
        ("ends", "50,000, 100,000", (5_000_000, 10_000_000)), ("months", "6个月", 6), ("months", "无", 0),
        ("choice", "2", "two"), ("choice", "two", "two"), ("choice", "第二", "two"),
        ("several", "1，2", ("one", "two")),
        ("members", "低保 +困境儿童", ("dibao", "+困境儿童")), ("members", "低保边缘", ("dibao_margin",)),
    ],
)  # fmt: skip
def test_what_is_typed_is_understood(kind: str, typed: str, meant: Any) -> None:
    assert understand(question(kind), typed) == meant


@pytest.mark.parametrize(
    ("kind", "typed"),
    [
        ("money", "三千"), ("money", "30.005"), ("money", "-5"), ("money", "25%×天气"), ("rate", "0.7"),
        ("rate", "170%"), ("rate", "七成"), ("ends", "5万 3万"), ("ends", "0 5"), ("months", "半年"), ("choice", "9"),
        ("choice", "种"), ("region", "12345"), ("day", "2024-02-30"), ("day", "去年"), ("cite", "3 第一条"),
        ("members", "富人"), ("money", ""),
    ],
)  # fmt: skip
@pytest.mark.parametrize("lang", ["zh", "en"])
def test_what_is_not_understood_says_what_would_be_right(kind: str, typed: str, lang: str) -> None:
    with pytest.raises(MisunderstoodError, match=r".{4}"):
        understand(question(kind, lang=lang), typed)


def test_what_is_no_choice_names_the_choices_or_the_nearest() -> None:
    """A file of answers shows no list: the sentence alone must do."""
    with pytest.raises(MisunderstoodError, match="1 第一种、2 第二种"):
        understand(question("choice"), "第三种")
    many = {f"c{number}": f"第{number}种情形" for number in range(9)} | {"illness_poor": "因病致贫重病患者"}
    with pytest.raises(MisunderstoodError, match="最接近的是“因病致贫重病患者”"):
        understand(question("members", options=many), "因病至贫")


def test_a_share_needs_an_income() -> None:
    with pytest.raises(MisunderstoodError, match="第 2 问"):
        understand(question("money", income=False), "25%×收入")


@pytest.mark.parametrize("typed", ["?", "？", "不知道", "不清楚", "unknown", "? 附件没有读到", "不知道：附件没有读到"])
def test_unknown_is_always_heard(typed: str) -> None:
    answer = understand(question("money", unknown="写成未知"), typed)
    assert answer == Unknown("附件没有读到" if "附件" in typed else "没有查到")
    with pytest.raises(MisunderstoodError, match="不能"):
        understand(question("money"), typed)


def test_every_question_is_said_in_both_languages_and_names_packs_that_exist() -> None:
    packs = set(find_packs())
    for name, entry in entries().items():
        texts = [entry[field] for field in ("ask", "means", "example", "unknown") if field in entry]
        texts += list(entry.get("choices", {}).values())
        assert all(text.keys() == KINDS for text in texts), name
        assert {"ask", "means"} <= entry.keys(), name
        for text in texts:
            words = " ".join(text.values()).replace("（", " ").replace("）", " ").replace("(", " ").replace(")", " ")
            named = {word.rstrip(",;:。；") for word in words.split() if word.startswith(("cn/", "zz/"))}
            assert named <= packs, f"{name}: {named - packs}"
    said = {one.name for answers in COUNTIES.values() for one in asked(answers)}
    assert entries().keys() <= said, "a question that is never asked"
