"""Templates: what is compiled, and what is escaped."""

from unittest.mock import patch

import pytest
from jinja2 import Environment

from tests.unit.present.builders import LANGUAGES
from vaada.present import rendering
from vaada.present.i18n import words


@pytest.fixture(autouse=True)
def _a_new_process() -> None:
    rendering._environment.cache_clear()
    rendering._compiled.cache_clear()


def greetings(*, escape: bool) -> list[str]:
    """The greeting of a customer in each language."""
    environments = [rendering._environment(words(language), escape=escape) for language in LANGUAGES]
    modules = [each.get_template("greeting.html").module for each in environments]
    return [str(vars(module)["greeting"]("Bilal", "<b>")) for module in modules]


def test_a_template_is_compiled_once_for_all_languages() -> None:
    with patch.object(Environment, "compile", autospec=True, side_effect=Environment.compile) as compiled:
        texts = greetings(escape=False)

    assert compiled.call_count == 1
    assert len(set(texts)) == len(LANGUAGES)


def test_a_template_compiled_for_plain_text_is_not_used_for_html() -> None:
    assert all("<b>" in text for text in greetings(escape=False))
    assert all("&lt;b&gt;" in text for text in greetings(escape=True))
