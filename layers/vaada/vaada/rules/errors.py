"""The error that rules raise."""


class NotPossible(Exception):
    """The row's status does not allow the change: "A commitment that is kept cannot be withdrawn."."""

    def __init__(self, what: str, status: str, wanted: str) -> None:
        article = "An" if what[0] in "aeiou" else "A"
        super().__init__(f"{article} {what} that is {status} cannot be {wanted}.")
