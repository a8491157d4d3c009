"""/c/: the contact form, also inside other websites, and the link that confirms an address."""

from http import HTTPStatus

from pydantic import TypeAdapter, ValidationError

from vaada.flows import contact_form as flow
from vaada.flows.contact_form import Entry
from vaada.flows.idempotency import Key, KeyReused
from vaada.flows.kept_promises import kept_promises
from vaada.flows.optimistic_write import NotFound, require
from vaada.flows.rate_counts import count_entry
from vaada.gateways.links import ExpiredLink
from vaada.model.interactions import Interaction
from vaada.model.localities import WRITTEN_LANGUAGES
from vaada.model.people import Medium
from vaada.model.phone_numbers import BadPhoneNumber, to_e164
from vaada.model.text import Email, Name, Prose
from vaada.present import contact_form as pages
from vaada.present import pages as other_pages
from vaada.public.visits import Page, Visit
from vaada.rules import replies

WIDGET = "widget.js"
_SUBJECT = "contact form"
_NAME: TypeAdapter[str] = TypeAdapter(Name)
_EMAIL: TypeAdapter[str] = TypeAdapter(Email)
_TEXT: TypeAdapter[str] = TypeAdapter(Prose)
_LONGEST_TEXT = 2000  # characters
_LONGEST_NAME = 100


def show(visit: Visit) -> Page:
    """Return the form, the script that shows it in other websites, or the page that confirms an address.

    Raises BadLink, NotFound.
    """
    _require_open(visit)
    if visit.token == WIDGET:
        return Page(HTTPStatus.OK, pages.widget(), pages.WIDGET_HEADERS)
    if visit.token:
        return _confirm_page(visit, _linked(visit))
    return _form(visit, HTTPStatus.OK)


def submit(visit: Visit) -> Page:
    """Accept an entry or confirm an address, if a person sent it. Raises BadLink, NotFound, TooManyForms."""
    _require_open(visit)
    if visit.token:
        return _confirm(visit)
    if not visit.is_human("form", _SUBJECT):  # nothing is written for a program that sends forms
        return _form(visit, HTTPStatus.UNPROCESSABLE_ENTITY, problem="again")
    try:
        entry = _entry(visit)
    except _Wrong as wrong:
        return _form(visit, HTTPStatus.UNPROCESSABLE_ENTITY, problem=wrong.field)
    count_entry(visit.desk, visit.browser, visit.now)
    body = "\n".join((entry.name, entry.address, entry.text)).encode()
    key = Key.of(user="form", path="/c/", key=visit.fields.get("nonce", ""), body=body, now=visit.now)
    try:
        interaction = flow.receive(visit.desk, entry, key, visit.now)
    except KeyReused:  # the form was sent before, and went back to
        return _form(visit, HTTPStatus.UNPROCESSABLE_ENTITY, problem="again")
    due = replies.due_at("web", interaction.occurred_at, visit.desk.policy)
    page = pages.thanks(
        business=visit.desk.policy.business,
        language=_language(visit),
        by_mail=entry.medium == "email",
        due_at=due.at if due else None,
        now=visit.now,
    )
    return Page(HTTPStatus.OK, page, _headers(visit))


class _Wrong(Exception):
    """A field of the form is missing or wrong."""

    def __init__(self, field: pages.Problem) -> None:
        super().__init__(field)
        self.field: pages.Problem = field


def _require_open(visit: Visit) -> None:
    """Raise NotFound if the owner has switched the form off. Links in sent mails still work."""
    is_link = visit.token not in {"", WIDGET}
    if not is_link and not visit.desk.policy.contact_form.is_open:
        raise NotFound(Interaction, _SUBJECT)


def _entry(visit: Visit) -> Entry:
    """Return the content of the form. Raises _Wrong."""
    fields = visit.fields
    try:
        name = _NAME.validate_python(fields.get("name", "")[:_LONGEST_NAME])
    except ValidationError:
        raise _Wrong("name") from None
    medium, address = _reached(visit)
    text = fields.get("text", "").replace("\r\n", "\n")
    try:
        summary = _TEXT.validate_python(text)
    except ValidationError:
        raise _Wrong("text") from None
    if len(summary) > _LONGEST_TEXT:
        raise _Wrong("long")
    if fields.get("agreed") != "on":
        raise _Wrong("agreed")
    return Entry(name, medium, address, summary, _language(visit))


def _reached(visit: Visit) -> tuple[Medium, str]:
    reach = visit.fields.get("reach", "").strip()
    try:
        if "@" in reach:
            return "email", _EMAIL.validate_python(reach)
        return "sms", to_e164(reach, visit.desk.policy.business.country)
    except (ValidationError, BadPhoneNumber):
        raise _Wrong("reach") from None


def _language(visit: Visit) -> str:
    """Return the chosen language, or else the browser's, or the business's."""
    chosen = visit.fields.get("lang", "")
    return chosen if chosen in WRITTEN_LANGUAGES else visit.language


def _headers(visit: Visit) -> dict[str, str]:
    return pages.headers(visit.desk.policy.contact_form.origins)


def _form(visit: Visit, status: HTTPStatus, problem: pages.Problem | None = None) -> Page:
    policy = visit.desk.policy
    page = pages.form(
        policy=policy,
        language=_language(visit),
        entered={name: visit.fields.get(name, "")[:_LONGEST_TEXT] for name in pages.FIELDS},
        problem=problem,
        nonce=visit.nonce("form", _SUBJECT),
        kept=kept_promises(visit.desk, visit.now) if policy.contact_form.shows_kept_promises else None,
    )
    return Page(status, page, _headers(visit))


def _linked(visit: Visit) -> Interaction | None:
    """Return the contact whose address the link confirms. None: too old. Raises BadLink, NotFound."""
    try:
        return require(visit.desk, Interaction, visit.desk.links.row_id("form", visit.token))
    except ExpiredLink:
        return None


def _confirm(visit: Visit) -> Page:
    interaction = _linked(visit)
    if interaction is None:
        return _confirm_page(visit, None)
    if not visit.is_human("form", interaction.id):
        return _confirm_page(visit, interaction, again=True)
    visit.count_form("form", interaction.id)
    flow.confirm(visit.desk, interaction.id)
    page = pages.confirmed(business=visit.business, language=visit.language)
    return Page(HTTPStatus.OK, page)


def _confirm_page(visit: Visit, interaction: Interaction | None, *, again: bool = False) -> Page:
    if interaction is None:
        page = other_pages.link_problem(business=visit.deployed_business.name, language=visit.language)
        return Page(HTTPStatus.GONE, page)
    page = pages.confirm_form(
        business=visit.business,
        language=visit.language,
        path=visit.path,
        nonce=visit.nonce("form", interaction.id),
        again=again,
    )
    return Page(HTTPStatus.UNPROCESSABLE_ENTITY if again else HTTPStatus.OK, page)
