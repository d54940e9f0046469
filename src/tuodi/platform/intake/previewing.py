"""A delivery is read: what it holds, what is wrong, what it would add, change and end; nothing of the register changes.

Enters: a delivery's number, the grant of who orders it. Leaves: the delivery ``previewed``, or ``mapping`` where its
columns must be matched first, or ``refused``. Imports ``exchange``, ``registry.absorb``, this room.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import date
from itertools import chain
from typing import Any

from django.db import connection

from tuodi.errors import FileError, TuodiError
from tuodi.exchange import Delivery as Read
from tuodi.exchange import FileMapping, SourceTemplate, read_delivery_pieces
from tuodi.platform.ground import clock, passes, zones
from tuodi.platform.ground.sealing import seal
from tuodi.platform.ground.words import N_, _
from tuodi.platform.intake import quarantine
from tuodi.platform.intake.freshness import latest
from tuodi.platform.intake.looking import look
from tuodi.platform.intake.mapping import kept_for
from tuodi.platform.intake.models import Delivery, Mapping
from tuodi.platform.intake.ordering import grant_of, hands
from tuodi.platform.intake.receiving import committed_before, template_of
from tuodi.platform.intake.states import StateError, move
from tuodi.platform.intake.store import RefusedFileError, opened
from tuodi.platform.intake.tallying import RealNumberError, Tally, tapped
from tuodi.platform.intake.telling import Telling, telling
from tuodi.platform.intake.wording import of_error, told

__all__ = ["FAULT", "MAPPABLE", "alone", "pieces_of", "preview", "read_through"]

MAPPABLE = frozenset({"no_header", "columns_missing", "columns_option", "headers_double"})
"""Reasons of a file error that an officer can mend by saying which column is which."""

FAULT = N_("程序出错，没有改动任何数据；请重试，再次出错的请告诉系统管理员")
_MANY_LEFT = 4
"""More than one in so many leaving a list at once is asked about."""


def preview(delivery_id: int, grant_id: int) -> Delivery:
    """Read a delivery. Raises ``StateError``, ``UsageError``; a fault puts it back to ``received`` and is raised."""
    grant = grant_of(grant_id)
    with passes.standing_as(grant_id):
        delivery = Delivery.objects.select_related("organisation").get(pk=delivery_id)
        template = template_of(delivery.source)
        before = committed_before(delivery)
        if before is not None and delivery.state != "reading":
            return move(delivery, "unchanged", same_as=before)
        move(delivery, "reading", ordered_on=grant_id, progress={}, problem="", reading=delivery.reading + 1)
    try:
        work = hands(delivery, template, grant)
        with telling(delivery_id, grant_id) as tell:
            return _read(delivery, template, work.pk, tell)
    except FileError as error:
        mend = getattr(error, "reason", "") in MAPPABLE
        return _put(delivery, grant_id, "mapping" if mend else "refused", problem=of_error(error))
    except RealNumberError as error:
        return _put(delivery, grant_id, "refused", problem=error.kept)
    except RefusedFileError as error:
        return _put(delivery, grant_id, "refused", problem=str(error))
    except StateError:
        raise
    except TuodiError as error:
        _put(delivery, grant_id, "received", problem=str(error))
        raise
    except BaseException:
        _put(delivery, grant_id, "received", problem=told(FAULT))
        raise


def _put(delivery: Delivery, grant_id: int, state: str, **fields: Any) -> Delivery:
    with passes.standing_as(grant_id):
        # As it stands in the database: what the broken work did to the object was undone there.
        return move(Delivery.objects.get(pk=delivery.pk), state, progress={}, **fields)


@contextmanager
def alone(delivery: Delivery) -> Iterator[None]:
    """Nobody else works on this delivery until the transaction ends. Raises ``StateError`` where somebody does."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_xact_lock(%s, %s)", [_LOCK, delivery.pk])
        if not cursor.fetchone()[0]:
            raise StateError(f"delivery {delivery.pk} is being worked on by another process")
    yield


_LOCK = 0x7EC1


def pieces_of(delivery: Delivery, template: SourceTemplate, path: Any) -> Iterator[Read]:
    """The pieces of the file as it is to be read: mapping, given texts, stated day."""
    said = delivery.given.get("as_of") or delivery.given.get("as_of_rows")
    kept = delivery.mapping
    mapping = FileMapping(dict(kept.columns), dict(kept.values)) if kept else None
    return read_delivery_pieces(
        path, template, mapping=mapping, given=delivery.given.get("columns") or {},
        as_of=date.fromisoformat(said) if said else None, name=delivery.file_name,
    )  # fmt: skip


def read_through(
    delivery: Delivery, template: SourceTemplate, path: Any, tally: Tally, tell: Callable[..., None], step: str,
    total: int = 0, each: Callable[[Read], object] | None = None,
) -> Iterator[Read]:  # fmt: skip
    """The pieces, counted, checked against the zone, told of, each handed to ``each`` on its way."""
    for piece in tapped(pieces_of(delivery, template, path), tally, invented=zones.invented_only()):
        if each is not None:
            each(piece)
        yield piece
        tell(step, tally.rows, total)


