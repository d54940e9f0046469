"""The yearly rule in OpenFisca-core: a marginal scale in the parameters, a formula, one person a member."""

from __future__ import annotations

import numpy as np
from common import given, leave
from openfisca_core.entities import build_entity
from openfisca_core.parameters import ParameterNode
from openfisca_core.periods import DateUnit
from openfisca_core.simulations import SimulationBuilder
from openfisca_core.taxbenefitsystems import TaxBenefitSystem
from openfisca_core.variables import Variable

RULE, FEN = given()
YEAR, DAY = "2024", "2024-01-01"
Person = build_entity(key="person", plural="persons", label="", is_person=True)


def _at(value: float) -> dict:
    return {"values": {DAY: {"value": value}}}


class in_scope(Variable):  # noqa: N801
    value_type = float
    entity = Person
    definition_period = DateUnit.YEAR
    label = "in-scope money of the year"


class benefit(Variable):  # noqa: N801
    value_type = float
    entity = Person
    definition_period = DateUnit.YEAR
    label = "what is paid"

    def formula(person, period, parameters):  # noqa: N805
        rule = parameters(period).rule
        over = np.maximum(person("in_scope", period) - rule.deductible, 0)
        return np.minimum(rule.scale.calc(over), rule.cap)


def system() -> TaxBenefitSystem:
    """One entity, two variables, the rule as parameters."""
    made = TaxBenefitSystem([Person])
    made.parameters = ParameterNode(
        "",
        data={
            "rule": {
                "deductible": _at(RULE.deductible / 100),
                "cap": _at(RULE.cap / 100),
                "scale": {
                    "brackets": [
                        {"threshold": {DAY: {"value": start / 100}}, "rate": {DAY: {"value": rate / 10_000}}}
                        for start, rate in zip([0, *RULE.upto], RULE.rates, strict=True)
                    ]
                },
            }
        },
    )
    made.add_variables(in_scope, benefit)
    return made


SYSTEM = system()
YUAN = FEN / 100


class _People:
    """What a formula asks of its population, with the array at hand: the compiled function and nothing around it."""

    values = YUAN.astype(np.float32)

    def __call__(self, _name: str, _period: object) -> np.ndarray:
        return self.values


def compiled():
    rule = SYSTEM.get_parameters_at_instant(DAY)
    people = _People()
    return lambda: benefit.formula(people, DAY, lambda _period: rule)


def public():
    def run() -> np.ndarray:
        simulation = SimulationBuilder().build_default_simulation(SYSTEM, count=len(YUAN))
        simulation.set_input("in_scope", YEAR, YUAN)
        return simulation.calculate("benefit", YEAR)

    return run


if __name__ == "__main__":
    leave("OpenFisca-core", compiled=compiled, public=public)
