"""The national frame: it is read, its bounds are cited, and a pack is held to each of them."""

from __future__ import annotations

import re
from pathlib import Path
from random import Random

import pytest
import yaml

from properties.packs import random_pack, write_pack
from tuodi.errors import PackError
from tuodi.law import find_packs, read_pack
from tuodi.law.cite import is_verified
from tuodi.law.find import default_roots
from tuodi.law.frame import TESTS, Frame, frame_of, read_frame, read_frames
from tuodi.law.frame_check import _TESTS, SEVERITIES, Finding, check_frame
from tuodi.law.model import Share

FILE = default_roots()[0] / "cn/frame/2021.yaml"

HERE = Path(__file__).parent
COUNTY = (HERE / "frame_county.yaml").read_text("utf-8")
CHANGES: dict[str, dict[str, str]] = {
    item["name"]: item for item in yaml.safe_load((HERE / "frame_changes.yaml").read_text("utf-8"))
}


def found(tmp_path: Path, *changes: tuple[str, str], lang: str = "zh") -> list[Finding]:
    text = COUNTY
    for old, new in changes:
        assert text.count(old) == 1, old
        text = text.replace(old, new)
    folder = tmp_path / "cn/990100/2024"
    folder.mkdir(parents=True)
    (folder / "pack.yaml").write_text(text, "utf-8")
    check = check_frame(read_pack(folder), [tmp_path, default_roots()[0]], lang)
    assert check.frame == "cn/2021"
    return list(check.findings)


@pytest.fixture(scope="module")
def frame() -> Frame:
    return read_frame(FILE)


@pytest.mark.req("SP12")
def test_a_county_inside_the_frame(tmp_path: Path) -> None:
    assert found(tmp_path) == []


@pytest.mark.req("SP12")
@pytest.mark.parametrize("name", CHANGES)
def test_one_thing_outside_the_frame(name: str, tmp_path: Path) -> None:
    change = CHANGES[name]
    findings = found(tmp_path, (change["old"], change["new"]))
    assert (change["leaves"], change["severity"]) in {(one.bound, one.severity) for one in findings}, findings


def test_every_bound_has_been_left_by_some_change(frame: Frame) -> None:
    assert {bound.id for bound in frame.bounds} == {change["leaves"] for change in CHANGES.values()}


def test_a_finding_says_nation_place_and_sources(tmp_path: Path) -> None:
    [finding] = found(tmp_path, ('margin: "4,000 yuan"', 'margin: "6,000 yuan"'))
    assert finding.who == "低保边缘家庭成员"
    assert finding.national == "按上年居民人均可支配收入的10%左右"
    assert finding.national_cite.startswith("国办发〔2021〕42号 §四；")
    assert finding.national_cite.endswith("未核对原文")
    assert not finding.verified
    assert (finding.local, finding.local_cite) == ("6,000.00 元（合 15%）", "虚构〔2024〕1号 第二条")
    assert finding.where.endswith("cn/990100/2024/pack.yaml:32")


def test_an_amount_cannot_be_compared_with_an_income_that_is_not_known(tmp_path: Path) -> None:
    findings = found(tmp_path, ('values: {2023: "40,000 yuan"}', "values: {2023: {unknown: 未公布}}"), lang="en")
    assert [(one.bound, one.severity) for one in findings] == [("assistance_deductible_margin", "cannot_compare")]
    assert findings[0].local == "4,000.00 yuan (the income is not known, so no share of it)"


def test_a_departure_carries_the_places_own_reason(tmp_path: Path) -> None:
    why = "departs: [{bound: assistance_deductible_margin, why: {zh: 减轻负担, en: relief}, cite: own 第九条}]\n"
    [finding] = found(
        tmp_path, ('margin: "4,000 yuan"', "margin: 0"), ("premium_subsidy:\n", f"{why}premium_subsidy:\n")
    )
    assert finding.why == "减轻负担（虚构〔2024〕1号 第九条）"


def test_a_departure_from_no_bound_is_told(tmp_path: Path) -> None:
    folder = tmp_path / "cn/990100/2024"
    folder.mkdir(parents=True)
    text = COUNTY + "departs: [{bound: assistance_shared_caps, why: {zh: 无, en: none}, cite: own}]\n"
    (folder / "pack.yaml").write_text(text, "utf-8")
    assert "assistance_shared_cap" in check_frame(read_pack(folder)).unknown_departures[0]


@pytest.mark.parametrize("pack_id", ["cn/230800/2018", "cn/370000/2014"])
def test_a_pack_from_before_the_frame_is_not_judged_and_it_says_so(pack_id: str) -> None:
    pack = read_pack(pack_id)
    assert frame_of(pack) is None
    check = check_frame(pack)
    assert (check.frame, check.findings) == ("", ())
    assert check.why_not == "没有在本包有效期内施行的国家框架"


def test_what_a_pack_does_not_state_is_named_and_not_judged() -> None:
    check = check_frame(read_pack("cn/321300/2024"))
    assert not [
        one for one in check.findings if one.bound.startswith(("catastrophic", "tilt", "premium", "monitoring"))
    ]
    said = "\n".join(check.not_compared)
    assert "本包按记录取大病保险：大病保险起付标准、" in said
    assert "本包没有倾斜救助：" in said
    assert "本包没有写监测线，按国家的线：" in said


