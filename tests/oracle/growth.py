"""The metrics of growth, one function a metric: what customers cost and are worth, who buys, refers, tries and accepts.

`cell.group` is what revenue and retention know of the segment in the period. Dated units (a cost, a purchase, a trial, an
offer) stand where their customer stood on their day; figures to date stand where the customer is on the closing day.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from fractions import Fraction
from functools import cached_property, partial, wraps
from typing import Any

from tests.oracle.company import ONE_DAY, UNKNOWN, ZERO, Company, Customer, Period, convert, days_by_month
from tests.oracle.groups import Group
from tests.oracle.lifetime import Lifetimes
from tests.oracle.registry import ABSENT, FAMILIES, Family, Ratio
from tests.oracle.registry import metric as register
from tests.oracle.values import first_of_month, months_between, plus_days, plus_months, round10

MONTHS_OF_SMOOTHING = 6
CHANNEL = "acquisition_channel"


# -- units -------------------------------------------------------------------------------------------------------------


@dataclass(eq=False)
class Cost:
    purpose: str
    customer: Customer | None
    day: date
    channel: str | None
    by_month: dict[date, Decimal]  # in reporting currency

    def over(self, months: tuple[date, ...]) -> Decimal:
        return sum((self.by_month.get(month, ZERO) for month in months), ZERO)

    def segment(self, name: str, day: date | None = None) -> str | None:
        """Where its customer stands on the day incurred, or on another; nobody's stands nowhere."""
        return self.customer.segments(day or self.day)[name] if self.customer else None

    def acquired_by(self) -> str:
        return self.channel or self.segment(CHANNEL) or UNKNOWN


@dataclass(eq=False)
class Trial:
    customer: Customer
    start: date
    end: date | None
    converted: date | None  # by the as-of day
    is_pending: bool

    def converted_by(self, last: date) -> bool:
        return self.converted is not None and self.converted <= last


@dataclass(eq=False)
class Offer:
    customer: Customer
    day: date
    kind: str
    answer: str | None  # None: still open

    @property
    def is_accepted(self) -> bool:
        return self.answer == "accepted"


@dataclass(eq=False)
class Purchase:
    """What a customer ordered on one day."""

    customer: Customer
    day: date
    amount: Decimal


