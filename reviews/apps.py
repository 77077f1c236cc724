"""The work: who checks which claim, and what they answer."""

from django.apps import AppConfig


class ReviewsConfig(AppConfig):
    """App of the work. It builds on `claims`."""

    name = "reviews"
    verbose_name = "Reviews"
    default_auto_field = "django.db.models.BigAutoField"
