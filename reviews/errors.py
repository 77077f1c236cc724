"""Refusals of the work. Same form as `claims.errors`: a stable code and a sentence."""

from claims.errors import ClaimDeskError, Invalid


class NotEligible(ClaimDeskError):
    """This person cannot take this claim.

    A rule keeps this person off the claim: language, interest, absence, limit, or that they are on it. The sentence
    says which; choose somebody else.
    """

    code = "not_eligible"


class SeatTaken(ClaimDeskError):
    """Somebody else has this claim already.

    Every seat of the claim is held by somebody. Take another one from the pool, or ask an editor.
    """

    code = "seat_taken"


class NobodyInPool(ClaimDeskError):
    """No claim waits in the pool that you can take.

    No claim waits that this person could take now. Ask again when new ones were accepted; the sentence says why the
    first one is not theirs.
    """

    code = "pool_empty"


class NotOnIt(ClaimDeskError):
    """You are not on this claim. Take it first.

    Only whoever holds a seat of the claim judges it. Take a seat with `POST /claims/{id}/assignments`.
    """

    code = "not_on_it"
    status = 403


class NoteMissing(Invalid):
    """Write a note to the person you hand it to.

    Whoever gets the claim has to know why and where it stands. Send a `note`.
    """

    code = "note_missing"


class InterestMissing(Invalid):
    """Say which source you have an interest in.

    Stepping back for an interest names the source that it is in. Send `source`, or words where the claim names
    none.
    """

    code = "interest_missing"


class NeverWorks(Invalid):
    """This calendar has less than an hour of work a week, or too little within ten years.

    A due date counted in its working hours would never come. Give the calendar more hours, or close fewer days.
    """

    code = "calendar_never_works"


class NoticesOfPeople(ClaimDeskError):
    """Notices are told to people. A key reads the change feed instead.

    A key has no notices of its own. Read `GET /events`, or keep a webhook.
    """

    code = "notices_of_people"
    status = 403


class TooManyRules(ClaimDeskError):
    """There are 200 rules already. Change one, or switch off and reuse one that nobody needs.

    So many rules are asked for every claim that is accepted. Change one, or switch off and reuse one that nobody
    needs.
    """

    code = "too_many_rules"


class AbsenceUnclear(Invalid):
    """An absence ends after it begins.

    The two moments of the absence are not in order, or not there. Send an end that is later than the beginning.
    """

    code = "absence_unclear"


class HoursUnclear(Invalid):
    """Working hours need both a beginning and an end, and at least one day.

    Working hours are a beginning, an end and days, all or none. Send what is missing, or leave all of it out.
    """

    code = "hours_unclear"


class ReviewerKnown(ClaimDeskError):
    """This person has a reviewer's profile already.

    There is one profile for each person, and theirs is there. Change it with `PATCH /reviewers/{id}`.
    """

    code = "reviewer_known"


class InterestKnown(ClaimDeskError):
    """This interest is declared already.

    The same interest of the same person was declared before, and counts. There is nothing to do.
    """

    code = "interest_known"


class PolicyKnown(ClaimDeskError):
    """There is a review policy with this key or name already.

    Keys and names of policies are unique. Choose another, or change the one that is there.
    """

    code = "policy_known"


class PolicyInUse(ClaimDeskError):
    """Claims were settled under this policy, so what it asks stays. Make another one and retire this.

    Claims in work were promised what this policy asks. Make another policy, and retire this one.
    """

    code = "policy_in_use"
