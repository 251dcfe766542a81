"""Write the report of a month for the board as one HTML page: make report PERIOD=2026-03."""

import contextlib
import datetime
import os
import re
from collections.abc import Iterator, Sequence
from pathlib import Path

from console import Stop, console, run_main, say, shown
from inputs import PROJECT
from published import Published, published
from report.figures import Month, Unknown, months, read
from report.marts import Marts
from report.page import render

PAGE = PROJECT / "target/report.html"


def main() -> None:
    """Write the page from the published database, which is only read."""
    asked, path = _period(), _path()
    shows_personal_data = _is_set("SHOW_PERSONAL_DATA")
    source = published()
    try:
        with source.open() as database, console.status("Writing the report ..."):
            marts = Marts(database, shows_personal_data)
            month = _chosen(months(marts), asked, source)
            page = render(read(marts, month, _currency(source)), source.name, source.is_sample, source.setting)
    except Unknown as error:
        raise Stop(f"report/contents.yml: {error}.") from None
    except source.errors as error:
        raise Stop(f"The report could not be written: {error}") from None
    with _writable(path):
        path.write_text(page, encoding="utf-8")
    of = f"{month.start:%B %Y}" if month else "no month, since there is none"
    say(f"Written: {shown(path)} ({of}{', with personal data' if shows_personal_data else ''})")


def _period() -> datetime.date | None:
    """The month of PERIOD; None where it is not set."""
    given = os.environ.get("PERIOD", "").strip()
    if not given:
        return None
    if not re.fullmatch(r"[0-9]{4}-(0[1-9]|1[0-2])", given) or given.startswith("0000"):
        raise Stop(f"PERIOD is {given}, which is no month. Expected YYYY-MM, such as 2026-03.")
    return datetime.date.fromisoformat(f"{given}-01")


def _path() -> Path:
    """The file of REPORT_PATH."""
    path = Path.cwd() / Path(os.environ.get("REPORT_PATH") or PAGE).expanduser()
    if path.is_dir():
        raise Stop(
            f"REPORT_PATH is {shown(path)}, a folder. Expected the path of a file, such as {shown(path / PAGE.name)}."
        )
    with _writable(path):
        path.parent.mkdir(parents=True, exist_ok=True)
    return path


@contextlib.contextmanager
def _writable(path: Path) -> Iterator[None]:
    """Stop where the file cannot be written."""
    try:
        yield
    except OSError as error:
        raise Stop(f"REPORT_PATH is {shown(path)}, which cannot be written: {error.strerror}.") from None


def _is_set(name: str) -> bool:
    """Whether a variable that is 0 or 1 is 1."""
    given = os.environ.get(name, "").strip()
    if given not in ("", "0", "1"):
        raise Stop(f"{name} is {given}. Expected 1 or 0.")
    return given == "1"


def _chosen(known: Sequence[Month], asked: datetime.date | None, source: Published) -> Month | None:
    """The month that is asked for, else the latest that is over, else the latest."""
    if not asked:
        over = [month for month in known if month.is_over]
        return (over or list(known) or [None])[-1]
    for month in known:
        if month.start == asked:
            return month
    there = f"It has {known[0].start:%Y-%m} to {known[-1].start:%Y-%m}." if known else "It has none."
    raise Stop(f"PERIOD is {asked:%Y-%m}: {source.name} has no figures of that month. {there}")


def _currency(source: Published) -> str | None:
    """What money is reported in; None for readers of the marts alone, who cannot see it."""
    try:
        with source.open() as database:
            found = database.execute("select reporting_currency from intermediate.int_reporting_currency").fetchone()
    except source.errors:
        return None
    return found[0] if found else None


if __name__ == "__main__":
    run_main(main)
