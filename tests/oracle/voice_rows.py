"""Which rows of surveys and feedback count."""

from __future__ import annotations

import csv
from decimal import Decimal

from tests.oracle.cleaning import FAMILY_TABLES, Judging, Row
from tests.oracle.settings import Settings

SURVEY_TYPES = ("nps", "csat", "ces", "loyalty", "acsi")
QUESTIONS = ("satisfaction", "expectation", "performance")
CHANNELS = ("review", "interview", "focus_group", "social", "testimonial", "other")
LABELS = ("positive", "neutral", "negative")
Scale = tuple[Decimal, Decimal]


def seed(settings: Settings, name: str) -> list[dict[str, str]]:
    """The rows of a seed: the project's own, or those of a folder that a test names."""
    with settings.seed(name).open(encoding="utf-8", newline="") as lines:
        return list(csv.DictReader(lines))


def satisfied_from(settings: Settings) -> dict[Scale, Decimal]:
    """By scale of a satisfaction survey: the lowest answer that is a satisfied one."""
    return {
        (Decimal(row["scale_min"]), Decimal(row["scale_max"])): Decimal(row["satisfied_from"])
        for row in seed(settings, "csat_top_box")
    }


def judge_voice(judging: Judging) -> None:
    """Both tables of the voice, words of a fixed list in lower case from here on."""
    judge = judging.judge
    scales = satisfied_from(judging.staged.settings)
    judge.keep(
        "survey_responses",
        judge.parsed("survey_responses"),
        lambda row: _survey_rule(row, scales),
        judging.orphan,
    )
    judge.keep("feedback", judge.parsed("feedback"), _feedback_rule, judging.orphan)


def _survey_rule(row: Row, scales: dict[Scale, Decimal]) -> str | None:
    for name in ("survey_type", "question", "direction"):
        row[name] = row[name] and row[name].lower()
    scale, score, answered = (row["scale_min"], row["scale_max"]), row["score"], row["responded_at"]
    match row["survey_type"]:
        case kind if kind not in SURVEY_TYPES:
            return "unknown_survey_type"
        case _ if scale[0] >= scale[1]:
            return "scale_out_of_order"
        case "nps" if scale != (0, 10):
            return "nps_scale"
        case "csat" if scale not in scales:
            return "csat_scale"
    if score is not None and (score % 1 or not scale[0] <= score <= scale[1]):
        return "score_off_scale"
    if row["survey_type"] == "acsi" and row["question"] and row["question"] not in QUESTIONS:
        return "unknown_question"
    if row["survey_type"] == "ces" and row["direction"] and row["direction"] not in ("ease", "effort"):
        return "unknown_direction"
    if score is not None and not answered:
        return "answer_without_time"
    return "answer_before_sent" if answered and answered.instant < row["sent_at"].instant else None


def _feedback_rule(row: Row) -> str | None:
    row["channel"] = row["channel"].lower()
    row["sentiment_label"] = row["sentiment_label"] and row["sentiment_label"].lower()
    row["rating_min"] = Decimal(1) if row["rating_min"] is None else row["rating_min"]
    row["rating_max"] = Decimal(5) if row["rating_max"] is None else row["rating_max"]
    if row["channel"] not in CHANNELS:
        return "unknown_channel"
    if row["rating_min"] >= row["rating_max"]:
        return "rating_off_scale"
    if row["rating"] is not None and not row["rating_min"] <= row["rating"] <= row["rating_max"]:
        return "rating_off_scale"
    return "unknown_label" if row["sentiment_label"] and row["sentiment_label"] not in LABELS else None


FAMILY_TABLES.append(judge_voice)
