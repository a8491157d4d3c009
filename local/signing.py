"""boto3 clients of the local cloud, which sign with its clock: it rejects times five minutes off."""

from collections.abc import Callable
from datetime import datetime
from typing import Any

import boto3
from botocore import UNSIGNED
from botocore.auth import SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.config import Config
from botocore.credentials import Credentials

from local.places import REGION


class Signer(SigV4Auth):
    """Signs requests with the time of another clock."""

    def __init__(self, service: str, now: Callable[[], datetime]) -> None:
        super().__init__(Credentials("test", "test"), service, REGION)
        self._now = now

    def _modify_request_before_signing(self, request: AWSRequest) -> None:
        request.context["timestamp"] = self._now().strftime("%Y%m%dT%H%M%SZ")
        super()._modify_request_before_signing(request)  # type: ignore[misc]  # the stubs lack it


def make_client(service: Any, endpoint: str, now: Callable[[], datetime]) -> Any:
    """Return a boto3 client that signs with the time of `now`."""
    client = boto3.Session(region_name=REGION).client(
        service,
        endpoint_url=endpoint,
        config=Config(signature_version=UNSIGNED, proxies={}),  # we sign instead of botocore
    )
    signer = Signer(client.meta.service_model.signing_name, now)

    def sign(request: AWSRequest, **_: object) -> None:
        signer.add_auth(request)
        # When the clock jumps, an idle connection breaks or hangs.
        request.headers["Connection"] = "close"

    client.meta.events.register_last("request-created", sign)
    return client
