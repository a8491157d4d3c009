"""Sign in by Cognito's own pages, stay signed in by a cookie, sign out here or everywhere."""

import base64
import binascii
import json
import re
import secrets
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from hmac import compare_digest
from http import HTTPStatus
from urllib.parse import quote

from vaada.api.access import User, user_of
from vaada.api.refusals import Refusal
from vaada.console.http import Answer, Request, cookie, redirect
from vaada.console.visits import Visit
from vaada.desk import Desk
from vaada.flows import sessions
from vaada.gateways.user_pool import SIGNED_IN, NotSignedIn, SignedInUser
from vaada.log import logger
from vaada.model.sessions import Session
from vaada.present.console.shell import plain_page
from vaada.present.i18n import preferred
from vaada.rules.sessions import expires_at, needs_check

SESSION, PENDING = "__Host-vaada", "__Host-vaada-sign-in"
"""The cookies of somebody who is signed in, and of somebody who is just signing in."""

_PENDING_SECONDS = 15 * 60
_OWN_PATH = re.compile(r"/desk/[A-Za-z0-9/_.~%?=&+-]*")
_BROWSERS = (
    ("Edg", "Edge"),
    ("OPR", "Opera"),
    ("Firefox", "Firefox"),
    ("Chrome", "Chrome"),
    ("Safari", "Safari"),
)
_SYSTEMS = (
    ("Android", "Android"),
    ("iPhone", "iPhone"),
    ("iPad", "iPad"),
    ("Windows", "Windows"),
    ("Mac OS", "Mac"),
    ("Linux", "Linux"),
)


@dataclass(frozen=True)
class _Pending:
    """A sign-in that was begun: what Cognito will send back, the secret of PKCE, and where to go then."""

    state: str
    verifier: str
    back: str

    @classmethod
    def of(cls, request: Request) -> "_Pending | None":
        value = request.cookies.get(PENDING, "")
        try:
            state, verifier, back = json.loads(base64.urlsafe_b64decode(value))
        except (ValueError, TypeError, binascii.Error):
            return None
        return cls(str(state), str(verifier), str(back))

    @property
    def value(self) -> str:
        """The value of the cookie."""
        return base64.urlsafe_b64encode(json.dumps([self.state, self.verifier, self.back]).encode()).decode()


def ask(desk: Desk, request: Request) -> Answer:
    """Redirect to Cognito's page, and from there back to the page that was requested."""
    pending = _Pending(secrets.token_urlsafe(24), secrets.token_urlsafe(48), _back(request))
    language = language_of(desk, request)
    address = desk.user_pool.sign_in_url(pending.state, pending.verifier, language)
    return redirect(address, cookie(PENDING, pending.value, _PENDING_SECONDS))


def ask_from_part(request: Request) -> Answer:
    """Make htmx open the sign-in page if only a part of a page was requested."""
    path = request.headers.get("hx-current-url", "").partition("/desk/")[2]
    back = f"/desk/{path}"
    return Answer(HTTPStatus.UNAUTHORIZED, headers={"hx-redirect": f"/desk/sign-in?back={quote(back)}"})


def finish(desk: Desk, request: Request, now: datetime) -> Answer:
    """Begin the session of a user who comes back from Cognito's page."""
    pending = _Pending.of(request)
    if pending is None or not compare_digest(pending.state, request.query["state"]):
        return _not_signed_in(desk, request, "expired")
    try:
        known = desk.user_pool.user_of(request.query["code"], pending.verifier, now)
        user = _access_of(desk, known)
    except NotSignedIn:
        return _not_signed_in(desk, request, "expired")
    except Refusal as refusal:
        logger.info("sign-in refused", subject=known.subject, detail=refusal.detail)
        return _not_signed_in(desk, request, "no_access")
    secret = secrets.token_urlsafe(32)
    rules = desk.policy.sign_in
    sessions.begin(
        desk,
        Session(
            session_id=sessions.id_of(secret),
            subject=known.subject,
            username=known.username,
            email=known.email,
            user_id=user.id,
            is_manager=user.is_manager,
            agent_id=user.agent_id,
            browser=_browser(request.headers.get("user-agent", "")),
            started_at=now,
            used_at=now,
            checked_at=now,
            expires_at=expires_at(now, rules),
        ),
    )
    seconds = int(timedelta(days=rules.days_at_most).total_seconds())
    return redirect(pending.back, cookie(SESSION, secret, seconds), cookie(PENDING, "", 0))


