"""The mutants that change nothing, each with the reason."""

from __future__ import annotations

from pathlib import Path

import yaml

from mutation.operators import FINAL, Mutant

FILE = Path(__file__).with_name("equivalent.yml")
Key = tuple[str, str, str, str, int]


def equivalents(file: Path = FILE) -> dict[Key, str]:
    """The reason of every mutant in the file."""
    found: dict[Key, str] = {}
    for entry in yaml.safe_load(file.read_text()) or []:
        if not entry.get("reason", "").strip():
            raise ValueError(f"{file.name}: an entry of {entry.get('model')} has no reason.")
        for one in entry["mutants"]:
            after = one.get("after")
            key = (
                entry["model"],
                one.get("cte", FINAL),
                str(one["before"]),
                "" if after is None else str(after),
                one.get("nth", 1),
            )
            if key in found:
                raise ValueError(f"{file.name} has a mutant of {entry['model']} twice: {one['before']}")
            found[key] = entry["reason"].strip()
    return found


def unknown(known: dict[Key, str], mutants: list[Mutant], models: set[str]) -> list[Key]:
    """Entries of these models that are no mutant any more."""
    made = {mutant.key for mutant in mutants}
    return [key for key in known if key[0] in models and key not in made]
