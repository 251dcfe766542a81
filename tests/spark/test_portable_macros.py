"""The macros of macros/portable on Spark: what every case of portable_cases.py expects."""

from __future__ import annotations

import spark_schemas
from tests.portable_cases import CASES, Query, compiled, faults
from tests.spark.conftest import Cluster

# their cases go to the end of what PostgreSQL and DuckDB can do; Spark's reach is said in macros/portable/exact_money.sql
OF_MANY_DIGITS = {"rounded_quotient", "integer_quotient", "large_quotient", "proportion", "converted", "share_of_whole"}


def in_words_of_spark(sql: str) -> str:
    """As a statement of the commands: what a macro gives comes into a query that has words of DuckDB and PostgreSQL, too."""
    return spark_schemas.of_build(sql, "", lambda _: ())


def test_every_case(cluster: Cluster) -> None:
    sql = compiled(cluster.server.environment | {"DBT_TARGET": "spark"})
    with cluster.session() as session:
        found = faults("Spark", lambda query: session.rows(in_words_of_spark(query)), sql)
    # Spark's numbers have 38 digits in all: what leaves them is refused, and never wrong
    beyond = [
        fault for fault in found if "NUMERIC_VALUE_OUT_OF_RANGE" in fault and fault.split(" on ")[0] in OF_MANY_DIGITS
    ]
    assert found == beyond, "\n".join(fault for fault in found if fault not in beyond)
    assert sql.keys() == {case for cases in CASES.values() for case in cases}


def test_a_wrong_answer_is_named(cluster: Cluster) -> None:
    case = Query("select {{ add_days(\"cast('2024-02-28' as date)\", 1) }} as value", [None])
    with cluster.session() as session:
        found = faults("Spark", session.rows, {case: "select date '2024-02-29' as value"}, {"add_days": [case]})
    assert len(found) == 1 and found[0].startswith("add_days on Spark: ")
    assert found[0].endswith("expected [None], got [datetime.date(2024, 2, 29)]")
