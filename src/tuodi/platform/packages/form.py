"""A package as bytes: a ZIP of manifest, rows and signature; made deterministically, opened with suspicion.

The signature (Ed25519) is over the manifest's bytes, and the manifest holds the digest of the rows: a byte changed in
either is found. Enters: a kind, rows, a key; or bytes and the keys that are trusted. Leaves: bytes; or
:class:`Opened`. Raises :class:`PackageError`, whose ``code`` names what is wrong. Knows no database.
"""

from __future__ import annotations

import csv
import io
import json
import zipfile
import zlib
from base64 import b64decode, b64encode
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from datetime import date, datetime
from hashlib import sha256

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from tuodi.errors import TuodiError
from tuodi.platform.ground.words import N_, _
from tuodi.platform.packages.keys import fingerprint
from tuodi.platform.packages.kinds import Kind

__all__ = ["LARGEST", "Manifest", "Opened", "PackageError", "Trusted", "pack", "unpack"]

LARGEST = 64 << 20
"""Bytes that a package may have, and that its parts may unpack to."""

PARTS = ("data.csv", "manifest.json", "signature.txt")
_EPOCH = (1980, 1, 1, 0, 0, 0)
_VERSION = 1

PROBLEMS = {
    "not_a_package": N_("这不是数据包，或者文件不完整。"),
    "unknown_key": N_("签名用的公钥不在受信任的名单里：{found}。先由管理员登记并确认对方的公钥。"),
    "bad_signature": N_("签名不对：数据包在途中被改动过，或者不是声称的安装发出的。"),
    "bad_data": N_("数据与清单上的摘要不符：数据包在途中被改动过。"),
    "wrong_sender": N_("数据包说来自{found}，签名的公钥属于另一网络。"),
    "wrong_zone": N_("数据包是发往{found}的，不是发到这里的。"),
    "unknown_kind": N_("没有“{found}”这种数据包。"),
    "other_route": N_("这种数据包不走这条路：{found}。"),
    "extra_field": N_("数据包里有没有列入清单的字段：{found}。整包拒收。"),
    "missing_field": N_("数据包缺少清单列出的字段：{found}。整包拒收。"),
    "wrong_rows": N_("行数或列数与清单不符：{found}。"),
}
"""Code → words; ``{found}`` is what was found."""


class PackageError(TuodiError):
    """A package that is not taken in; nothing of it is kept."""

    def __init__(self, code: str, found: str = "") -> None:
        self.code, self.found = code, found
        super().__init__(_(PROBLEMS[code]).format(found=found))


@dataclass(frozen=True)
class Trusted:
    """A public key that is trusted, and the zone whose packages it signs (``all``: one of invented data)."""

    public: bytes
    zone: str
    name: str = ""


