"""What people, mail programs and mail scanners do with a survey, and the expected outcome."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta

from tests.simulation.fake_aws.messaging import Sent
from tests.simulation.load.load_world import LoadWorld, Page
from tests.simulation.load.message_limits import links
from tests.simulation.load.setting import DAY, HOUR, MINUTE, SECOND

SCALES = {"csat": range(1, 6), "ces": range(1, 8), "promise": range(2), "nps": range(11)}
MOST_SENT = 5  # scores that a scanner tries

NO_CONSENT = "the customer did not agree to surveys"
NO_ADDRESS = "there is no address that the customer agreed to and that works"
LATELY = "they were asked something lately"
OFTEN = "they were written to often enough lately"
NOT_ARRIVED = "it could not be sent: it did not arrive, and there is no other way to the customer"
ABUSIVE = "somebody was abusive in this matter"
REOPENED = "the matter was opened again"


@dataclass(frozen=True)
class ReceivedSurvey:
    """A survey that somebody received: its link, the score they would give, and the medium."""

    world: LoadWorld
    sent: Sent
    kind: str
    score: int
    other: int
    words: str

    @property
    def link(self) -> str:
        """The survey's link."""
        return links(self.sent, "s/")[0]

    def look(self) -> Page:
        """Open it."""
        return self.world.visit("GET", self.link)

    def send(self, page: Page, score: int | None = None, **more: str) -> Page:
        """Send the form of a page."""
        said = {"score": self.score if score is None else score, "comment": self.words, **more}
        return self.world.visit("POST", self.link, {**said, "nonce": page.nonce})

    def answer(self, after: timedelta, dwell: timedelta = 40 * SECOND) -> None:
        """Answer as a person does: open the page later, wait, send."""

        def read() -> None:
            page = self.look()
            self.world.later(dwell, "the answer is sent", lambda: self.send(page))

        self.world.later(after, "the survey is opened", read)

    def text(self, after: timedelta, words: str) -> None:
        """Text back."""
        to, message = self.sent.to, self.sent.provider_id
        self.world.later(after, f"a text: {words}", lambda: self.world.text(to, words, message))

    @property
    def tries(self) -> list[int]:
        """The scores that a scanner tries, the worst first."""
        return list(SCALES[self.kind])[:MOST_SENT]


def answers(survey: ReceivedSurvey) -> None:
    survey.answer(2 * HOUR)


def says_nothing(_survey: ReceivedSurvey) -> None: ...


def taps_twice(survey: ReceivedSurvey) -> None:
    def read() -> None:
        page = survey.look()
        for after in (8 * SECOND, 8 * SECOND + timedelta(milliseconds=280)):
            survey.world.later(after, "a tap", lambda: survey.send(page))

    survey.world.later(HOUR, "the survey is opened", read)


def goes_back(survey: ReceivedSurvey) -> None:
    """Goes back in the browser and sends the same page with another score."""

    def read() -> None:
        page = survey.look()
        survey.world.later(20 * SECOND, "the answer is sent", lambda: survey.send(page))
        survey.world.later(33 * SECOND, "back, and another", lambda: survey.send(page, survey.other))

    survey.world.later(HOUR, "the survey is opened", read)


def taps_at_once(survey: ReceivedSurvey) -> None:
    """Answers faster than a person is expected to, and confirms on request."""

    def read() -> None:
        page = survey.look()

        def tap() -> None:
            sure = survey.send(page)
            survey.world.later(5 * SECOND, "it is confirmed", lambda: survey.send(sure, confirm="1"))

        survey.world.later(timedelta(milliseconds=400), "a fast tap", tap)

    survey.world.later(HOUR, "the survey is opened", read)


def leaves_it_open_over_night(survey: ReceivedSurvey) -> None:
    def read() -> None:
        page = survey.look()

        def send() -> None:
            fresh = survey.send(page)
            survey.world.later(15 * SECOND, "and once more", lambda: survey.send(fresh))

        survey.world.later(25 * HOUR, "the old page is sent", send)

    survey.world.later(HOUR, "the survey is opened", read)


def answers_days_later(survey: ReceivedSurvey) -> None:
    survey.answer(5 * DAY)


