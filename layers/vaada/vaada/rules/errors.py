"""What a rule refuses."""


class NotPossible(Exception):
    """The state does not allow what was asked: "a commitment that is kept cannot be withdrawn"."""

    def __init__(self, what: str, status: str, wanted: str) -> None:
        super().__init__(f"A {what} that is {status} cannot be {wanted}.")
