"""The brute-force solver on cases that were solved by hand."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.brute import Optimum, best_plan

PUPILS = "id,birth_month,school,lat,lon,hours_min,hours_max,support_hours\n"
EMPLOYERS = "id,name,lat,lon,places,supervision_hours\n"
FUNCTIONS = "id,employer,name,vacancies,max_carved_hours\n"
TASKS = "id,function,name,hours,pieces,together,detachable\n"


def pupils(*wanted: tuple[float, float]) -> str:
    """A table of adult pupils a, b, ... who want from-to hours and live where the employers are."""
    rows = (f"{'abcdef'[k]},2000-01,pro,52,6,{low},{high},0\n" for k, (low, high) in enumerate(wanted))
    return PUPILS + "".join(rows)


def region(folder: Path, policy: str = "", **tables: str) -> Path:
    """Write a small region: only what is given, and one employer x with three places and one function f."""
    base = {"employers": EMPLOYERS + "x,X,52,6,3,9\n", "functions": FUNCTIONS + "f,x,F,0,\n"}
    for name, text in (base | tables).items():
        (folder / f"{name}.csv").write_text(text, encoding="utf-8")
    text = f'name = "hand"\ndate = "2026-11-02"\n[policy]\n{policy}\n'
    (folder / "region.toml").write_text(text, encoding="utf-8")
    return folder


def hours_as_points(pupil: str, hours: dict[str, float], vacancy: str | None) -> int:
    """A point an hour."""
    return round(sum(hours.values()))


def who(best: Optimum) -> dict[str, dict[str, float]]:
    """Pupil to task hours."""
    return {column.position.pupil: column.position.hours for column in best.columns}


def test_number_placed_comes_before_points(tmp_path: Path) -> None:
    """One pupil with all 8 h would give 8 points of 3 each, yet two pupils with 4 h each are placed."""
    folder = region(tmp_path, pupils=pupils((4, 8), (4, 4)), tasks=TASKS + "t,f,T,8,2,,yes\n")
    best = best_plan(folder, lambda p, h, v: {"a": 3, "b": 1}[p] * round(sum(h.values())))
    assert (best.placed, best.points) == (2, 12 + 4)
    assert who(best) == {"a": {"t": 4}, "b": {"t": 4}}


def test_a_group_moves_whole_and_pieces_are_whole(tmp_path: Path) -> None:
    """Of a group of 2 + 2 h and a task of 6 h in pieces of 2 h, a takes 4 h + 2 h = 6 h and b the other 4 h."""
    tasks = TASKS + "t,f,T,2,1,g,yes\nu,f,U,2,1,g,yes\nv,f,V,6,3,,yes\n"
    folder = region(tmp_path, pupils=pupils((5, 6), (4, 4)), tasks=tasks)
    best = best_plan(folder, lambda p, h, v: 10 * len(h) + round(sum(h.values())))
    assert (best.placed, best.points) == (2, 36 + 14)
    assert who(best) == {"a": {"t": 2, "u": 2, "v": 2}, "b": {"v": 4}}


def test_a_function_gives_up_no_more_than_its_cap(tmp_path: Path) -> None:
    """With 8 h of tasks but a cap of 5 h, one of the two pupils who want 4 h stays unplaced."""
    tasks = TASKS + "t,f,T,4,1,,yes\nu,f,U,4,1,,yes\n"
    folder = region(tmp_path, functions=FUNCTIONS + "f,x,F,0,5\n", pupils=pupils((4, 4), (4, 4)), tasks=tasks)
    assert best_plan(folder, hours_as_points).placed == 1


def test_a_vacancy_and_carving_do_not_compete_for_hours(tmp_path: Path) -> None:
    """A vacancy of 6 h, one of them not detachable, is taken whole by a, while b carves the other 4 h."""
    tasks = TASKS + "t,f,T,4,1,,yes\nu,f,U,2,1,,no\n"
    folder = region(tmp_path, functions=FUNCTIONS + "f,x,F,1,\n", pupils=pupils((6, 6), (4, 6)), tasks=tasks)
    best = best_plan(folder, hours_as_points)
    assert (best.placed, best.points) == (2, 10)
    assert {c.position.pupil: c.position.kind for c in best.columns} == {"a": "vacancy", "b": "carved"}


def test_a_timetable_that_does_not_fit_is_no_position(tmp_path: Path) -> None:
    """Two tasks of 4 h on the same morning cannot make one position of 8 h, on two mornings they can."""
    header = TASKS.strip() + ",when\n"
    for when, placed in (("mo-am", 0), ("mo-am;tu-am", 1)):
        tasks = header + f"t,f,T,4,1,,yes,mo-am\nu,f,U,4,1,,yes,{when}\n"
        assert best_plan(region(tmp_path, pupils=pupils((8, 8)), tasks=tasks), hours_as_points).placed == placed


@pytest.mark.parametrize(("kind", "placed", "points"), [("", 2, 8), ("fixed", 1, 8), ("excluded", 1, 8)])
def test_decisions_come_first(tmp_path: Path, kind: str, placed: int, points: int) -> None:
    """A decision is obeyed also where it costs a placement or points."""
    tasks = TASKS + "t,f,T,8,2,,yes\nv,g,V,8,1,,yes\n"
    tables = {
        "employers": EMPLOYERS + "x,X,52,6,1,9\ny,Y,52,6,1,9\n",
        "functions": FUNCTIONS + "f,x,F,0,\ng,y,G,0,\n",
        "pupils": pupils((4, 8), (4, 4)),
        "tasks": tasks,
        "decisions": "pupil,employer,kind\n" + {"": "", "fixed": "a,x,fixed\n", "excluded": "a,y,excluded\n"}[kind],
    }
    values = {("a", "t", 4.0): 2, ("a", "t", 8.0): 8, ("a", "v", 8.0): 4, ("b", "t", 4.0): 4}
    best = best_plan(region(tmp_path, **tables), lambda p, h, v: values[p, *next(iter(h.items()))])
    assert (best.placed, best.points) == (placed, points)


def test_the_floor_is_inside_the_optimum(tmp_path: Path) -> None:
    """With points 10, 7 / 6, 4 at two employers of one place and a floor of 5, the optimum 7 + 6 places both."""
    tables = {
        "employers": EMPLOYERS + "x,X,52,6,1,9\ny,Y,52,6,1,9\n",
        "functions": FUNCTIONS + "f,x,F,0,\ng,y,G,0,\n",
        "pupils": pupils((4, 4), (4, 4)),
        "tasks": TASKS + "t,f,T,4,1,,yes\nv,g,V,4,1,,yes\n",
    }
    points = {("a", "t"): 10, ("a", "v"): 7, ("b", "t"): 6, ("b", "v"): 4}
    best = best_plan(region(tmp_path, "fit_floor = 5", **tables), lambda p, h, v: points[p, next(iter(h))])
    assert (best.placed, best.points) == (2, 13)


def test_the_hardest_come_before_points_and_forbidden_is_forbidden(tmp_path: Path) -> None:
    """Of two rivals for one place the hardest to place gets it, unless the points forbid that position."""
    tables = {"employers": EMPLOYERS + "x,X,52,6,1,9\n", "tasks": TASKS + "t,f,T,4,1,,yes\n"}
    folder = region(tmp_path, pupils=pupils((4, 4), (4, 4)), **tables)
    best = best_plan(folder, lambda p, h, v: {"a": 9, "b": 1}[p], hardest={"b"})
    assert (best.placed, best.hardest, best.points) == (1, 1, 1)
    best = best_plan(folder, lambda p, h, v: {"a": 9, "b": None}[p], hardest={"b"})
    assert (best.placed, best.hardest, best.points) == (1, 0, 9)