class Growth:
    """What the family needs of a company, once."""

    def __init__(self, company: Company) -> None:
        self.company = company
        self.costs = list(self._costs())
        self.purchases = self._purchases()
        self.trials = list(self._trials())
        self.offers = list(self._offers())
        self.referrals: list[tuple[str, date]] = []  # who referred, when
        self.referred: set[str] = set()
        for row in company.staged["referrals"]:
            day = row["referred_at"].day
            if day <= company.as_of and row["referrer_customer_id"] in company.customers:
                self.referrals.append((row["referrer_customer_id"], day))
                self.referred.add(row["referred_customer_id"])
        self.by_month: dict[tuple[str, str, date], Group] = {}  # monthly cells of revenue and retention
        self.whole: dict[tuple[str, date], Cell] = {}  # the cell of `all` of a period
        self._lists: dict[tuple[str, date, str], list[Any]] = {}
        self.periods = {(period.period_type, period.start): period for period in company.periods}
        self.lifetimes = Lifetimes(self)

    # -- gathering -----------------------------------------------------------------------------------------------------

    def _costs(self) -> Iterator[Cost]:
        company = self.company
        for row in company.staged["costs"]:
            day = row["incurred_at"].day
            customer = company.customers.get(row["customer_id"]) if row["customer_id"] else None
            if day > company.as_of or (row["customer_id"] and customer is None):
                continue
            first, end = day, day + ONE_DAY
            if row["period_start"] and row["period_end"] and row["period_start"].day < row["period_end"].day:
                first, end = row["period_start"].day, row["period_end"].day
            total = convert(row["amount"], row["currency"], company.rates, day)
            by_month = {
                month: round10(Fraction(total) * days / (end - first).days)
                for month, days in days_by_month(max(first, company.history_start), end, company.as_of)
            }
            yield Cost(row["purpose"], customer, day, row["acquisition_channel"], by_month)

    def _purchases(self) -> list[Purchase]:
        company, found = self.company, {}
        for row in company.staged["orders"]:
            day, customer = row["ordered_at"].day, company.customers.get(row["customer_id"])
            if customer is None or day > company.as_of or row["is_refunded"]:
                continue
            purchase = found.setdefault((row["customer_id"], day), Purchase(customer, day, ZERO))
            purchase.amount += convert(row["amount"], row["currency"], company.rates, day)
        return sorted(found.values(), key=lambda purchase: purchase.day)

    def _trials(self) -> Iterator[Trial]:
        """Those of the table; without any there, those of the subscriptions."""
        company = self.company
        rows = company.staged["trials"]
        from_table = bool(rows)
        if not from_table:
            rows = [row for row in company.staged["subscriptions"] if row["trial_start_at"]]
        for row in rows:
            customer, start = company.customers.get(row["customer_id"]), row["trial_start_at"].day
            if customer is None or start > company.as_of:
                continue
            if from_table:
                converted = row["converted_at"].day if row["converted_at"] else None
            else:
                converted = _first_day_paid(customer, row["subscription_id"], start)
            if converted and converted > company.as_of:
                converted = None
            end = row["trial_end_at"].day if row["trial_end_at"] else None
            closes = plus_days(end, company.settings.trial_grace_days) if end else date.max
            yield Trial(customer, start, end, converted, company.as_of < closes)

    def _offers(self) -> Iterator[Offer]:
        company = self.company
        for row in company.staged["offers"]:
            customer, day = company.customers.get(row["customer_id"]), row["presented_at"].day
            if customer is None or day > company.as_of:
                continue
            answer = row["outcome"] if row["outcome"] != "open" else None
            if row["responded_at"] and row["responded_at"].day > company.as_of:
                answer = None
            yield Offer(customer, day, row["offer_type"], answer)

    # -- of one period -------------------------------------------------------------------------------------------------

    def once(self, period: Period, what: str, make) -> list[Any]:
        """Made once a period, whatever the segment."""
        key = period.period_type, period.start, what
        if key not in self._lists:
            self._lists[key] = make()
        return self._lists[key]

    def costs_of(self, period: Period, purpose: str) -> list[tuple[Cost, Decimal]]:
        """With the amount that falls into the period."""
        return self.once(
            period,
            purpose,
            lambda: [(one, one.over(period.months)) for one in self.costs if one.purpose == purpose],
        )

    def before(self, period: Period) -> Period | None:
        """The period of the same length that ends where this one starts (trailing year: twelve months earlier)."""
        months = {"month": 1, "quarter": 3, "year": 12, "trailing_year": 12}[period.period_type]
        return self.periods.get((period.period_type, plus_months(period.start, -months)))

    def months_to(self, close: date) -> tuple[date, ...]:
        return tuple(month for month in self.company.months if month <= close)

    def revenue_to(self, period: Period) -> list[tuple[Customer, Decimal]]:
        """Recurring revenue of each customer from the beginning to the close."""
        months = self.months_to(period.close)
        return self.once(
            period,
            "revenue to date",
            lambda: [
                (one, sum((one.recurring_revenue.get(month, ZERO) for month in months), ZERO))
                for one in self.company.customers.values()
            ],
        )

    def purchases_of(self, period: Period) -> list[Purchase]:
        return self.once(period, "purchases", lambda: [one for one in self.purchases if period.holds(one.day)])

    def pending(self, period: Period) -> set[str]:
        windows = {"offer" for one in self._open_offers(period)} | {one.kind for one in self._open_offers(period)}
        if any(one.is_pending and period.holds(one.start) for one in self.trials):
            windows.add("trial")
        return windows

    def _open_offers(self, period: Period) -> list[Offer]:
        return [one for one in self.offers if one.answer is None and period.holds(one.day)]


