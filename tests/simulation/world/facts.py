"""Facts of a history that are known without the product."""

from dataclasses import dataclass, field

from tests.simulation.actors.contact_permissions import ContactPermissions
from tests.simulation.fake_aws.provider_events import Fate


@dataclass
class Facts:
    """What actors, AWS and oracles share.

    `fates` are of addresses at which messages do not simply arrive. `erased_customers` are ids.
    `event_answers` are what people answered to invitations, by the id of the recipient.
    """

    permissions: ContactPermissions = field(default_factory=ContactPermissions)
    fates: dict[str, Fate] = field(default_factory=dict)
    erased_customers: set[str] = field(default_factory=set)
    event_answers: dict[str, list[str]] = field(default_factory=dict)
    surveys_may_differ: bool = False  # how surveys end depends on the order of events
    rows_may_be_missing: bool = False  # rows were lost that people refer to
