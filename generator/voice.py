"""What customers say: surveys sent and answered, and feedback in free text."""

import numpy as np

from generator import days, store
from generator.company import Customers
from generator.config import Settings
from generator.days import NONE
from generator.product import Users
from generator.service import Spans, draw_days
from generator.support import Tickets

TYPES = ["nps", "csat", "ces", "loyalty", "acsi"]
NPS, CSAT, CES, LOYALTY, ACSI = range(5)
QUESTIONS = ["satisfaction", "expectation", "performance"]
CHANNELS = ["email", "in_app"]
FEEDBACK_CHANNELS = ["review", "interview", "focus_group", "social", "testimonial", "other"]
THEMES = ["price", "usability", "support", "reliability"]
COMMENTS = [
    "Love it", "Too slow at times", "Support was very helpful", "Far too expensive", "Does what it says",
    "Sehr zufrieden, danke!", "Trop cher pour nous.", "ok",
]  # fmt: skip
GOOD = [
    "A great product, easy to use.", "The support team is excellent and fast.", "We recommend it, works perfectly.",
    "Ein sehr gutes Produkt, wir sind begeistert.",
]  # fmt: skip
BAD = [
    "Terrible experience, slow and expensive.",
    "Constant errors, very disappointed.",
    "Bad support, nobody answers.",
    "El soporte es terrible y nadie responde.",
]
MIXED = ["It is fine.", "Good reports, poor exports.", "We use it for invoices.", "Nous l'utilisons pour nos factures."]


def _scores(rng, trait: np.ndarray, low: int, high: int) -> np.ndarray:
    """Whole answers on a scale, around where the trait puts a customer."""
    middle = low + (high - low) * (0.68 + 0.17 * trait)
    return np.clip(np.round(middle + rng.normal(0, (high - low) * 0.14, len(trait))), low, high).astype(np.int64)


def add_surveys(
    tables: store.Store, settings: Settings, customers: Customers, spans: Spans, users: Users, tickets: Tickets
) -> None:
    """Write `survey_responses`: regular ones for the relationship, others after a solved ticket; many unanswered."""
    rng = settings.stream(50)
    parts = []
    for kind, weekly in ((NPS, 0.030), (LOYALTY, 0.006), (ACSI, 0.006), (CSAT, 0.004), (CES, 0.003)):
        at, day = draw_days(rng, spans, customers, weekly * settings.activity, 0.0)
        who = spans.customer[at]
        sent = days.instant(day, rng.integers(66_500, 80_000, len(at)))
        if kind == ACSI:
            who, sent = np.repeat(who, 3), np.repeat(sent, 3)
        parts.append((np.full(len(who), kind), who, sent, np.full(len(who), -1)))
    for kind, share in ((CSAT, 0.6), (CES, 0.3)):
        asked = (tickets.solved != NONE) & (rng.random(len(tickets.solved)) < share / settings.tickets)
        sent = np.minimum(tickets.solved[asked] + 3_600, (settings.last + 1) * days.DAY_SECONDS - 1)
        parts.append((np.full(asked.sum(), kind), tickets.customer[asked], sent, tickets.number[asked]))
    kind, who, sent, ticket = (np.concatenate(arrays) for arrays in zip(*parts, strict=True))
    n, trait = len(kind), customers.trait[who]
    # Some years the effort question was asked the other way round.
    effort = (kind == CES) & (rng.random(n) < 0.3)
    scale = np.where(kind == CSAT, np.where(rng.random(n) < 0.2, 7, 5), np.array([10, 5, 7, 10, 10])[kind])
    low = np.where(np.isin(kind, [NPS, LOYALTY]), 0, 1)
    score = np.zeros(n, dtype=np.int64)
    for floor, top in sorted(set(zip(low.tolist(), scale.tolist(), strict=True))):
        here = (low == floor) & (scale == top)
        score[here] = _scores(rng, trait[here] * np.where(effort[here], -1, 1), floor, top)
    responded = sent + rng.integers(120, 12 * 86_400, n)
    silent = (rng.random(n) < 0.45) | (responded >= (settings.last + 1) * days.DAY_SECONDS)
    place = np.zeros(n, dtype=np.int64)
    place[kind == ACSI] = np.arange((kind == ACSI).sum()) % 3
    together = np.flatnonzero((kind == ACSI) & (place > 0))
    silent[together], responded[together] = silent[together - place[together]], responded[together - place[together]]
    comment = np.where(silent | (rng.random(n) > 0.2), -1, rng.integers(0, len(COMMENTS), n))
    tables.add(
        "survey_responses",
        {
            "response_id": store.ident("srv", np.arange(n)),
            "survey_type": store.label(kind, TYPES),
            "customer_id": store.ident("cus", customers.number[who]),
            "respondent_id": store.ident("usr", users.first[who]),
            "ticket_id": store.ident("tkt", ticket),
            "survey_kind": store.label((ticket >= 0).astype(int), ["relationship", "transactional"]),
            "question": store.label(np.where(kind == ACSI, place, -1), QUESTIONS),
            "question_version": store.label((sent // 86_400 > settings.first + 500).astype(int), ["v1", "v2"]),
            "scale_min": store.whole(low),
            "scale_max": store.whole(scale),
            "direction": store.label(np.where(kind == CES, effort.astype(int), -1), ["ease", "effort"]),
            "score": store.whole(np.where(silent, NONE, score)),
            "comment": store.label(comment, COMMENTS),
            "channel": store.label(rng.integers(0, 2, n), CHANNELS),
            "sent_at": store.instant(sent),
            "delivered_at": store.instant(np.where(rng.random(n) < 0.97, sent + 40, NONE)),
            "responded_at": store.instant(np.where(silent, NONE, responded)),
        },
    )


def add_feedback(tables: store.Store, settings: Settings, customers: Customers, spans: Spans) -> None:
    """Write `feedback`: reviews with a rating, notes and testimonials, some labelled by their source."""
    rng = settings.stream(51)
    at, day = draw_days(rng, spans, customers, 0.014 * settings.activity, 0.0)
    who, n = spans.customer[at], len(at)
    mood = customers.trait[who] + rng.normal(0, 0.8, n)
    group = np.where(mood > 0.3, 0, np.where(mood < -0.5, 1, 2))
    channel = rng.integers(0, len(FEEDBACK_CHANNELS), n)
    review = channel == 0
    rating = np.where(review, np.clip(np.round(3.6 + mood), 1, 5), NONE).astype(np.int64)
    bounds = review & (rng.random(n) < 0.7)
    tables.add(
        "feedback",
        {
            "feedback_id": store.ident("fbk", np.arange(n)),
            "customer_id": store.ident("cus", np.where(rng.random(n) < 0.08, -1, customers.number[who])),
            "channel": store.label(channel, FEEDBACK_CHANNELS),
            "rating": store.whole(rating),
            "rating_min": store.whole(np.where(bounds, 1, NONE)),
            "rating_max": store.whole(np.where(bounds, 5, NONE)),
            "text": store.label(group * 4 + rng.integers(0, 4, n), GOOD + BAD + MIXED),
            "sentiment_label": store.label(
                np.where(rng.random(n) < 0.4, group, -1), ["positive", "negative", "neutral"]
            ),
            "theme": store.label(np.where(rng.random(n) < 0.7, rng.integers(0, 4, n), -1), THEMES),
            "received_at": store.instant(days.instant(day, rng.integers(66_500, 80_000, n))),
        },
    )
