"""Customers are found by name, address or number, in any script, by the users who may see them."""

import json
from typing import Any

import pytest

from tests.integration.scripted_desk import ScriptedDesk, client
from tests.integration.shop import Shop, add_agent, add_customer, change_policy, token_of

AMINA, OMAR = token_of("amina@example.com"), token_of("omar@example.com")


def found(desk: ScriptedDesk, q: str, **asked: Any) -> list[str]:
    """The names of the customers that are found, in order."""
    user = asked.pop("user", None)
    query = {"q": q, **{name: str(value) for name, value in asked.items()}}
    answer = desk.call("GET /api/customers", query=query, user=user)
    assert answer.status == 200, answer.body
    return [customer["name"] for customer in answer.json["items"]]


def terms(customer_id: str) -> list[dict[str, Any]]:
    """The stored search terms of a customer."""
    items = client("dynamodb").scan(TableName="vaada")["Items"]
    return [
        item for item in items if item["row_kind"]["S"] == "search_term" and customer_id in item["pk"]["S"]
    ]


# ---------------------------------------------------------------- what is found


@pytest.mark.parametrize(
    ("name", "asked"),
    [
        ("Bilal Khan", ["bilal", "khan", "khan bilal", "KHAN, Bilal", "bil", "bilal kh", "khan b"]),
        ("José Müller-Lüdenscheidt", ["jose", "MULLER", "ludenscheidt jose", "Müller"]),
        ("Seán O’Brien", ["obrien", "o'brien sean", "O’Bri"]),
        ("İlknur Işık", ["ilknur", "ISIK", "ışık ilknur"]),
        ("Jürgen Groß", ["gross", "jurgen groß"]),
        ("أحمد إبراهيم", ["احمد", "ابراهيم احمد", "أَحْمَد", "إبر"]),
        ("علی کریم", ["علي", "كريم", "علی كر"]),
        ("फ़ातिमा क़ुरैशी", ["फातिमा", "कुरैशी फ़ातिमा", "फाति"]),
        ("山田 太郎", ["太郎", "山田"]),
        ("Studio 54", ["54", "studio 54", "54 stu"]),
        ("Customer 4711", ["4711", "customer 4711"]),
    ],
)
def test_a_name_is_found_by_its_words_in_any_order_and_spelling(
    desk: ScriptedDesk, name: str, asked: list[str]
) -> None:
    add_customer(desk, name=name, email=None)
    add_customer(desk, name="Dana Wood", email="dana@example.com")

    assert {q: found(desk, q) for q in asked} == {q: [name] for q in asked}


def test_only_the_last_word_may_be_unfinished_and_every_word_must_match(desk: ScriptedDesk) -> None:
    add_customer(desk, name="Bilal Khan")

    assert found(desk, "bil khan") == []
    assert found(desk, "bilal wood") == []
    assert found(desk, "ilal") == []
    assert found(desk, "&") == []


@pytest.mark.parametrize(
    "q",
    ["bilal@example.com", "BILAL@Example.com", "<bilal@example.com>", "bilal@exam", "khan bilal@example.com"],
)
def test_a_customer_is_found_by_their_address(desk: ScriptedDesk, q: str) -> None:
    add_customer(desk)
    add_customer(desk, name="Dana", email="dana@example.com")

    assert found(desk, q) == ["Bilal Khan"]
    assert found(desk, "wood bilal@example.com") == []


@pytest.mark.parametrize(
    "q",
    [
        "4567",
        "567",
        "1234567",
        "0300 1234567",
        "0300-123-4567",
        "00923001234567",
        "+92 (300) 123 45 67",
        "٤٥٦٧",
    ],
)
def test_a_customer_is_found_by_the_last_digits_or_any_spelling_of_their_number(
    desk: ScriptedDesk, q: str
) -> None:
    change_policy(desk, business={"country": "PK"})
    add_customer(desk, phone="0300 1234567")
    add_customer(desk, name="Dana", email=None, phone="+92 300 7654321")

    assert found(desk, q) == ["Bilal Khan"]


@pytest.mark.parametrize(
    ("stored", "asked"),
    [
        ("+52 1 55 1234 5678", ["+52 55 1234 5678", "+5215512345678", "5512345678", "5678"]),
        ("+54 11 2345-6789", ["+54 9 11 2345-6789", "+54 11 15 2345 6789", "23456789"]),
        ("+54 9 11 2345-6789", ["+54 11 2345-6789", "1123456789"]),
        ("+55 11 8765-4321", ["+55 11 98765-4321", "+551187654321", "87654321"]),
    ],
)
def test_a_renumbered_telephone_is_found_by_its_old_and_its_new_number(
    desk: ScriptedDesk, stored: str, asked: list[str]
) -> None:
    add_customer(desk, phone=stored)

    assert {q: found(desk, q) for q in asked} == {q: ["Bilal Khan"] for q in asked}


