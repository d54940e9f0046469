"""Every move of a delivery from one state to another: the legal ones are made, all others refused."""

from __future__ import annotations

from itertools import product

import pytest

from bureau.intake.lists import civil_affairs
from tuodi.platform.intake.models import STATES, Delivery
from tuodi.platform.intake.states import ENDED, FOLLOWS, OPEN, StateError, move

LEGAL = [(one, other) for one, after in FOLLOWS.items() for other in sorted(after)]
ILLEGAL = [pair for pair in product(STATES, STATES) if pair not in LEGAL]


def test_each_state_is_ruled_and_ends_somewhere() -> None:
    assert set(FOLLOWS) == set(STATES)
    assert set(ENDED) == {"committed", "unchanged", "cancelled"}
    assert set(OPEN) | set(ENDED) == set(STATES)


def test_nothing_leads_back_from_the_register() -> None:
    assert not FOLLOWS["committed"]
    assert [one for one, after in FOLLOWS.items() if "committed" in after] == ["committing"]


@pytest.mark.parametrize(("was", "wanted"), LEGAL)
def test_a_legal_move_is_made(received, was, wanted) -> None:
    delivery = received(civil_affairs())
    Delivery.objects.filter(pk=delivery.pk).update(state=was)
    delivery.state = was
    move(delivery, wanted, problem="seen")
    delivery.refresh_from_db()
    assert (delivery.state, delivery.problem) == (wanted, "seen")


@pytest.mark.parametrize(("was", "wanted"), ILLEGAL)
def test_an_illegal_move_is_refused(received, was, wanted) -> None:
    delivery = received(civil_affairs())
    Delivery.objects.filter(pk=delivery.pk).update(state=was)
    delivery.state = was
    with pytest.raises(StateError, match=str(delivery.pk)):
        move(delivery, wanted)
    delivery.refresh_from_db()
    assert delivery.state == was


def test_who_comes_second_does_not_win(received) -> None:
    delivery = received(civil_affairs())
    other = Delivery.objects.get(pk=delivery.pk)
    move(other, "cancelled")
    with pytest.raises(StateError):
        move(delivery, "reading")
