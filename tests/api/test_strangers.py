"""Clients we did not write, over a real socket: a plain HTTP library, and one that reads the document and tries."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest
import requests
from django.conf import settings

from claims.api import limits
from claims.models import Scope
from claims.services.keys import make_key
from reviews.models import WorkCalendar
from tests.api.conftest import everything_is_final
from tests.factories import QUOTE, TEXT, a_claim, a_desk, a_policy, a_rule, an_editor, evidence_for

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
        kept = http.get(f"{live_server}{filed.json()['snapshot']['href']}", timeout=SECONDS)
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


@pytest.mark.slow
@pytest.mark.django_db(transaction=True, reset_sequences=True)
@pytest.mark.parametrize("phase", PHASES)
def test_a_client_that_reads_the_document_and_tries_finds_no_fault(
    live_server: object, bearer: str, tmp_path: Path, phase: str
) -> None:
    limits.REQUESTS = limits.Counter(quota=100_000)
    desk = a_desk()
    evidence_for(a_claim(desk), by=an_editor(desk))
    a_rule()
    a_policy()
    WorkCalendar.objects.create(name="World desk")
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
