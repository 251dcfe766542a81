"""The metrics of the customer success team: what each manager looks after."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from fractions import Fraction
from functools import partial
from typing import Any

from tests.oracle.company import ONE_DAY, UNKNOWN, ZERO, Company, Customer, Period, Term
from tests.oracle.groups import Group
from tests.oracle.growth import Growth
from tests.oracle.movements import Fact
from tests.oracle.registry import FAMILIES, Family
from tests.oracle.registry import metric as register
from tests.oracle.values import round10
from tests.oracle.voice import Answer, PeriodVoice, Voice


@dataclass
class Cell:
    """One manager, nobody's customers, or the whole team."""

    value: str
    accounts: int = 0
    managed_mrr: Decimal = ZERO
    fte: Decimal = ZERO
    touches: int = 0

    def per_fte(self) -> Decimal | None:
        """Nobody is no part of a person."""
        return None if self.value == UNKNOWN else self.fte

    def per_account(self) -> int | None:
        return None if self.value == UNKNOWN else self.accounts

    def exists(self) -> bool:
        return bool(self.accounts or self.managed_mrr or self.fte or self.touches)


class Team:
    def __init__(self, company: Company) -> None:
        self.company = company
        self.managers = {row["csm_id"]: row for row in company.staged["csms"]}
        self.facts: dict[tuple[str, date], list[Fact]] = {}  # of every period
        self.touches: list[tuple[Customer, date]] = []
        for row in company.staged["csm_touches"]:
            customer, day = company.customers.get(row["customer_id"]), row["occurred_at"].day
            if customer and day <= company.as_of:
                self.touches.append((customer, day))

    def at_work(self, day: date) -> set[str]:
        """Managers with an assignment in force."""
        return {
            csm
            for customer in self.company.customers.values()
            for start, end, csm in customer.assignments
            if start <= day < end
        }


def groups(team: Team, period: Period, name: str, revenue_groups: dict[str, Group]) -> dict[str, Cell]:
    """The whole team, or each manager; no other segment."""
    if name not in ("all", "csm"):
        return {}
    cells: dict[str, Cell] = {"all": Cell("all")} if name == "all" else {}
    if name == "all":
        team.facts[period.period_type, period.start] = revenue_groups["all"].opening

    def cell(csm: str) -> Cell:
        value = "all" if name == "all" else csm
        return cells.setdefault(value, Cell(value))

    for group in revenue_groups.values():
        for one in group.closing:
            csm = one.closing_segments["csm"]
            if one.closing > 0 and not (name == "all" and csm == UNKNOWN):
                cell(csm).accounts += 1
                cell(csm).managed_mrr += one.closing
    for csm in team.at_work(period.close):
        cell(csm).fte += team.managers[csm]["fte"] if csm in team.managers else ZERO
    for customer, day in team.touches:
        if period.holds(day):
            cell(customer.segments(day)["csm"]).touches += 1
    return {value: one for value, one in cells.items() if name == "all" or one.exists()}


FAMILIES.append(Family("team", Team, groups))


# -- what is published of each manager ---------------------------------------------------------------------------------


@dataclass
class Card:
    """What became of the customers whom a manager had on the day before the period."""

    facts: list[Fact] = field(default_factory=list)
    terms: list[Term] = field(default_factory=list)
    nps: list[Answer] = field(default_factory=list)
    csat: list[Answer] = field(default_factory=list)
    cost: Decimal = ZERO

    def customers_at_both_ends(self) -> int:
        return sum(one.opening > 0 for one in self.facts) + sum(one.closing > 0 for one in self.facts)


def scorecard(gathered: dict[str, Any]) -> dict[tuple[str, date, str], dict[str, Any]]:
    """The mart csm_scorecard, by period and manager."""
    team: Team = gathered["team"]
    voice = gathered.get("voice") or Voice(team.company)
    growth = gathered.get("growth") or Growth(team.company)
    result = {}
    for period in team.company.periods:
        rows = {
            csm: _told(team, voice, period, csm, card)
            for csm, card in _cards(team, voice, growth, period).items()
            if card.customers_at_both_ends() or card.terms or card.nps or card.csat or card.cost
        }
        ranked = [
            row["net_revenue_retention"]
            for csm, row in rows.items()
            if csm != UNKNOWN and not row["is_small_sample"] and row["net_revenue_retention"] is not None
        ]
        for csm, row in rows.items():
            rate = row["net_revenue_retention"]
            is_ranked = csm != UNKNOWN and not row["is_small_sample"] and rate is not None
            row["retention_rank"] = 1 + sum(other > rate for other in ranked) if is_ranked else None
            result[period.period_type, period.start, csm] = row
    return result


