"""The metrics of revenue, one function a metric.

`cell.opening` are the customers that stood in the segment on the day before the period, `cell.closing` those that stand
there on its last day; amounts of movements are at the rates of the opening (see `movements.py`).
"""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction
from functools import partial
from math import ceil

from tests.oracle.groups import Group
from tests.oracle.registry import Ratio, metric

amount = partial(metric, "revenue", "amount")
ratio = partial(metric, "revenue", "ratio")
statistic = partial(metric, "revenue", "statistic")


@amount()
def mrr(cell: Group) -> Decimal:
    """How much recurring revenue a month is in force at the close?"""
    return cell.closing_mrr


@statistic()
def mrr_from_arpa(cell: Group) -> float | None:
    """Is revenue per account times accounts the same as MRR?"""
    if not cell.closing_customers:
        return None
    return float(cell.closing_mrr) / cell.closing_customers * cell.closing_customers


@amount()
def average_mrr(cell: Group) -> Decimal:
    """How much MRR was in force on an average day of the period?"""
    return cell.average_mrr


@amount()
def committed_mrr(cell: Group) -> Decimal:
    """How much MRR will there be when the changes known at the close have happened?"""
    return cell.committed_mrr


@amount()
def opening_mrr(cell: Group) -> Decimal:
    """How much MRR was in force before the period began?"""
    return cell.opening_mrr


@amount()
def arr(cell: Group) -> Decimal:
    """What is the closing MRR worth a year?"""
    return 12 * cell.closing_mrr


@amount()
def new_mrr(cell: Group) -> Decimal:
    """How much closing MRR comes from customers who never paid before?"""
    return cell.new_mrr


@amount()
def expansion_mrr(cell: Group) -> Decimal:
    """How much more do the customers that grew pay, all their products together?"""
    return cell.expansion_mrr


@amount()
def gross_expansion_mrr(cell: Group) -> Decimal:
    """How much do all product-level increases of continuing customers add up to?"""
    return upsell_mrr(cell) + cross_sell_mrr(cell) + price_increase_mrr(cell) + discount_expiry_mrr(cell)


@amount()
def upsell_mrr(cell: Group) -> Decimal:
    """How much came from more of, or a bigger plan of, a family already held?"""
    return cell.parts["quantity"] + cell.parts["plan_change"]


@amount()
def cross_sell_mrr(cell: Group) -> Decimal:
    """How much came from families that a paying customer did not hold at the opening?"""
    return cell.parts["cross_sell"]


@amount()
def price_increase_mrr(cell: Group) -> Decimal:
    """How much came from higher list prices alone?"""
    return cell.parts["list"]


@amount()
def discount_expiry_mrr(cell: Group) -> Decimal:
    """How much came from discounts that ended or shrank?"""
    return cell.parts["discount"]


@amount()
def contraction_mrr(cell: Group) -> Decimal:
    """How much less do the customers pay that shrank but stayed?"""
    return cell.contraction_mrr


@amount()
def gross_contraction_mrr(cell: Group) -> Decimal:
    """How much do all product-level decreases of continuing customers add up to?"""
    return -cell.parts["negative"]


@amount()
def churned_mrr(cell: Group) -> Decimal:
    """How much opening MRR belonged to customers neither paying nor paused at the close?"""
    return cell.churned_mrr


@amount()
def reactivation_mrr(cell: Group) -> Decimal:
    """How much closing MRR comes from customers who had left and came back?"""
    return cell.reactivation_mrr


@amount()
def paused_mrr(cell: Group) -> Decimal:
    """How much opening MRR is paused at the close?"""
    return cell.paused_mrr


@amount()
def resumed_mrr(cell: Group) -> Decimal:
    """How much closing MRR comes from customers who were paused at the opening?"""
    return cell.resumed_mrr


@amount()
def fx_mrr(cell: Group) -> Decimal:
    """How much did exchange rates alone change the MRR of continuing customers?"""
    return cell.fx_mrr


@amount()
def net_new_mrr(cell: Group) -> Decimal:
    """How much did MRR change from the opening to the close?"""
    return cell.closing_mrr - cell.opening_mrr


@amount()
def transferred_mrr(cell: Group) -> Decimal:
    """How much closing MRR did continuing customers bring into the segment, less what they took out?"""
    return cell.transferred_in - cell.transferred_out


@ratio()
def mrr_growth_rate(cell: Group) -> Ratio:
    """By which share did MRR grow?"""
    return cell.closing_mrr - cell.opening_mrr, cell.opening_mrr


@ratio()
def quick_ratio(cell: Group) -> Ratio:
    """How much MRR was gained for each unit lost?"""
    return cell.new_mrr + cell.expansion_mrr + cell.reactivation_mrr, cell.contraction_mrr + cell.churned_mrr


@ratio()
def expansion_revenue_rate(cell: Group) -> Ratio:
    """Which share of opening MRR was added by customers that grew?"""
    return cell.expansion_mrr, cell.opening_mrr


@ratio()
def expansion_share_of_revenue(cell: Group) -> Ratio:
    """Which share of closing MRR is this period's expansion?"""
    return cell.expansion_mrr, cell.closing_mrr


@ratio()
def average_revenue_per_account(cell: Group) -> Ratio:
    """How much does a paying customer pay a month?"""
    return cell.closing_mrr, cell.closing_customers


@ratio("users")
def average_revenue_per_user(cell: Group) -> Ratio:
    """How much MRR stands behind each licensed (else active) user of paying customers?"""
    return cell.closing_mrr, cell.users_for_arpu


@ratio("users", "invoices", "invoice_lines")
def average_revenue_per_average_user(cell: Group) -> Ratio:
    """How much recurring revenue did the period bring for each user there was on average?"""
    return cell.recurring_revenue, Decimal(cell.opening_users + cell.closing_users) / 2


@ratio("users", "invoices", "invoice_lines")
def average_revenue_per_total_user(cell: Group) -> Ratio:
    """How much invoiced revenue of any kind did the period bring for each user at the close, paying or not?"""
    return cell.all_revenue, cell.total_users


@ratio()
def average_selling_price(cell: Group) -> Ratio:
    """How much does a newly won customer pay a month?"""
    return cell.new_mrr, cell.customers_of_class_new


@statistic()
def top_decile_revenue_share(cell: Group) -> float | None:
    """Which share of MRR comes from the largest tenth of paying customers?"""
    if not cell.closing_mrr:
        return None
    paying = [one for one in cell.closing if one.closing > 0]
    paying.sort(key=lambda one: (-one.closing, one.customer.customer_id))
    top = sum(one.closing for one in paying[: ceil(len(paying) / 10)])
    return float(Fraction(top) / Fraction(cell.closing_mrr))


@amount("invoices", "invoice_lines")
def invoiced_recurring_revenue(cell: Group) -> Decimal:
    """How much recurring revenue was invoiced for the days of the period, net of refunds and credits?"""
    return cell.recurring_revenue


@ratio("invoices", "invoice_lines")
def mrr_invoice_gap_rate(cell: Group) -> Ratio:
    """Which share of the MRR of the period's months was not invoiced?"""
    return cell.monthly_averages - cell.recurring_revenue, cell.monthly_averages
