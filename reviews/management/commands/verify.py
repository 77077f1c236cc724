"""`manage.py verify`: does everything that must always hold still hold?"""

from __future__ import annotations

import json
from argparse import ArgumentParser
from dataclasses import asdict
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from claims.services.verifying import Verified
from reviews.services.verifying import verify_everything


class Command(BaseCommand):
    help = "Check every promise about the stored data. The exit status is 1 when one is broken."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--json", action="store_true", help="print one JSON document")

    def handle(self, *args: Any, **options: Any) -> None:
        verified = verify_everything()
        self.stdout.write(_as_json(verified) if options["json"] else _as_table(verified))
        if not verified.holds:
            names = ", ".join(breach.name for breach in verified.broken)
            raise CommandError(f"Broken: {names}.", returncode=1)


def _as_json(verified: Verified) -> str:
    document = asdict(verified) | {"holds": verified.holds, "ran_at": verified.ran_at.isoformat()}
    return json.dumps(document, ensure_ascii=False, indent=2)


def _as_table(verified: Verified) -> str:
    lines = []
    for breach in verified.broken:
        lines.append(f"{breach.rows:>5}  {breach.name}\n       {breach.sentence}")
        lines += [f"       - {example}" for example in breach.examples]
    if verified.unannounced:
        lines.append(f"Nothing sweeps now: {verified.unannounced} passed moments wait to be announced.")
    held = verified.checked - len(verified.broken)
    lines.append(f"{held} of {verified.checked} promises hold. Checked in {verified.seconds:.1f} s.")
    return "\n".join(lines)
