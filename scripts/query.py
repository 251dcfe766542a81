"""Print the result of an SQL query (the argument, or the variable SQL) from the published database, which is only read."""

import os
import sys

from console import Stop, run_main
from published import published

ROWS = 200


def main() -> None:
    """Run the query and print its result as a table."""
    sql = " ".join(sys.argv[1:]) or os.environ.get("SQL", "")
    if not sql.strip():
        raise Stop('Expected a query: make query SQL="select * from marts.metrics limit 10"')
    source = published()
    try:
        with source.open() as database:
            source.show(database, sql, ROWS)
    except source.errors as error:
        raise Stop(str(error)) from None


if __name__ == "__main__":
    run_main(main)
