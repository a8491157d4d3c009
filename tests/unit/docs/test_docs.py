"""Documentation and docstrings name only what exists; every policy field and every term is documented."""

import ast
import re
from pathlib import Path
from typing import get_args

import pytest
from pydantic import BaseModel

from tests.unit.docs.documents import (
    CODE,
    PAGES,
    ROOT,
    TESTS,
    commands,
    comments,
    docstrings,
    in_backticks,
    is_broken,
    links,
    table,
)
from tests.unit.docs.names import (
    allowed_in,
    is_call,
    is_path,
    models,
    policy_fields,
    row_kinds,
    wrong_in,
    wrong_in_command,
)
from vaada.model.hours import PolicyPart
from vaada.model.messages import MessageStatus

pytestmark = pytest.mark.xdist_group("docs")  # so that one process reads all files
DOCS = ROOT / "docs"
LAYER = ROOT / "layers" / "vaada" / "vaada"
DECISIONS = sorted((DOCS / "decisions").glob("0*.md"))
OPERATIONS = (DOCS / "operations.md").read_text(encoding="utf-8")
OF_OTHERS = frozenset(
    "Asia/Karachi Ctrl-C PK Retry-After UNSTOP _dmarc application/json cognito-idp.amazonaws.com "  # noqa: SIM905
    "contains desk.example.com eval example.com faketime frame-ancestors jq multipart/form-data postMessage "
    "sns.amazonaws.com unsafe-inline".split()
)
"""Names in documents that are not ours, such as those of HTTP and browsers, and example values."""
_FILE = re.compile(r"(?<![\w/.<>-])(?:[\w<>.-]+/)*[\w-]+\.(?:py|md|ya?ml|json|toml)\b")
CHECKED = [*CODE, *TESTS]
_CITED = re.compile(r"\b[Aa]s ([A-Z]{4,}) (?:has|says)\b")


def relative(path: Path) -> str:
    return str(path.relative_to(ROOT))


def wrong_in_page(text: str, here: Path = DOCS) -> list[str]:
    """The names on a page that do not exist: in backticks, in commands, of decisions."""
    found = [wrong for code in in_backticks(text) for wrong in wrong_in(code, OF_OTHERS, here)]
    found += [wrong for line in commands(text) for wrong in wrong_in_command(line)]
    return found + wrong_decisions(text)


def wrong_in_docstring(text: str, known: frozenset[str] = frozenset(), here: Path = ROOT) -> list[str]:
    """The names in a docstring or comment that do not exist: in backticks, of files, of decisions."""
    found = [wrong for code in in_backticks(text) for wrong in wrong_in(code, known | OF_OTHERS, here)]
    found += [name for name in _CITED.findall(text) if not is_path(f"{name}.md")]
    found += [file for file in _FILE.findall(re.sub(r"`[^`\n]*`", "", text)) if not is_path(file, here)]
    return found + wrong_decisions(text)


def wrong_decisions(text: str) -> list[str]:
    """The numbers of decisions that do not exist."""
    numbers = [int(number) for number in re.findall(r"[Dd]ecision (\d+)", text)]
    return [f"decision {number}" for number in numbers if not any(DOCS.glob(f"decisions/{number:04}-*.md"))]


# ---------------------------------------------------------------- names


@pytest.mark.parametrize("page", PAGES, ids=relative)
def test_every_name_on_a_page_leads_somewhere(page: Path) -> None:
    assert wrong_in_page(page.read_text(encoding="utf-8"), page.parent) == []


@pytest.mark.parametrize("page", PAGES, ids=relative)
def test_every_link_of_a_page_leads_somewhere(page: Path) -> None:
    assert [link for link in sorted(links(page.read_text(encoding="utf-8"))) if is_broken(link, page)] == []


@pytest.mark.parametrize(
    "folder", sorted({path.relative_to(ROOT).parts[:2] for path in CHECKED}), ids="/".join
)
def test_every_name_in_a_docstring_leads_somewhere(folder: tuple[str, ...]) -> None:
    wrong = {
        relative(path): found
        for path in CHECKED
        if path.relative_to(ROOT).parts[:2] == folder
        for known in [allowed_in(path)]
        for text in [*docstrings(path), *comments(path)]
        if (found := wrong_in_docstring(text, known, path.parent))
    }

    assert wrong == {}


