"""Files as they came, sealed at rest: a random key for each file, wrapped like every other sealed value.

Enters: a stream. Leaves: a :class:`Stored` file under the installation's home; a plain copy only while it is being
read, in a folder closed to others. Raises :class:`RefusedFileError` for an empty file and one
over the limit. Imports ``sealing``.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path, PurePath
from tempfile import mkdtemp
from typing import IO

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from django.conf import settings

from tuodi.errors import TuodiError, UsageError
from tuodi.platform.ground.sealing import SealError, open_seal, seal
from tuodi.platform.ground.words import _

__all__ = ["RefusedFileError", "Stored", "limit", "opened", "remove", "take_in"]

_PIECE = 1 << 20
_HEAD = b"tuodi-file-1\n"
_ROOT = Path(settings.TUODI_HOME)


class RefusedFileError(TuodiError):
    """A file that is not taken in at all: nothing was kept of it."""


@dataclass(frozen=True)
class Stored:
    """What is known of a file that lies in the store: SHA-256 of its plain bytes, and how many there are."""

    digest: str
    size: int


def limit() -> int:
    """The largest file that is taken, in bytes: ``TUODI_FILE_LIMIT_MB``, 2048 MB where nothing is set."""
    word = os.environ.get("TUODI_FILE_LIMIT_MB", "2048")
    if not word.isdecimal() or int(word) < 1:
        raise UsageError(f"TUODI_FILE_LIMIT_MB={word!r}: a whole number of megabytes is needed")
    return int(word) << 20


def _folder(name: str) -> Path:
    made = _ROOT / name
    made.mkdir(parents=True, exist_ok=True, mode=0o700)
    return made


def _place(digest: str) -> Path:
    return _folder("deliveries") / digest[:2] / digest


def take_in(stream: IO[bytes]) -> Stored:
    """Seal a stream piece by piece; the same bytes lie there once."""
    most, size, digest = limit(), 0, sha256()
    key = os.urandom(32)
    cipher = AESGCM(key)
    draft = _folder("deliveries") / f".{os.getpid()}-{os.urandom(8).hex()}"
    head = seal("row", key.hex())
    try:
        with draft.open("xb") as out:
            draft.chmod(0o600)
            out.write(_HEAD + len(head).to_bytes(2, "big") + head)
            number = 0
            while piece := stream.read(_PIECE):
                size += len(piece)
                if size > most:
                    raise RefusedFileError(
                        _("文件超过 {limit} MB，没有接收；请分成几份，或请管理员调整上限").format(limit=most >> 20)
                    )
                digest.update(piece)
                sealed = cipher.encrypt(number.to_bytes(12, "big"), piece, b"")
                out.write(len(sealed).to_bytes(4, "big") + sealed)
                number += 1
            out.write(b"\0\0\0\0")  # a file that was cut off ends without it
        if not size:
            raise RefusedFileError(_("文件是空的，没有接收；请重新导出"))
        place = _place(digest.hexdigest())
        place.parent.mkdir(exist_ok=True, mode=0o700)
        draft.replace(place)
    finally:
        draft.unlink(missing_ok=True)
    return Stored(digest.hexdigest(), size)


def _pieces(digest: str) -> Iterator[bytes]:
    place = _place(digest)
    try:
        stored = place.open("rb")
    except FileNotFoundError:
        raise RefusedFileError(_("原文件已不在库中（可能已到保存期限），请重新发送")) from None
    with stored:
        if stored.read(len(_HEAD)) != _HEAD:
            raise SealError(f"stored file {digest[:12]}… was altered")
        key = open_seal("row", stored.read(int.from_bytes(stored.read(2), "big")))
        cipher, number = AESGCM(bytes.fromhex(key)), 0
        while length := int.from_bytes(stored.read(4), "big"):
            try:
                yield cipher.decrypt(number.to_bytes(12, "big"), stored.read(length), b"")
            except (InvalidTag, ValueError):
                raise SealError(f"stored file {digest[:12]}… was altered") from None
            number += 1


@contextmanager
def opened(digest: str, name: str) -> Iterator[Path]:
    """A plain copy with the suffix of ``name``, gone when the block ends. Raises ``RefusedFileError`` without one."""
    folder = Path(mkdtemp(prefix=f"{os.getpid()}-", dir=_cleared()))
    path = folder / f"file{PurePath(name).suffix.lower()}"
    try:
        whole = sha256()
        with path.open("xb") as out:
            for piece in _pieces(digest):
                whole.update(piece)
                out.write(piece)
        if whole.hexdigest() != digest:
            raise SealError(f"stored file {digest[:12]}… is not whole")
        yield path
    finally:
        path.unlink(missing_ok=True)
        folder.rmdir()


def _cleared() -> Path:
    """The folder for plain copies, without those that processes left which are gone."""
    folder = _folder("reading")
    for old in folder.iterdir():
        number = old.name.partition("-")[0]
        if number.isdecimal() and not Path(f"/proc/{number}").exists() and Path("/proc").exists():
            for path in old.iterdir():
                path.unlink(missing_ok=True)
            with suppress(OSError):
                old.rmdir()
    return folder


def remove(digest: str) -> bool:
    """Take a file out of the store: its keeping time is over. Whether it was there."""
    place = _place(digest)
    there = place.exists()
    place.unlink(missing_ok=True)
    return there
