"""The company as a sequence of days: who was a customer, for what, at which price, and in which segment.

A customer's state is evaluated on the days on which anything can change and holds until the next such day. Every
question ("MRR on the 31st", "plan of the day before") is a lookup of one day.
"""

from __future__ import annotations

from bisect import bisect_right
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import Decimal
from fractions import Fraction
from functools import cached_property
from itertools import pairwise

from tests.oracle.cleaning import Rates, Row, Staged, end_of_service, month_factor
from tests.oracle.settings import OracleError, Settings
from tests.oracle.values import FOREVER, Moment, first_of_month, months_between, plus_days, plus_months, round10

UNKNOWN = "(unknown)"
ZERO = Decimal(0)
ONE_DAY = timedelta(days=1)
ATTRIBUTES = ("country", "industry", "company_size", "acquisition_channel")
# further tables whose rows name a customer
NAMING_TABLES = tuple(
    (
        "invoices contract_terms sessions entitlements milestones first_touches outcomes tickets calls "
        "survey_responses feedback trials offers costs loyalty_events csm_touches referrals"
    ).split()
)


@dataclass
class Pause:
    start: date
    end: date
    lapse: date

    def on(self, day: date) -> bool:
        return self.start <= day < self.end


@dataclass
class Subscription:
    subscription_id: str
    trial: tuple[date, date] | None
    end: date
    canceled: date | None
    cancel_reason: str | None
    is_involuntary: bool
    pauses: list[Pause] = field(default_factory=list)
    suspensions: list[tuple[date, date]] = field(default_factory=list)

    def in_trial(self, day: date) -> bool:
        return self.trial is not None and self.trial[0] <= day < self.trial[1]

    def is_suspended(self, day: date) -> bool:
        """Past due or unpaid under a policy that does not count these."""
        return any(start <= day < end for start, end in self.suspensions)


@dataclass(eq=False)
class Item:
    """One version of one item (or one usage line), with its MRR in its own currency."""

    version_id: str
    plan_id: str | None
    plan_name: str
    family: str
    quantity: Decimal
    currency: str
    list_mrr: Decimal
    discounted_mrr: Decimal
    discount_end: date
    start: date
    end: date
    subscription: Subscription | None = None
    created: date | None = None
    version_start: date = date.min
    version_end: date = FOREVER

    def in_force(self, day: date) -> bool:
        return self.start <= day < self.end

    def price_on(self, day: date) -> Decimal:
        """MRR but for trials and pauses."""
        if self.subscription and self.subscription.is_suspended(day):
            return ZERO
        return self.discounted_mrr if day < self.discount_end else self.list_mrr


@dataclass(eq=False)
class State:
    """What holds from `day` until the next state begins."""

    day: date
    in_force: list[Item]
    held: list[tuple[Item, Decimal]]  # outside trials and pauses, each with its MRR
    paused: list[Item]  # would pay but for a pause that has not lapsed
    status: str  # paying, paused, none
    segments: dict[str, str]


@dataclass
class User:
    created: date
    is_licensed: bool
    active_days: list[date]

    def is_active(self, first: date, last: date) -> bool:
        position = bisect_right(self.active_days, last)
        return position > 0 and self.active_days[position - 1] >= first


@dataclass(frozen=True)
class Period:
    period_type: str
    start: date
    end: date  # first day after it
    close: date  # its last day, or the as-of day
    months: tuple[date, ...]  # months of the spine in it
    first: date  # first day counted: its start, or history_start where it holds that

    @property
    def opening(self) -> date:
        return self.first - ONE_DAY

    @property
    def days(self) -> int:
        return (self.close - self.first).days + 1

    def holds(self, day: date) -> bool:
        """Whether what happens on the day is counted in the period (up to its end, not to the as-of day)."""
        return self.first <= day < self.end

    @property
    def length_in_months(self) -> int:
        return months_between(self.start, self.end)


