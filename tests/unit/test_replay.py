"""The replayer's pure parts: mapping, rows, ladder, plan, verdict."""

from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from local.outbox import Message
from local.replay.ladder import Ladder, StepName
from local.replay.mapping import BOSTON, BadMapping, Mapping, read_mapping
from local.replay.office import AGENT, Opened, Story, Told
from local.replay.plan import Plan, make_plan
from local.replay.requests import BadData, Request, read_requests
from local.replay.verdict import Verdict, judge

MAPPING = """
time_zone = "America/New_York"
time_format = "%Y-%m-%d %H:%M"
columns = { id = "id", opened = "in", promised = "due", kept = "done", summary = ["about", "where"] }
channel = { column = "how", default = "web", values = { "Call" = "phone" } }
overdue = { column = "verdict", values = ["LATE"] }
"""
HEADER = "id,in,due,done,about,where,how,verdict\n"

LONDON = Ladder(
    warn_hours=4,
    supervisor_hours=4,
    owner_days=1,
    broken_days=30,
    open_weekdays=frozenset(range(5)),
    zone=ZoneInfo("Europe/London"),
)
FRIDAY = datetime(2024, 3, 8, 15, tzinfo=UTC)
HOUR, DAY = timedelta(hours=1), timedelta(days=1)


def written(folder: Path, mapping: str = MAPPING, rows: str = "") -> tuple[Path, Path]:
    """A mapping and a CSV on disk."""
    (folder / "map.toml").write_text(mapping)
    (folder / "rows.csv").write_text(HEADER + rows)
    return folder / "map.toml", folder / "rows.csv"


def read(folder: Path, mapping: str = MAPPING, rows: str = "") -> list[Request]:
    map_file, csv_file = written(folder, mapping, rows)
    return read_requests(csv_file, read_mapping(map_file))


def request(
    promised: datetime | None = FRIDAY,
    kept: datetime | None = None,
    opened: datetime = FRIDAY - 3 * DAY,
    overdue: bool | None = None,
    name: str = "R-1",
) -> Request:
    return Request(name, 2, opened, promised, kept, "Mend the gate", "phone", overdue)


def steps(asked: Request) -> dict[StepName, datetime]:
    [*found] = make_plan([asked], LONDON).steps(asked)
    return {step.name: step.at for step in found}


class TestMapping:
    def test_the_public_boston_layout_is_shipped(self) -> None:
        mapping = read_mapping(BOSTON)

        assert mapping.time("2022-01-21 13:47:00") == datetime(2022, 1, 21, 18, 47, tzinfo=UTC)
        assert mapping.channel_of({"source": "Constituent Call"}) == "phone"
        assert mapping.was_overdue({"ontime": "OVERDUE"})

    def test_a_time_with_an_offset_needs_no_zone(self, tmp_path: Path) -> None:
        mapping = read_mapping(written(tmp_path, MAPPING.replace("%M", "%M%z"))[0])

        assert mapping.time("2024-07-01 09:00+0200") == datetime(2024, 7, 1, 7, tzinfo=UTC)

    @pytest.mark.parametrize(
        ("wrong", "said"),
        [
            ("time_zone =", "not TOML"),
            (MAPPING.replace("America/New_York", "Boston"), "'Boston' is not an IANA time zone"),
            (MAPPING.replace('opened = "in", ', ""), "columns.opened is missing; add it"),
            (MAPPING.replace("[overdue]", "").replace("overdue =", "overdo ="), "overdo is not known"),
            (MAPPING.replace('default = "web"', 'default = "fax"'), "channel.default"),
        ],
    )
    def test_a_bad_mapping_is_refused_with_the_place(self, wrong: str, said: str, tmp_path: Path) -> None:
        with pytest.raises(BadMapping, match=said) as refused:
            read_mapping(written(tmp_path, wrong)[0])

        assert "map.toml" in str(refused.value)

    def test_a_mapping_that_is_not_there(self, tmp_path: Path) -> None:
        with pytest.raises(BadMapping, match="There is no mapping"):
            read_mapping(tmp_path / "none.toml")


