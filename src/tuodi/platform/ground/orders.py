"""Orders for background work, signed: a job in the queue is done only as the one who gave it may do it.

The queue is a table that the program's account can write. A job therefore carries the grant of who ordered it and a
signature over its name and arguments with the pass key; the worker refuses any other, and enters the grant's pass
before it touches a row. Enters: a task's name and arguments. Leaves: the arguments with their signature.
"""

from __future__ import annotations

import hmac
import json
from hashlib import sha256
from typing import Any

from django.conf import settings

from tuodi.errors import UsageError

__all__ = ["checked", "signed"]


def _mark(task: str, arguments: dict[str, Any]) -> str:
    said = json.dumps([task, arguments], sort_keys=True, ensure_ascii=False, separators=(",", ":"))
    return hmac.new(settings.TUODI_PASS_KEY[1], f"order\0{said}".encode(), sha256).hexdigest()


def signed(task: str, **arguments: Any) -> dict[str, Any]:
    """The arguments of an order; ``grant`` must be among them."""
    if "grant" not in arguments:
        raise UsageError(f"order {task}: whose grant it is done on is missing")
    return {**arguments, "signature": _mark(task, arguments)}


def checked(task: str, arguments: dict[str, Any]) -> dict[str, Any]:
    """The arguments without the signature. Raises ``UsageError`` for an order that this installation did not sign."""
    bare = {name: value for name, value in arguments.items() if name != "signature"}
    if not hmac.compare_digest(_mark(task, bare), str(arguments.get("signature", ""))):
        raise UsageError(f"order {task}: the signature is not ours; it was not given through the platform")
    return bare
