"""The oracle: an independent, slow and obvious settlement in exact rationals, straight from a pack's YAML.

Enters: packs by reference, claims and identities as dictionaries (or tables). Leaves: rows by claim, awards by
request, and the differences of a golden case. It shares no code with the engine that it is to judge: it imports
the standard library, PyYAML and, to convert tables, Polars. README.md beside it lists how it reads the language
where the reference leaves a choice.
"""

from __future__ import annotations

from tuodi.oracle.awards import award
from tuodi.oracle.cases import check_arithmetic, read_cases, run_case
from tuodi.oracle.packs import OraclePack, load, load_region
from tuodi.oracle.settle import settle, settle_frame
from tuodi.oracle.values import OracleError

__all__ = [
    "OracleError", "OraclePack", "award", "check_arithmetic", "load", "load_region", "read_cases", "run_case",
    "settle", "settle_frame",
]  # fmt: skip