@dataclass
class Term:
    """One committed term, due on the day on which it ends."""

    term_id: str
    customer: Customer
    subscription_id: str | None
    start: date
    end: date
    monthly: Decimal
    currency: str
    renewed_to: str | None
    is_unit: bool
    is_pending: bool = False
    successor: Term | None = None
    old_value: Decimal = ZERO
    new_value: Decimal = ZERO

    @property
    def is_renewed(self) -> bool:
        return self.successor is not None


class Customer:
    def __init__(self, customer_id: str, company: Company) -> None:
        self.customer_id = customer_id
        self.company = company
        self.row: Row | None = None
        self.subscriptions: list[Subscription] = []
        self.items: list[Item] = []
        self.users: list[User] = []
        self.attribute_history: dict[str, list[tuple[Moment, str]]] = defaultdict(list)
        self.assignments: list[tuple[date, date, str]] = []
        self.purchase_days: list[date] = []
        self.recurring_revenue: dict[date, Decimal] = defaultdict(Decimal)  # by month
        self.all_revenue: dict[date, Decimal] = defaultdict(Decimal)
        self._mrr: dict[tuple[date, date], Decimal] = {}
        self._committed: dict[date, Decimal] = {}

    # -- the walk over the days ------------------------------------------------------------------------------------

    @cached_property
    def states(self) -> list[State]:
        """From the beginning of time to the as-of day."""
        days = sorted(day for day in self._change_days() if date.min < day <= self.company.as_of)
        days = [date.min, *days]
        states: list[State] = []
        last_plan, last_family = UNKNOWN, UNKNOWN
        for day, following in pairwise([*days, plus_days(self.company.as_of, 1)]):
            for start in (day, *self._rate_days(day, following)):
                state = self._state_from(start)
                if state.in_force:
                    last_plan, last_family = self._largest(state, "plan_name"), self._largest(state, "family")
                state.segments = {"all": "all", "plan": last_plan, "product_family": last_family}
                state.segments |= {name: self._attribute(name, start) for name in ATTRIBUTES}
                state.segments["csm"] = self._csm(start)
                states.append(state)
        return states

    @cached_property
    def _state_days(self) -> list[date]:
        return [state.day for state in self.states]

    def _change_days(self) -> set[date]:
        days: set[date] = set()
        for item in self.items:
            days |= {item.start, item.end, item.discount_end}
        for subscription in self.subscriptions:
            days |= set(subscription.trial or ())
            for pause in subscription.pauses:
                days |= {pause.start, pause.end, pause.lapse}
            for start, end in subscription.suspensions:
                days |= {start, end}
        for history in self.attribute_history.values():
            days |= {moment.day for moment, _ in history}
        for start, end, _ in self.assignments:
            days |= {start, end}
        return days

    def _rate_days(self, day: date, following: date) -> list[date]:
        """Days on which a new rate may put another plan first: only where items of several currencies are in force."""
        currencies = {item.currency for item in self.items if item.in_force(day)}
        if len(currencies) < 2:
            return []
        return sorted(
            {
                rate_day
                for currency in currencies
                for rate_day in self.company.rates.by_currency.get(currency, ([], []))[0]
                if day < rate_day < following
            }
        )

    def _state_from(self, day: date) -> State:
        in_force = [item for item in self.items if item.in_force(day)]
        held, paused = [], []
        for item in in_force:
            subscription = item.subscription
            price = item.price_on(day)
            if subscription and subscription.in_trial(day):
                continue
            if subscription and (pauses := [pause for pause in subscription.pauses if pause.on(day)]):
                if price > 0 and any(day < pause.lapse for pause in pauses):
                    paused.append(item)
                continue
            held.append((item, price))
        is_paying = any(price > 0 for _, price in held)
        status = "paying" if is_paying else "paused" if paused else "none"
        return State(day, in_force, held, paused, status, {})

    def _largest(self, state: State, name: str) -> str:
        """The plan (family) with the largest MRR that day; none paid: the largest list MRR in force. Ties: the name."""
        rates, day = self.company.rates, state.day
        totals: dict[str, Decimal] = defaultdict(Decimal)
        if state.status == "paying":
            for item, price in state.held:
                totals[getattr(item, name)] += convert(price, item.currency, rates, day)
        else:
            for item in state.in_force:
                totals[getattr(item, name)] += convert(item.list_mrr, item.currency, rates, day)
        return min(totals, key=lambda value: (-totals[value], value))

    def _attribute(self, name: str, day: date) -> str:
        value = (self.row or {}).get(name)
        for moment, text in self.attribute_history.get(name, []):
            if moment.day <= day:
                value = text
        return value or UNKNOWN

    def _csm(self, day: date) -> str:
        return next((csm for start, end, csm in self.assignments if start <= day < end), UNKNOWN)

    # -- questions about a day -------------------------------------------------------------------------------------

    def state(self, day: date) -> State:
        return self.states[bisect_right(self._state_days, day) - 1]

    def mrr(self, day: date, rate_day: date | None = None) -> Decimal:
        """MRR at the end of the day in reporting currency, at the rate of that day or of another."""
        key = (day, rate_day or day)
        if key not in self._mrr:
            rates = self.company.rates
            held = self.state(day).held
            self._mrr[key] = sum((convert(price, item.currency, rates, key[1]) for item, price in held), ZERO)
        return self._mrr[key]

    def segments(self, day: date) -> dict[str, str]:
        return self.state(min(day, self.company.as_of)).segments

    def spans(self) -> Iterator[tuple[State, date]]:
        """Each state with the first day on which it no longer holds."""
        for state, following in pairwise(self.states):
            yield state, following.day
        yield self.states[-1], plus_days(self.company.as_of, 1)

    # -- paying, leaving, coming back ------------------------------------------------------------------------------

    @cached_property
    def first_paid_day(self) -> date | None:
        return next((state.day for state in self.states if state.status == "paying"), None)

    @cached_property
    def all_churn_days(self) -> list[date]:
        """Days on which a customer paying or paused the day before is neither."""
        return [
            state.day for before, state in pairwise(self.states) if before.status != "none" and state.status == "none"
        ]

    @cached_property
    def churn_days(self) -> list[date]:
        """Those not followed by payment within fewer than reactivation_min_gap_days."""
        gap = self.company.settings.reactivation_min_gap_days
        paid = [state.day for state in self.states if state.status == "paying"]
        return [day for day in self.all_churn_days if not any(day < back < plus_days(day, gap) for back in paid)]

    def paid_in(self, first: date, last: date) -> bool:
        """Paying on any day from the first to the last."""
        return any(state.status == "paying" and state.day <= last and end > first for state, end in self.spans())

    def why_churned(self, close: date) -> tuple[str, bool]:
        """Reason and whether involuntary: asked are the subscriptions that paid or paused before the last event."""
        event = max(day for day in self.all_churn_days if day <= close)
        before = self.state(event - ONE_DAY)
        lost = [*(item for item, price in before.held if price > 0), *before.paused]
        asked = {item.subscription.subscription_id: item.subscription for item in lost if item.subscription}
        lapsed = any(pause.lapse == event and pause.end > event for one in asked.values() for pause in one.pauses)
        if lapsed and not any(one.end == event for one in asked.values()):
            return "pause_expired", False
        latest = max((one.end for one in asked.values() if one.end < FOREVER), default=None)
        last = sorted((one for one in asked.values() if one.end == latest), key=lambda one: one.subscription_id)
        if not last:
            return UNKNOWN, False
        return last[0].cancel_reason or UNKNOWN, any(one.is_involuntary for one in last)

    # -- money over days -------------------------------------------------------------------------------------------

    @cached_property
    def month_sums(self) -> dict[date, Decimal]:
        """By month of the spine: MRR of each counted day at that day's rate, summed exactly and then rounded."""
        sums: dict[date, Decimal] = defaultdict(Decimal)
        if not self.company.months:
            return sums
        origin = max(self.company.months[0], self.company.history_start)
        for state, end in self.spans():
            if state.status != "paying" or end <= origin:
                continue
            first = max(state.day, origin)
            month = first_of_month(first)
            while month < end:
                following = plus_months(month, 1)
                for item, price in state.held:
                    if price:
                        days = self.company.rate_sum(item.currency, max(first, month), min(end, following))
                        sums[month] += price * days
                month = following
        return {month: round10(total) for month, total in sums.items()}

    def committed_mrr(self, close: date) -> Decimal:
        """MRR some days after the close, from what was known at the close, at the rates of the close; without a rate so far, nothing."""
        if close not in self._committed:
            target = plus_days(close, self.company.settings.committed_horizon_days)
            rates = self.company.rates
            self._committed[close] = sum(
                (
                    convert(self._committed_price(item, close, target), item.currency, rates, close)
                    for item in self.items
                    if rates.has(item.currency, self.company.as_of)
                ),
                ZERO,
            )
        return self._committed[close]

    def _committed_price(self, item: Item, close: date, target: date) -> Decimal:
        subscription = item.subscription
        if subscription is None:
            return ZERO  # usage is never committed
        if not self._is_known(item, close) or not item.start <= target < self._known_end(item, close):
            return ZERO
        if subscription.trial and subscription.trial[0] < subscription.trial[1] and subscription.trial[1] > close:
            return ZERO  # in a trial on the closing day, or one begins later
        if subscription.is_suspended(close):
            return ZERO
        if any(pause.start <= close and pause.on(target) for pause in subscription.pauses):
            return ZERO
        return item.discounted_mrr if target < item.discount_end else item.list_mrr

    def _is_known(self, item: Item, close: date) -> bool:
        """Entered or begun by the close; on the as-of day also what has no day of entry."""
        if item.version_start <= close:
            return True
        return item.created <= close if item.created else close == self.company.as_of

    def _known_end(self, item: Item, close: date) -> date:
        """The end of the item as far as it was known; an end that was not known has not happened."""
        subscription = item.subscription
        service_end = FOREVER
        if subscription.end <= close or (subscription.canceled and subscription.canceled <= close):
            service_end = subscription.end
        version_end = item.version_end
        if version_end > close and not (service_end < FOREVER and service_end <= version_end):
            followed = any(
                other.subscription is subscription
                and other.version_start == version_end
                and self._is_known(other, close)
                for other in self.items
            )
            if not followed:
                version_end = FOREVER
        return min(service_end, version_end)


