"""The replayer's pure parts: mapping, rows, opening time, ladder, plan, verdict."""

import dataclasses
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from local.errors import CloudError
from local.outbox import Message
from local.replay.ladder import Ladder
from local.replay.mapping import BOSTON, BadMapping, Mapping, read_mapping
from local.replay.office import AGENT, MANAGER, Opened, Story, Told
from local.replay.opening import Opening
from local.replay.plan import Plan, make_plan
from local.replay.requests import BadData, Request, read_requests
from local.replay.verdict import Verdict, judge
from tests.times import DAY, HOUR, MINUTE, SECOND

MAPPING = """
time_zone = "America/New_York"
time_format = "%Y-%m-%d %H:%M"
columns = { id = "id", opened = "in", promised = "due", kept = "done", summary = ["about", "where"] }
channel = { column = "how", default = "web", values = { "Call" = "phone" } }
overdue = { column = "verdict", values = ["LATE"] }
"""
HEADER = "id,in,due,done,about,where,how,verdict\n"

OFFICE = [{"opens": "09:00:00", "closes": "13:00:00"}, {"opens": "14:00:00", "closes": "18:00:00"}]
WEEK = ("monday", "tuesday", "wednesday", "thursday", "friday")


def policy(**changes: Any) -> dict[str, Any]:
    """A policy as the API returns it, as far as the replay reads it."""
    standard: dict[str, Any] = {
        "business": {"time_zone": "Europe/London", "country": "GB"},
        "opening_hours": {**dict.fromkeys(WEEK, OFFICE), "saturday": [], "sunday": []},
        "holidays": {"observed": True, "region": None, "open_on": []},
        "closed_days": [],
        "follow_ups": {"group_within_minutes": 5},
        "commitments": {
            "warn_before": {"hours": 4, "opening_hours": None},
            "ladder": [
                {"tell": "supervisor", "after": {"opening_hours": 4}, "by": None},
                {"tell": "owner", "after": {"business_days": 1}, "by": None},
            ],
            "broken_days_after": 30,
        },
    }
    return {**standard, **changes}


def promising(**changes: Any) -> Ladder:
    """The ladder of a policy with other rules for promises."""
    return Ladder.of(policy(commitments={**policy()["commitments"], **changes}))


LONDON = Ladder.of(policy())
FRIDAY = datetime(2024, 3, 8, 15, tzinfo=UTC)


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


def steps(asked: Request, ladder: Ladder = LONDON) -> dict[str, datetime]:
    return {step.name: step.at for step in make_plan([asked], ladder).steps(asked)}


def heard(asked: Request, ladder: Ladder = LONDON) -> dict[str, datetime]:
    return {step.name: step.heard_from for step in make_plan([asked], ladder).steps(asked)}


