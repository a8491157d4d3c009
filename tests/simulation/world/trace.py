"""What happened in a history, as lines."""

from datetime import datetime


class Trace:
    """Keeps lines with their times. An action appears only if it has lines of its own."""

    def __init__(self) -> None:
        self._lines: list[tuple[datetime, object]] = []
        self._action = ""

    def begin(self, action: str) -> None:
        """An action begins."""
        self._action = action

    def add(self, at: datetime, line: object) -> None:
        """Add a line. An object other than a string is indented below the line before."""
        if self._action:
            self._lines.append((at, self._action))
            self._action = ""
        self._lines.append((at, line))

    @property
    def lines(self) -> list[str]:
        """All lines as text."""
        return [
            f"{at:%a %d %b %H:%M:%S}  {line}" if isinstance(line, str) else f"{'':21}{line}"
            for at, line in self._lines
        ]
