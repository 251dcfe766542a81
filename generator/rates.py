"""Exchange rates: one a day for each currency, a slow random walk, none on two holidays a year."""

import numpy as np

from generator import catalogue, store
from generator.config import Settings

HOLIDAYS = ("12-25", "01-01")


def add_rates(tables: store.Store, settings: Settings) -> None:
    """Write `exchange_rates`, from a few days before the first fact, so that every row finds a rate."""
    rng = settings.stream(1)
    dates = np.arange(settings.first - 10, settings.last + 1)
    written = np.array([str(np.datetime64(int(d), "D"))[5:] not in HOLIDAYS for d in dates])
    for currency in range(1, len(catalogue.CURRENCIES)):
        walk = np.cumsum(rng.normal(0, 0.004, len(dates)))
        # Pulled back to its start, so that three years of chance do not halve a currency.
        walk -= np.linspace(0, walk[-1] * 0.8, len(dates))
        rate = np.exp(walk) / catalogue.PRICE_LEVEL[currency]
        tables.add(
            "exchange_rates",
            {
                "rate_date": store.day(dates[written]),
                "currency": store.label(np.full(written.sum(), currency), catalogue.CURRENCIES),
                "rate_to_reporting": store.decimal(np.round(rate[written], 8), 8),
            },
        )
