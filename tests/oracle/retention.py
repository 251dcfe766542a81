"""The metrics of retention, one function a metric.

`cell.opening` are the customers that stood in the segment on the day before the period, `cell.closing` those that stand
there on its last day; churn events stand where the customer stood on the day before.
"""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction
from functools import partial

from tests.oracle.company import ONE_DAY
from tests.oracle.groups import Group
from tests.oracle.registry import Ratio, metric

count = partial(metric, "retention", "count")
ratio = partial(metric, "retention", "ratio")
statistic = partial(metric, "retention", "statistic")


# -- revenue kept ------------------------------------------------------------------------------------------------------


def _kept_with_growth(cell: Group) -> Decimal:
    """Closing MRR of the opening customers at the opening rates."""
    return cell.opening_mrr - cell.churned_mrr - cell.paused_mrr - cell.contraction_mrr + cell.expansion_mrr


@ratio()
def net_revenue_retention(cell: Group) -> Ratio:
    """What do the opening customers pay at the close, as a share of what they paid at the opening?"""
    return _kept_with_growth(cell), cell.opening_mrr


@ratio()
def net_revenue_retention_including_reactivation(cell: Group) -> Ratio:
    """The same, with customers who came back or resumed."""
    return _kept_with_growth(cell) + cell.reactivation_mrr + cell.resumed_mrr, cell.opening_mrr


@ratio()
def net_revenue_retention_including_new(cell: Group) -> Ratio:
    """How large is closing MRR, of whomever, as a share of opening MRR?"""
    return cell.closing_mrr, cell.opening_mrr


@ratio()
def gross_revenue_retention(cell: Group) -> Ratio:
    """Which share of opening MRR was kept, growth of customers left out?"""
    return cell.opening_mrr - cell.churned_mrr - cell.paused_mrr - cell.contraction_mrr, cell.opening_mrr


@ratio()
def gross_revenue_retention_by_product(cell: Group) -> Ratio:
    """Which share of opening MRR was kept, growth of every product family left out?"""
    return cell.retained_by_family, cell.opening_mrr


@ratio()
def gross_revenue_churn_rate(cell: Group) -> Ratio:
    """Which share of opening MRR was lost to churn and contraction?"""
    return cell.churned_mrr + cell.contraction_mrr, cell.opening_mrr


@ratio()
def net_revenue_churn_rate(cell: Group) -> Ratio:
    """Which share of opening MRR was lost to churn and contraction, less expansion?"""
    return cell.churned_mrr + cell.contraction_mrr - cell.expansion_mrr, cell.opening_mrr


# -- customers lost and kept -------------------------------------------------------------------------------------------


@ratio()
def customer_churn_rate(cell: Group) -> Ratio:
    """Which share of the opening customers is neither paying nor paused at the close?"""
    return cell.churned_customers, cell.opening_customers


@ratio()
def customer_churn_rate_basic(cell: Group) -> Ratio:
    """How many ends of paying were there for each opening customer?"""
    return cell.churn_events, cell.opening_customers


@ratio()
def customer_churn_rate_of_start_and_new(cell: Group) -> Ratio:
    """How many ends of paying were there for each opening or new customer?"""
    return cell.churn_events, cell.opening_customers + cell.new_customers


@ratio()
def customer_churn_rate_of_average(cell: Group) -> Ratio:
    """How many ends of paying were there for each customer there was on average?"""
    return cell.churn_events, Decimal(cell.opening_customers + cell.closing_customers) / 2


@ratio()
def customer_churn_rate_of_total(cell: Group) -> Ratio:
    """How many ends of paying were there for each customer served on any day?"""
    return cell.churn_events, cell.served_customers


@ratio()
def customer_churn_rate_of_remaining(cell: Group) -> Ratio:
    """How many ends of paying were there for each customer left at the close?"""
    return cell.churn_events, cell.closing_customers


@statistic()
def customer_churn_rate_daily(cell: Group) -> float | None:
    """What do the churn rates of the single days add up to?"""
    company, period = cell.company, cell.period
    if not company.days_with_paying(cell.segment, period.opening, period.close - ONE_DAY):
        return None
    rate = Fraction(0)
    for day in cell.churn_days:
        if paying := company.paying_on(cell.segment, day - ONE_DAY):
            rate += Fraction(1, paying)
    return float(rate)


@statistic()
def customer_churn_rate_annualised(cell: Group) -> float | None:
    """Which share of customers would a year of this churn rate lose?"""
    if not cell.opening_customers:
        return None
    kept = 1 - cell.churned_customers / cell.opening_customers
    return 1 - kept ** (12 / cell.period.length_in_months)