class TestRows:
    def test_a_row_is_read_as_mapped(self, tmp_path: Path) -> None:
        rows = "7,2022-01-03 09:00,2022-01-04 08:30,2022-01-04 09:30, Pothole ,Main St,Call,LATE\n"

        [found] = read(tmp_path, rows=rows)

        assert found == Request(
            id="7",
            line=2,
            opened=datetime(2022, 1, 3, 14, tzinfo=UTC),
            promised=datetime(2022, 1, 4, 13, 30, tzinfo=UTC),
            kept=datetime(2022, 1, 4, 14, 30, tzinfo=UTC),
            summary="Pothole · Main St",
            channel="phone",
            overdue=True,
        )

    def test_what_is_empty_was_not_promised_nor_kept(self, tmp_path: Path) -> None:
        [found] = read(tmp_path, rows="7,2022-01-03 09:00,,,,,Tweet,FINE\n")

        assert (found.promised, found.kept, found.summary) == (None, None, "7")
        assert (found.channel, found.overdue) == ("web", False)

    @pytest.mark.parametrize(
        ("rows", "said"),
        [
            ("7,yesterday,,,,,,\n", "line 2, column 'in' is 'yesterday', which is not a time in the form"),
            ("7,,,,,,,\n", "line 2, column 'in' is empty"),
            (",2022-01-03 09:00,,,,,,\n", "line 2, column 'id' is empty"),
            ("7,2022-01-03 09:00,,2022-01-02 09:00,,,,\n", "line 2, column 'done' is before 'in'"),
            ("7,2022-01-03 09:00,,,,,,\n" * 2, "line 3, column 'id': '7' was on line 2 already"),
            ("", "has no rows"),
        ],
    )
    def test_a_bad_row_is_named(self, rows: str, said: str, tmp_path: Path) -> None:
        with pytest.raises(BadData, match=said) as refused:
            read(tmp_path, rows=rows)

        assert "rows.csv" in str(refused.value)

    def test_a_missing_column_is_named_with_those_that_are_there(self, tmp_path: Path) -> None:
        with pytest.raises(BadData, match=r"no column 'due date'\. Its columns are: id, in, due.*MAP="):
            read(tmp_path, MAPPING.replace('"due"', '"due date"'), "7,2022-01-03 09:00,,,,,,\n")


class TestLadder:
    def test_it_is_read_from_the_policy(self) -> None:
        rules = {
            "warn_hours_before": 4,
            "supervisor_hours_after": 4,
            "owner_business_days_after": 1,
            "broken_days_after": 30,
        }
        day = [{"opens": "09:00:00", "closes": "18:00:00"}]
        week = ["monday", "tuesday", "wednesday", "thursday", "friday"]
        policy: dict[str, Any] = {
            "business": {"time_zone": "Europe/London"},
            "commitments": rules,
            "opening_hours": {**dict.fromkeys(week, day), "saturday": [], "sunday": []},
        }

        assert Ladder.of(policy) == LONDON

    def test_a_promise_that_is_never_kept_climbs_all_of_it(self) -> None:
        assert steps(request()) == {
            "warn": FRIDAY - 4 * HOUR,
            "flag": FRIDAY,
            "supervisor": FRIDAY + 4 * HOUR,
            "owner": FRIDAY + 3 * DAY,  # Monday
            "give up": FRIDAY + 30 * DAY - HOUR,  # the clocks went forward: the same hour in London
        }

    @pytest.mark.parametrize(
        ("kept", "taken"),
        [
            (FRIDAY - DAY, []),
            (FRIDAY - 4 * HOUR, []),
            (FRIDAY - HOUR, ["warn"]),
            (FRIDAY, ["warn"]),
            (FRIDAY + HOUR, ["warn", "flag"]),
            (FRIDAY + DAY, ["warn", "flag", "supervisor"]),
        ],
    )
    def test_a_kept_promise_climbs_no_further(self, kept: datetime, taken: list[str]) -> None:
        assert list(steps(request(kept=kept))) == taken

    def test_the_warning_is_at_once_where_the_promise_is_near(self) -> None:
        assert steps(request(opened=FRIDAY - HOUR))["warn"] == FRIDAY - HOUR

    def test_what_is_past_already_is_due_when_it_is_written_down(self) -> None:
        late = FRIDAY + DAY

        found = steps(request(opened=late))

        assert list(found) == ["flag", "supervisor", "owner", "give up"]
        assert found["flag"] == found["supervisor"] == late
        assert found["owner"] == FRIDAY + 3 * DAY

    def test_nothing_promised_nothing_due(self) -> None:
        assert steps(request(promised=None)) == {}


