"""What people, their mail programs, and programs that follow links do with a survey; what must come of it."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta

from tests.simulation.fake_aws.messaging import Sent
from tests.simulation.load.town import DAY, HOUR, MINUTE, SECOND, Page, Town, links

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
class Asked:
    """A survey as it reached somebody: its link, what they think, and by what it came."""

    town: Town
    sent: Sent
    kind: str
    score: int
    other: int
    words: str

    @property
    def link(self) -> str:
        """The survey's."""
        return links(self.sent, "s/")[0]

    def look(self) -> Page:
        """Open it."""
        return self.town.visit("GET", self.link)

    def send(self, page: Page, score: int | None = None, **more: str) -> Page:
        """Send the form of a page."""
        said = {"score": self.score if score is None else score, "comment": self.words, **more}
        return self.town.visit("POST", self.link, {**said, "nonce": page.nonce})

    def answer(self, after: timedelta, dwell: timedelta = 40 * SECOND) -> None:
        """As a person does: after a while look, think, send."""

        def read() -> None:
            page = self.look()
            self.town.later(dwell, "the answer is sent", lambda: self.send(page))

        self.town.later(after, "the survey is opened", read)

    def text(self, after: timedelta, words: str) -> None:
        """Text back."""
        to, message = self.sent.to, self.sent.provider_id
        self.town.later(after, f"a text: {words}", lambda: self.town.text(to, words, message))

    @property
    def tries(self) -> list[int]:
        """The scores that a scanner tries, the worst first."""
        return list(SCALES[self.kind])[:MOST_SENT]


def answers(asked: Asked) -> None:
    asked.answer(2 * HOUR)


def says_nothing(_asked: Asked) -> None: ...


def taps_twice(asked: Asked) -> None:
    def read() -> None:
        page = asked.look()
        for after in (8 * SECOND, 8 * SECOND + timedelta(milliseconds=280)):
            asked.town.later(after, "a tap", lambda: asked.send(page))

    asked.town.later(HOUR, "the survey is opened", read)


def goes_back(asked: Asked) -> None:
    """And sends the same page with another score."""

    def read() -> None:
        page = asked.look()
        asked.town.later(20 * SECOND, "the answer is sent", lambda: asked.send(page))
        asked.town.later(33 * SECOND, "back, and another", lambda: asked.send(page, asked.other))

    asked.town.later(HOUR, "the survey is opened", read)


def taps_at_once(asked: Asked) -> None:
    """Faster than a person is thought to be, and confirms when asked."""

    def read() -> None:
        page = asked.look()

        def tap() -> None:
            sure = asked.send(page)
            asked.town.later(5 * SECOND, "it is confirmed", lambda: asked.send(sure, confirm="1"))

        asked.town.later(timedelta(milliseconds=400), "a fast tap", tap)

    asked.town.later(HOUR, "the survey is opened", read)


def leaves_it_open_over_night(asked: Asked) -> None:
    def read() -> None:
        page = asked.look()

        def send() -> None:
            fresh = asked.send(page)
            asked.town.later(15 * SECOND, "and once more", lambda: asked.send(fresh))

        asked.town.later(25 * HOUR, "the old page is sent", send)

    asked.town.later(HOUR, "the survey is opened", read)


def answers_days_later(asked: Asked) -> None:
    asked.answer(5 * DAY)


def answers_the_minute_before_it_closes(asked: Asked) -> None:
    asked.answer(14 * DAY - 10 * MINUTE)


def sends_after_closing(asked: Asked) -> None:
    asked.answer(14 * DAY - HOUR, dwell=2 * HOUR)


def opens_after_closing(asked: Asked) -> None:
    def read() -> None:
        page = asked.look()
        assert page.status == 410
        asked.town.later(20 * SECOND, "sent all the same", lambda: asked.send(page))

    asked.town.later(15 * DAY, "the survey is opened", read)


def is_scanned_first(asked: Asked) -> None:
    """A program sends all scores as soon as the mail has come."""
    page = asked.look()
    for score in asked.tries:
        asked.send(page, score)
    asked.answer(3 * HOUR)


def is_scanned_blindly(asked: Asked) -> None:
    """A program sends a score without the page, and nobody else does."""
    asked.town.visit("POST", asked.link, {"score": asked.tries[0]})


def is_scanned_patiently(asked: Asked) -> None:
    """A program waits like a person, then sends all scores at once."""
    page = asked.look()

    def burst() -> None:
        for score in asked.tries:
            asked.send(page, score)

    asked.town.later(5 * SECOND, "a program sends all scores", burst)
    asked.answer(3 * HOUR)


