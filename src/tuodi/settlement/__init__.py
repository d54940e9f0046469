"""The kernel and what is built on it: bills in order → who pays what; explain; re-settle; awards; estimate.

Enters: tables of ``tuodi.tables`` and a law of ``tuodi.law``. Leaves: tables in fen. Imports ``tuodi.law``,
``tuodi.tables``, ``tuodi.vocabulary``, ``tuodi.money``, ``tuodi.i18n`` and ``tuodi.errors``.
"""

from tuodi.settlement.award import award
from tuodi.settlement.estimate import estimate
from tuodi.settlement.explain import Explanation, explain, explanation_lines
from tuodi.settlement.order import in_output_order
from tuodi.settlement.resettle import resettle
from tuodi.settlement.run import Law, Settlement, load_law, settle

__all__ = [
    "Explanation", "Law", "Settlement", "award", "estimate", "explain", "explanation_lines", "in_output_order",
    "load_law", "resettle", "settle",
]  # fmt: skip
