"""Evidence: what an item must have, who may bring it, and that nothing a verdict has used is rewritten."""

from __future__ import annotations

from dataclasses import replace
from errno import ENOSPC
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from django.core.files.storage import storages
from django.db import DatabaseError, IntegrityError, transaction

from claims.errors import (
    ActionNotPossible,
    EvidenceInUse,
    FileNotKept,
    FileTooLarge,
    Invalid,
    RoleMissing,
    UnusableAddress,
)
from claims.lifecycle import Role, State
from claims.models import Claim, Desk, Evidence, Scope, Snapshot, User, Visibility
from claims.services import evidence as service
from claims.services.evidence import GivenEvidence, add_evidence, edit_evidence, keep_file, supersede_evidence
from claims.services.transitions import locked
from claims.verdicts import EvidenceKind, Question, Stance
from reviews.models import Reviewer
from tests.factories import (
    CONFIRMED,
    a_claim,
    a_desk,
    a_file,
    a_key,
    a_reviewer,
    an_editor,
    evidence_for,
    fresh,
    put_on,
    review_by,
    viewer,
)

pytestmark = pytest.mark.django_db

LINK = GivenEvidence(Question.SO, Stance.SUPPORTS, EvidenceKind.LINK, url="https://found.example/report")


@pytest.fixture
def desk() -> Desk:
    return a_desk(min_origins=1)


@pytest.fixture
def claim(desk: Desk, editor: User) -> Claim:
    return a_claim(desk, by=editor)


def changed(item: Evidence, changes: dict[str, object], by: User) -> Evidence:
    with locked(item.claim_id) as held:
        return edit_evidence(held, item, changes, by=viewer(by).actor.having(Role.EDITOR))


def replaced(item: Evidence, by: User, given: GivenEvidence = LINK) -> Evidence:
    with locked(item.claim_id) as held:
        return supersede_evidence(held, item, given, by=viewer(by).actor.having(Role.EDITOR), user=by)


def used(claim: Claim, desk: Desk, editor: User) -> Reviewer:
    """Let a verdict use what there is."""
    reviewer = a_reviewer(desk)
    put_on(claim, reviewer, editor)
    review_by(claim, reviewer, CONFIRMED)
    return reviewer


def test_adding_is_an_event_with_what_it_says(claim: Claim, editor: User) -> None:
    item = evidence_for(claim, title="Registry extract", by=editor)
    event = claim.events.get(type="evidence.add")
    assert event.data == {
        "evidence": item.pk,
        "visibility": "internal",
        "question": "so",
        "stance": "supports",
        "kind": "link",
        "title": "Registry extract",
    }
    assert (item.added_by, item.added_at) == (editor.full_name, event.recorded_at)


def test_a_protected_item_is_only_a_number_in_the_history(claim: Claim) -> None:
    item = evidence_for(claim, visibility=Visibility.PROTECTED, title="Ana told us", note="In the harbour.")
    event = claim.events.get(type="evidence.add")
    assert event.data == {"evidence": item.pk, "visibility": "protected"}
    assert "Ana" not in event.body


def test_a_link_is_kept_in_its_canonical_form(claim: Claim) -> None:
    item = evidence_for(claim, url="https://FOUND.example/report?utm_source=x#top")
    assert item.url == "https://found.example/report"


@pytest.mark.parametrize(
    ("given", "error", "pointer"),
    [
        ({"url": ""}, Invalid, "/url"),
        ({"url": "javascript:alert(1)"}, UnusableAddress, "/url"),
        ({"kind": EvidenceKind.FILE, "url": ""}, Invalid, "/file"),
        ({"kind": EvidenceKind.NOTE, "url": "", "note": " \n"}, Invalid, "/note"),
        ({"credibility": 0}, Invalid, "/credibility"),
        ({"credibility": 7}, Invalid, "/credibility"),
        ({"title": "a\u202eb"}, Invalid, "/title"),
    ],
)
def test_an_item_without_its_content_is_refused(
    claim: Claim, given: dict[str, Any], error: type[Invalid], pointer: str
) -> None:
    with pytest.raises(error) as refused:
        evidence_for(claim, **given)
    assert refused.value.pointer == pointer
    assert not Evidence.objects.exists()


def test_the_database_refuses_an_item_without_its_content(claim: Claim) -> None:
    item = evidence_for(claim)
    with pytest.raises(IntegrityError, match="evidence_has_its_content"), transaction.atomic():
        Evidence.objects.filter(pk=item.pk).update(url="")


def test_people_of_the_desk_and_keys_with_the_scope_add_evidence(claim: Claim, desk: Desk) -> None:
    for who in (an_editor(desk), a_reviewer(desk), a_key(Scope.EVIDENCE_WRITE)[0]):
        evidence_for(claim, by=who)
    with pytest.raises(RoleMissing):
        evidence_for(claim, by=a_key(Scope.CLAIMS_WRITE, Scope.CLAIMS_READ)[0])
    assert claim.evidence.count() == 3


def test_a_dismissed_claim_takes_no_evidence(desk: Desk) -> None:
    with pytest.raises(ActionNotPossible, match="Restore it before adding evidence"):
        evidence_for(a_claim(desk, State.DISMISSED))


def test_evidence_leaves_the_claims_version_and_has_its_own(claim: Claim, editor: User) -> None:
    item = evidence_for(claim)
    assert changed(item, {"title": "Registry extract"}, editor).version == 2
    assert fresh(claim).version == claim.version
    assert claim.events.get(type="evidence.edit").data["fields"] == ["title"]


@pytest.mark.parametrize("name", ["url", "kind", "claim", "used_at", "added_by"])
def test_an_edit_reaches_only_what_an_item_says_of_itself(claim: Claim, editor: User, name: str) -> None:
    with pytest.raises(Invalid) as refused:
        changed(evidence_for(claim), {name: "x"}, editor)
    assert refused.value.pointer == f"/{name}"


