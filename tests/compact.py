"""A second method for carving and placing together: one compact mixed integer program, given to HiGHS through scipy.

No bundles are listed and nothing is priced: a variable says whether a pupil works at an employer, one whether a lot is
drawn on, one how many pieces of it. It shares the arrays of ``Reach`` with the library and nothing else. In seconds it
proves the number placed up to about 60 pupils x 20 employers, and the points of 12 x 5. ``check_solution`` verifies any
plan with plain loops.
"""

from __future__ import annotations

import math
import time
from collections.abc import Iterable, Iterator
from typing import Literal, NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import Bounds, LinearConstraint, linprog, milp
from scipy.sparse import coo_array, csr_array

from matchmaker.solve.joint.stock import Columns, no_columns
from matchmaker.solve.reach import Reach

EPS = 1e-6
MOMENT = 4.0
LEAST_HOURS = 0.5
SIXTEENTHS = 16

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Objective = Literal["number", "hardest", "points"]
Timetable = Literal["moments", "subsets"]
Term = tuple[int, float]


class Model(NamedTuple):
    """Maximise `gain` @ x for low <= rows @ x <= high, 0 <= x <= upper; x whole where `whole` says so.

    The first variables are the pairs, then the vacancy options, then the items drawn on; `pieces` [items] is the
    variable that counts an item's pieces.
    """

    gain: Floats
    rows: csr_array
    low: Floats
    high: Floats
    upper: Floats
    whole: NDArray[np.bool_]
    pieces: Ints


class Step(NamedTuple):
    """One aim solved: status "optimal", "limit" or "infeasible", value reached, proven bound on it, the variables."""

    status: str
    value: float
    bound: float
    x: Floats | None


class Solved(NamedTuple):
    """The last aim's status, value and bound, and the plan."""

    status: str
    objective: float
    bound: float
    columns: Columns


class _Rows:
    """Collects the rows and the variables of a program."""

    def __init__(self) -> None:
        self.entries: list[tuple[int, int, float]] = []
        self.low: list[float] = []
        self.high: list[float] = []
        self.upper: list[float] = []
        self.whole: list[bool] = []

    def variable(self, upper: float, *, whole: bool = True) -> int:
        self.upper.append(upper)
        self.whole.append(whole)
        return len(self.upper) - 1

    def row(self, terms: Iterable[Term], *, low: float = -np.inf, high: float = np.inf) -> None:
        self.entries += [(len(self.low), column, value) for column, value in terms if value]
        self.low.append(low)
        self.high.append(high)

    def model(self, gain: Floats, pieces: Ints) -> Model:
        row, column, value = np.array(self.entries, float).reshape(-1, 3).T
        places = (row.astype(np.int64), column.astype(np.int64))
        rows = coo_array((value, places), shape=(len(self.low), len(self.upper))).tocsr()
        low, high, upper = (np.array(side, float) for side in (self.low, self.high, self.upper))
        return Model(gain, rows, low, high, upper, np.array(self.whole, bool), pieces)