class TestPlan:
    def test_the_events_are_in_the_order_of_time(self) -> None:
        first = request(kept=FRIDAY + HOUR, name="R-1")
        second = request(opened=FRIDAY - DAY, promised=None, kept=FRIDAY, name="R-2")

        events = make_plan([second, first], LONDON).events

        assert [(event.kind, event.request.id) for event in events] == [
            ("open", "R-1"),
            ("open", "R-2"),
            ("step", "R-1"),
            ("step", "R-1"),
            ("keep", "R-1"),
        ]

    def test_a_promise_kept_in_the_second_of_a_step_is_surely_before_it(self) -> None:
        keep = make_plan([request(kept=FRIDAY)], LONDON).events[-1]

        assert (keep.kind, keep.at) == ("keep", FRIDAY - timedelta(seconds=5))

    def test_a_promise_kept_as_it_is_written_down_is_flagged_first_when_past(self) -> None:
        late = FRIDAY + HOUR

        events = make_plan([request(opened=late, kept=late)], LONDON).events

        assert [event.step.name if event.step else event.kind for event in events] == ["open", "flag", "keep"]

    def test_it_ends_two_days_after_the_last_event_or_when_told(self) -> None:
        kept = FRIDAY - DAY

        assert make_plan([request(kept=kept)], LONDON).until == kept + 2 * DAY
        assert [event.kind for event in make_plan([request()], LONDON, FRIDAY - DAY).events] == ["open"]


class TestVerdict:
    """A promise kept an hour late, after its warning and its flag."""

    asked = request(kept=FRIDAY + HOUR, overdue=True)

    def commitment(self, **changes: object) -> dict[str, Any]:
        facts = {"status": "kept", "flagged_at": "2024-03-08T15:00:02Z", "kept_at": "2024-03-08T16:00:01Z"}
        return {**facts, **changes}

    def told(self, step: StepName | None, at: datetime, number: int) -> Told:
        return Told(step, "sent", at, f"mail-{number}", f"{step} to somebody: sent")

    def mail(self, number: int) -> Message:
        return Message(number, f"mail-{number}", "email", FRIDAY, AGENT, "A promise", "R-1: mend the gate")

    def judged(self, *more: Told, mails: int = 2, **changes: Any) -> Verdict:
        usual = (self.told("warn", FRIDAY - 4 * HOUR, 1), self.told("flag", FRIDAY + timedelta(seconds=2), 2))
        story = Story(self.commitment(**changes), (*usual, *more))
        plan: Plan = make_plan([self.asked], LONDON)
        outbox = [self.mail(n + 1) for n in range(mails)]
        return judge(plan, [(Opened(self.asked, "customer", "commitment"), story)], outbox)

    def mismatches(self, verdict: Verdict) -> str:
        return "; ".join([*verdict.judged[0].mismatches, *verdict.strays])

    def test_what_went_as_planned_is_exact(self) -> None:
        verdict = self.judged()

        assert verdict.exact
        assert verdict.lateness("flag") == [timedelta(seconds=2)]

    @pytest.mark.parametrize(
        ("changes", "said"),
        [
            ({"flagged_at": None}, "was late, never flagged; the file says that it was overdue"),
            ({"flagged_at": "2024-03-08T15:06:00Z"}, "flag, due 2024-03-08 15:00:00Z: came 0:06:00 late"),
            ({"flagged_at": "2024-03-08T14:59:00Z"}, "came 0:01:00 early"),
            ({"status": "open", "kept_at": None}, "the commitment is open at the end, not kept"),
            ({"kept_at": "2024-03-08T17:00:00Z"}, "was kept at 2024-03-08 17:00:00Z"),
        ],
    )
    def test_a_commitment_that_came_out_otherwise(self, changes: dict[str, Any], said: str) -> None:
        assert said in self.mismatches(self.judged(**changes))

    @pytest.mark.parametrize(
        ("step", "said"),
        [
            ("warn", "warn, due 2024-03-08 11:00:00Z: 2 messages were sent, not 1"),
            ("owner", "owner: does not apply, but there is owner to somebody: sent"),
            (None, "a message that no step explains"),
        ],
    )
    def test_a_message_too_many(self, step: StepName | None, said: str) -> None:
        assert said in self.mismatches(self.judged(self.told(step, FRIDAY, 3), mails=3))

    def test_a_mail_without_a_row_and_a_row_without_a_mail(self) -> None:
        assert "no row of a message explains it" in self.mismatches(self.judged(mails=3))
        assert "and not in the outbox" in self.mismatches(self.judged(mails=1))


def test_the_mapping_of_another_day_is_possible() -> None:
    mapping = Mapping.model_validate(
        {
            "time_zone": "Asia/Karachi",
            "time_format": "%Y-%m-%d",
            "columns": {"id": "id", "opened": "o", "promised": "p", "kept": "k", "summary": ["s"]},
        }
    )

    assert mapping.time(date(2024, 3, 8).isoformat()) == datetime(2024, 3, 7, 19, tzinfo=UTC)
    assert (mapping.channel_of({}), mapping.was_overdue({})) == ("phone", None)
