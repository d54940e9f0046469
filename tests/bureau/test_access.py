"""Role × address × own, neighbouring and foreign county: every cell is asserted. A new address without a row fails.

The table is ``access.yaml``: for each address how it is called, and for each role the status in its own, the
neighbouring and the foreign county, on rows that lie in the own one. After a change on purpose,
``python -m pytest tests/bureau/test_access.py --write-access`` writes it anew, to be read as a difference.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
import yaml
from django.db import transaction
from django.test import Client
from django.urls import get_resolver

from bureau.access_rows import Stage, staged
from bureau.conftest import COUNTIES
from tuodi.platform.accounts.roles import role, roles
from tuodi.platform.ground.pages import FOREIGN, page_of

pytestmark = [pytest.mark.req("AD05", "AD06", "EO01", "EO02", "EG06"), pytest.mark.slow]

FILE = Path(__file__).with_name("access.yaml")
TABLE: dict[str, dict[str, Any]] = yaml.safe_load(FILE.read_text("utf-8")) if FILE.exists() else {}
ROLES = [code for code in roles() if code != "importer"]
"""Everyone who signs in; the background importer does not."""


def addresses() -> dict[str, Any]:
    """Name of every address of ours → its pattern. Two rooms may use a name: the API's stand under ``api:``."""
    found: dict[str, Any] = {}

    def walk(patterns: Any, before: str) -> None:
        for pattern in patterns:
            path = before + str(pattern.pattern)
            if hasattr(pattern, "url_patterns"):
                walk(pattern.url_patterns, path)
            elif pattern.name not in FOREIGN:
                found[f"api:{pattern.name}" if path.startswith("api/") else pattern.name] = (path, pattern)

    walk(get_resolver().url_patterns, "")
    return found


ADDRESSES = addresses()


def test_every_address_has_a_row() -> None:
    assert set(TABLE) == set(ADDRESSES)


@pytest.fixture
def stage(db) -> Stage:
    """One row of everything, in the own county."""
    return staged(db)


def called(client: Client, call: dict[str, Any], stage: Stage) -> int:
    """The status of one call; what it changed is taken back."""
    path = "/" + call["path"].format(**stage.numbers)
    with transaction.atomic():
        if call["method"] == "get":
            answer = client.get(path, **call.get("headers", {}))
        elif "json" in call:
            body = json.dumps(call["json"])
            answer = client.post(path, body, content_type="application/json", **call.get("headers", {}))
        else:
            data = {key: str(value).format(**stage.numbers) for key, value in call.get("data", {}).items()}
            answer = client.post(path, data, **call.get("headers", {}))
        transaction.set_rollback(True)
    return answer.status_code


@pytest.mark.parametrize("name", ADDRESSES)
def test_each_cell(name, stage, signed_in, request) -> None:
    call = TABLE[name]
    found = {code: [called(signed_in(code, county), call, stage) for county in COUNTIES] for code in ROLES}
    if request.config.getoption("--write-access"):
        TABLE[name] = {**{key: call[key] for key in call if key != "roles"}, "roles": found}
        text = yaml.safe_dump(TABLE, allow_unicode=True, sort_keys=False, default_flow_style=None, width=120)
        FILE.write_text(text, "utf-8")
    assert found == TABLE[name]["roles"]


@pytest.mark.parametrize("name", ADDRESSES)
def test_the_table_itself_gives_nobody_more_than_his_role(name) -> None:
    """Whatever the table says: success needs the declared rights, and rows of another county are not there."""
    _path, pattern = ADDRESSES[name]

    class Match:
        func, view_name = pattern.callback, pattern.name

    declared = page_of(Match)
    if declared is None:  # an address of a library that no page declares: not there for anybody
        assert {status for statuses in TABLE[name]["roles"].values() for status in statuses} == {404}
        return
    for code, statuses in TABLE[name]["roles"].items():
        one = role(code)
        deeds = declared.deed.split("|") if declared.deed else []
        entitled = (
            (not deeds or any(one.may(deed) for deed in deeds))
            and all(one.may_read(domain) for domain in declared.reads)
            and all(one.may_write(domain) for domain in declared.writes)
        )
        if not entitled and not (declared.anyone or declared.no_role):
            assert set(statuses) <= {403, 405}, f"{code}: {statuses}"
        if TABLE[name].get("row") and code != "superior":
            assert set(statuses[1:]) <= {403, 404}, f"{code} reaches a row of another county: {statuses}"
        assert 500 not in statuses


def test_nobody_who_has_not_signed_in_gets_anything(stage) -> None:
    open_to_all = {"preferences"}
    for name, call in TABLE.items():
        status = called(Client(), call, stage)
        assert status in {302, 401, 404, 405} or name in open_to_all, f"{name}: {status}"
