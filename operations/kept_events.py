"""Failed WhatsApp events: Lambda keeps them in the bucket of mail, because they have customers' words.

https://docs.aws.amazon.com/lambda/latest/dg/invocation-async-retain-records.html
"""

import json
from collections.abc import Callable
from typing import Any

from botocore.exceptions import ClientError

from operations.stack import Stack, console

FUNCTION = "ReceiveWhatsApp"
_FOLDER = "aws/lambda/async"


def process_kept_events(stack: Stack, invoke: Callable[[str, Any], Any], *, look: bool) -> tuple[int, int]:
    """Process each event again, or only show it, and delete it when done. Returns how many were, and not.

    `invoke` calls a function with an event. Raises ClientError.
    """
    if FUNCTION not in stack.account.resources:  # the stack has no WhatsApp
        return 0, 0
    bucket, done, left = stack.resource("InboundMailBucket"), 0, 0
    pages = stack.storage.get_paginator("list_objects_v2").paginate(
        Bucket=bucket, Prefix=f"{_FOLDER}/{stack.resource(FUNCTION)}/"
    )
    for kept in [one for page in pages for one in page.get("Contents", ())]:
        console.print(f"{FUNCTION}: an event, since {kept['LastModified']:%d %b %H:%M} UTC")
        if not look and _is_processed(stack, bucket, kept["Key"], invoke):
            stack.storage.delete_object(Bucket=bucket, Key=kept["Key"])
            done += 1
        else:
            left += 1
    return done, left


def _is_processed(stack: Stack, bucket: str, key: str, invoke: Callable[[str, Any], Any]) -> bool:
    record = json.loads(stack.storage.get_object(Bucket=bucket, Key=key)["Body"].read())
    try:
        outcomes = invoke(FUNCTION, record["requestPayload"])
    except (FunctionFailed, ClientError) as error:
        console.print(f"  left: it failed again: {error}")
        return False
    console.print(f"  played: {outcomes}")
    return True


class FunctionFailed(Exception):
    """The function raised an error, or reported a failure. The message is the error's type."""
