"""The line that is logged for each request names the address it came from, by the one rule there is for that."""

from __future__ import annotations

import structlog
from django.http import HttpRequest
from django_structlog.middlewares import RequestMiddleware

from claims.api.authentication import address_of


class RequestLogMiddleware(RequestMiddleware):
    """The framework's own would believe any header that names another address, whoever sends it."""

    @classmethod
    def bind_ip(cls, request: HttpRequest) -> None:
        """Name where the request came from in every line about it."""
        structlog.contextvars.bind_contextvars(ip=address_of(request))
