"""Saved replies: what agents write again and again, by language; managers change them."""

from collections import defaultdict
from http import HTTPStatus
from typing import Any

from vaada.console import forms
from vaada.console.http import Answer, redirect
from vaada.console.visits import Visit
from vaada.flows import policy as flow
from vaada.flows.optimistic_write import VersionChanged, only_at
from vaada.flows.people import InvalidChange
from vaada.model.localities import WRITTEN_LANGUAGES
from vaada.model.policy import SAVED_REPLY_GAPS
from vaada.present.console.writing import REPLY_PROBLEMS

HERE = "/desk/policy"

_NEW = "new"


def show(visit: Visit) -> Answer:
    """Show the saved replies, each with its form."""
    return _page(visit, {}, {})


def save(visit: Visit) -> Answer:
    """Change, add or remove a saved reply, as the button says."""
    visit.user.require_manager()
    form = visit.request.form
    sent = {name: form[name] for name in ("number", "name", "language", "text")}
    replies: list[Any] = [one.model_dump() for one in flow.policy_in_force(visit.desk)[0].saved_replies]
    known = {str(number): number for number in range(len(replies))}
    at = known.get(sent["number"])
    new = {name: sent[name] for name in ("name", "language", "text")}
    if at is None:
        replies.append(new)
    else:
        replies[at : at + 1] = [] if form["do"] == "delete" else [new]
    seen = forms.version_of(form)
    try:
        with only_at("policy", {seen if seen is not None else -1}):
            flow.change_policy(visit.desk, {"saved_replies": replies}, visit.now, visit.user.id)
    except InvalidChange as error:
        wrong = {str(one["loc"][-1]) if len(one["loc"]) > 1 else "" for one in error.errors()}
        return _page(visit, sent, {name: name if name in REPLY_PROBLEMS else "twice" for name in wrong})
    except VersionChanged:
        return _page(visit, sent, {"": "changed"})
    return redirect(f"{HERE}/replies?done=saved&saved=reply-{sent['number']}")


def _page(visit: Visit, sent: dict[str, str], problems: dict[str, str]) -> Answer:
    document, version = flow.policy_in_force(visit.desk)
    status = HTTPStatus.UNPROCESSABLE_ENTITY if problems else HTTPStatus.OK
    if problems.get("") == "changed":
        status = HTTPStatus.CONFLICT
    return visit.page(
        "saved_replies",
        HERE,
        status=status,
        replies=document.saved_replies,
        version=version,
        sent=defaultdict(str, sent),
        new=_NEW,
        problems=problems,
        texts=REPLY_PROBLEMS,
        gaps=[f"{{{gap}}}" for gap in SAVED_REPLY_GAPS],
        languages=WRITTEN_LANGUAGES,
        business_language=document.business.language,
        done=visit.request.query["done"],
    )
