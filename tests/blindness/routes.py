"""Every address a person can read, taken from the site's own table of addresses, so that a new one is walked too."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import partial
from typing import Any

from django.apps import apps
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver

from claims.models import Claim
from reviews.admin.steps import DIALOGS
from reviews.dashboard.numbers import NUMBERS

# Pages that are made for the sign-in of others, or end the session of whoever walks them.
LEFT_OUT = re.compile(r"logout|password|autocomplete|jsi18n|api/schema|static|/stream")
PARAMETER = re.compile(r"<(?:(?P<kind>[^:>]+):)?(?P<name>[^>]+)>")


@dataclass(frozen=True)
class Seen:
    """One answer: its address, its status and all of its text."""

    address: str
    status: int
    text: str


def addresses_about(claim: Claim) -> list[str]:
    """Every address of the site that can be read, filled with this claim and what belongs to it."""
    found = {address for route in _routes(get_resolver().url_patterns) for address in _filled(route, claim)}
    return sorted(address for address in found if not LEFT_OUT.search(address))


def _routes(patterns: Any, prefix: str = "") -> Iterator[str]:
    for entry in patterns:
        route = prefix + str(entry.pattern).lstrip("^").rstrip("$")
        if isinstance(entry, URLResolver):
            yield from _routes(entry.url_patterns, route)
        elif isinstance(entry, URLPattern) and "(" not in route:
            yield f"/{route}"


def _filled(route: str, claim: Claim) -> Iterator[str]:
    parameters = [match["name"] for match in PARAMETER.finditer(route)]
    if not parameters:
        yield route
        return
    for values in _values(route, parameters, claim):
        yield PARAMETER.sub(partial(_value, values), route)


def _value(values: Mapping[str, object], match: re.Match[str]) -> str:
    return str(values[match["name"]])


def _values(route: str, parameters: list[str], claim: Claim) -> Iterator[Mapping[str, object]]:
    choices = {"name": list(DIALOGS), "key": list(NUMBERS)}
    named = next((choices[name] for name in parameters if name in choices), [None])
    for number in _numbers(route, claim):
        for word in named:
            yield {name: word if name in choices else number for name in parameters}


def _numbers(route: str, claim: Claim) -> list[int]:
    """What stands for a number in this address: rows of the admin's model there, of the API's noun, else the claim."""
    article = claim.appearances.get().revision.article_id
    nouns = {
        "articles": [article],
        "evidence": list(claim.evidence.values_list("pk", flat=True)),
    }
    for app, model in re.findall(r"/admin/(\w+)/(\w+)/", route):
        if (app, model) not in {("claims", "claim"), ("claims", "article")} and app in {"claims", "reviews"}:
            return list(apps.get_model(app, model)._default_manager.values_list("pk", flat=True)[:5])
        return [article] if model == "article" else [claim.pk]
    for noun, numbers in nouns.items():
        if f"/{noun}/<" in route:
            return numbers
    return [claim.pk]


def walked(client: Client, addresses: list[str]) -> list[Seen]:
    """What somebody sees at each of these addresses."""
    found = []
    for address in addresses:
        response = client.get(address, follow=True)
        content = b"".join(response) if response.streaming else response.content
        found.append(Seen(address, response.status_code, content.decode(errors="replace")))
    return found
