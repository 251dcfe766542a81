"""`python -m generator OUT_DIR`: write a sample company as Parquet and CSV files, one a table."""

import argparse
from pathlib import Path

from generator import config, truth
from generator.build import write


def parser() -> argparse.ArgumentParser:
    """The command line."""
    made = argparse.ArgumentParser(prog="python -m generator", description=__doc__)
    made.add_argument("out_dir", type=Path, help="directory for the files; made if missing, files of a name replaced")
    made.add_argument(
        "--customers", type=int, default=config.DEFAULT_CUSTOMERS, help="number of customers (default %(default)s)"
    )
    made.add_argument(
        "--months",
        type=int,
        default=config.DEFAULT_MONTHS,
        help=f"complete months before the open one, which ends on {config.LAST_DAY} (default %(default)s)",
    )
    made.add_argument("--seed", type=int, default=config.DEFAULT_SEED, help="random seed (default %(default)s)")
    made.add_argument("--clean", action="store_true", help="leave the dirty rows out")
    made.add_argument(
        "--tables",
        choices=["all", "billing"],
        default="all",
        help="all tables of the contract, or only customers, plans, subscriptions, terms, invoices and exchange rates",
    )
    made.add_argument(
        "--truth",
        type=Path,
        metavar="FILE",
        help=f"also write, as CSV, with which probability each customer paying at a month's end churns within {truth.HORIZON_DAYS} days",
    )
    return made


def main() -> None:
    """Write the company and say how many rows each table has."""
    arguments = parser()
    given = arguments.parse_args()
    if given.customers < 2 or given.months < 4 or given.seed < 0:
        arguments.error("at least 2 customers, 4 months and a seed of 0 or more")
    settings = config.Settings(given.customers, given.months, given.seed, given.clean, given.tables)
    for table, rows in write(settings, given.out_dir).items():
        print(f"{table:30}{rows:>12,}")
    if given.truth:
        print(f"{given.truth.name:30}{truth.write(settings, given.truth):>12,}")


if __name__ == "__main__":
    main()