def test_what_a_verdict_has_used_is_superseded_instead_of_edited(claim: Claim, desk: Desk, editor: User) -> None:
    item = evidence_for(claim)
    used(claim, desk, editor)
    item.refresh_from_db()
    with pytest.raises(EvidenceInUse, match="Add a new item that supersedes it"):
        changed(item, {"title": "Other words"}, editor)
    new = replaced(item, editor)
    assert (new.derives_from, item.superseded_by) == (item, new)
    assert list(claim.evidence.standing()) == [new]
    assert claim.events.get(type="evidence.supersede").data == {"evidence": item.pk, "by": new.pk}
    with pytest.raises(EvidenceInUse, match="superseded already"):
        replaced(item, editor)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        *(("question", "said"), ("stance", "contradicts"), ("kind", "note"), ("url", "https://other.example/")),
        *(("title", "Other words"), ("note", "Other words"), ("primary", True), ("why_secondary", "It was near.")),
        *(("credibility", 6), ("visibility", "public"), ("file_name", "other.txt"), ("added_by", "Somebody else")),
        *(("added_by_user", None), ("snapshot", None), ("version", 2), ("used_at", None), ("derives_from", "other")),
    ],
)
def test_the_database_refuses_to_rewrite_what_a_verdict_has_used(
    claim: Claim, desk: Desk, editor: User, name: str, value: Any
) -> None:
    with locked(claim.pk) as held:
        kept = replace(LINK, snapshot=keep_file(BytesIO(b"x"), "text/plain"))
        item = add_evidence(held, kept, by=viewer(editor).actor.having(Role.EDITOR), user=editor)
    value = evidence_for(claim) if value == "other" else value
    used(claim, desk, editor)
    with pytest.raises(DatabaseError, match="Cannot update rows from claims_evidence"), transaction.atomic():
        Evidence.objects.filter(pk=item.pk).update(**{name: value})
    with pytest.raises(DatabaseError, match="Cannot delete rows from claims_evidence"), transaction.atomic():
        Evidence.objects.filter(pk=item.pk)._raw_delete("default")


def test_a_link_gains_its_first_copy_after_a_verdict_used_it_and_keeps_that_one(
    claim: Claim, desk: Desk, editor: User
) -> None:
    item = evidence_for(claim)
    used(claim, desk, editor)
    first, other = (keep_file(BytesIO(words), "text/html") for words in (b"first", b"other"))
    Evidence.objects.filter(pk=item.pk).update(snapshot=first)
    with pytest.raises(DatabaseError, match="Cannot update rows from claims_evidence"), transaction.atomic():
        Evidence.objects.filter(pk=item.pk).update(snapshot=other)


def test_an_item_derives_from_one_of_its_own_claim_and_never_from_itself(
    claim: Claim, desk: Desk, editor: User
) -> None:
    stranger = evidence_for(a_claim(desk))
    with pytest.raises(Invalid, match="derives from an item of the same claim"):
        evidence_for(claim, derives_from=stranger)
    root = evidence_for(claim)
    copy = evidence_for(claim, derives_from=root)
    for parent in (root, copy):
        with pytest.raises(Invalid, match="cannot derive from itself"):
            changed(Evidence.objects.get(pk=root.pk), {"derives_from": parent}, editor)


def test_the_same_bytes_are_kept_once_under_their_hash(claim: Claim) -> None:
    first, second = a_file(claim, b"the same"), a_file(claim, b"the same")
    assert first.snapshot == second.snapshot
    assert first.snapshot is not None
    with storages["evidence"].open(first.snapshot.path) as kept:
        assert kept.read() == b"the same"


@pytest.mark.parametrize("name", ["../../etc/passwd", "C:\\papers\\passwd", "/etc/passwd"])
def test_a_file_name_is_a_name_and_no_path(claim: Claim, name: str) -> None:
    kept = keep_file(BytesIO(b"x"), "text/plain")
    item = evidence_for(claim, kind=EvidenceKind.FILE, url="", snapshot=kept, file_name=name)
    assert item.file_name == "passwd"


def test_a_file_too_large_or_empty_is_refused_and_leaves_no_bytes(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(service, "FILE_LIMIT", 10)
    shelf = Path(storages["evidence"].location)  # type: ignore[attr-defined]  # ours is a file system
    before = set(shelf.glob(".incoming-*")) if shelf.exists() else set()
    with pytest.raises(FileTooLarge, match="larger than 25 MB"):
        keep_file(BytesIO(b"x" * 11), "text/plain")
    with pytest.raises(Invalid, match="The file is empty"):
        keep_file(BytesIO(b""), "text/plain")
    assert set(shelf.glob(".incoming-*")) == before
    assert not Snapshot.objects.exists()


def test_a_file_for_which_there_is_no_room_is_refused_with_a_sentence_and_leaves_no_bytes(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def full(_handle: int) -> None:
        raise OSError(ENOSPC, "No space left on device")

    monkeypatch.setattr("claims.services.evidence.os.fsync", full)
    shelf = Path(storages["evidence"].location)  # type: ignore[attr-defined]  # ours is a file system
    before = set(shelf.glob(".incoming-*")) if shelf.exists() else set()
    with pytest.raises(FileNotKept, match="nothing was recorded"):
        keep_file(BytesIO(b"found"), "text/plain")
    assert set(shelf.glob(".incoming-*")) == before
    assert not Snapshot.objects.exists()


def test_nobody_adds_evidence_without_a_role(claim: Claim, editor: User) -> None:
    with locked(claim.pk) as held, pytest.raises(RoleMissing):
        add_evidence(held, LINK, by=editor.as_actor())
