"""The best positions of one team at one employer as an integer program, for teams with too many positions to list.

No positions are listed: variables say which lots a member draws on, how many pieces of each, and who takes a vacancy.
Such a program is small, some hundred variables, where the positions of the same team may be tens of thousands.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from matchmaker.model.moments import HOURS_A_MOMENT
from matchmaker.solve.bundle import LEAST_HOURS, LEAST_SHARE
from matchmaker.solve.bundle_bounds import EPS
from matchmaker.solve.joint.team import no_positions, whole_price
from matchmaker.solve.joint.team_best import Undecided

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from numpy.typing import NDArray

    from matchmaker.solve.joint.team import Bench, Positions
    from matchmaker.solve.joint.team_best import BestOfTeam, Room
    from matchmaker.solve.reach import Reach

__all__ = ["best_by_program"]

MOST_BRANCHES = 3_000
"""Branches of one program, so that a slower machine finds the same."""


class Item(NamedTuple):
    """A lot that a member may draw on.

    The row of the bench, hours of a piece, hours and moments of its tasks, most pieces, and the variables that say
    whether it is drawn on and how many pieces are.
    """

    row: int
    hours: float
    parts: list[tuple[float, int]]
    most: int
    used: int
    pieces: int


class TeamProgram:
    """Variables with an upper bound and a gain, rows with two limits, for one team at one employer.

    Attributes
    ----------
    units : list of (int, int, int)
        Variables that count units: place in the team, row of the bench, variable.
    same : list of int
        Variables that say whether a member has the position wanted.
    """

    def __init__(self, reach: Reach, bench: Bench) -> None:
        self.reach, self.bench = reach, bench
        self.upper, self.points, self.place = list[int](), list[int](), list[int]()
        self.terms, self.low, self.high = list[tuple[int, int, float]](), list[float](), list[float]()
        self.units, self.same = list[tuple[int, int, int]](), list[int]()

    def variable(self, place: int, upper: int = 1, points: int = 0) -> int:
        """Add a whole variable from 0 up, with the points that one of it has for a place in the team."""
        self.upper.append(upper)
        self.points.append(points)
        self.place.append(place)
        return len(self.upper) - 1

    def row(self, terms: Iterable[tuple[int, float]], low: float = -np.inf, high: float = np.inf) -> None:
        """Add a row."""
        self.terms += [(len(self.low), column, value) for column, value in terms]
        self.low.append(low)
        self.high.append(high)

    def member(self, place: int, one: int, wanted: Positions | None) -> None:
        """Write down a member: one vacancy, or pieces of lots that make a position."""
        pair, inside = int(self.bench.pair[one]), self._seats(place, int(self.bench.pupil[one]))
        if pair >= 0:
            carved = self.variable(place, points=int(self.reach.pair_points[pair]))
            items = self._items(place, pair)
            self._position(pair, carved, items)
            inside.append(carved)
        self.row([(column, 1.0) for column in inside], low=1, high=1)
        if wanted is not None and wanted.member[one] >= 0:
            self._same(place, wanted.row[one], wanted.count[one])

    def shared(self) -> None:
        """Write down what there is of every row, and the hours of every function."""
        bench = self.bench
        for row, have in enumerate(bench.have.tolist()):
            self.row([(column, 1.0) for _, own, column in self.units if own == row], high=have)
        for function in np.flatnonzero(np.isfinite(bench.cap)).tolist():
            taken = [(column, float(bench.hours[row, function])) for _, row, column in self.units]
            self.row([term for term in taken if term[1]], high=float(bench.cap[function]) + EPS)

    def no_more_than(self, whole: NDArray[np.float64], value: NDArray[np.float64]) -> None:
        """Cut off parts of positions: at prices of every row no position of a member is worth more than its value."""
        net = np.array(self.points, float)
        for _, row, column in self.units:
            net[column] -= whole[row]
        for place, most in enumerate(value.tolist()):
            own = np.flatnonzero((np.array(self.place) == place) & (net != 0.0))
            self.row(zip(own.tolist(), net[own].tolist(), strict=True), high=most + EPS)

    def _seats(self, place: int, pupil: int) -> list[int]:
        reach, bench, found = self.reach, self.bench, list[int]()
        lots = len(bench.have) - len(bench.cap)
        for option in range(int(reach.vacancy_start[pupil]), int(reach.vacancy_start[pupil + 1])):
            function = int(reach.vacancy_function[option])
            if reach.work.function_employer[function] == bench.employer:
                found.append(self.variable(place, points=int(reach.vacancy_points[option])))
                self.units.append((place, lots + function - bench.first_function, found[-1]))
        return found

    def _items(self, place: int, pair: int) -> list[Item]:
        reach, work, found = self.reach, self.reach.work, list[Item]()
        pupil = reach.pair_pupil[pair]
        for k in range(int(reach.item_start[pair]), int(reach.item_start[pair + 1])):
            lot = int(reach.item_lot[k])
            parts = slice(int(work.part_start[lot]), int(work.part_start[lot + 1]))
            when = (work.part_when[parts] & work.available[pupil]).tolist()
            hours = float(work.lot_hours[lot])
            most = min(int(work.lot_pieces[lot]), int((float(work.hours_max[pupil]) + EPS) / hours))
            used, pieces = self.variable(place), self.variable(place, most, int(reach.item_points[k]))
            own = list(zip(work.part_hours[parts].tolist(), when, strict=True))
            found.append(Item(lot - self.bench.first_lot, hours, own, most, used, pieces))
            self.units.append((place, found[-1].row, pieces))
        return found

    def _position(self, pair: int, carved: int, items: list[Item]) -> None:
        """Hours, number of tasks, least hours of a task, least points and the week of a carved position."""
        reach, work = self.reach, self.reach.work
        pupil = reach.pair_pupil[pair]
        shortest, longest = float(work.hours_min[pupil]), float(work.hours_max[pupil])
        load = [(item.pieces, item.hours) for item in items]
        self.row([*load, (carved, -shortest)], low=-EPS)
        self.row([*load, (carved, -longest)], high=EPS)
        self.row([*((item.used, len(item.parts)) for item in items), (carved, -work.max_tasks)], high=0)
        for item in items:
            least = min(hours for hours, _ in item.parts)
            self.row([(item.pieces, 1), (item.used, -item.most)], high=0)
            self.row([(item.pieces, 1), (item.used, -max(1.0, np.ceil((LEAST_HOURS - EPS) / least)))], low=0)
            if LEAST_SHARE * least < longest:
                # Drawn on: no more hours in all than 16 times those of the task; otherwise no more than there may be.
                own = LEAST_SHARE * least
                rest = [(other.pieces, other.hours - own * (other is item)) for other in items]
                self.row([*rest, (item.used, longest)], high=longest + EPS)
        points = [(column, self.points[column]) for column in (carved, *(item.pieces for item in items))]
        self.row([*points, (carved, -work.fit_floor)], low=0)
        self._week(items, carved, longest)

    def _week(self, items: list[Item], carved: int, longest: float) -> None:
        """Write Hall's condition: what can only be done in some moments takes no longer than these."""
        unions = {0}
        for mask in {mask for item in items for _, mask in item.parts}:
            unions |= {mask | union for union in unions if HOURS_A_MOMENT * (mask | union).bit_count() < longest}
        for union in sorted(unions):
            inside = [(item.pieces, sum(hours for hours, mask in item.parts if not mask & ~union)) for item in items]
            room = HOURS_A_MOMENT * union.bit_count()
            self.row([*(term for term in inside if term[1]), (carved, -room)], high=EPS)

    def _same(self, place: int, row: NDArray[np.int64], count: NDArray[np.int64]) -> None:
        """Gain one for just these rows and counts."""
        want = {int(own): int(units) for own, units in zip(row, count, strict=True) if own >= 0}
        have = {own: column for at, own, column in self.units if at == place}
        if not want.keys() <= have.keys():
            return
        same = self.variable(place)
        self.same.append(same)
        for own, column in have.items():
            units, most = want.get(own, 0), self.upper[column]
            self.row([(column, 1), (same, -units)], low=0)
            self.row([(column, 1), (same, most - units)], high=most)

    def gain(self, scale: int) -> NDArray[np.int64]:
        """Return what one of every variable adds to the value."""
        gain = scale * np.array(self.points, np.int64)
        gain[self.same] = 1
        return gain

    def solve(self, gain: NDArray[np.int64], seconds: float) -> NDArray[np.int64] | None:
        """Return the variables that gain most; None when nothing keeps to the rows.

        Raises
        ------
        Undecided
        """
        from scipy.optimize import Bounds, LinearConstraint, milp
        from scipy.sparse import coo_array

        row, column, value = (np.array(part) for part in zip(*self.terms, strict=True))
        shape = len(self.low), len(self.upper)
        table = coo_array((value.astype(float), (row, column)), shape=shape).tocsr()
        answer = milp(
            -gain,
            integrality=np.ones(shape[1], np.int64),
            bounds=Bounds(0, self.upper),
            constraints=LinearConstraint(table, self.low, self.high),
            options={"mip_rel_gap": 0.0, "node_limit": MOST_BRANCHES, "time_limit": seconds},
        )
        if answer.status == 2:
            return None
        if answer.status != 0:
            raise Undecided
        return np.rint(answer.x).astype(np.int64)


