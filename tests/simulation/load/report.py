"""What the report must say about the surveys of a crowd, computed independently of the product."""

from math import sqrt
from typing import Any

from tests.simulation.load.outcomes import HIGH, LOW, Outcome

Z = 1.959963984540054  # quantile of the normal distribution for 95 %


def wilson(part: int, whole: int) -> list[float] | None:
    """The Wilson score interval at 95 % (Wilson 1927): both roots of a quadratic equation."""
    if whole == 0:
        return None
    a, b, c = whole + Z * Z, -(2 * part + Z * Z), part * part / whole
    root = sqrt(b * b - 4 * a * c)
    return [(-b - root) / (2 * a), (-b + root) / (2 * a)]


def net_promoter_interval(votes: list[int]) -> list[float] | None:
    """Adjusted Wald interval (Rocks 2016): adds 3/4 promoters, 3/2 passives and 3/4 detractors."""
    if not votes:
        return None
    weights = {1: votes.count(1) + 0.75, 0: votes.count(0) + 1.5, -1: votes.count(-1) + 0.75}
    whole = sum(weights.values())
    mean = sum(vote * weight for vote, weight in weights.items()) / whole
    variance = sum(weight * (vote - mean) ** 2 for vote, weight in weights.items()) / whole
    spread = Z * sqrt(variance / whole)
    return [100 * max(-1.0, mean - spread), 100 * min(1.0, mean + spread)]


def satisfaction(outcomes: list[Outcome]) -> dict[str, dict[str, Any]]:
    """The report on these surveys by kind. Surveys that did not arrive or were withdrawn do not count."""
    found: dict[str, dict[str, Any]] = {}
    reached = [one for one in outcomes if one.asked and one.status != "withheld"]
    for kind in sorted({one.kind for one in reached}):
        asked = [one for one in reached if one.kind == kind]
        scores = [one.score for one in asked if one.score is not None]
        happy = sum(score >= HIGH[kind] for score in scores)
        votes = [1 if score >= HIGH["nps"] else -1 if score <= LOW["nps"] else 0 for score in scores]
        of_all = bool(scores) and kind == "nps"
        found[kind] = {
            "asked": len(asked),
            "answered": len(scores),
            "response_rate": len(scores) / len(asked),
            "response_interval": wilson(len(scores), len(asked)),
            "mean_score": sum(scores) / len(scores) if scores else None,
            "happy_rate": happy / len(scores) if scores else None,
            "happy_interval": wilson(happy, len(scores)),
            "nps": 100 * sum(votes) / len(votes) if of_all else None,
            "nps_interval": net_promoter_interval(votes) if of_all else None,
        }
    return found
