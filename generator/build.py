"""One company from its settings to its files."""

from pathlib import Path

from generator import (
    billing,
    billing_tables,
    catalogue,
    commerce,
    company,
    contracts,
    dirt,
    invoicing,
    product,
    rates,
    service,
    support,
    team,
    voice,
)
from generator.config import BLOCK, Settings
from generator.store import Store

BILLING_TABLES = [
    "contract_terms", "customer_attributes", "customer_merges", "customers", "exchange_rates", "invoice_lines",
    "invoices", "plans", "subscription_items", "subscription_pauses", "subscription_status_changes", "subscriptions",
]  # fmt: skip


def _add_billing(tables: Store, settings: Settings) -> tuple[list, list]:
    """All tables of billing, block by block; the customers and their spans of service."""
    offsets, trials = billing_tables.Offsets(), 0
    blocks, spans = [], []
    for block, begin in enumerate(range(0, settings.customers, BLOCK)):
        customers = company.draw_customers(settings, block, begin, min(begin + BLOCK, settings.customers))
        company.add_customers(tables, settings, block, customers)
        company.add_attributes(tables, settings, block, customers)
        company.add_merges(tables, settings, block, customers)
        ledger = billing.simulate(settings, block, customers)
        ledger.s_customer = customers.number[ledger.s_customer]
        billing_tables.add_billing(tables, settings, block, ledger, offsets)
        invoicing.add_invoices(tables, settings, block, customers, ledger, offsets)
        contracts.add_terms(tables, settings, block, ledger, offsets)
        if settings.tables == "all":
            trials = product.add_trials(tables, settings, ledger, offsets, trials)
            spans.append(service.spans_of(settings, ledger))
            blocks.append(customers)
        offsets.subscription += len(ledger.s_number)
        offsets.version += len(ledger.v_sub)
        offsets.item += int(ledger.v_item.max()) + 1
    return blocks, spans


def _add_the_rest(tables: Store, settings: Settings, blocks: list, parts: list) -> None:
    """Usage, support, voice, commerce and team."""
    customers, spans = company.Customers.join(blocks), service.Spans.join(parts)
    released = catalogue.add_features(tables, settings)
    users = product.add_users(tables, settings, customers)
    product.add_usage(tables, settings, customers, spans, users, released)
    product.add_entitlements(tables, settings, customers, spans, released)
    product.add_journeys(tables)
    product.add_milestones(tables, settings, customers, spans)
    product.add_outcomes(tables, settings, customers, spans)
    tickets = support.add_tickets(tables, settings, customers, spans, users)
    support.add_calls(tables, settings, customers, spans)
    voice.add_surveys(tables, settings, customers, spans, users, tickets)
    voice.add_feedback(tables, settings, customers, spans)
    commerce.add_orders(tables, settings, customers)
    commerce.add_offers(tables, settings, customers)
    commerce.add_referrals(tables, settings, customers)
    commerce.add_loyalty_events(tables, settings, customers)
    commerce.add_costs(tables, settings, customers)
    team.add_team(tables, settings, customers, spans)


def build(settings: Settings) -> Store:
    """All tables of a company, in memory."""
    tables = Store()
    catalogue.add_plans(tables)
    rates.add_rates(tables, settings)
    blocks, spans = _add_billing(tables, settings)
    if settings.tables == "all":
        _add_the_rest(tables, settings, blocks, spans)
    tables.use_text()
    if not settings.clean:
        dirt.soil(tables, settings)
    return tables


def write(settings: Settings, directory: Path) -> dict[str, int]:
    """Make a company and write it; the number of rows of each table."""
    tables = build(settings)
    tables.write(directory)
    return {table: tables.count(table) for table in tables.tables()}
