"""The keys that sign links and hash addresses, as SecureStrings in Systems Manager's Parameter Store."""

import json
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from mypy_boto3_ssm import SSMClient


class LinkKeys(NamedTuple):
    """The valid keys, of which the last one signs, and when they were written."""

    keys: tuple[str, ...]
    written_at: datetime


@dataclass(frozen=True)
class KeyStore:
    """Writes the keys. The functions that use them only read."""

    client: "SSMClient"
    link_keys_parameter: str
    address_key_parameter: str

    def link_keys(self) -> LinkKeys | None:
        """Return the keys that sign links, or None if none were created yet."""
        try:
            found = self.client.get_parameter(Name=self.link_keys_parameter, WithDecryption=True)["Parameter"]
        except self.client.exceptions.ParameterNotFound:
            return None
        return LinkKeys(tuple(json.loads(found["Value"])), found["LastModifiedDate"])

    def put_link_keys(self, keys: tuple[str, ...]) -> None:
        """Replace the valid link keys by these."""
        self.client.put_parameter(
            Name=self.link_keys_parameter, Value=json.dumps(keys), Type="SecureString", Overwrite=True
        )

    def delete_link_keys(self) -> bool:
        """Delete the link keys. Returns False if there were none."""
        try:
            self.client.delete_parameter(Name=self.link_keys_parameter)
        except self.client.exceptions.ParameterNotFound:
            return False
        return True

    def create_address_key(self, key: str) -> bool:
        """Create the key that hashes addresses. Returns False and keeps the existing one if there is one."""
        try:
            self.client.put_parameter(
                Name=self.address_key_parameter, Value=key, Type="SecureString", Overwrite=False
            )
        except self.client.exceptions.ParameterAlreadyExists:
            return False
        return True