def answers_the_minute_before_it_closes(survey: ReceivedSurvey) -> None:
    survey.answer(14 * DAY - 10 * MINUTE)


def sends_after_closing(survey: ReceivedSurvey) -> None:
    survey.answer(14 * DAY - HOUR, dwell=2 * HOUR)


def opens_after_closing(survey: ReceivedSurvey) -> None:
    def read() -> None:
        page = survey.look()
        assert page.status == 410
        survey.world.later(20 * SECOND, "sent all the same", lambda: survey.send(page))

    survey.world.later(15 * DAY, "the survey is opened", read)


def is_scanned_first(survey: ReceivedSurvey) -> None:
    """A scanner sends all scores as soon as the mail arrives."""
    page = survey.look()
    for score in survey.tries:
        survey.send(page, score)
    survey.answer(3 * HOUR)


def is_scanned_blindly(survey: ReceivedSurvey) -> None:
    """A scanner sends a score without opening the page, and the person does nothing."""
    survey.world.visit("POST", survey.link, {"score": survey.tries[0]})


def is_scanned_patiently(survey: ReceivedSurvey) -> None:
    """A scanner waits as long as a person would, then sends all scores at once."""
    page = survey.look()

    def burst() -> None:
        for score in survey.tries:
            survey.send(page, score)

    survey.world.later(5 * SECOND, "a program sends all scores", burst)
    survey.answer(3 * HOUR)


def is_scanned_through(survey: ReceivedSurvey) -> None:
    """A scanner fills in every field, including the one hidden from people."""
    page = survey.look()
    survey.world.later(6 * SECOND, "a program", lambda: survey.send(page, website="https://example.com"))
    survey.answer(3 * HOUR)


def is_scanned_35_seconds_later(survey: ReceivedSurvey) -> None:
    """A scanner that opened the page first sends it after the person has."""
    page = survey.look()
    late = 2 * HOUR + 75 * SECOND
    survey.answer(2 * HOUR)
    survey.world.later(late, "a program sends another score", lambda: survey.send(page, survey.other))


def is_followed_35_seconds_later(survey: ReceivedSurvey) -> None:
    """A scanner opens the link after the person has answered, and sends the form it finds."""

    def follow() -> None:
        survey.send(survey.look(), survey.other)

    survey.answer(2 * HOUR)
    survey.world.later(2 * HOUR + 75 * SECOND, "a program follows", follow)


def mail_program_unsubscribes(survey: ReceivedSurvey) -> None:
    """One click (RFC 8058)."""
    (link,) = links(survey.sent, "u/")
    survey.world.visit("POST", link, {"List-Unsubscribe": "One-Click"})


def unsubscribes(survey: ReceivedSurvey) -> None:
    """Opens the page and sends its form."""
    (link,) = links(survey.sent, "u/")

    def leave() -> None:
        page = survey.world.visit("GET", link)
        survey.world.later(
            10 * SECOND, "no more of them", lambda: survey.world.visit("POST", link, fields_of(page))
        )

    survey.world.later(HOUR, "the way out is opened", leave)


def scanner_unsubscribes(survey: ReceivedSurvey) -> None:
    """A scanner sends the form to unsubscribe at once; the person answers nevertheless."""
    (link,) = links(survey.sent, "u/")
    survey.world.visit("POST", link, fields_of(survey.world.visit("GET", link)))
    survey.answer(3 * HOUR)


def unsubscribes_by_mistake(survey: ReceivedSurvey) -> None:
    """Unsubscribes, takes it back on the next page, then answers."""
    (link,) = links(survey.sent, "u/")

    def leave() -> None:
        page = survey.world.visit("POST", link, fields_of(survey.world.visit("GET", link)))
        survey.world.later(10 * SECOND, "no, do", lambda: survey.world.visit("POST", link, fields_of(page)))

    survey.world.later(HOUR, "the way out is taken", leave)
    survey.answer(2 * HOUR)


def texts_a_number(survey: ReceivedSurvey) -> None:
    survey.text(HOUR, f" {survey.score}. ")


def texts_nonsense_then_a_number(survey: ReceivedSurvey) -> None:
    survey.text(HOUR, "42")
    survey.text(2 * HOUR, "who is this?")
    survey.text(3 * HOUR, str(survey.score))


