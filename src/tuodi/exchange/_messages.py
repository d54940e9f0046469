"""National JSON replies: 2207, 2304, 2305, 5203 (bills) and 1101 (identities); lists and JSON lines of them.

Enters: bytes. Leaves: a :class:`RawTable` with one row per record and the message's own field names as headers.
Amounts keep the text they were sent with: a number never becomes a float.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any

import polars as pl

from tuodi.exchange._header import lookup
from tuodi.exchange._raw import RawFault, RawTable, frame_of
from tuodi.exchange._reasons import file_error
from tuodi.exchange._text import decode
from tuodi.exchange._values import Wrong, parse_amount
from tuodi.money import yuan
from tuodi.tables import CLAIMS, Schema

__all__ = ["read_messages"]

Record = dict[str, Any]
_REQUEST_NODES = ("data", "mdtrtinfo", "dscginfo", "adminfo", "setlinfo")
_FROM_REQUEST = frozenset({
    "psn_no", "med_type", "insutype", "begntime", "endtime", "dscgTime", "dscg_time", "begndate", "enddate", "mdtrt_id",
    "medfee_sumamt", "hosp_lv", "dise_codg", "dise_name",
})  # fmt: skip
_FROM_ENVELOPE = ("fixmedins_code", "fixmedins_name", "insuplc_admdvs", "mdtrtarea_admvs")
_OWN = CLAIMS.money | {"claim_id", "reverses", "refund_flag"}
"""What a reversal never takes over from the settlement that it reverses."""
_ACCOUNT, _HOSPITAL, _TILT, _ASSISTANCE = ("3102",), ("9999",), "610102", "610100"


def read_messages(data: bytes, file: str, schema: Schema) -> RawTable:
    """One row a settlement (or an identity interval, or a plain object with the table's own field names)."""
    text, encoding = decode(data, file)
    faults: list[RawFault] = []
    records: list[Record] = []
    numbers: list[int] = []
    for number, root in _roots(text, file):
        if root is None:
            faults.append(RawFault(len(records), -1, "json_line", ""))
            records.append({})
            numbers.append(number)
            continue
        for record, code, found in _unfold(root, schema):
            if code:
                faults.append(RawFault(len(records), -1, code, found, _node(schema)))
            records.append(record)
            numbers.append(number if "\n" in text and number else len(records))
    if not records:
        raise file_error("json_no_records", file, expected=_node(schema))
    _numbered(numbers)
    if schema.name == "claims":
        _complete_reversals(records)
    headers = _headers(records, schema)
    rows = [[_text(record.get(name)) for name in headers] for record in records]
    for position, record in enumerate(records):
        faults += _detail_faults(position, record, headers)
    return RawTable(
        file, "", tuple(headers), frame_of(rows, len(headers)), pl.Series(numbers, dtype=pl.Int64()), faults,
        encoding=f"json {encoding}", message=True,
    )  # fmt: skip


def _numbered(numbers: list[int]) -> None:
    """One JSON value holds many records: number them in order; lines of JSON keep their line."""
    if len(set(numbers)) != len(numbers):
        numbers[:] = range(1, len(numbers) + 1)


def _node(schema: Schema) -> str:
    return {"claims": "setlinfo", "identities": "idetinfo", "persons": "baseinfo"}.get(schema.name, schema.name)


def _loads(text: str) -> Any:
    try:
        return json.loads(text, parse_float=str, parse_int=str, parse_constant=str)
    except RecursionError:
        raise json.JSONDecodeError("nested too deeply", text, 0) from None


def _roots(text: str, file: str) -> Iterator[tuple[int, Any]]:
    try:
        root = _loads(text)
    except json.JSONDecodeError as error:
        lines = text.split("\n")
        parsed = [(number, _line(line)) for number, line in enumerate(lines, 1) if line.strip()]
        whole = sum(value is not None for _, value in parsed)
        if whole == 0 or (len(parsed) > 1 and whole * 2 < len(parsed)):
            raise file_error("json_broken", file, row=error.lineno, byte=error.colno, found=error.msg) from None
        yield from parsed
        return
    if isinstance(root, list):
        yield from enumerate(root, 1)
    else:
        yield 1, root


def _line(line: str) -> Any:
    try:
        value = _loads(line)
    except json.JSONDecodeError:
        return None
    return value if isinstance(value, dict | list) else None


def _unfold(root: Any, schema: Schema) -> Iterator[tuple[Record, str, str]]:
    """Records of one reply with the reason why a record cannot be used."""
    if isinstance(root, list):
        for item in root:
            yield from _unfold(item, schema)
        return
    if not isinstance(root, dict):
        yield {}, "record_empty", str(root)[:60]
        return
    reply = next((root[k] for k in ("reply", "response", "resp") if isinstance(root.get(k), dict)), root)
    if str(reply.get("infcode", "0")) not in ("0", ""):
        yield (
            {"infcode": reply.get("infcode"), "err_msg": reply.get("err_msg")},
            "reply_failed",
            str(reply.get("err_msg") or ""),
        )
        return
    request = next((root[k] for k in ("request", "req") if isinstance(root.get(k), dict)), root)
    output = reply.get("output")
    body = output if isinstance(output, dict) else reply
    if isinstance(body.get("data"), dict) and _node(schema) in body["data"]:
        body = body["data"]
    context = _context(root, request, reply)
    found = list(_records(body, reply, schema))
    rows = next((body[k] for k in ("data", "list", "rows", "records") if isinstance(body.get(k), list)), None)
    if not found and rows:
        for item in rows:
            yield from _unfold(item, schema)
        return
    if not found:
        plain_record = {k: v for k, v in body.items() if not isinstance(v, dict | list)}
        known = [name for name in plain_record if lookup(schema, name)]
        if len(known) >= 2:
            yield plain_record, "", ""
        else:
            yield plain_record, "record_empty", ""
        return
    for record in found:
        yield {**context, **{k: v for k, v in record.items() if v is not None or k not in context}}, "", ""


def _context(root: Mapping[str, Any], request: Mapping[str, Any], reply: Mapping[str, Any]) -> Record:
    context: Record = {}
    sent = request.get("input")
    for node in _REQUEST_NODES:
        value = sent.get(node) if isinstance(sent, dict) else None
        if isinstance(value, dict):
            context |= {k: v for k, v in value.items() if k in _FROM_REQUEST and v not in (None, "")}
    for name in _FROM_ENVELOPE:
        for place in (request, reply, root):
            if place.get(name) not in (None, ""):
                context.setdefault(name, place[name])
    return context


def _records(body: Mapping[str, Any], reply: Mapping[str, Any], schema: Schema) -> Iterator[Record]:
    if schema.name == "identities":
        base = body.get("baseinfo") or {}
        who = {k: base.get(k) for k in ("psn_no", "certno", "psn_name") if base.get(k) is not None}
        for item in _listed(body.get("idetinfo", reply.get("idetinfo"))):
            yield {**who, **_named_identity(item)}
    elif schema.name == "persons":
        base = body.get("baseinfo")
        for item in _listed(base):
            insured = next((i for i in _listed(body.get("insuinfo")) if str(i.get("psn_insu_stas")) == "1"), {})
            yield {**item, **({"psn_type": insured["psn_type"]} if "psn_type" in insured else {})}
    else:
        bills = _listed(body.get("setlinfo"))
        for item in bills:
            detail = _listed(body.get("setldetail")) if len(bills) == 1 else _listed(item.get("setldetail"))
            yield _with_detail({k: v for k, v in item.items() if not isinstance(v, dict | list)}, detail)


def _listed(node: Any) -> list[Record]:
    """A single object stands where a list is specified, and the other way round."""
    if isinstance(node, dict):
        return [node]
    return [item for item in node if isinstance(item, dict)] if isinstance(node, list) else []


def _named_identity(item: Record) -> Record:
    """Class 23 (医疗救助人员) says nothing by itself: its note names the identity."""
    record = dict(item)
    memo = str(record.get("memo") or "").strip()
    if str(record.get("psn_idet_type")) in {"01", "02", "03", "23"} and memo:
        record["psn_idet_type"] = memo
    return record


def _with_detail(record: Record, detail: list[Record]) -> Record:
    """Add what only ``setldetail`` tells: the tilt (610102) and the sums to be checked."""
    if not detail:
        return record
    sums: dict[str, int] = {}
    for row in detail:
        amount = parse_amount(str(row.get("fund_payamt") if row.get("fund_payamt") is not None else ""))
        if isinstance(amount, Wrong):
            continue
        kind = str(row.get("fund_pay_type"))
        sums[kind] = sums.get(kind, 0) + (amount or 0)
    funds = sum(v for kind, v in sums.items() if not kind.startswith(_ACCOUNT + _HOSPITAL))
    return {**_with_tilt(record, sums), "_funds": funds}


def _with_tilt(record: Record, sums: Mapping[str, int]) -> Record:
    """Take 610102 out of the field that holds it, where the sums prove which one that is."""
    tilt = sums.get(_TILT, 0)
    assistance, other = (parse_amount(_text(record.get(name)) or "") for name in ("maf_pay", "oth_pay"))
    if not tilt or not isinstance(assistance, int):
        return record
    if assistance == sums.get(_ASSISTANCE, 0) + tilt:
        return {**record, "maf_pay": yuan(assistance - tilt), "paid_tilt": yuan(tilt), "_tilt": tilt}
    if assistance == sums.get(_ASSISTANCE, 0) and isinstance(other, int) and abs(other) >= abs(tilt):
        return {**record, "oth_pay": yuan(other - tilt), "paid_tilt": yuan(tilt), "_tilt": tilt}
    return record


def _detail_faults(position: int, record: Record, headers: list[str]) -> list[RawFault]:
    """S6: the funds of ``setldetail`` add up to the fund total; and what was taken out of it is said."""
    faults = []
    if "_tilt" in record:
        amount = yuan(record["_tilt"])
        faults.append(RawFault(position, headers.index("paid_tilt"), "tilt_of_detail", amount, amount))
    total_name = next((k for k in record if k.lower() == "fund_pay_sumamt"), None)
    if "_funds" not in record or total_name is None:
        return faults
    total = parse_amount(_text(record[total_name]) or "")
    if isinstance(total, int) and total != record["_funds"]:
        place = headers.index(total_name)
        faults.append(RawFault(position, place, "detail_fund", yuan(record["_funds"]), yuan(total)))
    return faults


def _complete_reversals(records: list[Record]) -> None:
    """A 2305 reply repeats ids and amounts only; who, where and when stand in the settlement it reverses."""
    originals: dict[tuple[Any, Any], Record] = {}
    for record in records:
        if not str(record.get("medfee_sumamt", "")).startswith("-"):
            originals.setdefault((record.get("psn_no"), record.get("mdtrt_id")), record)
    for record in records:
        if str(record.get("medfee_sumamt", "")).startswith("-") and record.get("mdtrt_id"):
            original = originals.get((record.get("psn_no"), record.get("mdtrt_id")), {})
            for name, value in original.items():
                column = lookup(CLAIMS, name)
                if not name.startswith("_") and (column is None or column[0] not in _OWN):
                    record.setdefault(name, value)


def _headers(records: list[Record], schema: Schema) -> list[str]:
    names: dict[str, None] = {}
    for record in records:
        for name, value in record.items():
            if not isinstance(value, dict | list) and not name.startswith("_"):
                names.setdefault(name)
    return list(names)


def _text(value: Any) -> str | None:
    if value is None:
        return None
    if isinstance(value, bool):
        return "1" if value else "0"
    return str(value)
