"""`manage.py newsroom`: loads the demo newsroom and says how to sign in."""

from __future__ import annotations

import json
from argparse import ArgumentParser
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from claims.models import Claim, User
from reviews.newsroom.cast import MAIL, PASSWORD, roles_of
from reviews.newsroom.loading import fresh_demo_key, load_newsroom, newsroom_state
from reviews.services.verifying import verify_everything


class Command(BaseCommand):
    help = "Load the demo newsroom into an empty database, and print its sign-ins and a fresh demo API key."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--if-empty", action="store_true", help="say nothing when the database holds other work")
        parser.add_argument("--json", action="store_true", help="print one JSON document")

    def handle(self, *args: Any, **options: Any) -> None:
        if settings.PRODUCTION:
            raise CommandError("The demo newsroom has sign-ins that everybody can read. It is not for production.")
        words = load_newsroom()
        loaded = words is not None
        if loaded:
            verify_everything()  # so that the dashboard says from the first minute that it looked
        if not loaded and not newsroom_state().is_loaded:
            if options["if_empty"]:
                return
            raise CommandError("This database holds other work already. The demo newsroom needs an empty one.")
        document = _document(words or fresh_demo_key(), loaded=loaded)
        self.stdout.write(json.dumps(document, ensure_ascii=False, indent=2) if options["json"] else _block(document))


def _document(key: str, *, loaded: bool) -> dict[str, Any]:
    people = User.objects.filter(email__endswith=MAIL, is_active=True).order_by("pk")
    return {
        "loaded": loaded,
        "claims": Claim.objects.count(),
        "password": PASSWORD,
        "people": [{"user": each.username, "name": each.full_name, "is": roles_of(each)} for each in people],
        "api_key": key,
    }


def _block(document: dict[str, Any]) -> str:
    """The lines that `make run` prints among its addresses."""
    people = [f"  {each['user']:<9} {each['name']}: {each['is']}" for each in document["people"]]
    return "\n".join(
        [
            f"Demo sign-ins, all with the password {document['password']}",
            *people,
            "",
            "Demo API key, shown this once; every start makes a new one and ends the last",
            f"  {document['api_key']}",
            "",
        ]
    )
