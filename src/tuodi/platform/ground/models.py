"""What the installation is: its zone, the keys by which passes are checked, the wrapped data keys, the data domains."""

from __future__ import annotations

from django.contrib.postgres.fields import ArrayField
from django.db import models

from tuodi.platform.ground.grades import Graded, internal, public

__all__ = ["DataKey", "Domain", "Installation", "LtreeField", "PassKey"]


class LtreeField(models.Field):
    """A path of labels (PostgreSQL's ltree): ``cn.33.3311.331122``."""

    def db_type(self, connection: object) -> str:
        """The column's type."""
        return "ltree"

    def get_prep_value(self, value: object) -> object:
        """As text; the database reads it as a path."""
        return None if value is None else str(value)


@LtreeField.register_lookup
class UnderPath(models.Lookup):
    """``region_path__under="cn.33"``: the path is that one or lies below it."""

    lookup_name = "under"

    def as_sql(self, compiler: object, connection: object) -> tuple[str, list[object]]:
        """``left <@ right``."""
        left, left_values = self.process_lhs(compiler, connection)
        right, right_values = self.process_rhs(compiler, connection)
        return f"{left} <@ {right}::ltree", [*left_values, *right_values]


class Installation(models.Model):
    """One row: which zone this database is in, and since when."""

    id = models.PositiveSmallIntegerField(primary_key=True, default=1)
    zone = models.CharField(max_length=16)
    name = models.CharField(max_length=100, blank=True)
    installed_at = models.DateTimeField()
    zones = frozenset({"insurance", "extranet", "internet"})
    grades: dict[str, Graded] = {
        "id": public(), "zone": public(), "name": public(), "installed_at": internal(),
    }  # fmt: skip

    class Meta:
        db_table = "ground_installation"


class Domain(models.Model):
    """A kind of data, and the zones in which it may be: what :mod:`protection` writes from the models."""

    name = models.CharField(max_length=60, primary_key=True)
    zone_list = ArrayField(models.CharField(max_length=16), db_column="zones")
    zones = frozenset({"insurance", "extranet", "internet"})
    grades: dict[str, Graded] = {"name": internal(), "zone_list": internal()}

    class Meta:
        db_table = "ground_domain"


class PassKey(models.Model):
    """The two pads of a pass key; the program's account may not read this table."""

    id = models.BigAutoField(primary_key=True)
    inner_pad = models.BinaryField()
    outer_pad = models.BinaryField()
    made_at = models.DateTimeField()
    retired_at = models.DateTimeField(null=True)
    zones = frozenset({"insurance", "extranet", "internet"})
    closed = True
    grades: dict[str, Graded] = {
        "id": internal(), "inner_pad": internal(), "outer_pad": internal(), "made_at": internal(),
        "retired_at": internal(),
    }  # fmt: skip

    class Meta:
        db_table = "ground_passkey"


class DataKey(models.Model):
    """A data key wrapped by the master key: of no use without it."""

    id = models.BigAutoField(primary_key=True)
    kind = models.CharField(max_length=20)
    number = models.PositiveSmallIntegerField()
    wrapped = models.BinaryField()
    made_at = models.DateTimeField()
    zones = frozenset({"insurance", "extranet", "internet"})
    grades: dict[str, Graded] = {
        "id": internal(), "kind": internal(), "number": internal(), "wrapped": internal(), "made_at": internal(),
    }  # fmt: skip

    class Meta:
        db_table = "ground_datakey"
        constraints = [models.UniqueConstraint(fields=["kind", "number"], name="one_data_key_a_number")]
