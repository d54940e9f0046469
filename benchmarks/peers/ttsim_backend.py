"""The yearly rule in ttsim: a policy function, a piecewise linear parameter; its compiled function for NumPy and JAX.

The public call checks and sorts what is handed in each time; the compiled function is what it makes of the rule.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from types import ModuleType
from typing import Any

import numpy as np
from common import given, leave
from ttsim import InputData, MainTarget, OrigPolicyObjects, TTTargets, main
from ttsim.tt import (
    Currency,
    PiecewisePolynomialParamValue,
    TTSIMUnit,
    UnitSystem,
    piecewise_polynomial,
    policy_function,
    policy_input,
)

RULE, FEN = given()
SYSTEM = UnitSystem(currencies={"CNY": Currency(statutory_from="1949-10-01")})
PLAIN = TTSIMUnit.DIMENSIONLESS
TITLE = {"en": "invented", "de": "erfunden"}


@policy_input(unit=PLAIN)
def p_id() -> int:
    """Number of the person."""


@policy_input(unit=PLAIN)
def in_scope() -> float:
    """In-scope money of the year."""


@policy_function(unit=PLAIN, verify_units=False)
def benefit(
    in_scope: float, deductible: float, cap: float, scale: PiecewisePolynomialParamValue, xnp: ModuleType
) -> float:
    """What is paid."""
    return min(piecewise_polynomial(x=max(in_scope - deductible, 0.0), parameters=scale, xnp=xnp), cap)


def _specs() -> dict[tuple[str, ...], Any]:
    edges = [0, *RULE.upto]
    pieces = [
        {"interval": f"[{start / 100}, {end})", "slope": rate / 10_000}
        for start, end, rate in zip(edges, [*(edge / 100 for edge in edges[1:]), "inf"], RULE.rates, strict=True)
    ]
    pieces[0]["intercept"] = 0
    return {
        ("rule.yaml", "deductible"): _spec("scalar", {"value": RULE.deductible / 100}),
        ("rule.yaml", "cap"): _spec("scalar", {"value": RULE.cap / 100}),
        ("rule.yaml", "scale"): _spec("piecewise_linear", {"intervals": pieces}),
    }


def _spec(kind: str, value: dict[str, Any]) -> dict[str, Any]:
    units = dict.fromkeys(["unit"] if kind == "scalar" else ["input_unit", "output_unit"], "DIMENSIONLESS")
    return {"name": TITLE, "description": TITLE, "type": kind, **units, date(1949, 10, 1): value}


DATA = {"p_id": np.arange(len(FEN)), "in_scope": FEN / 100}
OBJECTS = OrigPolicyObjects(
    column_objects_and_param_functions={
        ("rule.py", "p_id"): p_id, ("rule.py", "in_scope"): in_scope, ("rule.py", "benefit"): benefit
    },
    param_specs=_specs(),
)  # fmt: skip


def _main(backend: str, **wanted: Any) -> Any:
    return main(
        policy_date_str="2024-01-01", orig_policy_objects=OBJECTS, input_data=InputData.tree(DATA),
        tt_targets=TTTargets(tree={"benefit": None}), backend=backend, unit_system=SYSTEM, include_warn_nodes=False,
        **wanted,
    )  # fmt: skip


def compiled(backend: str) -> Callable[[], Callable[[], np.ndarray]]:
    """The function that ttsim makes of the rule, on data that it has made ready."""
    made = _main(backend, main_targets=[MainTarget.tt_function, MainTarget.processed_data])
    function, data = made["tt_function"], {"in_scope": made["processed_data"]["in_scope"]}
    return lambda: lambda: np.asarray(function(data)["benefit"])


def public(backend: str) -> Callable[[], Callable[[], np.ndarray]]:
    """The call that its users make."""
    return lambda: lambda: np.asarray(_main(backend, main_target=MainTarget.results.tree)["benefit"])


if __name__ == "__main__":
    try:
        import jax
    except ImportError:
        sides = {}
    else:
        jax.config.update("jax_enable_x64", True)
        sides = {"compiled_jax": compiled("jax"), "public_jax": public("jax")}
    leave("ttsim", compiled=compiled("numpy"), public=public("numpy"), **sides)
