"""Who did something: a person, a key or a named rule. What they may do to one claim are their roles on it."""

from __future__ import annotations

from dataclasses import dataclass, replace

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _

from claims.lifecycle import Role


class ActorKind(TextChoices):
    """What kind of actor an event names."""

    PERSON = "person", _("person")
    KEY = "key", _("key")
    RULE = "rule", _("rule")


@dataclass(frozen=True)
class Actor:
    """Who acts. `id` is the user's or key's number; a rule has none. `roles` are what they are to one claim."""

    kind: ActorKind
    name: str
    id: int | None = None
    roles: frozenset[Role] = frozenset()

    def having(self, *roles: Role) -> Actor:
        """The same actor with exactly these roles."""
        return replace(self, roles=frozenset(roles))


def rule(name: str) -> Actor:
    """A step of the system, under the name of the rule that took it."""
    return Actor(ActorKind.RULE, name, roles=frozenset({Role.SYSTEM}))
