"""Idempotency-Key: a POST sent twice happens once, and both callers get the same answer.

The answer is kept in the transaction that does the work, so that neither is ever there without the other. A second
request with the same key meets an advisory lock while the first is running.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import timedelta
from functools import wraps
from hashlib import sha256
from typing import TYPE_CHECKING, Any

from django.core.files.uploadedfile import UploadedFile
from django.db import connection, transaction
from rest_framework.request import Request
from rest_framework.response import Response

from claims.api.errors import BadParameter, InFlight, KeyReused
from claims.api.problems import MEDIA_TYPE, answer, refusal_of
from claims.models import RepeatableCall
from claims.services.transitions import database_time

if TYPE_CHECKING:
    from claims.api.views import ApiView

KEPT = timedelta(hours=24)
LONGEST = 255
# What was never judged is not kept. 412 and 428 are among it: nothing was tried yet, and whoever reads the version and
# sends it along may do so under the same key.
FORGOTTEN = frozenset({401, 403, 412, 428, 429})
HEADERS = ("Location", "ETag", "Link", "Retry-After")
Handler = Callable[..., Response]


class ShownOnce(Response):
    """An answer with something in it that is never shown again, nor kept: a repeated call gets `kept` instead."""

    def __init__(self, data: Any, *, kept: Any, **options: Any) -> None:
        super().__init__(data, **options)
        self.kept = kept


def repeatable(handler: Handler) -> Handler:
    """Let a `post` honour Idempotency-Key. Without the header nothing changes."""

    @wraps(handler)
    def post(view: ApiView, request: Request, **path: Any) -> Response:
        name = request.headers.get("Idempotency-Key")
        if name is None:
            return handler(view, request, **path)
        with transaction.atomic():
            return _once(_key_in(name), view, request, lambda: handler(view, request, **path))

    return post


def _key_in(header: str) -> str:
    """The key, with or without the quotes of a structured field, a text of which may hold blanks.

    Raises `BadParameter`.
    """
    key = header.strip()
    if len(key) > 1 and key[0] == key[-1] == '"':
        key = key[1:-1]
    if not key or len(key) > LONGEST or not all("\x20" <= character <= "\x7e" for character in key):
        raise BadParameter(
            f"An Idempotency-Key has 1 to {LONGEST} printable ASCII characters, blanks only between others."
        )
    return key


def _once(key: str, view: ApiView, request: Request, work: Callable[[], Response]) -> Response:
    caller, print_ = view.caller, fingerprint(request)
    _hold(f"{caller} {key}")
    now = database_time()
    known = RepeatableCall.objects.filter(caller=caller, key=key, created_at__gt=now - KEPT).first()
    if known is not None:
        return _replayed(known, print_)
    RepeatableCall.objects.filter(caller=caller, created_at__lte=now - KEPT).delete()
    response = _answered(request, work)
    if response.status_code < 500 and response.status_code not in FORGOTTEN:
        RepeatableCall.objects.create(
            caller=caller,
            key=key,
            fingerprint=print_,
            status=response.status_code,
            headers={name: response.headers[name] for name in HEADERS if name in response.headers},
            body=json.dumps(response.kept if isinstance(response, ShownOnce) else response.data),
        )
    return response


def _answered(request: Request, work: Callable[[], Response]) -> Response:
    """The answer to the work, refusals included; what a refused step wrote is rolled back, the answer is kept."""
    try:
        with transaction.atomic():
            return work()
    except Exception as failed:
        if refusal_of(failed).status >= 500:
            raise
        return answer(failed, {"request": request})


def _hold(name: str) -> None:
    """Hold the key until the transaction ends. Raises `InFlight` when somebody else does."""
    number = int.from_bytes(sha256(name.encode()).digest()[:8], signed=True)
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_xact_lock(%s)", [number])
        (held,) = cursor.fetchone()
    if not held:
        raise InFlight(headers={"Retry-After": "1"})


def _replayed(known: RepeatableCall, print_: str) -> Response:
    if known.fingerprint != print_:
        raise KeyReused()
    told = json.loads(known.body)  # its members in the order in which they were sent
    response = Response(told, status=known.status, headers={**known.headers, "Idempotent-Replayed": "true"})
    if known.status >= 400:
        response.content_type = MEDIA_TYPE
    return response


def fingerprint(request: Request) -> str:
    """What makes two requests the same: method, path and body; of a form its fields and the bytes of its files."""
    digest = sha256(f"{request.method} {request.get_full_path()}\n".encode())
    digest.update(request.headers.get("If-Match", "").encode() + b"\n")
    if request.content_type.startswith("multipart/"):
        for name in sorted(request.data):
            digest.update(f"{name}=".encode(errors="backslashreplace") + _bytes_of(request.data[name]) + b"\n")
    else:
        digest.update(request.body)
    return digest.hexdigest()


def _bytes_of(value: Any) -> bytes:
    if not isinstance(value, UploadedFile):
        return str(value).encode(errors="backslashreplace")
    inner = sha256(f"{value.name}\n".encode(errors="backslashreplace"))
    for block in value.chunks():
        inner.update(block)
    value.seek(0)
    return inner.digest()
