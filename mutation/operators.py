"""The small changes that are made to a statement: each a mistake that somebody could make and nobody would see."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import sqlglot
from sqlglot import exp

DIALECT = "duckdb"
FINAL = "(last select)"


@dataclass(frozen=True)
class Mutant:
    """One change of one model's SQL."""

    model: str
    operator: str
    cte: str  # where it is
    before: str
    after: str
    nth: int  # of the same changes in the same CTE
    place: int = 0  # of the changes of this kind in the same CTE

    @property
    def shape(self) -> tuple[str, str, int, str]:
        """What it is known by in the SQL that other variables make, where other words and numbers stand."""
        return self.cte, self.operator, self.place, re.sub(r"'[^']*'|\d+", "?", self.before)

    @property
    def key(self) -> tuple[str, str, str, str, int]:
        """What it is known by, whatever else changes in the model."""
        return self.model, self.cte, self.before, self.after, self.nth


@dataclass(frozen=True)
class Edit:
    """An argument of a node, its other value, and both as they are told."""

    node: exp.Expression
    argument: str
    value: Any
    before: str
    after: str


Edits = Iterator[Edit]
BOUNDARY = {exp.LT: exp.LTE, exp.LTE: exp.LT, exp.GT: exp.GTE, exp.GTE: exp.GT}
EQUALITY = {exp.EQ: exp.NEQ, exp.NEQ: exp.EQ}
NULL_SAFE = {exp.NullSafeEQ: exp.EQ, exp.NullSafeNEQ: exp.NEQ}
SIGN = {exp.Add: exp.Sub, exp.Sub: exp.Add, exp.Mul: exp.Div, exp.Div: exp.Mul}
# two arguments may be lists
TWINS = {exp.Greatest: exp.Least, exp.Least: exp.Greatest, exp.ArgMax: exp.ArgMin, exp.ArgMin: exp.ArgMax}
AGGREGATE = {
    exp.Sum: exp.Max,
    exp.Max: exp.Min,
    exp.Min: exp.Max,
    exp.Avg: exp.Max,
    exp.LogicalOr: exp.LogicalAnd,
    exp.LogicalAnd: exp.LogicalOr,
    exp.Floor: exp.Ceil,
    exp.Ceil: exp.Floor,
}


def text(node: exp.Expression) -> str:
    """A part of a statement on one line."""
    return node.sql(dialect=DIALECT, comments=False)


def instead(node: exp.Expression, other: exp.Expression) -> Edit:
    """Another node in the place of this one."""
    parent, argument = node.parent, node.arg_key
    value: Any = other
    if isinstance(parent.args[argument], list):
        value = [other if one is node else one for one in parent.args[argument]]
    return Edit(parent, argument, value, text(node), text(other))


def retyped(node: exp.Expression, kind: type[exp.Expression]) -> Edit:
    """The same arguments under another operator."""
    return instead(node, kind(**{name: _copied(value) for name, value in node.args.items()}))


def _copied(value: Any) -> Any:
    if isinstance(value, list):
        return [_copied(one) for one in value]
    return value.copy() if isinstance(value, exp.Expression) else value


def dropped(node: exp.Expression, argument: str, before: str, position: int | None = None) -> Edit:
    """Without an argument, or without one of its parts."""
    value = None if position is None else [one for i, one in enumerate(node.args[argument]) if i != position]
    return Edit(node, argument, value, before, "")


def boundary(node: exp.Expression) -> Edits:
    """A day more or less: < for <=."""
    if type(node) in BOUNDARY:
        yield retyped(node, BOUNDARY[type(node)])
    elif isinstance(node, exp.Between):
        this, low, high = (node.args[name] for name in ("this", "low", "high"))
        yield instead(
            node,
            exp.and_(
                exp.GT(this=this.copy(), expression=low.copy()), exp.LTE(this=this.copy(), expression=high.copy())
            ),
        )
        yield instead(
            node,
            exp.and_(
                exp.GTE(this=this.copy(), expression=low.copy()), exp.LT(this=this.copy(), expression=high.copy())
            ),
        )


def comparison(node: exp.Expression) -> Edits:
    """The opposite: = for <>, is null for is not null, in for not in. The keys of joins stay."""
    if type(node) in EQUALITY and not _is_key_of_join(node):
        yield retyped(node, EQUALITY[type(node)])
    elif type(node) in NULL_SAFE:
        yield retyped(node, NULL_SAFE[type(node)])
    elif isinstance(node, exp.Not):
        yield instead(node, node.this.copy())
    elif isinstance(node, exp.Is | exp.In) and not isinstance(node.parent, exp.Not):
        yield instead(node, exp.Not(this=node.copy()))
    elif isinstance(node, exp.Boolean) and not isinstance(node.parent, exp.Select | exp.Alias | exp.Cast):
        yield instead(node, exp.Boolean(this=not node.this))


def _is_key_of_join(node: exp.Expression) -> bool:
    """Whether it says which rows of two tables belong together."""
    sides = (node.this, node.expression)
    above = node.find_ancestor(exp.Join, exp.Select)
    return isinstance(above, exp.Join) and all(isinstance(side, exp.Column) for side in sides)