class _Program:
    """The variables of a reach, and the rows that every aim shares."""

    def __init__(self, reach: Reach, timetable: Timetable) -> None:
        self.reach, self.work, self.rows = reach, reach.work, _Rows()
        self.at = [self.rows.variable(1) for _ in reach.pair_employer]
        self.vacancy = [self.rows.variable(1) for _ in reach.vacancy_function]
        self.most = [self._most(pair, item) for pair in range(len(self.at)) for item in self.items(pair)]
        self.used = [self.rows.variable(min(most, 1)) for most in self.most]
        self.pieces = [
            self.rows.variable(most) if most > 1 else used for most, used in zip(self.most, self.used, strict=True)
        ]
        for pair in range(len(self.at)):
            self._hours(pair)
            self._tasks(pair)
            self._floor(pair)
            if timetable == "moments":
                self._week_by_moments(pair)
            else:
                self._week_by_subsets(pair)
        self._shared()

    def items(self, pair: int) -> range:
        return range(int(self.reach.item_start[pair]), int(self.reach.item_start[pair + 1]))

    def parts(self, lot: int) -> range:
        return range(int(self.work.part_start[lot]), int(self.work.part_start[lot + 1]))

    def lot(self, item: int) -> int:
        return int(self.reach.item_lot[item])

    def smallest(self, item: int) -> float:
        return min(float(self.work.part_hours[part]) for part in self.parts(self.lot(item)))

    def hours_max(self, pair: int) -> float:
        return float(self.work.hours_max[self.reach.pair_pupil[pair]])

    def _most(self, pair: int, item: int) -> int:
        """Most pieces of an item that a position can hold; 0 when its smallest task stays too short."""
        lot = self.lot(item)
        most = min(int(self.work.lot_pieces[lot]), int((self.hours_max(pair) + EPS) / self.work.lot_hours[lot]))
        return most if most * self.smallest(item) >= LEAST_HOURS - EPS else 0

    def _load(self, pair: int) -> list[Term]:
        return [(self.pieces[item], float(self.work.lot_hours[self.lot(item)])) for item in self.items(pair)]

    def _hours(self, pair: int) -> None:
        pupil, load = self.reach.pair_pupil[pair], self._load(pair)
        self.rows.row([*load, (self.at[pair], -float(self.work.hours_min[pupil]))], low=0)
        self.rows.row([*load, (self.at[pair], -self.hours_max(pair))], high=0)

    def _tasks(self, pair: int) -> None:
        at, most_hours = self.at[pair], self.hours_max(pair)
        parts = [(self.used[item], float(len(self.parts(self.lot(item))))) for item in self.items(pair)]
        self.rows.row([*parts, (at, -float(self.work.max_tasks))], high=0)
        for item in self.items(pair):
            used, pieces, smallest = self.used[item], self.pieces[item], self.smallest(item)
            self.rows.row([(used, 1.0), (at, -1.0)], high=0)
            if pieces != used:
                self.rows.row([(pieces, 1.0), (used, -float(self.most[item]))], high=0)
                self.rows.row([(pieces, 1.0), (used, -1.0)], low=0)
            if smallest < LEAST_HOURS:
                self.rows.row(_summed([(pieces, smallest), (used, -LEAST_HOURS)]), low=-EPS)
            if SIXTEENTHS * smallest < most_hours:
                # Drawn on: the position's hours <= 16 x those of the task; otherwise <= hours_max, as anyway.
                big = [(pieces, -SIXTEENTHS * smallest), (used, most_hours), (at, -most_hours)]
                self.rows.row(_summed([*self._load(pair), *big]), high=0)

    def _floor(self, pair: int) -> None:
        reach = self.reach
        points = [(self.pieces[item], float(reach.item_points[item])) for item in self.items(pair)]
        own = float(reach.pair_points[pair]) - self.work.fit_floor
        if own < 0 or any(value < 0 for _, value in points):
            self.rows.row([*points, (self.at[pair], own)], low=0)

    def _by_mask(self, pair: int) -> dict[int, list[Term]]:
        """Hours by the set of moments in which they can be done."""
        free = int(self.work.available[self.reach.pair_pupil[pair]])
        found: dict[int, list[Term]] = {}
        for item in self.items(pair):
            for part in self.parts(self.lot(item)):
                term = (self.pieces[item], float(self.work.part_hours[part]))
                found.setdefault(free & int(self.work.part_when[part]), []).append(term)
        return found

    def _week_by_moments(self, pair: int) -> None:
        """Hours of every set of open moments on every class of moments that are open to the same sets."""
        masks = self._by_mask(pair)
        if all(MOMENT * mask.bit_count() >= self.hours_max(pair) for mask in masks):
            return
        classes: dict[tuple[bool, ...], int] = {}
        for moment in range(32):
            pattern = tuple(bool(mask >> moment & 1) for mask in masks)
            classes[pattern] = classes.get(pattern, 0) + 1
        flow = {
            (mask, pattern): self.rows.variable(np.inf, whole=False)
            for pattern in classes
            for mask, open_to in zip(masks, pattern, strict=True)
            if open_to
        }
        for mask, load in masks.items():
            down = [(column, -1.0) for (own, _), column in flow.items() if own == mask]
            self.rows.row(_summed([*load, *down]), low=0, high=0)
        for pattern, size in classes.items():
            up = [(column, 1.0) for (_, own), column in flow.items() if own == pattern]
            self.rows.row([*up, (self.at[pair], -MOMENT * size)], high=0)

    def _week_by_subsets(self, pair: int) -> None:
        """Hours that can only be done within a set of moments <= 4 h for each of them, for every union of masks."""
        masks = self._by_mask(pair)
        unions = {0}
        for mask in masks:
            more = {mask | union for union in unions}
            unions |= {union for union in more if MOMENT * union.bit_count() < self.hours_max(pair)}
        for union in sorted(unions):
            load = [term for mask, terms in masks.items() if not mask & ~union for term in terms]
            room = MOMENT * union.bit_count()
            if sum(self.rows.upper[column] * hours for column, hours in load) > room:
                self.rows.row(_summed([*load, (self.at[pair], -room)]), high=0)

    def _shared(self) -> None:
        reach, work = self.reach, self.work
        everybody = [*zip(self.at, reach.pair_pupil, strict=True), *zip(self.vacancy, self._pupils(), strict=True)]
        where = [*reach.pair_employer, *work.function_employer[reach.vacancy_function]]
        one = [(column, 1.0) for column, _ in everybody]
        support = [(column, float(work.support[pupil])) for column, pupil in everybody]
        self._limit([pupil for _, pupil in everybody], one, np.ones(len(work.support)))
        self._limit(where, one, work.places)
        self._limit(where, support, work.supervision)
        self._limit(reach.vacancy_function, [(column, 1.0) for column in self.vacancy], work.seats)
        self._limit(reach.item_lot, [(column, 1.0) for column in self.pieces], work.lot_pieces)
        drawn: list[tuple[int, Term]] = []
        for pair in range(len(self.at)):
            first = work.function_start[reach.pair_employer[pair]]
            for item in self.items(pair):
                for part in self.parts(self.lot(item)):
                    term = (self.pieces[item], float(work.part_hours[part]))
                    drawn.append((int(first + work.part_function[part]), term))
        self._limit([function for function, _ in drawn], [term for _, term in drawn], work.cap)

    def _pupils(self) -> Ints:
        return np.repeat(np.arange(len(self.work.support)), np.diff(self.reach.vacancy_start))

    def _limit(self, owners: Iterable[int], terms: Iterable[Term], stock: Iterable[float]) -> None:
        """One row per owner: what all draw from it <= what it has."""
        drawn: dict[int, list[Term]] = {}
        for owner, term in zip(owners, terms, strict=True):
            drawn.setdefault(int(owner), []).append(term)
        has = list(stock)
        for owner, own in drawn.items():
            if np.isfinite(has[owner]):
                self.rows.row(_summed(own), high=float(has[owner]))

    def placed(self, chosen: NDArray[np.bool_] | None = None) -> list[Term]:
        pupils = [*zip(self.at, self.reach.pair_pupil, strict=True), *zip(self.vacancy, self._pupils(), strict=True)]
        return [(column, 1.0) for column, pupil in pupils if chosen is None or chosen[pupil]]

    def points(self) -> list[Term]:
        reach = self.reach
        return [
            *zip(self.at, map(float, reach.pair_points), strict=True),
            *zip(self.vacancy, map(float, reach.vacancy_points), strict=True),
            *zip(self.pieces, map(float, reach.item_points), strict=True),
        ]


