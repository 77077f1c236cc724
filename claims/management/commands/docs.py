"""Writes the documents that are made from the code, or (`--check`) says which of them have drifted from it."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser
from drf_spectacular.drainage import GENERATOR_STATS
from drf_spectacular.generators import SchemaGenerator
from drf_spectacular.renderers import OpenApiYamlRenderer
from drf_spectacular.validation import validate_schema

from claims.management.diagram import life_of_a_claim


class Command(BaseCommand):
    """`manage.py docs`: the OpenAPI document and the life of a claim."""

    help = "write docs/openapi.yaml and docs/lifecycle.md (--check: compare, exit 1 when they differ)"
    requires_system_checks = ()

    def add_arguments(self, parser: CommandParser) -> None:
        """One switch."""
        parser.add_argument("--check", action="store_true", help="write nothing, only compare")

    def handle(self, *args: Any, **options: Any) -> None:
        """Write or compare."""
        folder = Path(settings.BASE_DIR) / "docs"
        made = {folder / "openapi.yaml": openapi(), folder / "lifecycle.md": life_of_a_claim()}
        if options["check"]:
            self._compare(made)
        else:
            self._write(made)

    def _compare(self, made: Mapping[Path, str]) -> None:
        drifted = [path.name for path, text in made.items() if not path.exists() or path.read_text() != text]
        if drifted:
            raise CommandError(f"Drifted from the code: {', '.join(drifted)}. Run make docs and commit.", returncode=1)
        self.stdout.write("The documents are those of the code.")

    def _write(self, made: Mapping[Path, str]) -> None:
        for path, text in made.items():
            path.write_text(text)
            self.stdout.write(f"wrote {path.relative_to(settings.BASE_DIR)}")


def openapi() -> str:
    """The OpenAPI document. Raises `CommandError` when an endpoint cannot be described, or the document is invalid."""
    schema = SchemaGenerator().get_schema(request=None, public=True)  # type: ignore[no-untyped-call]  # untyped library
    if GENERATOR_STATS:
        GENERATOR_STATS.emit_summary()
        raise CommandError("An endpoint is not described fully, see above.")
    validate_schema(schema)  # type: ignore[no-untyped-call]  # as above
    text = OpenApiYamlRenderer().render(schema, renderer_context={})  # type: ignore[no-untyped-call]  # as above
    return text.decode() if isinstance(text, bytes) else str(text)