def test_one_who_matches_twice_is_listed_once(desk: ScriptedDesk) -> None:
    change_policy(desk, business={"country": "PK"})
    add_customer(desk, name="Khalid Khan 567", phone="0300 1234567")

    assert found(desk, "kha") == ["Khalid Khan 567"]
    assert found(desk, "567") == ["Khalid Khan 567"]


def test_a_letter_that_is_also_written_as_two_is_found_either_way(desk: ScriptedDesk) -> None:
    for name in ("Anna Müller", "Bert Mueller", "Carl Muller"):
        add_customer(desk, name=name, email=None)

    assert found(desk, "mueller") == ["Anna Müller", "Bert Mueller"]
    assert sorted(found(desk, "Müller")) == ["Anna Müller", "Bert Mueller", "Carl Muller"]
    assert found(desk, "anna mueller") == ["Anna Müller"]
    assert found(desk, "bert mül") == ["Bert Mueller"]
    assert sorted(found(desk, "mu")) == ["Anna Müller", "Bert Mueller", "Carl Muller"]
    duplicates = desk.call("POST /api/customers", {"name": "Anna Mueller"}).json["possible_duplicates"]
    assert [each["name"] for each in duplicates] == ["Anna Müller"]


def test_a_customer_of_an_earlier_release_without_other_spellings_is_found(desk: ScriptedDesk) -> None:
    customer_id = add_customer(desk, name="Anna Müller", email=None)
    for item in terms(customer_id):
        if "mueller" in item["text"]["S"]:
            client("dynamodb").delete_item(TableName="vaada", Key={name: item[name] for name in ("pk", "sk")})

    assert [found(desk, q) for q in ("mu", "muller", "müller anna", "ann")] == [["Anna Müller"]] * 4


# ---------------------------------------------------------------- page by page, whatever there is


def test_pages_list_everybody_once(desk: ScriptedDesk) -> None:
    names = [f"Kha{letter} Khan" for letter in "abcdefg"]
    for name in reversed(names):
        add_customer(desk, name=name, email=None)
    add_customer(desk, name="Dana", email=None)

    pages = desk.pages("GET /api/customers", q="kh", limit="2")

    assert [customer["name"] for page in pages for customer in page] == names


def test_a_cursor_of_another_search_is_refused(desk: ScriptedDesk) -> None:
    for number in range(3):
        add_customer(desk, name=f"Khan {number}", email=None)
    cursor = desk.call("GET /api/customers", query={"q": "khan", "limit": "1"}).json["next_cursor"]

    for wrong in ("nonsense", "7.0.x", "0.9.x", "-1.0.x", f"1.{cursor}", cursor[4:]):
        answer = desk.call("GET /api/customers", query={"q": "khan", "cursor": wrong})
        assert (answer.status, answer.json["errors"][0]["field"]) == (422, "cursor")


def test_a_search_takes_a_query_and_a_read(desk: ScriptedDesk) -> None:
    for number in range(30):
        add_customer(desk, name=f"Bilal Khan {number}", email=f"bilal{number}@example.com")
    for q in ("bilal", "khan bilal", "bilal7@example.com"):
        desk.count_calls()
        found(desk, q)
        assert desk.calls["dynamodb.Query"] == 1
        assert desk.calls["dynamodb.BatchGetItem"] <= 2


# ---------------------------------------------------------------- who may see whom


def test_agents_find_those_whom_they_serve_and_managers_all(desk: ScriptedDesk) -> None:
    shop = Shop.opened(desk, agent_id=None)  # Bilal Khan
    omar = add_agent(desk, "Omar")
    add_customer(desk, name="Dana Khan", email=None, agent_id=omar)

    assert found(desk, "khan") == ["Bilal Khan", "Dana Khan"]
    assert found(desk, "khan", user=OMAR) == ["Dana Khan"]
    assert found(desk, "khan", user=AMINA) == []

    shop.contact()

    assert found(desk, "khan", user=AMINA) == ["Bilal Khan"]
    assert found(desk, "bilal@example.com", user=AMINA) == ["Bilal Khan"]
    assert found(desk, "bilal@example.com", user=OMAR) == []


