"""Lines of a pasted table are read whatever the order of their columns, and whatever they contain."""

from itertools import permutations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vaada.rules.customer_import import CustomerLine, customer_lines

CELLS = ("Bilal Khan", "+44 7700 900123", "bilal@example.com")


@pytest.mark.parametrize("separator", ["\t", ";", ",", " ; "])
@pytest.mark.parametrize("cells", tuple(permutations(CELLS)))
def test_columns_may_be_in_any_order(cells: tuple[str, ...], separator: str) -> None:
    assert customer_lines(separator.join(cells)) == (
        CustomerLine(1, "Bilal Khan", "bilal@example.com", "+44 7700 900123"),
    )


def test_a_heading_is_left_out_in_any_language() -> None:
    (line,) = customer_lines("نام\tفون\n\nعائشہ خان\t+92 300 1234567\n")

    assert line == CustomerLine(3, "عائشہ خان", None, "+92 300 1234567")


def test_names_alone_have_no_heading() -> None:
    assert [line.name for line in customer_lines("Ana\nBilal")] == ["Ana", "Bilal"]


def test_quotes_and_columns_of_no_use_are_left_out() -> None:
    (line,) = customer_lines('"Ana Silva";"ana@example.com";"5 %";"VIP"')

    assert line == CustomerLine(1, "Ana Silva", "ana@example.com", None)


@given(st.text(max_size=200))
def test_no_text_breaks_it_and_each_line_is_numbered_as_in_an_editor(text: str) -> None:
    lines = customer_lines(text)

    assert all(1 <= line.number <= len(text.splitlines()) for line in lines)
    assert [line.number for line in lines] == sorted({line.number for line in lines})
