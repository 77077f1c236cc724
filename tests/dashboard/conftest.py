"""The desk that most tests of the dashboard look at, in a zone of its own, and its editor."""

from __future__ import annotations

import pytest

from claims.models import Desk
from tests import factories as make


@pytest.fixture
def desk(db: None) -> Desk:
    return make.a_desk(name="World", zone="Europe/Kyiv")
