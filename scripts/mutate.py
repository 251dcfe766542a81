"""Break the SQL of the models on purpose, one small change at a time, and say which changes no test notices."""

import argparse
import random
import re
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ProcessPoolExecutor, as_completed
from contextlib import contextmanager
from dataclasses import replace
from multiprocessing import get_context

from rich import box
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn
from rich.table import Table

from console import Stop, console, run_main, say, shown
from inputs import PROJECT
from mutation.equivalents import FILE, Key, equivalents, unknown
from mutation.judge import SOURCES, Judge, Verdict, paths, selected
from mutation.operators import Mutant
from mutation.report import HEAD, by_folder, by_model, write

# what people sign: the metric files and the revenue models below them
USUALLY = (
    "marts/metrics intermediate/mrr intermediate/periods intermediate/segments intermediate/states intermediate/units"
)
MINUTES = 10
AT_ONCE = 8
SECONDS_BETWEEN_LINES = 10
judge: Judge | None = None


def main() -> None:
    """Make the mutants, have them judged until the time is over, and report."""
    asked = arguments()
    began = time.monotonic()
    deadline = began + 60 * asked.budget if asked.budget else None
    try:
        known = equivalents()
    except ValueError as error:
        raise Stop(str(error)) from None
    files = paths()
    models = selected(asked.select.split(), files)
    if not models:
        raise Stop(
            f"SELECT is {asked.select}: no model is named so. Expected names or folders, such as {USUALLY.split()[0]}."
        )
    say("Compiling the project and making mutants ...")
    here = make_judge(asked.unit)
    mutants = [mutant for model in models if model in here.project.by_name for mutant in here.statement(model).mutants]
    gone = unknown(known, mutants, set(models))
    if gone:
        raise Stop(
            "\n".join([f"{FILE.name} has what is no mutant any more:", *(f"  {key[0]}: {key[1:]}" for key in gone)])
        )
    to_judge = [mutant for mutant in mutants if mutant.key not in known or asked.doubt]
    random.Random(asked.seed).shuffle(to_judge)
    say(
        f"{len(mutants):,} mutants of {len({one.model for one in mutants})} models, {len(mutants) - len(to_judge)} of them known to be equivalent"
    )
    verdicts: list[Verdict] = []
    try:
        for verdict in judged(to_judge, asked.jobs, deadline, asked.unit):
            verdicts.append(verdict)
    except KeyboardInterrupt:
        say("Stopped. What was judged until now:")
    left = len(to_judge) - len(verdicts)
    wrong = [verdict for verdict in verdicts if verdict.state == "killed" and verdict.mutant.key in known]
    verdicts = explained(verdicts, mutants, known)
    verdicts.sort(key=lambda verdict: (files[verdict.mutant.model], verdict.mutant.cte, verdict.mutant.before))
    minutes = (time.monotonic() - began) / 60
    told = (
        f"{len(verdicts):,} mutants of {len({one.mutant.model for one in verdicts})} models in {minutes:.0f} minutes, seed {asked.seed}"
        + (f"; {left:,} more were not judged in the time that was given" if left else "")
    )

    def statements(mutant: Mutant) -> tuple[str, str]:
        statement = here.statement(mutant.model)
        return statement.sql(is_pretty=True), statement.sql(mutant, is_pretty=True)

    page, data = write(PROJECT / "target", verdicts, files, f"{told}.", statements)
    show(verdicts, files)
    say(f"{told}.")
    say(f"Every survivor, as a difference of SQL: {shown(page)}; for programs: {shown(data)}")
    if wrong:
        raise Stop(
            "\n".join(
                [f"{FILE.name} calls equivalent what a test notices:"]
                + [
                    f"  {one.mutant.model}, {one.mutant.cte}: {one.mutant.before} -> {one.mutant.after} ({one.by})"
                    for one in wrong
                ]
            )
        )


