"""Time zones as form fields know them."""

from django.core.exceptions import ValidationError

from claims.deadlines import zone_named
from claims.errors import Invalid


def valid_zone(name: str) -> None:
    """Refuse what is no IANA time zone, in the form's own way."""
    try:
        zone_named(name)
    except Invalid as refused:
        raise ValidationError(refused.message) from refused