def _first_day_paid(customer: Customer, subscription_id: str, start: date) -> date | None:
    """First day from the start on with MRR of that subscription."""
    for state, end in customer.spans():
        if end > start and any(
            price > 0 and item.subscription and item.subscription.subscription_id == subscription_id
            for item, price in state.held
        ):
            return max(state.day, start)
    return None


# -- who stands where --------------------------------------------------------------------------------------------------


@dataclass(eq=False)
class Cell:
    growth: Growth
    group: Group
    cogs: Decimal = ZERO
    retention_cost: Decimal = ZERO
    acquisition_cost: Decimal = ZERO
    previous_acquisition_cost: Decimal = ZERO
    revenue_to_date: Decimal = ZERO
    cogs_to_date: Decimal = ZERO
    ever_paid: list[Customer] = field(default_factory=list)
    purchases: list[Purchase] = field(default_factory=list)
    purchasers: int = 0
    referrers: int = 0
    referred_new: int = 0
    trials_decided: list[Trial] = field(default_factory=list)
    trials_converted: int = 0
    trials_ended: int = 0
    offers_decided: list[Offer] = field(default_factory=list)
    customers_decided: list[bool] = field(default_factory=list)  # whether they accepted one

    @property
    def period(self) -> Period:
        return self.group.period

    @property
    def is_acquisition(self) -> bool:
        """Acquisition cost is known for channels alone."""
        return self.group.segment[0] in ("all", CHANNEL)

    @cached_property
    def company_margin(self) -> Fraction | None:
        """Gross margin of the whole company."""
        whole = self.growth.whole[self.period.period_type, self.period.start]
        revenue = whole.group.recurring_revenue
        return Fraction(revenue - whole.cogs) / Fraction(revenue) if revenue else None

    @cached_property
    def monthly_churn(self) -> float | None:
        """The monthly rate that makes the period's churn rate; None where nobody churned or nobody could."""
        if not self.group.opening_customers or not self.group.churned_customers:
            return None
        kept = 1 - self.group.churned_customers / self.group.opening_customers
        return 1 - kept ** (1 / self.period.length_in_months)

    @cached_property
    def months_before(self) -> list[Group]:
        """Monthly cells of the six months before the one of the closing day; none where the spine has fewer."""
        month = first_of_month(self.period.close)
        months = [plus_months(month, -back) for back in range(1, MONTHS_OF_SMOOTHING + 1)]
        if months[-1] < self.growth.company.months[0]:
            return []
        cells = (self.growth.by_month.get((*self.group.segment, one)) for one in months)
        return [cell for cell in cells if cell]

    @cached_property
    def arpa(self) -> Fraction | None:
        customers = self.group.closing_customers
        return Fraction(self.group.closing_mrr) / customers if customers else None

    @cached_property
    def cac(self) -> Fraction | None:
        customers = self.group.new_customers
        return Fraction(self.acquisition_cost) / customers if customers else None

    @cached_property
    def amount_purchased(self) -> Decimal:
        return sum((one.amount for one in self.purchases), ZERO)

    @cached_property
    def purchases_a_year(self) -> Decimal:
        """Twelve months' worth of the period's purchases; an open period is taken to go on as it began."""
        period = self.period
        yearly = Fraction(12 * len(self.purchases), period.length_in_months)
        if period.close < period.end - ONE_DAY:
            yearly *= Fraction((period.end - period.start).days, period.days)
        return round10(yearly)

    def exists(self) -> bool:
        """Any part that a metric of growth reads."""
        group = self.group
        return bool(
            group.opening_customers
            or group.retained_customers
            or group.churned_customers
            or group.closing_customers
            or group.new_customers
            or group.closing_mrr
            or group.new_mrr
            or group.recurring_revenue
            or self.cogs
            or self.retention_cost
            or self.acquisition_cost
            or self.previous_acquisition_cost
            or any(one.opening_customers or one.churned_customers for one in self.months_before)
            or self.revenue_to_date
            or self.cogs_to_date
            or self.ever_paid
            or self.purchases
            or self.referrers
            or self.referred_new
            or self.trials_decided
            or self.trials_converted
            or self.trials_ended
            or self.offers_decided
            or self.customers_decided
        )


