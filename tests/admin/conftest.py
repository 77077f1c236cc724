"""Who signs in to the admin, and a newsroom with something in every list."""

from __future__ import annotations

import re
from collections.abc import Callable
from html import unescape

import pytest
from django.forms import BaseForm
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from claims.lifecycle import State
from claims.models import Claim, Desk, User
from reviews.models import Reviewer
from tests import factories as make
from tests.signing import browser_of_staff

SignIn = Callable[[User], Client]


def page_of(claim: Claim) -> str:
    return reverse("admin:claims_claim_change", args=[claim.pk])


def step_of(claim: Claim, name: str) -> str:
    return reverse("admin:claims_claim_step", args=[claim.pk, name])


@pytest.fixture
def signed(db: None) -> SignIn:
    """A browser with a session of somebody who works in the admin."""
    return browser_of_staff


@pytest.fixture
def reviewer(desk: Desk) -> Reviewer:
    return make.a_reviewer(desk, limit=200)


@pytest.fixture
def claim(desk: Desk, editor: User, reviewer: Reviewer) -> Claim:
    """In review."""
    return make.a_claim(desk, State.IN_REVIEW, by=editor, reviewer=reviewer)


@pytest.fixture
def fill(desk: Desk, editor: User, reviewer: Reviewer) -> Callable[[int], None]:
    """Put so many claims in review, each with evidence, on the reviewer's desk; some decided, some proposed."""

    def put(number: int) -> None:
        for _ in range(number):
            claim = make.a_claim(desk, State.IN_REVIEW, by=editor, reviewer=reviewer)
            make.evidence_for(claim, by=editor)
            make.a_claim(desk, State.DECIDED, by=editor, reviewer=reviewer)

    return put


def sent_by(form: BaseForm, zone: str = "UTC") -> dict[str, str]:
    """What a browser sends of a form: its fields as they stand in the page, and what they were shown with."""
    with timezone.override(zone):
        page = "".join(str(field) for field in form)
    inputs = re.findall(r'<input[^>]*name="([^"]*)"(?:[^>]* value="([^"]*)")?', page)
    texts = re.findall(r'<textarea name="([^"]*)"[^>]*>\n?(.*?)</textarea>', page, re.DOTALL)
    chosen = re.findall(r'<select name="([^"]*)".*?<option value="([^"]*)" selected', page, re.DOTALL)
    return {name: unescape(value) for name, value in [*inputs, *texts, *chosen]}
