"""The command line: parse, call, print.

Exit codes: 0 done, 1 faults in the input (on stderr), 2 a wrong call.
"""

from __future__ import annotations

import argparse
import csv
import io
import json
import os
import sys
import tomllib
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any, TextIO

import matchmaker
from matchmaker.cli.questions import add_questions
from matchmaker.cli.streams import only_answers_on_stdout
from matchmaker.cli.texts import DEMO_OUT, OUT, TEXTS
from matchmaker.errors import Fault, InputFaults, MatchmakerError, UnknownId

if TYPE_CHECKING:
    from matchmaker.model import Region
    from matchmaker.plan import Plan

__all__ = ["main"]


def main(argv: Sequence[str] | None = None) -> int:
    """Run the command line and return the exit code.

    Parameters
    ----------
    argv : sequence of str, optional
        Arguments; by default those of the process.

    Examples
    --------
    >>> main(["check", "no-such-folder", "--json"])
    1
    """
    arguments = list(sys.argv[1:] if argv is None else argv)
    for stream in (sys.stdin, sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(encoding="utf-8")
    try:
        options = _parser(_language_of(arguments)).parse_args(arguments)
    except SystemExit as error:
        return error.code if isinstance(error.code, int) else 2
    texts = TEXTS[options.lang or "en"]
    try:
        return int(options.run(options, texts) or 0)
    except InputFaults as error:
        _say_faults(error, options)
        return 1
    except BrokenPipeError:
        # Who reads has seen enough; the interpreter must not try to write the rest when it ends.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0
    except (MatchmakerError, OSError) as error:
        message = error.text(language=options.lang or "en") if isinstance(error, UnknownId) else str(error)
        said = json.dumps({"error": message}) if options.json else f"matchmaker: {texts['error']}: {message}"
        print(said, file=sys.stderr)
        return 2


def _language_of(arguments: Sequence[str]) -> str:
    """The language of the help must be known before the arguments are parsed."""
    for name, value in zip(arguments, [*arguments[1:], ""], strict=False):
        chosen = value if name == "--lang" else name.removeprefix("--lang=")
        if chosen in TEXTS:
            return chosen
    return "en"


def _parser(language: str) -> argparse.ArgumentParser:
    texts = TEXTS[language]
    parser = argparse.ArgumentParser(prog="matchmaker", description=texts["about"])
    parser.add_argument("--version", action="version", version=matchmaker.__version__)
    commands = parser.add_subparsers(required=True, metavar="COMMAND")

    def command(name: str, run: Callable[..., int | None], *arguments: str) -> argparse.ArgumentParser:
        added = commands.add_parser(name, help=texts[name], description=texts[name])
        for argument in arguments:
            optional = {"nargs": "?"} if argument.endswith("?") else {}
            argument = argument.removesuffix("?")
            added.add_argument(argument, help=texts.get(argument, texts["plan"]), metavar=argument.upper(), **optional)  # type: ignore[arg-type]
        added.add_argument("--lang", choices=sorted(TEXTS), help=texts["lang"])
        added.add_argument("--json", action="store_true", help=texts["json"])
        added.set_defaults(run=run)
        return added

    for name, run, out in (("demo", _demo, DEMO_OUT), ("match", _match, OUT)):
        making = command(name, run, *(["region"] if name == "match" else []))
        making.add_argument("--policy", type=Path, metavar="F", help=texts["policy"])
        making.add_argument("--out", type=Path, metavar="DIR", help=texts["out"].format(out=out))
        making.add_argument("--seed", type=int, metavar="N", help=texts["seed"])
        making.add_argument("--time-limit", type=float, metavar="S", help=texts["time_limit"])
        making.add_argument("--steps", type=int, metavar="N", help=texts["steps"])
    command("check", _check, "region")
    why = command("why", _why, "plan", "pupil", "employer?")
    why.add_argument("--region", help=texts["of_region"])
    add_questions(command, texts)
    command("compare", _compare, "a", "b")
    command("schema", _schema)
    return parser


# --- commands --------------------------------------------------------------------------------------------------------


def _demo(options: argparse.Namespace, texts: Mapping[str, str]) -> None:
    options.region = str(matchmaker.town())
    options.out = options.out or Path(DEMO_OUT)
    _match(options, texts)


def _check(options: argparse.Namespace, texts: Mapping[str, str]) -> None:
    region = _read(options.region)
    print(json.dumps({"faults": []}) if options.json else texts["no_faults"].format(region=region))


def _match(options: argparse.Namespace, texts: Mapping[str, str]) -> None:
    region = _read(options.region)
    given = {name: getattr(options, name) for name in ("seed", "time_limit", "steps")} | {"language": options.lang}
    changes = {**_policy_file(options.policy), **{name: value for name, value in given.items() if value is not None}}
    with _progress(sys.stderr) as progress, only_answers_on_stdout():
        plan = matchmaker.match(region, policy=changes, progress=progress)
    to_stdout = options.json or options.region == "-"
    out = options.out or (None if to_stdout else Path(OUT))
    if out is not None:
        _write(plan, out)
    if to_stdout:
        sys.stdout.write(plan.to_json())
        return
    print(_listed(plan))
    print(plan.summary())
    print(texts["written"].format(out=out, names=", ".join(path.name for path in _files(plan, Path()))))


def _why(options: argparse.Namespace, texts: Mapping[str, str]) -> None:
    region = _read(options.region) if options.region else None
    plan = matchmaker.read_plan(options.plan, region=region)
    if options.employer is not None:
        _why_there(options, texts, plan)
        return
    explanation = plan.why(options.pupil, language=options.lang)
    found = explanation.placement or explanation.unplaced
    print(json.dumps(found.to_document(), ensure_ascii=False, indent=1) if options.json and found else explanation)


def _why_there(options: argparse.Namespace, texts: Mapping[str, str], plan: Plan) -> None:
    names = {"pupil": options.pupil, "employer": options.employer}
    if plan.region is None:
        raise MatchmakerError(texts["needs_region"].format(**names))
    placed = plan.placement(options.pupil)
    best = matchmaker.carve(plan.region, **names, k=1, language=options.lang or plan.language)
    if options.json:
        said = [one.to_document() for one in best] or [{"rule": one.rule, "text": one.text} for one in best.why_none]
        print(json.dumps(said, ensure_ascii=False, indent=1))
        return
    if placed is not None:
        print(texts["is_placed"].format(pupil=placed.pupil, employer=placed.employer))
    if best:
        print(texts["best_there"].format(**names, hours=f"{best[0].hours:g}", points=best[0].points))
        print("\n".join(f"  {one.points:>6}  {one.text}" for one in best[0].contributions))
    else:
        print(texts["in_the_way"].format(**names))
        lines = [f"  - {one.text}" for one in best.why_none] or ["  - " + texts["no_work"].format(**names)]
        print("\n".join(lines))


def _compare(options: argparse.Namespace, texts: Mapping[str, str]) -> None:
    from matchmaker.show.tables import text_table

    before, after = matchmaker.read_plan(options.a), matchmaker.read_plan(options.b)
    found = after - before
    rows = [move.row() for move in found.moves]
    if options.json:
        print(json.dumps({"placed": found.placed, "points": found.points, "moves": rows}, ensure_ascii=False, indent=1))
        return
    print(texts["moved"].format(placed=found.placed, points=found.points, count=len(rows)))
    print(text_table(rows), end="\n" if rows else "")


def _schema(options: argparse.Namespace, texts: Mapping[str, str]) -> None:
    print(json.dumps(matchmaker.schema(), ensure_ascii=False, indent=1))


# --- in and out ------------------------------------------------------------------------------------------------------


def _read(source: str) -> Region:
    region: Region = matchmaker.read_region(sys.stdin if source == "-" else source)
    return region


def _policy_file(path: Path | None) -> dict[str, Any]:
    if path is None:
        return {}
    try:
        text = path.read_text(encoding="utf-8")
        document = json.loads(text) if path.suffix.lower() == ".json" else tomllib.loads(text)
    except ValueError as error:
        raise _not_a_policy(path, str(error)) from None
    policy = document.get("policy", document) if isinstance(document, dict) else None
    if not isinstance(policy, dict):
        raise _not_a_policy(path, type(policy).__name__)
    return policy


def _not_a_policy(path: Path, came: str) -> InputFaults:
    allowed = ("choices in TOML or JSON, such as max_gap = 1", "keuzes in TOML of JSON, zoals max_gap = 1")
    return InputFaults([Fault("policy", 0, "", f"{path}: {came}", allowed[0], dutch=(allowed[1], ""))])


def _files(plan: Plan, out: Path) -> dict[Path, str]:
    return {
        out / "plan.json": plan.to_json(),
        out / "placements.csv": _csv([one.row() for one in plan.placements], _columns(plan)),
        out / "unplaced.csv": _csv([one.row() for one in plan.unplaced()], UNPLACED),
        out / "record.json": json.dumps(plan.record, ensure_ascii=False, indent=1) + "\n",
    }


PLACEMENTS = ("pupil", "employer", "kind", "hours", "support_hours", "points", "tasks", "to_observe")
UNPLACED = ("pupil", "reasons", "text", "nearest", "missing")


def _columns(plan: Plan) -> tuple[str, ...]:
    """Name the columns of the placements: one more where somebody is at two employers."""
    two = any(one.second is not None for one in plan.placements)
    return (*PLACEMENTS[:2], "second", *PLACEMENTS[2:]) if two else PLACEMENTS


def _csv(rows: Iterable[Mapping[str, Any]], names: Sequence[str]) -> str:
    text = io.StringIO(newline="")
    writer = csv.DictWriter(text, names, lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)
    return text.getvalue()


def _write(plan: Plan, out: Path) -> None:
    from matchmaker.model.whole import write_whole

    write_whole(_files(plan, out))


def _listed(plan: Plan) -> str:
    from matchmaker.show.tables import plan_rows, text_table

    return text_table(plan_rows(plan, language=plan.language)) + "\n"


def _say_faults(error: InputFaults, options: argparse.Namespace) -> None:
    language = options.lang or "en"
    if options.json:
        print(
            json.dumps({"faults": error.to_records(language=language)}, ensure_ascii=False, indent=1), file=sys.stderr
        )
    else:
        print(error.text(language=language), file=sys.stderr)


@contextmanager
def _progress(stream: TextIO) -> Iterator[Callable[[str, float], None] | None]:
    """A bar on stderr when a terminal is there (tqdm when installed, else a line a step); nothing otherwise."""
    if not stream.isatty():
        yield None
        return
    try:
        from tqdm import tqdm
    except ImportError:
        said: set[str] = set()

        def line(what: str, how_far: float) -> None:
            if what not in said:
                said.add(what)
                print(f"{what} ...", file=stream, flush=True)

        yield line
        return
    with tqdm(total=1.0, file=stream, leave=False, bar_format="{desc} {percentage:3.0f}%|{bar}| {elapsed}") as bar:

        def move(what: str, how_far: float) -> None:
            bar.set_description_str(what, refresh=False)
            bar.n = min(max(how_far, 0.0), 1.0)
            bar.refresh()

        yield move


if __name__ == "__main__":
    raise SystemExit(main())
