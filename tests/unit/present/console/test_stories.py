"""Every name that a row may store has words, so that new ones are not shown as stored."""

from typing import get_args

import pytest

from vaada.model.messages import Purpose, RecipientRole
from vaada.model.people import Channel, MessageMedium
from vaada.model.work import FollowUpOrigin, SurveyKind
from vaada.present.console import stories, work_rows
from vaada.present.view_models import CHANNELS


@pytest.mark.parametrize(
    ("names", "words"),
    [
        (Purpose, stories._PURPOSES),
        (RecipientRole, stories._ROLES),
        (MessageMedium, stories._MEDIA),
        (SurveyKind, stories._SURVEYS),
        (Channel, stories._INBOUND),
        (Channel, stories._OUTBOUND),
        (Channel, CHANNELS),
    ],
)
def test_every_name_has_words(names: object, words: dict[str, str]) -> None:
    assert set(words) == set(get_args(names))


def test_every_follow_up_that_the_desk_makes_has_a_title() -> None:
    assert set(work_rows._FOLLOW_UP_TITLES) == set(get_args(FollowUpOrigin)) - {"requested"}
