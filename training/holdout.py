"""Lifetimes fitted to the first half of the data, against what came in the second."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from training import contract_lifetimes, purchase_lifetimes
from training.contract_lifetimes import ContractFit
from training.database import Purchases, Spells

ALL = "all"
# Fits to fewer customers, or to fewer who left or came back, say more of chance than of them.
LEAST_CUSTOMERS, LEAST_EVENTS = 30, 10


@dataclass(frozen=True)
class Held:
    """What an estimate said of the second half, and what came."""

    estimate: str
    customers: int
    predicted: float
    actual: float


def contract_fits(spells: Spells) -> dict[tuple[int, str, str], ContractFit]:
    """By billing interval, segment and its value: all customers of the interval, and each value with enough of them."""
    found = {}
    for months in np.unique(spells.billing_months):
        of_interval = spells.billing_months == months
        groups = {(ALL, ALL): of_interval}
        if spells.segment_name != ALL:
            values = sorted(set(spells.segment_value[of_interval]) - {None})
            groups |= {(spells.segment_name, value): of_interval & (spells.segment_value == value) for value in values}
        for (segment, value), chosen in groups.items():
            decided = chosen & (spells.has_left | (spells.renewals > 0))
            if decided.sum() < LEAST_CUSTOMERS or spells.has_left[chosen].sum() < LEAST_EVENTS:
                continue
            found[int(months), segment, value] = contract_lifetimes.fit(
                spells.renewals[chosen], spells.has_left[chosen]
            )
    return found


def contracts_held_out(first: Spells, second: Spells) -> list[Held]:
    """Of those there at the end of the first half, how many still are at the end of the second.

    `second` holds the same contracts as they stand later; those begun in between have been left out.
    """
    fits = contract_fits(first)
    there = ~first.has_left & np.array([(int(months), ALL, ALL) in fits for months in first.billing_months], dtype=bool)
    predicted = naive = 0.0
    for months in np.unique(first.billing_months[there]):
        of_interval = first.billing_months == months
        churn = contract_lifetimes.naive_churn(first.renewals[of_interval], first.has_left[of_interval])
        for at in np.flatnonzero(there & of_interval):
            value = (int(months), first.segment_name, first.segment_value[at])
            fit = fits.get(value, fits[int(months), ALL, ALL])
            # renewals that it had come to by the end, had it stayed
            due = int(second.renewals_due[at])
            survival = fit.survival(due)
            predicted += survival[due] / survival[first.renewals[at]]
            naive += (1 - churn) ** (due - first.renewals[at])
    count, actual = int(there.sum()), float(np.sum(~second.has_left[there]))
    return (
        [Held("shifted beta-geometric", count, predicted, actual), Held("naive", count, naive, actual)] if count else []
    )


def purchases_held_out(first: Purchases, weeks: float) -> list[Held]:
    """Purchases within the weeks of the second half, of those who had bought in the first; naive: at the pace so far."""
    if (first.x > 0).sum() < LEAST_CUSTOMERS:
        return []
    fit = purchase_lifetimes.fit_purchases(first.x, first.t_x, first.age)
    predicted = float(np.sum(fit.expected_purchases(weeks, first.x, first.t_x, first.age)))
    naive = float(np.sum(first.x) / np.sum(first.age) * weeks * len(first.x)) if first.age.sum() else 0.0
    actual = float(np.sum(first.later))
    return [Held("BG/NBD", len(first.x), predicted, actual), Held("naive", len(first.x), naive, actual)]
