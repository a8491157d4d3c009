"""The small changes of a source file: each is a mistake that a hurried maintainer could make."""

import ast
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

_COMPARISONS: dict[type[ast.cmpop], type[ast.cmpop]] = {
    ast.Lt: ast.LtE,
    ast.LtE: ast.Lt,
    ast.Gt: ast.GtE,
    ast.GtE: ast.Gt,
    ast.Eq: ast.NotEq,
    ast.NotEq: ast.Eq,
    ast.In: ast.NotIn,
    ast.NotIn: ast.In,
    ast.Is: ast.IsNot,
    ast.IsNot: ast.Is,
}
_OPERATORS: dict[type[ast.operator], type[ast.operator]] = {
    ast.Add: ast.Sub,
    ast.Sub: ast.Add,
    ast.Mult: ast.Add,
    ast.BitOr: ast.BitAnd,
    ast.BitAnd: ast.BitOr,
}
_FUNCTIONS = {"min": "max", "max": "min", "any": "all", "all": "any"}
_ATTRIBUTES = {
    "agent_id": "customer_id",
    "cover_id": "supervisor_id",
    "due_at": "wake_at",
    "email": "phone",
    "end": "start",
    "occurred_at": "recorded_at",
    "opened_at": "resolved_at",
    "phone": "email",
    "recorded_at": "occurred_at",
    "start": "end",
    "supervisor_id": "id",
    "wake_at": "due_at",
}
"""Attributes that are easily confused. Where the object lacks the other one, any test of the line notices."""
_NOT_EXECUTED = {"annotation", "returns", "decorator_list", "bases", "type_params"}

Place = ast.expr | ast.stmt


@dataclass(frozen=True)
class Change:
    """Source text to put in the place of other text. `start` and `end` are offsets in bytes."""

    path: Path
    lines: range
    start: int
    end: int
    before: str
    after: str

    def apply(self) -> str:
        """Return the changed source of the file."""
        source = self.path.read_bytes()
        return (source[: self.start] + self.after.encode() + source[self.end :]).decode()

    def __str__(self) -> str:
        before, after = (" ".join(text.split()) for text in (self.before, self.after))
        return f"{self.path}:{self.lines.start}: {before[:100]}  →  {after[:100]}"


def changes_of(path: Path) -> Iterator[Change]:
    """Yield all changes of a file."""
    source = path.read_bytes()
    line_starts = [0]
    for line in source.splitlines(keepends=True):
        line_starts.append(line_starts[-1] + len(line))
    for node, after, statement in _changed_places(ast.parse(source), None):
        last_line, last_column = node.end_lineno or node.lineno, node.end_col_offset or node.col_offset
        start = line_starts[node.lineno - 1] + node.col_offset
        end = line_starts[last_line - 1] + last_column
        lines = range(statement.lineno, max(statement.lineno, last_line) + 1)
        yield Change(path, lines, start, end, source[start:end].decode(), after)


def _changed_places(node: ast.AST, statement: ast.stmt | None) -> Iterator[tuple[Place, str, ast.stmt]]:
    """Yield what to change below a node, the source to put there, and the statement that it is in."""
    for child in _executed(node):
        inside = child if isinstance(child, ast.stmt) else statement
        if isinstance(child, Place) and inside is not None:
            for after in _replacements(child):
                yield child, after, inside
        yield from _changed_places(child, inside)


def _executed(node: ast.AST) -> Iterator[ast.AST]:
    """Yield the children of a node but for docstrings, annotations, imports, logs, and texts of errors.

    Python 3.11 does not know where the parts of an f-string are.
    """
    if isinstance(node, ast.Import | ast.ImportFrom | ast.Raise | ast.Assert | ast.JoinedStr) or _is_log(
        node
    ):
        return
    if isinstance(node, ast.If) and ast.unparse(node.test) == "TYPE_CHECKING":
        return
    for field, value in ast.iter_fields(node):
        for each in value if isinstance(value, list) else [value]:
            if field not in _NOT_EXECUTED and isinstance(each, ast.AST) and not _is_documentation(each):
                yield each


