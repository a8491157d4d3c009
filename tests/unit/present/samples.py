"""One of each mail, text and page, with given words in each field that people type."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Any, get_args

from tests.unit.present.builders import (
    KINDS,
    LANGUAGES,
    LINK,
    a_brief,
    a_late_notice,
    a_praise,
    a_promise,
    a_promise_form,
    a_promise_question,
    a_reply,
    a_request,
    about,
    an_event,
    an_explanation,
    an_invitation,
    some_news,
)
from vaada.model.campaigns import EventAnswer
from vaada.model.messages import Purpose, RecipientRole
from vaada.model.people import Subscription
from vaada.present import email, pages, sms
from vaada.present.email import Mail
from vaada.present.view_models import ActionName, AskToRecommend, CallBack, Note, Referral, Review, TaskLine
from vaada.rules.campaigns import Over

STAFF_PURPOSES: tuple[tuple[Purpose, RecipientRole], ...] = (
    ("follow_up_reminder", "agent"),
    ("follow_up_reminder", "owner"),
    ("follow_up_unanswered", "supervisor"),
    ("promise_warning", "agent"),
    ("promise_overdue", "agent"),
    ("promise_escalation", "supervisor"),
    ("promise_escalation", "owner"),
    ("reply_warning", "agent"),
    ("reply_missed", "supervisor"),
    ("reply_missed", "owner"),
    ("goodwill_approval", "supervisor"),
    ("goodwill_approval", "owner"),
    ("handed_over", "agent"),
    ("assigned", "agent"),
)
CUSTOMER_PURPOSES: tuple[Purpose, ...] = ("survey", "survey_reminder")


def every_mail(name: str) -> list[Mail]:
    """Each kind of mail, with this name and these words wherever somebody typed them."""
    invitation = an_invitation(business=name, customer_name=name, agent_name=name, what=name)
    notice = a_late_notice(business=name, customer_name=name, agent_name=name, what=name)
    return [
        *(mail for language in ("en", "ur") for mail in staff_mails(name, language)),
        *(
            email.for_customer(purpose, invitation._replace(language=language, kind=kind))
            for purpose in CUSTOMER_PURPOSES
            for language in LANGUAGES
            for kind in KINDS
        ),
        *(email.for_late(notice._replace(language=language)) for language in LANGUAGES),
        *(
            email.for_recommendation(ask_to_recommend(name, language, asked_for))
            for language in LANGUAGES
            for asked_for in (Review("https://example.com/review"), Referral(name))
        ),
        *(
            email.for_news(some_news(language=language, subject=name, text=name, event=event))
            for language in LANGUAGES
            for event in (None, an_event(place=name), an_event(place=name, reminds=True))
        ),
    ]


def ask_to_recommend(name: str, language: str, asked_for: Review | Referral) -> AskToRecommend:
    """What asks a happy customer for a recommendation, with this name wherever somebody typed one."""
    return AskToRecommend(name, language, name, asked_for, "https://desk.example.com/u/t")


def staff_notes(name: str, language: str) -> list[Note]:
    """Each kind of message to staff: in time to the agent, and late, repeated and woken to somebody else."""
    why = an_explanation(
        skipped=tuple(one.model_copy(update={"why": name}) for one in an_explanation().skipped)
    )
    typed = {"business": name, "agent_name": name, "customer_name": name, "what": name, "summary": name * 20}
    in_time: dict[str, Any] = {"reader_name": name}
    later: dict[str, Any] = {
        **{"reader_name": "", "reminder_number": 3, "unreached": 2, "explanation": why},
        **{"now": a_brief().now + timedelta(hours=2), "old_date": a_brief().now + timedelta(days=3)},
        "actions": get_args(ActionName),
    }
    return [
        Note(purpose, to, about(purpose, **typed, language=language, **changes))
        for purpose, to in STAFF_PURPOSES
        for changes in (in_time, later)
    ]


def staff_mails(name: str, language: str) -> list[Mail]:
    """Each kind of mail to staff, with this name and these words wherever somebody typed them."""
    notes = staff_notes(name, language)
    lines = [
        TaskLine(language, name, name, "auto", note.brief.due_at, note.brief.now, LINK) for note in notes
    ] * 4
    praise = a_praise(business=name, language=language, reader_name=name, customer_name=name, words=name)
    return [
        *(email.for_staff(note.purpose, note.to, note.brief) for note in notes),
        email.for_staff_batch(notes),
        email.for_staff_batch(notes, lines, LINK),
        *(email.for_praise(praise._replace(words=words)) for words in (name * 20, None)),
        email.for_praise(praise._replace(score=1, top=1)),
        email.for_promise_question(a_promise_question(name, language)),
    ]


def staff_texts(name: str, language: str) -> list[str]:
    """Each kind of text message to staff, with this name and these words wherever somebody typed them."""
    notes = staff_notes(name, language)
    praise = a_praise(business=name, language=language, reader_name=name, customer_name=name, words=name)
    return [
        *(sms.for_staff(note.purpose, note.to, note.brief) for note in notes),
        *(
            sms.for_staff_batch([note.brief for note in notes[:some]], link)
            for some in (2, 30)
            for link in (LINK, None)
        ),
        *(sms.for_praise(praise._replace(words=words)) for words in (name, None)),
        sms.for_praise(praise._replace(score=1, top=1)),
    ]


def every_text(words: str) -> Iterator[str]:
    """Each kind of text message, with these words wherever somebody typed them."""
    asked = {"business": words, "agent_name": words, "customer_name": words, "what": words}
    for language in ("en", "ur"):
        yield from staff_texts(words, language)
    for language in LANGUAGES:
        for kind in KINDS:
            for purpose in CUSTOMER_PURPOSES:
                yield sms.for_customer(purpose, an_invitation(**asked, language=language, kind=kind))
        yield sms.for_late(a_late_notice(**asked, language=language))
        for asked_for in (Review("https://example.com/review"), Referral(words)):
            yield sms.for_recommendation(ask_to_recommend(words, language, asked_for))


FOLLOW_UP_ACTIONS: tuple[ActionName, ...] = (
    *("done", "tomorrow", "next_week", "pick_date", "unreachable", "old_date", "give_up"),
)


def customer_pages(words: str = "Nadeem", language: str = "en") -> list[str]:
    """Each page for customers, with these words wherever somebody typed them."""
    named: dict[str, Any] = {"business": words, "language": language}
    asked: dict[str, Any] = {**named, "agent_name": words, "path": "/s/t", "what": words, "nonce": "n"}
    now = a_brief().now
    return [
        *(pages.survey_form(**asked, kind=kind, score=1, comment=words) for kind in KINDS),
        *(pages.survey_form(**asked, kind=kind, score=None, problem="score") for kind in KINDS),
        pages.survey_form(**asked, score=None, problem="comment"),
        pages.survey_form(**asked, score=None, problem="again"),
        *(
            pages.survey_confirm(**named, kind=kind, score=1, comment=words, path="/s/t", nonce="n")
            for kind in KINDS
        ),
        *(pages.survey_thanks(**named, kind=kind, score=1, followed_up=True) for kind in KINDS),
        *(pages.survey_thanks(**named, kind=kind, score=1) for kind in KINDS),
        pages.survey_thanks(**named, score=5, next_step=Review("https://example.com/review")),
        pages.survey_thanks(**named, score=5, next_step=Referral(words)),
        pages.survey_thanks(**named, score=1, next_step=CallBack(words, now, now)),
        pages.survey_over(**named, because="answered"),
        pages.survey_over(**named, because="expired"),
        pages.survey_over(**named, because="withdrawn"),
        *_pages_of_unsubscribing(named),
        *_pages_of_events(named, words),
        pages.link_problem(**named),
        *(pages.refused(**named, because=because) for because in get_args(pages.RefusedBecause)),
    ]


def _pages_of_unsubscribing(named: dict[str, Any]) -> Iterator[str]:
    for one in get_args(Subscription):
        yield pages.unsubscribe_form(**named, subscription=one, path="/u/t")
        yield pages.unsubscribed(**named, subscription=one, path="/u/t", nonce="n")
        yield pages.unsubscribed(**named, subscription=one, path="/u/t", nonce="n", again=True)
        yield pages.subscribed_again(**named, subscription=one)


def _pages_of_events(named: dict[str, Any], words: str) -> Iterator[str]:
    event: dict[str, Any] = {**named, "subject": words, "when": "17:00", "place": words}
    for one in get_args(EventAnswer):
        yield pages.event_form(**event, path="/e/t", answer=one, nonce="n")
        yield pages.event_answered(**event, answer=one)
    yield pages.event_form(**event, path="/e/t", answer=None, problem="answer", nonce="n")
    for over in get_args(Over):
        yield pages.event_over(**named, because=over)


def staff_pages(words: str = "Nadeem", language: str = "en") -> list[str]:
    """Each page behind a link to staff, with these words wherever somebody typed them."""
    named: dict[str, Any] = {"business": words, "language": language}
    typed: dict[str, Any] = {
        **{"language": language, "agent_name": words, "customer_name": words, "what": words},
        **{"summary": words * 20, "explanation": an_explanation(skipped=())},
    }
    brief = a_brief(**typed)
    late = brief._replace(now=brief.now + timedelta(hours=2), action_url=None)
    return [
        *(
            pages.action_form(business=words, brief=one._replace(**typed), path="/a/t", chosen=chosen)
            for one in (
                a_brief(actions=FOLLOW_UP_ACTIONS, old_date=brief.now + timedelta(days=3), unreached=2),
                a_promise(unreached=1),
                a_promise(late_notice_medium="sms"),
                a_promise(late_notice_medium=None),
                a_reply(),
                a_request(),
            )
            for chosen in (None, *one.actions)
        ),
        *(
            pages.action_form(
                business=words, brief=brief, path="/a/t", chosen="pick_date", problem=problem, asking=True
            )
            for problem in pages.ACTION_PROBLEMS
        ),
        pages.action_list(business=words, language=language, tasks=[brief, late]),
        pages.action_list(business=words, language=language, tasks=[]),
        pages.action_over(**named, because="closed", status="kept", when="10:12"),
        pages.action_over(**named, because="expired", status=None, path="/a/t", again=True),
        pages.action_over(**named, because="expired", status=None),
        pages.action_over(**named, because="left", status=None),
        pages.action_sent(**named),
        pages.action_done(**named, message=words),
        *(a_promise_form(words, language, problem=problem) for problem in (None, "what", "date", "confirm")),
    ]


def every_page(words: str = "Nadeem", language: str = "en") -> list[str]:
    """Each page, with these words wherever somebody typed them."""
    return [*customer_pages(words, language), *staff_pages(words, language)]