@pytest.mark.req("SP12")
def test_what_the_published_packs_show() -> None:
    def told(pack_id: str) -> set[tuple[str, str, str]]:
        return {(one.bound, one.severity, one.who) for one in check_frame(read_pack(pack_id)).findings}

    assert ("catastrophic_tilt_only", "above", "低保边缘家庭成员") in told("cn/500112/2023")
    assert ("income_year", "different", "") in told("cn/500000/2023")
    assert ("assistance_deductible_margin", "cannot_compare", "低保边缘家庭成员") in told("cn/321300/2024")
    assert ("tilt_referral", "different", "") in told("cn/370302/2025")
    assert ("assistance_rate_others", "above", "低保边缘家庭成员") in told("cn/110000/2023")


@pytest.mark.parametrize("pack_id", [name for name in find_packs() if name.startswith("cn/")])
def test_every_pack_of_the_country_can_be_held_to_the_frame(pack_id: str) -> None:
    for lang in ("zh", "en"):
        for finding in check_frame(read_pack(pack_id), lang=lang).findings:
            assert finding.severity in SEVERITIES
            assert finding.national
            assert finding.local
            assert finding.national_cite


def test_every_bound_is_cited_and_none_verified(frame: Frame) -> None:
    assert all(bound.cites and bound.says["zh"] and bound.says["en"] for bound in frame.bounds)
    assert not [bound.id for bound in frame.bounds if is_verified(frame, bound.cites)]
    assert all(note.cites for note in frame.left_open)
    assert frame.in_force_from.isoformat() == "2021-11-19"
    bounds = {bound.id: bound.value for bound in frame.bounds}
    assert bounds["assistance_deductible_core"] == Share(500, "resident_income")
    assert (bounds["assistance_rate_core"], bounds["catastrophic_tilt_rate"]) == (7000, 500)


@pytest.mark.req("SP11")
def test_the_national_premiums(frame: Frame) -> None:
    assert [(one.year, one.personal, one.fiscal, one.at_least) for one in frame.premiums] == [
        (2024, 40_000, 67_000, False), (2025, 40_000, 70_000, True),
    ]  # fmt: skip


def test_every_test_of_a_bound_is_one_function() -> None:
    assert set(_TESTS) == set(TESTS)


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("test: order\n", "test: orders\n", "did you mean 'order'?"),
        ("value: 60%\n", "value: 0.6\n", "70%, or 5% of resident_income"),
        ("    value: 60%\n", "", "a bound of the test 'rate_at_least'"),
        ("5% of resident_income", "5% of residents_income", "did you mean 'resident_income'?"),
        ("id: income_year", "id: layer_order", "more than once"),
        ("[tekun, dibao, dibao_margin]", "[tekun, diabo]", "did you mean 'dibao'?"),
        ("cite: [g10, known]\n\npremiums", "cite: g11\n\npremiums", "the citation of 'g11'"),
        ("judged:\n", "judge:\n", "the key 'judge'"),
        ("authorisation: [missing]", "authorization: [missing]", "the column 'authorization'"),
    ],
)
def test_a_frame_that_is_wrong(old: str, new: str, said: str, tmp_path: Path) -> None:
    text = FILE.read_text("utf-8")
    assert old in text
    path = tmp_path / "cn" / "frame" / "2021.yaml"
    path.parent.mkdir(parents=True)
    path.write_text(text.replace(old, new, 1), "utf-8")
    with pytest.raises(PackError) as raised:
        read_frame(path)
    assert said in str(raised.value)


def test_ones_own_frame_hides_that_of_the_same_name(tmp_path: Path) -> None:
    own = tmp_path / "cn" / "frame" / "2021.yaml"
    own.parent.mkdir(parents=True)
    own.write_text(FILE.read_text("utf-8").replace("2021-11-19}", "2022-01-01}", 1), "utf-8")
    assert [one.in_force_from.year for one in read_frames("cn", [tmp_path])] == [2022]
    assert read_frames("zz") == ()


def test_the_page_lists_every_bound_and_every_test(frame: Frame) -> None:
    page = (default_roots()[0].parent / "docs/reference/national-frame.md").read_text("utf-8")
    severities, bounds, _how, tests = (
        re.findall(r"^\| `([a-z_]+)` \|", part, re.MULTILINE) for part in page.split("\n## ")[1:]
    )
    assert (tuple(severities), bounds) == (SEVERITIES, [bound.id for bound in frame.bounds])
    assert set(tests) == set(TESTS)


@pytest.mark.parametrize(
    ("income", "severity"), [("29,000", ""), ("31,500", ""), ("28,000", "below"), ("32,000", "above")]
)
def test_about_is_read_to_the_whole_percent(income: str, severity: str, tmp_path: Path) -> None:
    changes = (('"40,000 yuan"', f'"{income} yuan"'), ('margin: "4,000 yuan"', 'margin: "3,000 yuan"'))
    assert [one.severity for one in found(tmp_path, *changes)] == ([severity] if severity else [])


@pytest.mark.parametrize("seed", range(12))
def test_any_pack_can_be_held_to_the_frame(seed: int, tmp_path: Path) -> None:
    tree = random_pack(Random(seed))
    for number, layer in enumerate(tree["layers"].values()):
        if "given" not in layer:
            layer["kind"] = ("assistance", "catastrophic", "tilt")[(number + seed) % 3]
    write_pack(tmp_path, tree, "cn/990700/2024")
    check = check_frame(read_pack("cn/990700/2024", [tmp_path]))
    assert check.frame == "cn/2021"
    assert {finding.severity for finding in check.findings} <= set(SEVERITIES)
    assert check.findings or check.not_compared
