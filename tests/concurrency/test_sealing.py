"""Workers that make the daily seal at the same instant."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from claims.lifecycle import State
from claims.models import Seal
from claims.services.heldseals import differences
from claims.services.sealing import seal_the_day
from tests import factories as make
from tests.concurrency.crowd import at_once

pytestmark = pytest.mark.django_db(transaction=True)


def test_workers_that_seal_at_once_make_one_seal_of_the_day(tmp_path: Path, settings: Any) -> None:
    settings.SEAL_DIR = str(tmp_path)
    make.a_claim(make.a_desk(), State.QUEUED)
    answers = at_once(*[seal_the_day] * 4)
    assert [type(answer) for answer in answers if answer is not None] == [Seal]
    assert Seal.objects.count() == 1
    (file,) = tmp_path.iterdir()
    assert list(differences(file)) == []
