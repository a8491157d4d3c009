"""Compares two histories of the same people, with and without faults: they must end alike."""

from collections import Counter, defaultdict
from datetime import datetime

from tests.simulation.actors.acts import THANKS
from tests.simulation.oracles.business_time import at_work
from tests.simulation.oracles.follow_ups import AUTOMATIC, TO_BE_DONE
from tests.simulation.oracles.messages import NEW_LINK, REPLACEMENT, WARNINGS
from tests.simulation.oracles.observed import Observed
from tests.simulation.oracles.surveys import ASKED_LATELY
from tests.simulation.oracles.tolerances import OVERDUE
from vaada.model.cases import Case
from vaada.model.interactions import Interaction
from vaada.model.messages import Message
from vaada.model.people import Customer
from vaada.model.rows import Row
from vaada.model.work import Commitment, FollowUp, Goodwill, Reply, Survey

CLOSED = {"kept", "withdrawn", "done", "cancelled", "given", "closed"}
STILL_NOT_KEPT = "the promise is still not kept"
EITHER_WAY = "either way"
"""The end of a row that may differ between the two histories."""


class Outcome:
    """How one history ended.

    `at_version` is the version that the row had which a message is about, by the message. `overtaken` names
    what people acted on while its step was overdue. `turns` are of surveys: the customer, and the time at
    which the survey's turn came. `acted_on_when_due` names what people acted on in the second it fell due.
    """

    def __init__(self, observed: Observed) -> None:
        self.observed = observed
        self.at_version: dict[str, int] = {}
        self.overtaken: set[str] = set()
        self.turns: dict[str, tuple[str, datetime | None]] = {}
        self.acted_on_when_due: set[str] = set()
        self.surveys_may_differ = False

    def note_write(self, before: Row | None, after: Row) -> None:
        """Note what the rows do not tell later."""
        match before, after:
            case None, Message():
                self.at_version[after.id] = self.observed.rows[after.about_id].version
            case Survey(status="scheduled"), Survey():
                if after.status == "sent" or ASKED_LATELY in str(after.withheld_because):
                    self.turns[after.id] = after.customer_id, before.wake_at
            case Commitment() | FollowUp() | Reply(), Commitment() | FollowUp() | Reply():
                if before.wake_at is not None and before.wake_at < self.observed.now - OVERDUE:
                    moved = after.due_at != before.due_at or after.status in CLOSED
                    if moved or self._is_read_at_another_time(after, before.wake_at):
                        self.overtaken.add(str(self.name_of(before)))

    def _is_read_at_another_time(self, row: Row, due_at: datetime) -> bool:
        """Whether the agent was at work when the reminder was due and is not now, or the other way round."""
        if not isinstance(row, FollowUp):
            return False
        agent, policy = self.observed.agent(row.agent_id), self.observed.policies[-1]
        return at_work(policy, agent, due_at) != at_work(policy, agent, self.observed.now)

    def was_acted_on_when_due(self, row: Row) -> bool:
        """Whether somebody acted on it in the very second in which it fell due."""
        return (
            getattr(row, "what", None) in self.acted_on_when_due
            or getattr(row, "reason", None) in self.acted_on_when_due
        )

    def name_of(self, row: Row) -> str | None:  # noqa: PLR0911 - one for each kind
        """A name that is the same in both histories. None: when the row is created depends on the faults."""
        match row:
            case Commitment(origin="unhappy") | FollowUp(origin="unhappy" | "bounced"):
                return None
            case Commitment(origin="call_back"):
                return f"call back after {self._name_of_contact(row.interaction_id)}"
            case Commitment():
                return row.what
            case FollowUp(interaction_id=None):
                return f"check-in of {self._name_of_customer(row.customer_id)}"
            case FollowUp() if row.origin in AUTOMATIC:
                # When the earlier ones ended depends on when people read their mail.
                case_name = self.name_of(self.observed.rows[self.observed.case_of(row) or ""])
                return f"next step of {case_name}" if row.status in TO_BE_DONE else None
            case FollowUp():
                return f"{row.origin} after {self._name_of_contact(str(row.interaction_id))}"
            case Reply():
                return f"reply to {self._name_of_contact(row.interaction_id)}"
            case Survey(interaction_id=None):
                return f"surveys of {self._name_of_customer(row.customer_id)}"
            case Survey():
                return f"survey after {self._name_of_contact(str(row.interaction_id))}"
            case Goodwill():
                return row.reason
            case Case():
                contacts = (one for one in self.observed.of_kind(Interaction) if one.case_id == row.id)
                first = min(contacts, key=lambda one: one.recorded_at)
                return f"case of {self._name_of_contact(first.id)}"
        return None

    def _name_of_customer(self, customer_id: str) -> str:
        return str(getattr(self.observed.rows[customer_id], "name", ""))

    def _name_of_contact(self, interaction_id: str) -> str:
        row = self.observed.rows[interaction_id]
        assert isinstance(row, Interaction)
        return f"{row.summary} at {row.occurred_at:%d %b %H:%M}" if row.summary in THANKS else row.summary

    def ends(self) -> dict[str, list[str]]:
        """How each row ended, by its name."""
        ends: defaultdict[str, list[str]] = defaultdict(list)
        unsure = self._surveys_that_may_differ()
        for row in self.observed.rows.values():
            name = self.name_of(row)
            if name is None:
                continue
            match row:
                case Commitment():
                    flagged = "flagged" if row.flagged_at else "in time"
                    flagged = EITHER_WAY if self.was_acted_on_when_due(row) else flagged
                    ends[name].append(f"{row.status}, {flagged}, due {row.due_at:%d %b %H}h, {row.unreached}")
                case FollowUp() if row.origin in AUTOMATIC:
                    ends[name].append("to be done")
                case FollowUp():
                    ends[name].append(f"{row.status}, due {row.due_at:%d %b}")
                case Reply():
                    ends[name].append(row.status)
                case Goodwill():
                    ends[name].append(f"{row.status} {row.amount}")
                case Case():
                    lists = (row.hand_offs, row.repeat_contacts, row.reopenings)
                    evidence = (row.contacts, *map(len, lists))
                    around = "run-around" if row.run_around_at else ""
                    waiting = row.waiting_for_customer
                    ends[name].append(f"{row.status} {evidence} {around} {row.granted} {waiting}")
                case Survey():
                    either = self.surveys_may_differ or row.id in unsure
                    ends[name].append(EITHER_WAY if either else f"{row.status} {row.score}")
        return {name: sorted(found) for name, found in ends.items()}

    def _surveys_that_may_differ(self) -> set[str]:
        """The ids of surveys that may end differently in the two histories.

        A survey that may never have arrived may never be answered. Of two surveys whose turn came at the same
        moment either may be asked. Whether the customer is asked again about a case depends on an unhappy
        answer, and whether they are asked at all on whether they unsubscribed by a message that arrived.
        """
        observed = self.observed
        lost = {
            row.about_id
            for row in observed.of_kind(Message)
            if row.status in {"unknown", "failed", "withheld"}
        }
        waited = Counter(self.turns.values())
        unsure = lost | {survey_id for survey_id, turn in self.turns.items() if waited[turn] > 1}
        cases: set[str] = set()  # whose answer may differ
        leaving: set[str] = set()  # customers who would have unsubscribed if the message had arrived
        for row in sorted(observed.of_kind(Survey), key=lambda row: row.created_at):
            depends = row.again or ASKED_LATELY in str(row.withheld_because)
            case_id = observed.case_of(row)
            customer = observed.rows.get(row.customer_id)
            left = isinstance(customer, Customer) and customer.unsubscribed_at is not None
            if (depends and case_id in cases) or row.customer_id in leaving:
                unsure.add(row.id)
            if left and row.id in lost:
                leaving.add(row.customer_id)
            if row.id in unsure and case_id is not None:
                cases.add(case_id)
        return unsure

    def notices(self) -> Counter[tuple[str, str]]:
        """How often each row's notices were given, by the name of the row and the purpose.

        Recipients are left out: they depend on who is away at that minute.
        """
        told: defaultdict[tuple[str, str], set[tuple[str, int]]] = defaultdict(set)
        for row in self.observed.of_kind(Message):
            about = self.observed.rows[row.about_id]
            automatic = isinstance(about, FollowUp) and about.origin in AUTOMATIC
            name = None if automatic or self.was_acted_on_when_due(about) else self.name_of(about)
            # Which address of a customer works depends on when the desk was told that another does not.
            unsure = row.to == "customer" and self.surveys_may_differ
            # An answer in time may be recorded before or after the desk found the target missed.
            in_time = isinstance(about, Reply) and about.status == "given" and about.missed_at is None
            unsure = unsure or (in_time and row.purpose == "reply_missed")
            # Each rung of the ladder is one notice, whoever it tells.
            purpose = "promise_escalation" if row.why == STILL_NOT_KEPT else row.purpose
            if (
                name
                and row.about_kind != "survey"
                and not row.why.startswith((REPLACEMENT, NEW_LINK))
                and not unsure
            ):
                told[name, purpose].add((row.about_id, self.at_version[row.id]))
        return Counter({notice: len(versions) for notice, versions in told.items()})


