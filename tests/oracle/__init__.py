"""An independent reference for the metrics of revenue and retention: plain Python, raw tables in, exact figures out.

    result = compute("path/to/folder", as_of="2024-06-30")
    result.cell("net_revenue_retention", "month", "2024-06-01").value

Each metric is one function of its name in `revenue.py` or `retention.py`. What they read is counted in `groups.py` (who
stands in a segment), `movements.py` (one customer in one period), `company.py` (one customer day by day) and
`cleaning.py` (which rows count at all).
"""

from tests.oracle.raw import read_folder
from tests.oracle.registry import METRICS
from tests.oracle.result import Cell, Result, compute
from tests.oracle.settings import OracleError

__all__ = ["METRICS", "Cell", "OracleError", "Result", "compute", "read_folder"]
