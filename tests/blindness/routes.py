"""Every address a person can read, taken from the site's own table of addresses, so that a new one is walked too."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import partial
from typing import Any
from urllib.parse import urljoin

from django.apps import apps
from django.http.response import HttpResponseRedirectBase
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver

from claims.models import Claim
from reviews.admin.steps import DIALOGS
from reviews.dashboard.numbers import NUMBERS

# Pages that are made for the sign-in of others, or end the session of whoever walks them.
LEFT_OUT = re.compile(r"logout|password|autocomplete|jsi18n|api/schema|static|/stream")
Known = dict[str, list[int]]  # numbers by noun
PARAMETER = re.compile(r"<(?:(?P<kind>[^:>]+):)?(?P<name>[^>]+)>")


@dataclass(frozen=True)
class Seen:
    """One answer: its address, its status and all of its text."""

    address: str
    status: int
    text: str


def addresses_about(claim: Claim) -> list[str]:
    """Every address of the site that can be read, filled with this claim and what belongs to it."""
    known: Known = {}
    found = {address for route in _routes(get_resolver().url_patterns) for address in _filled(route, claim, known)}
    return sorted(address for address in found if not LEFT_OUT.search(address))


def _routes(patterns: Any, prefix: str = "") -> Iterator[str]:
    for entry in patterns:
        route = prefix + str(entry.pattern).lstrip("^").rstrip("$")
        if isinstance(entry, URLResolver):
            yield from _routes(entry.url_patterns, route)
        elif isinstance(entry, URLPattern) and "(" not in route:
            yield f"/{route}"


def _filled(route: str, claim: Claim, known: Known) -> Iterator[str]:
    parameters = [match["name"] for match in PARAMETER.finditer(route)]
    if not parameters:
        yield route
        return
    for values in _values(route, parameters, claim, known):
        yield PARAMETER.sub(partial(_value, values), route)


def _value(values: Mapping[str, object], match: re.Match[str]) -> str:
    return str(values[match["name"]])


def _values(route: str, parameters: list[str], claim: Claim, known: Known) -> Iterator[Mapping[str, object]]:
    choices = {"name": list(DIALOGS), "key": list(NUMBERS)}
    named = next((choices[name] for name in parameters if name in choices), [None])
    for number in _numbers(route, claim, known):
        for word in named:
            yield {name: word if name in choices else number for name in parameters}


def _numbers(route: str, claim: Claim, known: Known) -> list[int]:
    """What stands for a number in this address: rows of the admin's model there, of the API's noun, else the claim."""
    noun = re.search(r"/admin/(\w+/\w+)/|/(articles|evidence)/<", route)
    name = next((found for found in noun.groups() if found), "") if noun else ""
    if name not in known:
        known[name] = _rows(name, claim)
    return known[name]


def _rows(noun: str, claim: Claim) -> list[int]:
    if noun in {"articles", "claims/article"}:
        return [claim.appearances.get().revision.article_id]
    if noun == "evidence":
        return list(claim.evidence.values_list("pk", flat=True))
    app, _, model = noun.partition("/")
    if app in {"claims", "reviews"} and model != "claim":
        return list(apps.get_model(app, model)._default_manager.values_list("pk", flat=True)[:5])
    return [claim.pk]


def walked(client: Client, addresses: list[str]) -> list[Seen]:
    """What somebody sees at each of these addresses, and at those they are led to, each asked for once."""
    found: dict[str, Seen] = {}
    waiting = addresses[::-1]
    while waiting:
        address = waiting.pop()
        if address in found:
            continue
        response = client.get(address)
        content = b"".join(response) if response.streaming else response.content
        found[address] = Seen(address, response.status_code, content.decode(errors="replace"))
        if isinstance(response, HttpResponseRedirectBase):
            waiting.append(urljoin(address, response.url))
    return [*found.values()]
