"""What can be chosen about a sample company, and the calendar that follows from it."""

from dataclasses import dataclass
from datetime import date
from functools import cached_property

import numpy as np

from generator import days

# The last day with facts is fixed, so that a company never depends on the day on which it is made; it lies in the
# middle of a month, so that the last month is open.
LAST_DAY = date(2025, 5, 13)
DEFAULT_CUSTOMERS = 400
DEFAULT_MONTHS = 40
DEFAULT_SEED = 7
# Above this many customers, the rows a customer gets in the tables without money shrink in proportion.
FULL_ACTIVITY_CUSTOMERS = 5_000
# Customers are simulated in blocks, which keeps the memory small however many there are.
BLOCK = 100_000


@dataclass(frozen=True)
class Settings:
    """The choices of one run."""

    customers: int = DEFAULT_CUSTOMERS
    months: int = DEFAULT_MONTHS
    seed: int = DEFAULT_SEED
    clean: bool = False
    tables: str = "all"
    # Multiples of the usual number of events, tickets, answers and orders a customer, and of tickets beyond that.
    busy: float | None = None
    tickets: float = 1.0

    @cached_property
    def last(self) -> int:
        """The last day with facts, as days since 1970."""
        return days.from_date(LAST_DAY)

    @cached_property
    def month_starts(self) -> np.ndarray:
        """First days of the complete months, of the open one, and of the one after it."""
        open_month = np.datetime64(LAST_DAY, "M")
        months = np.arange(open_month - self.months, open_month + 2)
        return months.astype("datetime64[D]").astype(np.int64)

    @cached_property
    def first(self) -> int:
        """The first day with facts."""
        return int(self.month_starts[0])

    @property
    def span(self) -> int:
        """Number of days with facts."""
        return self.last - self.first + 1

    @property
    def activity(self) -> float:
        """Multiple of the usual number of events, tickets and answers a customer; 1 for companies of ordinary size."""
        return min(1.0, FULL_ACTIVITY_CUSTOMERS / self.customers) if self.busy is None else self.busy

    def stream(self, domain: int, block: int = 0) -> np.random.Generator:
        """The random numbers of one domain: independent of how many another domain draws."""
        return np.random.default_rng([self.seed, domain, block])
