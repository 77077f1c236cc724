"""Keeps webhooks: makes and changes them, gives them new secrets, tries them out, sends again.

A webhook belongs to a key and is told what the change feed gives that key. The key itself keeps its webhooks where it
has the scope, administrators keep all.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from datetime import timedelta
from typing import Any
from urllib.parse import urlsplit

from django.db import transaction
from django.db.models import QuerySet

from claims.addresses import AddressRefused, canonical_url
from claims.errors import Invalid, NotFound, RoleMissing, StaleVersion, WebhookOff
from claims.exports.feed import Place
from claims.intake.egress import door_to
from claims.intake.gate import is_public, written
from claims.models import ApiKey, ClaimEvent, DeliveryState, Scope, Webhook, WebhookDelivery
from claims.permissions import Viewer, check_scope
from claims.services.articles import line
from claims.services.transitions import database_time
from claims.webhooks.kinds import chosen, no_such
from claims.webhooks.signing import fingerprint, new_salt, secret_of, shown

MOST_OF_A_KEY = 20
OVERLAP = timedelta(hours=24)
LONGEST_OVERLAP = timedelta(days=7)
CHANGEABLE = ("name", "url", "types", "is_enabled")


def check_keeps_webhooks(viewer: Viewer) -> None:
    """For keys with the scope, and for administrators. Raises `ScopeMissing`, `RoleMissing`."""
    if viewer.key is not None:
        check_scope(viewer, Scope.WEBHOOKS_MANAGE)
    elif not viewer.is_administrator:
        raise RoleMissing("Webhooks: only for administrators.")


def webhooks_of(viewer: Viewer) -> QuerySet[Webhook]:
    """The webhooks this viewer keeps: a key its own, an administrator all."""
    check_keeps_webhooks(viewer)
    rows = Webhook.objects.select_related("key", "made_by")
    return rows if viewer.key is None else rows.filter(key=viewer.key)


def deliveries_of(viewer: Viewer) -> QuerySet[WebhookDelivery]:
    """Their deliveries, newest first."""
    return WebhookDelivery.objects.filter(webhook__in=webhooks_of(viewer).values("pk")).select_related("event")


def make_webhook(
    viewer: Viewer,
    *,
    name: str,
    url: str,
    types: Iterable[str] = (),
    key: ApiKey | None = None,
    after: Place | None = None,
) -> tuple[Webhook, str]:
    """A new webhook, switched on, and its secret (`whsec_…`), which is never seen again.

    It is told what happens from now on, or from behind `after`, a place in the feed. `types` are public names, none
    means all. An administrator names the `key` it belongs to. Raises `Invalid` and what `check_keeps_webhooks` raises.
    """
    check_keeps_webhooks(viewer)
    owner = viewer.key or key
    if owner is None:
        raise Invalid("Say whose eyes it has: the number of an API key.", pointer="/key")
    with transaction.atomic():
        owner, now = ApiKey.objects.select_for_update().get(pk=owner.pk), database_time()
        check_reads_feed(owner)
        check_room(owner)
        salt = new_salt()
        tx, event = _beginning(after)
        webhook = Webhook(key=owner, made_by=viewer.user, made_at=now, salt=salt, tx=tx, event=event)
        webhook.secret_sha256 = fingerprint(secret_of(salt))
        for field, value in {"name": name, "url": url, "types": list(types)}.items():
            setattr(webhook, field, as_kept(field, value))
        webhook.save(force_insert=True)
    return webhook, shown(secret_of(salt))


def change_webhook(number: int, changes: Mapping[str, Any], viewer: Viewer, *, version: int | None = None) -> Webhook:
    """Change name, address, types, or whether it is switched on; what waits goes to the new address.

    Switched on again it goes on where it stopped. Raises `NotFound`, `StaleVersion`, `Invalid`.
    """
    with held(number, viewer, version=version) as webhook:
        written = [field for field in CHANGEABLE if field in changes]
        for field in written:
            setattr(webhook, field, as_kept(field, changes[field]))
        if changes.get("is_enabled"):
            check_reads_feed(webhook.key)
            webhook.off_code, webhook.off_at = "", None
            webhook.failures, webhook.failing_since, webhook.paused_until = 0, None, None
            written += ["off_code", "off_at", "failures", "failing_since", "paused_until"]
        if written:
            webhook.version += 1
            webhook.save(update_fields=[*written, "version"])
    return webhook


def delete_webhook(number: int, viewer: Viewer, *, version: int | None = None) -> None:
    """Delete it with its log; what waited is not sent. Raises `NotFound`, `StaleVersion`."""
    with held(number, viewer, version=version) as webhook:
        webhook.delete()


def rotate_secret(number: int, viewer: Viewer, *, overlap: timedelta = OVERLAP) -> tuple[Webhook, str]:
    """A new secret, shown once; for as long as `overlap` deliveries are signed with the former one as well.

    Raises `NotFound`, and `Invalid` for an overlap of more than seven days.
    """
    if not timedelta(0) <= overlap <= LONGEST_OVERLAP:
        raise Invalid("The former secret holds for 0 to 168 hours more.", pointer="/overlap_hours")
    with held(number, viewer) as webhook:
        is_lost = fingerprint(secret_of(webhook.salt)) != webhook.secret_sha256
        webhook.old_salt = "" if is_lost else webhook.salt
        webhook.old_until = None if is_lost else database_time() + overlap
        webhook.salt = new_salt()
        webhook.secret_sha256 = fingerprint(secret_of(webhook.salt))
        webhook.version += 1
        webhook.save(update_fields=["salt", "secret_sha256", "old_salt", "old_until", "version"])
    return webhook, shown(secret_of(webhook.salt))


def try_out(number: int, viewer: Viewer) -> WebhookDelivery:
    """Let a test be sent, which tells of nothing. Raises `NotFound`, `WebhookOff`."""
    with held(number, viewer) as webhook:
        _check_on(webhook)
        _wake(webhook)
        now = database_time()
        return WebhookDelivery.objects.create(webhook=webhook, made_at=now, next_attempt_at=now)


def replay_from(number: int, place: Place, viewer: Viewer) -> Webhook:
    """Tell everything behind a place in the feed, again where it was told already. Raises `NotFound`, `WebhookOff`."""
    with held(number, viewer) as webhook:
        _check_on(webhook)
        _wake(webhook)
        # What lies ahead of the end would be told to nobody.
        webhook.tx, webhook.event = min(place, ClaimEvent.objects.end_of_feed())
        webhook.save(update_fields=["tx", "event"])
    return webhook


def send_again(number: int, viewer: Viewer) -> WebhookDelivery:
    """Send one delivery again, at once and with ten attempts anew. Raises `NotFound`, `WebhookOff`."""
    with transaction.atomic():
        row = deliveries_of(viewer).filter(pk=number).first()
        if row is None:
            raise NotFound(f"There is no delivery {number}.")
        with held(row.webhook_id, viewer) as webhook:
            _check_on(webhook)
            _wake(webhook)
            row.state, row.attempts, row.next_attempt_at = DeliveryState.WAITING, 0, database_time()
            row.replays += 1
            row.save(update_fields=["state", "attempts", "next_attempt_at", "replays"])
    return row


@contextmanager
def held(number: int, viewer: Viewer, *, version: int | None = None) -> Iterator[Webhook]:
    """One of the viewer's webhooks, its row held until the block ends. Raises `NotFound`, `StaleVersion`."""
    with transaction.atomic():
        webhook = webhooks_of(viewer).select_for_update(of=("self",)).filter(pk=number).first()
        if webhook is None:
            raise NotFound(f"There is no webhook {number}.")
        if version is not None and webhook.version != version:
            raise StaleVersion(current=webhook.version, expected=version)
        yield webhook