def groups(growth: Growth, period: Period, name: str, revenue_groups: dict[str, Group]) -> dict[str, Cell]:
    """The cells of one segment in one period."""
    cells: dict[str, Cell] = {}

    def cell(value: str) -> Cell:
        if value not in cells:
            cells[value] = Cell(growth, revenue_groups.get(value) or Group(growth.company, period, (name, value)))
        return cells[value]

    if name == "all":
        growth.whole[period.period_type, period.start] = cell("all")
    for value, group in revenue_groups.items():
        cell(value)
        if period.period_type == "month":
            growth.by_month[name, value, period.start] = group
    # who was there in earlier months counts in the smoothed churn
    for value in {value for segment, value, _ in growth.by_month if segment == name}:
        cell(value)

    _share_costs(growth, period, name, cell, cells)
    if name in ("all", CHANNEL):
        for one, amount in growth.costs_of(period, "acquisition"):
            cell("all" if name == "all" else one.acquired_by()).acquisition_cost += amount
        if before := growth.before(period):
            for one, amount in growth.costs_of(before, "acquisition"):
                cell("all" if name == "all" else one.acquired_by()).previous_acquisition_cost += amount

    for customer in growth.company.customers.values():
        if customer.first_paid_day and customer.first_paid_day <= period.close:
            cell(customer.segments(period.close)[name]).ever_paid.append(customer)
    _place_units(growth, period, name, cell)
    referring = {customer_id for customer_id, day in growth.referrals if period.holds(day)}
    for one in cells.values():
        one.referrers = sum(fact.closing > 0 and fact.customer.customer_id in referring for fact in one.group.closing)
        one.referred_new = sum(
            fact.is_first_paid and fact.customer.customer_id in growth.referred for fact in one.group.closing
        )
    return {value: one for value, one in cells.items() if name == "all" or one.exists()}


def _share_costs(growth: Growth, period: Period, name: str, cell, cells: dict[str, Cell]) -> None:
    """Owned costs go to their customer's segment, the rest by revenue or by customers."""
    rest = ZERO
    for one, amount in growth.costs_of(period, "cogs"):
        if value := one.segment(name):
            cell(value).cogs += amount
        else:
            rest += amount
    weights = {value: one.group.recurring_revenue for value, one in cells.items()}
    for value, share in _shares(rest, weights, name).items():
        cell(value).cogs += share

    rest = ZERO
    for one, amount in growth.costs_of(period, "retention"):
        if value := one.segment(name):
            cell(value).retention_cost += amount
        else:
            rest += amount
    weights = {value: one.group.opening_customers + one.group.closing_customers for value, one in cells.items()}
    for value, share in _shares(rest, weights, name).items():
        cell(value).retention_cost += share

    # from the beginning to the close, everybody where the closing day puts them
    months, rest = growth.months_to(period.close), ZERO
    for customer, amount in growth.revenue_to(period):
        cell(customer.segments(period.close)[name]).revenue_to_date += amount
    for one in growth.costs:
        if one.purpose == "cogs":
            amount = one.over(months)
            if value := one.segment(name, period.close):
                cell(value).cogs_to_date += amount
            else:
                rest += amount
    for value, share in _shares(rest, {key: one.revenue_to_date for key, one in cells.items()}, name).items():
        cell(value).cogs_to_date += share


