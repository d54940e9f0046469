"""A previewed delivery goes into the register: all of it, in one transaction, or nothing.

Enters: a delivery's number, the grant of who orders it. Leaves: the delivery ``committed`` with what was done, or,
after a fault, ``previewed`` again with nothing applied. Imports ``registry.absorb``, this room.
"""

from __future__ import annotations

from typing import Any

from tuodi.exchange import Delivery as Read
from tuodi.platform.ground import clock, passes
from tuodi.platform.ground.words import _
from tuodi.platform.intake import quarantine
from tuodi.platform.intake.models import Delivery
from tuodi.platform.intake.ordering import grant_of, hands
from tuodi.platform.intake.previewing import FAULT, alone, read_through
from tuodi.platform.intake.receiving import committed_before, template_of
from tuodi.platform.intake.states import StateError, move
from tuodi.platform.intake.store import opened
from tuodi.platform.intake.tallying import Tally
from tuodi.platform.intake.telling import Telling, telling
from tuodi.platform.intake.wording import told

__all__ = ["cancel", "commit", "obstacle", "order_commit"]


def obstacle(delivery: Delivery) -> str:
    """Why a previewed delivery cannot be committed; empty where it can."""
    codes = {one["code"] for one in delivery.warnings}
    if "as_of_missing" in codes:
        return _("文件没有写明数据截至日期：请先填写")
    if "nothing_good" in codes and (delivery.counts.get("quarantined") or template_of(delivery.source).mode == "full"):
        return _("没有一行可用的数据：全量名册为空会使原有人员全部调出，不能提交")
    return ""


def order_commit(delivery: Delivery, grant_id: int) -> Delivery:
    """``previewed`` → ``committing``, in the caller's transaction. Raises ``StateError`` where that may not be."""
    why = obstacle(delivery)
    if why:
        raise StateError(why)
    before = committed_before(delivery)
    if before is not None:
        return move(delivery, "unchanged", same_as=before)
    return move(delivery, "committing", ordered_on=grant_id, progress={}, problem="")


def cancel(delivery: Delivery) -> Delivery:
    """Do not go on; the file stays until its time is over, nothing of it was applied."""
    return move(delivery, "cancelled", progress={}, samples=None)


def commit(delivery_id: int, grant_id: int) -> Delivery:
    """Absorb a delivery that is ``previewed`` or whose commit was ordered or broken off.

    Raises ``StateError``; a fault undoes everything, puts the delivery back to ``previewed`` and is raised.
    """
    grant = grant_of(grant_id)
    with passes.standing_as(grant_id):
        delivery = Delivery.objects.select_related("organisation", "mapping").get(pk=delivery_id)
        template = template_of(delivery.source)
        if delivery.state == "previewed":
            order_commit(delivery, grant_id)
        if delivery.state == "unchanged":
            return delivery
        move(delivery, "committing", ordered_on=grant_id, problem="")
    try:
        work = hands(delivery, template, grant)
        with telling(delivery_id, grant_id) as tell:
            return _absorb(delivery, template, work.pk, grant.user_id, tell)
    except StateError:
        raise
    except BaseException:
        with passes.standing_as(grant_id):
            move(Delivery.objects.get(pk=delivery.pk), "previewed", problem=told(FAULT), progress={})
        raise


def _absorb(delivery: Delivery, template: Any, work: int, user: int, tell: Telling) -> Delivery:
    from tuodi.platform.registry.absorb import absorb

    rows = delivery.counts.get("rows", 0)
    tell("absorb", 0, rows)
    reason = _("数据导入 {number}，按授权 {grant}").format(number=delivery.pk, grant=delivery.ordered_on)
    with (
        opened(delivery.file_digest, delivery.file_name) as path,
        passes.standing_as(work, reason=reason),
        alone(delivery),
    ):
        if Delivery.objects.get(pk=delivery.pk).state != "committing":
            raise StateError(_("导入 {number} 刚被别人改动，请重新打开再办").format(number=delivery.pk))
        tally, places = Tally(template, clock.today()), set[quarantine.Place]()

        def corrected(piece: Read) -> None:
            if piece.partial:
                places.update(quarantine.replaced(piece))

        pieces = read_through(delivery, template, path, tally, tell, "absorb", rows, each=corrected)

        def told_of(at: int, of: int | None) -> None:
            tell("absorb", at, of or rows)

        done = absorb(delivery, template, pieces, progress=told_of)
        counts = {**delivery.counts, **tally.counts(), **{name: int(count) for name, count in done.counts.items()}}
        if places:
            counts["settled"] = quarantine.settle(delivery, places)
        tell.wait()
        return move(
            delivery, "committed", counts=counts, committed_by_id=user, committed_at=clock.now(), progress={},
            samples=None,
        )  # fmt: skip
