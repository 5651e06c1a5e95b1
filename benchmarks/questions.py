"""How long a plan takes to answer: seconds for every question about one pupil, and for those about the region.

Run by hand from the root of the project::

    python -m benchmarks.questions 3000x1000 --time-limit 60 --keep plan.pkl

Each question is asked about the same pupils, half of them not placed where there are as many. The first call is apart:
it works out what the plan then keeps, and compiles or loads what is not loaded yet. With ``--whole`` the questions
about the region as a whole are asked too, once each.
"""

from __future__ import annotations

import argparse
import pickle
import statistics
import time
from pathlib import Path
from typing import TYPE_CHECKING

import matchmaker as mm
from benchmarks.regions import SIZES, make_region, sized_region

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from matchmaker.plan import Plan

    Ask = Callable[[Plan, str], object]

HEAD = ("question", "first", "median", "max", "processor, median")
WHOLE_HEAD = ("question about the region", "seconds", "processor")


def main() -> None:
    """Print the tables."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("size", choices=SIZES)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--time-limit", type=float, default=None, help="seconds for the plan; none: the default")
    parser.add_argument("--pupils", type=int, default=20, help="how many are asked about")
    parser.add_argument("--only", nargs="+", choices=[*ONE, *WHOLE], default=None, help="only these questions")
    parser.add_argument("--whole", action="store_true", help="also those about the region as a whole")
    parser.add_argument(
        "--keep", type=Path, default=None, help="file for the plan: read when it is there, else written"
    )
    call = parser.parse_args()
    plan = planned(call.size, call.seed, call.time_limit, call.keep)
    who, begin = asked_about(plan, call.pupils), time.perf_counter()
    for name in ("reach", "hardest", "obstacles"):
        getattr(plan, name)
    if call.keep is not None:
        print(
            f"{time.perf_counter() - begin:.1f} s to work out again what `match` leaves with a plan and a file does not"
        )
    print(f"{plan!r}, {len(who)} pupils asked about\n\n| {' | '.join(HEAD)} |\n|{'---|' * len(HEAD)}")
    for name, ask in ONE.items():
        if call.only is None or name in call.only:
            print(f"| {name} | {' | '.join(timed(plan, ask, who))} |", flush=True)
    wanted = [name for name in WHOLE if (call.whole if call.only is None else name in call.only)]
    if wanted:
        print(f"\n| {' | '.join(WHOLE_HEAD)} |\n|{'---|' * len(WHOLE_HEAD)}")
    for name in wanted:
        wall, processor = taken(lambda name=name: WHOLE[name](plan, ""))
        print(f"| {name} | {wall:.1f} | {processor:.1f} |", flush=True)


def planned(size: str, seed: int, time_limit: float | None, keep: Path | None) -> Plan:
    """Plan the region, or read the plan that was kept."""
    if keep is not None and keep.exists():
        return pickle.loads(keep.read_bytes())
    mm.match(make_region(12, employers=5))
    region = sized_region(SIZES[size], seed=seed)
    plan = mm.match(region, time_limit=time_limit)
    if keep is not None:
        keep.write_bytes(pickle.dumps(plan))
    return plan


def asked_about(plan: Plan, count: int) -> list[str]:
    """Choose pupils spread over the plan, placed and not placed in turn."""
    out = spread([one.pupil for one in plan.unplaced()], count // 2)
    placed = spread([one.pupil for one in plan.placements], count - len(out))
    return [name for pair in zip(placed, out, strict=False) for name in pair] + placed[len(out) :]


def spread(names: list[str], count: int) -> list[str]:
    """Choose some names at even distances."""
    return [names[k * len(names) // count] for k in range(min(count, len(names)))]


def timed(plan: Plan, ask: Ask, who: list[str]) -> Iterator[str]:
    """Ask about each pupil; give the cells of the row."""
    first, _ = taken(lambda: ask(plan, who[0]))
    later = [taken(lambda name=name: ask(plan, name)) for name in who]
    walls, processors = zip(*later, strict=True)
    return (f"{value:.3f}" for value in (first, statistics.median(walls), max(walls), statistics.median(processors)))


def taken(call: Callable[[], object]) -> tuple[float, float]:
    """Return the seconds on the clock and of the processor (all threads) that a call takes."""
    wall, processor = time.perf_counter(), time.process_time()
    call()
    return time.perf_counter() - wall, time.process_time() - processor


def employer_for(plan: Plan, pupil: str) -> str:
    """Return an employer for a pupil to ask about: the second in reach where there is one, not the present one."""
    row, now = plan.ledger.row("pupil", pupil), plan.placement(pupil)
    reach = plan.reach
    near = reach.pair_employer[reach.pair_start[row] : reach.pair_start[row + 1]]
    names = [str(plan.ledger.problem.employers.ids[one]) for one in near[:3]]
    others = [name for name in names if now is None or name != now.employer]
    return (others or [str(plan.ledger.problem.employers.ids[0])])[-1]


def what_if(plan: Plan, pupil: str, change: Callable[[str, str], mm.Change]) -> object:
    """Plan again with one change, and say what differs."""
    return plan.what_if(change(pupil, employer_for(plan, pupil))) - plan


def seen(plan: Plan, pupil: str) -> str:
    """Return a dimension on which a pupil was observed, and not at the highest level."""
    problem, row = plan.ledger.problem, plan.ledger.row("pupil", pupil)
    median = problem.levels.median[row]
    return problem.dimensions[int(((median >= 0) & (median < len(problem.level_values) - 1)).argmax())]


ONE: dict[str, Ask] = {
    "why": lambda plan, pupil: plan.why(pupil),
    "why, other language": lambda plan, pupil: plan.why(pupil, language="nl"),
    "unplaced, one row": lambda plan, pupil: [one for one in plan.unplaced() if one.pupil == pupil],
    "why_not": lambda plan, pupil: plan.why_not(pupil, employer_for(plan, pupil)),
    "why_not, any employer": lambda plan, pupil: plan.why_not(pupil, str(plan.ledger.problem.employers.ids[7])),
    "alternatives": lambda plan, pupil: plan.alternatives(pupil, k=3),
    "contested": lambda plan, pupil: plan.contested(pupil),
    "unlocks": lambda plan, pupil: plan.unlocks(pupil),
    "what_if place more": lambda plan, pupil: what_if(plan, pupil, lambda _, at: mm.places(at, +1)),
    "what_if place less": lambda plan, pupil: what_if(plan, pupil, lambda _, at: mm.places(at, -1)),
    "what_if supervision": lambda plan, pupil: what_if(plan, pupil, lambda _, at: mm.supervision(at, +2)),
    "what_if hours": lambda plan, pupil: what_if(plan, pupil, lambda who, _: mm.hours(who, minimum=2)),
    "what_if travel": lambda plan, pupil: what_if(plan, pupil, lambda who, _: mm.travel(who, +5)),
    "what_if level": lambda plan, pupil: what_if(plan, pupil, lambda who, _: mm.level(who, seen(plan, who))),
    "what_if certificate": lambda plan, pupil: what_if(plan, pupil, lambda who, _: mm.certificate(who, "vca")),
    "what_if refuse": lambda plan, pupil: what_if(plan, pupil, mm.refuse),
    "what_if force": lambda plan, pupil: what_if(plan, pupil, mm.force),
    "what_if leaves": lambda plan, pupil: what_if(plan, pupil, lambda who, _: mm.leaves(who)),
}
"""Questions about one pupil, or about an employer in reach of one."""

WHOLE: dict[str, Ask] = {
    "near_ties": lambda plan, _: plan.near_ties(),
    "decisions": lambda plan, _: plan.decisions(),
    "observations_to_make": lambda plan, _: plan.observations_to_make(),
    "robustness": lambda plan, _: plan.robustness(),
    "openings": lambda plan, _: plan.openings(),
    "unlocks of the region": lambda plan, _: plan.unlocks(),
    "fairness": lambda plan, _: plan.fairness(),
}
"""Questions about the region as a whole."""

if __name__ == "__main__":
    main()