def check_same_outcome(faulty: Outcome, without: Outcome) -> None:
    """The history with faults ends like the one without. Raises AssertionError."""
    found, wanted = faulty.ends(), without.ends()
    assert found.keys() == wanted.keys(), f"only one has {found.keys() ^ wanted.keys()}"
    differing = {
        name: (found[name], wanted[name])
        for name in wanted
        if found[name] != wanted[name] and EITHER_WAY not in (*found[name], *wanted[name])
    }
    assert not differing, f"ended otherwise: {differing}"
    told, right = faulty.notices(), without.notices()
    for notice in [notice for notice in (*told, *right) if notice[0] in faulty.overtaken]:
        told.pop(notice, None)
        right.pop(notice, None)
    # If a warning comes too late the row is flagged instead; all other notices are given, each once.
    more = told - right
    less = Counter({notice: n for notice, n in (right - told).items() if notice[1] not in WARNINGS})
    policies = (*faulty.observed.policies, *without.observed.policies)
    if len({repr(policy.commitments.ladder) for policy in policies}) > 1:
        # A commitment that climbs late climbs by the ladder of another policy.
        for climbed in (more, less):
            for notice in [notice for notice in climbed if notice[1] == "promise_escalation"]:
                del climbed[notice]
    assert (more, less) == ({}, {}), f"told too often {dict(more)}, not told {dict(less)}"
