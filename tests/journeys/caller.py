"""Somebody who uses the running site from outside: plain HTTP with cookies, a key or a sign-in, nothing of Django."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass, field
from html import unescape
from http.cookiejar import CookieJar
from typing import Any
from urllib.error import HTTPError
from urllib.parse import urlencode
from urllib.request import HTTPCookieProcessor, OpenerDirector, Request, build_opener

from tests.api.conftest import everything_is_final

WITHIN = 20.0  # seconds for one answer


@dataclass(frozen=True)
class Answer:
    """What came back: `body` is the JSON, None for a page."""

    status: int
    headers: dict[str, str]
    text: str

    @property
    def body(self) -> Any:
        return json.loads(self.text)


@dataclass
class Caller:
    """One caller of the site at `site`, for example http://localhost:8000."""

    site: str
    key: str = ""
    cookies: CookieJar = field(default_factory=CookieJar)

    def __post_init__(self) -> None:
        self._opener: OpenerDirector = build_opener(HTTPCookieProcessor(self.cookies))

    def page(self, path: str) -> str:
        """The words of a page that must be there."""
        answer = self._send("GET", path)
        assert answer.status == 200, f"{path}: {answer.status}\n{answer.text[:600]}"
        return unescape(answer.text)

    def get(self, path: str) -> Any:
        """The JSON document at an address of the API that must be there."""
        if path.startswith("/events"):
            everything_is_final()
        answer = self._send("GET", f"/api/v1{path}")
        assert answer.status == 200, f"{path}: {answer.status}\n{answer.text[:600]}"
        return answer.body

    def post(self, path: str, body: dict[str, Any], *, version: int | None = None) -> Answer:
        """Send JSON to the API; `version` is the one the caller has read."""
        headers = {"Content-Type": "application/json"}
        if version is not None:
            headers["If-Match"] = f'"{version}"'
        return self._send("POST", f"/api/v1{path}", json.dumps(body).encode(), headers)

    def made(self, path: str, body: dict[str, Any], *, version: int | None = None) -> Any:
        """Send JSON that must be taken; answers the document that came back."""
        answer = self.post(path, body, version=version)
        assert answer.status in {200, 201}, f"{path}: {answer.status}\n{answer.text[:900]}"
        return answer.body

    def sign_in(self, user: str, password: str) -> None:
        """Sign in by the form, as a person does."""
        form = self.page("/admin/login/")
        found = re.search(r'name="csrfmiddlewaretoken" value="(\w+)"', form)
        assert found, "the form has no token"
        fields = {"username": user, "password": password, "csrfmiddlewaretoken": found.group(1), "next": "/desk/"}
        answer = self._send("POST", "/admin/login/", urlencode(fields).encode(), {"Referer": f"{self.site}/admin/"})
        assert answer.status == 200, answer.text[:600]
        assert any(cookie.name == "sessionid" for cookie in self.cookies), "nobody was signed in"

    def _send(self, method: str, path: str, data: bytes | None = None, headers: dict[str, str] | None = None) -> Answer:
        request = Request(f"{self.site}{path}", data=data, method=method, headers={**self._own(), **(headers or {})})
        try:
            with self._opener.open(request, timeout=WITHIN) as response:
                return Answer(response.status, dict(response.headers), response.read().decode())
        except HTTPError as refused:
            with refused:
                return Answer(refused.code, dict(refused.headers), refused.read().decode())

    def _own(self) -> dict[str, str]:
        if self.key:
            return {"Authorization": f"Bearer {self.key}"}
        token = next((cookie.value for cookie in self.cookies if cookie.name == "csrftoken"), None)
        return {"X-CSRFToken": token} if token else {}
