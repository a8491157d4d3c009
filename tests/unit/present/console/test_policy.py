"""The policy in sentences: each field is in one sentence, and in no other."""

from vaada.model.hours import PolicyPart
from vaada.model.policy import PolicyDocument
from vaada.present.console.policy_sentences import CONTROLS, SECTIONS

IN_A_PART_OF_THEIR_OWN = {"opening_hours", "closed_days", "saved_replies"}


def test_each_field_of_the_policy_has_a_place_in_the_form() -> None:
    fields = {
        (name, field)
        for name, section in PolicyDocument.model_fields.items()
        if isinstance(section.annotation, type) and issubclass(section.annotation, PolicyPart)
        for field in section.annotation.model_fields
    }

    assert {control.path[:2] for control in CONTROLS.values()} == fields
    assert PolicyDocument.model_fields.keys() == {name for name, _ in fields} | IN_A_PART_OF_THEIR_OWN


def test_each_field_of_the_form_stands_in_one_sentence() -> None:
    sentences = [text for _, _, texts in SECTIONS for text in texts]

    for name in CONTROLS:
        assert sum(f"%({name})s" in text for text in sentences) == 1, name
