"""/api/policy."""

from typing import Annotated

from aws_lambda_powertools.event_handler.openapi.params import Body

from vaada.api.resolver import app, current_user, desk, now
from vaada.flows import policy as policy_flow
from vaada.model.policy import PolicyDocument


@app.get("/api/policy", summary="The whole policy", tags=["Policy"])
def policy() -> PolicyDocument:
    current_user()
    return desk().policy


@app.put("/api/policy", summary="Put a new policy in force", tags=["Policy"])
def write_policy(body: Annotated[PolicyDocument, Body()]) -> PolicyDocument:
    current_user().require_manager()
    return policy_flow.write_policy(desk(), body, now())
