"""Evidence: added at once, edited until a verdict has used it, superseded after that. Files are kept by their hash."""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from hashlib import sha256
from pathlib import Path, PureWindowsPath
from tempfile import NamedTemporaryFile
from typing import IO

import structlog
from django.core.files.storage import FileSystemStorage, storages

from claims.actors import Actor
from claims.errors import ActionNotPossible, EvidenceInUse, FileNotKept, FileTooLarge, Invalid, RoleMissing
from claims.lifecycle import Role, State
from claims.models import Evidence, Snapshot, User, Visibility
from claims.services.articles import address, line, text
from claims.services.linkflags import keep_flags
from claims.services.looks import end_looks
from claims.services.readings import ask_reading, follow_visibility, mark_compared, plan_reading
from claims.services.repeated import forget_words
from claims.services.stamprequests import held_by, request_stamps
from claims.services.transitions import Held, locked
from claims.verdicts import EvidenceKind, Question, Stance

FILE_LIMIT = 25 * 1024 * 1024
CHUNK = 64 * 1024
log = structlog.get_logger(__name__)
WRITERS = frozenset({Role.ON_IT, Role.ADJUDICATOR, Role.REVIEWER, Role.EDITOR, Role.KEY_EVIDENCE})
EDITABLE = frozenset(
    {"question", "stance", "title", "note", "primary", "why_secondary", "derives_from", "credibility", "visibility"}
)


@dataclass(frozen=True)
class GivenEvidence:
    """A link, a kept file or a note, and what it does to which question."""

    question: Question
    stance: Stance
    kind: EvidenceKind
    url: str = ""
    snapshot: Snapshot | None = None
    file_name: str = ""
    title: str = ""
    note: str = ""
    primary: bool = False
    why_secondary: str = ""
    derives_from: Evidence | None = None
    credibility: int | None = None
    visibility: Visibility = Visibility.INTERNAL


def keep_file(stream: IO[bytes], media_type: str) -> Snapshot:
    """Keep the bytes under their SHA-256, at most 25 MB. Call it before the claim is locked.

    The file is complete under its final name before its row exists, so no row is ever without its bytes. What is
    answered says the given media type, though somebody may have kept the same bytes as something else. Raises
    `FileTooLarge`, `Invalid` for an empty file, or `FileNotKept` where there is no room for it.
    """
    try:
        digest, size = _keep_bytes(stream)
    except OSError as failure:  # no room, no right to write, a share that is away
        log.exception("file_not_kept")
        raise FileNotKept() from failure
    called = media_type[:120] or "application/octet-stream"
    kept, _ = Snapshot.objects.get_or_create(sha256=digest, defaults={"size": size, "media_type": called})
    kept.media_type = called
    return kept


def _keep_bytes(stream: IO[bytes]) -> tuple[str, int]:
    """The hash and size of the bytes, which lie under their final name by then."""
    storage = storages["evidence"]
    if not isinstance(storage, FileSystemStorage):
        raise TypeError("the evidence storage must be a file system")
    shelf = Path(storage.base_location)
    shelf.mkdir(mode=0o700, parents=True, exist_ok=True)
    with NamedTemporaryFile(dir=shelf, prefix=".incoming-", delete=False) as incoming:
        try:
            digest, size = _copy(stream, incoming)
            final = Path(storage.path(Snapshot(sha256=digest).path))
            final.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            Path(incoming.name).replace(final)
        except BaseException:
            Path(incoming.name).unlink()
            raise
    return digest, size


def _copy(stream: IO[bytes], into: IO[bytes]) -> tuple[str, int]:
    digest, size = sha256(), 0
    while block := stream.read(CHUNK):
        size += len(block)
        if size > FILE_LIMIT:
            raise FileTooLarge(pointer="/file")
        digest.update(block)
        into.write(block)
    if not size:
        raise Invalid("The file is empty.", pointer="/file")
    into.flush()
    os.fsync(into.fileno())
    return digest.hexdigest(), size


def add_evidence(held: Held, given: GivenEvidence, *, by: Actor, user: User | None = None) -> Evidence:
    """Add one item to a held claim and record it.

    Raises `RoleMissing`, `ActionNotPossible` on a dismissed claim, `UnusableText`, `UnusableAddress` or `Invalid`.
    """
    _check_writer(held, by)
    item = _item(held, given)
    item.added_by, item.added_by_user, item.added_at = by.name, user, held.now
    item.save(force_insert=True)
    plan_reading(item, held.now)
    if item.snapshot_id is not None:
        request_stamps(item, [item.snapshot_id], held.now)
    held.record("evidence.add", by=by, data=told(item))
    return item


def edit_evidence(held: Held, item: Evidence, changes: Mapping[str, object], *, by: Actor) -> Evidence:
    """Change what an item says of itself, as long as no verdict has used it. Raises `EvidenceInUse`."""
    _check_writer(held, by)
    if item.used_at is not None:
        raise EvidenceInUse()
    if unknown := sorted(changes.keys() - EDITABLE):
        raise Invalid(f"{unknown[0]} of evidence cannot be changed.", pointer=f"/{unknown[0]}")
    for name, value in changes.items():
        setattr(item, name, value)
    _check_content(held, item)
    item.version += 1
    item.save(update_fields=[*changes, "version"])
    if "visibility" in changes:
        follow_visibility(item, held.now)
        request_stamps(item, held_by(item), held.now)
        if item.visibility == Visibility.PROTECTED:
            forget_words(item)
    held.record("evidence.edit", by=by, data={**told(item), "fields": sorted(changes)})
    return item


