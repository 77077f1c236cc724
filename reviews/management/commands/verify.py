"""`manage.py verify`: does everything that must always hold still hold?"""

from __future__ import annotations

import json
from argparse import ArgumentParser
from collections.abc import Iterator
from dataclasses import asdict
from datetime import datetime
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from claims.services.heldseals import Held, files_in, held
from claims.services.verifying import Verified
from reviews.services.verifying import verify_everything

AS_SEALED = "All of it is as it was sealed."


class Command(BaseCommand):
    help = "Check every promise about the stored data. The exit status is 1 when one is broken."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--json", action="store_true", help="print one JSON document")
        parser.add_argument(
            "--seal",
            nargs="+",
            default=[],
            metavar="FILE",
            help="hold the database against seals kept elsewhere; of a directory, against every *.txt in it",
        )

    def handle(self, *args: Any, **options: Any) -> None:
        verified = verify_everything()
        seals = dict(_held(options["seal"]))
        self.stdout.write(_as_json(verified, seals) if options["json"] else _as_table(verified, seals))
        broken = [breach.name for breach in verified.broken] + [
            file for file, seal in seals.items() if seal.differences
        ]
        if broken:
            raise CommandError(f"Broken: {', '.join(broken)}.", returncode=1)


Seals = dict[str, Held]  # by file


def _held(named: list[str]) -> Iterator[tuple[str, Held]]:
    for name in named:
        try:
            files = files_in(Path(name))
        except OSError as refused:
            yield name, Held("", 0, [f"The directory cannot be read: {refused.strerror}."])
            continue
        yield from ((name if file == Path(name) else str(file), held(file)) for file in files)
        if not files:
            yield name, Held("", 0, ["There is no seal in this directory: no file whose name ends in .txt."])


def _as_json(verified: Verified, seals: Seals) -> str:
    holds = verified.holds and not any(seal.differences for seal in seals.values())
    document = asdict(verified) | {"holds": holds, "seals": {file: asdict(seal) for file, seal in seals.items()}}
    return json.dumps(document, ensure_ascii=False, indent=2, default=datetime.isoformat)


def _as_table(verified: Verified, seals: Seals) -> str:
    lines = []
    for breach in verified.broken:
        lines.append(f"{breach.rows:>5}  {breach.name}\n       {breach.sentence}")
        lines += [f"       - {example}" for example in breach.examples]
    if verified.unannounced:
        lines.append(f"Nothing sweeps now: {verified.unannounced} passed moments wait to be announced.")
    if verified.lacks_seals:
        made = f"The last seal was made {verified.sealed_at:%Y-%m-%d %H:%M} UTC." if verified.sealed_at else ""
        lines.append(made or "No seal was made yet.")
    for file, seal in seals.items():
        said = [f"A seal of {seal.claims} claims, made {seal.made}."] if seal.made else []
        lines += [f"{file}: {sentence}" for sentence in [*said, *(seal.differences or [AS_SEALED])]]
    held = verified.checked - len(verified.broken)
    lines.append(f"{held} of {verified.checked} promises hold. Checked in {verified.seconds:.1f} s.")
    return "\n".join(lines)
