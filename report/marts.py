"""The published marts as the report reads them: one that holds personal data is refused unless that is allowed."""

import re
from collections.abc import Sequence
from functools import cache
from pathlib import Path
from typing import Any, Protocol

import yaml

DESCRIBED = Path(__file__).resolve().parent.parent / "models/marts"


class Readable(Protocol):
    """A connection that reads: `?` stands for a parameter."""

    def execute(self, sql: str, parameters: Sequence[Any] = ()) -> Any:
        """Run a query."""


class Personal(Exception):
    """A query of a mart that holds personal data, where none may be shown."""


@cache
def personal_marts() -> dict[str, list[str]]:
    """
    The marts that hold personal data, with the columns that do: by the mark `contains_pii` in their YAML, by which the roles of PostgreSQL are
    granted, too.
    """
    models = [
        model
        for file in sorted(DESCRIBED.glob("*.yml"))
        for model in yaml.safe_load(file.read_text()).get("models", [])
    ]
    return {
        model["name"]: [column["name"] for column in model["columns"] if _is_personal(column)]
        for model in models
        if _is_personal(model)
    }


def _is_personal(described: dict[str, Any]) -> bool:
    return bool(described.get("config", {}).get("meta", {}).get("contains_pii"))


class Marts:
    """Reads marts."""

    def __init__(self, database: Readable, shows_personal_data: bool = False) -> None:
        self._database = database
        self.shows_personal_data = shows_personal_data

    def rows(self, sql: str, *parameters: Any) -> list[tuple]:
        """The rows of a query."""
        refused = (
            set() if self.shows_personal_data else personal_marts().keys() & set(re.findall(r"\bmarts\.(\w+)", sql))
        )
        if refused:
            raise Personal(f"{', '.join(sorted(refused))} holds personal data")
        return self._database.execute(sql, parameters).fetchall()
