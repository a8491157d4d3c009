"""All planted bugs."""

from tests.simulation.mutations import (
    api,
    campaigns,
    flows,
    flows_due,
    flows_messages,
    functions,
    gateways,
    operations,
    present,
    public,
    rules_cases,
    rules_commitments,
    rules_corrections,
    rules_follow_ups,
    rules_messages,
    rules_surveys,
    stream,
)
from tests.simulation.mutations.planting import Mutation

_MODULES = (
    *(gateways, stream, functions, api, public, present, operations, flows, flows_due, flows_messages),
    *(rules_cases, rules_commitments, rules_corrections, rules_follow_ups, rules_messages, rules_surveys),
    campaigns,
)
MUTATIONS: tuple[Mutation, ...] = tuple(
    value for module in _MODULES for value in vars(module).values() if isinstance(value, Mutation)
)