def _beginning(asked: Place | None) -> Place:
    """Where a new webhook begins: behind the place that is named, or now. Raises `Invalid` for one that lies ahead."""
    end = ClaimEvent.objects.end_of_feed()
    if asked is not None and asked > end:
        raise Invalid(
            "The cursor lies ahead of everything here, as after a restored backup. Leave it out to begin now.",
            pointer="/after",
        )
    return end if asked is None else asked


def _check_on(webhook: Webhook) -> None:
    if not webhook.is_enabled:
        raise WebhookOff()


def _wake(webhook: Webhook) -> None:
    """Somebody waits for an answer: do not leave the receiver alone any longer."""
    webhook.paused_until = None
    webhook.save(update_fields=["paused_until"])


def check_room(key: ApiKey) -> None:
    """A key has so many webhooks and no more. Raises `Invalid`."""
    if Webhook.objects.filter(key=key).count() >= MOST_OF_A_KEY:
        raise Invalid(f"A key has at most {MOST_OF_A_KEY} webhooks. Delete one that is no longer needed.")


def check_reads_feed(key: ApiKey) -> None:
    """A webhook can be of this key. Raises `Invalid`."""
    if not (key.is_live(database_time()) and Scope.EVENTS_READ in key.scopes):
        raise Invalid(
            f"The key “{key.name}” does not open the change feed: it needs the scope {Scope.EVENTS_READ}, and must be "
            "neither revoked nor expired. A webhook is told what the feed gives its key.",
            pointer="/key",
        )


def as_kept(field: str, value: Any) -> Any:
    """A value as the column keeps it. Raises `Invalid`."""
    if field == "name":
        title = line(value, "name", 80)
        if not title:
            raise Invalid("Give the webhook a name that says who listens.", pointer="/name")
        return title
    if field == "types":
        kept, unknown = chosen(value)
        if unknown:
            raise Invalid(no_such(unknown[0]), pointer="/types")
        return kept
    return _address(value) if field == "url" else value


def _address(told: str) -> str:
    """The address, checked as far as its letters say; where it leads is judged at every connection."""
    url = told.strip()
    try:
        parts = urlsplit(canonical_url(url))
        port = parts.port
    except (AddressRefused, ValueError) as refused:
        raise Invalid(str(refused), pointer="/url") from refused
    if "#" in url:
        raise Invalid("Leave out what follows #: it is never sent.", pointer="/url")
    if door_to(url) is not None:
        return url
    if parts.scheme != "https" or port not in {None, 443}:
        raise Invalid("Give an https address on port 443.", pointer="/url")
    if _is_inside(parts.hostname or ""):
        raise Invalid("This address lies inside a private network, and nothing is sent there.", pointer="/url")
    return url


def _is_inside(host: str) -> bool:
    """Whether the host is written as an address of a private network, in any notation that whoever calls it reads."""
    address = written(host)
    if address is None:
        return host == "localhost" or host.endswith(".localhost")
    return not is_public(address)