def _shares(rest: Decimal, weights: dict[str, Any], name: str) -> dict[str, Decimal]:
    """Each share rounded; where there is nothing to share by, nobody knows whose it is."""
    if name == "all":
        return {"all": rest}
    total = sum(Fraction(weight) for weight in weights.values())
    if not total:
        return {UNKNOWN: rest}
    return {value: round10(Fraction(rest) * Fraction(weight) / total) for value, weight in weights.items()}


def _place_units(growth: Growth, period: Period, name: str, cell) -> None:
    """Dated units, each where its customer stood on its day."""
    seen = set()
    for one in growth.purchases_of(period):
        here = cell(one.customer.segments(one.day)[name])
        here.purchases.append(one)
        if one.customer not in seen:
            seen.add(one.customer)
            here.purchasers += 1
    for one in growth.trials:
        if period.holds(one.start) and not one.is_pending:
            cell(one.customer.segments(one.start)[name]).trials_decided.append(one)
        if one.converted and period.holds(one.converted):
            cell(one.customer.segments(one.converted)[name]).trials_converted += 1
        if one.end and one.end <= growth.company.as_of and period.holds(one.end):
            cell(one.customer.segments(one.end)[name]).trials_ended += 1
    decided: dict[Customer, list[Offer]] = defaultdict(list)
    for one in growth.offers:
        if one.answer and period.holds(one.day):
            cell(one.customer.segments(one.day)[name]).offers_decided.append(one)
            decided[one.customer].append(one)
    for customer, offers in decided.items():
        first = min(one.day for one in offers)
        cell(customer.segments(first)[name]).customers_decided.append(any(one.is_accepted for one in offers))


FAMILIES.append(Family("growth", Growth, groups, Growth.pending))

amount = partial(register, "growth", "amount")
count = partial(register, "growth", "count")
ratio = partial(register, "growth", "ratio")
statistic = partial(register, "growth", "statistic")


# -- what a customer costs ---------------------------------------------------------------------------------------------


def for_channels(function):
    """No row in segments other than the channel."""

    @wraps(function)
    def of_channel(cell: Cell):
        return function(cell) if cell.is_acquisition else ABSENT

    return of_channel


@ratio("costs")
@for_channels
def customer_acquisition_cost(cell: Cell) -> Ratio:
    """What did it cost to win a new customer?"""
    return cell.acquisition_cost, cell.group.new_customers


@ratio("costs")
@for_channels
def customer_acquisition_cost_lagged(cell: Cell) -> tuple[Decimal | None, int]:
    """What did a new customer cost if what was spent in the period before won it?"""
    has_previous = cell.growth.before(cell.period) is not None
    return cell.previous_acquisition_cost if has_previous else None, cell.group.new_customers


def _payback(cell: Cell, price: Fraction | None) -> float | None:
    """Months of gross profit that pay for the acquisition."""
    margin = cell.company_margin
    if cell.cac is None or not price or margin is None or margin <= 0:
        return None
    return float(cell.cac / (price * margin))


@statistic("costs", "invoice_lines")
@for_channels
def cac_payback_months(cell: Cell) -> float | None:
    """After how many months has a new customer paid back what it cost to win it?"""
    customers = cell.group.customers_of_class_new
    return _payback(cell, Fraction(cell.group.new_mrr) / customers if customers else None)


@statistic("costs", "invoice_lines")
@for_channels
def cac_payback_months_all_accounts(cell: Cell) -> float | None:
    """After how many months, if new customers pay what all of them do?"""
    return _payback(cell, cell.arpa)


@amount("costs")
def customer_retention_cost(cell: Cell) -> Decimal:
    """How much was spent on keeping customers?"""
    return cell.retention_cost


@ratio("costs")
def customer_retention_cost_per_customer(cell: Cell) -> Ratio:
    """How much was spent on keeping each customer there was on average?"""
    return cell.retention_cost, Decimal(cell.group.opening_customers + cell.group.closing_customers) / 2


@ratio("costs")
def customer_retention_cost_per_retained_customer(cell: Cell) -> Ratio:
    """How much was spent for each opening customer who still pays?"""
    return cell.retention_cost, cell.group.retained_customers


