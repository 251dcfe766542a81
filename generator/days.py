"""Days and months as whole numbers, in arrays. Instants are seconds since 1970 in UTC."""

from datetime import date

import numpy as np

# Stands for "none" in arrays of days and instants; far enough from both ends to be compared without care.
NONE = np.int64(-(2**40))
DAY_SECONDS = 86_400


def from_date(value: date) -> int:
    """Days since 1970 of a calendar date."""
    return int(np.datetime64(value, "D").astype(np.int64))


def month_of(day: np.ndarray) -> np.ndarray:
    """Months since 1970 of days."""
    return np.asarray(day, dtype=np.int64).astype("datetime64[D]").astype("datetime64[M]").astype(np.int64)


def month_start(month: np.ndarray) -> np.ndarray:
    """First day of months."""
    return np.asarray(month, dtype=np.int64).astype("datetime64[M]").astype("datetime64[D]").astype(np.int64)


def add_months(day: np.ndarray, count: np.ndarray) -> np.ndarray:
    """The same day of the month, some months later; the last day of a month that is too short for it."""
    month = month_of(day)
    of_month = np.asarray(day, dtype=np.int64) - month_start(month)
    target = month + count
    length = month_start(target + 1) - month_start(target)
    return month_start(target) + np.minimum(of_month, length - 1)


def year_of(day: np.ndarray) -> np.ndarray:
    """Calendar years of days."""
    return month_of(day) // 12 + 1970


def instant(day: np.ndarray, second: np.ndarray) -> np.ndarray:
    """Instants from days and seconds of the day; none stays none."""
    day = np.asarray(day, dtype=np.int64)
    return np.where(day == NONE, NONE, day * DAY_SECONDS + second)


def office_second(rng: np.random.Generator, size: int) -> np.ndarray:
    """Seconds of the day between 08:00 and 18:00 UTC."""
    return rng.integers(8 * 3600, 18 * 3600, size)
