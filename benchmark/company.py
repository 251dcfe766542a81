"""The sample company at any size, every raw table: as the generator writes it, but busier, and no less so where it is large."""

from pathlib import Path

from generator import config
from generator.build import write as write_company

MONTHS = 36
AS_OF = str(config.LAST_DAY)
# About 200 events, 20 tickets and 9 surveys a customer.
BUSY, TICKETS = 1.4, 6.0


def write(customers: int, folder: Path) -> None:
    """Write the company of so many customers: 100,000 take a minute and a half, and 6 GB of memory."""
    write_company(config.Settings(customers, MONTHS, busy=BUSY, tickets=TICKETS), folder)
