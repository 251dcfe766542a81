"""What the company sells: product families with tiers, intervals and currencies, and the features within them."""

import numpy as np

from generator import store

CURRENCIES = ["USD", "EUR", "GBP", "JPY"]
PRICE_LEVEL = np.array([1.00, 0.92, 0.79, 148.0])
FAMILIES = ["Core", "Insights", "Connect", "Services"]
TIERS = ["Free", "Starter", "Team", "Business"]
MONTHLY, QUARTERLY, YEARLY, WEEKLY, DAILY = range(5)
INTERVALS = ["month", "month", "year", "week", "day"]
INTERVAL_COUNTS = np.array([1, 3, 1, 1, 1])
# Whole months of an interval; 0 where it is counted in days.
INTERVAL_MONTHS = np.array([1, 3, 12, 0, 0])
INTERVAL_DAYS = np.array([0, 0, 0, 7, 1])
INTERVAL_SUFFIX = ["", "_quarterly", "_yearly", "_weekly", "_daily"]
# Price of an interval as a multiple of the monthly one.
INTERVAL_LEVEL = np.array([1.0, 2.85, 10.0, 0.25, 0.05])
# Monthly price in dollars by family and tier.
BASE_PRICE = np.array([[0, 29, 79, 199], [0, 49, 129, 299], [0, 19, 59, 149], [0, 150, 0, 0]])
CORE, INSIGHTS, CONNECT, SERVICES = range(4)

FEATURES = [
    ("dashboards", 0, True), ("reports", 0, True), ("exports", 0, True), ("alerts", 0, False),
    ("integrations", 90, False), ("automation", 210, False), ("forecasts", 400, True), ("mobile", 640, False),
]  # fmt: skip


def price(family: np.ndarray, tier: np.ndarray, interval: np.ndarray, currency: np.ndarray) -> np.ndarray:
    """List price in hundredths of the currency, whole units of it."""
    dollars = BASE_PRICE[family, tier] * INTERVAL_LEVEL[interval]
    return (np.round(dollars * PRICE_LEVEL[currency], 0) * 100).astype(np.int64)


def is_sold(family: int, tier: int, interval: int) -> bool:
    """Whether a plan exists: free and services are monthly, weekly and daily passes only Starter."""
    if family == SERVICES:
        return tier == 1 and interval == MONTHLY
    if tier == 0:
        return family == CORE and interval == MONTHLY
    return interval < WEEKLY or tier == 1


PLANS = [
    (family, tier, interval, currency)
    for family in range(len(FAMILIES))
    for tier in range(len(TIERS))
    for interval in range(len(INTERVALS))
    for currency in range(len(CURRENCIES))
    if is_sold(family, tier, interval)
]
PLAN_OF = np.full((len(FAMILIES), len(TIERS), len(INTERVALS), len(CURRENCIES)), -1)
for _number, _plan in enumerate(PLANS):
    PLAN_OF[_plan] = _number


def plan_id(plan: tuple[int, int, int, int]) -> str:
    """A readable id, such as `core_team_yearly_eur`."""
    family, tier, interval, currency = plan
    name = FAMILIES[family] if family == SERVICES else f"{FAMILIES[family]}_{TIERS[tier]}"
    return f"{name}{INTERVAL_SUFFIX[interval]}_{CURRENCIES[currency]}".lower()


def plan_name(plan: tuple[int, int, int, int]) -> str:
    """The name on the price list; the same for every interval and currency."""
    family, tier, _, _ = plan
    return "Onboarding services" if family == SERVICES else f"{FAMILIES[family]} {TIERS[tier]}"


PLAN_IDS = [plan_id(plan) for plan in PLANS]


def add_plans(tables: store.Store) -> None:
    """Write `plans`."""
    family, tier, interval, currency = np.array(PLANS).T
    tables.add(
        "plans",
        {
            "plan_id": store.text(PLAN_IDS),
            "plan_name": store.text([plan_name(plan) for plan in PLANS]),
            "product_family": store.label(family, FAMILIES),
            "tier_rank": store.whole(tier),
            "billing_interval": store.label(interval, INTERVALS),
            "interval_count": store.whole(INTERVAL_COUNTS[interval]),
            "unit_amount": store.cents(price(family, tier, interval, currency)),
            "currency": store.label(currency, CURRENCIES),
            "is_free": store.flag(tier == 0),
        },
    )


def add_features(tables: store.Store, settings) -> np.ndarray:
    """Write `features`; the days of their release."""
    released = np.array([settings.first - 30 if offset == 0 else settings.first + offset for _, offset, _ in FEATURES])
    released = np.minimum(released, settings.last)
    tables.add(
        "features",
        {
            "feature": store.text([name for name, _, _ in FEATURES]),
            "released_at": store.day(released),
            "is_core": store.flag([core for _, _, core in FEATURES]),
        },
    )
    return released


def features_of_tier(tier: np.ndarray) -> np.ndarray:
    """How many of the features, in order, a tier includes."""
    return np.array([2, 4, 6, len(FEATURES)])[tier]