def condition(node: exp.Expression) -> Edits:
    """A condition that is left out."""
    if isinstance(node, exp.And | exp.Or):
        for kept, left_out in ((node.this, node.expression), (node.expression, node.this)):
            # of a and b and c, which is (a and b) and c, each is left out once
            if not isinstance(left_out, type(node)):
                yield Edit(*_place(node, kept.copy()), text(left_out), "")
    elif isinstance(node, exp.Where | exp.Having | exp.Qualify) and not isinstance(node.this, exp.And):
        yield dropped(node.parent, node.arg_key, text(node).strip())
    elif isinstance(node, exp.Filter):
        yield instead(node, node.this.copy())
    elif isinstance(node, exp.In) and len(node.expressions) > 1:
        for position, one in enumerate(node.expressions):
            yield Edit(
                node,
                "expressions",
                [other for i, other in enumerate(node.expressions) if i != position],
                text(node),
                f"without {text(one)}",
            )


def _place(node: exp.Expression, other: exp.Expression) -> tuple[exp.Expression, str, Any]:
    edit = instead(node, other)
    return edit.node, edit.argument, edit.value


def case(node: exp.Expression) -> Edits:
    """A branch that is forgotten."""
    if isinstance(node, exp.Case):
        ifs = node.args["ifs"]
        if len(ifs) > 1:
            for position, one in enumerate(ifs):
                yield dropped(node, "ifs", f"when {text(one.this)} then {text(one.args['true'])}", position)
        else:
            yield instead(node, ifs[0].args["true"].copy())
        default = node.args.get("default")
        if default is not None and not isinstance(default, exp.Null):
            yield dropped(node, "default", f"else {text(default)}")


def sign(node: exp.Expression) -> Edits:
    """Plus for minus, times for divided by; the minus of a number left out."""
    if type(node) in SIGN and not _is_of_an_interval(node):
        yield retyped(node, SIGN[type(node)])
    elif isinstance(node, exp.Neg) and not isinstance(node.parent, exp.Interval):
        yield instead(node, node.this.copy())


def _is_of_an_interval(node: exp.Expression) -> bool:
    """So many days: (3) * interval '1' day. And none of them, which may as well be taken away."""
    days = node if isinstance(node, exp.Mul) else node.expression
    return (
        isinstance(days, exp.Mul)
        and isinstance(days.expression, exp.Interval)
        and (days is node or text(days.this) == "(0)")
    )


def number(node: exp.Expression) -> Edits:
    """One more: of days, months, or whatever is counted or compared. Types, places and the columns of an order stay."""
    if isinstance(node, exp.Literal) and node.is_int and not _is_of_a_type(node) and not _is_counted(node):
        yield instead(node, exp.Literal.number(int(node.this) + 1))
    elif (
        isinstance(node, exp.Interval)
        and not isinstance(node.parent, exp.Mul)
        and isinstance(node.this, exp.Literal)
        and node.this.this.isdigit()
    ):
        more = node.copy()
        more.set("this", exp.Literal.string(str(int(node.this.this) + 1)))
        yield instead(node, more)


def _is_of_a_type(node: exp.Expression) -> bool:
    above = node.parent
    if isinstance(above, exp.Neg):
        above = above.parent
    kinds = (
        exp.DataTypeParam, exp.Interval, exp.Group, exp.Order, exp.Ordered, exp.WindowSpec, exp.Round, exp.Select, exp.Alias, exp.Limit,
    )  # fmt: skip
    return isinstance(above, kinds)


def _is_counted(node: exp.Expression) -> bool:
    """What a case gives a count, which asks for no more than that it is not null."""
    return isinstance(node.parent, exp.If) and isinstance(node.find_ancestor(exp.Case).parent, exp.Count)


def join(node: exp.Expression) -> Edits:
    """A left join that is an inner one, and the other way round."""
    if isinstance(node, exp.Join) and (node.args.get("on") or node.args.get("using")) and node.kind != "CROSS":
        table = node.this.alias_or_name
        side = node.side
        other = node.copy()
        told = f"{side or 'inner'} join {table}".lower()
        if side in ("LEFT", "FULL", "RIGHT"):
            other.set("side", None)
            other.set("kind", "INNER")
            yield _joined(node, other, told, f"inner join {table}")
        elif not side and node.kind in ("", "INNER"):
            other.set("side", "LEFT")
            other.set("kind", None)
            yield _joined(node, other, told, f"left join {table}")


def _joined(node: exp.Expression, other: exp.Expression, before: str, after: str) -> Edit:
    return Edit(*_place(node, other), before, after)


def aggregate(node: exp.Expression) -> Edits:
    """Another aggregate or rounding: the largest for the sum, the first for the last."""
    if type(node) in AGGREGATE:
        yield instead(node, AGGREGATE[type(node)](this=node.this.copy()))
    elif type(node) in TWINS:
        yield retyped(node, TWINS[type(node)])


