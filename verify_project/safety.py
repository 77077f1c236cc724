"""Refuses to start in production with settings that are only fit for a desk.

Settings hand their values in. Each refusal is one sentence that says what to set.
"""

import os
from collections.abc import Iterable
from pathlib import Path
from urllib.parse import urlsplit

from django.core.exceptions import ImproperlyConfigured

DEVELOPMENT_KEY = "development-only-key-never-used-where-others-can-reach-it-0123456789"
LOOPBACK = ("localhost", "127.0.0.1", "[::1]")
SHORTEST_KEY = 50  # characters
FEWEST_DIFFERENT = 5  # characters of a key, as Django's own deployment check counts them
# What an address begins with, by the variable that holds it.
SCHEMES = {
    "DATABASE_URL": ("postgres://", "postgresql://"),
    "BROKER_URL": ("redis://", "rediss://", "redis+socket://"),
    "EVIDENCE_DIR": ("/",),
}
MAIL = ("smtp://", "smtp+tls://", "smtp+ssl://", "smtps://")
SITE = ("https://", "http://")
SWITCHES = {"1": True, "true": True, "yes": True, "on": True, "y": True, "ok": True} | dict.fromkeys(
    ("0", "false", "no", "off", "n", ""), False
)


class UnsafeSettings(ImproperlyConfigured):
    """These settings are not safe for production."""


def check_production(
    *, secret_key: str, hosts: list[str], debug: bool, addresses: dict[str, str], doors: dict[str, str] | None = None
) -> None:
    """Raise UnsafeSettings for the first setting that is not fit for production."""
    if secret_key == DEVELOPMENT_KEY:
        raise UnsafeSettings(
            "Production will not start with the development key: anybody can read it in the source "
            "and sign sessions with it. Set SECRET_KEY to a long random text of your own."
        )
    if len(secret_key) < SHORTEST_KEY:
        raise UnsafeSettings(f"SECRET_KEY is too short: use at least {SHORTEST_KEY} random characters.")
    if len(set(secret_key)) < FEWEST_DIFFERENT:
        raise UnsafeSettings("SECRET_KEY can be guessed: use random characters, not one repeated.")
    if not hosts or "*" in hosts:
        raise UnsafeSettings(
            "Set ALLOWED_HOSTS to the names this site is reached by; with none, or with `*`, "
            "anybody could make it write links to a host of their own."
        )
    _check_names(hosts)
    if debug:
        raise UnsafeSettings("Production will not start with DEBUG on: error pages would show its settings.")
    _check_doors(doors or {})
    for name, value in addresses.items():
        if not value:
            raise UnsafeSettings(f"Set {name}: production starts no servers of its own.")
        if not value.startswith(SCHEMES[name]):
            raise UnsafeSettings(f"{name} must begin with {' or '.join(SCHEMES[name])}.")
        _check_readable(name, value)


def _check_names(hosts: list[str]) -> None:
    for host in hosts:
        if "/" in host or (":" in host and not host.startswith("[")):
            raise UnsafeSettings(
                f"ALLOWED_HOSTS holds names alone, without https:// and without port; it says {host!r}."
            )


def _check_readable(name: str, address: str) -> None:
    """Raise UnsafeSettings for an address that would be cut in the wrong place. What it says is a secret."""
    try:
        found = urlsplit(address)
        _ = None if "," in found.netloc else found.port  # several hosts, each with its own
    except ValueError:
        raise UnsafeSettings(
            f"{name} cannot be read: after the host and a colon stands something that is no port. In a password write "
            "%2F for /, %23 for #, %3F for ?, %40 for @, %5B for [ and %5D for ]."
        ) from None
    if name == "DATABASE_URL" and not found.path.strip("/"):
        raise UnsafeSettings("DATABASE_URL must end with the name of the database: postgres://user:password@host/name.")


def _check_doors(doors: dict[str, str]) -> None:
    for name, door in doors.items():
        if door:
            raise UnsafeSettings(
                f"{name} opens ways into the network, past every check of their address; it is for tests alone. "
                "Unset it."
            )


