"""The chance of churn that the dice were thrown with: what a prediction can be measured against, since nobody's real company knows it.

From the state of the simulation at a month's end, the months to come are simulated many times over, by the same rules, with other dice. The share
of these futures in which a customer churns is its probability. What the company cannot see (satisfaction) is known here; the throw is not.
"""

import copy
import csv
from pathlib import Path

import numpy as np

from generator import company, days, store
from generator.billing import ACTIVE, PAUSED, Simulation
from generator.config import BLOCK, Settings
from generator.days import NONE

HORIZON_DAYS = 90
# A pause longer than that is churn.
MAX_PAUSE_DAYS = 90
FUTURES = 400
# Lines simulated at a time.
LINES = 200_000
NEVER = 2**40


class Watched(Simulation):
    """The simulation, with a look ahead from the end of each month whose horizon ends by the last day."""

    def __init__(
        self, settings: Settings, block: int, customers: company.Customers, owner: np.ndarray, futures: int
    ) -> None:
        super().__init__(settings, block, customers)
        self.block, self.futures = block, futures
        # Who is billed, after merges; -1 for test customers.
        self.account = owner
        self.found: list[tuple[int, np.ndarray, np.ndarray]] = []

    def after_month(self, month: int, until: int) -> None:
        """Note the probabilities of all who pay at the end of the month."""
        day = until - 1
        if day + HORIZON_DAYS > self.settings.last or not self.subs:
            return
        accounts = np.unique(self.account[self.owner[self._pays(day)]])
        accounts = accounts[accounts >= 0]
        if not len(accounts):
            return
        lines = np.flatnonzero(np.isin(self.account[self.owner], accounts))
        batch = max(1, min(self.futures, LINES // len(lines)))
        churned, simulated = np.zeros(len(accounts)), 0
        while simulated < self.futures:
            rng = self.settings.stream(90, (self.block * 1000 + month) * 1000 + simulated)
            churned += self._futures(lines, accounts, batch, month, day, rng)
            simulated += batch
        self.found.append((day, accounts, churned / simulated))

    def _pays(self, day: int) -> np.ndarray:
        """Whether each line has monthly recurring revenue on the day."""
        trial_end = np.concatenate([chunk["trial_end"] for chunk in self.subs])
        given_away = (self.percent == 100) & ((self.discount_end == NONE) | (self.discount_end > day))
        return (self.state == ACTIVE) & (self.tier > 0) & (trial_end[self.sub] <= day) & ~given_away

    def _futures(self, lines: np.ndarray, accounts: np.ndarray, count: int, month: int, day: int, rng) -> np.ndarray:
        """Of `count` futures of the lines, in how many each account churns."""
        fork, n = self._fork(lines, count, rng), len(lines)
        start, k = day + 1, month + 1
        while start <= day + HORIZON_DAYS:
            until = int(days.month_start(days.month_of(np.int64(start)) + 1))
            fork._resumes(k, until)
            fork._happenings(k, start, until)
            fork._returns(k, start, until)
            fork._births(k, until)
            start, k = until, k + 1
        fork._write_versions(still := np.flatnonzero(np.isin(fork.state, [ACTIVE, PAUSED])), np.full(len(still), NONE))
        line, begin, end = fork._served()
        place = np.searchsorted(accounts, self.account[self.owner[lines]])[line % n] + (line // n) * len(accounts)
        # Lines that serve an account on each day of the horizon, from the differences between days.
        change = np.zeros((count * len(accounts), HORIZON_DAYS + 2), dtype=np.int16)
        for at, sign in ((begin, 1), (end, -1)):
            np.add.at(change, (place, np.clip(at - day, 0, HORIZON_DAYS + 1)), sign)
        served = np.cumsum(change, axis=1)[:, 1 : HORIZON_DAYS + 1]
        return (served <= 0).any(axis=1).reshape(count, len(accounts)).sum(axis=0)

    def _fork(self, lines: np.ndarray, count: int, rng: np.random.Generator) -> "Watched":
        """The state of the lines, `count` times over, with nothing written down but what still matters."""
        fork, n = copy.copy(self), len(lines)
        for name, values in vars(self).items():
            if isinstance(values, np.ndarray) and name != "account":
                setattr(fork, name, np.tile(values[lines], count))
        place = np.full(len(self.state), -1)
        place[lines] = np.arange(n)
        copies = np.repeat(np.arange(count), n)
        parent = np.where(fork.parent >= 0, place[fork.parent], -1)
        fork.parent = np.where(parent >= 0, parent + copies * n, -1)
        fork.rng = rng
        # One subscription a line is known so far: the present one, or none.
        known = np.tile(self.sub[lines], count)
        trial_end = np.concatenate([chunk["trial_end"] for chunk in self.subs])
        fork.subs = [
            {
                "line": np.arange(n * count),
                "start": fork.from_,
                "trial_end": np.where(known >= 0, trial_end[known], NONE),
            }
        ]
        fork.sub, fork.sub_count = np.arange(n * count), n * count
        fork.ends, fork.versions, fork.pauses = [], [], []
        pauses = [np.concatenate(arrays) for arrays in zip(*self.pauses, strict=True)] if self.pauses else None
        fork.paused_since = np.full(n * count, NONE)
        if pauses is not None:
            since = np.full(self.sub_count, NONE)
            np.maximum.at(since, pauses[0], pauses[1])
            fork.paused_since = np.where(fork.state == PAUSED, since[np.maximum(known, 0)], NONE)
        fork.paused_until = np.where(fork.resume == NONE, NEVER, fork.resume)
        return fork

    def _served(self) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """Lines and days `[begin, end)` on which they pay, or are paused for not too long."""
        sub = {name: np.concatenate([chunk[name] for chunk in self.subs]) for name in self.subs[0]}
        ended = np.full(self.sub_count, NEVER)
        for numbers, day, *_ in self.ends:
            ended[numbers] = day
        version = {name: np.concatenate([chunk[name] for chunk in self.versions]) for name in self.versions[0]}
        of, free = version["sub"], version["percent"] == 100
        begin = np.maximum(version["from"], sub["trial_end"][of])
        gift_end = np.where(version["discount_end"] == NONE, NEVER, version["discount_end"])
        begin = np.where(free, np.maximum(begin, gift_end), begin)
        end = np.minimum(np.where(version["to"] == NONE, NEVER, version["to"]), ended[of])
        line = sub["line"][of]
        # A pause that had begun before: its days beyond the longest that is forgiven are cut out.
        first = (of < len(self.paused_since)) & (self.paused_since[np.minimum(of, len(self.paused_since) - 1)] != NONE)
        since, until = (values[np.minimum(of, len(values) - 1)] for values in (self.paused_since, self.paused_until))
        before_end = np.where(first, np.minimum(end, since + MAX_PAUSE_DAYS), end)
        after = np.flatnonzero(first)
        line = np.concatenate([line, line[after]])
        tier = np.concatenate([version["tier"], version["tier"][after]])
        after_begin = np.maximum(np.maximum(begin, until), before_end)[after]
        begin, end = np.concatenate([begin, after_begin]), np.concatenate([before_end, end[after]])
        kept = (tier > 0) & (end > begin)
        return line[kept], begin[kept], end[kept]


def _accounts(settings: Settings, block: int, customers: company.Customers) -> np.ndarray:
    """The customer that each customer is after merges; -1 for test customers."""
    account = np.arange(len(customers))
    scratch = store.Store()
    company.add_merges(scratch, settings, block, customers)
    merges = "select cast(right(from_customer_id, -4) as bigint), cast(right(into_customer_id, -4) as bigint) from customer_merges"
    into = dict(scratch.con.execute(merges).fetchall())
    for gone in into:
        kept = gone
        while kept in into:
            kept = into[kept]
        account[gone - customers.number[0]] = kept - customers.number[0]
    return np.where(customers.is_test[account], -1, account)


def probabilities(settings: Settings, futures: int = FUTURES) -> list[tuple[str, str, float]]:
    """(customer_id, month end, probability of churn within `HORIZON_DAYS`) of every customer that pays then."""
    rows = []
    for block, begin in enumerate(range(0, settings.customers, BLOCK)):
        customers = company.draw_customers(settings, block, begin, min(begin + BLOCK, settings.customers))
        watched = Watched(settings, block, customers, _accounts(settings, block, customers), futures)
        watched.run()
        rows += [
            (f"cus_{customers.number[account]:06d}", str(np.datetime64(int(day), "D")), float(probability))
            for day, accounts, found in watched.found
            for account, probability in zip(accounts, found, strict=True)
        ]
    return rows


def write(settings: Settings, file: Path) -> int:
    """Write the probabilities as CSV; their number."""
    rows = probabilities(settings)
    file.parent.mkdir(parents=True, exist_ok=True)
    with file.open("w", newline="") as lines:
        writer = csv.writer(lines)
        writer.writerow(["customer_id", "score_day", "horizon_days", "probability"])
        writer.writerows((customer, day, HORIZON_DAYS, f"{probability:.4f}") for customer, day, probability in rows)
    return len(rows)