def convert(amount: Decimal, currency: str, rates: Rates, day: date) -> Decimal:
    """An amount in reporting currency at the rate of a day, rounded."""
    if currency == rates.reporting:
        return amount
    return round10(amount * rates.on(currency, day)) if amount else ZERO


class Company:
    def __init__(self, staged: Staged) -> None:
        self.staged = staged
        self.settings: Settings = staged.settings
        self.as_of = staged.as_of
        self.history_start = staged.settings.history_start or date.min
        self.rates = staged.rates
        self.customers: dict[str, Customer] = {}
        self.terms: list[Term] = []
        self._rate_sums: dict[str, list[Decimal]] = {}
        if not self.settings.past_due_counts and "subscription_status_changes" not in staged.present:
            raise OracleError("past_due_counts = false needs the table subscription_status_changes")
        self._gather()
        self._bill()
        self._gather_terms()

    # -- gathering -------------------------------------------------------------------------------------------------

    def customer(self, customer_id: str) -> Customer:
        if customer_id not in self.customers:
            self.customers[customer_id] = Customer(customer_id, self)
        return self.customers[customer_id]

    def _gather(self) -> None:
        staged, as_of = self.staged, self.as_of
        for row in staged["customers"]:
            if staged.survivor(row["customer_id"]) == row["customer_id"]:
                self.customer(row["customer_id"]).row = row
        self._gather_subscriptions()
        for row in sorted(staged["customer_attributes"], key=lambda row: row["valid_from"].instant):
            if row["valid_from"].day <= as_of and staged.survivor(row["customer_id"]) == row["customer_id"]:
                history = self.customer(row["customer_id"]).attribute_history
                history[row["attribute"]].append((row["valid_from"], row["value"]))
        for row in staged["csm_assignments"]:
            end = row["assigned_to"].day if row["assigned_to"] else FOREVER
            self.customer(row["customer_id"]).assignments.append((row["assigned_from"].day, end, row["csm_id"]))
        active: dict[str, set[date]] = defaultdict(set)
        for row in staged["usage_events"]:
            self.customer(row["customer_id"])
            if row["user_id"] and row["occurred_at"].day <= as_of and self.settings.qualifies(row["event_name"]):
                active[row["user_id"]].add(row["occurred_at"].day)
        for row in staged["users"]:
            customer = self.customer(row["customer_id"])
            if row["created_at"].day <= as_of and not row["is_internal"] and not row["is_bot"]:
                days = sorted(active[row["user_id"]])
                customer.users.append(User(row["created_at"].day, bool(row["is_licensed"]), days))
        for row in staged["orders"]:
            customer = self.customer(row["customer_id"])
            if row["ordered_at"].day <= as_of and not row["is_refunded"]:
                customer.purchase_days.append(row["ordered_at"].day)
        for table in NAMING_TABLES:
            for row in staged[table]:
                if customer_id := row["referrer_customer_id" if table == "referrals" else "customer_id"]:
                    self.customer(customer_id)
        for customer_id in [key for key, one in self.customers.items() if (one.row or {}).get("is_test")]:
            del self.customers[customer_id]
        for customer in self.customers.values():
            customer.purchase_days = sorted(set(customer.purchase_days))

    def _gather_subscriptions(self) -> None:
        staged, settings = self.staged, self.settings
        plans = {row["plan_id"]: row for row in staged["plans"]}
        subscriptions: dict[str, tuple[Subscription, Row]] = {}
        for row in staged["subscriptions"]:
            involuntary = row["is_involuntary"]
            if involuntary is None:
                involuntary = row["cancel_reason"] in settings.involuntary_reasons
            subscription = Subscription(
                row["subscription_id"],
                None if settings.trial_counts_as_mrr else _trial(row),
                end_of_service(row, settings),
                row["canceled_at"].day if row["canceled_at"] else None,
                row["cancel_reason"],
                involuntary,
            )
            subscriptions[row["subscription_id"]] = subscription, row
            self.customer(row["customer_id"]).subscriptions.append(subscription)
        for row in staged["subscription_pauses"]:
            start = row["paused_at"].day
            if start <= self.as_of:
                end = row["resumed_at"].day if row["resumed_at"] else FOREVER
                pause = Pause(start, end, plus_days(start, settings.max_pause_days))
                subscriptions[row["subscription_id"]][0].pauses.append(pause)
        if not settings.past_due_counts:
            self._suspend(subscriptions)
        for row in staged["subscription_items"]:
            subscription, owner = subscriptions[row["subscription_id"]]
            plan = plans[row["plan_id"]]
            version_end = row["effective_to"].day if row["effective_to"] else FOREVER
            list_mrr, discounted_mrr, discount_end = price(row, month_factor(plan, settings), settings)
            item = Item(
                row["item_version_id"],
                row["plan_id"],
                plan["plan_name"],
                plan["product_family"],
                row["quantity"],
                row["currency"],
                list_mrr,
                discounted_mrr,
                discount_end,
                max(row["effective_from"].day, owner["started_at"].day),
                min(version_end, subscription.end),
                subscription,
                row["created_at"].day if row["created_at"] else None,
                row["effective_from"].day,
                version_end,
            )
            self.customer(owner["customer_id"]).items.append(item)

    def _suspend(self, subscriptions: dict[str, tuple[Subscription, Row]]) -> None:
        changes: dict[str, list[Row]] = defaultdict(list)
        for row in self.staged["subscription_status_changes"]:
            if row["changed_at"].day <= self.as_of:
                changes[row["subscription_id"]].append(row)
        for subscription_id, rows in changes.items():
            if subscription_id not in subscriptions:
                continue
            rows.sort(key=lambda row: (row["changed_at"].instant, row["status"]))
            for row, following in pairwise([*rows, None]):
                if row["status"] in ("past_due", "unpaid"):
                    end = following["changed_at"].day if following else FOREVER
                    subscriptions[subscription_id][0].suspensions.append((row["changed_at"].day, end))

    # -- invoices --------------------------------------------------------------------------------------------------

    def _bill(self) -> None:
        """Each line spread evenly over its days of service, by month; and, if asked for, usage lines as MRR."""
        invoices = {row["invoice_id"]: row for row in self.staged["invoices"]}
        plans = {row["plan_id"]: row for row in self.staged["plans"]}
        for line in self.staged["invoice_lines"]:
            invoice = invoices[line["invoice_id"]]
            issued = invoice["issued_at"].day
            customer = self.customers.get(invoice["customer_id"])
            if customer is None or invoice["status"] not in ("open", "paid", "uncollectible") or issued > self.as_of:
                continue
            amount = -abs(line["amount"]) if line["kind"] == "credit" else line["amount"]
            kept = round10(Fraction(amount) * self._share_kept(invoice))
            total = convert(kept, invoice["currency"], self.rates, issued)
            first, end = issued, issued + ONE_DAY
            has_service = line["period_start"] and line["period_end"]
            if has_service and line["period_start"].day < line["period_end"].day:
                first, end = line["period_start"].day, line["period_end"].day
                if self.settings.usage_mrr and line["kind"] == "usage":
                    customer.items.append(self._usage_item(line, invoice, plans.get(line["plan_id"])))
            for month, days in days_by_month(max(first, self.history_start), end, self.as_of):
                share = round10(Fraction(total) * days / (end - first).days)
                customer.all_revenue[month] += share
                if line["kind"] in ("recurring", "proration", "credit"):
                    customer.recurring_revenue[month] += share

    def _share_kept(self, invoice: Row) -> Fraction:
        """What refunds and credits leave of an invoice."""
        total = invoice["total_excluding_tax"] + (invoice["tax"] or 0)
        if total == 0:
            return Fraction(1)
        refunded = invoice["amount_refunded"] or ZERO
        if invoice["refunded_at"] and invoice["refunded_at"].day > self.as_of:
            refunded = ZERO
        return 1 - Fraction(refunded + (invoice["amount_credited"] or 0)) / Fraction(total)

    def _usage_item(self, line: Row, invoice: Row, plan: Row | None) -> Item:
        first, end = line["period_start"].day, line["period_end"].day
        mrr = round10(max(Fraction(line["amount"]), Fraction(0)) / (end - first).days * self.settings.day_to_month)
        return Item(
            line["invoice_line_id"],
            line["plan_id"],
            plan["plan_name"] if plan else UNKNOWN,
            plan["product_family"] if plan else UNKNOWN,
            Decimal(1),
            invoice["currency"],
            mrr,
            mrr,
            FOREVER,
            first,
            end,
        )

    # -- contract terms --------------------------------------------------------------------------------------------

    def _gather_terms(self) -> None:
        settings = self.settings
        terms: dict[str, Term] = {}
        for row in self.staged["contract_terms"]:
            customer = self.customers.get(row["customer_id"])
            if customer is None:
                continue
            start, end = row["term_start"].day, row["term_end"].day
            is_short = bool(row["auto_renew"]) and (end - start).days < settings.renewal_auto_min_days
            months = contract_months(start, end)
            terms[row["term_id"]] = Term(
                row["term_id"],
                customer,
                row["subscription_id"],
                start,
                end,
                round10(Fraction(row["amount"]) / months) if months else ZERO,
                row["currency"],
                row["renewed_to_term_id"],
                not is_short,
                self.as_of < plus_days(end, settings.renewal_grace_days),
            )
        siblings: dict[tuple[str, str], list[Term]] = defaultdict(list)
        for term in terms.values():
            siblings["customer", term.customer.customer_id].append(term)
            siblings["subscription", term.subscription_id or ""].append(term)
        for term in terms.values():
            term.old_value = self._term_value(term, term)
            term.successor = _successor(term, terms, siblings, plus_days(term.end, settings.renewal_grace_days))
        self.terms = [term for term in terms.values() if term.is_unit]
        shared: dict[str, list[Term]] = defaultdict(list)
        for term in self.terms:
            if term.successor:
                shared[term.successor.term_id].append(term)
        for predecessors in shared.values():
            total = sum(term.old_value for term in predecessors)
            for term in predecessors:
                share = Fraction(term.old_value) / Fraction(total) if total else Fraction(1, len(predecessors))
                term.new_value = round10(Fraction(self._term_value(term.successor, term)) * share)

    def _term_value(self, term: Term, due: Term) -> Decimal:
        """Worth a month, at the rate of the day on which the old term is due."""
        return convert(term.monthly, term.currency, self.rates, min(due.end, self.as_of))

    # -- the spine -------------------------------------------------------------------------------------------------

    @cached_property
    def months(self) -> list[date]:
        """Months from the first staged event of any table (or history_start) to the as-of day."""
        first = self.settings.history_start
        if first is None:
            days = [
                row[column].day
                for table, column in (
                    ("customers", "created_at"),
                    ("subscriptions", "started_at"),
                    ("subscription_items", "effective_from"),
                    ("contract_terms", "term_start"),
                    ("invoices", "issued_at"),
                    ("invoice_lines", "period_start"),
                    ("orders", "ordered_at"),
                    ("users", "created_at"),
                    ("usage_events", "occurred_at"),
                    ("sessions", "started_at"),
                    ("trials", "trial_start_at"),
                    ("milestones", "reached_at"),
                    ("first_touches", "first_interaction_at"),
                    ("first_touches", "signed_at"),
                    ("outcomes", "measured_at"),
                    ("tickets", "created_at"),
                    ("calls", "queued_at"),
                    ("survey_responses", "sent_at"),
                    ("feedback", "received_at"),
                    ("offers", "presented_at"),
                    ("referrals", "referred_at"),
                    ("costs", "incurred_at"),
                    ("loyalty_events", "occurred_at"),
                    ("csm_touches", "occurred_at"),
                )
                for row in self.staged[table]
                if row[column]
            ]
            if not days:
                return []
            first = min(days)
        months = [first_of_month(first)]
        while (following := plus_months(months[-1], 1)) <= self.as_of:
            months.append(following)
        return months if max(months[0], self.history_start) <= self.as_of else []

    @cached_property
    def periods(self) -> list[Period]:
        """month, quarter, year from the fiscal start, and the twelve months that end with each month."""
        fiscal = self.settings.fiscal_year_start_month
        starts = {"month": [], "quarter": [], "year": [], "trailing_year": []}
        lengths = {"month": 1, "quarter": 3, "year": 12, "trailing_year": 12}
        for month in self.months:
            starts["month"].append(month)
            starts["quarter"].append(plus_months(month, -((month.month - fiscal) % 3)))
            starts["year"].append(plus_months(month, -((month.month - fiscal) % 12)))
            if plus_months(month, -11) >= self.months[0]:
                starts["trailing_year"].append(plus_months(month, -11))
        periods = []
        for period_type, days in starts.items():
            for start in sorted(set(days)):
                end = plus_months(start, lengths[period_type])
                months = tuple(month for month in self.months if start <= month < end)
                first = max(start, self.history_start)
                periods.append(Period(period_type, start, end, min(end - ONE_DAY, self.as_of), months, first))
        return periods

    # -- sums over many days ---------------------------------------------------------------------------------------

    def rate_sum(self, currency: str, first: date, end: date) -> Decimal:
        """Sum of the rates of the days from the first to the one before the end, within the spine."""
        if currency == self.rates.reporting:
            return Decimal((end - first).days)
        if currency not in self._rate_sums:
            sums, day = [ZERO], self.months[0]
            while day <= self.as_of:
                sums.append(sums[-1] + self.rates.on(currency, day))
                day += ONE_DAY
            self._rate_sums[currency] = sums
        sums, origin = self._rate_sums[currency], self.months[0]
        return sums[(end - origin).days] - sums[(first - origin).days]

    @cached_property
    def _paying_counts(self) -> dict[tuple[str, str], tuple[list[int], list[int]]]:
        """By segment: customers paying on each day, and the number of days with any so far."""
        first, length = self.first_counted_day, (self.as_of - self.first_counted_day).days + 1
        changes: dict[tuple[str, str], list[int]] = {}
        for customer in self.customers.values():
            for state, end in customer.spans():
                if state.status != "paying" or end <= first:
                    continue
                for name in ("all", *self.settings.segments):
                    row = changes.setdefault((name, state.segments[name]), [0] * (length + 1))
                    row[max((state.day - first).days, 0)] += 1
                    row[(end - first).days] -= 1
        counts = {}
        for key, row in changes.items():
            paying, days, total = [], [0], 0
            for change in row[:length]:
                total += change
                paying.append(total)
                days.append(days[-1] + (total > 0))
            counts[key] = paying, days
        return counts

    @cached_property
    def first_counted_day(self) -> date:
        return min(period.opening for period in self.periods)

    def paying_on(self, segment: tuple[str, str], day: date) -> int:
        """Customers paying on a day who stand in the segment on that day."""
        if segment not in self._paying_counts:
            return 0
        return self._paying_counts[segment][0][(day - self.first_counted_day).days]

    def days_with_paying(self, segment: tuple[str, str], first: date, last: date) -> int:
        """Days from the first to the last on which the segment had a paying customer."""
        if segment not in self._paying_counts:
            return 0
        days, origin = self._paying_counts[segment][1], self.first_counted_day
        return days[(last - origin).days + 1] - days[(first - origin).days]


