"""The project as it is broken: compiled once, with exact arithmetic as functions, so that no change is made within them."""

from __future__ import annotations

import re
import shutil
import tempfile
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any

from tests.compiled import ROOT, Project, project

MONEY = "macros/portable/exact_money.sql"
# what a macro writes at length, a call in a mutated project
CALLS = ("rounded_quotient", "duckdb__converted", "share_of", "share_of_whole", "share_of_score", "duckdb__scaled")
FUNCTIONS = "functions_of_exact_money"


def compiled(variables: Mapping[str, Any]) -> Project:
    """The project for one set of variables."""
    found = project(variables, root=_root().path)
    # what is broken here is replaced where it is
    found.shares = False
    if FUNCTIONS in found.by_name:
        found.functions = found.by_name.pop(FUNCTIONS).sql
        found.models = [model for model in found.models if model.name != FUNCTIONS]
    return found


class _Root:
    """A folder with the project, in which macros of exact money are calls and one model defines the functions."""

    def __init__(self) -> None:
        self._place = tempfile.TemporaryDirectory(prefix="mutation_")
        self.path = Path(self._place.name)
        for name in ("nlp", "analyses", "seeds", "tests", "dbt_project.yml", "profiles.yml"):
            (self.path / name).symlink_to(ROOT / name)
        for name in ("models", "macros"):
            shutil.copytree(ROOT / name, self.path / name)
        text, functions = _as_calls((ROOT / MONEY).read_text())
        (self.path / MONEY).write_text(text)
        (self.path / "models" / f"{FUNCTIONS}.sql").write_text(functions)


@cache
def _root() -> _Root:
    return _Root()


def _as_calls(text: str) -> tuple[str, str]:
    """The macros' file with calls in the place of what they write, and the statements that define what is called."""
    calls, functions = "", []
    for name in CALLS:
        head = re.search(r"\{% macro " + name + r"\(([a-z_, ]+)\) -%\}", text)
        if head is None:
            raise ValueError(f"{MONEY} has no macro {name} any more: say in mutation/project.py what is a call now.")
        text = text.replace(head[0], head[0].replace(name, f"at_length__{name}"))
        arguments = head[1].split(", ")
        function = "exact_" + name.removeprefix("duckdb__")
        call = "{}({})".format(function, ", ".join(f"{{{{ {one} }}}}" for one in arguments if one != "digits"))
        if "digits" in arguments:
            call = f"{{% if digits == 10 %}}{call}{{% else %}}{{{{ at_length__{name}(x, digits) }}}}{{% endif %}}"
        calls += f"\n{{% macro {name}({head[1]}) -%}}\n    {call}\n{{%- endmacro %}}\n"
        names = ["10" if one == "digits" else f"'{one}'" for one in arguments]
        parameters = ", ".join(one for one in arguments if one != "digits")
        functions.insert(
            0 if name == "duckdb__scaled" else len(functions),
            f"create macro {function}({parameters}) as ({{{{ at_length__{name}({', '.join(names)}) }}}})",
        )
    return text + calls, ";\n".join(functions)
