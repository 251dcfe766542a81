"""The metrics of the customer success team: what each manager looks after."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from functools import partial

from tests.oracle.company import UNKNOWN, ZERO, Company, Customer, Period
from tests.oracle.groups import Group
from tests.oracle.registry import FAMILIES, Family
from tests.oracle.registry import metric as register


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
        self.fte = {row["csm_id"]: row["fte"] for row in company.staged["csms"]}
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
        cell(csm).fte += team.fte.get(csm, ZERO)
    for customer, day in team.touches:
        if period.holds(day):
            cell(customer.segments(day)["csm"]).touches += 1
    return {value: one for value, one in cells.items() if name == "all" or one.exists()}


FAMILIES.append(Family("team", Team, groups))

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
