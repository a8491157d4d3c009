"""The bucket of mail: incoming mails as SES stored them, and the files of mails that came or were sent.

    raw/<SES's id>                               each mail, for 30 days
    accepted/<SES's id>                          one that was set aside and becomes a contact after all
    attachments/<customer id>/<mail>/<number>    a file, as long as its customer is there
    aws/lambda/async/…                           an event about WhatsApp that failed, for 30 days

No name and no address is in a key.
"""

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from botocore.exceptions import ClientError

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client

RAW, ACCEPTED, ATTACHMENTS = "raw/", "accepted/", "attachments/"
LINK_SECONDS = 60
"""For how long a link to a file works, after a signed-in user asked for it."""

EXPORT_LINK_SECONDS = 3600
_MISSING = frozenset({"NoSuchKey", "404", "NotFound"})
_DELETE_BATCH = 1000


@dataclass(frozen=True)
class MailStore:
    """Read mails, and keep, read, hand out and delete their files."""

    client: "S3Client"
    bucket: str

    def read(self, key: str) -> bytes | None:
        """Return the mail or the file. None: it has expired, or was erased."""
        try:
            return self.client.get_object(Bucket=self.bucket, Key=key)["Body"].read()
        except ClientError as error:
            if error.response["Error"]["Code"] in _MISSING:
                return None
            raise

    def keep(self, key: str, content: bytes) -> None:
        """Store a file. Browsers can only download it, see `link`."""
        self.client.put_object(
            Bucket=self.bucket, Key=key, Body=content, ContentType="application/octet-stream"
        )

    def accept(self, name: str) -> bool:
        """Process a mail again that was set aside. Returns whether it still exists."""
        try:
            self.client.copy_object(
                Bucket=self.bucket,
                Key=f"{ACCEPTED}{name}",
                CopySource={"Bucket": self.bucket, "Key": f"{RAW}{name}"},
            )
        except ClientError as error:
            if error.response["Error"]["Code"] in _MISSING:
                return False
            raise
        return True

    def link(self, key: str, name: str, seconds: int = LINK_SECONDS) -> str:
        """Return a link by which a browser saves the file under this name instead of showing it."""
        plain = "".join(one if one.isascii() and (one.isalnum() or one in " ._-") else "_" for one in name)
        saved_as = f"attachment; filename=\"{plain}\"; filename*=UTF-8''{quote(name, '')}"
        return self.client.generate_presigned_url(
            "get_object",
            Params={
                "Bucket": self.bucket,
                "Key": key,
                "ResponseContentDisposition": saved_as,
                "ResponseContentType": "application/octet-stream",
            },
            ExpiresIn=seconds,
        )

    def find(self, prefix: str) -> tuple[str, int] | None:
        """Return key and size of the object whose key begins so. None: there is none."""
        found = self.client.list_objects_v2(Bucket=self.bucket, Prefix=prefix, MaxKeys=1)
        return next(((one["Key"], one["Size"]) for one in found.get("Contents", ())), None)

    def delete_file(self, key: str) -> None:
        """Delete a file."""
        self._delete([key])

    def delete_mails(self, names: list[str]) -> None:
        """Delete these incoming mails, if they still exist."""
        self._delete([f"{folder}{name}" for name in names for folder in (RAW, ACCEPTED)])

    def delete_files(self, customer_id: str) -> None:
        """Delete all files of a customer."""
        while True:
            found = self.client.list_objects_v2(
                Bucket=self.bucket, Prefix=f"{ATTACHMENTS}{customer_id}/", MaxKeys=_DELETE_BATCH
            )
            if not found.get("Contents"):
                return
            self._delete([one["Key"] for one in found["Contents"]])

    def _delete(self, keys: list[str]) -> None:
        """Delete up to a thousand objects. It does not matter whether they exist."""
        if keys:
            objects: Any = [{"Key": key} for key in keys]
            answer = self.client.delete_objects(
                Bucket=self.bucket, Delete={"Objects": objects, "Quiet": True}
            )
            if answer.get("Errors"):
                raise NotDeleted


class NotDeleted(Exception):
    """S3 has not deleted all of the objects."""


def name_of(key: str) -> str:
    """Return the name that a mail has in both folders."""
    return key.rpartition("/")[2]


def attachment_key(customer_id: str, mail: str, number: int) -> str:
    """Return the key of a file of a mail."""
    return f"{ATTACHMENTS}{customer_id}/{mail}/{number}"
