"""Languages and moods of texts, and the same through DuckDB."""

from __future__ import annotations

import csv
from pathlib import Path

import duckdb
import pytest

from nlp.__main__ import main, mood_of_stars, mood_of_text
from nlp.duckdb_functions import register
from nlp.text_sentiment import language_of, sentiment_of


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("The support team is excellent and fast.", "en"),
        ("Love it", "en"),
        ("Der Export bricht seit heute Morgen mit einem Fehler ab.", "de"),
        ("Trop cher pour nous.", "fr"),
        ("El soporte es terrible y nadie responde.", "es"),
        ("サポートが遅い", "ja"),
        ("ok", "und"),
        ("12345", "und"),
        (":-) !!!", "und"),
        ("", "und"),
    ],
)
def test_language(text: str, language: str) -> None:
    assert language_of(text) == language


@pytest.mark.parametrize(
    ("text", "mood"),
    [
        ("A great product, easy to use.", "positive"),
        ("Terrible experience, slow and expensive.", "negative"),
        ("We use it for invoices.", "neutral"),
        ("This is not good at all.", "negative"),
        ("Das ist ein schreckliches Produkt.", "unscored"),
        ("ok", "unscored"),
    ],
)
def test_mood(text: str, mood: str) -> None:
    assert mood_of_text(text) == mood


def test_polarity_lies_between_minus_one_and_one_whatever_the_length() -> None:
    best, worst = (
        sentiment_of(f"The support team was {word} and we said so. " * 200)[1] for word in ("wonderful", "horrible")
    )
    assert 0.9 < best <= 1
    assert -1 <= worst < -0.9


def test_other_languages_are_labelled_and_not_guessed() -> None:
    """The word is in the English lexicon too, and yet no figure comes of it."""
    language, polarity = sentiment_of("Das ist super, wir sind damit sehr zufrieden und brauchen nichts anderes.")
    assert (language, polarity) == ("de", None)


def test_the_function_of_duckdb_says_the_same() -> None:
    texts = ["I love this great product", "Das ist sehr gut und schnell", "12", 'it\'s "quoted"; drop table x; --']
    with duckdb.connect() as connection:
        register(connection)
        for text in texts:
            (found,) = connection.execute("select text_sentiment(?)", [text]).fetchone()
            assert (found["language"], found["polarity"]) == sentiment_of(text)
        assert connection.execute("select text_sentiment(null)").fetchone() == (None,)


def test_stars() -> None:
    assert [mood_of_stars(stars) for stars in (1, 2, 3, 4, 5)] == [
        "negative",
        "negative",
        "neutral",
        "positive",
        "positive",
    ]


def test_accuracy_of_a_file_of_ones_own(tmp_path: Path, capsys: pytest.CaptureFixture) -> None:
    """Two right, one wrong way round, one neutral, one in another language; a row without stars is no text with stars."""
    file = tmp_path / "own.csv"
    with file.open("w", newline="") as lines:
        csv.writer(lines).writerows(
            [
                ("text", "stars"),
                ("A great product, easy to use.", 5),
                ("Terrible experience, very disappointed.", 1),
                ("Great, it broke again on the first day.", 1),
                ("We use it for invoices.", 2),
                ("Wir sind mit dem Produkt sehr zufrieden.", 5),
                ("No stars here.", ""),
            ]
        )
    main([str(file)])
    row = next(line for line in capsys.readouterr().out.splitlines() if "own.csv" in line)
    assert [cell.strip() for cell in row.split("│")[1:-1]] == [
        "own.csv",
        "5",
        "20.0%",
        "20.0%",
        "60.0%",
        "66.7%",
        "33.3%",
    ]