def explained(verdicts: list[Verdict], mutants: list[Mutant], known: dict[Key, str]) -> list[Verdict]:
    """With the reason of those that are known to be equivalent, whether they were judged or not."""
    judged_keys = {verdict.mutant.key for verdict in verdicts}
    told = [
        replace(one, state="equivalent", by=known[one.mutant.key])
        if one.state == "survived" and one.mutant.key in known
        else one
        for one in verdicts
    ]
    return told + [
        Verdict(one, "equivalent", known[one.key], 0)
        for one in mutants
        if one.key in known and one.key not in judged_keys
    ]


def arguments() -> argparse.Namespace:
    """What is asked for."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--select", default=USUALLY, help="names or folders of models, with * for any letters")
    parser.add_argument("--budget", type=float, default=MINUTES, help="minutes; 0 for as long as it takes")
    parser.add_argument("--seed", type=int, default=1, help="which mutants come first")
    parser.add_argument("--jobs", type=int, default=2, help="processes")
    parser.add_argument("--doubt", action="store_true", help=f"judge those of {FILE.name}, too")
    parser.add_argument("--unit", action="store_true", help="ask unit tests alone, which takes seconds")
    return parser.parse_args()


def make_judge(is_unit: bool = False) -> Judge:
    """The judge of this process; where it is made, `is_unit` says that it asks unit tests alone."""
    global judge
    judge = judge or Judge(() if is_unit else SOURCES)
    return judge


def judge_some(mutants: list[Mutant], seconds: float | None) -> list[Verdict]:
    """The verdicts on a few mutants, in this process; none where the time is over."""
    began = time.monotonic()
    verdicts = []
    for mutant in mutants:
        if seconds is not None and time.monotonic() - began > seconds:
            break
        verdicts.append(make_judge().verdict(mutant))
    return verdicts


def judged(mutants: list[Mutant], jobs: int, deadline: float | None, is_unit: bool) -> Iterator[Verdict]:
    """The verdicts, as they come, until the deadline."""
    some = [mutants[start : start + AT_ONCE] for start in range(0, len(mutants), AT_ONCE)]

    def left() -> float | None:
        return None if deadline is None else deadline - time.monotonic()

    with told_of(len(mutants)) as one_more:
        if jobs == 1:
            for group in some:
                if deadline is not None and left() <= 0:
                    return
                for verdict in judge_some(group, left()):
                    one_more()
                    yield verdict
            return
        with ProcessPoolExecutor(jobs, get_context("spawn"), make_judge, (is_unit,)) as pool:
            waiting = [pool.submit(judge_some_in_time, group, deadline and time.time() + left()) for group in some]
            for done in as_completed(waiting):
                for verdict in done.result():
                    one_more()
                    yield verdict


@contextmanager
def told_of(number: int) -> Iterator[Callable[[], None]]:
    """A bar on a terminal, a line now and then in a log; what is yielded is called for each mutant that is done."""
    columns = (TextColumn("  {task.description}"), BarColumn(bar_width=24), MofNCompleteColumn())
    with Progress(*columns, console=console, transient=True, disable=not console.is_terminal) as progress:
        bar = progress.add_task("mutants", total=number)
        done, last = 0, time.monotonic()

        def one_more() -> None:
            nonlocal done, last
            done += 1
            progress.advance(bar)
            if not console.is_terminal and time.monotonic() - last >= SECONDS_BETWEEN_LINES:
                last = time.monotonic()
                say(f"  {done:,} of {number:,} mutants")

        yield one_more


def judge_some_in_time(mutants: list[Mutant], until: float | None) -> list[Verdict]:
    """The same in another process, whose clock is the one on the wall."""
    return judge_some(mutants, None if until is None else until - time.time())


def show(verdicts: list[Verdict], files: dict[str, str]) -> None:
    """Print how many of each folder, and of each model that has survivors."""
    survivors = [row for row in by_model(verdicts)[:-1] if row.counts["survived"]]
    for rows in (by_folder(verdicts, files), survivors):
        if rows:
            table = Table(box=box.SIMPLE_HEAD, show_edge=False, pad_edge=False)
            for name in HEAD:
                table.add_column(re.sub("killed of.*", "share", name), justify="left" if not name else "right")
            for row in rows:
                table.add_row(*row.cells)
            console.print(table)
            say()


if __name__ == "__main__":
    run_main(main)
