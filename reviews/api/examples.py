"""What the API document shows of the work and its set-up. A test sends every one of these bodies."""

from __future__ import annotations

from typing import Any, Final

Shown = dict[str, Any]
CALENDAR: Final[Shown] = {
    "name": "Harbour desk, Kyiv",
    "zone": "Europe/Kyiv",
    "hours": {day: ["09:00-13:00", "14:00-18:00"] for day in ("mon", "tue", "wed", "thu", "fri")},
    "country": "UA",
    "closed": ["2026-12-31"],
}
CLOSED: Final[Shown] = {"closed": ["2026-12-31", "2027-01-07"]}
DEADLINES: Final[Shown] = {
    "key": "breaking",
    "name": "Breaking news",
    "hours_1": 2,
    "hours_2": 6,
    "hours_3": 12,
    "hours_4": 48,
    "before_own_date_hours": 24,
    "at_most_hours": 96,
    "in_working_hours": True,
    "calendar": 1,
}
SOONER: Final[Shown] = {"hours_1": 1, "at_most_hours": None}
POLICY: Final[Shown] = {
    "key": "two-of-three",
    "name": "Two of three",
    "kind": "independent",
    "judges": 3,
    "agreeing": 2,
}
RETIRED: Final[Shown] = {"is_active": False}
DEFAULTS: Final[Shown] = {"takes_back": True, "deadline_policy": None}
RULE: Final[Shown] = {
    "name": "Ukrainian politics",
    "conditions": {"languages": ["uk"], "topics": ["politics"]},
    "outcomes": {"skills": ["politics"], "priority": 2},
    "note": "Until the election.",
}
HIGHER: Final[Shown] = {"outcomes": {"priority": 1}, "note": "The week of the election."}
TRIAL: Final[Shown] = {"conditions": {"languages": ["uk"]}, "outcomes": {"skills": ["politics"]}, "days": 30}
ORDER: Final[Shown] = {"order": [1]}
LADDER: Final[Shown] = {
    "steps": [
        {"key": "soon", "name": "8 h before", "track": "review_due", "minutes": -480, "tell": "reviewer"},
        {"key": "late", "name": "24 h late", "track": "review_due", "minutes": 1440, "tell": "editor", "act": "offer"},
        {
            "key": "silence",
            "name": "unconfirmed",
            "track": "own_date",
            "minutes": 0,
            "every_minutes": 10080,
            "tell": "editor",
        },
    ]
}
REVIEWER: Final[Shown] = {
    "person": "ines",
    "languages": ["en", "uk"],
    "topics": ["politics"],
    "limit": 6,
    "works_from": "09:00",
    "works_until": "17:30",
}
HOURS: Final[Shown] = {"works_from": "10:00", "works_until": "18:30", "workdays": [1, 2, 3, 4]}
ABSENCE: Final[Shown] = {
    "reviewer": 1,
    "starts_at": "2026-12-21T09:00:00+02:00",
    "ends_at": "2027-01-04T09:00:00+02:00",
    "then": "pool",
    "note": "Annual leave",
}
BACK_SOONER: Final[Shown] = {"ends_at": "2027-01-02T09:00:00+02:00"}
INTEREST: Final[Shown] = {"reviewer": 1, "source": 1, "note": "Wrote for it until 2025."}
READ: Final[Shown] = {"notices": [1]}
EVENINGS: Final[Shown] = {
    "digest_at": "08:00",
    "quiet_from": "22:00",
    "quiet_until": "07:00",
    "ways": [{"reason": "late", "in_app": True, "by_mail": "at_once"}],
}
BETTER_TITLE: Final[Shown] = {"title": "The gazette announces the resignation", "credibility": 2}
INSTEAD: Final[Shown] = {
    "kind": "link",
    "question": "so",
    "stance": "supports",
    "url": "https://gazette.example/resignation-corrected",
    "title": "The gazette, corrected",
}
UP_TO: Final[Shown] = {"copy": 2}
STANDS_ANYWAY: Final[Shown] = {"note": "Two other outlets have it from the ministry itself."}
COMPARED: Final[Shown] = {"note": "Only the headline reads otherwise; what is quoted stands."}

