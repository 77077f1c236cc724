"""Any address below /api that is nothing: a problem like every other failure, or the same address without its slash."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponseBase
from django.http.response import HttpResponseRedirectBase
from django.urls import resolve
from drf_spectacular.utils import extend_schema
from rest_framework.permissions import AllowAny

from claims.api.errors import NothingHere
from claims.api.views import ApiView


class MovedForGood(HttpResponseRedirectBase):
    """The other address, for every method and with the same body."""

    status_code = 308


@extend_schema(exclude=True)
class Nowhere(ApiView):
    """Answers 404 to every method, and leads from `/claims/` to `/claims`."""

    authentication_classes = ()
    permission_classes = (AllowAny,)
    reads = writes = None

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        """Lead on, or refuse."""
        bare = request.path.rstrip("/")
        if request.path != bare and resolve(bare).func is not resolve(request.path).func:
            query = request.META.get("QUERY_STRING", "")
            return MovedForGood(f"{bare}?{query}" if query else bare)
        self.http_method_names = ()
        return super().dispatch(request, *args, **kwargs)

    def http_method_not_allowed(self, request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
        """No method finds anything here."""
        raise NothingHere()
