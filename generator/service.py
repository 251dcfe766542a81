"""When customers are served: the spans of their subscriptions, in which they use the product and call for help."""

from dataclasses import dataclass

import numpy as np

from generator.billing import Ledger
from generator.company import Customers
from generator.config import Settings
from generator.days import NONE

# Activity fades before a customer leaves: this share of it remains in the last weeks.
FADING_DAYS = 60
FADING_SHARE = 0.35


@dataclass
class Spans:
    """One row a subscription: position of its customer, days served `[begin, end)`, first tier, and whether it ends."""

    customer: np.ndarray
    begin: np.ndarray
    end: np.ndarray
    tier: np.ndarray
    leaves: np.ndarray

    def __len__(self) -> int:
        return len(self.customer)

    @staticmethod
    def join(parts: list["Spans"]) -> "Spans":
        """The spans of all blocks."""
        return Spans(*(np.concatenate([getattr(part, f) for part in parts]) for f in Spans.__dataclass_fields__))


def spans_of(settings: Settings, ledger: Ledger) -> Spans:
    """The served spans of a block, up to the last day; without pauses cut out of their ends."""
    first = np.searchsorted(ledger.v_item, ledger.s_number)
    ended = ledger.s_ended
    leaves = (ended != NONE) & (ended <= settings.last)
    end = np.where(leaves, ended, settings.last + 1)
    # Who never resumed is served until the pause.
    stays = ledger.p_to == NONE
    np.minimum.at(end, ledger.p_sub[stays], ledger.p_from[stays])
    return Spans(ledger.s_customer, ledger.s_start, np.maximum(end, ledger.s_start + 1), ledger.v_tier[first], leaves)


def draw_days(rng: np.random.Generator, spans: Spans, customers: Customers, weekly: float, tilt: float):
    """Spans and days of things that happen while a customer is served: `weekly` of them a week for middling ones, more
    for the satisfied where `tilt` is positive, and fewer in the weeks before the end.
    """
    trait = customers.trait[spans.customer]
    length = spans.end - spans.begin
    count = rng.poisson(length / 7 * weekly * np.exp(tilt * trait - tilt**2 / 2))
    at = np.repeat(np.arange(len(spans)), count)
    day = spans.begin[at] + (rng.random(len(at)) * length[at]).astype(np.int64)
    fading = spans.leaves[at] & (day >= spans.end[at] - FADING_DAYS) & (tilt > 0)
    kept = ~fading | (rng.random(len(at)) < FADING_SHARE)
    at, day = at[kept], day[kept]
    order = np.lexsort((day, spans.customer[at]))
    return at[order], day[order]
