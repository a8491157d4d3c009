"""Find: customers, matters, pages and actions, as a dialog or as a page of its own. And the list of keys."""

from vaada.console.http import Answer, cookie, redirect
from vaada.console.visits import KEYS_OFF, Visit
from vaada.flows.customers.search import find_customers
from vaada.flows.work_lists import find_open_cases
from vaada.model.people import Customer
from vaada.present.console import contacts as words
from vaada.present.console.find import actions_for

HERE = "/desk/find"

_MOST_FOUND = 8
_YEAR = 365 * 24 * 3600  # seconds


def show(visit: Visit) -> Answer:
    """Show what matches: the whole page; for htmx the dialog, or its results alone."""
    q, user = visit.request.query["q"], visit.user
    page = find_customers(visit.desk, q, user.reader(visit.desk), _MOST_FOUND, None) if q else None
    customers = [row for row in page.rows if isinstance(row, Customer)] if page else []
    agent_id = user.agent_filter(visit.desk)
    cases = find_open_cases(visit.desk, q, customers, agent_id, _MOST_FOUND) if q else ()
    name = "find"
    if visit.request.is_partial:
        name = "find_results" if visit.request.headers.get("hx-target") else "find_part"
    actions = actions_for(q, visit.shell())
    return visit.page(name, HERE, q=q, customers=customers, cases=cases, actions=actions, names=words)


def keys(visit: Visit) -> Answer:
    """Show the keys."""
    return visit.page("keys_part" if visit.request.is_partial else "keys")


def switch_keys(visit: Visit) -> Answer:
    """Turn single keys off or on in this browser."""
    form = visit.request.form
    off = form["keys"] == "off"
    back = "/desk/me" if form["back"] == "/desk/me" else "/desk/keys"
    return redirect(back, cookie(KEYS_OFF, "off" if off else "", _YEAR if off else 0))