def supersede_evidence(
    held: Held, item: Evidence, given: GivenEvidence, *, by: Actor, user: User | None = None
) -> Evidence:
    """Put a new item in the place of one; the old one stays where verdicts have used it. Both are one origin."""
    if item.superseded_by_id is not None:
        raise EvidenceInUse("This evidence is superseded already.")
    new = add_evidence(held, replace(given, derives_from=given.derives_from or item), by=by, user=user)
    item.superseded_by = new
    item.save(update_fields=["superseded_by"])
    end_looks(item)
    held.record("evidence.supersede", by=by, data={"evidence": item.pk, "by": new.pk})
    keep_flags(held)
    return new


def fetch_evidence(held: Held, item: Evidence, *, by: Actor) -> None:
    """Let the page of a link be read now. Raises `RoleMissing`, `ActionNotPossible` or `Invalid`."""
    _check_writer(held, by)
    ask_reading(held, item, by=by)


def compare_evidence(held: Held, item: Evidence, upto: int, *, by: Actor) -> None:
    """Somebody has compared the copies of a page up to this number. Raises `RoleMissing` or `Invalid`."""
    _check_writer(held, by)
    mark_compared(held, item, upto, by=by)


def note_sight(claim_id: int, items: Iterable[Evidence], *, by: Actor) -> None:
    """Somebody is shown these items: each sight of a protected one is an event, naming the item by its number only.

    Call it with everything that is about to be shown, outside any lock.
    """
    protected = sorted(item.pk for item in items if item.visibility == Visibility.PROTECTED)
    if not protected:
        return
    with locked(claim_id) as held:
        told = {"items": protected, "visibility": Visibility.PROTECTED}
        held.record("evidence.read", by=by, data=told)


def mark_used(held: Held, items: Iterable[Evidence]) -> None:
    """From now on a verdict rests on these items: they can no longer be edited."""
    unused = [item.pk for item in items if item.used_at is None]
    Evidence.objects.filter(pk__in=unused).update(used_at=held.now)


def _check_writer(held: Held, by: Actor) -> None:
    if not WRITERS & by.roles:
        raise RoleMissing("Evidence is added by the reviewers and editors of the claim's desk.")
    if held.claim.state == State.DISMISSED:
        raise ActionNotPossible("This claim is Dismissed. Restore it before adding evidence.")


def _item(held: Held, given: GivenEvidence) -> Evidence:
    item = Evidence(
        claim=held.claim,
        question=given.question,
        stance=given.stance,
        kind=given.kind,
        url=address(given.url, "url"),
        snapshot=given.snapshot,
        media_type=given.snapshot.media_type if given.snapshot else "",
        file_name=line(PureWindowsPath(given.file_name).name, "file_name", 200),
        title=given.title,
        note=given.note,
        primary=given.primary,
        why_secondary=given.why_secondary,
        derives_from=given.derives_from,
        credibility=given.credibility,
        visibility=given.visibility,
    )
    _check_content(held, item)
    return item


def _check_content(held: Held, item: Evidence) -> None:
    """What every item must satisfy, new or edited; cleans its words."""
    item.title = line(item.title, "title", 300)
    item.note = text(item.note, "note", 4000)
    item.why_secondary = line(item.why_secondary, "why_secondary", 300)
    missing = {
        EvidenceKind.LINK: ("A link needs an address.", "/url", item.url),
        EvidenceKind.FILE: ("Attach the file.", "/file", item.snapshot),
        EvidenceKind.NOTE: ("Write the note.", "/note", item.note.strip()),
    }
    sentence, pointer, value = missing[EvidenceKind(item.kind)]
    if not value:
        raise Invalid(sentence, pointer=pointer)
    if item.credibility is not None and item.credibility not in range(1, 7):
        raise Invalid("Credibility is 1 (confirmed) to 6 (cannot be judged).", pointer="/credibility")
    if item.derives_from is not None:
        _check_origin(held, item, item.derives_from)


def _check_origin(held: Held, item: Evidence, parent: Evidence) -> None:
    if parent.claim_id != held.claim.pk:
        raise Invalid("Evidence derives from an item of the same claim.", pointer="/derives_from")
    above: Evidence | None = parent
    while above is not None:
        if item.pk is not None and above.pk == item.pk:
            raise Invalid("Evidence cannot derive from itself.", pointer="/derives_from")
        above = above.derives_from


def told(item: Evidence) -> dict[str, object]:
    """What an event says of an item. A protected one is named only by its number."""
    told: dict[str, object] = {"evidence": item.pk, "visibility": item.visibility}
    if item.visibility != Visibility.PROTECTED:
        told |= {"question": item.question, "stance": item.stance, "kind": item.kind, "title": str(item)}
    return told
