"""Which state of a delivery may follow which: the one place where it is said, and the only way to change it.

Enters: a delivery, the wanted state. Leaves: the row moved, or ``StateError``. Imports ``models``.
"""

from __future__ import annotations

from typing import Any

from tuodi.errors import TuodiError
from tuodi.platform.ground.words import _
from tuodi.platform.intake.models import STATES, Delivery

__all__ = ["ENDED", "FOLLOWS", "OPEN", "StateError", "may", "move"]

FOLLOWS: dict[str, frozenset[str]] = {
    "received": frozenset({"reading", "unchanged", "cancelled"}),
    # reading → reading: a worker that died is followed by another.
    "reading": frozenset({"reading", "previewed", "mapping", "refused", "received"}),
    "mapping": frozenset({"reading", "unchanged", "cancelled"}),
    "previewed": frozenset({"reading", "committing", "unchanged", "cancelled"}),
    "committing": frozenset({"committing", "committed", "previewed"}),
    "committed": frozenset(),
    "unchanged": frozenset(),
    "refused": frozenset({"reading", "cancelled"}),
    "cancelled": frozenset(),
}
"""State → those that may follow it."""

OPEN = tuple(state for state in STATES if FOLLOWS[state])
ENDED = tuple(state for state in STATES if not FOLLOWS[state])


class StateError(TuodiError):
    """A delivery that is not in a state in which this can be done with it."""


def may(delivery: Delivery, state: str) -> bool:
    """Whether ``state`` may follow the delivery's own."""
    return state in FOLLOWS[delivery.state]


def move(delivery: Delivery, state: str, **fields: Any) -> Delivery:
    """Give the delivery its next state and other columns with it, in the caller's transaction.

    Raises ``StateError`` where the state may not follow, or where somebody else has moved the delivery meanwhile.
    """
    was = delivery.state
    if state not in FOLLOWS[was]:
        raise StateError(
            _("导入 {number} 现在是“{state}”，不能改为“{wanted}”").format(
                number=delivery.pk, state=_(STATES[was]), wanted=_(STATES[state])
            )
        )
    changed = Delivery.objects.filter(pk=delivery.pk, state=was).update(state=state, **fields)
    if not changed:
        raise StateError(_("导入 {number} 刚被别人改动，请重新打开再办").format(number=delivery.pk))
    delivery.state = state
    for name, value in fields.items():
        setattr(delivery, name, value)
    return delivery
