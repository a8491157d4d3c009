"""Load the recent use of a customer's addresses, which other customers may share."""

from vaada.desk import Desk
from vaada.flows.messages.suppression import addresses_of
from vaada.model.address_usage import AddressUsage
from vaada.model.people import Agent, Customer


def usages_of(desk: Desk, customer: Customer) -> tuple[AddressUsage, ...]:
    """Return the usage of each of the customer's addresses. An unused address has an empty one."""
    return tuple(
        desk.table.get(AddressUsage, address_id) or AddressUsage(address_usage_id=address_id, version=0)
        for address_id in address_ids(desk, customer)
    )


def address_ids(desk: Desk, person: Agent | Customer) -> tuple[str, ...]:
    """Return the ids of the person's addresses, each once."""
    hashes = (desk.addresses.hash_address(medium, address) for medium, address in addresses_of(person))
    return tuple(dict.fromkeys(hashes))
