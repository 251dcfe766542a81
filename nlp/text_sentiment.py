"""The language and the mood of a text.

Language: py3langid, which needs no network and a few megabytes. Mood: VADER, a lexicon with rules for negation, emphasis and
emoji, for English. A text whose language is not English, or cannot be told, is not scored: a guess would look like a figure.
`README.md` says how often the two are right.
"""

from __future__ import annotations

from functools import cache, lru_cache
from pathlib import Path

import py3langid
from py3langid.langid import MODEL_FILE, LanguageIdentifier
from vaderSentiment.vaderSentiment import SentimentIntensityAnalyzer

SCORED_LANGUAGES = frozenset({"en"})
UNDETERMINED = "und"  # ISO 639-2 for "no language can be told"
# Below this probability the detector names a language by chance; two or three English words reach it.
MINIMUM_PROBABILITY = 0.1


@lru_cache(maxsize=65_536)
def sentiment_of(text: str) -> tuple[str, float | None]:
    """(language as ISO 639-1, polarity): -1 the most negative, 1 the most positive, None where the text is not scored."""
    language = language_of(text)
    return language, _analyzer().polarity_scores(text)["compound"] if language in SCORED_LANGUAGES else None


def language_of(text: str) -> str:
    """ISO 639-1 code, or `und` where a text has no letters or too few words to tell."""
    if not any(character.isalpha() for character in text):
        return UNDETERMINED
    language, probability = _identifier().classify(text)
    return language if probability >= MINIMUM_PROBABILITY else UNDETERMINED


@cache
def _identifier() -> LanguageIdentifier:
    return LanguageIdentifier.from_modelpath(Path(py3langid.__file__).parent / MODEL_FILE, norm_probs=True)


@cache
def _analyzer() -> SentimentIntensityAnalyzer:
    return SentimentIntensityAnalyzer()
