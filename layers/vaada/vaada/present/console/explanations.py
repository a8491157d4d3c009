"""Explain a time: the intervals that counted towards a deadline, and those that were skipped."""

from dataclasses import dataclass
from datetime import timedelta

from vaada.model.rows import Explanation
from vaada.present.reasons import reason_words
from vaada.present.sanitize import line
from vaada.present.times import Times

_MOST = 12  # lines; of a longer list the rest is left out


@dataclass(frozen=True)
class Counted:
    """An interval: its start and end, and how much of it counted or why it did not."""

    span: str
    words: str
    counts: bool


@dataclass(frozen=True)
class Why:
    """How a time was computed: the rule, and the intervals in order."""

    rule: str
    lines: tuple[Counted, ...]


def why(explanation: Explanation | None, times: Times) -> Why | None:
    """Return the explanation of a computed time in the reader's zone. None: somebody chose the time."""
    if explanation is None:
        return None
    gettext = times.words.catalogue.gettext
    spans = [(one.start, one.end, "") for one in explanation.counted]
    spans += [(one.start, one.end, one.why) for one in explanation.skipped]
    lines = []
    for start, end, reason in sorted(spans)[:_MOST]:
        same_day = times.local(start).date() == times.local(end - timedelta(seconds=1)).date()
        until = times.clock(end) if same_day else times.when(end)
        if not reason:
            words = gettext("%(length)s count") % {"length": times.length(end - start)}
        elif reason == "closed":
            words = gettext("closed")
        else:
            words = gettext("closed: %(holiday)s") % {"holiday": line(reason)}
        lines.append(Counted(f"{times.when(start)} – {until}", words, not reason))
    return Why(reason_words(explanation.rule, times.words.catalogue), tuple(lines))