def test_each_function_of_the_picture_is_there() -> None:
    picture = (DOCS / "images" / "architecture.svg").read_text(encoding="utf-8")
    drawn = re.findall(r'class="fn"[^>]*/><text class="name"[^>]*>(\w+)<', picture)

    assert sorted(drawn) == sorted(path.parent.name for path in ROOT.glob("functions/*/app.py"))


@pytest.mark.parametrize(
    "package",
    [path for path in CHECKED if path.name == "__init__.py"],
    ids=lambda path: relative(path.parent),
)
def test_a_package_that_lists_its_modules_lists_each(package: Path) -> None:
    said = ast.get_docstring(ast.parse(package.read_text(encoding="utf-8"))) or ""
    listed = set(re.findall(r"^ *(\w+)(?:\.py|/) {2,}", said, re.MULTILINE))
    modules = {path.stem for path in package.parent.glob("*.py")} - {"__init__"}
    folders = {path.parent.name for path in package.parent.glob("*/__init__.py")}

    assert listed <= modules | folders
    assert not listed or "other modules" in said or listed == modules | folders


# ---------------------------------------------------------------- the finder itself


@pytest.mark.parametrize(
    "code",
    [
        "rules/time/clock.py",
        "flows/messages",
        "tests/unit/docs/test_docs.py",
        "functions/<name>/app.py",
        "events/api/record_interaction.json",
        "rules/messages/lifecycle.is_still_true",
        "commitments.stated_in",
        "vaada.flows.messages",
        "surveys.days_between",
        "sending.text_price",
        "explain.due_at",
        "Message.carries",
        "UserPool.Policies",
        "RetryQueue",
        "OwnerEmail",
        "TABLE_NAME",
        "wake_at",
        "withheld",
        "TransactWriteItems",
        "make demo PORT=4700",
        "POST /api/interactions",
        "GET /api/customers/<id>/timeline",
        "POST /api/commitments/{id}/keep",
        "/s/{token}",
        "aws sesv2 get-account",
        "$(res SweepDue)",
        "unit/docs/test_docs.py::test_a_right_name_is_taken",
        '{"tell": "owner", "after": {"opening_hours": 4}}',
    ],
)
def test_a_right_name_is_taken(code: str) -> None:
    assert wrong_in_page(f"So it is, with `{code}` in it.") == []


@pytest.mark.parametrize(
    "code",
    [
        "rules/clock.py",
        "flows/message",
        "tests/unit/docs/test_doc.py",
        "functions/<name>/main.py",
        "events/api/record_contact.json",
        "rules/messages/lifecycle.is_true_still",
        "planning.stated",
        "vaada.flows.deliver",
        "surveys.cool_down_days",
        "sending.text_prize",
        "explain.due_on",
        "Message.carried",
        "UserPool.Polices",
        "RetryQueues",
        "OwnersEmail",
        "TABLES_NAME",
        "wakes_up_at",
        "witheld",
        "TransactWrites",
        "make dinner",
        "POST /api/contacts",
        "DELETE /api/customers/<id>",
        "POST /api/commitments/{id}/kept",
        "/x/{token}",
        "aws sesv2 get-accounts",
        "aws mailer get-account",
        "$(res SweepDues)",
        "unit/docs/test_docs.py::test_a_right_name_is_refused",
        '{"tell": "owner", "after_hours": 4}',
    ],
)
def test_a_wrong_name_is_found(code: str) -> None:
    assert len(wrong_in_page(f"So it is, with `{code}` in it.")) == 1


@pytest.mark.parametrize(
    "line",
    [
        "make dinner STACK=vaada",
        "aws sqs purge-queues --queue-url $(res Table)",
        "aws dynamodb wait table-appears --table-name vaada",
        "aws sqs purge-queue --queue-url $(res Queue)",
        "invoke RotateKeys '{}'",
        'api "$API/api/contacts"',
        'api "$API/api/policy" -d @policy.json',
        'api -X PATCH "$API/api/commitments/$COMMITMENT"',
    ],
)
def test_a_wrong_name_in_a_command_is_found(line: str) -> None:
    assert len(wrong_in_page(f"Do it:\n\n```sh\n{line}\n```\n")) == 1


def test_a_comment_in_a_command_and_a_continued_line_are_understood() -> None:
    page = '```sh\nmake demo  # make dinner\napi "$API/api/agents" \\\n  -d "{}"\n```\n'

    assert wrong_in_page(page) == []


