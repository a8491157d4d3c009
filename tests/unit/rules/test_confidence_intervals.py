"""Confidence intervals, compared with published ones."""

import pytest

from vaada.rules import confidence_intervals


@pytest.mark.parametrize(
    ("part", "whole", "low", "high"),
    [
        (81, 263, 0.2553, 0.3662),  # Newcombe 1998, table I, method 3
        (15, 148, 0.0624, 0.1605),
        (0, 20, 0.0, 0.1611),
        (1, 29, 0.0061, 0.1718),
        (29, 29, 0.8830, 1.0),
    ],
)
def test_the_interval_of_a_share_equals_published_wilson_intervals(
    part: int, whole: int, low: float, high: float
) -> None:
    assert confidence_intervals.for_share(part, whole) == pytest.approx((low, high), abs=0.0001)


@pytest.mark.parametrize("whole", [1, 2, 7, 500])
def test_the_interval_of_a_share_contains_it_and_stays_between_0_and_1(whole: int) -> None:
    for part in range(whole + 1):
        interval = confidence_intervals.for_share(part, whole)
        assert interval is not None
        low, high = interval
        assert 0 <= low <= part / whole + 1e-12
        assert part / whole - 1e-12 <= high <= 1


def test_no_answers_give_no_interval() -> None:
    assert confidence_intervals.for_share(0, 0) is None
    assert confidence_intervals.for_net_promoter_score(0, 0, 0) is None


def test_the_interval_of_a_net_promoter_score_adds_three_answers() -> None:
    # 6, 3 and 1 become 6.75, 4.5 and 1.75 of 13: 38.46, plus and minus 1.96 standard errors of 19.73.
    interval = confidence_intervals.for_net_promoter_score(6, 3, 1)

    assert interval == pytest.approx((-0.20, 77.13), abs=0.01)


def test_the_interval_of_a_net_promoter_score_is_symmetric_and_within_the_scale() -> None:
    good, bad = (
        confidence_intervals.for_net_promoter_score(40, 0, 0),
        confidence_intervals.for_net_promoter_score(0, 0, 40),
    )

    assert good is not None
    assert bad is not None
    assert good == pytest.approx((-bad[1], -bad[0]))
    assert 80 < good[0] < good[1] <= 100


def test_more_answers_make_the_interval_narrower() -> None:
    widths = []
    for times in (1, 10, 100):
        interval = confidence_intervals.for_net_promoter_score(5 * times, 3 * times, 2 * times)
        assert interval is not None
        widths.append(interval[1] - interval[0])

    assert widths == sorted(widths, reverse=True)
