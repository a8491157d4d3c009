"""What a person can put right."""


class CloudError(Exception):
    """The local cloud cannot go on; the message says what to do."""


class PortInUse(CloudError):
    """Something listens there already."""

    def __init__(self, port: int) -> None:
        super().__init__(f"Port {port} of this machine is in use.")
