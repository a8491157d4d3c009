"""95 % confidence intervals of a share and of a Net Promoter Score."""

from math import sqrt
from statistics import NormalDist

_Z = NormalDist().inv_cdf(0.975)


def for_share(part: int, whole: int) -> tuple[float, float] | None:
    """Return Wilson's score interval of part/whole (Wilson 1927, JASA 22: 209-212). None if `whole` is 0."""
    if whole == 0:
        return None
    rate, z2 = part / whole, _Z * _Z
    middle = (rate + z2 / (2 * whole)) / (1 + z2 / whole)
    spread = _Z / (1 + z2 / whole) * sqrt(rate * (1 - rate) / whole + z2 / (4 * whole * whole))
    return max(0.0, middle - spread), min(1.0, middle + spread)


def for_net_promoter_score(promoters: int, passives: int, detractors: int) -> tuple[float, float] | None:
    """Return the adjusted Wald interval of the score, -100 to 100 (Rocks 2016, The American Statistician 70).

    The method adds three answers: 0.75 promoters, 0.75 detractors, 1.5 passives. None if nobody answered.
    """
    if promoters + passives + detractors == 0:
        return None
    whole = promoters + passives + detractors + 3
    high, low = (promoters + 0.75) / whole, (detractors + 0.75) / whole
    middle = high - low
    spread = _Z * sqrt((high + low - middle * middle) / whole)
    return 100 * max(-1.0, middle - spread), 100 * min(1.0, middle + spread)


def for_difference(part: int, whole: int, other_part: int, other_whole: int) -> tuple[float, float] | None:
    """Return Newcombe's interval of part/whole - other_part/other_whole. None if a whole is 0.

    It is the hybrid score method (Newcombe 1998, Statistics in Medicine 17: 873-890, method 10).
    """
    first, second = for_share(part, whole), for_share(other_part, other_whole)
    if first is None or second is None:
        return None
    share, other = part / whole, other_part / other_whole
    below = sqrt((share - first[0]) ** 2 + (second[1] - other) ** 2)
    above = sqrt((first[1] - share) ** 2 + (other - second[0]) ** 2)
    return share - other - below, share - other + above
