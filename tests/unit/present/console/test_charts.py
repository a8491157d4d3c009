"""Charts: the same numbers from the left and from the right, gaps, and nothing outside of the box."""

from hypothesis import given
from hypothesis import strategies as st

from vaada.present.console.charts import (
    WIDTH,
    Bar,
    Chart,
    Point,
    bars,
    counts_over_time,
    shares_over_time,
    shares_with_range,
)


def percent(share: float) -> str:
    return f"{share:.0%}"


_SHARES = st.floats(0, 100)
_POINTS = st.lists(
    st.one_of(
        st.just(Point("3 Mar")),
        st.builds(
            lambda shares: Point("3 Mar", sorted(shares)[1], min(shares), max(shares)),
            st.lists(_SHARES, min_size=3, max_size=3),
        ),
    ),
    max_size=60,
)


def charts(points: list[Point], *, mirrored: bool) -> list[Chart]:
    lines = [Bar(point.label, point.share or 0, "1", point.low) for point in points]
    counts = [(point.label, int(point.low)) for point in points]
    return [
        bars("Title", "Words", lines, mirrored=mirrored),
        shares_over_time("Title", "Words", points, percent, mirrored=mirrored),
        shares_with_range("Title", "Words", points, percent, mirrored=mirrored),
        counts_over_time("Title", "Words", counts, str, mirrored=mirrored),
    ]


@given(_POINTS, st.booleans())
def test_everything_lies_within_the_box(points: list[Point], mirrored: bool) -> None:
    for chart in charts(points, mirrored=mirrored):
        for box in chart.boxes:
            assert 0 <= box.x <= box.x + box.width <= WIDTH + 0.1
        places = [(dot.x, dot.y) for dot in chart.dots] + [(label.x, label.y) for label in chart.labels]
        assert all(0 <= x <= WIDTH and 0 <= y <= chart.height for x, y in places)


@given(_POINTS)
def test_a_chart_is_mirrored_in_a_right_to_left_language(points: list[Point]) -> None:
    for left, right in zip(charts(points, mirrored=False), charts(points, mirrored=True), strict=True):
        assert [round(WIDTH - dot.x, 1) for dot in left.dots] == [dot.x for dot in right.dots]
        assert [label.text for label in left.labels] == [label.text for label in right.labels]


def test_a_week_without_anything_to_count_is_a_gap_in_the_line() -> None:
    known, gap = Point("a", 50, 40, 60), Point("b")

    chart = shares_over_time("Title", "Words", [known, known, gap, known], percent, mirrored=False)

    assert [path.css for path in chart.paths].count("line") == 1
    assert len(chart.dots) == 3
