"""Rows that the database itself keeps from being rewritten."""

from __future__ import annotations

import pgtrigger


def frozen(what: str) -> tuple[pgtrigger.Trigger, ...]:
    """Triggers that refuse UPDATE, DELETE and TRUNCATE, whoever asks.

    `what` names the rows in the trigger names. Emptying is allowed only in a session that sets
    `claimdesk.may_truncate` to `on`, as the test database does.
    """
    return (
        pgtrigger.Protect(name=f"{what}_append_only", operation=pgtrigger.Update | pgtrigger.Delete),
        pgtrigger.Trigger(
            name=f"{what}_not_emptied",
            operation=pgtrigger.Truncate,
            level=pgtrigger.Statement,
            when=pgtrigger.Before,
            func=(
                "IF current_setting('claimdesk.may_truncate', true) IS DISTINCT FROM 'on' THEN "
                f"RAISE EXCEPTION 'claimdesk: {what} rows are append-only'; END IF; RETURN NULL;"
            ),
        ),
    )
