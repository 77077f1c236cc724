"""The record's tables, one module per noun."""

from claims.models.alarm import LADDER_ALARM, OUTLIVES_A_VERDICT, WAIT_OVER, Alarm, Flag, FlagKind, Heartbeat
from claims.models.apikey import ApiKey, RepeatableCall, Scope, hashed
from claims.models.appearance import Appearance, ChainStep
from claims.models.article import Article, ArticleRevision, DateKnown, NewsItem
from claims.models.cancellation import Cancellation
from claims.models.claim import WARNING, Claim, ClaimHead
from claims.models.decision import Decision
from claims.models.desk import Desk
from claims.models.event import ClaimEvent, DatabaseClock, chained
from claims.models.evidence import Evidence, Snapshot, Visibility
from claims.models.feedsecret import FeedSecret
from claims.models.keeping import Copy, Fetch, FetchState, FileCheck, StampRequest, TimeStamp
from claims.models.keyevent import KeyEvent, KeyStep
from claims.models.ladder import Escalation, Ladder, LadderStep
from claims.models.operation import Operation, OperationState, OperationStep, StepState
from claims.models.passage import Following, RevisedPassage
from claims.models.person import DeskRole, Membership, ReadingSize, Shortcuts, User
from claims.models.publication import Publication
from claims.models.seal import Seal
from claims.models.setupevent import SetUpEvent, SetUpStep
from claims.models.source import Reliability, Source, SourceKind
from claims.models.webhook import DeliveryState, OffBecause, Webhook, WebhookDelivery

__all__ = [
    "LADDER_ALARM",
    "OUTLIVES_A_VERDICT",
    "WAIT_OVER",
    "WARNING",
    "Alarm",
    "ApiKey",
    "Appearance",
    "Article",
    "ArticleRevision",
    "Cancellation",
    "ChainStep",
    "Claim",
    "ClaimEvent",
    "ClaimHead",
    "Copy",
    "DatabaseClock",
    "DateKnown",
    "Decision",
    "DeliveryState",
    "Desk",
    "DeskRole",
    "Escalation",
    "Evidence",
    "FeedSecret",
    "Fetch",
    "FetchState",
    "FileCheck",
    "Flag",
    "FlagKind",
    "Following",
    "Heartbeat",
    "KeyEvent",
    "KeyStep",
    "Ladder",
    "LadderStep",
    "Membership",
    "NewsItem",
    "OffBecause",
    "Operation",
    "OperationState",
    "OperationStep",
    "Publication",
    "ReadingSize",
    "Reliability",
    "RepeatableCall",
    "RevisedPassage",
    "Scope",
    "Seal",
    "SetUpEvent",
    "SetUpStep",
    "Shortcuts",
    "Snapshot",
    "Source",
    "SourceKind",
    "StampRequest",
    "StepState",
    "TimeStamp",
    "User",
    "Visibility",
    "Webhook",
    "WebhookDelivery",
    "chained",
    "hashed",
]
