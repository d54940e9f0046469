"""A package as bytes: what is made is what is read, and anything else is refused whole."""

from __future__ import annotations

import io
import json
import zipfile
from base64 import b64encode
from datetime import UTC, date, datetime
from hashlib import sha256

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from hypothesis import given, settings
from hypothesis import strategies as st

from tuodi.errors import UsageError
from tuodi.exchange import read_delivery, source_templates
from tuodi.platform.ground.grades import Grade
from tuodi.platform.packages.form import PARTS, PackageError, Trusted, pack, unpack
from tuodi.platform.packages.keys import fingerprint, public_of, spoken
from tuodi.platform.packages.kinds import kinds

pytestmark = pytest.mark.req("EG06", "AD06", "AD05")

KEY = Ed25519PrivateKey.from_private_bytes(bytes(range(32)))
OTHER = Ed25519PrivateKey.from_private_bytes(bytes(range(1, 33)))
PUBLIC = KEY.public_key().public_bytes_raw()
ROW = ["2026", "苏青禾", "990121198001011216", "鹤汀街道", "上篁村", "未参保", "低保对象", "未参保"]
TRUST = Trusted(PUBLIC, "insurance", "县医保局")


def made(rows=(ROW,), key=KEY, code="hardship_check") -> bytes:
    return pack(
        kinds()[code], rows, key, region="990121000000", office="岚汀县医保局", as_of=date(2026, 3, 31),
        packed_at=datetime(2026, 4, 1, 9, tzinfo=UTC),
    )[0]  # fmt: skip


def trusting(trust: Trusted = TRUST):
    return lambda print_of: trust if print_of == fingerprint(trust.public) else None


def opened(content: bytes, trust: Trusted = TRUST, zone: str = "extranet"):
    return unpack(content, trusting(trust), zone, kinds())


def parts_of(content: bytes) -> dict[str, bytes]:
    with zipfile.ZipFile(io.BytesIO(content)) as file:
        return {name: file.read(name) for name in file.namelist()}


def zipped(parts: dict[str, bytes]) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as file:
        for name, data in parts.items():
            file.writestr(name, data)
    return out.getvalue()


