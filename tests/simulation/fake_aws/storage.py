"""S3 with incoming mails and their files."""

from io import BytesIO
from typing import Any

from tests.simulation.fake_aws.calls import Calls
from tests.simulation.fake_aws.errors import error


class Storage:
    """One bucket. To put, copy or delete an object again changes nothing."""

    def __init__(self, calls: Calls) -> None:
        self._calls = calls
        self.objects: dict[str, bytes] = {}
        self.copied: list[str] = []  # keys, one for each event of S3

    def get_object(self, *, Key: str, **_: object) -> dict[str, Any]:  # noqa: N803 - as boto3 calls it
        """The content of an object."""

        def effect() -> dict[str, Any]:
            if Key not in self.objects:
                raise error("NoSuchKey", status=404)
            return {"Body": BytesIO(self.objects[Key])}

        return self._calls.make("GetObject", effect, again=effect)

    def put_object(self, *, Key: str, Body: bytes, **_: object) -> None:  # noqa: N803 - as boto3 calls it
        """Store an object."""

        def effect() -> None:
            self.objects[Key] = Body

        self._calls.make("PutObject", effect, again=effect)

    def copy_object(self, *, Key: str, CopySource: Any, **_: object) -> None:  # noqa: N803 - as boto3 calls it
        """Copy an object, of which S3 tells."""

        def effect() -> None:
            if CopySource["Key"] not in self.objects:
                raise error("NoSuchKey", status=404)
            self.objects[Key] = self.objects[CopySource["Key"]]
            self.copied.append(Key)

        self._calls.make("CopyObject", effect, again=effect)

    def list_objects_v2(self, *, Prefix: str, MaxKeys: int, **_: object) -> dict[str, Any]:  # noqa: N803
        """The first objects whose keys begin like this."""

        def effect() -> dict[str, Any]:
            return {
                "Contents": [
                    {"Key": key, "Size": len(self.objects[key])}
                    for key in sorted(self.objects)
                    if key.startswith(Prefix)
                ][:MaxKeys]
            }

        if not self.objects:  # as in all histories: no fault is drawn for what does nothing
            return {}
        return self._calls.make("ListObjectsV2", effect, again=effect)

    def delete_objects(self, *, Delete: Any, **_: object) -> dict[str, Any]:  # noqa: N803
        """Delete these objects."""

        def effect() -> dict[str, Any]:
            for one in Delete["Objects"]:
                self.objects.pop(one["Key"], None)
            return {}

        return self._calls.make("DeleteObjects", effect, again=effect)
