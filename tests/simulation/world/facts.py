"""What is true of a history, whatever the desk knows of it."""

from dataclasses import dataclass, field

from tests.simulation.actors.contact_permissions import ContactPermissions
from tests.simulation.fake_aws.provider_events import Fate


@dataclass
class Facts:
    """What actors, AWS and oracles must agree about.

    `fates` are of addresses to which not everything arrives. `erased_customers` are ids.
    """

    permissions: ContactPermissions = field(default_factory=ContactPermissions)
    fates: dict[str, Fate] = field(default_factory=dict)
    erased_customers: set[str] = field(default_factory=set)
    surveys_may_differ: bool = False  # what comes of surveys depends on who is faster
    rows_may_be_missing: bool = False  # rows were lost that people speak of