def texts_two_numbers(survey: ReceivedSurvey) -> None:
    survey.text(HOUR, str(survey.score))
    survey.text(2 * HOUR, str(survey.other))


def texts_stop(survey: ReceivedSurvey) -> None:
    survey.text(HOUR, "Stop.")


def texts_stop_then_start(survey: ReceivedSurvey) -> None:
    survey.text(HOUR, "STOP")
    survey.text(26 * HOUR, "start")


def texts_stop_start_and_a_number(survey: ReceivedSurvey) -> None:
    texts_stop_then_start(survey)
    survey.text(50 * HOUR, str(survey.score))


def fields_of(page: Page) -> dict[str, str]:
    """The fields of a form as displayed, with hidden fields and the first button."""
    form = re.search(r"<form.*?</form>", page.html, re.DOTALL)
    inputs = re.findall(r"<(?:input|button)[^>]*>", form[0]) if form else []
    named = [(re.search(r'name="([^"]*)"', one), re.search(r'value="([^"]*)"', one)) for one in inputs]
    return {name[1]: value[1] if value else "" for name, value in reversed(named) if name}


Doing = Callable[[ReceivedSurvey], None]
Access = str  # the media they agreed to, the preferred one first: "email", "sms", "email sms", …
MAILED, TEXTED, ANY = ("email", "email sms"), ("sms",), ("email", "sms", "email sms", "sms email")


@dataclass(frozen=True)
class Character:
    """What somebody does with a survey, and the expected outcome.

    `answered`: an answer counts; `amended`: with an amendment. `apart`: how many answers are quarantined, -1
    for all that a scanner sends. `reminded`: it was unanswered after three days. `mistaken`: the answer of a
    scanner counted for a moment. `lost`: why the customer cannot be asked afterwards.
    """

    does: Doing
    answered: bool = True
    amended: bool = False
    apart: int = 0
    reminded: bool = False
    mistaken: bool = False
    lost: str | None = None
    access: tuple[Access, ...] = ANY

    def scanned(self, kind: str) -> int:
        """How many answers are quarantined."""
        return min(len(SCALES[kind]), MOST_SENT) if self.apart < 0 else self.apart


CHARACTERS = (
    Character(answers),
    Character(says_nothing, answered=False, reminded=True),
    Character(taps_twice),
    Character(goes_back, amended=True),
    Character(taps_at_once, apart=1),
    Character(leaves_it_open_over_night),
    Character(answers_days_later, reminded=True),
    Character(answers_the_minute_before_it_closes, reminded=True),
    Character(sends_after_closing, answered=False, reminded=True),
    Character(opens_after_closing, answered=False, reminded=True),
    Character(is_scanned_first, apart=-1),
    Character(is_scanned_blindly, answered=False, apart=1, reminded=True),
    Character(is_scanned_patiently, apart=-1, mistaken=True),
    Character(is_scanned_through, apart=1),
    Character(is_scanned_35_seconds_later, amended=True),
    Character(is_followed_35_seconds_later),
    Character(texts_a_number, access=TEXTED),
    Character(texts_nonsense_then_a_number, access=TEXTED),
    Character(texts_two_numbers, amended=True, access=TEXTED),
)
LEAVERS = (
    Character(unsubscribes_by_mistake, access=MAILED),
    Character(mail_program_unsubscribes, answered=False, lost=NO_CONSENT, access=MAILED),
    Character(unsubscribes, answered=False, lost=NO_CONSENT, access=MAILED),
    Character(scanner_unsubscribes, lost=NO_CONSENT, access=MAILED),
    Character(texts_stop, answered=False, lost=NO_ADDRESS, access=TEXTED),
    Character(texts_stop_then_start, answered=False, reminded=True, access=TEXTED),
    Character(texts_stop_start_and_a_number, access=TEXTED),
)
"""Characters that unsubscribe, for good or temporarily."""
BY_TEXT = {one for one in CHARACTERS if one.access == TEXTED}
QUIET = Character(says_nothing, answered=False, reminded=True)
PROMPT = Character(answers)
LATE = Character(answers_days_later, reminded=True)
