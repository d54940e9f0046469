"""On whose grant a delivery is worked: that of who orders it, or the background importer's where his does not reach.

A sender of lists may bring his own list, but neither sees nor writes the register. What he orders is then done by the
county's service account with the role ``importer``, for his own office's list only, with the order's grant as the
reason in the trail. Enters: a delivery, a grant. Leaves: the grant to work on. Imports ``accounts``, ``passes``.
"""

from __future__ import annotations

from django.db import transaction

from tuodi.errors import UsageError
from tuodi.exchange import SourceTemplate
from tuodi.platform.accounts.models import Grant
from tuodi.platform.accounts.roles import role
from tuodi.platform.ground import clock, passes
from tuodi.platform.ground.words import _
from tuodi.platform.intake.models import Delivery

__all__ = ["check_sender", "grant_of", "hands", "importers", "reaches"]


_CLAIMS = {"person", "link", "settlement"}
_LISTS = {"person", "link", "entry", "identity", "household"}


def reaches(role_code: str, template: SourceTemplate) -> bool:
    """Whether a role may write all that a list of this kind touches."""
    if template.target.name == "claims":
        return set(role(role_code).writes) >= _CLAIMS
    return {*_LISTS, f"entry:{template.target.name}"} <= set(role(role_code).writes)


def grant_of(number: int) -> Grant:
    """A grant in force, with its user. Raises ``UsageError`` for one that is not. Ends with no pass."""
    with transaction.atomic():
        passes.signing_in()
        found = Grant.objects.filter(pk=number, user__is_active=True).select_related("user", "organisation", "region")
        grant = next((one for one in found if one.in_force(clock.today())), None)
        passes.forget()
    if grant is None:
        raise UsageError(_("岗位授权 {number} 已不在生效期内").format(number=number))
    return grant


def importers(region_path: str = "") -> list[Grant]:
    """Grants in force of service accounts for background work, those nearest to the place first. Ends with no pass."""
    with transaction.atomic():
        passes.signing_in()
        found = [
            grant
            for grant in Grant.objects.filter(role="importer", user__is_active=True, user__is_service=True)
            .select_related("user", "organisation", "region").order_by("id")
            if grant.in_force(clock.today()) and (not region_path or _covers(str(grant.region_path), region_path))
        ]  # fmt: skip
        passes.forget()
    return sorted(found, key=lambda one: -str(one.region_path).count("."))


def _covers(above: str, below: str) -> bool:
    return below == above or below.startswith(f"{above}.")


def check_sender(grant: Grant, template: SourceTemplate, delivery_organisation: int) -> None:
    """Raise ``UsageError`` where somebody who is confined to his own office brings another's list."""
    if "intake*" not in role(grant.role).writes:
        return
    if template.sender != grant.organisation.kind or delivery_organisation != grant.organisation_id:
        raise UsageError(_("“{source}”不由本单位报送，请选择本单位的名册").format(source=template.name["zh"]))


def hands(delivery: Delivery, template: SourceTemplate, grant: Grant) -> Grant:
    """The grant to work on. Raises ``UsageError`` where there is no importer for the place. Ends with no pass."""
    check_sender(grant, template, delivery.organisation_id)
    if reaches(grant.role, template):
        return grant
    for one in importers(str(delivery.region_path)):
        if reaches(one.role, template):
            return one
    raise UsageError(_("本地区没有后台接收账号，请管理员设立一个（岗位：后台接收），或由医保局代为导入"))
