"""``tuodi packs check`` of a sound pack: the national frame, and the pack's own cases."""

from __future__ import annotations

from pathlib import Path

import pytest

from cli.material import INVENTED, SUQIAN, bill, claims, tuodi

PACK = """
pack: cn/990101/2024
title: {zh: 虚构县, en: invented county}
in_force: {from: 2024-01-01}
documents: {own: {law: 虚构〔2024〕1号}}
classes: {dibao: {members: [tekun, dibao], cite: own}}
given: {basic: [paid_basic], catastrophic: [paid_catastrophic]}
layers:
  assistance:
    when: {class: dibao, setting: [inpatient]}
    base: [in_scope]
    rate: 65%
    cite: own 第二条
"""
CASES = """
- case: right
  pack: cn/990101/2024
  claims:
    - {claim_id: a, provider_level: secondary, setting: inpatient, discharged_on: 2024-03-01,
       in_scope: 1000, paid_basic: 0, paid_catastrophic: 0}
  identities: [{identity: dibao, from: 2024-01-01}]
  expect: [{claim_id: a, assistance: 650.00, self_in_scope: 350.00, status: ok}]
- case: wrong
  pack: cn/990101/2024
  claims:
    - {claim_id: a, provider_level: secondary, setting: inpatient, discharged_on: 2024-03-01,
       in_scope: 1000, paid_basic: 0, paid_catastrophic: 0}
  expect: [{claim_id: a, assistance: 650.00, tilt: 0}, {claim_id: b, assistance: 0}]
- case: unreadable
  pack: cn/990101/2024
  claims: [{claim_id: a, provider_level: secondary, setting: inpatient, discharged_on: 2024-03-31, in_scope: ten}]
  expect: [{claim_id: a, assistance: 650.00}]
- {case: of another pack, pack: cn/990101/2023, claims: []}
"""


@pytest.fixture
def county(tmp_path: Path) -> Path:
    folder = tmp_path / "mine" / "cn/990101/2024"
    (folder / "cases").mkdir(parents=True)
    (folder / "pack.yaml").write_text(PACK, "utf-8")
    return folder


@pytest.mark.req("SP12")
def test_where_a_pack_leaves_the_national_frame(county: Path) -> None:
    done = tuodi("packs", "check", "cn/990101/2024", "--packs-dir", county.parents[2])
    assert done.code == 0  # to leave the frame is no error
    lines = done.out.splitlines()
    assert lines[0] == "cn/990101/2024：没有问题"
    assert lines[1].startswith("  与国家框架不一致之处 4 处：低于框架 3，形式不同 1（国家医疗救助与大病保险框架；")
    at = lines.index("    〔低于框架〕特困、低保的救助比例：特困人员、低保对象")
    assert lines[at + 1] == (
        "        国家：可按不低于70%（国办发〔2021〕42号 §四；逐字引用国办发〔2021〕42号等文件的公开笔记；"
        "阳江通知（网页转载，引国家文本原句）；未核对原文）"
    )
    assert lines[at + 2] == "        本地：65%（虚构〔2024〕1号 第二条；mine/cn/990101/2024/pack.yaml:12）"
    assert "    未比较：本包没有倾斜救助：倾斜救助的条件" in lines
    assert "  没有自己的案例（cases 文件夹）" in lines


@pytest.mark.req("SP12")
def test_the_frame_in_english_and_as_json(county: Path) -> None:
    said = tuodi("packs", "check", county, "--lang", "en")
    assert (
        "    [below the frame] rate for extreme hardship and dibao: extreme hardship, subsistence allowance"
        in said.out.splitlines()
    )
    [entry] = tuodi("packs", "check", county, "--json").json["packs"]
    [version] = entry["versions"]
    assert (version["pack"], version["frame"]["frame"]) == ("cn/990101/2024", "cn/2021")
    rate = next(one for one in version["frame"]["findings"] if one["bound"] == "assistance_rate_core")
    assert (rate["severity"], rate["verified"], rate["local"]) == ("below", False, "65%")
    assert version["cases"] == {"cases": 0, "agree": 0, "differences": []}


def test_a_pack_runs_its_own_cases(county: Path) -> None:
    (county / "cases" / "own.yaml").write_text(CASES, "utf-8")
    (county / "cases" / "torn.yaml").write_text("- {case: [", "utf-8")
    done = tuodi("packs", "check", county)
    assert done.code == 0
    lines = done.out.splitlines()
    at = lines.index("  自己的案例 3 个，一致 1 个，不一致之处：")
    assert lines[at + 1 : at + 4] == [
        "    own.yaml wrong：a.assistance：应为 650.00，得 0.00",
        "    own.yaml wrong：a.tilt：没有这一层或这一项",
        "    own.yaml wrong：b：没有这笔结算",
    ]
    assert lines[at + 4].startswith("    own.yaml unreadable：案例写得不对：'ten'")
    assert lines[at + 5].startswith("    torn.yaml：不能读取：")
    (county / "cases" / "torn.yaml").unlink()
    (county / "cases" / "own.yaml").write_text(CASES.split("- case: wrong")[0], "utf-8")
    assert "  自己的案例 1 个，全部一致" in tuodi("packs", "check", county).out.splitlines()


def test_the_packs_own_cases_of_the_repository_agree() -> None:
    [entry] = tuodi("packs", "check", SUQIAN, "--json").json["packs"]
    cases = entry["versions"][0]["cases"]
    assert cases["cases"] == cases["agree"] > 20
    assert cases["differences"] == []


def test_awards_and_opening_balances_of_cases_are_run() -> None:
    [entry] = tuodi("packs", "check", INVENTED, "--json").json["packs"]
    assert entry["versions"][0]["cases"]["differences"] == []
    assert "未与国家框架比较：没有在本包有效期内施行的国家框架" in tuodi("packs", "check", INVENTED).out


def test_every_pack_in_one_line_each() -> None:
    lines = tuodi("packs", "check").out.splitlines()
    at = lines.index(f"{SUQIAN}：没有问题")
    assert lines[at + 1].startswith("  与国家框架不一致之处 3 处：")
    assert not lines[at + 2].startswith(" ")


@pytest.mark.parametrize("command", ["settle", "explain"])
def test_a_pack_without_layers_settles_nothing_and_says_so(command: str, tmp_path: Path) -> None:
    given = claims(tmp_path / "a.csv", bill())
    more = ["--out", tmp_path / "out.csv"] if command == "settle" else ["--claim", "S1"]
    done = tuodi(command, "--pack", "cn/610100/2025", "--claims", given, *more)
    assert done.code == 5
    assert done.err.splitlines() == [
        "cn/610100/2025: 这个规则包没有待遇层次，不能用来结算 — 有 layers 的规则包；这一个只写了监测线或资助参保",
        "没有写出任何结果。",
    ]
    assert "只写了监测线或资助参保，不能用来结算" in tuodi("packs", "show", "cn/610100/2025").out