def _cards(team: Team, voice: Voice, growth: Growth, period: Period) -> dict[str, Card]:
    cards: dict[str, Card] = {}

    def card(customer: Customer | None) -> Card:
        csm = customer.segments(period.opening)["csm"] if customer else UNKNOWN
        return cards.setdefault(csm, Card())

    for one in team.facts[period.period_type, period.start]:
        card(one.customer).facts.append(one)
    for term in team.company.terms:
        if period.holds(term.end) and not term.is_pending:
            card(term.customer).terms.append(term)
    said = PeriodVoice(voice, period)
    for answer in said.answers["nps"]:
        card(answer.customer).nps.append(answer)
    for answer in said.csat:
        card(answer.customer).csat.append(answer)
    rest = ZERO
    for cost, amount in growth.costs_of(period, "retention"):
        if cost.customer:
            card(cost.customer).cost += amount
        else:
            rest += amount
    whole = sum(one.customers_at_both_ends() for one in cards.values())
    if not whole:
        card(None).cost += rest
    for one in cards.values():
        if whole:
            one.cost += round10(Fraction(rest) * one.customers_at_both_ends() / whole)
    return cards


def _told(team: Team, voice: Voice, period: Period, csm: str, card: Card) -> dict[str, Any]:
    opening = [one for one in card.facts if one.opening > 0]
    retained = sum(one.closing > 0 for one in opening)
    opening_mrr = sum((one.opening for one in opening), ZERO)
    moved = [one.movement for one in opening if one.movement]
    lost = sum((one.churn + one.paused + one.contraction for one in moved), ZERO)
    expansion = sum((one.expansion for one in moved), ZERO)
    manager = team.managers.get(csm)
    return {
        "period_end": period.end,
        "is_over": period.end - ONE_DAY <= team.company.as_of,
        "csm_name": manager["name"] if manager else None,
        "team": manager["team"] if manager else None,
        "fte": manager["fte"] if manager else None,
        "opening_customers": len(opening),
        "retained_customers": retained,
        "churned_customers": sum(one.movement_class == "churn" for one in moved),
        "customer_retention_rate": _rate(retained, len(opening)),
        "opening_mrr": opening_mrr,
        "net_revenue_retention": _rate(opening_mrr - lost + expansion, opening_mrr),
        "gross_revenue_retention": _rate(opening_mrr - lost, opening_mrr),
        "expansion_mrr": expansion,
        "due_terms": len(card.terms),
        "renewal_rate": _rate(sum(term.is_renewed for term in card.terms), len(card.terms)),
        "nps_answers": len(card.nps),
        "net_promoter_score": _rate(100 * sum(answer.vote for answer in card.nps), len(card.nps)),
        "csat_answers": len(card.csat),
        "customer_satisfaction_score": _rate(
            sum(answer.score >= voice.threshold[answer.scale] for answer in card.csat), len(card.csat)
        ),
        "retention_cost": card.cost,
        "accounts": sum(one.closing > 0 for one in card.facts),
        "mrr": sum((one.closing for one in card.facts), ZERO),
        "is_small_sample": len(opening) < team.company.settings.minimum_sample,
    }


def _rate(part: Decimal | int, whole: Decimal | int) -> float | None:
    return float(part) / float(whole) if whole else None


ratio = partial(register, "team", "ratio")


@ratio("csms", "csm_assignments")
def accounts_per_csm(cell: Cell) -> tuple[int, Decimal | None]:
    """How many paying customers does a full-time manager look after?"""
    return cell.accounts, cell.per_fte()


@ratio("csms", "csm_assignments")
def mrr_per_csm(cell: Cell) -> tuple[Decimal, Decimal | None]:
    """How much MRR does a full-time manager look after?"""
    return cell.managed_mrr, cell.per_fte()


@ratio("csm_touches", "csm_assignments")
def touches_per_account(cell: Cell) -> tuple[int, int | None]:
    """How often was each managed customer contacted?"""
    return cell.touches, cell.per_account()