def _read(delivery: Delivery, template: SourceTemplate, work: int, tell: Telling) -> Delivery:
    from tuodi.platform.registry.absorb import foresee

    tell("read", 0)
    with (
        opened(delivery.file_digest, delivery.file_name) as path,
        passes.standing_as(work, reason=_reason(delivery)),
        alone(delivery),
    ):
        _find_mapping(delivery, template, path)
        tally = Tally(template, clock.today())
        pieces = read_through(
            delivery, template, path, tally, tell, "read", each=lambda piece: quarantine.keep(delivery, piece)
        )
        first: Read | None = next(pieces)
        if first is not None and first.as_of is None:
            for _piece in pieces:
                pass
            first, pieces, tally = _dated(delivery, template, path, tally, tell)
        delivery.as_of = first.as_of if first else None
        foreseen = foresee(delivery, template, chain([first], pieces)) if first else None
        fields = _result(delivery, tally, foreseen)
        tell.wait()
        return move(delivery, "previewed", **fields)


def _reason(delivery: Delivery) -> str:
    return _("数据导入 {number}，按授权 {grant}").format(number=delivery.pk, grant=delivery.ordered_on)


def _dated(
    delivery: Delivery, template: SourceTemplate, path: Any, tally: Tally, tell: Telling
) -> tuple[Read | None, Iterator[Read], Tally]:
    """Where nothing states the day of a file of settlements it is that of the latest one; the file is read again."""
    if tally.latest is None or template.mode != "increment":
        return None, iter(()), tally
    delivery.given = {**delivery.given, "as_of_rows": tally.latest.isoformat()}
    again = Tally(template, clock.today())
    pieces = read_through(delivery, template, path, again, tell, "read")
    return next(pieces), pieces, again


def _find_mapping(delivery: Delivery, template: SourceTemplate, path: Any) -> None:
    if delivery.mapping_id or not Mapping.objects.filter(source=delivery.source).exists():
        return
    inside = look(path, delivery.file_name, template)
    found = kept_for(delivery, inside.fingerprint)
    if found is not None:
        delivery.mapping = found


def _result(delivery: Delivery, tally: Tally, foreseen: Any) -> dict[str, Any]:
    counts = tally.counts()
    samples: dict[str, Any] = {
        "unknown": {header: held[1] for header, held in tally.unknown.items()},
        "contradictions": tally.first_contradictions,
    }
    if foreseen is not None:
        counts |= {name: int(count) for name, count in foreseen.counts.items()}
        samples |= {name: list(lines)[:20] for name, lines in foreseen.samples.items()}
    return {
        "as_of": tally.as_of, "period_from": tally.period_from, "period_to": tally.period_to, "counts": counts,
        "totals": tally.totals, "quality": tally.measured(), "sheets": tally.sheets, "mapping": delivery.mapping,
        "given": delivery.given,
        "unknown_columns": [{"header": header, "filled": held[0]} for header, held in tally.unknown.items()],
        "samples": seal("row", json.dumps(samples, ensure_ascii=False, default=str)),
        "warnings": _warnings(delivery, tally, counts), "progress": {}, "problem": "",
    }  # fmt: skip


def _warnings(delivery: Delivery, tally: Tally, counts: dict[str, int]) -> list[dict[str, Any]]:
    """What an officer should know before he commits: a code and its words; the sentences are those of the page."""
    found: list[dict[str, Any]] = []
    known = latest(delivery.source, delivery.organisation_id)
    if tally.as_of is None:
        found.append({"code": "as_of_missing"})
    elif known is not None and tally.as_of < known:
        found.append({"code": "older", "day": tally.as_of.isoformat(), "known": known.isoformat()})
    elif tally.as_of > tally.today:
        found.append({"code": "as_of_ahead", "day": tally.as_of.isoformat()})
    if any(line["agrees"] is False for line in tally.totals):
        found.append({"code": "totals_differ"})
    if delivery.given.get("as_of_rows") and not delivery.given.get("as_of"):
        found.append({"code": "as_of_of_rows", "day": delivery.given["as_of_rows"]})
    full = tally.template.mode == "full" and not tally.partial
    if not tally.good and (tally.quarantined or full):
        found.append({"code": "nothing_good"})
    left, stay = counts.get("left", 0), counts.get("unchanged", 0) + counts.get("changed", 0)
    if left and _MANY_LEFT * left > left + stay:
        found.append({"code": "many_left", "left": left, "of": left + stay})
    if tally.partial:
        found.append({"code": "corrected"})
    if tally.unknown:
        found.append({"code": "unknown_columns", "count": len(tally.unknown)})
    return found + [{**one, "code": "of_file", "reason": one["code"]} for one in tally.of_file]
