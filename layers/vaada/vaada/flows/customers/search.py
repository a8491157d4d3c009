"""Find customers by words of their name, an e-mail address or the last digits of a number."""

from collections.abc import Iterator, Sequence
from typing import NamedTuple

from vaada.desk import Desk
from vaada.gateways.row_pages import BadCursor, Page, cursor_after
from vaada.model.people import Customer, Medium
from vaada.model.phone_numbers import comparable
from vaada.model.search_terms import SearchTerm, reversed_digits
from vaada.rules.customer_search import Meaning, matches, matching_term, meanings

_MAX_QUERIES = 8  # per request; the cursor continues the search
_MOST_WITH_ONE_ADDRESS = 20
_BATCH_SIZE = 100  # customers per BatchGetItem


class Reader(NamedTuple):
    """Who searches, and finds the customers whom one of these agents serves. None: all customers."""

    agent_ids: frozenset[str] | None

    def may_see(self, customer: Customer) -> bool:
        """Whether the customer may be shown."""
        return self.agent_ids is None or not self.agent_ids.isdisjoint(customer.readers)


class SearchCursor(NamedTuple):
    """Where the next page continues: in which of the meanings, at which prefix, after which term."""

    meaning: int
    prefix: int
    after: str

    def __str__(self) -> str:
        return f"{self.meaning}.{self.prefix}.{self.after}"

    @classmethod
    def parse(cls, cursor: str, found: Sequence[Meaning]) -> "SearchCursor":
        """Parse a cursor. Raises BadCursor."""
        try:
            meaning, prefix, after = cursor.split(".")
            place = cls(int(meaning), int(prefix), after)
            is_known = 0 <= place.prefix < len(found[place.meaning].prefixes) and place.meaning >= 0
        except (ValueError, IndexError) as error:
            raise BadCursor from error
        if not is_known:
            raise BadCursor
        return place


def find_customers(desk: Desk, text: str, reader: Reader, limit: int, cursor: str | None) -> Page:
    """Return the customers that match the text and that the reader may see, by name. Raises BadCursor.

    Each match is checked against the customer's row, because the index is eventually consistent.
    """
    wanted = meanings(text, desk.policy.business.country)
    place = SearchCursor.parse(cursor, wanted) if cursor else None
    found: list[Customer] = []
    queries = 0
    for number, meaning in enumerate(wanted):
        if place is not None and number < place.meaning:
            continue
        prefix, page = _first_page(desk, meaning, reader, limit, place)
        place = None
        while True:
            queries += 1
            for term, customer in _with_customers(desk, page, limit):
                earlier = any(matches(customer, one) for one in wanted[:number])
                first = matching_term(customer, meaning, meaning.prefixes[prefix])
                if first != term.sort_key or earlier or not reader.may_see(customer):
                    continue
                found.append(customer)
                if len(found) == limit:
                    return Page(tuple(found), str(SearchCursor(number, prefix, cursor_after(term))))
            if page.next_cursor is None:
                break
            if queries >= _MAX_QUERIES:
                return Page(tuple(found), str(SearchCursor(number, prefix, page.next_cursor)))
            page = _search(desk, meaning, prefix, reader, limit, page.next_cursor)
    return Page(tuple(found), None)


def customers_by_phone(desk: Desk, number: str) -> list[Customer]:
    """Return the customers who have this number in E.164. Merged ones are left out."""
    prefix = f"phone#{reversed_digits(comparable(number))}##"
    page = desk.table.search_terms(prefix, _MOST_WITH_ONE_ADDRESS, None)
    ids = dict.fromkeys(term.customer_id for term in page.rows if isinstance(term, SearchTerm))
    return [one for one in desk.table.customers(list(ids)).values() if has_address(one, "sms", number)]


def customers_by_email(desk: Desk, address: str) -> list[Customer]:
    """Return the customers who have this e-mail address. Merged ones are left out."""
    page = desk.table.search_terms(f"email#{address.casefold()}##", _MOST_WITH_ONE_ADDRESS, None)
    ids = dict.fromkeys(term.customer_id for term in page.rows if isinstance(term, SearchTerm))
    return [one for one in desk.table.customers(list(ids)).values() if has_address(one, "email", address)]


def has_address(customer: Customer, medium: Medium, address: str) -> bool:
    """Whether the customer's record is in use and has this address or number, in any spelling."""
    if medium == "sms":
        same = comparable(address)
        found = any(comparable(phone) == same for phone in customer.phones)
    else:
        found = address.casefold() in {email.casefold() for email in customer.emails}
    return customer.merged_into is None and found


def _first_page(
    desk: Desk, meaning: Meaning, reader: Reader, limit: int, place: SearchCursor | None
) -> tuple[int, Page]:
    """Return the first prefix whose terms fit one page, by its index, and its first page."""
    if place is not None:
        return place.prefix, _search(desk, meaning, place.prefix, reader, limit, place.after)
    pages: list[Page] = []
    for prefix in range(len(meaning.prefixes)):
        page = _search(desk, meaning, prefix, reader, limit, None)
        if page.next_cursor is None or len(page.rows) >= limit:
            return prefix, page
        pages.append(page)
    return 0, pages[0]


def _search(
    desk: Desk, meaning: Meaning, prefix: int, reader: Reader, limit: int, cursor: str | None
) -> Page:
    return desk.table.search_terms(
        meaning.prefixes[prefix], limit, cursor, texts=meaning.texts, agent_ids=reader.agent_ids
    )


def _with_customers(desk: Desk, page: Page, limit: int) -> Iterator[tuple[SearchTerm, Customer]]:
    """Yield the terms of the page with the current rows of their customers."""
    terms = [row for row in page.rows if isinstance(row, SearchTerm)]
    size = min(limit, _BATCH_SIZE)
    for start in range(0, len(terms), size):
        some = terms[start : start + size]
        customers = desk.table.customers(list(dict.fromkeys(term.customer_id for term in some)))
        for term in some:
            if (customer := customers.get(term.customer_id)) is not None:
                yield term, customer
