"""What services of the set-up share: rows refused in the words of their model, and marks of what a row says."""

from __future__ import annotations

from hashlib import sha256

from django.core.exceptions import NON_FIELD_ERRORS, ValidationError
from django.db.models import Model

from claims.errors import Invalid


def check_columns(row: Model, *, unique: bool = True) -> None:
    """Say the first thing that is wrong with a row, at its field. Raises `Invalid`.

    Without `unique`, whoever asks looks themselves for another row that says the same.
    """
    try:
        row.full_clean(validate_unique=unique, validate_constraints=unique)
    except ValidationError as refused:
        name, sentences = next(iter(refused.message_dict.items()))
        code = str(refused.error_dict[name][0].code or "")
        placed = code if code.startswith("/") else ""  # where the rule of a whole row says what of it is wrong
        raise Invalid(sentences[0], pointer=placed if name == NON_FIELD_ERRORS else f"/{name}") from refused


def mark_of(*values: object) -> str:
    """A mark of what a row says; another mark means that somebody changed it."""
    return sha256(repr(values).encode()).hexdigest()[:16]
