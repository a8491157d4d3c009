"""The replayer on a few invented requests: each way in which a promise can end."""

from pathlib import Path

from local.replay.__main__ import replay
from local.replay.mapping import read_mapping

DATA = Path(__file__).parent / "data"


def test_the_replay_of_each_way_a_promise_can_go_is_exact() -> None:
    verdict = replay(DATA / "requests.csv", read_mapping(DATA / "requests.toml"), until=None)

    wrong = {one.opened.request.id: one.mismatches for one in verdict.judged if one.mismatches}
    assert (wrong, verdict.outbox_differences) == ({}, [])
    assert {one.opened.request.id: list(one.steps) for one in verdict.judged} == {
        "R-1": [],
        "R-2": ["warn"],
        "R-3": ["warn", "flag"],
        "R-4": ["warn", "flag", "supervisor", "owner"],
        "R-5": [],
        "R-6": ["flag", "supervisor", "owner"],
        "R-7": ["warn"],
        "R-8": ["warn"],
        "R-9": ["warn", "flag"],
        "R-10": ["warn", "flag"],
        "R-11": ["warn", "flag", "supervisor", "owner"],
    }
    silent = [
        one.opened.request.id for one in verdict.judged for taken in one.steps.values() if not taken.sent
    ]
    assert silent == ["R-9"]
    assert len(verdict.message_lateness()) == 19
    # How many are sent as one batch depends on the minute. One asks whether R-4, given up, is solved.
    assert (verdict.mails + verdict.batched, verdict.texts) == (20, 0)
