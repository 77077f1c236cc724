"""What a request says of where it comes from is believed where there is a proxy to say it, and nowhere else."""

from __future__ import annotations

import runpy
from typing import Any

import pytest
from django.conf import settings as configured
from django.test import Client
from gunicorn.config import Config  # type: ignore[import-untyped]  # it has none

from verify_project.metrics.page import may_read

FORGED = {
    "Host": "testserver",
    "X-Forwarded-For": "198.51.100.7, 192.0.2.1",
    "X-Forwarded-Proto": "https",
    "X-Forwarded-Host": "elsewhere.example",
    "X-Forwarded-Port": "8443",
    "X-Real-Ip": "198.51.100.7",
    "Forwarded": "for=198.51.100.7;proto=https;host=elsewhere.example",
    "Script-Name": "/elsewhere",
}
READ_ONLY = ("/readyz", "/healthz", "/metrics", "/c/", "/c/corrections", "/c/1", "/c/1.json", "/feeds/verdicts.atom")
MORE = ("/feeds/corrections.atom", "/feeds/claimreview.json", "/feeds/late.atom", "/feeds/deadlines.ics")


def through(proxy: str | None, settings: Any) -> None:
    """As the settings are with BEHIND_PROXY and without it."""
    settings.BEHIND_PROXY = proxy is not None
    settings.SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if proxy else None


@pytest.mark.django_db
@pytest.mark.parametrize(("proxy", "scheme"), [(None, "http"), ("one", "https")])
def test_links_name_the_scheme_a_proxy_says_and_never_a_host_or_prefix(
    settings: Any, proxy: str | None, scheme: str
) -> None:
    through(proxy, settings)
    settings.SITE_URL = ""
    told = "".join(Client().get(path, headers=FORGED).content.decode() for path in ("/feeds/verdicts.atom", "/c/"))
    assert f"{scheme}://testserver/" in told
    assert "elsewhere" not in told
    refused = Client().get("/api/v1/nothing", headers=FORGED).json()
    assert refused["type"] == f"{scheme}://testserver/api/docs/problems/not_found"


@pytest.mark.django_db
@pytest.mark.parametrize(("proxy", "address"), [(None, "127.0.0.1"), ("one", "192.0.2.1")])
def test_the_log_names_the_address_that_a_proxy_adds_and_no_other(
    settings: Any, caplog: pytest.LogCaptureFixture, proxy: str | None, address: str
) -> None:
    through(proxy, settings)
    with caplog.at_level("INFO"):
        Client().get("/c/", headers=FORGED)
    lines = [record.msg for record in caplog.records if isinstance(record.msg, dict)]
    assert {line["ip"] for line in lines if "ip" in line} == {address}


def test_gunicorn_believes_nobody_by_itself(settings: Any) -> None:
    told = runpy.run_path(str(settings.BASE_DIR / "gunicorn.conf.py"))
    config = Config()
    config.set("forwarded_allow_ips", told["forwarded_allow_ips"])
    assert config.forwarded_allow_ips == []
    assert configured.SECURE_PROXY_SSL_HEADER is None


def test_figures_are_for_this_machine_alone_unless_all_seem_to_come_from_it(settings: Any) -> None:
    settings.METRICS_TOKEN = ""
    assert may_read("", "127.0.0.1")
    settings.BEHIND_PROXY = True
    assert not may_read("", "127.0.0.1")


@pytest.mark.django_db
@pytest.mark.parametrize("path", [*READ_ONLY, *MORE, "/api/", "/api/docs/problems", "/api/docs/problems/not_found"])
def test_what_is_only_read_refuses_every_other_method_and_says_which_it_takes(path: str) -> None:
    browser = Client(enforce_csrf_checks=True)
    for method in ("post", "put", "delete"):
        refused = getattr(browser, method)(path)
        assert (refused.status_code, refused.headers["Allow"]) == (405, "GET, HEAD"), method
        if path.startswith("/api"):
            assert refused.headers["Content-Type"] == "application/problem+json"
            assert refused.json()["code"] == "method_not_allowed"
