"""Where the raw rows of a build on a server come from: a folder that is loaded into schema `raw`, or that schema, as somebody has filled it."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

import sample
from console import Stop, shown
from inputs import raw_folder
from postgres_schemas import SAMPLE

OWN_SCHEMA = "schema raw"


@dataclass(frozen=True)
class Raw:
    """What a build is made of: a folder that is loaded, or, without one, schema `raw` as somebody has filled it."""

    source: str
    folder: Path | None = None

    @property
    def is_sample(self) -> bool:
        """The generated company."""
        return self.source == SAMPLE


class Schemas(Protocol):
    """What is known of schemas through a connection or cursor: the module postgres_schemas or spark_schemas."""

    def exists(self, at: Any, schema: str) -> bool:
        """Whether there is such a schema."""

    def relations(self, at: Any, schema: str) -> list[str]:
        """The tables and views of a schema."""

    def unmarked(self, at: Any, schema: str) -> list[str]:
        """Those that are not the project's."""

    def marked(self, at: Any, schema: str) -> str | None:
        """What the mark of a schema says; None where it has none."""

    def built_from(self, at: Any) -> str:
        """What the published marts were built from; empty where none are."""


@dataclass(frozen=True)
class Place:
    """The database that is built in, and where else one might build, in words."""

    name: str
    elsewhere: str  # to load something else
    sample_elsewhere: str  # to build the sample company


def raw_tables(schemas: Schemas, at: Any, place: Place, given: str) -> Raw:
    """Where the raw rows come from. The sample company takes the place of nothing that is somebody's own."""
    if given:
        folder = raw_folder(given)
        check_others(schemas, at, place)
        return Raw(str(folder.resolve()), folder)
    loaded, others = schemas.marked(at, "raw"), schemas.unmarked(at, "raw")
    if schemas.exists(at, "raw"):
        if others and len(others) < len(schemas.relations(at, "raw")):
            raise Stop(
                f"Schema raw of {place.name} holds tables {loaded or 'that this project loaded'} beside others ({', '.join(others[:5])})."
                " Drop the ones or the others: a build is of one company."
            )
        if others:
            return Raw(OWN_SCHEMA)
        if loaded is None:
            raise Stop(
                f"Schema raw of {place.name} is empty. Fill it, drop it for the sample company, or name a folder of files: RAW_DATA_DIR."
            )
        if loaded != f"loaded from {SAMPLE}":
            raise Stop(_would_replace(place, loaded.removeprefix("loaded from ")))
    built_from = schemas.built_from(at)
    if built_from not in ("", SAMPLE):
        raise Stop(_would_replace(place, built_from))
    return Raw(SAMPLE, raw_folder(shown(sample.ensure())))


def check_others(schemas: Schemas, at: Any, place: Place) -> None:
    """Stop where schema `raw` holds what somebody else has put there."""
    if others := schemas.unmarked(at, "raw"):
        raise Stop(
            f"Schema raw holds tables that this project did not load ({', '.join(others[:5])}), and does not replace them. Without"
            f" RAW_DATA_DIR they are built from as they are; or {place.elsewhere}."
        )


def _would_replace(place: Place, source: str) -> str:
    """That the sample company does not take the place of somebody's own."""
    again = f"Build it again with RAW_DATA_DIR={source}" if source != OWN_SCHEMA else "Fill schema raw again"
    return (
        f"{place.name} was built from {source}, and the sample company would replace it. {again}, or the sample elsewhere:"
        f" {place.sample_elsewhere}"
    )