def is_scanned_through(asked: Asked) -> None:
    """A program fills in each field, also the one that people cannot see."""
    page = asked.look()
    asked.town.later(6 * SECOND, "a program", lambda: asked.send(page, website="https://example.com"))
    asked.answer(3 * HOUR)


def is_scanned_35_seconds_later(asked: Asked) -> None:
    """A program that opened the page before sends it after the person has."""
    page = asked.look()
    late = 2 * HOUR + 75 * SECOND
    asked.answer(2 * HOUR)
    asked.town.later(late, "a program sends another score", lambda: asked.send(page, asked.other))


def is_followed_35_seconds_later(asked: Asked) -> None:
    """A program opens the link after the person has answered, and sends what it finds."""

    def follow() -> None:
        asked.send(asked.look(), asked.other)

    asked.answer(2 * HOUR)
    asked.town.later(2 * HOUR + 75 * SECOND, "a program follows", follow)


def mail_program_unsubscribes(asked: Asked) -> None:
    """One click (RFC 8058)."""
    (link,) = links(asked.sent, "u/")
    asked.town.visit("POST", link, {"List-Unsubscribe": "One-Click"})


def unsubscribes(asked: Asked) -> None:
    """Opens the page, and sends what it shows."""
    (link,) = links(asked.sent, "u/")

    def leave() -> None:
        page = asked.town.visit("GET", link)
        asked.town.later(
            10 * SECOND, "no more of them", lambda: asked.town.visit("POST", link, fields_of(page))
        )

    asked.town.later(HOUR, "the way out is opened", leave)


def scanner_unsubscribes(asked: Asked) -> None:
    """A program opens and sends that form at once; the person answers all the same."""
    (link,) = links(asked.sent, "u/")
    asked.town.visit("POST", link, fields_of(asked.town.visit("GET", link)))
    asked.answer(3 * HOUR)


def unsubscribes_by_mistake(asked: Asked) -> None:
    """And takes it back on the page that follows; then answers."""
    (link,) = links(asked.sent, "u/")

    def leave() -> None:
        page = asked.town.visit("POST", link, fields_of(asked.town.visit("GET", link)))
        asked.town.later(10 * SECOND, "no, do", lambda: asked.town.visit("POST", link, fields_of(page)))

    asked.town.later(HOUR, "the way out is taken", leave)
    asked.answer(2 * HOUR)


def texts_a_number(asked: Asked) -> None:
    asked.text(HOUR, f" {asked.score}. ")


def texts_nonsense_then_a_number(asked: Asked) -> None:
    asked.text(HOUR, "42")
    asked.text(2 * HOUR, "who is this?")
    asked.text(3 * HOUR, str(asked.score))


def texts_two_numbers(asked: Asked) -> None:
    asked.text(HOUR, str(asked.score))
    asked.text(2 * HOUR, str(asked.other))


def texts_stop(asked: Asked) -> None:
    asked.text(HOUR, "Stop.")


def texts_stop_then_start(asked: Asked) -> None:
    asked.text(HOUR, "STOP")
    asked.text(26 * HOUR, "start")


def texts_stop_start_and_a_number(asked: Asked) -> None:
    texts_stop_then_start(asked)
    asked.text(50 * HOUR, str(asked.score))


def fields_of(page: Page) -> dict[str, str]:
    """What a form sends as it stands, hidden fields and the first button included."""
    form = re.search(r"<form.*?</form>", page.html, re.DOTALL)
    inputs = re.findall(r"<(?:input|button)[^>]*>", form[0]) if form else []
    named = [(re.search(r'name="([^"]*)"', one), re.search(r'value="([^"]*)"', one)) for one in inputs]
    return {name[1]: value[1] if value else "" for name, value in reversed(named) if name}


Doing = Callable[[Asked], None]
Access = str  # by what they agreed to be written to, the preferred first: "email", "sms", "email sms", …
MAILED, TEXTED, ANY = ("email", "email sms"), ("sms",), ("email", "sms", "email sms", "sms email")


@dataclass(frozen=True)
class Character:
    """What somebody does with a survey, and what is to come of it.

    `answered`: it counts; `amended`: and another score beside it. `apart`: how many answers do not count,
    all that a scanner tries where it is -1. `reminded`: after three days it stood unanswered. `mistaken`: a
    program's answer counted for a moment. `lost`: what the customer cannot be asked for afterwards.
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
        """How many answers are kept apart."""
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
"""For good or for a while."""
BY_TEXT = {one for one in CHARACTERS if one.access == TEXTED}
QUIET = Character(says_nothing, answered=False, reminded=True)
PROMPT = Character(answers)
LATE = Character(answers_days_later, reminded=True)
