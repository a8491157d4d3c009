"""Suggest the open cases that a contact without a case may belong to, the likeliest first.

Points are given for the same kind (2), the same channel (1), and each word in common with the last contact of
the case (1.5, up to 4.5). A word counts the less, the more of the cases have it, so that no list of common
words is needed. Of two with the same points the one with the later contact comes first.
"""

from collections import Counter
from collections.abc import Iterable, Mapping
from datetime import datetime

from vaada.model.cases import Case
from vaada.model.folding import fold
from vaada.model.interactions import Interaction

SUGGESTED_AT_MOST = 5
_SAME_KIND, _SAME_CHANNEL, _SAME_WORD, _MOST_FOR_WORDS = 2.0, 1.0, 1.5, 4.5
_NEEDED = 2.0  # points
_SHORTEST_WORD = 4  # characters; shorter ones mostly say nothing


def likeliest(
    interaction: Interaction,
    open_cases: Iterable[Case],
    last_contacts: Mapping[str, Interaction],
    *,
    or_latest: bool = False,
) -> tuple[Case, ...]:
    """Return up to five of the customer's other open cases. `last_contacts` are interactions by id.

    `or_latest`: if none is likely, the one with the latest contact.
    """
    cases = list(open_cases)
    words = {case.case_id: _words(last_contacts.get(case.last_interaction_id)) for case in cases}
    spread = Counter(word for some in words.values() for word in some)
    said = _words(interaction)

    def points(case: Case) -> float:
        shared = sum(_SAME_WORD / spread[word] for word in said & words[case.case_id])
        return (
            _SAME_KIND * (case.kind == interaction.kind)
            + _SAME_CHANNEL * (case.channel == interaction.channel)
            + min(shared, _MOST_FOR_WORDS)
        )

    def rank(case: Case) -> tuple[float, datetime, str]:
        return points(case), case.last_contact_at, case.case_id

    likely = [case for case in cases if points(case) >= _NEEDED]
    if or_latest and cases and not likely:
        likely = [max(cases, key=lambda case: case.last_contact_at)]
    return tuple(sorted(likely, key=rank, reverse=True)[:SUGGESTED_AT_MOST])


def _words(interaction: Interaction | None) -> frozenset[str]:
    text = fold(interaction.summary) if interaction else ""
    return frozenset(word for word in text.split() if len(word) >= _SHORTEST_WORD)
