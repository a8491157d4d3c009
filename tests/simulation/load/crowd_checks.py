"""Compares the table, the timelines and the report of a crowd with the expected outcomes."""

from collections import Counter, defaultdict
from collections.abc import Iterator
from typing import Any

from tests.simulation.load.crowd_world import Crowd
from tests.simulation.load.outcomes import (
    Outcome,
    expected,
)
from tests.simulation.load.report import satisfaction
from vaada.model.interactions import Interaction
from vaada.model.work import Commitment

PLACES = {"mean_score": 2, "nps": 1}  # decimal places of these in the report; all others have 4


def totals(outcomes: dict[int, list[Outcome]]) -> Counter[str]:
    """Everything that can be counted, by name."""
    counts: Counter[str] = Counter()
    for outcome in (one for some in outcomes.values() for one in some):
        counts[f"{outcome.kind} {outcome.status}"] += 1
        counts[f"{outcome.kind} asked"] += outcome.asked
        counts[f"{outcome.kind} amended"] += len(outcome.amended)
        counts["kept apart"] += outcome.apart
        counts["thank-yous"] += outcome.thanked
        if outcome.score is not None:
            counts[f"{outcome.kind} answered {outcome.score}"] += 1
        if outcome.why:
            counts[f"withheld: {outcome.why}"] += 1
        counts.update(f"sent: {one}" for one in outcome.by)
        counts.update(f"follow-up for an unhappy answer {one}" for one in outcome.unhappy)
        counts.update(f"promise to call {one}" for one in outcome.calls)
    return +counts


def differences(crowd: Crowd) -> list[str]:
    """Where the table, the timelines or the report differ from what is expected, one line each."""
    found = []
    for person in crowd.people:
        wanted, got = expected(person), crowd.outcomes[person.number]
        if wanted != got:
            found.append(f"{person}\n  expected {wanted}\n  found    {got}")
        why, told = sorted(one.why for one in wanted if one.why), crowd.reasons[person.number]
        if why != told:
            found.append(f"{person}\n  expected on the timeline {why}\n  found                    {told}")
    return [*found, *_report_differences(crowd)]


def _report_differences(crowd: Crowd) -> Iterator[str]:
    everything = [one for person in crowd.people for one in expected(person)]
    yield from _differ("all", satisfaction(everything), crowd.report["all"])
    for by in ("agent", "channel", "week"):
        groups: defaultdict[str, list[Outcome]] = defaultdict(list)
        for outcome in everything:
            name = crowd.agents[outcome.agent] if by == "agent" else getattr(outcome, by)
            if name is not None:
                groups[name].append(outcome)
        for name, some in groups.items():
            said = crowd.report[f"by_{by}"].get(name, {"satisfaction": {}})
            yield from _differ(f"{by} {name}", satisfaction(some), said)
    calls = Counter(call for one in everything for call in one.calls)
    as_promised = sum(person.matter in {"promise", "both"} for person in crowd.people)
    changed = sum(person.matter == "told of delays" for person in crowd.people)
    # A text that answers nothing is a contact: outside opening hours a promised call, which nobody makes.
    called_back = sum(row.origin == "call_back" for row in crowd.rows_of(Commitment))
    texted = sum(row.summary in {"42", "who is this?"} for row in crowd.rows_of(Interaction))
    if called_back > texted:
        yield f"called back {called_back} times after {texted} texts"
    wanted = {
        "due": as_promised + changed + calls.total() + called_back,
        "kept_in_time": as_promised + calls["kept"],
        "kept_after_change": changed,
        "kept_late": 0,
    }
    wanted |= {"withdrawn": calls["withdrawn"], "overdue": called_back, "broken": 0}
    said = crowd.report["all"]["promises"]
    yield from (f"promises {name}: {said[name]}, not {n}" for name, n in wanted.items() if said[name] != n)


def _differ(what: str, wanted: dict[str, dict[str, Any]], service: Any) -> Iterator[str]:
    got = service["satisfaction"]
    if sorted(got) != sorted(wanted):
        yield f"report, {what}: kinds {sorted(got)}, not {sorted(wanted)}"
        return
    for kind, facts in wanted.items():
        for name, value in facts.items():
            if not _says(got[kind].get(name), value, PLACES.get(name, 4)):
                yield f"report, {what}, {kind}: {name} is {got[kind].get(name)}, not {value}"


def _says(said: Any, wanted: Any, places: int) -> bool:
    """Whether the report has this number, rounded to so many places."""
    if isinstance(wanted, list):
        return isinstance(said, list) and all(_says(*pair, places) for pair in zip(said, wanted, strict=True))
    if isinstance(wanted, float):
        return said is not None and abs(said - wanted) <= 0.500001 * 10**-places
    return bool(said == wanted)
