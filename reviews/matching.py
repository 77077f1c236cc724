"""Which places go to which claims: the most urgent first, as many as can be, and as well as can be.

Claims come one after another. Each takes its place by the way that fits best: with somebody who has room, or with
somebody who has none while another claim takes a place elsewhere, and so on (successive shortest paths with prices:
Edmonds and Karp, 1972). So after every claim the plan is the best there is for the claims so far. Where no arrangement
seats all of them, one waits: never one of a more urgent class, and within a class whichever the points lose least by.
Claims that the same people fit equally well are one kind, and most find a person they fit best with room at once.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from heapq import heappop, heappush

WAITING = 0  # stands for a person: whoever is with them waits. Everybody may, at a cost above any fit
MISSING = 1 << 20  # what a claim that waits costs, in points


class Fits:
    """The points of each person who could take a claim of some sort, and who has the most."""

    __slots__ = ("best", "points")

    def __init__(self, points: Mapping[int, int]) -> None:
        self.points = points
        most = max(points.values(), default=0)
        self.best = [person for person, worth in points.items() if worth == most]


class Kind:
    """Claims of one urgency that the same people fit equally well; `places` are how many each person has of them."""

    __slots__ = ("fits", "places", "urgency")

    def __init__(self, fits: Fits, urgency: object) -> None:
        self.fits, self.urgency = fits, urgency
        self.places: dict[int, int] = {}


class Places:
    """Everybody's room, and which kinds have it.

    `price` is what one place more with somebody would add to the points of the plan: nothing while they have room. A
    kind has places only where its points less the price are the most it can get, which is what makes a plan the best.
    """

    def __init__(self, people: Mapping[int, tuple[int, int]]) -> None:
        """`people` are everybody's open load and limit."""
        self.room = {person: limit - load for person, (load, limit) in people.items()}
        self._limit = {person: limit for person, (_, limit) in people.items()}
        self._price = dict.fromkeys(people, 0)
        self._held: dict[int, dict[Kind, int]] = defaultdict(dict)

    def seat(self, kind: Kind) -> None:
        """Give one claim more of this kind a place; kinds come by urgency."""
        free = [person for person in kind.fits.best if self.room[person] > 0]
        if free:
            self._take(kind, min(free, key=self._load))
        else:
            self._by_moving(kind)

    def busiest(self, people: Iterable[int]) -> int:
        """Who of these has the least room beside their limit."""
        return max(people, key=self._load)

    def _load(self, person: int) -> tuple[float, int]:
        return -self.room[person] / self._limit[person], person

    def _by_moving(self, kind: Kind) -> None:
        way = _Way(kind, self._price, self._held, self.room)
        for person, distance in way.distances.items():
            if distance < way.nearest:
                self._price[person] += way.nearest - distance
        freed: int | None = WAITING if WAITING in way.ends else min(way.ends, key=self._load)
        while freed is not None:
            taking = way.via[freed]
            self._take(taking, freed)
            freed = way.through[taking]
            if freed is not None:
                self._give_up(taking, freed)

    def _take(self, kind: Kind, person: int) -> None:
        kind.places[person] = kind.places.get(person, 0) + 1
        if person != WAITING:
            self.room[person] -= 1
            self._held[person][kind] = kind.places[person]

    def _give_up(self, kind: Kind, person: int) -> None:
        self.room[person] += 1
        kind.places[person] -= 1
        if not kind.places[person]:
            del kind.places[person], self._held[person][kind]


class _Way:
    """A best way from a kind to somebody with room, by Dijkstra's method; `ends` are those found as near as the first.

    A person is reached via the kind that would take a place with them, a kind through the person whose place it would
    give up (None: the claim that wants one). `distances` are of everybody on the way. Of equally near people those with
    room come first, so that no more is looked at than needed.
    """

    def __init__(
        self, kind: Kind, price: Mapping[int, int], held: Mapping[int, Mapping[Kind, int]], room: Mapping[int, int]
    ) -> None:
        self.via: dict[int, Kind] = {}
        self.through: dict[Kind, int | None] = {kind: None}
        self.distances: dict[int, int] = {}
        self.ends: list[int] = []
        self._price, self._room, self._urgency = price, room, kind.urgency
        self._seen: dict[int, int] = {}
        self._spread: set[Fits] = set()
        self._queue: list[tuple[int, bool, int]] = []
        self._onwards(kind, 0)
        while True:
            self.nearest, is_full, person = heappop(self._queue)
            if not is_full:
                break
            if person not in self.distances:
                self.distances[person] = self.nearest
                for other in held[person]:
                    if other not in self.through:
                        self.through[other] = person
                        self._onwards(other, self.nearest)
        self.ends.append(person)
        while self._queue and self._queue[0][:2] == (self.nearest, False):
            self.ends.append(heappop(self._queue)[2])

    def _onwards(self, kind: Kind, distance: int) -> None:
        """Look at everybody with whom the kind could have a place instead; one that is as urgent may wait instead.

        Who fits it equally well as a kind before has been looked at: what is nearest comes first.
        """
        may_wait = kind.urgency == self._urgency
        if not may_wait and kind.fits in self._spread:
            return
        price = self._price
        worth = [(person, points - price[person]) for person, points in kind.fits.points.items()]
        if may_wait:
            worth.append((WAITING, -MISSING))
        most = distance + max(value for _, value in worth)
        if kind.fits in self._spread:
            worth = worth[-1:]
        self._spread.add(kind.fits)
        seen, room = self._seen, self._room
        for person, value in worth:
            if person not in seen or most - value < seen[person]:
                seen[person] = most - value
                self.via[person] = kind
                heappush(self._queue, (most - value, person != WAITING and room[person] <= 0, person))
