"""The best plan there is, to measure a plan against: as many seats filled as can be, with the most points for fit.

A minimum-cost flow from claims through people, by the primal-dual method: costs are small whole numbers, so there are
few distinct path lengths, and for each of them blocking flows take every path of that length. Claims that the same
people fit equally well are one node. Exact, and slower than a router may be: it is only for comparison.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from heapq import heapify, heappop, heappush
from itertools import pairwise

FAR = 1 << 4096  # points may hold the seats of many classes of urgency, one above the other
Kind = tuple[int, Mapping[int, int]]


def best_fit(kinds: Sequence[Kind], rooms: Mapping[int, int]) -> tuple[int, int]:
    """The seats and the points of the best plan.

    `kinds` are kinds of claims: how many there are, and the points of each person who could take one. `rooms` are how
    many claims each person has room for.
    """
    flow = _Flow(kinds, rooms)
    while flow.measure():
        while flow.spread():
            flow.push()
    return flow.filled()


class _Flow:
    """Nodes are kinds of claims (0, 1, …) and people (-1 - id); what flows are seats.

    Prices are kept so that no way costs less than nothing: `cost + price[from] - price[to] >= 0`.
    """

    def __init__(self, kinds: Sequence[Kind], rooms: Mapping[int, int]) -> None:
        self.left = [number for number, _ in kinds]
        self.worth = [{-1 - person: points for person, points in fits.items()} for _, fits in kinds]
        self.room = {-1 - person: room for person, room in rooms.items()}
        self.held: dict[int, dict[int, int]] = {person: {} for person in self.room}
        self.price = dict.fromkeys(range(len(kinds)), 0) | dict.fromkeys(self.room, 0)
        for fits in self.worth:
            for person, points in fits.items():
                self.price[person] = min(self.price[person], -points)
        self.start, self.end = 0, min(self.price.values(), default=0)
        self.level: dict[int, int] = {}

    def filled(self) -> tuple[int, int]:
        held = [(kind, person, seats) for person, kinds in self.held.items() for kind, seats in kinds.items()]
        return sum(seats for *_, seats in held), sum(self.worth[kind][person] * seats for kind, person, seats in held)

    def _ways(self, node: int) -> Iterator[tuple[int, int]]:
        """Where a seat could go from a node, and what that costs beyond the prices."""
        price = self.price
        here = price[node]
        if node >= 0:
            return ((to, here - points - price[to]) for to, points in self.worth[node].items())
        return ((to, here + self.worth[to][node] - price[to]) for to in self.held[node])

    def measure(self) -> bool:
        """Move the prices so that the shortest ways to somebody with room cost nothing; whether there are any."""
        away = {kind: self.start - self.price[kind] for kind, left in enumerate(self.left) if left}
        queue = [(distance, node) for node, distance in away.items()]
        heapify(queue)
        nearest = FAR
        while queue and queue[0][0] < nearest:
            distance, node = heappop(queue)
            if distance > away[node]:
                continue
            if node < 0 and self.room[node]:
                nearest = min(nearest, distance + self.price[node] - self.end)
            for to, cost in self._ways(node):
                if distance + cost < away.get(to, FAR):
                    away[to] = distance + cost
                    heappush(queue, (distance + cost, to))
        if nearest == FAR:
            return False
        for node in self.price:
            self.price[node] += min(away.get(node, FAR), nearest)
        self.end += nearest
        return True

    def spread(self) -> bool:
        """Number the nodes by how many free ways lead to them; whether one leads to somebody with room."""
        reached = [kind for kind, left in enumerate(self.left) if left and self.price[kind] == self.start]
        self.level, depth, found = dict.fromkeys(reached, 0), 0, False
        while reached and not found:
            depth += 1
            found = any(self._ends(node) for node in reached)
            free = {to for node in reached for to, cost in self._ways(node) if cost == 0 and to not in self.level}
            self.level |= dict.fromkeys(free, depth)
            reached = list(free)
        return found

    def _ends(self, node: int) -> bool:
        return node < 0 and self.room[node] > 0 and self.price[node] == self.end

    def push(self) -> None:
        """Send seats along every free way of the numbered nodes until each is blocked."""
        tried: dict[int, int] = {}
        ways: dict[int, list[int]] = {}
        for kind in [kind for kind, level in self.level.items() if level == 0]:
            while self.left[kind] and (path := self._path(kind, ways, tried)):
                self._send(path)

    def _path(self, kind: int, ways: dict[int, list[int]], tried: dict[int, int]) -> list[int]:
        """A free way from a kind to somebody with room, empty when there is none; what is blocked is not tried again.

        `ways` are the free ways onwards from each node, `tried` how many of them are blocked.
        """
        path = [kind]
        while path and not self._ends(path[-1]):
            node = path[-1]
            if node not in ways:
                ways[node], tried[node] = self._onwards(node), 0
            onwards = ways[node]
            while tried[node] < len(onwards) and node < 0 and not self.held[node].get(onwards[tried[node]]):
                tried[node] += 1
            if tried[node] < len(onwards):
                path.append(onwards[tried[node]])
            else:
                path.pop()
                if path:
                    tried[path[-1]] += 1
        return path

    def _onwards(self, node: int) -> list[int]:
        deeper = self.level[node] + 1
        return [to for to, cost in self._ways(node) if cost == 0 and self.level.get(to) == deeper]

    def _send(self, path: list[int]) -> None:
        """Move as many seats along the path as it carries: each kind on it gives a place up and takes the next."""
        taken_back = [self.held[person][kind] for person, kind in pairwise(path) if person < 0]
        seats = min(self.left[path[0]], self.room[path[-1]], *taken_back)
        self.left[path[0]] -= seats
        self.room[path[-1]] -= seats
        for node, to in pairwise(path):
            if node >= 0:
                self.held[to][node] = self.held[to].get(node, 0) + seats
            else:
                self.held[node][to] -= seats
                if not self.held[node][to]:
                    del self.held[node][to]
