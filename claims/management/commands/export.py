"""`manage.py export`: everything published, in the shape of other people's data, to a file or a pipe."""

from __future__ import annotations

from argparse import ArgumentParser
from collections.abc import Iterable
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from claims.exports import averitec, claimreview
from claims.exports.site import site_at
from claims.public.published import checks_told, every_check, public_state


class Command(BaseCommand):
    help = "Write everything published as one JSON document. It is written as it is read, however long it is."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("shape", choices=["averitec", "claimreview"], help="whose shape it takes")

    def handle(self, *args: Any, **options: Any) -> None:
        if not settings.SITE_URL:
            raise CommandError("Set SITE_URL: every verdict is named by its address.")
        site = site_at("")
        parts: Iterable[str]
        if options["shape"] == "averitec":
            parts = averitec.parts_of_array(averitec.record(check, site) for check in checks_told())
        else:
            head = claimreview.feed_head(site, public_state().changed)
            parts = claimreview.parts_of_feed(head, (claimreview.feed_item(check, site) for check in every_check()))
        for part in parts:
            self.stdout.write(part, ending="")