def _summed(terms: Iterable[Term]) -> list[Term]:
    total: dict[int, float] = {}
    for column, value in terms:
        total[column] = total.get(column, 0.0) + value
    return list(total.items())


def compact_model(
    reach: Reach,
    *,
    objective: Objective,
    number_at_least: int | None = None,
    hard_at_least: int | None = None,
    hardest: NDArray[np.bool_] | None = None,
    placed_worth: float = 0.0,
    timetable: Timetable = "subsets",
) -> Model:
    """Write the region down as one mixed integer program.

    `number_at_least` pupils are placed, `hard_at_least` of the `hardest` [pupils]; with objective "points", every pupil
    placed is worth `placed_worth` on top. The timetable is written as hours on moments (continuous variables), or as
    Hall's condition for every union of open moments: the same plans, another size.
    """
    program = _Program(reach, timetable)
    if number_at_least is not None:
        program.rows.row(program.placed(), low=number_at_least)
    if hard_at_least is not None:
        program.rows.row(program.placed(hardest), low=hard_at_least)
    terms = program.placed(hardest if objective == "hardest" else None)
    if objective == "points":
        terms = _summed([*program.points(), *((column, placed_worth) for column, _ in terms)])
    gain = np.zeros(len(program.rows.upper))
    for column, value in terms:
        gain[column] += value
    return program.rows.model(gain, np.array(program.pieces, np.int64))


def solve_model(model: Model, *, time_limit: float | None = None) -> Step:
    """Give a model to HiGHS; its gains are whole numbers, so the bound is rounded down."""
    # Without a gap of exactly 0 the solver stops at 0.01 % and calls it optimal.
    seconds = np.inf if time_limit is None else max(time_limit, 0.1)
    if not len(model.gain):
        return Step("optimal", 0.0, 0.0, np.zeros(0))
    limits = LinearConstraint(model.rows, model.low, model.high) if len(model.low) else None
    found = milp(
        -model.gain,
        integrality=model.whole.astype(int),
        bounds=Bounds(0, model.upper),
        constraints=limits,
        options={"mip_rel_gap": 0.0, "time_limit": seconds},
    )
    if found.status == 2:
        return Step("infeasible", -np.inf, -np.inf, None)
    limit = -np.inf if found.mip_dual_bound is None else found.mip_dual_bound
    bound = math.floor(-limit + EPS) if np.isfinite(limit) else np.inf
    value = -np.inf if found.x is None else float(round(-found.fun))
    return Step("optimal" if found.status == 0 else "limit", value, bound, found.x)