@ratio("costs", "invoice_lines")
def customer_retention_cost_share(cell: Cell) -> Ratio:
    """Which share of recurring revenue was spent on keeping customers?"""
    return cell.retention_cost, cell.group.recurring_revenue


# -- what a customer is worth ------------------------------------------------------------------------------------------


@ratio("costs", "invoice_lines")
def gross_margin_rate(cell: Cell) -> Ratio:
    """Which share of recurring revenue is left after the cost of what was sold?"""
    return cell.group.recurring_revenue - cell.cogs, cell.group.recurring_revenue


def _lifetime_value(cell: Cell, margin: Fraction | None, churn: float | None) -> float | None:
    if cell.arpa is None or margin is None or not churn:
        return None
    return float(cell.arpa * margin) / churn


@statistic("costs", "invoice_lines")
def customer_lifetime_value(cell: Cell) -> float | None:
    """How much gross profit does a customer bring until it leaves?"""
    return _lifetime_value(cell, cell.company_margin, cell.monthly_churn)


@statistic()
def customer_lifetime_value_without_margin(cell: Cell) -> float | None:
    """How much revenue does a customer bring until it leaves?"""
    return _lifetime_value(cell, Fraction(1), cell.monthly_churn)


@statistic("costs", "invoice_lines")
def customer_lifetime_value_smoothed(cell: Cell) -> float | None:
    """How much gross profit, at the churn of the six months before?"""
    opening = sum(one.opening_customers for one in cell.months_before)
    churned = sum(one.churned_customers for one in cell.months_before)
    return _lifetime_value(cell, cell.company_margin, churned / opening if opening else None)


@statistic("orders")
def customer_lifetime_value_purchases(cell: Cell) -> float | None:
    """How much does a buyer buy: value of a purchase x purchases a year x years?"""
    assumed = cell.growth.company.settings.assumed_lifespan_years
    years = 1 / (12 * cell.monthly_churn) if cell.monthly_churn else assumed and float(assumed)
    if years is None or not cell.purchases or not cell.purchasers:
        return None
    value = float(cell.amount_purchased) / len(cell.purchases)
    return value * float(cell.purchases_a_year) / cell.purchasers * years


@ratio("costs", "invoice_lines")
def historic_customer_lifetime_value(cell: Cell) -> Ratio:
    """How much gross profit has each customer that ever paid brought so far?"""
    return cell.revenue_to_date - cell.cogs_to_date, len(cell.ever_paid)


@statistic()
def customer_lifespan_months(cell: Cell) -> float | None:
    """How many months does a customer stay at this churn?"""
    return 1 / cell.monthly_churn if cell.monthly_churn else None


@statistic()
def customer_lifespan_months_survival(cell: Cell) -> float | None:
    """How many months does a customer stay, counted over those who left and those who are still there?"""
    history_start, close = cell.growth.company.history_start, cell.period.close
    entries, events, last = Counter(), Counter(), Counter()
    for customer in cell.ever_paid:
        paid = customer.first_paid_day
        left = next((day for day in customer.churn_days if paid < day <= close), None)
        if paid < history_start and left and left < history_start:
            continue
        entries[months_between(paid, max(paid, history_start))] += 1
        age = months_between(paid, left or close)
        last[age] += 1
        events[age] += left is not None
    longest = max(last, default=0)
    if not longest:
        return None
    survival, at_risk, months = Fraction(1), 0, Fraction(0)
    for age in range(min(longest, cell.growth.company.settings.lifespan_cap_months)):
        at_risk += entries[age]
        if at_risk:
            survival *= 1 - Fraction(events[age], at_risk)
        months += survival
        at_risk -= last[age]
    return float(months)


@statistic("costs", "invoice_lines")
@for_channels
def clv_to_cac_ratio(cell: Cell) -> float | None:
    """How many times what it cost to win is a customer worth?"""
    value = customer_lifetime_value(cell)
    return value / float(cell.cac) if value is not None and cell.cac else None