@ratio()
def customer_shrinkage_rate(cell: Group) -> Ratio:
    """By which share did the number of customers fall, whoever they are?"""
    return cell.opening_customers - cell.closing_customers, cell.opening_customers


@ratio()
def voluntary_churn_rate(cell: Group) -> Ratio:
    """Which share of the opening customers left for another reason than a failed payment?"""
    return cell.churned_customers - cell.involuntary_customers, cell.opening_customers


@ratio()
def involuntary_churn_rate(cell: Group) -> Ratio:
    """Which share of the opening customers was lost to a failed payment?"""
    return cell.involuntary_customers, cell.opening_customers


@ratio()
def customer_retention_rate(cell: Group) -> Ratio:
    """Which share of the opening customers pays at the close?"""
    return cell.retained_customers, cell.opening_customers


@ratio()
def customer_retention_rate_from_counts(cell: Group) -> Ratio:
    """Which share of opening customers do closing customers less new ones make up?"""
    return cell.closing_customers - cell.new_customers, cell.opening_customers


# -- renewals ----------------------------------------------------------------------------------------------------------

renewal = partial(ratio, "contract_terms", window="renewal")


@renewal()
def renewal_rate(cell: Group) -> Ratio:
    """Which share of the terms due was renewed?"""
    return cell.renewed_terms, len(cell.terms_due)


@renewal()
def customer_renewal_rate(cell: Group) -> Ratio:
    """Which share of the customers with terms due renewed at least one?"""
    return sum(one.is_renewed for one in cell.customers_due), len(cell.customers_due)


@renewal()
def gross_renewal_value_rate(cell: Group) -> Ratio:
    """Which share of the value due was renewed, increases left out?"""
    return cell.value_kept, cell.value_due


@renewal()
def net_renewal_value_rate(cell: Group) -> Ratio:
    """How large is the renewed value, as a share of the value due?"""
    return cell.value_renewed, cell.value_due


@count("contract_terms", window="renewal")
def renewals_pending(cell: Group) -> int:
    """How many terms due in the period may still be renewed?"""
    return len(cell.terms_pending)


# -- repeat purchases --------------------------------------------------------------------------------------------------


@ratio("orders")
def repeat_purchase_ratio(cell: Group) -> Ratio:
    """Which share of the period's buyers bought on two days or more?"""
    return sum(one.is_repeat for one in cell.purchasers), len(cell.purchasers)


@ratio("orders", window="repeat")
def repeat_purchase_ratio_within_90_days(cell: Group) -> Ratio:
    """Which share of the period's first-time buyers bought again within the window?"""
    return sum(one.is_repeat for one in cell.first_purchasers), len(cell.first_purchasers)


# -- counts ------------------------------------------------------------------------------------------------------------


@count()
def paying_customers(cell: Group) -> int:
    """How many customers pay at the close?"""
    return cell.closing_customers


@count()
def opening_customers(cell: Group) -> int:
    """How many customers paid before the period began?"""
    return cell.opening_customers


@count()
def new_customers(cell: Group) -> int:
    """How many customers paid for the first time, whether or not they pay at the close?"""
    return cell.new_customers


@count()
def reactivated_customers(cell: Group) -> int:
    """How many customers who had left pay again at the close?"""
    return cell.reactivated_customers


@count()
def churned_customers(cell: Group) -> int:
    """How many opening customers are neither paying nor paused at the close?"""
    return cell.churned_customers


@count()
def churn_events(cell: Group) -> int:
    """How often did a customer stop paying, those included who joined in the period or came back?"""
    return cell.churn_events


@count()
def paused_customers(cell: Group) -> int:
    """How many opening customers are paused at the close?"""
    return cell.paused_customers


@count()
def resumed_customers(cell: Group) -> int:
    """How many customers paused at the opening pay at the close?"""
    return cell.resumed_customers


@count()
def joined_and_left_customers(cell: Group) -> int:
    """How many customers paid for the first time and are neither paying nor paused at the close?"""
    return cell.joined_and_left_customers


@count()
def churned_from_paused_customers(cell: Group) -> int:
    """How many customers paused at the opening are neither paying nor paused at the close?"""
    return cell.churned_from_paused_customers


@count()
def contracted_customers(cell: Group) -> int:
    """How many customers pay or are paused at the close?"""
    return cell.contracted_customers
