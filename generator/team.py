"""Customer success managers, whom they look after, and when they got in touch."""

import numpy as np

from generator import days, store
from generator.company import Customers
from generator.config import Settings
from generator.days import NONE
from generator.service import Spans

TEAMS = ["enterprise", "growth", "digital"]
NAMES = ["Ada", "Bo", "Chi", "Dora", "Emil", "Fay", "Gus", "Hana", "Ivo", "Jo", "Kim", "Lea"]
KINDS = ["call", "email", "meeting", "business_review"]


def add_team(tables: store.Store, settings: Settings, customers: Customers, spans: Spans) -> None:
    """Write `csms`, `csm_assignments` and `csm_touches`: the small are unassigned, some change hands once or twice."""
    rng = settings.stream(60)
    count = int(np.clip(settings.customers // 40, 3, len(NAMES) * 40))
    number = np.arange(count)
    left = np.where(number % 5 == 4, settings.last - 120, NONE)
    tables.add(
        "csms",
        {
            "csm_id": store.ident("csm", number, 2),
            "name": store.text(
                [NAMES[k % len(NAMES)] + (f" {k // len(NAMES) + 1}" if k >= 12 else "") for k in number]
            ),
            "fte": store.decimal(np.where(number % 4 == 3, 0.5, 1.0), 2),
            "team": store.label(number % 3, TEAMS),
            "employed_from": store.day(np.full(count, settings.first - 200)),
            "employed_to": store.day(left),
        },
    )
    served = np.unique(spans.customer)
    begin = np.full(len(customers), 2**40)
    np.minimum.at(begin, spans.customer, spans.begin)
    managed = served[rng.random(len(served)) < np.array([0.25, 0.6, 0.9, 0.97, 1.0])[customers.size[served]]]
    room = settings.last - begin[managed]
    who, manager, since, until = [], [], [], []
    current = rng.integers(0, count, len(managed))
    start = begin[managed] + np.where(rng.random(len(managed)) < 0.3, rng.integers(0, 40, len(managed)), 0)
    for handover in range(3):
        changes = (rng.random(len(managed)) < 0.4) & (room > 200) & (handover < 2)
        gap = np.where(rng.random(len(managed)) < 0.15, 14, 0)
        end = np.where(changes, start + 60 + (rng.random(len(managed)) * room / 3).astype(np.int64), NONE)
        end = np.where(end + gap >= settings.last, NONE, end)
        # Who leaves the service of the company hands over by then.
        gone = (left[current] != NONE) & ((end == NONE) | (end > left[current])) & (start < left[current])
        end = np.where(gone, left[current], end)
        exists = start <= settings.last
        who.append(managed[exists])
        manager.append(current[exists])
        since.append(start[exists])
        until.append(end[exists])
        going = (end != NONE) & exists
        managed, room, start = managed[going], room[going], (end + gap)[going]
        current = (current[going] + 1) % count
        current = np.where(left[current] != NONE, (current + 1) % count, current)
    who, manager, since, until = (np.concatenate(arrays) for arrays in (who, manager, since, until))
    order = np.lexsort((since, who))
    who, manager, since, until = who[order], manager[order], since[order], until[order]
    tables.add(
        "csm_assignments",
        {
            "customer_id": store.ident("cus", customers.number[who]),
            "csm_id": store.ident("csm", manager, 2),
            "assigned_from": store.day(since),
            "assigned_to": store.day(until),
        },
    )
    length = np.where(until == NONE, settings.last + 1, until) - since
    touches = rng.poisson(np.maximum(length, 0) / 75 * settings.activity)
    at = np.repeat(np.arange(len(who)), touches)
    day = since[at] + (rng.random(len(at)) * length[at]).astype(np.int64)
    tables.add(
        "csm_touches",
        {
            "touch_id": store.ident("tch", np.arange(len(at))),
            "customer_id": store.ident("cus", customers.number[who[at]]),
            "csm_id": store.ident("csm", manager[at], 2),
            "kind": store.label(rng.integers(0, len(KINDS), len(at)), KINDS),
            "occurred_at": store.instant(days.instant(day, days.office_second(rng, len(at)))),
        },
    )
