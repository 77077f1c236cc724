"""The pages that the `type` of a problem leads to: what it means, for whoever reads it in a log."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render

from claims.api.problems import HINTS, explanation_of, title_of
from claims.errors import ClaimDeskError


@dataclass(frozen=True)
class Described:
    """One type of problem."""

    code: str
    status: int
    title: str
    explanation: str
    hint: str


def described() -> dict[str, Described]:
    """Every type of problem by its code, in the order of the codes."""
    found: dict[str, Described] = {}
    for kind in kinds(ClaimDeskError):
        told = Described(kind.code, kind.status, title_of(kind), explanation_of(kind), HINTS.get(kind.code, ""))
        found.setdefault(kind.code, told)
    return dict(sorted(found.items()))


def kinds(kind: type[ClaimDeskError]) -> Iterator[type[ClaimDeskError]]:
    """Every refusal that is one of these."""
    for inner in kind.__subclasses__():
        yield inner
        yield from kinds(inner)


def problems(request: HttpRequest) -> HttpResponse:
    """List all types."""
    return render(request, "claims/problems.html", {"problems": described().values()})


def one_problem(request: HttpRequest, code: str) -> HttpResponse:
    """Explain one type."""
    found = described().get(code)
    if found is None:
        raise Http404
    return render(request, "claims/problem.html", {"problem": found})
