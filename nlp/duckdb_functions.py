"""The functions of this folder inside DuckDB, as SQL calls them. dbt loads `Plugin` by its name in profiles.yml."""

from __future__ import annotations

from dbt.adapters.duckdb.plugins import BasePlugin
from duckdb import DuckDBPyConnection

from nlp.text_sentiment import sentiment_of


def text_sentiment(text: str) -> dict[str, str | float | None]:
    """`text_sentiment(text)`: a struct of language and polarity."""
    language, polarity = sentiment_of(text)
    return {"language": language, "polarity": polarity}


def register(connection: DuckDBPyConnection) -> None:
    """Make the functions known to a connection."""
    connection.create_function(
        "text_sentiment", text_sentiment, ["varchar"], "struct(language varchar, polarity double)"
    )


class Plugin(BasePlugin):
    """What dbt-duckdb calls when it opens a database."""

    def configure_connection(self, conn: DuckDBPyConnection) -> None:
        """Register everything."""
        register(conn)