def visit_of(desk: Desk, request: Request, now: datetime) -> Visit | None:
    """Return the visit of a signed-in user, or None. Their rights are looked up again every few minutes."""
    secret = request.cookies.get(SESSION, "")
    session = sessions.current(desk, secret, now) if secret else None
    if session is None:
        return None
    if needs_check(session, now):
        groups = desk.user_pool.groups_of(session.username)
        known = SignedInUser(session.subject, session.username, session.email, groups or frozenset())
        try:
            user = _access_of(desk, known)
        except Refusal:
            sessions.end(desk, session.session_id)
            return None
        session = sessions.refresh(
            desk,
            session,
            user_id=user.id,
            is_manager=user.is_manager,
            agent_id=user.agent_id,
            used_at=now,
            checked_at=now,
        )
    visit = Visit(desk, request, now, session, secret)
    if visit.agent is not None and visit.agent.left_at is not None:
        sessions.end(desk, session.session_id)
        return None
    return visit


def sign_out(visit: Visit) -> Answer:
    """End this session, all sessions of this user, or another one. Cognito's own ends with this one."""
    wanted = visit.request.form["which"]
    own = sessions.sessions_of(visit.desk, visit.session.subject, visit.now)
    if wanted not in {"", "all", visit.session.session_id}:
        for session in own:
            if session.session_id == wanted:
                sessions.end(visit.desk, wanted)
        return redirect("/desk/sign-ins")
    ended = own if wanted == "all" else (visit.session,)
    for session in (*ended, visit.session):
        sessions.end(visit.desk, session.session_id)
    return redirect(visit.desk.user_pool.sign_out_url(), cookie(SESSION, "", 0))


def sign_ins(visit: Visit) -> Answer:
    """Show where the user is signed in."""
    own = sessions.sessions_of(visit.desk, visit.session.subject, visit.now)
    return visit.page("sign_ins", sessions=own, current=visit.session.session_id)


def signed_out(desk: Desk, request: Request) -> Answer:
    """Show that the user is signed out."""
    return plain(desk, request, HTTPStatus.OK, "signed_out")


def language_of(desk: Desk, request: Request) -> str:
    """Return the language of a visitor who is not known yet."""
    return preferred(request.headers.get("accept-language", "")) or desk.policy.business.language


def _access_of(desk: Desk, known: SignedInUser) -> User:
    """Return what somebody may do, as the API has it. Raises Refusal."""
    claims = {"sub": known.subject, "email": known.email, "cognito:groups": sorted(known.groups)}
    return user_of(desk, claims)


def _back(request: Request) -> str:
    """Return the page to show after the sign-in. Only our own pages: a foreign one could be a trap."""
    asked = request.query["back"] if request.path == "/desk/sign-in" else _address(request)
    outside = {SIGNED_IN, "/desk/sign-in", "/desk/signed-out"}
    is_ours = _OWN_PATH.fullmatch(asked) is not None and asked.partition("?")[0] not in outside
    return asked if is_ours and "//" not in asked else "/desk/"


def _address(request: Request) -> str:
    query = "&".join(f"{quote(name)}={quote(value)}" for name, value in request.query.pairs)
    return f"{request.path}?{query}" if query and request.method != "POST" else request.path


def _not_signed_in(desk: Desk, request: Request, because: str) -> Answer:
    answer = plain(desk, request, HTTPStatus.FORBIDDEN, "not_signed_in", because=because)
    return replace(answer, cookies=(cookie(PENDING, "", 0),))


def plain(desk: Desk, request: Request, status: HTTPStatus, name: str, **values: object) -> Answer:
    """Return a page for somebody who is not signed in."""
    business = desk.policy.business.name
    return Answer(status, plain_page(name, language_of(desk, request), business, **values))


def _browser(user_agent: str) -> str:
    """Return the names of browser and system, such as "Firefox, Android"."""
    known = (
        next((name for sign, name in names if sign in user_agent), "") for names in (_BROWSERS, _SYSTEMS)
    )
    return ", ".join(filter(None, known))
