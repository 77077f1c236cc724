"""Reads request bodies: JSON exactly as the standard has it, bounded in size and depth, no name twice."""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Mapping
from itertools import accumulate
from typing import IO, Any

from django.core.exceptions import TooManyFieldsSent, TooManyFilesSent
from rest_framework.exceptions import ParseError
from rest_framework.parsers import BaseParser, DataAndFiles, MultiPartParser

from claims.api.errors import BodyTooLarge, Malformed, MediaTypeUnsupported
from claims.services.evidence import FILE_LIMIT

JSON_LIMIT = 5 * 1024 * 1024
MULTIPART_LIMIT = FILE_LIMIT + 64 * 1024
DEEPEST = 64
# One that does not end is taken to the end of the text: else every quote in it would be tried as a beginning.
_STRING = re.compile(r'"[^"\\]*+(?:\\.[^"\\]*+)*+(?:"|\\?\Z)', re.DOTALL)
_LEVELS = {ord("["): 1, ord("{"): 1, ord("]"): -1, ord("}"): -1}
_NO_MARK = bytes(set(range(256)) - {*_LEVELS, ord('"')})
_SURROGATE = re.compile("[\ud800-\udfff\x00]")


class JsonParser(BaseParser):
    """A JSON text. Raises `Malformed` or `BodyTooLarge`; answers whatever value it holds."""

    media_type = "application/json"

    def parse(
        self, stream: IO[Any], media_type: str | None = None, parser_context: Mapping[str, Any] | None = None
    ) -> Any:
        """The value of the body."""
        request = (parser_context or {})["request"]
        _refuse_encoded(request.META)
        refuse_large(request.META, JSON_LIMIT)
        return parsed(request.body)


class MergePatchParser(JsonParser):
    """The same text as a merge patch (RFC 7396)."""

    media_type = "application/merge-patch+json"


class FileParser(MultiPartParser):
    """A form with one file, no name twice. Raises `BodyTooLarge` before it is read, `Malformed` when it is no form."""

    def parse(
        self, stream: IO[Any], media_type: str | None = None, parser_context: Mapping[str, Any] | None = None
    ) -> Any:
        """The fields and files of the form."""
        meta = (parser_context or {})["request"].META
        _refuse_encoded(meta)
        refuse_large(meta, MULTIPART_LIMIT)
        try:
            form = super().parse(stream, media_type, parser_context)
        except ParseError as broken:
            if "header size" in str(broken):
                raise Malformed(
                    "The file name is too long. Shorten it to 200 characters and send it again."
                ) from broken
            raise Malformed("The body is not multipart/form-data with the boundary its header names.") from broken
        except (TooManyFieldsSent, TooManyFilesSent) as many:
            raise Malformed("The form has more fields than any that is taken here.") from many
        _refuse_names(form)
        return form


TAKEN_BY: Mapping[str, frozenset[type[BaseParser]]] = {
    "POST": frozenset({JsonParser, FileParser}),
    "PATCH": frozenset({JsonParser, MergePatchParser}),
}


def takes(method: str | None, parser: type[BaseParser]) -> bool:
    """Whether a method takes bodies of this kind at all."""
    return parser in TAKEN_BY.get(method or "", frozenset())


def _refuse_encoded(meta: Mapping[str, Any]) -> None:
    """Refuse a body that is compressed: nobody here unpacks it, and as JSON it would seem broken."""
    if str(meta.get("HTTP_CONTENT_ENCODING", "")).strip().lower() not in ("", "identity"):
        raise MediaTypeUnsupported("Send the body as it is, without Content-Encoding.")


def refuse_large(meta: Mapping[str, Any], limit: int) -> None:
    """Refuse a body that announces more than `limit` bytes, before a byte of it is read."""
    if int(meta.get("CONTENT_LENGTH") or 0) > limit:
        raise BodyTooLarge(f"The body is larger than {limit // (1024 * 1024)} MB.", limit=limit)


def parsed(body: bytes) -> Any:
    """The value of a JSON text. Raises `Malformed`, with the place where reading stopped."""
    try:
        text = body.decode().removeprefix("\ufeff")  # RFC 8259 lets a reader pass over a byte order mark
    except UnicodeDecodeError as broken:
        raise Malformed(f"The body is not UTF-8: byte {broken.start} cannot be read.") from broken
    _refuse_deep(text)
    try:
        return json.loads(text, object_pairs_hook=_object, parse_constant=_no_constant)
    except json.JSONDecodeError as broken:
        where = f"line {broken.lineno}, column {broken.colno}"
        raise Malformed(f"The body is not JSON: {broken.msg} at {where}.") from broken
    except ValueError as broken:
        raise Malformed("The body holds a number too large to read.") from broken


def _refuse_deep(text: str) -> None:
    if text.count("[") + text.count("{") <= DEEPEST:
        return
    unescaped = _STRING.sub("", text) if "\\" in text else text
    # Every second piece between quotes is a string. Two quotes side by side can go: for what follows it is all one.
    marks = unescaped.encode().translate(None, _NO_MARK).replace(b'""', b"")
    depths = accumulate(map(_LEVELS.__getitem__, b"".join(marks.split(b'"')[::2])))
    if max(depths, default=0) > DEEPEST:
        raise Malformed(f"The body is nested deeper than {DEEPEST} levels.")


def _refuse_names(form: DataAndFiles[Any, Any]) -> None:
    """Refuse a name that stands twice: of two values one would be lost without a word."""
    named = [name for part in (form.data, form.files) for name, values in part.lists() for _ in values]
    for name, times in Counter(named).items():
        _refuse_unkept(name)
        if times > 1:
            raise Malformed(f'The name "{name[:60]}" stands twice in the form.')


def _refuse_unkept(name: str) -> None:
    if not name.isprintable() and _SURROGATE.search(name):
        raise Malformed("A name in the body holds a character that cannot be kept.")


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    _refuse_unkept("".join(found))
    if len(found) < len(pairs):
        names = Counter(name for name, _ in pairs)
        raise Malformed(f'The name "{names.most_common(1)[0][0]}" stands twice in one object.')
    return found


def _no_constant(name: str) -> None:
    raise Malformed(f"{name} is not JSON.")