def best_by_program(
    best: BestOfTeam, room: Room, team: Sequence[int], price: NDArray[np.float64], seconds: float = np.inf
) -> tuple[int, Positions] | None:
    """Return the largest value of positions for all of a team, and the positions; None when there are none.

    Parameters
    ----------
    best : BestOfTeam
        Says what positions are worth.
    room : Room
        Has places and supervision for all of the team.
    team : sequence of int
        Places among the members of the bench.
    price : float array
        Any prices of the rows, then of an hour of each function: good ones make it shorter.
    seconds : float

    Raises
    ------
    Undecided
        When it takes more branches or seconds than there are.
    """
    room, value, _ = best.priced(room, team, price)
    bench, whole = room.bench, np.empty(len(room.bench.have))
    whole_price(bench, price, whole)
    program = TeamProgram(best.reach, bench)
    for place, one in enumerate(team):
        program.member(place, one, best.wanted)
    program.shared()
    program.no_more_than(whole, value)
    gain = program.gain(best.scale)
    found = program.solve(gain, seconds)
    if found is None:
        return None
    filling, slots = no_positions(len(team), best.reach.work.max_tasks), [0] * len(team)
    filling.member[:], filling.points[:] = team, np.bincount(program.place, np.array(program.points) * found, len(team))
    for place, row, column in program.units:
        if found[column]:
            filling.row[place, slots[place]], filling.count[place, slots[place]] = row, found[column]
            slots[place] += 1
    return int(gain @ found), filling