def utc(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


class TestMapping:
    def test_the_mapping_of_the_boston_data_is_included(self) -> None:
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
    def test_an_invalid_mapping_is_refused_with_the_place(
        self, wrong: str, said: str, tmp_path: Path
    ) -> None:
        with pytest.raises(BadMapping, match=said) as refused:
            read_mapping(written(tmp_path, wrong)[0])

        assert "map.toml" in str(refused.value)

    def test_a_missing_mapping_file_is_refused(self, tmp_path: Path) -> None:
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

    def test_empty_cells_mean_not_promised_and_not_kept(self, tmp_path: Path) -> None:
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
    def test_an_invalid_row_is_refused_with_the_place(self, rows: str, said: str, tmp_path: Path) -> None:
        with pytest.raises(BadData, match=said) as refused:
            read(tmp_path, rows=rows)

        assert "rows.csv" in str(refused.value)

    def test_a_missing_column_is_refused_with_the_existing_ones(self, tmp_path: Path) -> None:
        with pytest.raises(BadData, match=r"no column 'due date'\. Its columns are: id, in, due.*MAP="):
            read(tmp_path, MAPPING.replace('"due"', '"due date"'), "7,2022-01-03 09:00,,,,,,\n")


class TestOpening:
    """2024: 29 March is Good Friday, the clocks of London go forward on the 31st, back on 27 October."""

    def opening(self, **changes: Any) -> Opening:
        return Opening.of(policy(**changes))

    @pytest.mark.parametrize(
        ("start", "hours", "end"),
        [
            ("2024-03-08 15:00", 2, "2024-03-08 17:00"),
            ("2024-03-08 15:00", 3, "2024-03-08 18:00"),  # closing time, not the next opening
            ("2024-03-08 15:00", 4, "2024-03-11 10:00"),
            ("2024-03-08 12:30:20", 1, "2024-03-08 14:30:20"),
            ("2024-03-09 04:00", 1, "2024-03-11 10:00"),
            ("2024-03-28 17:00", 2, "2024-04-01 09:00"),  # Good Friday, and summer time
            ("2024-03-08 03:00", 0, "2024-03-08 03:00"),
        ],
    )
    def test_opening_time_is_counted_forwards(self, start: str, hours: int, end: str) -> None:
        assert self.opening().after(utc(start), hours * HOUR) == utc(end)

    @pytest.mark.parametrize(
        ("end", "hours", "start"),
        [
            ("2024-03-08 15:00", 2, "2024-03-08 12:00"),
            ("2024-03-11 10:00", 2, "2024-03-08 17:00"),
            ("2024-03-08 14:00", 4, "2024-03-08 09:00"),
        ],
    )
    def test_opening_time_is_counted_backwards(self, end: str, hours: int, start: str) -> None:
        assert self.opening().before(utc(end), hours * HOUR) == utc(start)

    def test_opening_hours_past_midnight_belong_to_the_day_they_begin_on(self) -> None:
        bar = self.opening(opening_hours={"saturday": [{"opens": "22:00", "closes": "04:00"}]})

        assert bar.is_open(utc("2024-03-10 03:59"))
        assert not bar.is_open(utc("2024-03-10 04:00"))
        assert not bar.is_open(utc("2024-03-09 03:59"))
        # One of its hours is skipped in March, and comes twice in October.
        assert bar.after(utc("2024-03-30 22:00"), 5 * HOUR) == utc("2024-03-31 03:00")
        assert bar.after(utc("2024-10-26 21:00"), 7 * HOUR) == utc("2024-10-27 04:00")

    def test_closed_days_and_holidays_are_closed_unless_the_policy_opens_them(self) -> None:
        good_friday = utc("2024-03-29 10:00")
        known = policy()["holidays"]

        assert not self.opening().is_open(good_friday)
        assert self.opening(holidays={**known, "observed": False}).is_open(good_friday)
        assert self.opening(holidays={**known, "open_on": ["good friday"]}).is_open(good_friday)
        closed = [{"first": "2024-03-07", "last": "2024-03-08", "name": "Moving"}]
        assert not self.opening(closed_days=closed).is_open(FRIDAY)

    @pytest.mark.parametrize(
        ("at", "at_work"),
        [
            ("2024-03-08 13:30", True),  # lunch
            ("2024-03-08 18:14", True),  # has just closed
            ("2024-03-08 18:15", False),
            ("2024-03-08 08:59", False),
            ("2024-03-09 12:00", False),
        ],
    )
    def test_working_time_includes_breaks_and_no_nights(self, at: str, at_work: bool) -> None:
        assert self.opening().is_working_time(utc(at)) is at_work

    def test_business_days_are_days_with_opening_hours(self) -> None:
        opening = self.opening()

        assert opening.business_days_after(utc("2024-03-28 16:30"), 1) == utc("2024-04-01 15:30")
        assert opening.business_days_after(FRIDAY, 0) == FRIDAY

    def test_a_business_that_never_opens_is_refused(self) -> None:
        with pytest.raises(CloudError, match="nothing opens for years"):
            self.opening(opening_hours={}).business_days_after(FRIDAY, 1)


class TestLadder:
    def test_the_ladder_is_read_from_the_policy(self) -> None:
        ladder = promising(
            warn_before={"opening_minutes": 90},
            ladder=[
                {"tell": to, "after": {"days": n}, "by": ["sms"]}
                for n, to in enumerate(["agent", "supervisor", "supervisor"])
            ],
        )

        assert [rung.name for rung in ladder.rungs] == ["warn", "flag", "agent", "supervisor", "supervisor 2"]
        assert [(rung.purpose, rung.nth, rung.last) for rung in ladder.rungs[1:4]] == [
            ("promise_overdue", 0, False),
            ("promise_overdue", 1, True),
            ("promise_escalation", 0, False),
        ]
        assert ladder.together_within == timedelta(minutes=5)

    def test_a_policy_without_the_rules_of_a_ladder_is_refused(self) -> None:
        with pytest.raises(CloudError, match="has no 'warn_before'"):
            Ladder.of(policy(commitments={}))

    def test_a_promise_that_is_never_kept_takes_every_step(self) -> None:
        assert steps(request()) == {
            "warn": FRIDAY - 4 * HOUR,
            "flag": FRIDAY,
            "supervisor": FRIDAY + 2 * DAY + 19 * HOUR,  # three hours on Friday, one on Monday
            "owner": FRIDAY + 3 * DAY,  # Monday
            "give up": FRIDAY + 30 * DAY - HOUR,  # the clocks went forward: the same hour in London
        }

    @pytest.mark.parametrize(
        ("before", "due", "warned"),
        [
            ({"hours": 4}, "2024-03-08 12:00", "2024-03-08 09:00"),  # not at 08:00
            ({"hours": 4}, "2024-03-08 08:30", "2024-03-07 17:00"),  # in the last hour before
            ({"hours": 4}, "2024-03-08 17:30", "2024-03-08 13:30"),  # in the lunch break
            ({"minutes": 30}, "2024-03-08 12:00", "2024-03-08 11:30"),
            ({"opening_hours": 4}, "2024-03-08 10:00", "2024-03-07 15:00"),
            ({"opening_minutes": 30}, "2024-03-08 14:10", "2024-03-08 12:40"),
            ({"days": 1}, "2024-03-11 10:00", "2024-03-11 09:00"),  # not on Sunday
            ({"business_days": 1}, "2024-03-08 10:00", "2024-03-07 10:00"),
        ],
    )
    def test_the_warning_is_in_working_time(self, before: dict[str, int], due: str, warned: str) -> None:
        promised = request(utc(due), opened=utc("2024-03-04 09:00"))

        assert steps(promised, promising(warn_before=before))["warn"] == utc(warned)

    def test_a_warning_zero_hours_before_is_left_out(self) -> None:
        assert "warn" not in steps(request(), promising(warn_before={"hours": 0}))

    @pytest.mark.parametrize(
        ("after", "at"),
        [
            ({"minutes": 30}, "2024-03-08 15:30"),
            ({"hours": 5}, "2024-03-08 20:00"),
            ({"opening_minutes": 200}, "2024-03-11 09:20"),
            ({"days": 1}, "2024-03-09 15:00"),
            ({"business_days": 2}, "2024-03-12 15:00"),
        ],
    )
    def test_a_rung_comes_as_late_as_the_policy_says(self, after: dict[str, int], at: str) -> None:
        ladder = promising(ladder=[{"tell": "owner", "after": after}])

        assert steps(request(), ladder)["owner"] == utc(at)

    def test_a_rung_never_comes_before_the_one_below(self) -> None:
        rungs = [{"tell": "supervisor", "after": {"days": 2}}, {"tell": "owner", "after": {"days": 1}}]

        assert steps(request(), promising(ladder=rungs))["owner"] == FRIDAY + 2 * DAY

    def test_staff_are_told_in_working_time_and_the_owner_at_once(self) -> None:
        night = utc("2024-03-08 22:00")
        rungs = [{"tell": to, "after": {"hours": 1}} for to in ("supervisor", "owner")]

        found = heard(request(night), promising(ladder=rungs))

        monday = utc("2024-03-11 09:00")
        assert found["warn"] == utc("2024-03-08 18:00")
        assert (found["flag"], found["supervisor"], found["owner"]) == (monday, monday, night + HOUR)

    def test_a_warning_that_cannot_wait_is_sent_at_once(self) -> None:
        opened = utc("2024-03-08 20:00")

        assert heard(request(opened + HOUR, opened=opened))["warn"] == opened
        assert heard(request(opened + 3 * DAY, opened=opened + 2 * DAY))["warn"] == utc("2024-03-11 16:00")

    @pytest.mark.parametrize(
        ("kept", "taken"),
        [
            (FRIDAY - DAY, []),
            (FRIDAY - 4 * HOUR, []),
            (FRIDAY - HOUR, ["warn"]),
            (FRIDAY, ["warn"]),
            (FRIDAY + HOUR, ["warn", "flag"]),
            (FRIDAY + DAY, ["warn", "flag"]),
            (FRIDAY + 2 * DAY + 20 * HOUR, ["warn", "flag", "supervisor"]),
        ],
    )
    def test_a_kept_promise_takes_no_further_steps(self, kept: datetime, taken: list[str]) -> None:
        assert list(steps(request(kept=kept))) == taken

    def test_a_promise_that_is_due_soon_gets_its_warning_at_once(self) -> None:
        assert steps(request(opened=FRIDAY - HOUR))["warn"] == FRIDAY - HOUR

    def test_a_promise_recorded_late_takes_its_past_steps_at_once(self) -> None:
        late = FRIDAY + 2 * DAY + 20 * HOUR

        found = steps(request(opened=late))

        assert list(found) == ["flag", "supervisor", "owner", "give up"]
        assert found["flag"] == found["supervisor"] == late
        assert found["owner"] == FRIDAY + 3 * DAY

    def test_a_request_without_a_promise_has_no_steps(self) -> None:
        assert steps(request(promised=None)) == {}


class TestPlan:
    def test_events_are_in_order_of_time(self) -> None:
        first = request(kept=FRIDAY + HOUR, name="R-1")
        second = request(opened=FRIDAY - DAY, promised=None, kept=FRIDAY, name="R-2")

        events = make_plan([second, first], LONDON).events

        assert [(event.kind, event.request.id) for event in events] == [
            ("open", "R-1"),
            ("open", "R-2"),
            ("step", "R-1"),
            ("hear", "R-1"),
            ("step", "R-1"),
            ("hear", "R-1"),
            ("keep", "R-1"),
        ]

    def test_a_held_message_is_sent_a_minute_after_work_begins(self) -> None:
        early = utc("2024-03-08 08:30")

        events = make_plan([request(early, kept=early + 5 * HOUR)], LONDON).events

        assert [(event.kind, event.at) for event in events if event.step and event.step.name == "flag"] == [
            ("step", early),
            ("hear", utc("2024-03-08 09:01")),
        ]

    def test_a_promise_kept_in_the_second_of_a_step_is_kept_before_it(self) -> None:
        keep = make_plan([request(kept=FRIDAY)], LONDON).events[-1]

        assert (keep.kind, keep.at) == ("keep", FRIDAY - timedelta(seconds=5))

    def test_a_promise_recorded_late_and_kept_at_once_is_flagged_first(self) -> None:
        late = FRIDAY + HOUR

        events = make_plan([request(opened=late, kept=late)], LONDON).events

        assert [(event.kind, event.step and event.step.name) for event in events] == [
            ("open", None),
            ("step", "flag"),
            ("hear", "flag"),
            ("keep", None),
        ]

    def test_the_plan_ends_two_days_after_the_last_event_or_when_told(self) -> None:
        kept = FRIDAY - DAY

        assert make_plan([request(kept=kept)], LONDON).until == kept + 2 * DAY
        assert [event.kind for event in make_plan([request()], LONDON, FRIDAY - DAY).events] == ["open"]


KINDS = {rung.name: (rung.purpose, rung.to) for rung in LONDON.rungs} | {"survey": ("survey", "customer")}


def told(step: str, at: datetime, number: int, **changes: Any) -> Told:
    """A message that was sent at once."""
    purpose, to = KINDS[step]
    facts = {"status": "sent", "created_at": at, "sent_at": at, "provider_id": f"mail-{number}"}
    return Told(**{"id": f"row-{number}", "purpose": purpose, "to": to, **facts, **changes})


def mail(number: int, to: str = AGENT, text: str = "R-1: mend the gate") -> Message:
    return Message(number, f"mail-{number}", "email", FRIDAY, to, "A promise", text)


def commitment(**changes: object) -> dict[str, Any]:
    """Of a promise that was kept an hour late."""
    facts = {"status": "kept", "flagged_at": "2024-03-08T15:00:02Z", "kept_at": "2024-03-08T16:00:01Z"}
    return {**facts, "history": [], **changes}


def mismatches(verdict: Verdict) -> str:
    return "; ".join([*(said for one in verdict.judged for said in one.mismatches), *verdict.strays])


class TestVerdict:
    """A promise kept an hour late, after its warning and its flag."""

    asked = request(kept=FRIDAY + HOUR, overdue=True)
    warned = told("warn", FRIDAY - 4 * HOUR, 1)
    flagged = told("flag", FRIDAY + 2 * SECOND, 2)

    def judged(self, *messages: Told, mails: int = 2, **changes: Any) -> Verdict:
        story = Story(commitment(**changes), messages or (self.warned, self.flagged))
        plan: Plan = make_plan([self.asked], LONDON)
        outbox = [mail(n + 1) for n in range(mails)]
        return judge(plan, [(Opened(self.asked, "customer", "commitment"), story)], outbox)

    def test_a_promise_that_went_as_planned_is_exact(self) -> None:
        verdict = self.judged()

        assert verdict.exact
        assert verdict.lateness("flag") == [2 * SECOND]
        assert verdict.heard() == [timedelta(0), 2 * SECOND]

    @pytest.mark.parametrize(
        ("changes", "said"),
        [
            ({"flagged_at": None}, "was late, never flagged; the file says that it was overdue"),
            ({"flagged_at": None}, "flag, due 2024-03-08 15:00:00Z: was not taken"),
            ({"flagged_at": "2024-03-08T15:06:00Z"}, "flag, due 2024-03-08 15:00:00Z: came 0:06:00 late"),
            ({"flagged_at": "2024-03-08T14:59:00Z"}, "came 0:01:00 early"),
            ({"status": "open", "kept_at": None}, "the commitment is open at the end, not kept"),
            ({"kept_at": "2024-03-08T17:00:00Z"}, "was kept at 2024-03-08 17:00:00Z"),
        ],
    )
    def test_a_commitment_that_differs_from_the_plan_is_a_mismatch(
        self, changes: dict[str, Any], said: str
    ) -> None:
        assert said in mismatches(self.judged(**changes))

    @pytest.mark.parametrize(
        ("step", "said"),
        [
            ("warn", "warn, due 2024-03-08 11:00:00Z: 2 messages were sent, not 1"),
            ("owner", "owner: does not apply, but there is promise_escalation to owner: sent"),
            ("survey", "a message that no step explains: survey to customer: sent"),
        ],
    )
    def test_an_extra_message_is_a_mismatch(self, step: str, said: str) -> None:
        more = told(step, FRIDAY - 4 * HOUR, 3)

        assert said in mismatches(self.judged(self.warned, self.flagged, more, mails=3))

    @pytest.mark.parametrize(
        ("sent_at", "said"),
        [
            (FRIDAY - MINUTE, "the message from 2024-03-08 15:00:00Z: came 0:01:00 early"),
            (FRIDAY + 11 * MINUTE, "the message from 2024-03-08 15:00:00Z: came 0:11:00 late"),
            (FRIDAY + 62 * MINUTE, "the message came when it was true no more"),
        ],
    )
    def test_an_early_or_late_message_is_a_mismatch(self, sent_at: datetime, said: str) -> None:
        late = told("flag", FRIDAY, 2, sent_at=sent_at)

        assert said in mismatches(self.judged(self.warned, late))

    def test_a_message_withheld_without_reason_is_a_mismatch(self) -> None:
        withheld = told("flag", FRIDAY, 2, status="withheld", sent_at=None, why_not="no longer needed")

        said = mismatches(self.judged(self.warned, withheld, mails=1))

        assert "flag, due 2024-03-08 15:00:00Z: 0 messages were sent, not 1" in said
        assert "promise_overdue to agent: withheld (no longer needed)" in said

    def test_a_mail_without_a_row_and_a_row_without_a_mail_are_mismatches(self) -> None:
        assert "no row of a message explains it" in mismatches(self.judged(mails=3))
        assert "and not in the outbox" in mismatches(self.judged(mails=1))


class TestVerdictOnTheNight:
    """A promise for half an hour before work begins: its flag is told at nine, unless it was kept."""

    due = utc("2024-03-08 08:30")
    warned = told("warn", utc("2024-03-07 17:00"), 1)

    def judged(self, kept: str, flagged: Told, mails: int = 2) -> Verdict:
        asked = request(self.due, kept=utc(f"2024-03-08 {kept}"), overdue=True)
        facts = commitment(flagged_at="2024-03-08T08:30:02Z", kept_at=f"2024-03-08T{kept}:00Z")
        opened, story = Opened(asked, "customer", "commitment"), Story(facts, (self.warned, flagged))
        return judge(make_plan([asked], LONDON), [(opened, story)], [mail(n + 1) for n in range(mails)])

    def flag(self, sent_at: str) -> Told:
        return told("flag", self.due, 2, sent_at=utc(f"2024-03-08 {sent_at}"))

    def withheld(self) -> Told:
        return told("flag", self.due, 2, status="withheld", sent_at=None, provider_id=None)

    def test_a_flag_at_night_counts_as_late_from_when_work_begins(self) -> None:
        verdict = self.judged("13:00", self.flag("09:01:03"))

        assert verdict.exact
        assert verdict.judged[0].steps["flag"].heard == (63 * SECOND,)

    def test_a_flag_sent_at_night_is_early(self) -> None:
        assert "came 0:29:00 early" in mismatches(self.judged("13:00", self.flag("08:31")))

    @pytest.mark.parametrize(("kept", "exact"), [("08:45", True), ("09:02", True), ("09:30", False)])
    def test_a_flag_at_night_may_be_withheld_if_the_promise_is_kept_before_work(
        self, kept: str, exact: bool
    ) -> None:
        assert self.judged(kept, self.withheld(), mails=1).exact is exact


class TestVerdictOnSeveral:
    """Two promises for the same minute, of which the agent hears in one mail."""

    asked = tuple(request(kept=FRIDAY + HOUR, name=name) for name in ("R-1", "R-2"))
    carrier = told("flag", FRIDAY + MINUTE, 3, carries=("row-4",))
    carried = told("flag", FRIDAY, 4, status="grouped", carried_by="row-3", sent_at=None, provider_id=None)

    def judged(self, text: str = "R-1 and R-2", to: str = AGENT, **changes: Any) -> Verdict:
        flags = (self.carrier, dataclasses.replace(self.carried, **changes))
        stories = [
            (
                Opened(asked, "customer", "commitment"),
                Story(commitment(), (told("warn", FRIDAY - 4 * HOUR, n), flag)),
            )
            for n, (asked, flag) in enumerate(zip(self.asked, flags, strict=True), 1)
        ]
        outbox = [mail(1), mail(2, text="R-2"), mail(3, to, text)]
        return judge(make_plan(self.asked, LONDON), stories, outbox)

    def test_one_mail_explains_both_promises(self) -> None:
        verdict = self.judged()

        assert (verdict.exact, verdict.together) == (True, 1)
        assert verdict.heard() == [timedelta(0)] * 2 + [MINUTE] * 2

    @pytest.mark.parametrize(
        ("changes", "said"),
        [
            ({"text": "R-1"}, "does not tell of R-2"),
            ({"to": MANAGER}, "is not for the reader of promise_overdue to agent"),
            ({"carried_by": "row-1"}, "which does not say so"),
            ({"carried_by": "row-1"}, "flag, due 2024-03-08 15:00:00Z: 0 messages were sent, not 1"),
            ({"id": "row-5"}, "does not tell of row-4"),
        ],
    )
    def test_a_promise_missing_from_the_shared_mail_is_a_mismatch(
        self, changes: dict[str, Any], said: str
    ) -> None:
        assert said in mismatches(self.judged(**changes))


def test_a_mapping_may_have_dates_without_times() -> None:
    mapping = Mapping.model_validate(
        {
            "time_zone": "Asia/Karachi",
            "time_format": "%Y-%m-%d",
            "columns": {"id": "id", "opened": "o", "promised": "p", "kept": "k", "summary": ["s"]},
        }
    )

    assert mapping.time(date(2024, 3, 8).isoformat()) == datetime(2024, 3, 7, 19, tzinfo=UTC)
    assert (mapping.channel_of({}), mapping.was_overdue({})) == ("phone", None)
