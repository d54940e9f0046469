"""The policy laboratory: what a change of the rules does, and where the rules make a step.

Enters: packs of ``tuodi.law``, tables of ``tuodi.tables``. Leaves: who gains and who loses between two laws, and what
a household pays for a bill at every income. It answers questions about laws, never about a person's right. Imports
``tuodi.law``, ``tuodi.settlement``, ``tuodi.tables``, ``tuodi.vocabulary``, ``tuodi.money``, ``tuodi.i18n`` and
``tuodi.errors``.
"""

from tuodi.twin.change import Band, Effect, LayerCost, Moved, compare_laws
from tuodi.twin.cliff import Cliff, Outcome, Step, Stretch, cliff_of, default_day
from tuodi.twin.inforce import as_if_in_force
from tuodi.twin.rows import Difference

__all__ = [
    "Band", "Cliff", "Difference", "Effect", "LayerCost", "Moved", "Outcome", "Step", "Stretch", "as_if_in_force",
    "cliff_of", "compare_laws", "default_day",
]  # fmt: skip
