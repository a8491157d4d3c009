"""Bugs of the rules of commitments."""

from datetime import datetime, timedelta
from typing import Any

from tests.simulation.mutations.planting import Planted, mutation
from tests.simulation.replacing import replaced
from vaada.flows import undo
from vaada.rules import commitments, follow_ups
from vaada.rules.undo import require_recent


@mutation()
def restarts_the_ladder() -> Planted:
    next_rung = commitments._next_rung

    def restarted(commitment: Any, rung: int, policy: Any) -> Any:
        climbed = next_rung(commitment, rung, policy)
        again = {"step": "flag", "wake_at": commitment.due_at + timedelta(hours=8)}
        return climbed.model_copy(update=again) if rung == 1 else climbed

    return replaced(next_rung, restarted)


@mutation(seed=12)
def skips_a_rung() -> Planted:
    next_rung = commitments._next_rung
    return replaced(next_rung, lambda row, rung, policy: next_rung(row, max(rung, 1), policy))


@mutation()
def escalates_again_after_a_policy_edit() -> Planted:
    next_step = commitments.next_step

    def from_the_first_rung(commitment: Any, policy: Any, now: datetime) -> Any:
        # the mistake: when the ladder changes, begin with its first rung again
        other = commitment.step == "escalate" and len(policy.commitments.ladder) not in {0, 2}
        return next_step(commitment.model_copy(update={"rung": 0}) if other else commitment, policy, now)

    return replaced(next_step, from_the_first_rung)


@mutation()
def escalates_without_opening_hours() -> Planted:
    next_rung = commitments._next_rung

    def by_the_clock(commitment: Any, rung: int, policy: Any) -> Any:
        climbed = next_rung(commitment, rung, policy)
        if climbed.step != "escalate":
            return climbed
        return climbed.model_copy(update={"wake_at": commitment.due_at + timedelta(hours=4 + 20 * rung)})

    return replaced(next_rung, by_the_clock)


@mutation()
def goes_on_after_a_promise_is_kept() -> Planted:
    keep = commitments.keep

    def kept_and_due(commitment: Any, now: datetime, by: str) -> Any:
        kept = keep(commitment, now, by)
        return kept.model_copy(update={"wake_at": commitment.wake_at, "step": commitment.step})

    return replaced(keep, kept_and_due)


@mutation()
def counts_lateness_from_the_day_of_the_promise() -> Planted:
    keep = commitments.keep

    def kept_late(commitment: Any, now: datetime, by: str) -> Any:
        late = int((now - commitment.created_at).total_seconds())
        return keep(commitment, now, by).model_copy(update={"late_by_seconds": max(0, late)})

    return replaced(keep, kept_late)


@mutation()
def climbs_the_ladder_again_after_an_undo() -> Planted:
    undo_keep = commitments.undo_keep
    return replaced(undo_keep, lambda row, *facts: undo_keep(row.model_copy(update={"rung": 0}), *facts))


@mutation(seed=48)
def asks_about_a_promise_that_was_not_kept() -> Planted:
    return replaced(undo._survey, lambda *_facts: [])


@mutation(seed=144)
def undoes_what_is_long_past() -> Planted:
    return replaced(require_recent, lambda *_facts: None, within=(commitments, follow_ups))


@mutation(seed=575)
def leaves_an_undone_follow_up_out_of_its_case() -> Planted:
    return replaced(undo._case_rows, lambda *_facts: [])
