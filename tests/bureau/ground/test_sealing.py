"""Numbers at rest: sealed, found by digest, not to be altered or moved to another column."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tuodi.platform.ground.sealing import SealError, digest, digests, open_seal, seal, seals

pytestmark = pytest.mark.req("AD05")
NUMBER = "990121195803120123"


def test_what_is_sealed_can_be_opened_and_never_looks_the_same(db, standing) -> None:
    one, other = seal("number", NUMBER), seal("number", NUMBER)
    assert one != other
    assert NUMBER.encode() not in one
    assert open_seal("number", one) == open_seal("number", memoryview(other)) == NUMBER


def test_many_at_once_leave_empty_ones_empty(db) -> None:
    made = seals("phone", ["13800000001", None, ""])
    assert made[1:] == [None, None]
    assert open_seal("phone", made[0]) == "13800000001"
    assert open_seal("phone", None) == ""


@pytest.mark.parametrize("place", [0, 1, 5, 20, -1])
def test_one_altered_byte_is_noticed(db, place) -> None:
    sealed = bytearray(seal("number", NUMBER))
    sealed[place] ^= 1
    with pytest.raises(SealError):
        open_seal("number", bytes(sealed))


def test_a_seal_does_not_open_as_another_kind(db) -> None:
    with pytest.raises(SealError):
        open_seal("phone", seal("number", NUMBER))


def test_a_digest_is_the_same_each_time_and_differs_by_kind() -> None:
    assert digest("number", NUMBER) == digest("number", NUMBER)
    assert digest("number", NUMBER) != digest("phone", NUMBER)
    assert digests("number", [NUMBER, None, ""]) == [digest("number", NUMBER), None, None]


@given(st.text(max_size=60))
def test_any_text_comes_back(ground, text) -> None:
    assert open_seal("row", seals("row", [text])[0]) == text
