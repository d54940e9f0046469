"""A pack that extends another: mappings key by key, lists and values whole, ``~`` removes, origins kept."""

from __future__ import annotations

import pytest

from tuodi.law import read_pack
from tuodi.law.merge import merge
from tuodi.law.model import Pack, Share
from tuodi.law.source import Node, Problems, read_yaml


def merged(parent: str, child: str) -> object:
    problems = Problems()
    above = read_yaml(parent, "parent.yaml", "p", problems)
    below = read_yaml(child, "child.yaml", "c", problems)
    assert above
    assert below
    assert not problems
    return merge(above, below).plain()


@pytest.mark.parametrize(
    ("parent", "child", "expected"),
    [
        ("{a: 1}", "{b: 2}", {"a": 1, "b": 2}),
        ("{a: {x: 1, y: 2}}", "{a: {y: 3}}", {"a": {"x": 1, "y": 3}}),
        ("{a: [1, 2]}", "{a: [3]}", {"a": [3]}),
        ("{a: {x: 1}}", "{a: [3]}", {"a": [3]}),
        ("{a: 1}", "{a: {x: 1}}", {"a": {"x": 1}}),
        ("{a: 1, b: 2}", "{a: ~}", {"b": 2}),
        ("{a: {x: 1, y: 2}}", "{a: {x: ~}}", {"a": {"y": 2}}),
        ("{b: 2}", "{a: {x: ~, y: 1}}", {"b": 2, "a": {"y": 1}}),
        ("{a: {unknown: why}}", "{a: {share: 1%, of: x}}", {"a": {"share": "1%", "of": "x"}}),
        ("{a: {full: none, dibao: 1}}", "{a: {unknown: why}}", {"a": {"unknown": "why"}}),
        ("{in_force: {from: x, to: y}}", "{in_force: {from: z}}", {"in_force": {"from": "z"}}),
        ("{in_force: {from: x, to: y}}", "{b: 1}", {"in_force": {"from": "x", "to": "y"}, "b": 1}),
        ("{pack: p, title: {zh: 甲}}", "{b: 1}", {"b": 1}),
    ],
)
def test_merging(parent: str, child: str, expected: object) -> None:
    assert merged(parent, child) == expected


def test_the_parents_order_is_kept_and_new_keys_follow() -> None:
    found = merged("{layers: {a: 1, b: 2, c: 3}}", "{layers: {d: 4, b: 5}}")
    assert isinstance(found, dict)
    assert list(found["layers"]) == ["a", "b", "c", "d"]


def test_merging_changes_neither_tree() -> None:
    problems = Problems()
    parent = read_yaml("{a: {x: 1}}", "p", "p", problems)
    child = read_yaml("{a: {x: ~}}", "c", "c", problems)
    assert parent
    assert child
    merge(parent, child)
    assert (parent.plain(), child.plain()) == ({"a": {"x": 1}}, {"a": {"x": None}})


@pytest.fixture(scope="module")
def town() -> Pack:
    return read_pack("zz/000001/2024")


def test_what_a_town_replaces_removes_and_adds(town: Pack) -> None:
    assert [layer.id for layer in town.layers] == ["basic", "catastrophic", "assistance", "tilt", "grant", "neighbour"]
    assistance = town.layer("assistance")
    assert assistance.deductible
    assert [row.value for row in assistance.deductible.amount.rows] == [0, 0, 0, Share(1_000, "resident_income")]
    assert assistance.brackets is None
    assert assistance.rounding.stated is False
    assert assistance.caps
    assert [award.id for award in town.awards] == ["illness_poor"]
    assert town.identities.look_back == ()
    assert town.identities.ends == "same_day"
    assert town.classes.choose == ()


@pytest.mark.req("SP10")
def test_every_value_keeps_the_place_where_it_was_written(town: Pack) -> None:
    deductible = town.layer("assistance").deductible
    assert deductible
    wrote = [(row.origin.pack, row.origin.file) for row in deductible.amount.rows]
    county = ("zz/000000/2024", "packs/zz/000000/2024/pack.yaml")
    assert wrote == [county, county, county, ("zz/000001/2024", "packs/zz/000001/2024/pack.yaml")]
    assert deductible.amount.rows[3].cites[0].document == "yt"
    assert {row.origin.pack for row in town.layer("basic").rate.rows} == {"zz/000000/2024"}  # type: ignore[union-attr]


def test_title_and_id_are_its_own(town: Pack) -> None:
    assert town.extends == "zz/000000/2024"
    assert town.title["zh"].startswith("青岚县云台镇")


def test_an_empty_tree_is_no_change() -> None:
    problems = Problems()
    parent = read_yaml("{a: {x: 1}, b: [2]}", "p", "p", problems)
    assert parent
    assert merge(parent, Node({}, parent.origin)).plain() == parent.plain()
