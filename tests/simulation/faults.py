"""What goes wrong, decided by the seed."""

from dataclasses import dataclass, field
from random import Random


class Killed(BaseException):
    """The process is gone: none of its handlers of errors runs."""


@dataclass
class Faults:
    """How likely each fault is at each chance it gets; none once the faults have stopped."""

    random: Random
    on: bool = True
    rates: dict[str, float] = field(default_factory=dict)

    @classmethod
    def of(cls, random: Random) -> "Faults":
        """A mix for one history: each kind of fault is absent, rare or frequent."""
        kinds = (
            "killed before a call",
            "killed after a call",
            "call throttled",
            "answer lost",
            "record doubled",
            "batch redelivered",
            "schedule lost",
            "schedule doubled",
            "schedule late",
            "invoke doubled",
            "sweep skipped",
            "stale index",
        )
        rates = {kind: random.choice((0, 0, 0.02, 0.06)) for kind in kinds}
        # A provider that does not answer holds nothing else up, so it may be far worse.
        rates["send unanswered"] = random.choice((0, 0, 0.1, 0.7))
        return cls(random, rates=rates)

    def strikes(self, kind: str) -> bool:
        """Whether this fault happens now."""
        rate = self.rates.get(kind, 0)
        return self.on and rate > 0 and self.random.random() < rate
