"""``tuodi explain`` and ``tuodi estimate``: one bill, and what is missing to judge it."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from cli.material import INVENTED, LOCAL, SUQIAN, bill, claims, identities, records, tuodi
from exchange.material import write_csv

pytestmark = pytest.mark.req("NS14")

HAN = re.compile(r"[\u4e00-\u9fff]")
AMOUNTS = ("in_scope", "first_self_pay", "over_limit", "out_of_catalogue")


def call(folder: Path, *rows: dict[str, str]) -> tuple[str | Path, ...]:
    given = claims(folder / "a.csv", *(rows or (bill(1), bill(3))))
    return ("explain", "--pack", SUQIAN, "--claims", given, "--identities", identities(folder / "名册.csv"))


def test_a_bill_step_by_step(tmp_path: Path) -> None:
    done = tuodi(*call(tmp_path), "--claim", "S3")
    assert done.code == 0, done
    for line in ("起付标准：3,000.00 元", "7,000.00 元 × 70%", "支付：4,900.00 元", "宿迁市城市问答 2024-06-07"):
        assert line in done.out
    said = tuodi(*call(tmp_path), "--claim", "S3", "--json").json
    assert (said["pay_assistance"], said["for_reference_only"]) == ("4900.00", False)
    assert any(line["cite"] for line in said["lines"])


def test_a_claim_that_is_not_there_or_must_be_corrected(tmp_path: Path) -> None:
    done = tuodi(*call(tmp_path), "--claim", "S33")
    assert (done.code, done.out) == (2, "")
    assert "文件中没有单据 S33；是不是 S3？" in done.err
    wrong = call(tmp_path, bill(1), bill(2, 医院等级="四级"))
    done = tuodi(*wrong, "--claim", "S2")
    assert done.code == 2
    assert "单据 S2 在 a.csv 第 3 行，需先更正" in done.err
    done = tuodi(*wrong, "--claim", "S1")
    assert done.code == 3
    assert "另有 1 行待更正" in done.out


FACTS = ("--on", "2024-03-01", "--in-scope", "20,000.00", "--first-self-pay", "5000", "--over-limit", "2000.0")
GIVEN = ("--paid", "paid_basic=9,000.00", "--paid", "大病=1000")


@pytest.mark.parametrize(
    ("pack", "number", "identity", "more"),
    [
        (SUQIAN, 1, "低保", GIVEN),
        (SUQIAN, 2, "tekun", GIVEN),
        (SUQIAN, 3, "dibao_margin", (*GIVEN, "--used", "assistance.deductible=1,200.50")),
        (INVENTED, 1, "tekun", ("--stay-ordinal", "1", "--diagnosis", "A09", "--used", "basic.year=148,000.00")),
    ],
)
def test_the_estimate_is_the_settlement(
    tmp_path: Path, pack: str, number: int, identity: str, more: tuple[str, ...]
) -> None:
    """The same facts through ``settle``, as a file, give the same amounts in every layer."""
    asked = ("--out-of-catalogue", "3,000", "--identity", identity, *more)
    said = tuodi("estimate", "--pack", pack, *FACTS, *asked, "--json").json
    given = claims(tmp_path / "a.csv", bill(number, 出院日期="2024-03-01", 结算时间="2024-03-01", 证件号码=""))
    held = identities(tmp_path / "名册.csv", (f"P{number}", identity, "2023-01-01"))
    used = [word.split("=") for word in more if word.startswith(("assistance.", "basic."))]
    rows = [["人员编号", "年度", "累计项", "累计额"], *([f"P{number}", "2024", *pair] for pair in used)]
    out = tmp_path / "out.csv"
    opening = ("--opening", write_csv(tmp_path / "期初.csv", rows)) if used else ()
    texts = ("person_type=adult", "stay_ordinal=1", "diagnosis=A09")
    defaults = (*LOCAL, *(word for text in texts for word in ("--read", f"default:{text}")))
    done = tuodi("settle", "--pack", pack, "--claims", given, "--identities", held, *opening, *defaults, "--out", out)
    assert done.code == 0, done
    [row] = records(out)
    amounts = {name: value or None for name, value in row.items() if name.startswith(("pay_", "self_"))}
    assert {name: said[name] for name in amounts} == amounts
    assert row["status"] == said["status"] == "ok"


@pytest.mark.parametrize(("lang", "mark"), [("zh", "仅供参考"), ("en", "for reference only")])
def test_it_is_marked_for_reference_only(lang: str, mark: str) -> None:
    call = ("estimate", "--pack", SUQIAN, *FACTS, *GIVEN, "--identity", "dibao", "--lang", lang)
    assert mark in tuodi(*call).out.splitlines()[0]
    said = tuodi(*call, "--json").json
    assert said["for_reference_only"] is True
    assert mark in said["note"]
    assert said["missing"] == []


def test_what_is_missing_is_said_with_the_option_that_gives_it() -> None:
    done = tuodi("estimate", "--pack", SUQIAN, *FACTS, "--identity", "dibao")
    assert done.code == 0
    assert "本规则不计算基本医疗保险，要先知道它付了多少：请用 --paid paid_basic=… 给出（没有付就写 0）" in done.out
    assert "--paid paid_catastrophic=…" in done.out
    english = tuodi("estimate", "--pack", SUQIAN, *FACTS, "--identity", "dibao", "--lang", "en", "--json").json
    assert english["pay_assistance"] is None
    assert any("give it with --paid paid_basic=…" in line for line in english["missing"])
    less = tuodi("estimate", "--pack", SUQIAN, *FACTS, "--identity", "dibao", "--paid", "paid_basic=0")
    assert "--paid paid_basic" not in less.out
    assert "--paid paid_catastrophic=…" in less.out
    nothing = tuodi("estimate", "--pack", SUQIAN, *FACTS, "--identity", "dibao", *GIVEN)
    assert "--paid" not in nothing.out


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("--used", "asistance.year=5"), "是不是 assistance.year？"),
        (("--used", "assistance.year"), "assistance.year=5000"),
        (("--paid", "paid_basics=5"), "是不是 paid_basic？"),
        (("--paid", "paid_basic=-5"), "--paid paid_basic 不能小于 0"),
        (("--paid", "paid_basic=五"), "--paid paid_basic 的值 五 不是金额"),
        (("--identity", "dibau"), "是不是 dibao？"),
        (("--setting", "impatient"), "是不是 inpatient？"),
        (("--level", "四甲"), "--level 的值 四甲 不认识，可用：tertiary、secondary"),
        (("--in-scope", "1,23.00"), "--in-scope 的值 1,23.00 不是金额，应写成 1234.50 或 1,234.50"),
        (("--in-scope", "0.001"), "最多两位小数"),
        (("--first-self-pay", "-1"), "--first-self-pay 不能小于 0"),
        (("--in-scope", "0", "--first-self-pay", "0", "--over-limit", "0"), "各部分费用都是 0"),
        (("--on", "2024-02-30"), "--on 的值 2024-02-30 不是日期，应写成 2024-03-05 这样"),
        (("--stay-ordinal", "0"), "--stay-ordinal 不能小于 1"),
        (("--stay-ordinal", "二"), "--stay-ordinal 应是整数"),
    ],
)
def test_wrong_words_are_told_plainly(words: tuple[str, ...], said: str) -> None:
    for lang in ("zh", "en"):
        done = tuodi("estimate", "--pack", SUQIAN, *FACTS, *words, "--lang", lang)
        assert (done.code, done.out) == (2, "")
        if lang == "zh":
            assert said in done.err
            assert done.err.startswith("用法不对：")
        else:
            assert not HAN.search("".join(word for word in re.split(r"五|二|四甲", done.err)))


@pytest.mark.parametrize("amount", ["20000", "20,000", "20000.0", "20000.00元", "¥20,000.00", "２００００", " 20000 "])
def test_amounts_as_people_write_them(amount: str) -> None:
    call = ("estimate", "--pack", SUQIAN, "--on", "2024-03-01", *GIVEN, "--identity", "dibao", "--json")
    assert tuodi(*call, "--in-scope", amount).json["pay_assistance"] == "8000.00"