def solve_compact(
    reach: Reach,
    *,
    objective: Objective = "points",
    hardest: NDArray[np.bool_] | None = None,
    time_limit: float | None = None,
    timetable: Timetable = "subsets",
) -> Solved:
    """Solve aim after aim up to `objective`: number placed, number of the hardest (when given), points.

    Each aim has what is left of `time_limit` in seconds. When it runs out, the plan of the last aim that gave one is
    returned, and the bound belongs to plans that place as many as that plan does.
    """
    until = None if time_limit is None else time.monotonic() + time_limit
    number, hard, columns = None, None, no_plan(reach)
    steps = []
    for aim in _aims(objective, hardest):
        model = compact_model(
            reach, objective=aim, number_at_least=number, hard_at_least=hard, hardest=hardest, timetable=timetable
        )
        step = solve_model(model, time_limit=None if until is None else until - time.monotonic())
        steps.append(step)
        if step.x is not None:
            columns = plan_of(reach, model, step.x)
        number = int((columns.employer >= 0).sum())
        hard = None if hardest is None or aim == "number" else int((columns.employer >= 0)[hardest].sum())
    status = "optimal" if all(step.status == "optimal" for step in steps) else "limit"
    reached = {"number": number, "hardest": hard, "points": int(columns.points.sum())}
    return Solved(status, float(reached[objective] or 0), steps[-1].bound, columns)


def _aims(objective: Objective, hardest: NDArray[np.bool_] | None) -> Iterator[Objective]:
    yield "number"
    if hardest is not None and objective != "number":
        yield "hardest"
    if objective == "points":
        yield "points"


def no_plan(reach: Reach) -> Columns:
    """Give the plan that places nobody."""
    return no_columns(len(reach.pair_start) - 1, reach.work.max_tasks)


def plan_of(reach: Reach, model: Model, x: Floats) -> Columns:
    """Read the plan off the variables of a model."""
    plan, whole = no_plan(reach), np.rint(x).astype(np.int64)
    pairs = len(reach.pair_employer)
    for pair in np.flatnonzero(whole[:pairs]):
        pupil, slot = reach.pair_pupil[pair], 0
        plan.employer[pupil], plan.points[pupil] = reach.pair_employer[pair], reach.pair_points[pair]
        for item in range(reach.item_start[pair], reach.item_start[pair + 1]):
            count = whole[model.pieces[item]]
            if count:
                plan.lot[pupil, slot], plan.count[pupil, slot] = reach.item_lot[item], count
                plan.points[pupil] += count * reach.item_points[item]
                slot += 1
    for option in np.flatnonzero(whole[pairs : pairs + len(reach.vacancy_function)]):
        pupil = int(np.searchsorted(reach.vacancy_start, option, side="right")) - 1
        function = reach.vacancy_function[option]
        plan.employer[pupil], plan.function[pupil] = reach.work.function_employer[function], function
        plan.points[pupil] = reach.vacancy_points[option]
    return plan


def check_solution(reach: Reach, columns: Columns) -> list[str]:
    """Check a plan against everything that ``Reach`` and ``Work`` say, with plain loops; list what is wrong."""
    wrong = []
    seen: set[int] = set()
    for row in range(len(columns.pupil)):
        if columns.employer[row] < 0:
            continue
        pupil = int(columns.pupil[row])
        if pupil in seen:
            wrong.append(f"pupil {pupil}: placed twice")
        seen.add(pupil)
        check = _vacancy_faults if columns.function[row] >= 0 else _position_faults
        wrong += [f"pupil {pupil}: {fault}" for fault in check(reach, columns, row)]
    return [*wrong, *_shared_faults(reach, columns)]


def _bundle(columns: Columns, row: int) -> dict[int, int]:
    lots = [int(lot) for lot in columns.lot[row]]
    return {lot: int(columns.count[row, slot]) for slot, lot in enumerate(lots) if lot >= 0}