def check_mail(*, mail_url: str, site_url: str) -> None:
    """Raise UnsafeSettings when letters would go, or lead, nowhere."""
    if site_url and not site_url.startswith(SITE):
        raise UnsafeSettings(f"SITE_URL must begin with {' or '.join(SITE)}; it says {site_url!r}.")
    if mail_url and not site_url:
        raise UnsafeSettings("Set SITE_URL to the address people reach this site by: letters carry links to it.")
    if mail_url and not mail_url.startswith(MAIL):
        raise UnsafeSettings(f"MAIL_URL must begin with {' or '.join(MAIL)}.")
    _check_readable("MAIL_URL", mail_url)


def check_root(prefix: str) -> None:
    """Raise UnsafeSettings when a server is told to answer below a prefix: half of all links would lead past it."""
    if prefix.strip("/"):
        raise UnsafeSettings(
            f"Claim Desk stands at the root of its host name, not below {prefix}: links, static files and cookies know "
            "no prefix. Unset SCRIPT_NAME and give it a host name of its own."
        )


def whole_number(name: str, told: str) -> int:
    """The number a variable holds, 1 or more. Raises UnsafeSettings with its name."""
    if not (told.isascii() and told.isdigit() and len(told) < 10 and int(told) > 0):
        raise UnsafeSettings(f"{name} must be a whole number of at least 1; it says {told!r}.")
    return int(told)


def switch(name: str, told: str) -> bool:
    """What a variable switches on or off. Raises UnsafeSettings for a word that could be meant either way."""
    if (known := SWITCHES.get(told.strip().lower())) is None:
        raise UnsafeSettings(f"{name} must be 1 or 0; it says {told!r}.")
    return known


def is_production(told: str) -> bool:
    """What `CLAIMDESK_ENV` says. Raises UnsafeSettings for another word: it may have been meant as production."""
    if told not in {"production", "development", ""}:
        raise UnsafeSettings(f"CLAIMDESK_ENV must be production or development; it says {told!r}.")
    return told == "production"


def check_origins(origins: list[str]) -> None:
    """Raise UnsafeSettings for an origin without its scheme: no request would ever come from it."""
    for origin in origins:
        if not origin.startswith(SITE):
            raise UnsafeSettings(f"CSRF_TRUSTED_ORIGINS must begin with {' or '.join(SITE)}; it says {origin!r}.")


def check_process(told: str, known: Iterable[str]) -> None:
    """Raise UnsafeSettings for a kind of process that has no limits."""
    if told not in (names := sorted(known)):
        raise UnsafeSettings(f"CLAIMDESK_PROCESS must be one of {', '.join(names)}; it says {told!r}.")


def check_counting(directory: str) -> None:
    """Raise UnsafeSettings when the web processes could not write down what they count: every request would fail."""
    if directory and not (Path(directory).is_dir() and os.access(directory, os.W_OK | os.X_OK)):
        raise UnsafeSettings(
            f"PROMETHEUS_MULTIPROC_DIR must be a directory that this process may write to; {directory} is none."
        )


def check_seals(directory: str) -> None:
    """Raise UnsafeSettings for a place that depends on where a process was started.

    Whether it can be written to shows when a seal is made: a disk that is away must not keep a worker from starting.
    """
    if directory and not directory.startswith("/"):
        raise UnsafeSettings(f"SEAL_DIR must be a directory's whole path, from / on; it says {directory!r}.")


def check_development(*, hosts: list[str], secret_key: str) -> None:
    """Raise UnsafeSettings when the development key would be used beyond this machine."""
    if secret_key == DEVELOPMENT_KEY and not set(hosts) <= set(LOOPBACK):
        raise UnsafeSettings(
            "The development key is for this machine alone: to be reached by other names, set "
            "CLAIMDESK_ENV=production and a SECRET_KEY of your own."
        )


def check_authority(url: str, certificates: str) -> None:
    """Raise UnsafeSettings when a time-stamping authority is named whose answers could not be verified."""
    if url and not (certificates and Path(certificates).is_file()):
        raise UnsafeSettings(
            "Set TIMESTAMP_AUTHORITY_CERTIFICATES to a PEM file with the root certificates of the time-stamping "
            "authority: without them its answers cannot be verified."
        )
