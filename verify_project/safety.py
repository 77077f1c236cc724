"""Refuses to start in production with settings that are only fit for a desk.

Pure: settings hand their values in. Each refusal is one sentence that says what to set.
"""

from django.core.exceptions import ImproperlyConfigured

DEVELOPMENT_KEY = "development-only-key-never-used-where-others-can-reach-it-0123456789"
LOOPBACK = ("localhost", "127.0.0.1", "[::1]")
SHORTEST_KEY = 50  # characters


class UnsafeSettings(ImproperlyConfigured):
    """These settings are not safe for production."""


def check_production(*, secret_key: str, hosts: list[str], debug: bool, addresses: dict[str, str]) -> None:
    """Raise UnsafeSettings for the first setting that is not fit for production."""
    if secret_key == DEVELOPMENT_KEY:
        raise UnsafeSettings(
            "Production will not start with the development key: anybody can read it in the source "
            "and sign sessions with it. Set SECRET_KEY to a long random text of your own."
        )
    if len(secret_key) < SHORTEST_KEY:
        raise UnsafeSettings(f"SECRET_KEY is too short: use at least {SHORTEST_KEY} random characters.")
    if not hosts or "*" in hosts:
        raise UnsafeSettings(
            "Set ALLOWED_HOSTS to the names this site is reached by; with none, or with `*`, "
            "anybody could make it write links to a host of their own."
        )
    if debug:
        raise UnsafeSettings("Production will not start with DEBUG on: error pages would show its settings.")
    for name, value in addresses.items():
        if not value:
            raise UnsafeSettings(f"Set {name}: production starts no servers of its own.")


def check_mail(*, mail_url: str, site_url: str) -> None:
    """Raise UnsafeSettings when letters would lead nowhere."""
    if mail_url and not site_url.startswith(("https://", "http://")):
        raise UnsafeSettings("Set SITE_URL to the address people reach this site by: letters carry links to it.")


def check_development(*, hosts: list[str], secret_key: str) -> None:
    """Raise UnsafeSettings when the development key would be used beyond this machine."""
    if secret_key == DEVELOPMENT_KEY and not set(hosts) <= set(LOOPBACK):
        raise UnsafeSettings(
            "The development key is for this machine alone: to be reached by other names, set "
            "CLAIMDESK_ENV=production and a SECRET_KEY of your own."
        )
