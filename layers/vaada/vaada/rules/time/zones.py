"""Time zones: the one in which a person reads times."""

from vaada.model.people import Agent, Customer
from vaada.model.policy import PolicyDocument


def zone_of(person: Agent | Customer | None, policy: PolicyDocument) -> str:
    """The IANA name of the person's time zone, or the business's where they have none or nobody is named."""
    return (person and person.time_zone) or policy.business.time_zone
