"""Refusals of the work. Same form as `claims.errors`: a stable code and a sentence."""

from claims.errors import ClaimDeskError, Invalid


class NotEligible(ClaimDeskError):
    """This person cannot take this claim."""

    code = "not_eligible"


class SeatTaken(ClaimDeskError):
    """Somebody else has this claim already."""

    code = "seat_taken"


class NobodyInPool(ClaimDeskError):
    """No claim waits in the pool that you can take."""

    code = "pool_empty"


class NotOnIt(ClaimDeskError):
    """You are not on this claim. Take it first."""

    code = "not_on_it"
    status = 403


class NoteMissing(Invalid):
    """Write a note to the person you hand it to."""

    code = "note_missing"


class InterestMissing(Invalid):
    """Say which source you have an interest in."""

    code = "interest_missing"


class NeverWorks(Invalid):
    """This calendar has less than an hour of work a week, or too little within ten years."""

    code = "calendar_never_works"


class NoticesOfPeople(ClaimDeskError):
    """Notices are told to people. A key reads the change feed instead."""

    code = "notices_of_people"
    status = 403


class TooManyRules(ClaimDeskError):
    """There are 200 rules already. Change one, or switch off and reuse one that nobody needs."""

    code = "too_many_rules"


class AbsenceUnclear(Invalid):
    """An absence ends after it begins."""

    code = "absence_unclear"


class HoursUnclear(Invalid):
    """Working hours need both a beginning and an end, and at least one day."""

    code = "hours_unclear"


class ReviewerKnown(ClaimDeskError):
    """This person has a reviewer's profile already."""

    code = "reviewer_known"


class InterestKnown(ClaimDeskError):
    """This interest is declared already."""

    code = "interest_known"


class PolicyKnown(ClaimDeskError):
    """There is a review policy with this key or name already."""

    code = "policy_known"


class PolicyInUse(ClaimDeskError):
    """Claims were settled under this policy, so what it asks stays. Make another one and retire this."""

    code = "policy_in_use"