def _vacancy_faults(reach: Reach, columns: Columns, row: int) -> Iterator[str]:
    pupil, function = int(columns.pupil[row]), int(columns.function[row])
    if reach.work.function_employer[function] != columns.employer[row]:
        yield "the vacancy is at another employer"
    if _bundle(columns, row):
        yield "tasks beside a vacancy"
    options = range(reach.vacancy_start[pupil], reach.vacancy_start[pupil + 1])
    own = [int(reach.vacancy_points[option]) for option in options if reach.vacancy_function[option] == function]
    if own != [columns.points[row]]:
        yield f"vacancy {function} out of reach or with other points: {columns.points[row]} for {own}"


def _position_faults(reach: Reach, columns: Columns, row: int) -> Iterator[str]:
    work, pupil = reach.work, int(columns.pupil[row])
    pairs = range(reach.pair_start[pupil], reach.pair_start[pupil + 1])
    pair = [pair for pair in pairs if reach.pair_employer[pair] == columns.employer[row]]
    if len(pair) != 1:
        yield "employer out of reach"
        return
    items = range(reach.item_start[pair[0]], reach.item_start[pair[0] + 1])
    points = {int(reach.item_lot[item]): int(reach.item_points[item]) for item in items}
    bundle = _bundle(columns, row)
    if len(bundle) != int((columns.lot[row] >= 0).sum()):
        yield "a lot twice"
    if any(lot not in points or count < 1 for lot, count in bundle.items()):
        yield "a lot out of reach, or no piece of it"
        return
    total = int(reach.pair_points[pair[0]]) + sum(points[lot] * count for lot, count in bundle.items())
    if total != columns.points[row]:
        yield f"points {columns.points[row]}, but they add up to {total}"
    if total < work.fit_floor:
        yield "points below the floor"
    yield from _work_faults(reach, pupil, bundle)


def _work_faults(reach: Reach, pupil: int, bundle: dict[int, int]) -> Iterator[str]:
    work = reach.work
    of_lot = {lot: range(work.part_start[lot], work.part_start[lot + 1]) for lot in bundle}
    parts = [(part, count) for lot, count in bundle.items() for part in of_lot[lot]]
    hours = [float(count * work.part_hours[part]) for part, count in parts]
    total = sum(hours)
    if not work.hours_min[pupil] - EPS <= total <= work.hours_max[pupil] + EPS:
        yield f"{total} hours"
    if len(parts) > work.max_tasks:
        yield f"{len(parts)} tasks"
    if any(own < max(LEAST_HOURS, total / SIXTEENTHS) - EPS for own in hours):
        yield "a task of too few hours"
    if not timetable_exists(hours, [int(work.part_when[part] & work.available[pupil]) for part, _ in parts]):
        yield "the hours do not fit into the week"


def timetable_exists(hours: list[float], masks: list[int]) -> bool:
    """Say whether hours fit into open moments, four hours each, by putting them there: a linear program."""
    if any(not mask for mask in masks):
        return False
    if all(MOMENT * mask.bit_count() >= sum(hours) for mask in masks):
        # Wherever the others are put, every task has room left.
        return True
    cells = [(task, moment) for task, mask in enumerate(masks) for moment in range(32) if mask >> moment & 1]
    of_task = np.array([[task == own for own, _ in cells] for task in range(len(hours))], float)
    of_moment = np.array([[moment == own for _, own in cells] for moment in range(32)], float)
    # A little more room for rounding.
    room = np.full(32, MOMENT + EPS / 10)
    found = linprog(np.zeros(len(cells)), A_eq=of_task, b_eq=hours, A_ub=of_moment, b_ub=room, bounds=(0, None))
    return bool(found.status == 0)


def _shared_faults(reach: Reach, columns: Columns) -> Iterator[str]:
    work = reach.work
    left = {
        "places": work.places.astype(float),
        "supervision": work.supervision.astype(float),
        "seats": work.seats.astype(float),
        "pieces of lot": work.lot_pieces.astype(float),
        "hours of function": work.cap.astype(float),
    }
    for row in range(len(columns.pupil)):
        employer = int(columns.employer[row])
        if employer < 0:
            continue
        left["places"][employer] -= 1
        left["supervision"][employer] -= work.support[columns.pupil[row]]
        if columns.function[row] >= 0:
            left["seats"][columns.function[row]] -= 1
            continue
        for lot, count in _bundle(columns, row).items():
            left["pieces of lot"][lot] -= count
            for part in range(work.part_start[lot], work.part_start[lot + 1]):
                function = int(work.function_start[work.lot_employer[lot]] + work.part_function[part])
                left["hours of function"][function] -= count * work.part_hours[part]
    for what, rest in left.items():
        for where in np.flatnonzero(rest < -EPS):
            yield f"{what} {where}: {-rest[where]} too many"
