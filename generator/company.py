"""Customers: who they are, the satisfaction that nobody can see, and what changed about them since."""

from dataclasses import dataclass

import numpy as np

from generator import days, store
from generator.config import Settings

COUNTRIES = ["US", "GB", "DE", "FR", "JP", "CA", "BR", "NL"]
COUNTRY_SHARE = [0.38, 0.14, 0.13, 0.09, 0.07, 0.08, 0.05, 0.06]
# Currency and percent of tax of each country, in the order above.
COUNTRY_CURRENCY = np.array([0, 2, 1, 1, 3, 0, 0, 1])
COUNTRY_TAX = np.array([0, 20, 19, 20, 10, 5, 0, 21])
INDUSTRIES = ["software", "retail", "manufacturing", "health", "education", "media"]
SIZES = ["1-10", "11-50", "51-200", "201-1000", "1000+"]
SIZE_SHARE = [0.34, 0.30, 0.20, 0.11, 0.05]
CHANNELS = ["search", "referral", "outbound", "partner", "event", "social"]
SYLLABLES = ["al", "bra", "cor", "del", "fen", "gra", "hel", "in", "jun", "ka", "lor", "mar", "nor", "os", "pel", "qui"]
ENDINGS = ["labs", "works", "foods", "systems", "group", "studio", "health", "press"]


@dataclass
class Customers:
    """A block of customers. `trait` is the hidden satisfaction: it drives churn, usage, scores, tickets."""

    number: np.ndarray
    created: np.ndarray
    second: np.ndarray
    country: np.ndarray
    industry: np.ndarray
    size: np.ndarray
    channel: np.ndarray
    is_test: np.ndarray
    trait: np.ndarray
    subscribes: np.ndarray

    def __len__(self) -> int:
        return len(self.number)

    @staticmethod
    def join(blocks: list["Customers"]) -> "Customers":
        """The customers of all blocks."""
        fields = Customers.__dataclass_fields__
        return Customers(*(np.concatenate([getattr(block, name) for block in blocks]) for name in fields))

    @property
    def currency(self) -> np.ndarray:
        """The currency in which a customer is billed at first."""
        return COUNTRY_CURRENCY[self.country]


def draw_customers(settings: Settings, block: int, begin: int, end: int) -> Customers:
    """The customers numbered `begin` to `end`; a quarter of them is there within the first two months."""
    rng, n = settings.stream(2, block), end - begin
    early, subscribes = rng.random(n) < 0.25, rng.random(n) < 0.93
    # However small the company, somebody pays.
    subscribes[:2] = True
    created = settings.first + np.where(
        early, rng.integers(0, min(60, settings.span - 1), n), (rng.random(n) ** 0.9 * (settings.span - 10)).astype(int)
    )
    return Customers(
        number=np.arange(begin, end),
        created=created.astype(np.int64),
        second=days.office_second(rng, n),
        country=rng.choice(len(COUNTRIES), n, p=COUNTRY_SHARE),
        industry=rng.integers(0, len(INDUSTRIES), n),
        size=rng.choice(len(SIZES), n, p=SIZE_SHARE),
        channel=rng.integers(0, len(CHANNELS), n),
        is_test=rng.random(n) < 0.012,
        trait=rng.normal(0, 1, n),
        subscribes=subscribes,
    )


def _some_missing(rng: np.random.Generator, codes: np.ndarray, share: float) -> np.ndarray:
    """Codes of which a share is unknown."""
    return np.where(rng.random(len(codes)) < share, -1, codes)


def _names(numbers: np.ndarray) -> store.Column:
    """Made-up names, computed in SQL from the number so that a million of them cost nothing."""
    parts = ", ".join(f"'{s}'" for s in SYLLABLES)
    ends = ", ".join(f"'{e}'" for e in ENDINGS)
    step = "({c} * 2654435761 % 4294967296 // 65536)"
    sql = (
        f"upper(([{parts}])[({step} % 16)::int + 1][1]) || ([{parts}])[({step} % 16)::int + 1][2:] || "
        f"([{parts}])[({step} // 16 % 16)::int + 1] || ' ' || ([{ends}])[({step} // 256 % 8)::int + 1]"
    )
    return store.Column(np.asarray(numbers, dtype=np.int64), sql)


