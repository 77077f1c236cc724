"""Whoever keeps a webhook is written to, once, when it was switched off by itself."""

from __future__ import annotations

import pytest

from claims.models import OffBecause, Scope, User, Webhook
from claims.services.transitions import database_time
from claims.services.webhooks import change_webhook, make_webhook
from reviews.models import Message
from reviews.services.mailing import send_letters
from reviews.services.ownership import write_to_owners
from tests import factories as make
from tests.reviews.postbox import postbox

pytestmark = pytest.mark.django_db


def with_mail(user: User) -> User:
    user.email = f"{user.username}@newsroom.example"
    user.save(update_fields=["email"])
    return user


def ended(by: User | None = None) -> Webhook:
    """A webhook, of the administrator or of a key nobody made, that was switched off."""
    key, _ = make.a_key(Scope.EVENTS_READ, Scope.WEBHOOKS_MANAGE)
    viewer = make.viewer(by or key)
    made, _ = make_webhook(viewer, name="Content system", url="https://cms.example/", key=key)
    off = {"is_enabled": False, "off_code": OffBecause.GONE, "off_at": database_time()}
    Webhook.objects.filter(pk=made.pk).update(**off)
    return made


def test_who_made_it_gets_one_letter_that_says_why() -> None:
    owner = with_mail(make.an_administrator())
    made = ended(owner)
    with postbox() as server:
        assert (write_to_owners(), write_to_owners()) == (1, 0)
        send_letters()
    (letter,) = server.letters
    assert letter["To"] == owner.email
    assert letter["Subject"] == "A webhook was switched off: Content system"
    body = letter.get_body(("plain",))
    assert body is not None
    assert "Its receiver answered that it is gone (410). https://cms.example/" in body.get_content()
    assert f"/admin/claims/webhook/{made.pk}/change/" in body.get_content()


def test_administrators_hear_of_one_that_nobody_made() -> None:
    heads = {with_mail(make.an_administrator()) for _ in range(2)}
    ended()
    with postbox():
        assert write_to_owners() == 2
    assert {message.user for message in Message.objects.all()} == heads


def test_no_letter_goes_out_once_it_is_on_again_and_another_when_it_ends_again() -> None:
    owner = with_mail(make.an_administrator())
    made = ended(owner)
    with postbox() as server:
        write_to_owners()
        change_webhook(made.pk, {"is_enabled": True}, make.viewer(owner))
        send_letters()
        Webhook.objects.filter(pk=made.pk).update(is_enabled=False, off_code=OffBecause.FAILING, off_at=database_time())
        assert write_to_owners() == 1
    assert server.letters == []


def test_nobody_is_written_to_without_a_mail_server() -> None:
    with_mail(make.an_administrator())
    ended()
    assert write_to_owners() == 0
