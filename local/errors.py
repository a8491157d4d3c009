"""Errors that the user can fix."""


class CloudError(Exception):
    """The local cloud cannot continue. The message says what to do."""


class PortInUse(CloudError):
    """Another program listens on the port."""

    def __init__(self, port: int) -> None:
        super().__init__(f"Port {port} of this machine is in use.")
