"""What a change can reach, from dbt's manifests of both sides: the nodes to build again, and of each metric the changed files it is made of."""

import json
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import fingerprints

# of whose change every figure may depend: variables, how dbt builds, functions that SQL calls, packages
OF_EVERYTHING = ("dbt_project.yml", "profiles.yml", "requirements/build.txt", "nlp/")
# what figures are made of, with the dbt tests left out; all else cannot change one
OF_FIGURES = (*OF_EVERYTHING, *(f"{part}/" for part in fingerprints.CODE if part in ("models", "macros", "seeds")))
OTHER_ENGINES = ("postgres__", "spark__")
BUILT = ("model", "seed")


@dataclass(frozen=True)
class Manifest:
    """A project as dbt has read it."""

    content: dict[str, Any]

    @classmethod
    def of(cls, target: Path) -> "Manifest":
        """From dbt's artifacts."""
        return cls(json.loads((target / "manifest.json").read_text()))

    @cached_property
    def nodes(self) -> dict[str, dict]:
        """Models and seeds by id."""
        return {key: node for key, node in self.content["nodes"].items() if node["resource_type"] in BUILT}

    @cached_property
    def models(self) -> set[str]:
        """The names of the models."""
        return {node["name"] for node in self.nodes.values() if node["resource_type"] == "model"}

    @cached_property
    def macros(self) -> dict[str, dict]:
        """The project's own macros by id."""
        project = self.content["metadata"]["project_name"]
        return {key: macro for key, macro in self.content["macros"].items() if macro["package_name"] == project}

    @cached_property
    def metrics(self) -> dict[str, tuple[str, dict]]:
        """By name of a metric the model that it is a row of, and what its YAML says."""
        return {
            metric["name"]: (key, metric)
            for key, node in self.nodes.items()
            for metric in node["config"]["meta"].get("metrics", [])
        }

    def id_of(self, name: str) -> str | None:
        """The id of a model or seed."""
        return next((key for key, node in self.nodes.items() if node["name"] == name), None)

    def above(self, keys: Iterable[str]) -> set[str]:
        """These nodes and all that they are made of."""
        return _reached(keys, {key: node["depends_on"].get("nodes", []) for key, node in self.nodes.items()})

    def below(self, keys: Iterable[str]) -> set[str]:
        """These nodes and all that is made of them."""
        return _reached(keys, self.content["child_map"]) & self.nodes.keys()

    def macros_of(self, keys: Iterable[str]) -> set[str]:
        """The macros that nodes call, and those that these call."""
        return self._called(macro for key in keys for macro in self.nodes[key]["depends_on"]["macros"])

    def macros_of_dbt(self) -> set[str]:
        """The project's macros that dbt calls itself: hooks, materializations, what stands in the place of macros of its own."""
        names = {macro["name"] for key, macro in self.content["macros"].items() if key not in self.macros}
        hooks = [node for node in self.content["nodes"].values() if node["resource_type"] == "operation"]
        own = [
            key
            for key, macro in self.macros.items()
            if macro["name"] in names or macro["name"].startswith("materialization_")
        ]
        return (
            self._called([*own, *(macro for hook in hooks for macro in hook["depends_on"]["macros"])])
            & self.macros.keys()
        )

    def macros_of_tests(self) -> set[str]:
        """The macros of dbt's tests."""
        tests = [node for node in self.content["nodes"].values() if node["resource_type"] == "test"]
        return self._called(macro for test in tests for macro in test["depends_on"]["macros"])

    def files_of(self, keys: Collection[str]) -> set[str]:
        """The files that nodes stand in, and their macros."""
        macros = self.macros_of(keys) & self.macros.keys()
        return {self.nodes[key]["original_file_path"] for key in keys} | {
            self.macros[key]["original_file_path"] for key in macros
        }

    def _called(self, macros: Iterable[str]) -> set[str]:
        return _reached(macros, {key: macro["depends_on"]["macros"] for key, macro in self.content["macros"].items()})


def counts(file: str) -> bool:
    """Whether a figure may depend on a file."""
    return file.startswith(OF_FIGURES)


def why_whole(files: Iterable[str], base: Manifest, head: Manifest) -> list[str]:
    """The changed files of which it cannot be said which models they reach; where there is one, everything is built."""
    sources = {source["original_file_path"] for side in (base, head) for source in side.content["sources"].values()}
    everywhere = {file for file in files if file.startswith(OF_EVERYTHING) or file in sources}
    for key in base.macros.keys() | head.macros.keys():
        before, now = base.macros.get(key), head.macros.get(key)
        if before and now and before["macro_sql"] == now["macro_sql"]:
            continue
        if (now or before)["name"].startswith(OTHER_ENGINES):
            continue
        side = head if now else base
        is_of_models = key in side.macros_of(side.nodes)
        # what dbt calls itself; what left no trace in those that called it; what nothing is seen to call, and may yet be called
        if (
            any(key in one.macros_of_dbt() for one in (base, head))
            or (is_of_models and not now)
            or (not is_of_models and key not in side.macros_of_tests())
        ):
            everywhere.add((now or before)["original_file_path"])
    return sorted(everywhere)


def definitions_changed(base: Manifest, head: Manifest) -> bool:
    """Whether metric_definitions, which is written from the YAML of all metrics, comes out as another table."""
    return {name: row for name, (_, row) in base.metrics.items()} != {
        name: row for name, (_, row) in head.metrics.items()
    }


def gone(base: Manifest, head: Manifest) -> list[str]:
    """The relations of the base that the head has no more."""
    return sorted(
        {node["relation_name"] for node in base.nodes.values()}
        - {node["relation_name"] for node in head.nodes.values()}
    )


def causes(metric: str, files: Collection[str], manifest: Manifest, everywhere: Collection[str]) -> list[str]:
    """The changed files that a metric is made of: its own, those above it, and those between it and the mart."""
    own, _ = manifest.metrics[metric]
    mart = manifest.id_of("metrics")
    between = manifest.below([own]) & manifest.above([mart] if mart else [])
    nodes = manifest.above([own]) | between
    yaml = Path(manifest.nodes[own]["original_file_path"]).with_suffix(".yml").as_posix()
    found = (manifest.files_of(nodes) | {yaml, *everywhere}) & set(files)
    # such as what says which outcomes are awaited: it reaches the mart beside the metric
    return sorted(found or (manifest.files_of(manifest.above([mart] if mart else [])) & set(files)) or files)


def causes_of_mart(mart: str, files: Collection[str], manifest: Manifest, everywhere: Collection[str]) -> set[str]:
    """The changed files that a mart is made of."""
    key = manifest.id_of(mart)
    return (manifest.files_of(manifest.above([key])) | set(everywhere)) & set(files) if key else set()


def _reached(keys: Iterable[str], edges: dict[str, list[str]]) -> set[str]:
    """The keys and everything that edges lead to."""
    found: set[str] = set()
    waiting = list(keys)
    while waiting:
        key = waiting.pop()
        if key in found or key not in edges:
            continue
        found.add(key)
        waiting += edges[key]
    return found
