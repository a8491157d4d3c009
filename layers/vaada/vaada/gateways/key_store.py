"""The keys that sign links and hash addresses, as SecureStrings in Systems Manager's Parameter Store."""

import json
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from mypy_boto3_ssm import SSMClient


@dataclass(frozen=True)
class LinkKeys:
    """The keys that are valid, the one that signs last, and when they were written."""

    keys: tuple[str, ...]
    written_at: datetime


@dataclass(frozen=True)
class KeyStore:
    """Writes the keys. The functions that use them only read."""

    client: "SSMClient"
    link_keys_parameter: str
    address_key_parameter: str

    def link_keys(self) -> LinkKeys | None:
        """The keys that sign links, or None before the first was made."""
        try:
            found = self.client.get_parameter(Name=self.link_keys_parameter, WithDecryption=True)["Parameter"]
        except self.client.exceptions.ParameterNotFound:
            return None
        return LinkKeys(tuple(json.loads(found["Value"])), found["LastModifiedDate"])

    def put_link_keys(self, keys: tuple[str, ...]) -> None:
        """Put these in the place of those that were valid."""
        self.client.put_parameter(
            Name=self.link_keys_parameter, Value=json.dumps(keys), Type="SecureString", Overwrite=True
        )

    def delete_link_keys(self) -> bool:
        """Delete them. False: there were none."""
        try:
            self.client.delete_parameter(Name=self.link_keys_parameter)
        except self.client.exceptions.ParameterNotFound:
            return False
        return True

    def create_address_key(self, key: str) -> bool:
        """Make the key that hashes addresses, unless there is one, which is kept. False: there was one."""
        try:
            self.client.put_parameter(
                Name=self.address_key_parameter, Value=key, Type="SecureString", Overwrite=False
            )
        except self.client.exceptions.ParameterAlreadyExists:
            return False
        return True
