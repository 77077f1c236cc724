"""The words that hedge, language by language, and the places where they do not.

Ranges are those of ICD 203, the likelihood table of the US intelligence community: a word has a number only if it
stands there. A comparative or a negated word ("more likely", "not likely") is no longer that word and has none.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Final


class Kind(StrEnum):
    """What a hedge does. `PROBABLE` is any word of likelihood, `unlikely` included; its range tells which."""

    NONE = "none"
    POSSIBLE = "possible"
    PROBABLE = "probable"
    REPORTED = "reported"
    SCHEDULED = "scheduled"
    INTENDED = "intended"
    CONDITIONAL = "conditional"
    ASSERTED_FUTURE = "asserted_future"
    APPROXIMATE = "approximate"


ICD203: Final[Mapping[str, tuple[int, int]]] = {
    "almost_no_chance": (1, 5),
    "very_unlikely": (5, 20),
    "unlikely": (20, 45),
    "roughly_even": (45, 55),
    "likely": (55, 80),
    "very_likely": (80, 95),
    "almost_certain": (95, 99),
}


@dataclass(frozen=True)
class Cue:
    """Wordings of one kind, separated by "|", and the surroundings in which they count.

    `{be}` stands for each form of the verb. The four conditions are regular expressions: for what directly precedes
    and follows, and, where a capital would make the word a name or a month, for what must follow it then.
    """

    kind: Kind
    phrases: str
    likelihood: str = ""
    never_after: str = ""
    never_before: str = ""
    only_before: str = ""
    capital_only_before: str = ""

    def wordings(self) -> Iterator[str]:
        """Every wording in small letters."""
        for phrase in self.phrases.split("|"):
            if "{be}" in phrase:
                yield from (phrase.replace("{be}", form) for form in _BE)
            else:
                yield phrase

    def fits(self, words: str, before: str, after: str) -> bool:
        """Whether the words hedge between what stands `before` and `after` them."""
        if self.never_after and _matches(rf"(?:{self.never_after})\s+$", before, at_start=False):
            return False
        if self.never_before and _matches(rf"\s+(?:{self.never_before})", after):
            return False
        if self.capital_only_before and words[0].isupper():
            return _matches(rf"\s+(?:{self.capital_only_before})\b", after)
        return not self.only_before or _matches(rf"\s+(?:{self.only_before})", after)


def _matches(pattern: str, text: str, *, at_start: bool = True) -> bool:
    compiled = re.compile(pattern, re.IGNORECASE)
    return bool(compiled.match(text) if at_start else compiled.search(text))


_BE = ("is", "are", "was", "were", "be", "been", "being")
_DETERMINER = r"\b(?:a|an|the|his|her|its|their|our|my|your|no|any)"
_NUMBER = (
    r"[$€£]?\d|(?:one|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|twenty|thirty|forty|fifty|sixty"
    r"|seventy|eighty|ninety|a\s+(?:dozen|hundred|thousand|million|third|quarter)|half|hundreds|thousands|millions"
    r"|dozens)\b"
)
# Base forms that follow a modal verb in headlines. "May Head" is a hedge, "May Heads" and "May 9" are not.
_BASE_FORMS = (
    "abandon|accept|agree|allow|announce|appear|approve|arrive|ask|attack|attend|back|ban|be|become|begin|block|bring"
    "|build|buy|call|cancel|change|close|come|consider|continue|cost|cut|decide|delay|deliver|demand|deploy|destroy"
    "|discuss|drop|end|expand|expel|expire|face|fail|fall|fight|finish|fly|get|give|go|grow|halt|have|head|help|hit|hold"
    "|impose|increase|introduce|invade|join|keep|kill|launch|lead|leave|lift|lose|make|meet|move|need|negotiate|offer"
    "|open|pay|play|propose|publish|pull|push|quit|raise|reach|receive|recognise|recognize|reduce|reject|release"
    "|remain|replace|report|require|resign|resume|return|rise|run|say|see|seek|sell|send|serve|shut|sign|soon|speak"
    "|spend|stand|start|stay|step|stop|strike|supply|support|suspend|take|talk|target|tell|test|travel|try|use|veto"
    "|visit|vote|win|withdraw|also|not|never|now|still|yet|finally|eventually"
)

_ENGLISH: Final = (
    Cue(Kind.PROBABLE, "almost certain|almost certainly|nearly certain|{be} almost certain to", "almost_certain"),
    Cue(Kind.PROBABLE, "very likely|highly likely|highly probable|very probably|{be} very likely to", "very_likely"),
    Cue(Kind.PROBABLE, "{be} highly likely to", "very_likely"),
    Cue(Kind.PROBABLE, "likely|likely to|{be} likely to|{be} likely|probably|in all likelihood", "likely"),
    Cue(Kind.PROBABLE, "probable", "likely", never_before="causes?\\b"),
    Cue(Kind.PROBABLE, "roughly even|roughly even chance|roughly even odds", "roughly_even"),
    Cue(Kind.PROBABLE, "unlikely|unlikely to|{be} unlikely to|{be} unlikely|improbable", "unlikely"),
    Cue(Kind.PROBABLE, "very unlikely|highly unlikely|highly improbable", "very_unlikely"),
    Cue(Kind.PROBABLE, "{be} very unlikely to|{be} highly unlikely to", "very_unlikely"),
    # "Remote" alone is in ICD 203 too, but a remote village is far more often meant.
    Cue(Kind.PROBABLE, "almost no chance|remote chance|remote possibility|chance is remote", "almost_no_chance"),
    Cue(Kind.PROBABLE, "more likely|most likely|less likely|least likely|not likely|not very likely|probably not"),
    Cue(Kind.PROBABLE, "{be} not likely to|{be} more likely to|{be} most likely to|{be} less likely to"),
    Cue(Kind.PROBABLE, "{be} expected to|expected to|{be} widely expected to|{be} poised to|{be} bound to"),
    Cue(Kind.POSSIBLE, "may", never_before=r"\d", capital_only_before=_BASE_FORMS),
    Cue(Kind.POSSIBLE, "might", never_after=rf"{_DETERMINER}|\b(?:military|naval|air|economic|industrial|full|sheer)"),
    Cue(Kind.POSSIBLE, "could|possibly|perhaps|maybe|potentially|conceivably|may be able to|{be} possible"),
    Cue(Kind.POSSIBLE, "can", never_after=rf"{_DETERMINER}|\b(?:tin|beer|oil|trash|watering)"),
    Cue(Kind.POSSIBLE, "possible", never_after=r"\b(?:as|if|where|when|wherever|whenever)"),
    Cue(Kind.REPORTED, "reportedly|allegedly|purportedly|supposedly|apparently|rumored to|rumoured to"),
    Cue(Kind.REPORTED, "{be} said to|{be} reported to|{be} believed to|{be} thought to|{be} understood to"),
    Cue(Kind.REPORTED, "{be} alleged to|{be} rumored to|{be} rumoured to|unconfirmed reports|sources say|sources said"),
    Cue(Kind.REPORTED, "according to", never_before=r"(?:plan|schedule)\b"),
    Cue(Kind.REPORTED, "citing", never_before=r"[^.;\n]{1,70}\bas\s+(?:an?|the)\b"),
    Cue(Kind.SCHEDULED, "{be} scheduled to|{be} scheduled for|scheduled to|scheduled for|{be} slated to|slated to"),
    Cue(Kind.SCHEDULED, "{be} set to|set to", only_before=rf"(?:{_BASE_FORMS})\b"),
    Cue(Kind.SCHEDULED, "{be} due to|due to", only_before=rf"(?:{_BASE_FORMS})\b"),
    Cue(
        Kind.SCHEDULED,
        "is to|are to|was to|were to",
        never_after=r"\b(?:aim|aims|goal|goals|idea|ideas|plan|plans|purpose|task|tasks|point|hope|job|way)",
        only_before=rf"(?:{_BASE_FORMS})\b",
    ),
    Cue(Kind.INTENDED, "plans to|plan to|planned to|planning to|{be} planning to|intends to|intend to|intended to"),
    Cue(Kind.INTENDED, "{be} intending to|aims to|aim to|aimed to|{be} aiming to|hopes to|hope to|hoped to"),
    Cue(Kind.INTENDED, "vows to|vowed to|pledges to|pledged to|promises to|promised to|seeks to|seek to|sought to"),
    Cue(Kind.CONDITIONAL, "would|wouldn't|would not|would need to|would have to|would be able to"),
    Cue(Kind.CONDITIONAL, "if", never_after=r"\b(?:as|even)"),
    Cue(Kind.CONDITIONAL, "only if|only after|only when|only willing to|unless|provided that|as long as"),
    Cue(Kind.CONDITIONAL, "on condition that|on the condition that|in the event of|in case of"),
    Cue(
        Kind.ASSERTED_FUTURE,
        "will|will not",
        never_after=rf"{_DETERMINER}|\b(?:free|political|good|public|popular|at|of|last|living|iron|god['’]s)",
        capital_only_before=_BASE_FORMS,
    ),
    Cue(Kind.ASSERTED_FUTURE, "won't|shall|shall not|{be} going to", never_before=_DETERMINER),
    Cue(Kind.APPROXIMATE, "approximately|an estimated|estimated at"),
    Cue(Kind.APPROXIMATE, "about|around|roughly|nearly|almost|some|circa|up to", only_before=_NUMBER),
)

TABLES: Final[Mapping[str, tuple[Cue, ...]]] = {"en": _ENGLISH}
