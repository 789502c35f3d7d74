"""The part of a notebook that some of its results rest on, found by reading its code.

A statement is kept if it names a wanted result or gives a name that a kept statement reads: the static
backward slice of Weiser (1984), over the top-level statements of the code cells. What a statement reads and
gives is what `symtable` says of it. An argument that a function changes in place is not seen, so whoever uses
a slice compares it with the whole run. A statement that only checks gives nothing and is left out.
"""

from __future__ import annotations

import ast
import inspect
import json
import re
import symtable
from collections.abc import Collection, Iterator
from dataclasses import dataclass, replace
from functools import cached_property

from nbformat.v4 import new_code_cell, new_notebook, writes

from helpers.errors import UnknownNameError
from helpers.runs.record import RunPlan
from helpers.runs.results import record_all

PARAMETERS_TAG = "parameters"
_QUERIED = re.compile(r"@(\w+)")
_IMPORTS = (ast.Import, ast.ImportFrom)
_OPTIONS = inspect.signature(record_all).parameters.keys()


@dataclass(frozen=True)
class _Statement:
    """One top-level statement and the cell that it stands in."""

    cell: int
    node: ast.stmt

    @cached_property
    def source(self) -> str:
        return ast.unparse(self.node)

    @cached_property
    def _table(self) -> symtable.SymbolTable:
        tree = _Generators().visit(ast.parse(self.source))
        return symtable.symtable(ast.unparse(tree), "cell", "exec")

    @cached_property
    def binds(self) -> frozenset[str]:
        """Names that hold something new once the statement has run."""
        symbols = self._table.get_symbols()
        return frozenset(s.get_name() for s in symbols if s.is_assigned() or s.is_imported())

    @cached_property
    def changes(self) -> frozenset[str]:
        """Names of what it changes in place: by an item, an attribute or a method called for its effect."""
        targets = [node for node in ast.walk(self.node) if isinstance(getattr(node, "ctx", None), ast.Store)]
        if isinstance(self.node, ast.Expr) and isinstance(self.node.value, ast.Call):
            targets.append(self.node.value.func)
        return frozenset(filter(None, map(_find_owner, targets)))

    @cached_property
    def reads(self) -> frozenset[str]:
        """Global names that it reads, also inside the functions that it defines and in queries of pandas."""
        own = {s.get_name() for s in self._table.get_symbols() if s.is_referenced()}
        inner = {s.get_name() for t in _list_inner(self._table) for s in t.get_symbols() if s.is_global()}
        return frozenset(own | inner | {name for text in self._texts for name in _QUERIED.findall(text)})

    @cached_property
    def _texts(self) -> list[str]:
        values = [node.value for node in ast.walk(self.node) if isinstance(node, ast.Constant)]
        return [value for value in values if isinstance(value, str)]

    @cached_property
    def is_definition(self) -> bool:
        """Whether what it reads is read when the name is used, and not here."""
        return isinstance(self.node, ast.FunctionDef | ast.ClassDef)

    @cached_property
    def mentions(self) -> frozenset[str]:
        """Words that a call says by itself: texts and names of arguments."""
        if not isinstance(self.node, ast.Expr | ast.For):
            return frozenset()
        names = [node.arg for node in ast.walk(self.node) if isinstance(node, ast.keyword)]
        return frozenset([*self._texts, *filter(None, names)])


class _Generators(ast.NodeTransformer):
    """Makes each comprehension a generator, whose names are its own on every Python.

    From 3.12 on (PEP 709) `symtable` gives those of a comprehension to the code around it.
    """

    def visit_ListComp(self, node: ast.ListComp | ast.SetComp) -> ast.AST:
        return self.generic_visit(ast.GeneratorExp(node.elt, node.generators))

    visit_SetComp = visit_ListComp  # noqa: N815  # the name that `ast` calls

    def visit_DictComp(self, node: ast.DictComp) -> ast.AST:
        pair = ast.Tuple([node.key, node.value], ast.Load())
        return self.generic_visit(ast.GeneratorExp(pair, node.generators))


def _find_owner(node: ast.AST) -> str | None:
    """Return the name whose item, attribute or method a target is; a bare name is no part of anything."""
    owner = node
    while isinstance(owner, ast.Attribute | ast.Subscript):
        owner = owner.value
    return owner.id if isinstance(owner, ast.Name) and owner is not node else None


def _list_inner(table: symtable.SymbolTable) -> Iterator[symtable.SymbolTable]:
    for child in table.get_children():
        yield child
        yield from _list_inner(child)


def slice_plan(plan: RunPlan, wanted: Collection[str]) -> RunPlan:
    """Return the plan of a run that does only what some results need.

    Parameters
    ----------
    plan : RunPlan
    wanted : collection of str
        Names of results.

    Returns
    -------
    RunPlan
        With the statements that the results rest on, cell by cell, and the parameters cell as it is.

    Raises
    ------
    UnknownNameError
        If no statement names a result.
    """
    names = frozenset(wanted)
    first = next(n for n, tags in enumerate(plan.steering) if PARAMETERS_TAG in tags)
    statements = [
        _Statement(cell, _narrow(node, names))
        for cell, source in enumerate(plan.code)
        if cell != first
        for node in ast.parse(source).body
    ]
    kept = _select(statements, names)
    cells = {number: [s.source for s in kept if s.cell == number] for number in range(len(plan.code))}
    cells[first] = [plan.code[first]]
    sources = {number: "\n".join(lines) for number, lines in cells.items() if lines}
    notebook = new_notebook(
        cells=[
            new_code_cell(source, id=f"cell-{number}", metadata={"tags": list(plan.steering[number])})
            for number, source in sources.items()
        ],
        metadata=json.loads(plan.source)["metadata"],
    )
    return replace(
        plan,
        source=writes(notebook),
        code=tuple(sources.values()),
        steering=tuple(plan.steering[number] for number in sources),
    )


def _narrow(node: ast.stmt, wanted: frozenset[str]) -> ast.stmt:
    """Return a call of `record_all` with the wanted ones of its results alone; anything else as it is."""
    call = node.value if isinstance(node, ast.Expr) else None
    if not (isinstance(call, ast.Call) and isinstance(call.func, ast.Name)):
        return node
    if call.func.id != record_all.__name__:
        return node
    kept = [each for each in call.keywords if each.arg is None or each.arg in wanted | _OPTIONS]
    return ast.Expr(ast.Call(call.func, call.args, kept))


def _select(statements: list[_Statement], wanted: frozenset[str]) -> list[_Statement]:
    """Return the statements that the wanted results rest on, in order."""
    said = frozenset().union(*(statement.mentions for statement in statements))
    for name in wanted:
        if name not in said:
            raise UnknownNameError("result in the notebook's code", name, said)
    modules = frozenset().union(*(s.binds for s in statements if isinstance(s.node, _IMPORTS)))
    later = {name: s.reads for s in statements if s.is_definition for name in s.binds}
    needed: set[str] = set()
    kept: list[_Statement] = []
    for statement in reversed(statements):
        gives = (statement.binds | statement.changes - modules) & needed
        if not gives and statement.mentions.isdisjoint(wanted):
            continue
        kept.append(statement)
        if isinstance(statement.node, ast.Assign | ast.AnnAssign):
            needed -= statement.binds - statement.changes
        needed |= _follow(statement.reads, later)
    return kept[::-1]


def _follow(names: frozenset[str], later: dict[str, frozenset[str]]) -> set[str]:
    """Return names with all that functions among them will read."""
    found: set[str] = set()
    pending = set(names)
    while pending:
        name = pending.pop()
        found.add(name)
        pending |= later.get(name, frozenset()) - found
    return found