@statistic("costs", "invoice_lines")
def predicted_customer_lifetime_value(cell: Cell) -> Any:
    """How much gross profit is still expected of a paying customer, in today's money?"""
    lifetimes = cell.growth.lifetimes
    if lifetimes.contract_model is None:
        return ABSENT
    paying = [fact.customer for fact in cell.group.closing if fact.closing > 0]
    return lifetimes.predicted(paying, cell.period.close, cell.company_margin)


# -- purchases and referrals -------------------------------------------------------------------------------------------


@ratio("orders")
def purchase_frequency(cell: Cell) -> Ratio:
    """How many purchases a year does a buyer make?"""
    return cell.purchases_a_year, cell.purchasers


@ratio("orders")
def average_purchase_value(cell: Cell) -> Ratio:
    """How much is a purchase?"""
    return cell.amount_purchased, len(cell.purchases)


@ratio("referrals")
def referral_rate(cell: Cell) -> Ratio:
    """Which share of the paying customers referred somebody?"""
    return cell.referrers, cell.group.closing_customers


@ratio("referrals")
def referred_new_customer_rate(cell: Cell) -> Ratio:
    """Which share of the new customers was referred?"""
    return cell.referred_new, cell.group.new_customers


@count("referrals")
def referred_new_customers(cell: Cell) -> int:
    """How many new customers were referred?"""
    return cell.referred_new


# -- trials and offers -------------------------------------------------------------------------------------------------


def where_trials_are(function):
    """Absent where there is no trial to read."""

    @wraps(function)
    def of_trials(cell: Cell):
        return function(cell) if cell.growth.trials else ABSENT

    return of_trials


@ratio(window="trial")
@where_trials_are
def trial_conversion_rate(cell: Cell) -> Ratio:
    """Which share of the trials begun in the period was paid for by their end, or soon after?"""
    grace = cell.growth.company.settings.trial_grace_days
    return sum(one.converted_by(plus_days(one.end, grace)) for one in cell.trials_decided), len(cell.trials_decided)


@ratio(window="trial")
@where_trials_are
def trial_conversion_rate_strict(cell: Cell) -> Ratio:
    """Which share of them was paid for by their end?"""
    return sum(one.converted_by(one.end) for one in cell.trials_decided), len(cell.trials_decided)


@ratio(window="trial")
@where_trials_are
def trial_conversion_rate_ever(cell: Cell) -> Ratio:
    """Which share of them was ever paid for?"""
    return sum(one.converted is not None for one in cell.trials_decided), len(cell.trials_decided)


@ratio()
@where_trials_are
def trial_conversion_rate_of_ended(cell: Cell) -> Ratio:
    """How many trials converted in the period for each that ended in it?"""
    return cell.trials_converted, cell.trials_ended


def _accepted(cell: Cell, *kinds: str) -> Ratio:
    offers = [one for one in cell.offers_decided if one.kind in kinds]
    return sum(one.is_accepted for one in offers), len(offers)


@ratio("offers", window="offer")
def offer_conversion_rate(cell: Cell) -> Ratio:
    """Which share of the offers made in the period was accepted?"""
    return _accepted(cell, "upsell", "cross_sell")


@ratio("offers", window="upsell")
def upsell_conversion_rate(cell: Cell) -> Ratio:
    """Which share of the offers of more of the same was accepted?"""
    return _accepted(cell, "upsell")


@ratio("offers", window="cross_sell")
def cross_sell_conversion_rate(cell: Cell) -> Ratio:
    """Which share of the offers of something else was accepted?"""
    return _accepted(cell, "cross_sell")


@ratio("offers", window="offer")
def customer_offer_conversion_rate(cell: Cell) -> Ratio:
    """Which share of the customers with an offer accepted one?"""
    return sum(cell.customers_decided), len(cell.customers_decided)