def signed_anew(content: bytes, key=KEY, data: bytes | None = None, **changed) -> bytes:
    """A package that its sender himself made wrongly: the signature is good."""
    parts = parts_of(content)
    manifest = json.loads(parts["manifest.json"])
    if data is not None:
        parts["data.csv"] = data
        manifest["data"] = sha256(data).hexdigest()
    manifest |= changed
    said = json.dumps(manifest, ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode()
    parts["manifest.json"], parts["signature.txt"] = said, b64encode(key.sign(said))
    return zipped(parts)


def refused(content: bytes, code: str, **more) -> None:
    with pytest.raises(PackageError) as caught:
        opened(content, **more)
    assert caught.value.code == code, caught.value


def test_what_is_made_is_what_is_read() -> None:
    one = opened(made())
    assert one.manifest.rows == 1
    assert one.data.decode("utf-8-sig").splitlines()[1].split(",")[1] == "苏青禾"
    assert one.manifest.key == fingerprint(PUBLIC)
    assert made() == made(), "the same input gives the same bytes"


@settings(max_examples=60, deadline=None)
@given(st.data())
def test_no_byte_can_be_changed(data) -> None:
    """Whatever byte of whatever part is changed: refused."""
    parts = parts_of(made())
    name = data.draw(st.sampled_from(PARTS))
    place = data.draw(st.integers(0, len(parts[name]) - 1))
    changed = bytearray(parts[name])
    changed[place] ^= data.draw(st.integers(1, 255))
    with pytest.raises(PackageError):
        opened(zipped(parts | {name: bytes(changed)}))


@settings(max_examples=60, deadline=None)
@given(st.binary(max_size=200))
def test_rubbish_is_no_package(content) -> None:
    refused(content, "not_a_package")


def test_a_cut_or_mixed_package_is_refused() -> None:
    whole = made()
    refused(whole[: len(whole) // 2], "not_a_package")
    parts = parts_of(whole)
    refused(zipped({**parts, "more.csv": b"x"}), "not_a_package")
    refused(zipped({name: parts[name] for name in PARTS[:2]}), "not_a_package")
    other = parts_of(made(rows=(ROW, ROW)))
    refused(zipped({**parts, "data.csv": other["data.csv"]}), "bad_data")
    refused(zipped({**parts, "signature.txt": other["signature.txt"]}), "bad_signature")
    refused(zipped({**parts, "signature.txt": b"???"}), "bad_signature")


def test_an_unknown_key_and_a_borrowed_name_are_refused() -> None:
    refused(made(key=OTHER), "unknown_key")
    # Another signs, but names the trusted key.
    refused(signed_anew(made(), key=OTHER), "bad_signature")


def test_a_package_of_or_for_another_zone_is_refused() -> None:
    refused(made(), "wrong_zone", zone="internet")
    refused(made(), "wrong_zone", zone="insurance")
    refused(made(), "wrong_sender", trust=Trusted(PUBLIC, "extranet"))
    refused(signed_anew(made(), to_zone="internet"), "other_route", zone="internet")
    assert opened(made(), zone="all").kind.code == "hardship_check"
    assert opened(made(), trust=Trusted(PUBLIC, "all")).manifest.rows == 1


def test_fields_are_those_listed_and_no_others() -> None:
    fields = [{"name": one.name, "header": one.header, "grade": "internal"} for one in kinds()["hardship_check"].fields]
    more = [*fields, {"name": "diagnosis", "header": "诊断", "grade": "internal"}]
    refused(signed_anew(made(), fields=more), "extra_field")
    refused(signed_anew(made(), fields=fields[:-1]), "missing_field")
    refused(signed_anew(made(), kind="bills"), "unknown_kind")
    lines = parts_of(made())["data.csv"].decode("utf-8-sig").splitlines()
    wider = "\n".join([lines[0] + ",诊断", lines[1] + ",肺癌"]).encode()
    refused(signed_anew(made(), data=wider), "extra_field")
    narrower = "\n".join(line.rpartition(",")[0] for line in lines).encode()
    refused(signed_anew(made(), data=narrower), "missing_field")
    hidden = "\n".join([lines[0], lines[1] + ",肺癌"]).encode()
    refused(signed_anew(made(), data=hidden), "wrong_rows")
    refused(signed_anew(made(), rows=7), "wrong_rows")
    swapped = [*lines[0].split(",")[::-1]]
    refused(signed_anew(made(), data=(",".join(swapped) + "\n" + lines[1]).encode()), "wrong_rows")


@pytest.mark.parametrize(
    "changed", [{"version": 2}, {"more": 1}, {"as_of": "yesterday"}, {"kind": 3}, {"fields": "all"}]
)
def test_a_manifest_of_another_shape_is_refused(changed) -> None:
    refused(signed_anew(made(), **changed), "not_a_package")


def test_an_archive_that_swells_is_refused() -> None:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as file:
        for name in PARTS:
            file.writestr(name, b"0" * (30 << 20))
    refused(out.getvalue(), "not_a_package")


def test_no_kind_carries_bills_diagnoses_addresses_phones_or_accounts() -> None:
    closed = {
        "diagnosis",
        "illness",
        "address",
        "phone",
        "bank_account",
        "cause",
        "monthly_amount",
        "total",
        "own_total",
    }
    for kind in kinds().values():
        assert not closed & {one.name for one in kind.fields}, kind.code
        assert kind.top <= Grade.HIGHLY_SENSITIVE
        assert kind.purposes["zh"]
        assert kind.legal["zh"]


@pytest.mark.parametrize("code", sorted(kinds()))
def test_the_other_side_reads_it_by_its_template(code, tmp_path) -> None:
    kind = kinds()[code]
    said = {
        "year": "2026", "person_name": "苏青禾", "certificate": "990121198001011216", "township": "鹤汀街道",
        "village": "上篁村", "status": "未参保", "identity": "低保对象", "remark": "未参保", "household_id": "H1",
        "from": "2026-01-01", "to": "", "recognised_on": "2025-12-20",
    }  # fmt: skip
    content = made(rows=([said[one.name] for one in kind.fields],), code=code)
    trust = Trusted(PUBLIC, kind.from_zone)
    one = opened(content, trust=trust, zone=kind.to_zone)
    path = tmp_path / "data.csv"
    path.write_bytes(one.data)
    got = read_delivery(path, source_templates()[kind.source], as_of=date(2026, 3, 31))
    assert got.frame.height == 1, got.quarantine
    assert not got.unknown


def test_keys_are_compared_by_fingerprint() -> None:
    assert public_of(spoken(PUBLIC.hex())) == PUBLIC
    assert spoken(fingerprint(PUBLIC)).count(" ") == 15
    for text in ("", "zz" * 32, "00" * 31):
        with pytest.raises(UsageError, match="64 hexadecimal"):
            public_of(text)
