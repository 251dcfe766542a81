"""Which rows of customer success managers and of their touches count."""

from __future__ import annotations

from tests.oracle.cleaning import FAMILY_TABLES, Judging


def judge_team(judging: Judging) -> None:
    judge = judging.judge
    judge.keep("csms", judge.parsed("csms"), lambda row: "negative_fte" if row["fte"] < 0 else None)
    judge.keep("csm_touches", judge.parsed("csm_touches"), kept_rule=judging.orphan)


FAMILY_TABLES.append(judge_team)
