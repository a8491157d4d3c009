"""Training topics: where matters bring trouble more often, and what was done about it."""

from pydantic import TypeAdapter, ValidationError

from vaada.console.http import Answer, redirect
from vaada.console.visits import Visit
from vaada.flows import training
from vaada.model.people import Customer
from vaada.model.text import Line
from vaada.present.console.training import topic_row

HERE = "/desk/training"
_WHAT: TypeAdapter[str] = TypeAdapter(Line)


def show(visit: Visit) -> Answer:
    """Show the topics, beginning with those that are surely worse than usual."""
    visit.user.require_manager()
    found = training.topics(visit.desk, visit.now)
    ids = {case.customer_id for one in found for case in one.examples}
    customers = visit.desk.table.get_several(Customer, sorted(ids))
    return visit.page(
        "training",
        "/desk/report",
        topics=[topic_row(one, customers, visit.times) for one in found],
        done=visit.request.query["done"],
    )


def mark(visit: Visit, key: str) -> Answer:
    """Note what was done about a topic."""
    visit.user.require_manager()
    try:
        what = _WHAT.validate_python(visit.request.form["what"])
    except ValidationError:
        return redirect(HERE)
    training.mark(visit.desk, key, what, visit.now, visit.user.id)
    return redirect(f"{HERE}?done=saved")