CALENDAR_MADE: Final[Shown] = CALENDAR | {
    "id": 3,
    "hours": CALENDAR["hours"] | {"sat": [], "sun": []},
    "subdivision": "",
    "version": 1,
}
DEADLINES_MADE: Final[Shown] = DEADLINES | {
    "id": 3,
    "hours_of_work": False,
    "is_active": True,
    "calendar": {"id": 1, "name": "Kyiv office"},
    "version": 1,
}
POLICY_MADE: Final[Shown] = POLICY | {
    "id": 4,
    "kind_label": "independent reviewers",
    "is_active": True,
    "in_use": False,
}
RULE_MADE: Final[Shown] = RULE | {
    "id": 7,
    "position": 2,
    "version": 1,
    "active": True,
    "conditions": {
        **{name: [] for name in ("desks", "outlets", "sources", "source_kinds", "priorities", "hedge_kinds")},
        **dict.fromkeys(("hedged", "dated", "within_days")),
        **RULE["conditions"],
    },
    "outcomes": {"desk": None, "review_policy": None, "deadline_policy": None, **RULE["outcomes"]},
    "sentence": "If topic is politics and language is Ukrainian, then needs: politics, priority 2.",
    "made_by": "Ada Lind",
    "made_at": "2026-11-26T16:40:12.031000Z",
    "applied": None,
}
LADDER_CHANGED: Final[Shown] = {
    "desk": {"id": 2, "key": "world", "name": "World desk"},
    "steps": [{"every_minutes": None, "act": "tell", **LADDER["steps"][place]} for place in (2, 0, 1)],
    "version": 2,
}
EVIDENCE_CHANGED: Final[Shown] = BETTER_TITLE | {
    "id": 31,
    "version": 2,
    "claim": 113,
    "kind": "link",
    "question": "so",
    "stance": "supports",
    "url": "https://gazette.example/resignation",
    **dict.fromkeys(("note", "why_secondary"), ""),
    "primary": False,
    **dict.fromkeys(("derives_from", "copied_from", "snapshot", "superseded_by", "used_at")),
    "visibility": "internal",
    "reading": {
        "state": "example",
        "words": "An address for examples: there is no page to read.",
        **dict.fromkeys(("code", "title"), ""),
        "copies": 0,
        "changed": False,
        **dict.fromkeys(("checked_at", "next_attempt_at")),
    },
    "added_by": "Omar Duarte",
    "added_at": "2026-11-26T16:40:12.031000Z",
}
REVIEWER_MADE: Final[Shown] = REVIEWER | {
    "id": 5,
    "person": 9,
    "name": "Ines Duarte",
    "desks": ["world"],
    "writes": [],
    **dict.fromkeys(("open", "late", "due_24h"), 0),
    "takes_work": True,
    "gives_second_opinions": True,
    "away": False,
    "away_until": None,
    "last_active": None,
    "zone": "UTC",
    "workdays": [1, 2, 3, 4, 5],
}
ABSENCE_MADE: Final[Shown] = ABSENCE | {
    "id": 8,
    "name": "Omar Duarte",
    "starts_at": "2026-12-21T07:00:00Z",
    "ends_at": "2027-01-04T07:00:00Z",
    "then_label": "Back to the pool",
    "hand_over_to": None,
    "due_meanwhile": [],
}
INTEREST_MADE: Final[Shown] = INTEREST | {
    "id": 2,
    "name": "Omar Duarte",
    "source_name": "Gazette",
    "declared_at": "2026-11-26T16:40:12.031000Z",
}
NOTICES: Final[Shown] = {
    "results": [
        {
            "id": 41,
            "claim": 113,
            "operation": None,
            "in_sight": True,
            "statement": "The minister will resign in the last week of November 2026.",
            "reason": "assigned",
            "reason_label": "Assigned to you",
            "done": "",
            "why": "",
            "made_at": "2026-11-26T16:40:12.031000Z",
            "read_at": None,
            "still_so": True,
        }
    ],
    "next": None,
}
