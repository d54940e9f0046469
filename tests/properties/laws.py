"""A random pack on disk for as long as a test needs it, read by the engine and by the oracle."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from random import Random
from tempfile import TemporaryDirectory
from typing import Any

from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st

from properties.packs import PACK, random_pack, write_pack
from tuodi import oracle
from tuodi.oracle import OraclePack
from tuodi.settlement import Law, load_law

__all__ = ["chances", "laws", "thorough"]

FACTOR = int(os.environ.get("TUODI_EXAMPLES", "1"))
"""``TUODI_EXAMPLES=50`` looks at fifty times as many packs."""


def thorough(examples: int) -> settings:
    """Always the same examples, so that a red test is red for everybody."""
    return settings(
        max_examples=examples * FACTOR,
        deadline=None,
        derandomize=True,
        database=None,
        phases=[Phase.explicit, Phase.generate],  # a seed does not shrink
        suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large, HealthCheck.large_base_example],
    )


def chances() -> st.SearchStrategy[Random]:
    """A source of chance for a pack: as many packs as there are seeds."""
    return st.integers(0, 2**32).map(Random)


@contextmanager
def laws(draw: Random, **how: Any) -> Iterator[tuple[Law, OraclePack]]:
    """A random pack, compiled by the engine and read by the oracle."""
    with TemporaryDirectory() as folder:
        write_pack(Path(folder), random_pack(draw, **how))
        yield load_law(PACK, [Path(folder)]), oracle.load(PACK, folder)
