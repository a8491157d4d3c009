"""Charts as SVG shapes: bars, counts and shares over weeks, and shares with their confidence intervals.

Coordinates are in a box of 360 units. In a language that is written from right to left they are mirrored.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

WIDTH = 360
Percent = Callable[[float], str]
"""How the reader's language writes a share as a percentage."""

Count = Callable[[int], str]
"""How the reader's language writes a number."""

_LABEL, _VALUE = 132, 40  # units for the words beside bars, and for the number behind
_ROW, _BAR = 28, 8
_LEFT, _RIGHT, _TOP, _HEIGHT = 50, 352, 10, 140
_HALF = 50
_GAP = 0.15  # of the width of a column, on both sides


@dataclass(frozen=True)
class Label:
    """Words in a chart. `anchor` says which point of them is placed: start, middle or end."""

    x: float
    y: float
    text: str
    anchor: str = "start"
    strong: bool = False


@dataclass(frozen=True)
class Box:
    """A rectangle: a bar, or the rest of it."""

    x: float
    y: float
    width: float
    css: str


@dataclass(frozen=True)
class Path:
    """A line or an area."""

    d: str
    css: str


@dataclass(frozen=True)
class Dot:
    """A value."""

    x: float
    y: float
    title: str = ""


@dataclass(frozen=True)
class Chart:
    """A chart with its title, and what it shows in words."""

    title: str
    description: str
    height: float
    labels: tuple[Label, ...] = ()
    boxes: tuple[Box, ...] = ()
    paths: tuple[Path, ...] = ()
    dots: tuple[Dot, ...] = ()


@dataclass(frozen=True)
class Bar:
    """A bar: `share` and `mark` are parts of a hundred. The mark is the earlier value."""

    label: str
    share: float
    value: str
    mark: float | None = None


@dataclass(frozen=True)
class Point:
    """A share in percent with its confidence interval. None: there is nothing to count."""

    label: str
    share: float | None = None
    low: float = 0
    high: float = 0
    title: str = ""


@dataclass
class _Drawing:
    """Collects shapes, and mirrors them for languages written from right to left."""

    mirrored: bool
    labels: list[Label] = field(default_factory=list)
    boxes: list[Box] = field(default_factory=list)
    paths: list[Path] = field(default_factory=list)
    dots: list[Dot] = field(default_factory=list)

    def x(self, x: float) -> float:
        return round(WIDTH - x if self.mirrored else x, 1)

    def label(self, x: float, y: float, text: str, anchor: str = "start", *, strong: bool = False) -> None:
        if self.mirrored:
            anchor = {"start": "end", "end": "start"}.get(anchor, anchor)
        self.labels.append(Label(self.x(x), y, text, anchor, strong))

    def box(self, x: float, y: float, width: float, css: str) -> None:
        self.boxes.append(Box(round(self.x(x) - (width if self.mirrored else 0), 1), y, round(width, 1), css))

    def line(self, points: Sequence[tuple[float, float]], css: str, *, closed: bool = False) -> None:
        words = " L".join(f"{self.x(x)} {round(y, 1)}" for x, y in points)
        self.paths.append(Path(f"M{words}{'Z' if closed else ''}", css))

    def dot(self, x: float, y: float, title: str) -> None:
        self.dots.append(Dot(self.x(x), round(y, 1), title))

    def chart(self, title: str, description: str, height: float) -> Chart:
        return Chart(
            title,
            description,
            height,
            tuple(self.labels),
            tuple(self.boxes),
            tuple(self.paths),
            tuple(self.dots),
        )


def bars(title: str, description: str, rows: Sequence[Bar], *, mirrored: bool) -> Chart:
    """Return horizontal bars, each with its label before it and its number after it."""
    drawing = _Drawing(mirrored)
    length = WIDTH - _LABEL - _VALUE
    for number, row in enumerate(rows):
        y = 10 + number * _ROW
        drawing.label(0, y + _BAR, row.label, strong=True)
        drawing.box(_LABEL, y, length, "rest")
        if row.share > 0:
            drawing.box(_LABEL, y, max(length * min(row.share, 100) / 100, _BAR), "fill")
        if row.mark is not None:
            at = _LABEL + length * min(row.mark, 100) / 100
            drawing.line(((at, y - 3), (at, y + _BAR + 3)), "range")
        drawing.label(WIDTH, y + _BAR, row.value, "end", strong=True)
    return drawing.chart(title, description, max(len(rows), 1) * _ROW + 4)