@pytest.mark.parametrize(
    "link", ["nowhere.md", "api.md#nothing", "#nothing", "../READ.md", "images/outbox.jpg"]
)
def test_a_broken_link_is_found(link: str) -> None:
    (found,) = links(f"[Look]({link}) there, or [here](https://www.example.com).")

    assert is_broken(found, DOCS / "operations.md")


@pytest.mark.parametrize("link", ["api.md", "api.md#who-may-what", "#the-sweep", "../README.md#then-once"])
def test_a_link_that_leads_somewhere_is_not_broken(link: str) -> None:
    assert not is_broken(link, DOCS / "operations.md")


@pytest.mark.parametrize(
    "text",
    [
        "See docs/operation.md.",
        "As rules/clock.py has it.",
        "See decision 99.",
        "What `rules.planning` does with it.",
        "As PLAN has it.",
    ],
)
def test_a_wrong_name_in_a_docstring_is_found(text: str) -> None:
    assert len(wrong_in_docstring(text)) == 1


def test_a_docstring_may_name_the_arguments_and_fields_of_its_module() -> None:
    clock = LAYER / "rules" / "time" / "clock.py"

    assert wrong_in_docstring("Of `open_time` and `zone`.", allowed_in(clock)) == []
    assert wrong_in_docstring("Of `opening_time`.", allowed_in(clock)) == ["opening_time"]


def test_a_method_that_a_call_does_not_have_is_no_call() -> None:
    assert is_call("GET", "/api/policy")
    assert not is_call("POST", "/api/policy")


# ---------------------------------------------------------------- the policy


def documented_fields() -> list[str]:
    """The fields in the first column of the policy's table."""
    rows = table(OPERATIONS, "| field | default | meaning |")
    return [name for row in rows for name in re.findall(r"`([^`]+)`", row[0])]


def test_each_field_of_the_policy_is_documented_once_and_no_other() -> None:
    assert sorted(documented_fields()) == sorted(policy_fields())


@pytest.mark.parametrize(
    "part", [each for each in models() if issubclass(each, PolicyPart)], ids=lambda part: part.__name__
)
def test_each_field_of_each_part_of_the_policy_is_documented(part: type[BaseModel]) -> None:
    said = set(re.findall(r"\w+", " ".join(in_backticks(OPERATIONS))))

    assert set(part.model_fields) <= said


# ---------------------------------------------------------------- words and decisions

GLOSSARY = (DOCS / "glossary.md").read_text(encoding="utf-8")
WORDS = {row[0]: row[1] for row in table(GLOSSARY, "| word | meaning |")}


def test_each_kind_of_row_is_in_the_glossary() -> None:
    explained = {name for word in WORDS for name in re.findall(r"`(\w+)`", word)}

    assert row_kinds() <= explained


@pytest.mark.parametrize("status", get_args(MessageStatus))
def test_each_status_of_a_message_is_in_the_glossary(status: str) -> None:
    statuses = table(GLOSSARY, "| status of a message | meaning |")

    assert f"`{status}`" in {row[0] for row in statuses}


def test_each_word_has_one_sentence_and_stands_once_in_order() -> None:
    plain = [word.lower() for word in WORDS]

    assert plain == sorted(plain)
    assert {meaning.rstrip(".").count(". ") for meaning in WORDS.values()} == {0}


def test_each_folder_of_the_layer_has_its_place_in_the_architecture() -> None:
    architecture = (DOCS / "architecture.md").read_text(encoding="utf-8")
    folders = {str(path.parent.relative_to(LAYER)) for path in LAYER.rglob("__init__.py")} - {"."}

    assert folders <= set(in_backticks(architecture))


@pytest.mark.parametrize("page", DECISIONS, ids=relative)
def test_each_decision_has_its_parts_and_is_listed_by_its_title(page: Path) -> None:
    text = page.read_text(encoding="utf-8")
    title, status, *sections = re.findall(r"^(?:#+ .+|Accepted.+|Replaced.+)$", text, re.MULTILINE)
    names = [section.removeprefix("## ") for section in sections]

    assert re.match(rf"# {int(page.name[:4])}\. ", title)
    assert re.match(r"(?:Accepted|Replaced), \d{4}-\d\d-\d\d", status)
    assert [name for name in names if name != "Alternatives considered"] == [
        "Context",
        "Decision",
        "Consequences",
    ]
    index = (page.parent / "README.md").read_text(encoding="utf-8")
    assert f"- [{page.name[:4]}]({page.name}) {title.split('. ', 1)[1]}\n" in index