def add_customers(tables: store.Store, settings: Settings, block: int, customers: Customers) -> None:
    """Write `customers`; a few have no country or channel, and some belong to a parent."""
    rng, n = settings.stream(3, block), len(customers)
    parent = np.where(rng.random(n) < 0.04, customers.number[rng.integers(0, n, n)], -1)
    parent = np.where(parent == customers.number, -1, parent)
    created = days.instant(customers.created, customers.second)
    changed = created + rng.integers(0, 20, n) * days.DAY_SECONDS
    changed = np.minimum(changed, settings.last * days.DAY_SECONDS + 80_000)
    tables.add(
        "customers",
        {
            "customer_id": store.ident("cus", customers.number),
            "name": _names(customers.number),
            "created_at": store.instant(created),
            "country": store.label(_some_missing(rng, customers.country, 0.02), COUNTRIES),
            "industry": store.label(_some_missing(rng, customers.industry, 0.04), INDUSTRIES),
            "company_size": store.label(_some_missing(rng, customers.size, 0.03), SIZES),
            "acquisition_channel": store.label(_some_missing(rng, customers.channel, 0.03), CHANNELS),
            "parent_customer_id": store.ident("cus", parent),
            "email": store.Column(customers.number, "'owner' || {c}::varchar || '@example.com'"),
            "is_test": store.flag(customers.is_test),
            "updated_at": store.instant(changed),
            "loaded_at": store.instant(np.full(n, (settings.last + 1) * days.DAY_SECONDS + 7200)),
        },
    )


def add_attributes(tables: store.Store, settings: Settings, block: int, customers: Customers) -> None:
    """Write `customer_attributes`: a company grew a size, moved, changed its industry or was credited elsewhere."""
    rng, n = settings.stream(4, block), len(customers)
    names = ["country", "industry", "company_size", "acquisition_channel"]
    values = COUNTRIES + INDUSTRIES + SIZES + CHANNELS
    offsets = np.cumsum([0, len(COUNTRIES), len(INDUSTRIES), len(SIZES)])
    sources = [customers.country, customers.industry, customers.size, customers.channel]
    for code, share in enumerate([0.04, 0.03, 0.12, 0.02]):
        room = settings.last - customers.created
        chosen = np.flatnonzero((rng.random(n) < share) & (room > 120))
        since = customers.created[chosen] + rng.integers(60, 119, len(chosen)) + (room[chosen] - 119) // 2
        # Before the change another value held; after it, today's.
        count = ([*offsets[1:].tolist(), len(values)])[code] - offsets[code]
        before = (sources[code][chosen] + count - 1) % count if code != 2 else np.maximum(sources[code][chosen] - 1, 0)
        for held, day in ((before, customers.created[chosen]), (sources[code][chosen], since)):
            tables.add(
                "customer_attributes",
                {
                    "customer_id": store.ident("cus", customers.number[chosen]),
                    "attribute": store.label(np.full(len(chosen), code), names),
                    "value": store.label(offsets[code] + held, values),
                    "valid_from": store.day(day),
                },
            )


def add_merges(tables: store.Store, settings: Settings, block: int, customers: Customers) -> None:
    """Write `customer_merges`: pairs of accounts that turned out to be one, and one chain of two merges."""
    rng, n = settings.stream(5, block), len(customers)
    count = max(3, n // 150) if n >= 12 else 1
    picked = rng.choice(n, size=2 * count, replace=False)
    gone, kept = picked[:count], picked[count:]
    if count > 2:
        kept[0] = gone[1]
    latest = np.maximum(customers.created[gone], customers.created[kept])
    day = np.minimum(latest + rng.integers(20, 200, count), settings.last - 1)
    day = np.maximum(day, latest)
    tables.add(
        "customer_merges",
        {
            "from_customer_id": store.ident("cus", customers.number[gone]),
            "into_customer_id": store.ident("cus", customers.number[kept]),
            "merged_at": store.instant(days.instant(day, days.office_second(rng, count))),
        },
    )
