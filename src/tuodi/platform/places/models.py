"""Regions with their path, and organisations of the kinds that PRACTICE.md names."""

from __future__ import annotations

from django.contrib.postgres.indexes import GistIndex
from django.db import models

from tuodi.platform.ground.grades import Graded, public
from tuodi.platform.ground.models import LtreeField
from tuodi.platform.ground.protection import Protection
from tuodi.platform.ground.words import N_, _

__all__ = ["KINDS", "LEVELS", "Organisation", "Region", "path_of"]

LEVELS = {
    "country": N_("国家"),
    "province": N_("省"),
    "city": N_("市（统筹区）"),
    "county": N_("县（市、区）"),
    "township": N_("乡镇（街道）"),
    "village": N_("村（社区）"),
}

KINDS = {
    "medical_insurance": N_("医保局"),
    "civil_affairs": N_("民政局"),
    "agriculture": N_("农业农村局"),
    "disabled_federation": N_("残联"),
    "veterans_affairs": N_("退役军人事务局"),
    "health": N_("卫健局"),
    "tax": N_("税务局"),
    "finance": N_("财政局"),
    "audit": N_("审计局"),
    "charity": N_("慈善总会"),
    "red_cross": N_("红十字会"),
    "union": N_("总工会"),
    "hospital": N_("定点医院"),
    "township": N_("乡镇（街道）"),
    "village": N_("村（社区）"),
    "city_bureau": N_("市医保局"),
    "province_bureau": N_("省医保局"),
    "operator": N_("系统运维单位"),
}


def path_of(code: str) -> str:
    """The path of a 12-digit code: ``331122100201`` → ``cn.33.3311.331122.331122100.331122100201``."""
    made, start = ["cn"], 0
    for end in (2, 4, 6, 9, 12):
        if set(code[start:end]) <= {"0"}:
            break
        made.append(code[:end])
        start = end
    return ".".join(made)


class Region(models.Model):
    """A place with its 12-digit code; ``path`` runs from the country down to it."""

    code = models.CharField(max_length=12, primary_key=True)
    name = models.CharField(max_length=80)
    level = models.CharField(max_length=10, choices=LEVELS.items())
    parent = models.ForeignKey("self", models.PROTECT, null=True, related_name="children")
    path = LtreeField(unique=True)
    invented = models.BooleanField(default=False)
    zones = frozenset({"insurance", "extranet", "internet"})
    protection = Protection(domain="places", region="path", organisation="", read_all=True, owner_reads=True, bulk=True)
    grades: dict[str, Graded] = {name: public() for name in ("code", "name", "level", "parent", "path", "invented")}

    class Meta:
        db_table = "places_region"
        ordering = ("code",)
        indexes = (GistIndex(fields=["path"], name="region_path_tree"),)

    def __str__(self) -> str:
        return str(self.name)

    @property
    def level_name(self) -> str:
        """The level's word on the screen."""
        return _(LEVELS[self.level])


class Organisation(models.Model):
    """An office, a hospital, a charity: whose people work here, and whose files come in."""

    id = models.BigAutoField(primary_key=True)
    name = models.CharField(max_length=100)
    kind = models.CharField(max_length=24, choices=KINDS.items())
    region = models.ForeignKey(Region, models.PROTECT, related_name="organisations")
    region_path = LtreeField()
    code = models.CharField(max_length=30, blank=True)
    active = models.BooleanField(default=True)
    zones = frozenset({"insurance", "extranet", "internet"})
    protection = Protection(domain="places", organisation="", read_all=True, owner_reads=True)
    grades: dict[str, Graded] = {
        name: public() for name in ("id", "name", "kind", "region", "region_path", "code", "active")
    }

    class Meta:
        db_table = "places_organisation"
        ordering = ("region_id", "kind", "name")
        constraints = (models.UniqueConstraint(fields=["region", "kind", "name"], name="one_office_a_name"),)

    def __str__(self) -> str:
        return str(self.name)

    @property
    def kind_name(self) -> str:
        """The kind's word on the screen."""
        return _(KINDS[self.kind])
