"""The steps of few bills and of many are made by different means and are the same."""

from __future__ import annotations

import polars as pl
import pytest

from settlement.invent import invent
from tuodi.law import find_packs
from tuodi.settlement import load_law, settle
from tuodi.settlement.trace import FEW_BILLS


@pytest.mark.parametrize("ref", [ref for ref in find_packs() if ref.startswith("zz/")])
def test_a_persons_steps_are_the_same_alone_and_among_many(ref: str) -> None:
    law = load_law(ref)
    claims, identities = invent(law.packs[0], 5, persons=40)
    whole = settle(law, claims, identities, trace=True)
    assert whole.trace is not None
    assert claims.height > FEW_BILLS
    compared = 0
    for own in claims.partition_by("person_id"):
        assert own.height <= FEW_BILLS
        alone = settle(law, own, identities.filter(pl.col("person_id") == own["person_id"][0]), trace=True)
        assert alone.trace is not None
        among = whole.trace.filter(pl.col("claim_id").is_in(own["claim_id"].implode()))
        order = ["claim_id", "layer"]
        assert alone.trace.sort(order).equals(among.sort(order))
        compared += among.height
    assert compared == whole.trace.height
