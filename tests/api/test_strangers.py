"""Clients we did not write, over a real socket: a plain HTTP library, and one that reads the document and tries."""

from __future__ import annotations

import os
import subprocess
import sys
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
import requests

from claims.api import limits
from claims.lifecycle import State
from claims.models import ApiKey, Article, Copy, Scope
from claims.services.cancellations import tell_cancellations
from claims.services.completing import ToldArticle
from claims.services.evidence import keep_file
from claims.services.following import follow_revisions
from claims.services.keys import make_key
from claims.services.operations import ask_import
from claims.services.webhooks import make_webhook
from reviews.models import Absence, DeadlinePolicy, WorkCalendar
from tests.api.conftest import everything_is_final
from tests.factories import (
    QUOTE,
    TEXT,
    a_claim,
    a_desk,
    a_later_text,
    a_policy,
    a_reviewer,
    a_rule,
    ahead,
    an_editor,
    evidence_for,
    now,
    put_on,
    viewer,
)

SECONDS = 25
# Few tries at every run of the tests, many by `make contract EXAMPLES=100 SEED=7`.
TRIES = int(os.environ.get("EXAMPLES", "2"))
WALKS = 6 * TRIES
SEED = os.environ.get("SEED", "1")
CHECKS = "not_a_server_error,status_code_conformance,content_type_conformance,response_schema_conformance"


@pytest.fixture
def bearer(transactional_db: None) -> str:
    _, shown = make_key(name="stranger", scopes=list(Scope))
    return f"Bearer {shown}"


def test_a_plain_http_library_gets_along(live_server: object, bearer: str) -> None:
    a_desk(key="world")
    site = f"{live_server}/api/v1"
    with requests.Session() as http:
        http.headers["Authorization"] = bearer
        told = {
            "outlet": "Harbour Post",
            "headline": "Minister may go",
            "language": "en",
            "published_at": "2026-11-20T10:00:00Z",
            "text": TEXT,
        }
        article = http.post(f"{site}/articles", json=told, timeout=SECONDS)
        assert article.status_code == 201, article.text
        claim = http.post(
            f"{site}/claims",
            json={"article": article.json()["id"], "quote": QUOTE, "desk": "world", "accept": True},
            headers={"Idempotency-Key": '"8e03978e-40d5-43e8-bc93-6894a57f9324"'},
            timeout=SECONDS,
        )
        assert claim.status_code == 201, claim.text
        own = f"{site}/claims/{claim.json()['id']}"
        filed = http.post(
            f"{own}/evidence",
            data={"question": "so", "stance": "supports"},
            files={"file": ("report.txt", b"what it says", "text/plain")},
            timeout=SECONDS,
        )
        assert filed.status_code == 201, filed.text
        kept = http.get(filed.json()["snapshot"]["href"], timeout=SECONDS)
        assert kept.content == b"what it says"
        again = http.get(own, timeout=SECONDS)
        assert again.headers["ETag"] == f'"{again.json()["version"]}"'
        assert http.get(f"{site}/claims/", timeout=SECONDS).history[0].status_code == 308
        everything_is_final()
        feed = http.get(f"{site}/events", timeout=SECONDS).json()["results"]
        assert [event["type"].split(".")[3] for event in feed] == ["propose", "accept", "add"]
        assert http.get(f"{site}/claims?limit=0", timeout=SECONDS).headers["Content-Type"] == "application/problem+json"


# Numbers begin anew for that test: claim, article, revision and evidence 1 are there to be found.
FOUND = '[parameters]\n"path.number" = 1\n"path.revision" = 1\n"path.key" = "open"\n'
# What is made or listed is found by following the links of the document, and by nothing else.
LINKED = "[phases.stateful]\nmax-steps = 8\n[phases.stateful.inference]\nalgorithms = []\n"
PHASES = {"fuzzing": (FOUND, "all", TRIES), "stateful": (LINKED, "positive", WALKS)}


def something_of_everything() -> None:
    """A row in every list that a key reads, so that links lead from each: nothing is followed from an empty one."""
    desk = a_desk()
    editor, reviewer = an_editor(desk), a_reviewer(desk)
    claim = a_claim(desk, by=editor)
    item = evidence_for(claim, by=editor)
    put_on(claim, reviewer, editor)
    a_claim(desk, State.DECIDED, by=editor)
    calendar = WorkCalendar.objects.create(name="World desk")
    DeadlinePolicy.objects.create(key="plain", name="Plain", calendar=calendar)
    a_rule()
    a_policy()
    Absence.objects.create(reviewer=reviewer, starts_at=ahead(days=1), ends_at=ahead(days=2))
    own = viewer(ApiKey.objects.get())
    make_webhook(own, name="CMS", url="https://cms.example/hook")
    ask_import(own, ToldArticle(url="https://gazette.org/report", desk=desk))
    Copy.objects.create(
        evidence=item,
        number=1,
        snapshot=keep_file(BytesIO(b"what it says"), "text/plain"),
        url="https://gazette.example/page",
        status=200,
        media_type="text/plain",
        fetched_at=now(),
    )
    article = claim.appearances.get().revision.article
    a_later_text(article, TEXT.replace("likely", "certain"))
    follow_revisions()
    Article.objects.filter(pk=article.pk).update(canceled_at=now(), untold=True)
    tell_cancellations()


@pytest.mark.slow
@pytest.mark.django_db(transaction=True, reset_sequences=True)
@pytest.mark.usefixtures("kept_aside")
@pytest.mark.parametrize("phase", PHASES)
def test_a_client_that_reads_the_document_and_tries_finds_no_fault(
    live_server: object, bearer: str, settings: Any, tmp_path: Path, phase: str
) -> None:
    limits.REQUESTS = limits.Counter(quota=100_000)
    settings.FETCH_PAGES = True  # so that links can be brought; nothing reads them here
    something_of_everything()
    known, mode, examples = PHASES[phase]
    (tmp_path / "schemathesis.toml").write_text(known)
    words = [
        *(str(Path(sys.executable).parent / "schemathesis"), "--config-file", str(tmp_path / "schemathesis.toml")),
        *("run", str(Path(settings.BASE_DIR) / "docs/openapi.yaml"), "--url", str(live_server)),
        *("--header", f"Authorization: {bearer}", "--checks", CHECKS, "--phases", phase, "--mode", mode),
        *("--max-examples", str(examples), "--seed", SEED, "--workers", "2", "--generation-database", "none"),
    ]
    done = subprocess.run(
        words, cwd=tmp_path, capture_output=True, text=True, check=False, env=os.environ | {"NO_COLOR": "1"}
    )
    assert done.returncode == 0, done.stdout[-6000:]
