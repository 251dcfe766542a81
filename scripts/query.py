"""Print the result of an SQL query (the argument, or the variable SQL) from the published database, which is only read."""

import os
import sys

import duckdb

from console import Stop, run_main, show, shown
from inputs import target

ROWS = 200


def main() -> None:
    """Run the query and print its result as a table."""
    sql = " ".join(sys.argv[1:]) or os.environ.get("SQL", "")
    if not sql.strip():
        raise Stop('Expected a query: make query SQL="select * from marts.metrics limit 10"')
    path = target().path
    if not path.exists():
        raise Stop(f"There is no {shown(path)} yet: make build DUCKDB_PATH={shown(path)}")
    try:
        with duckdb.connect(str(path), read_only=True) as database:
            result = database.sql(sql)
            if result is not None:
                show(result, ROWS)
    except duckdb.Error as error:
        raise Stop(str(error)) from None


if __name__ == "__main__":
    run_main(main)
