"""How a strange file is read: kept by the fingerprint of its header, found again when such a header comes again.

Enters: headers, what an officer says of them. Leaves: a :class:`Mapping` row. Imports ``models``, ``exchange``.
"""

from __future__ import annotations

from collections.abc import Mapping as Words

from django.db import transaction

from tuodi.errors import UsageError
from tuodi.exchange import SourceTemplate
from tuodi.platform.ground.words import _
from tuodi.platform.intake.models import Delivery, Mapping

__all__ = ["keep_mapping", "kept_for"]


def kept_for(delivery: Delivery, fingerprint: str) -> Mapping | None:
    """The latest mapping for such a header: the sender's own before that of another."""
    found = list(Mapping.objects.filter(source=delivery.source, fingerprint=fingerprint).order_by("-id")[:20])
    own = [one for one in found if one.organisation_id == delivery.organisation_id]
    return next(iter([*own, *found]), None)


@transaction.atomic
def keep_mapping(
    delivery: Delivery, template: SourceTemplate, fingerprint: str, columns: Words[str, str],
    values: Words[str, Words[str, str]], user_id: int,
) -> Mapping:  # fmt: skip
    """Keep what was said; earlier mappings stay, the newest counts. Raises ``UsageError`` for a column given twice."""
    taken: dict[str, str] = {}
    for header, column in columns.items():
        if column not in template.columns:
            raise UsageError(_("没有“{column}”这个项目").format(column=column))
        if column in taken:
            name = template.columns[column].zh
            raise UsageError(
                _("“{one}”和“{other}”都对应“{column}”，只能选一列").format(one=taken[column], other=header, column=name)
            )
        taken[column] = header
    made = Mapping.objects.create(
        organisation_id=delivery.organisation_id, region_path=delivery.region_path, source=delivery.source,
        fingerprint=fingerprint, columns=dict(columns), values={name: dict(words) for name, words in values.items()},
        made_by_id=user_id,
    )  # fmt: skip
    delivery.mapping = made
    delivery.save(update_fields=["mapping"])
    return made