def distinct(node: exp.Expression) -> Edits:
    """Rows that count twice."""
    if isinstance(node, exp.Count) and isinstance(node.this, exp.Distinct):
        yield instead(node, exp.Count(this=node.this.expressions[0].copy(), big_int=True))
    elif isinstance(node, exp.Select) and node.args.get("distinct"):
        yield dropped(node, "distinct", "select distinct")
    elif isinstance(node, exp.Union) and node.args.get("distinct"):
        yield Edit(node, "distinct", False, "union", "union all")


def fallback(node: exp.Expression) -> Edits:
    """A null that nobody thought of: coalesce without its last value, nullif without its guard."""
    if isinstance(node, exp.Coalesce) and node.expressions:
        if len(node.expressions) == 1:
            yield instead(node, node.this.copy())
        else:
            yield Edit(node, "expressions", node.expressions[:-1], text(node), f"without {text(node.expressions[-1])}")
    elif isinstance(node, exp.Nullif):
        yield instead(node, node.this.copy())


def parts(node: exp.Expression) -> Edits:
    """The numerator for the denominator."""
    if isinstance(node, exp.Select):
        columns = {one.alias: one for one in node.expressions if isinstance(one, exp.Alias)}
        one, other = (columns.get(name) for name in ("numerator", "denominator"))
        if one and other and one.this != other.this:
            swapped = {id(one): (other.this, "numerator"), id(other): (one.this, "denominator")}
            value = [
                exp.alias_(swapped[id(column)][0].copy(), swapped[id(column)][1]) if id(column) in swapped else column
                for column in node.expressions
            ]
            yield Edit(node, "expressions", value, f"{text(one)}, {text(other)}", "numerator and denominator swapped")


def window(node: exp.Expression) -> Edits:
    """An order turned round, a partition too large."""
    if isinstance(node, exp.Ordered):
        other = node.copy()
        other.set("desc", not node.args.get("desc"))
        # where null stands does not change with it
        yield instead(node, other)
    elif isinstance(node, exp.Window):
        parts = node.args.get("partition_by") or []
        for position, one in enumerate(parts):
            yield dropped(node, "partition_by", f"partition by {text(one)}", position)


OPERATORS: dict[str, Callable[[exp.Expression], Edits]] = {
    one.__name__: one
    for one in (boundary, comparison, condition, case, sign, number, join, aggregate, distinct, fallback, window, parts)
}


class Statement:
    """The SQL of a model, which can be changed."""

    def __init__(self, model: str, sql: str) -> None:
        self._tree = sqlglot.parse_one(sql, dialect=DIALECT)
        self._edits: dict[tuple, Edit] = {}
        self.mutants: list[Mutant] = []
        seen: Counter[tuple[str, ...]] = Counter()
        for node, cte in [(self._tree, FINAL), *_nodes(self._tree, FINAL)]:
            for name, operator in OPERATORS.items():
                for edit in operator(node):
                    place = cte, edit.before, edit.after
                    seen[place] += 1
                    seen[cte, name] += 1
                    mutant = Mutant(model, name, *place, seen[place], seen[cte, name])
                    self.mutants.append(mutant)
                    self._edits[mutant.key] = self._edits[mutant.shape] = edit

    def sql(self, mutant: Mutant | None = None, is_pretty: bool = False) -> str | None:
        """The statement with the change, or without any; None where the change is not to be made in this statement."""
        if mutant is None:
            return self._tree.sql(dialect=DIALECT, comments=False, pretty=is_pretty)
        edit = self._edits.get(mutant.key) or self._edits.get(mutant.shape)
        if edit is None:
            return None
        old = edit.node.args.get(edit.argument)
        edit.node.set(edit.argument, _copied(edit.value))
        try:
            return self._tree.sql(dialect=DIALECT, comments=False, pretty=is_pretty)
        finally:
            edit.node.set(edit.argument, old)


def _taken(node: exp.Expression) -> exp.Expression:
    """Of a case that a variable decides (case when 'all' = 'permanent' ...) what is ever reached."""
    while isinstance(node, exp.Case) and node.this is None:
        outcomes = [_outcome(one.this) for one in node.args["ifs"]]
        if None in outcomes:
            break
        branches = [one.args["true"] for one in node.args["ifs"]] + [node.args.get("default")]
        reached = branches[outcomes.index(True) if True in outcomes else -1]
        if reached is None:
            break
        node = reached
    return node


def _outcome(condition: exp.Expression) -> bool | None:
    """Of a comparison of two words or numbers; None where rows decide."""
    if isinstance(condition, exp.EQ) and all(
        isinstance(side, exp.Literal) for side in (condition.this, condition.expression)
    ):
        return condition.this == condition.expression
    return None


def _nodes(node: exp.Expression, cte: str) -> Iterator[tuple[exp.Expression, str]]:
    """Every node below, in the order of the statement, with the outermost CTE that it stands in."""
    for child in node.iter_expressions():
        child = _taken(child)
        name = child.alias if isinstance(child, exp.CTE) and cte == FINAL else cte
        yield child, name
        yield from _nodes(child, name)
