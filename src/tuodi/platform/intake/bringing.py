"""A file brought without a page: received, read, and committed where that is wanted; for commands and watched folders.

Enters: a path, whose grant, what is said of the file. Leaves: the delivery in its last state. Imports this room.
"""

from __future__ import annotations

from pathlib import Path

from tuodi.errors import UsageError, nearest
from tuodi.platform.accounts.models import Grant, User
from tuodi.platform.ground import clock, passes
from tuodi.platform.ground.words import _
from tuodi.platform.intake.models import Delivery
from tuodi.platform.intake.ordering import check_sender, importers
from tuodi.platform.intake.previewing import preview
from tuodi.platform.intake.receiving import Brought, receive, senders, template_of
from tuodi.platform.places.models import Organisation

__all__ = ["bring", "grant_for", "organisation_for", "seen"]


def grant_for(username: str = "", region: str = "") -> Grant:
    """The grant on which a command works: that of the named user, else of the only service account for imports.

    Raises ``UsageError`` where there is none or there are several. Ends with no pass.
    """
    found = _grants_of(username) if username else importers()
    if region:
        found = [one for one in found if one.region_id == region.ljust(12, "0")]
    if len(found) == 1:
        return found[0]
    if not found:
        who = _("用户 {name}").format(name=username) if username else _("后台接收账号")
        raise UsageError(_("{who}没有可以导入文件的岗位；用 --as 指明用户").format(who=who))
    names = "、".join(sorted({f"{one.user.username}（{one.region.name}）" for one in found}))
    raise UsageError(_("有多个可用的岗位：{names}；用 --as 和 --region 指明").format(names=names))


def _grants_of(username: str) -> list[Grant]:
    from django.db import transaction

    from tuodi.platform.accounts.roles import role

    with transaction.atomic():
        passes.signing_in()
        users = {one.username: one for one in User.objects.filter(is_active=True)}
        if username not in users:
            passes.forget()
            raise UsageError(_("没有用户 {name}").format(name=username) + nearest(username, list(users)))
        grants = Grant.objects.filter(user=users[username]).select_related("user", "organisation", "region")
        found = [
            one
            for one in grants.order_by("id")
            if one.in_force(clock.today()) and (one.role == "importer" or role(one.role).may("upload"))
        ]
        passes.forget()
    return found


def organisation_for(name: str, grant: Grant, source: str) -> Organisation | None:
    """The organisation of that name, code or kind within the grant's region; none where nothing is named.

    Needs the grant's pass. Raises ``UsageError`` where it is not there, or not the only one.
    """
    if not name:
        return None
    there = list(Organisation.objects.filter(region_path__under=str(grant.region_path), active=True))
    found = [one for one in there if name in (one.name, one.code)] or [one for one in there if one.kind == name]
    if len(found) > 1:
        raise UsageError(_("“{name}”不止一个：{names}").format(name=name, names="、".join(one.name for one in found)))
    if not found:
        raise UsageError(_("没有机构“{name}”").format(name=name) + nearest(name, [one.name for one in there]))
    if source:
        check_sender(grant, template_of(source), found[0].pk)
    return found[0]


def bring(path: Path, brought: Brought, grant: Grant, organisation: str = "") -> Delivery:
    """Receive and read one file; nothing of the register changes. Raises ``UsageError``, ``RefusedFileError``."""
    with passes.standing_as(grant.pk):
        office = organisation_for(organisation, grant, brought.source)
        if office is None and brought.source:
            template = template_of(brought.source)
            office = senders(template, grant)[0]
            check_sender(grant, template, office.pk)
        with path.open("rb") as stream:
            delivery = receive(stream, Brought(**{**vars(brought), "organisation": office}), grant)
    if delivery.state == "received" and delivery.source:
        delivery = preview(delivery.pk, grant.pk)
    return seen(delivery.pk, grant)


def seen(number: int, grant: Grant) -> Delivery:
    """A delivery as it stands now."""
    with passes.standing_as(grant.pk):
        return Delivery.objects.select_related("organisation", "same_as").get(pk=number)