def _is_log(node: ast.AST) -> bool:
    return isinstance(node, ast.Expr) and ast.unparse(node).startswith("logger.")


def _is_documentation(node: ast.AST) -> bool:
    """Whether it is a docstring, or the name of a type such as `Find = Callable[[str], bool]`."""
    match node:
        case ast.Expr(value=ast.Constant()):
            return True
        case ast.Assign(targets=[ast.Name(id=name)], value=ast.Subscript() | ast.BinOp()):
            return name.lstrip("_")[:1].isupper() and not name.isupper()
    return False


def _replacements(node: Place) -> Iterator[str]:
    """Yield the source of everything that may stand in the place of a node."""
    match node:
        case ast.Compare(left=left, ops=[operator, *ops], comparators=comparators):
            if type(operator) in _COMPARISONS:
                yield ast.unparse(ast.Compare(left, [_COMPARISONS[type(operator)](), *ops], comparators))
        case ast.BoolOp(op=operator, values=values):
            other = ast.Or() if isinstance(operator, ast.And) else ast.And()
            yield f"({ast.unparse(ast.BoolOp(other, values))})"
            yield f"({ast.unparse(values[0])})"
            yield f"({ast.unparse(values[-1])})"
        case ast.UnaryOp() | ast.IfExp() | ast.BinOp() | ast.Constant():
            yield from _changed_values(node)
        case ast.Call(func=function, args=args, keywords=keywords):
            yield from _changed_calls(function, args, keywords)
        case ast.Attribute(value=value, attr=name, ctx=ast.Load()):
            if name in _ATTRIBUTES:
                yield f"{ast.unparse(value)}.{_ATTRIBUTES[name]}"
        case ast.Dict() | ast.Tuple(ctx=ast.Load()) | ast.List() | ast.Set():
            yield from _without_one(node)
        case ast.Expr(value=ast.Call()) | ast.AugAssign() | ast.Continue() | ast.Break():
            if not _is_log(node):
                yield "pass"


def _changed_values(node: ast.UnaryOp | ast.IfExp | ast.BinOp | ast.Constant) -> Iterator[str]:
    """Yield the opposite of a condition, the other of two values, and the next number."""
    match node:
        case ast.UnaryOp(op=ast.Not(), operand=operand):
            yield f"({ast.unparse(operand)})"
        case ast.IfExp(test=test, body=body, orelse=orelse):
            yield f"({ast.unparse(ast.IfExp(test, orelse, body))})"
        case ast.BinOp(left=left, op=operator, right=right) if type(operator) in _OPERATORS:
            yield f"({ast.unparse(ast.BinOp(left, _OPERATORS[type(operator)](), right))})"
        case ast.Constant(value=bool() | int() as value):
            yield str(not value) if isinstance(value, bool) else str(value + 1)


def _changed_calls(
    function: ast.expr, args: list[ast.expr], keywords: Sequence[ast.keyword]
) -> Iterator[str]:
    """Yield a call of the opposite function, and calls without one of the keywords."""
    if isinstance(function, ast.Name) and function.id in _FUNCTIONS:
        yield ast.unparse(ast.Call(ast.Name(_FUNCTIONS[function.id]), args, list(keywords)))
    for index, keyword in enumerate(keywords):
        if keyword.arg is not None:
            rest = [*keywords[:index], *keywords[index + 1 :]]
            yield ast.unparse(ast.Call(function, args, rest))


def _without_one(display: ast.Dict | ast.Tuple | ast.List | ast.Set) -> Iterator[str]:
    """Yield a dict, tuple, list or set without one of its members."""
    if isinstance(display, ast.Dict):
        pairs = list(zip(display.keys, display.values, strict=True))
        for index in range(len(pairs)):
            rest = pairs[:index] + pairs[index + 1 :]
            yield ast.unparse(ast.Dict([key for key, _ in rest], [value for _, value in rest]))
        return
    for index in range(len(display.elts) if len(display.elts) > 1 else 0):
        yield f"({ast.unparse(type(display)(elts=display.elts[:index] + display.elts[index + 1 :]))})"
