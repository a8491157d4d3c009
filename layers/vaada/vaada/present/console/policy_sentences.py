"""The sentences of the policy's form, by section, and the fields that stand in them."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from vaada.model.localities import WRITTEN_LANGUAGES
from vaada.present.console.shell import language_name
from vaada.present.translation_marks import _

Kind = Literal[
    "number",
    "money",
    "delay",
    "time",
    "tick",
    "choice",
    "text",
    "long",
    "member",
    "lines",
    "pairs",
    "codes",
]
"""What a field holds. A member is a checkbox for one item of a list; lines and pairs have one per line."""


@dataclass(frozen=True)
class Control:
    """A field of the form: the place of its value in the policy, and the kind of the value."""

    path: tuple[str, ...]
    kind: Kind = "number"
    choices: Mapping[str, str] | None = None


UNITS: dict[str, str] = {
    "minutes": _("minutes"),
    "hours": _("hours"),
    "opening_minutes": _("opening minutes"),
    "opening_hours": _("opening hours"),
    "days": _("days"),
    "business_days": _("business days"),
}
_WHO = {"": _("nobody"), "agent": _("the agent"), "supervisor": _("the supervisor"), "owner": _("the owner")}
_ASKED = {"csat": _("how it went"), "ces": _("how easy it was"), "none": _("nothing")}
_BY = {
    "": _("by the way that they chose"),
    "email": _("by mail"),
    "sms": _("by text"),
    "email sms": _("by mail and text"),
    "sms email": _("by text and mail"),
}
_LANGUAGES = {language: language_name(language) for language in WRITTEN_LANGUAGES}
RUNGS = 10
"""How many steps of escalation a policy may have. The form shows one more than exist, at least four."""
RUNGS_SHOWN = 4
_SCORES = ("csat", "ces", "nps", "promise")
_STEPS = ("apologised", "gone_through", "written_down", "solved", "confirmed", "cause_recorded")


def _rungs() -> dict[str, Control]:
    controls: dict[str, Control] = {}
    for number in range(RUNGS):
        controls[f"tell{number}"] = Control(("commitments", "ladder", str(number), "tell"), "choice", _WHO)
        controls[f"after{number}"] = Control(("commitments", "ladder", str(number), "after"), "delay")
        controls[f"by{number}"] = Control(("commitments", "ladder", str(number), "by"), "choice", _BY)
    return controls


def _by_score(prefix: str, field: str) -> dict[str, Control]:
    return {f"{prefix}_{kind}": Control(("surveys", field, kind)) for kind in _SCORES}


CHANNELS = ("phone", "sms", "whatsapp", "chat", "social", "email", "web")
CONTROLS: dict[str, Control] = {
    "name": Control(("business", "name"), "long"),
    "country": Control(("business", "country"), "text"),
    "zone": Control(("business", "time_zone"), "long"),
    "language": Control(("business", "language"), "choice", _LANGUAGES),
    "holidays": Control(("holidays", "observed"), "tick"),
    "region": Control(("holidays", "region"), "text"),
    "open_on": Control(("holidays", "open_on"), "lines"),
    "warn": Control(("commitments", "warn_before"), "delay"),
    **_rungs(),
    "broken": Control(("commitments", "broken_days_after")),
    "after_mails": Control(("commitments", "asks_after_mails"), "tick"),
    **{channel: Control(("replies", "opening_minutes", channel)) for channel in CHANNELS},
    "warn_reply": Control(("replies", "warn_opening_minutes_before")),
    "call_back": Control(("replies", "call_back_outside_hours"), "tick"),
    "unresolved": Control(("follow_ups", "unresolved_after_business_days")),
    "no_answer": Control(("follow_ups", "no_answer_after_business_days")),
    "reminders": Control(("follow_ups", "reminders_at_most")),
    "unanswered": Control(("follow_ups", "supervisor_hears_after_reminders")),
    "try_again": Control(("follow_ups", "try_again_after"), "delay"),
    "unreached": Control(("follow_ups", "unreached_asks_after")),
    "group": Control(("follow_ups", "group_within_minutes")),
    "repeat": Control(("cases", "repeat_within_days")),
    "hand_offs": Control(("cases", "hand_offs_at_most")),
    "repeats": Control(("cases", "repeat_contacts_at_most")),
    "reopenings": Control(("cases", "reopenings_at_most")),
    "upset": Control(("cases", "upset_follow_up_after"), "delay"),
    **{step: Control(("cases", "critical_steps", step), "member") for step in _STEPS},
    "history": Control(("cases", "history_after_days")),
    "allowance": Control(("goodwill", "allowance_per_case"), "money"),
    "currency": Control(("goodwill", "currency"), "text"),
    "write_from": Control(("customers", "write_from"), "time"),
    "write_until": Control(("customers", "write_until"), "time"),
    "messages": Control(("customers", "messages_at_most")),
    "within": Control(("customers", "within_days")),
    "news": Control(("customers", "news_a_month")),
    "tags": Control(("check_ins", "every_days_by_tag"), "pairs"),
    "asked": Control(("surveys", "after_resolution"), "choice", _ASKED),
    "hours_after": Control(("surveys", "hours_after_resolution")),
    "between": Control(("surveys", "days_between")),
    "remind": Control(("surveys", "remind_after_days")),
    "close": Control(("surveys", "close_after_days")),
    "nps": Control(("surveys", "nps_every_days")),
    "after_promise": Control(("surveys", "after_kept_promise"), "tick"),
    "promise_hours": Control(("surveys", "hours_after_kept_promise")),
    **_by_score("between", "days_between_kind"),
    "amend": Control(("surveys", "amend_within_hours")),
    **_by_score("low", "low_score_at_most"),
    "low_days": Control(("surveys", "low_score_follow_up_business_days")),
    **_by_score("high", "high_score_at_least"),
    "review": Control(("surveys", "review_url"), "long"),
    "referral": Control(("surveys", "referral"), "long"),
    "recommend_again": Control(("surveys", "recommendation_again_after_days")),
    "recommend_by": Control(("surveys", "recommendation_by_message"), "tick"),
    "reasons": Control(("relationships", "reasons_at_least")),
    "over": Control(("relationships", "over_days")),
    "counted": Control(("relationships", "within_days")),
    "complaints": Control(("relationships", "complaints_at_least")),
    "abusive": Control(("relationships", "abusive_contacts_at_least")),
    "long": Control(("relationships", "long_customer_years")),
    "patch": Control(("relationships", "bad_patch_days")),
    "cooling": Control(("relationships", "cooling_off_days")),
    "held": Control(("sending", "held"), "tick"),
    "a_second": Control(("sending", "mails_a_second")),
    "mails": Control(("sending", "mails_a_day")),
    "texts": Control(("sending", "texts_a_day")),
    "spend": Control(("sending", "texts_spend_a_month"), "money"),
    "to_one": Control(("sending", "texts_a_day_to_one")),
    "texts_to": Control(("sending", "texts_to"), "codes"),
    "price": Control(("sending", "text_price"), "money"),
    "prices": Control(("sending", "text_prices"), "pairs"),
    "form_open": Control(("contact_form", "is_open"), "tick"),
    "origins": Control(("contact_form", "origins"), "lines"),
    "badge": Control(("contact_form", "shows_kept_promises"), "tick"),
    "idle": Control(("sign_in", "idle_hours")),
    "longest": Control(("sign_in", "days_at_most")),
}
HEARS = _("%(who)s hears of it %(after)s after it was due, %(by)s.")


def hears(sentence: str, number: int) -> str:
    """Return the sentence about one step of escalation, with its own fields."""
    for name, field in (("who", "tell"), ("after", "after"), ("by", "by")):
        sentence = sentence.replace(f"({name})", f"({field}{number})")
    return sentence


SECTIONS: tuple[tuple[str, str, tuple[str, ...]], ...] = (
    (
        "business",
        _("The business"),
        (
            _("%(name)s signs every mail, text and page."),
            _("It is in the country %(country)s and the time zone %(zone)s."),
            _("Customers read %(language)s, if nothing else is known."),
            _(
                "%(holidays)s It is closed on public holidays, and on those of the region "
                "%(region)s if there is one."
            ),
            _("On these holidays it is open, a line each: %(open_on)s"),
        ),
    ),
    (
        "commitments",
        _("A promise"),
        (
            _("Its agent is warned %(warn)s before it is due, and told when it is late."),
            *(hears(HEARS, number) for number in range(RUNGS)),
            _("After %(broken)s days it counts as not kept."),
            _("%(after_mails)s Who copies the desk on a mail to a customer is asked what they promised."),
        ),
    ),
    (
        "replies",
        _("A customer who waits"),
        (
            _(
                "gets an answer by phone within %(phone)s opening minutes, by text %(sms)s, in "
                "a chat %(chat)s,"
            ),
            _(
                "%(whatsapp)s by WhatsApp, %(social)s on social media, %(email)s by e-mail and "
                "%(web)s by the website."
            ),
            _("The agent is warned %(warn_reply)s opening minutes before that."),
            _("%(call_back)s Who is in touch outside opening hours is promised a call back."),
        ),
    ),
    (
        "follow_ups",
        _("What is left to do"),
        (
            _(
                "is followed up after %(unresolved)s business days; while we wait for a "
                "customer, %(no_answer)s."
            ),
            _(
                "The agent is reminded %(reminders)s times at most; after %(unanswered)s the "
                "supervisor hears."
            ),
            _("Who was not reached is called again after %(try_again)s, and %(unreached)s times at most."),
            _("What falls due within %(group)s minutes comes as one message; 0 is never."),
        ),
    ),
    (
        "cases",
        _("A matter"),
        (
            _("A contact about the same within %(repeat)s days is a repeat."),
            _(
                "Above %(hand_offs)s hand-offs, %(repeats)s repeats or %(reopenings)s "
                "reopenings it moves no more."
            ),
            _("An upset customer is followed up by the supervisor after %(upset)s."),
            _("An agent may give %(allowance)s %(currency)s for one matter without asking."),
            _(
                "A complaint is not resolved without: %(apologised)s an apology, %(gone_through)s going "
                "through it with the customer, %(written_down)s writing it down, %(solved)s a solution, "
                "%(confirmed)s the customer's word that it is solved, %(cause_recorded)s the cause."
            ),
            _("What is recorded more than %(history)s days later is history: nothing follows from it."),
        ),
    ),
    (
        "customers",
        _("Customers are written to"),
        (
            _("between %(write_from)s and %(write_until)s of their own day,"),
            _("at most %(messages)s times in %(within)s days."),
            _("Who agreed to tips and invitations gets %(news)s a month at most."),
            _(
                "Who has a tag is called at least so often; a line each, with the days, such as "
                "vip 90: %(tags)s"
            ),
        ),
    ),
    (
        "surveys",
        _("Customers are asked"),
        (
            _("%(asked)s, %(hours_after)s hours after a matter is resolved,"),
            _("once in %(between)s days; reminded after %(remind)s, and no longer after %(close)s days."),
            _("Whether they would recommend us they are asked every %(nps)s days; 0 is never."),
            _("%(after_promise)s They are asked whether a promise was kept, %(promise_hours)s hours later."),
            _(
                "Between two questions of one kind are at least %(between_csat)s days for how it went, "
                "%(between_ces)s for how easy it was, %(between_nps)s for recommending us and "
                "%(between_promise)s for our word."
            ),
            _("A later answer within %(amend)s hours is kept beside the first."),
            _(
                "Low is a score up to %(low_csat)s of 5 for how it went, %(low_ces)s of 7 for how easy it "
                "was, %(low_nps)s of 10 for recommending us and %(low_promise)s of 1 for our word; empty is "
                "never."
            ),
            _("After a low score the supervisor calls within %(low_days)s business days."),
            _(
                "High is a score from %(high_csat)s for how it went, %(high_ces)s for how easy it was, "
                "%(high_nps)s for recommending us and %(high_promise)s for our word."
            ),
            _("Who gives a high score is asked for a review at %(review)s or told: %(referral)s"),
            _(
                "That happens once, unless something is overdue or a complaint is open, and again after "
                "%(recommend_again)s days; 0 is never again."
            ),
            _("%(recommend_by)s They are also sent it, the next day."),
        ),
    ),
    (
        "relationships",
        _("Parting with a customer"),
        (
            _(
                "A review is proposed to managers with %(reasons)s reasons or more, at least %(over)s days "
                "apart and of the last %(counted)s days."
            ),
            _(
                "%(complaints)s complaints without a failure of ours are a reason, and %(abusive)s "
                "abusive contacts."
            ),
            _("Who is a customer for %(long)s years is not proposed for what began within %(patch)s days."),
            _("The decision waits for a talk, and %(cooling)s days."),
        ),
    ),
    (
        "contact_form",
        _("The contact form"),
        (
            _("%(form_open)s Anybody can write to us at /c/."),
            _(
                "The form may stand in the pages of these sites, a line each, such as "
                "https://www.example.com: %(origins)s"
            ),
            _("%(badge)s It shows how many promises we kept in the last 90 days."),
        ),
    ),
    (
        "sending",
        _("Limits"),
        (
            _(
                "%(a_second)s mails a second, %(mails)s mails and %(texts)s texts a day, "
                "%(spend)s dollars a month."
            ),
            _("One number gets %(to_one)s texts a day at most."),
            _("Texts go to these country codes only: %(texts_to)s; empty is to all."),
            _("A part of a text costs %(price)s dollars."),
            _("By country code it costs, a line each, such as 92 0.0843: %(prices)s"),
            _("%(held)s Nothing is sent at all; what is due waits until this is taken off."),
            _("Who does nothing for %(idle)s hours is signed out, and everybody after %(longest)s days."),
        ),
    ),
)
"""The sentences of the policy by section. Each names its fields."""