@dataclass(frozen=True)
class Manifest:
    """What stands in ``manifest.json``."""

    kind: str
    from_zone: str
    to_zone: str
    region: str
    office: str
    as_of: str
    packed_at: str
    purpose: str
    legal_basis: str
    rows: int
    fields: list[dict[str, object]] = field(default_factory=list)
    data: str = ""
    """SHA-256 of ``data.csv``."""
    key: str = ""
    """Fingerprint of the key that signed."""
    version: int = _VERSION

    def said(self) -> bytes:
        """The bytes that are signed: keys in order, no blanks."""
        return json.dumps(asdict(self), ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode()


@dataclass(frozen=True)
class Opened:
    """A package that may be taken in."""

    manifest: Manifest
    kind: Kind
    data: bytes
    digest: str
    """SHA-256 of the manifest: the same package has the same."""
    sender: str


def pack(
    kind: Kind, rows: Iterable[Sequence[str]], key: Ed25519PrivateKey, *,
    region: str, office: str, as_of: date, packed_at: datetime,
) -> tuple[bytes, Manifest]:  # fmt: skip
    """The package of rows, each as long as the kind has fields. The same input gives the same bytes."""
    text = io.StringIO(newline="")
    out = csv.writer(text)
    out.writerow(kind.headers)
    count = 0
    for row in rows:
        if len(row) != len(kind.fields):
            raise PackageError("wrong_rows", f"{len(row)} ≠ {len(kind.fields)}")
        out.writerow(row)
        count += 1
    data = ("\ufeff" + text.getvalue()).encode()
    public = key.public_key().public_bytes_raw()
    manifest = Manifest(
        kind.code, kind.from_zone, kind.to_zone, region, office, as_of.isoformat(), packed_at.isoformat(),
        kind.purposes["zh"], kind.legal["zh"], count,
        [{"name": one.name, "header": one.header, "grade": one.grade.name.lower()} for one in kind.fields],
        sha256(data).hexdigest(), fingerprint(public),
    )  # fmt: skip
    said = manifest.said()
    parts = {"data.csv": data, "manifest.json": said, "signature.txt": b64encode(key.sign(said))}
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as made:
        for name in PARTS:
            info = zipfile.ZipInfo(name, _EPOCH)
            info.compress_type = zipfile.ZIP_DEFLATED
            made.writestr(info, parts[name])
    return file.getvalue(), manifest


def unpack(
    content: bytes, trusted: Callable[[str], Trusted | None], zone: str, known: Mapping[str, Kind]
) -> Opened:  # fmt: skip
    """The package, once everything about it is right. ``zone``: this installation's. Nothing is believed unsigned."""
    parts = _parts(content)
    said = parts["manifest.json"]
    manifest = _manifest(said)
    sender = trusted(manifest.key)
    if sender is None or fingerprint(sender.public) != manifest.key:
        raise PackageError("unknown_key", manifest.key[:16])
    try:
        Ed25519PublicKey.from_public_bytes(sender.public).verify(b64decode(parts["signature.txt"], validate=True), said)
    except (InvalidSignature, ValueError):
        raise PackageError("bad_signature") from None
    if sha256(parts["data.csv"]).hexdigest() != manifest.data:
        raise PackageError("bad_data")
    if sender.zone not in {manifest.from_zone, "all"}:
        raise PackageError("wrong_sender", manifest.from_zone)
    if zone not in {manifest.to_zone, "all"}:
        raise PackageError("wrong_zone", manifest.to_zone)
    kind = known.get(manifest.kind)
    if kind is None:
        raise PackageError("unknown_kind", manifest.kind[:40])
    if (kind.from_zone, kind.to_zone) != (manifest.from_zone, manifest.to_zone):
        raise PackageError("other_route", f"{manifest.from_zone} → {manifest.to_zone}")
    _listed([str(one.get("name")) for one in manifest.fields], [one.name for one in kind.fields])
    _rows(kind, manifest, parts["data.csv"])
    return Opened(manifest, kind, parts["data.csv"], sha256(said).hexdigest(), sender.name)


def _parts(content: bytes) -> dict[str, bytes]:
    if len(content) > LARGEST:
        raise PackageError("not_a_package")
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as file:
            infos = file.infolist()
            if sorted(one.filename for one in infos) != list(PARTS) or sum(one.file_size for one in infos) > LARGEST:
                raise PackageError("not_a_package")
            return {one.filename: file.read(one) for one in infos}
    except (zipfile.BadZipFile, zlib.error, NotImplementedError, RuntimeError, OSError, EOFError, ValueError):
        raise PackageError("not_a_package") from None


def _manifest(said: bytes) -> Manifest:
    try:
        read = json.loads(said)
        made = Manifest(**read)
        date.fromisoformat(made.as_of)
        datetime.fromisoformat(made.packed_at)
    except (ValueError, TypeError):
        raise PackageError("not_a_package") from None
    texts = (made.kind, made.from_zone, made.to_zone, made.region, made.office, made.purpose, made.data, made.key)
    if (
        made.version != _VERSION or made.said() != said or not all(isinstance(one, str) for one in texts)
        or not isinstance(made.fields, list) or not all(isinstance(one, dict) for one in made.fields)
    ):  # fmt: skip
        raise PackageError("not_a_package")
    return made


def _listed(found: Sequence[str], wanted: Sequence[str]) -> None:
    extra = [name for name in found if name not in wanted]
    missing = [name for name in wanted if name not in found]
    if extra or len(found) > len(set(found)):
        raise PackageError("extra_field", "、".join(extra or found)[:200])
    if missing:
        raise PackageError("missing_field", "、".join(missing)[:200])


def _rows(kind: Kind, manifest: Manifest, data: bytes) -> None:
    """The file has the listed headers, in their order, and as many rows as the manifest says."""
    try:
        lines = csv.reader(io.StringIO(data.decode("utf-8-sig"), newline=""), strict=True)
        headers = next(lines, [])
        _listed(headers, kind.headers)
        if headers != kind.headers:
            raise PackageError("wrong_rows", "、".join(headers)[:200])
        count = 0
        for line in lines:
            count += 1
            if len(line) != len(headers):
                raise PackageError("wrong_rows", f"{count}: {len(line)} ≠ {len(headers)}")
    except (UnicodeDecodeError, csv.Error):
        raise PackageError("bad_data") from None
    if count != manifest.rows:
        raise PackageError("wrong_rows", f"{count} ≠ {manifest.rows}")
