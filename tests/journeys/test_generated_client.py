"""A client that a public generator makes from our document, as an integrator has it: typed calls, typed answers."""

from __future__ import annotations

import importlib
import pkgutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from io import BytesIO
from pathlib import Path
from types import ModuleType
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest

from claims.models import Scope
from tests.api.conftest import everything_is_final
from tests.factories import QUOTE, TEXT, a_key
from tests.journeys.conftest import Site
from verify_project.runtime.places import CHECKOUT

pytestmark = [pytest.mark.slow, pytest.mark.django_db(transaction=True)]

PACKAGE = "made_from_our_document"
# The generator knows no media types of archives and signed times: they are bytes.
SETTINGS = f"""
package_name_override: {PACKAGE}
post_hooks: []
content_type_overrides:
  application/warc: application/octet-stream
  application/timestamp-reply: application/octet-stream
"""
Part = Callable[[str], ModuleType]


@pytest.fixture
def part(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Part]:
    """Modules of the client, by their names in it. Made anew, so that it is that of today's document."""
    (tmp_path / "settings.yml").write_text(SETTINGS)
    words = [
        *(str(Path(sys.executable).parent / "openapi-python-client"), "generate", "--meta", "none"),
        *("--path", str(CHECKOUT / "docs/openapi.yaml"), "--output-path", str(tmp_path / PACKAGE)),
        *("--config", str(tmp_path / "settings.yml"), "--fail-on-warning"),
    ]
    done = subprocess.run(words, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout[-4000:]
    monkeypatch.syspath_prepend(tmp_path)
    yield lambda name: importlib.import_module(f"{PACKAGE}.{name}")
    for name in [name for name in sys.modules if name.partition(".")[0] == PACKAGE]:
        del sys.modules[name]


def test_it_brings_an_article_and_a_claim_changes_it_and_reads_what_happened(site: Site, part: Part) -> None:
    for found in pkgutil.walk_packages(part("api").__path__, f"{PACKAGE}.api."):
        assert part(found.name.removeprefix(f"{PACKAGE}."))
    models = part("models")
    client = part("client").AuthenticatedClient(
        base_url=site.url, token=a_key(*Scope)[1], raise_on_unexpected_status=True
    )

    def call(name: str, *path: Any, **given: Any) -> Any:
        """What an endpoint answers, with its status and headers."""
        return part(f"api.{name}").sync_detailed(*path, client=client, **given)

    with client:
        assert call("me.get_me").parsed.kind == models.MeKind.KEY
        wanted = {"article": _brought(call, models, site.desk.key), "quote": QUOTE}
        first, again = (
            call("claims.post_claims", body=models.ClaimBody.from_dict(wanted), idempotency_key="journey")
            for _ in range(2)
        )
        assert (first.status_code, again.parsed.id) == (201, first.parsed.id)
        assert again.headers["Idempotent-Replayed"] == "true"
        claim = first.parsed
        assert (claim.state, claim.quote.exact) == (models.ClaimState.PROPOSED, QUOTE)
        tag = _change(call, models, claim.id)
        step = models.AcceptBody(action=models.AcceptBodyAction.ACCEPT)
        assert call("claims.post_actions", claim.id, body=step, if_match=tag).parsed.state == models.ClaimState.QUEUED
        _file(call, models, claim.id)
        _refused(call, models)
        _pages(call, models)
        everything_is_final()
        feed = call("events.get_events").parsed
        told = [event.type_.split(".")[3] for event in feed.results if event.claim == claim.id]
        assert told == ["propose", "edit", "accept", "add"]
        assert call("events.get_events", after=feed.cursor).parsed.results == []


def _brought(call: Callable[..., Any], models: Any, desk: str) -> int:
    """A new article; answers its number."""
    article = {"outlet": "Harbour Post", "headline": "Minister may go", "text": TEXT, "language": "en", "desk": desk}
    body = models.ArticleBody.from_dict({**article, "published_at": "2026-11-20T10:00:00+02:00"})
    taken = call("articles.post_articles", body=body)
    assert (taken.status_code, taken.parsed.is_new) == (201, True)
    return int(taken.parsed.id)


def _file(call: Callable[..., Any], models: Any, claim: int) -> None:
    """Evidence as a form with a file, and its bytes back."""
    part = importlib.import_module(f"{PACKAGE}.types")
    sent = part.File(payload=BytesIO(b"what it says"), file_name="report.txt", mime_type="text/plain")
    body = models.FileBody(
        file=sent, question=models.FileBodyQuestion.SO, stance=models.FileBodyStance.SUPPORTS, title="A report"
    )
    filed = call("claims.post_claim_evidence", claim, body=body)
    assert filed.status_code == 201, filed.content
    kept = call("evidence.get_kept_file", filed.parsed.id)
    assert kept.parsed.payload.read() == b"what it says"
    assert kept.headers["Repr-Digest"].startswith("sha-256=:")


def _change(call: Callable[..., Any], models: Any, claim: int) -> str:
    """A change with the tag that was read; the same tag again is stale. Answers the new one."""
    tag = call("claims.get_one_claim", claim).headers["ETag"]
    patch = models.ClaimPatch(short_text="Will she resign?")
    changed = call("claims.patch_one_claim", claim, body=patch, if_match=tag)
    assert (changed.status_code, changed.parsed.short_text) == (200, "Will she resign?")
    stale = call("claims.patch_one_claim", claim, body=patch, if_match=tag)
    assert (stale.status_code, stale.parsed.code) == (412, "stale_version")
    assert stale.parsed.additional_properties["current_etag"] == changed.headers["ETag"]
    return str(changed.headers["ETag"])


def _refused(call: Callable[..., Any], models: Any) -> None:
    """A refusal, with the field it is about."""
    wrong = call("claims.post_claims", body=models.ClaimBody(statement="Words without a language."))
    assert (wrong.status_code, [fault.pointer for fault in wrong.parsed.errors]) == (422, ["/language"])


def _pages(call: Callable[..., Any], models: Any) -> None:
    """A list, page by page."""
    call("claims.post_claims", body=models.ClaimBody(statement="Another one.", language="en"))
    page = call("claims.get_claims", limit=1, count=models.GetClaimsCount.EXACT).parsed
    assert (page.count, len(page.results)) == (2, 1)
    cursor = parse_qs(urlsplit(page.next_).query)["cursor"][0]
    rest = call("claims.get_claims", limit=1, count=models.GetClaimsCount.EXACT, cursor=cursor).parsed
    assert (len(rest.results), rest.next_) == (1, None)