def shares_over_time(
    title: str, description: str, points: Sequence[Point], percent: Percent, *, mirrored: bool
) -> Chart:
    """Return a line of shares with their intervals. It has gaps at points without anything to count."""
    drawing = _Drawing(mirrored)
    known = [point.low for point in points if point.share is not None]
    floor = _HALF if min(known, default=0) >= _HALF else 0

    def y(share: float) -> float:
        return _TOP + _HEIGHT * (100 - share) / (100 - floor)

    step = (_RIGHT - _LEFT) / max(len(points) - 1, 1)
    for share in (floor, (100 + floor) // 2, 100):
        drawing.line(((_LEFT, y(share)), (_RIGHT, y(share))), "grid")
        drawing.label(_LEFT - 6, round(y(share) + 4.5, 1), percent(share / 100), "end")
    for run in _runs(points):
        upper = [(_LEFT + step * n, y(points[n].high)) for n in run]
        lower = [(_LEFT + step * n, y(points[n].low)) for n in run]
        middle = [(_LEFT + step * n, y(points[n].share or 0)) for n in run]
        if len(run) > 1:
            drawing.line([*upper, *reversed(lower)], "area", closed=True)
            drawing.line(middle, "line")
        else:
            drawing.line([*upper, *lower], "range")
        for n, (x, at) in zip(run, middle, strict=True):
            drawing.dot(x, at, points[n].title)
    for n in sorted({0, len(points) // 2, len(points) - 1} if points else ()):
        anchor = "start" if n == 0 else "end" if n == len(points) - 1 else "middle"
        drawing.label(_LEFT + step * n, _TOP + _HEIGHT + 22, points[n].label, anchor)
    return drawing.chart(title, description, _TOP + _HEIGHT + 30)


def counts_over_time(
    title: str, description: str, counts: Sequence[tuple[str, int]], number: Count, *, mirrored: bool
) -> Chart:
    """Return a column for each label and its count."""
    drawing = _Drawing(mirrored)
    most = max((count for _, count in counts), default=0) or 1
    bottom, wide = _TOP + _HEIGHT, (_RIGHT - _LEFT) / max(len(counts), 1)
    for count in (0, most):
        y = bottom - _HEIGHT * count / most
        drawing.line(((_LEFT, y), (_RIGHT, y)), "grid")
        drawing.label(_LEFT - 6, round(y + 4.5, 1), number(count), "end")
    for n, (label, count) in enumerate(counts):
        left, right = _LEFT + wide * (n + _GAP), _LEFT + wide * (n + 1 - _GAP)
        top = bottom - _HEIGHT * count / most
        if count:
            drawing.line(((left, bottom), (left, top), (right, top), (right, bottom)), "fill", closed=True)
        if n in {0, len(counts) // 2, len(counts) - 1}:
            anchor = "start" if n == 0 else "end" if n == len(counts) - 1 else "middle"
            at = {"start": left, "end": right}.get(anchor, (left + right) / 2)
            drawing.label(at, bottom + 22, label, anchor)
    return drawing.chart(title, description, bottom + 30)


def shares_with_range(
    title: str, description: str, points: Sequence[Point], percent: Percent, *, mirrored: bool
) -> Chart:
    """Return each share as a dot on its confidence interval."""
    drawing = _Drawing(mirrored)
    length = WIDTH - _LABEL - 20
    bottom = 6 + max(len(points), 1) * _ROW
    for share in (0, 50, 100):
        x = _LABEL + length * share / 100
        drawing.line(((x, 4), (x, bottom)), "grid")
        drawing.label(x, bottom + 16, percent(share / 100), "middle")
    for number, point in enumerate(points):
        y = 18 + number * _ROW
        drawing.label(0, y + 4, point.label, strong=True)
        if point.share is not None:
            ends = ((_LABEL + length * share / 100, y) for share in (point.low, point.high))
            drawing.line(tuple(ends), "range")
            drawing.dot(_LABEL + length * point.share / 100, y, point.title)
    return drawing.chart(title, description, bottom + 22)


def _runs(points: Sequence[Point]) -> list[list[int]]:
    """Return the indexes of points that follow each other without a gap."""
    runs: list[list[int]] = []
    for number, point in enumerate(points):
        if point.share is None:
            continue
        if runs and runs[-1][-1] == number - 1:
            runs[-1].append(number)
        else:
            runs.append([number])
    return runs
