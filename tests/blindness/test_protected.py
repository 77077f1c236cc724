"""Evidence that protects a source: whoever does not see it finds no word of it, nor does anybody unrecorded."""

from __future__ import annotations

from hashlib import sha256
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client

from claims.exports.told import gather
from claims.lifecycle import Action
from claims.models import Claim, ClaimEvent, Copy, Desk, Evidence, Scope, User, Visibility
from claims.services.evidence import edit_evidence
from claims.services.fetching import read_pages
from claims.services.splitting import GivenPart
from claims.webhooks.envelope import event_body, written
from reviews.models import Reviewer
from reviews.services.acting import act, acting_on
from tests import factories as make
from tests.admin.conftest import page_of
from tests.blindness.hidden import CANARY, browser, with_words
from tests.blindness.routes import addresses_about, walked
from tests.intake.pages import Site

pytestmark = pytest.mark.django_db


@pytest.fixture
def claim(desk: Desk, editor: User, reviewer: Reviewer) -> Claim:
    """Decided; its evidence names an item that was open when it was added, and that an editor has protected since."""
    claim = make.a_claim(desk, by=editor)
    told: dict[str, Any] = {
        "title": f"{CANARY} told us",
        "note": f"{CANARY} called.",
        "url": f"https://{CANARY.lower()}.example/",
    }
    hidden = make.evidence_for(claim, by=editor, **told)
    printed = make.evidence_for(claim, by=editor, title="What was printed", derives_from=hidden)
    protect(hidden, editor)
    Evidence.objects.filter(pk=make.evidence_for(claim, by=editor).pk).update(superseded_by=hidden)
    make.put_on(claim, reviewer, editor)
    make.review_by(claim, reviewer)
    assert printed.derives_from == hidden
    return make.fresh(claim)


def protect(item: Evidence, editor: User) -> None:
    with acting_on(item.claim_id, make.viewer(editor)) as acting:
        edit_evidence(acting.held, item, {"visibility": Visibility.PROTECTED}, by=acting.by)


def test_a_colleague_and_a_key_find_no_word_of_it_on_the_whole_site(claim: Claim, desk: Desk) -> None:
    addresses = addresses_about(claim)
    seen = walked(browser(make.a_reviewer(desk).user), addresses)
    read = {one.address for one in seen if one.status == 200}
    assert {f"/admin/claims/claim/{claim.pk}/change/", f"/api/v1/claims/{claim.pk}/events"} <= read
    assert sum(one.startswith("/admin/claims/evidence/") for one in read) > 2
    assert sum(one.startswith("/admin/claims/claimevent/") for one in read) > 5
    assert with_words(seen, CANARY) == with_words(seen, CANARY.lower()) == []
    key = Client(headers={"Authorization": f"Bearer {make.a_key(*Scope)[1]}"})
    told = walked(key, [one for one in addresses if one.startswith("/api/")])
    assert f"/api/v1/claims/{claim.pk}/events" in {one.address for one in told if one.status == 200}
    assert with_words(told, CANARY) == with_words(told, CANARY.lower()) == []
    assert not ClaimEvent.objects.filter(claim=claim, type="evidence.read").exists()


def test_its_history_names_it_to_nobody_while_it_is_protected(claim: Claim, editor: User) -> None:
    added = ClaimEvent.objects.filter(claim=claim, type="evidence.add").earliest("seq")
    sent = written(event_body(added)).decode()
    assert CANARY in added.body
    assert CANARY not in sent
    assert f'"evidence":{added.data["evidence"]}' in sent
    client = browser(editor)
    page = client.get(f"/admin/claims/claim/{claim.pk}/change/").content.decode()
    assert f"{CANARY} told us" in page  # where the sight is recorded
    assert f"added evidence: {CANARY}" not in page
    assert "added evidence: a protected item" in page
    assert client.get(f"/admin/claims/claimevent/?body__contains={CANARY}").status_code in {302, 400}


def test_whoever_brings_the_same_file_learns_nothing_of_the_item_that_had_it_before(editor: User, desk: Desk) -> None:
    words = b"what was handed to us"
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO claims_snapshot (sha256, size, media_type, fetched_at) VALUES (%s, %s, %s, '2019-05-04Z')",
            [sha256(words).hexdigest(), len(words), f"application/{CANARY}"],
        )
    make.a_file(make.a_claim(desk, by=editor), words, visibility=Visibility.PROTECTED)
    elsewhere = make.a_desk()
    own, reviewer = make.a_claim(elsewhere), make.a_reviewer(elsewhere)
    make.put_on(own, reviewer, make.an_editor(elsewhere))
    client = browser(reviewer.user)
    given = {"question": "so", "stance": "supports", "visibility": "public"}
    file = SimpleUploadedFile("handed.pdf", words, "application/pdf")
    made = client.post(f"/api/v1/claims/{own.pk}/evidence", {**given, "file": file}).json()
    assert made["snapshot"]["media_type"] == "application/pdf"
    pages = [f"/api/v1/evidence/{made['id']}", f"/api/v1/claims/{own.pk}/evidence.warc", page_of(own)]
    seen = walked(client, pages)
    assert [one.status for one in seen] == [200, 200, 200]
    assert with_words(seen, CANARY) == with_words(seen, "2019") == []
    make.review_by(own, reviewer)
    (cited,) = gather(make.fresh(own), own.decisions.get()).evidence
    assert (cited.media_type, cited.kept_at) == ("application/pdf", made["added_at"])


def test_a_page_is_kept_since_it_was_read_and_a_copy_of_a_file_since_the_file_was_given(
    desk: Desk, editor: User, far: Site
) -> None:
    claim = make.a_claim(desk, by=editor)
    file, link = make.a_file(claim, by=editor), make.evidence_for(claim, by=editor, url=far.link())
    far.article("The bridge will be closed.")
    read_pages()
    act(claim.pk, Action.SPLIT, make.viewer(editor), part=GivenPart("Another claim of it.", evidence=[file]))
    rows = {item.pk: item for item in Evidence.objects.with_reading()}
    assert rows[link.pk].kept_at == Copy.objects.get().fetched_at
    assert (rows[link.pk].shown_media_type, rows[file.pk].shown_media_type) == ("text/html", "text/plain")
    copy = rows[Evidence.objects.get(copied_from=file).pk]
    assert copy.kept_at == rows[file.pk].kept_at == file.added_at
    assert copy.shown_media_type == "text/plain"


def test_once_it_is_open_again_its_history_names_it_again(desk: Desk, editor: User) -> None:
    claim = make.a_claim(desk, by=editor)
    item = make.evidence_for(claim, by=editor, title=f"{CANARY} told us")
    protect(item, editor)
    events = f"/api/v1/claims/{claim.pk}/events"
    client = browser(make.a_reviewer(desk).user)
    assert CANARY not in client.get(events).content.decode()
    with acting_on(claim.pk, make.viewer(editor)) as acting:
        edit_evidence(acting.held, item, {"visibility": Visibility.INTERNAL}, by=acting.by)
    assert CANARY in client.get(events).content.decode()
