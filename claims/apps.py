"""The record: what was claimed, where, what was found and decided."""

from django.apps import AppConfig


class ClaimsConfig(AppConfig):
    """App of the record. It imports nothing from `reviews`."""

    name = "claims"
    verbose_name = "Claims"
    default_auto_field = "django.db.models.BigAutoField"