# ---------------------------------------------------------------- kept in step


def test_a_new_name_and_address_are_found_and_the_old_ones_are_not(desk: ScriptedDesk) -> None:
    customer_id = add_customer(desk, name="Bilal bin Ahmed Khan", phone="+923001234567")
    changes = {"name": "Bilal Malik", "email": "malik@example.com", "phone": None}

    desk.call(f"PATCH /api/customers/{customer_id}", changes)

    assert found(desk, "malik") == found(desk, "malik@example.com") == ["Bilal Malik"]
    for gone in ("khan", "ahmed", "bilal@example.com", "4567"):
        assert found(desk, gone) == []
    stored = terms(customer_id)
    assert {item["term"]["S"] for item in stored} == {"bilal", "malik", "malik@example.com"}


def test_the_terms_are_written_with_the_customer_or_not_at_all(desk: ScriptedDesk) -> None:
    customer_id = add_customer(desk)
    desk.count_calls()

    desk.call(f"PATCH /api/customers/{customer_id}", {"name": "Bilal Malik"})
    assert desk.calls["dynamodb.TransactWriteItems"] == 1
    assert desk.calls["dynamodb.PutItem"] == 0

    desk.count_calls()
    desk.call(f"PATCH /api/customers/{customer_id}", {"notes": "Prefers mornings"})
    assert desk.calls["dynamodb.PutItem"] == 1


def test_a_term_holds_no_more_than_is_needed_to_find(desk: ScriptedDesk) -> None:
    customer_id = add_customer(desk, notes="Owes us money", tags=["vip"], phone="+923001234567")

    stored = json.dumps(terms(customer_id))

    assert "owes" not in stored.casefold()
    assert "vip" not in stored
    assert {item["kind"]["S"] for item in terms(customer_id)} == {"name", "email", "phone"}
    shown = desk.call(f"GET /api/customers/{customer_id}").json
    assert "search_index" not in shown


def test_nobody_is_found_who_was_erased_and_no_term_is_left(desk: ScriptedDesk) -> None:
    customer_id = add_customer(desk, name=" ".join(f"Word{n}" for n in range(12)), phone="+923001234567")
    assert len(terms(customer_id)) == 14

    desk.call(f"POST /api/customers/{customer_id}/erase")

    assert terms(customer_id) == []
    assert found(desk, "word1") == found(desk, "bilal@example.com") == []


# ---------------------------------------------------------------- possible duplicates


def duplicates(desk: ScriptedDesk, user: dict[str, str] | None = None, **customer: Any) -> Any:
    answer = desk.call("POST /api/customers", customer, user=user)
    assert answer.status == 201, answer.body
    return answer.json["possible_duplicates"]


def test_an_agent_who_adds_a_customer_again_is_told(desk: ScriptedDesk) -> None:
    change_policy(desk, business={"country": "PK"})
    first = add_customer(desk, phone="0300 1234567")

    same_name = {"customer_id": first, "name": "Bilal Khan", "same": ["name"]}
    assert duplicates(desk, name="Khan, Bilál") == [same_name]
    assert duplicates(desk, name="B. K.", email="BILAL@example.com") == [{**same_name, "same": ["email"]}]
    assert duplicates(desk, name="Bilal", phone="+92 300 1234567") == [{**same_name, "same": ["phone"]}]
    assert duplicates(desk, name="Bilal Ahmed Khan", email="other@example.com") == []


def test_an_agent_learns_no_name_of_those_whom_others_serve(desk: ScriptedDesk) -> None:
    Shop.opened(desk, agent_id=None)  # Bilal Khan, whom Amina does not serve yet
    omar = add_agent(desk, "Omar")
    dana = add_customer(desk, name="Dana Khan", email="dana@example.com", agent_id=omar)

    assert duplicates(desk, AMINA, name="Dana Khan") == []
    told = duplicates(desk, AMINA, name="Dana Khan", email="dana@example.com")
    assert [
        (one["customer_id"], one["name"], "email" in one["same"]) for one in told if one["name"] is None
    ] == [(dana, None, True)]


def test_a_repeated_request_adds_nobody_and_is_told_the_same(desk: ScriptedDesk) -> None:
    first = add_customer(desk)
    body = {"name": "Bilal Khan"}

    answers = [desk.call("POST /api/customers", body, key="again") for _ in range(2)]

    assert answers[0].json == answers[1].json
    assert [one["customer_id"] for one in answers[0].json["possible_duplicates"]] == [first]
