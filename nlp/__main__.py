"""How often the labels are right: `python -m nlp FILE ...`, each a CSV with the columns `text` and `stars` (1 to 5), or JSON, a list of objects
with these names; `class` 0 and 1 in place of stars reads as 1 and 5.
"""

from __future__ import annotations

import csv
import json
import sys
from collections import Counter
from pathlib import Path

from rich.console import Console
from rich.table import Table

from nlp.text_sentiment import sentiment_of

THRESHOLD = 0.05
MOODS = ("positive", "neutral", "negative")


def rated_texts(file: Path) -> list[tuple[str, int]]:
    """The texts of a file with their stars; rows that lack either are left out."""
    rows = json.loads(file.read_text()) if file.suffix == ".json" else list(csv.DictReader(file.open(newline="")))
    found = []
    for row in rows:
        stars = row.get("stars")
        if stars in (None, "") and row.get("class") is not None:
            stars = 5 if int(row["class"]) else 1
        if row.get("text") and stars not in (None, ""):
            found.append((row["text"], int(stars)))
    return found


def mood_of_stars(stars: int) -> str:
    """Four and five stars are positive, three neutral, one and two negative."""
    return "positive" if stars > 3 else "neutral" if stars == 3 else "negative"


def mood_of_text(text: str) -> str:
    """The label that the build would give."""
    polarity = sentiment_of(text)[1]
    if polarity is None:
        return "unscored"
    return "positive" if polarity >= THRESHOLD else "negative" if polarity <= -THRESHOLD else "neutral"


def main(files: list[str]) -> None:
    """Print a row a file: how many texts, what they were labelled, how many rightly."""
    if not files:
        raise SystemExit(__doc__)
    table = Table(
        "texts with stars", "texts", "unscored", "neutral", "with a mood", "right of these", "wrong way round"
    )
    for name in files:
        counts = Counter((mood_of_stars(stars), mood_of_text(text)) for text, stars in rated_texts(Path(name)))
        total = sum(counts.values())
        labelled = Counter()
        for (_, label), number in counts.items():
            labelled[label] += number
        with_mood = labelled["positive"] + labelled["negative"]
        right = counts["positive", "positive"] + counts["negative", "negative"]
        wrong = counts["positive", "negative"] + counts["negative", "positive"]
        shares = [labelled["unscored"] / total, labelled["neutral"] / total, with_mood / total] if total else [0, 0, 0]
        rates = [right / with_mood, wrong / with_mood] if with_mood else [0, 0]
        table.add_row(Path(name).name, f"{total:,}", *(f"{share:.1%}" for share in (*shares, *rates)))
    Console().print(table)


if __name__ == "__main__":
    main(sys.argv[1:])