def price(row: Row, factor: Fraction, settings: Settings) -> tuple[Decimal, Decimal, date]:
    """List MRR, MRR while the discount runs, and the day on which it ends."""
    gross = Fraction(row["quantity"]) * Fraction(row["unit_amount"])
    percent, amount = row["discount_percent"] or ZERO, row["discount_amount"] or ZERO
    net = max(gross * (1 - Fraction(percent) / 100) - Fraction(amount), Fraction(0))
    list_mrr, discounted_mrr = round10(gross * factor), round10(net * factor)
    end = row["discount_ends_at"].day if row["discount_ends_at"] else FOREVER
    if settings.discount_policy == "permanent" and end < FOREVER:
        discounted_mrr = list_mrr
    return list_mrr, discounted_mrr, end


def _trial(row: Row) -> tuple[date, date] | None:
    """Days of the trial; one with status trialing has not converted and lasts until now.

    One that ends on or before the day on which the subscription starts is none.
    """
    start = (row["trial_start_at"] or row["started_at"]).day
    if row["status"] == "trialing":
        return start, FOREVER
    end = row["trial_end_at"].day if row["trial_end_at"] else date.min
    return (start, end) if end > row["started_at"].day else None


def days_by_month(first: date, end: date, as_of: date) -> Iterator[tuple[date, int]]:
    """The days from the first to the one before the end, up to the as-of day, counted by month."""
    end = min(end, plus_days(as_of, 1))
    while first < end:
        following = min(plus_months(first_of_month(first), 1), end)
        yield first_of_month(first), (following - first).days
        first = following


def contract_months(start: date, end: date) -> Fraction:
    """Whole calendar months and, for the days left over, 12/365.25 of a month each."""
    whole = months_between(start, end)
    if plus_months(start, whole) > end:
        whole -= 1
    return whole + Fraction((end - plus_months(start, whole)).days) * Fraction(12 * 100, 36525)


def _successor(
    term: Term, terms: dict[str, Term], siblings: dict[tuple[str, str], list[Term]], deadline: date
) -> Term | None:
    """The term that renews this one: the one it names, if in time; else the next of its subscription (or customer)."""
    named = terms.get(term.renewed_to)
    if named and named is not term and named.start <= deadline:
        return named
    kind = ("subscription", term.subscription_id) if term.subscription_id else ("customer", term.customer.customer_id)
    following = [
        other
        for other in siblings[kind]
        if other is not term and term.start < other.start <= deadline and other.end > term.end
    ]
    return min(following, key=lambda other: (other.start, other.term_id), default=None)
