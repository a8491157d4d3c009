"""Training topics in the reader's words."""

from collections.abc import Mapping
from dataclasses import dataclass

from vaada.model.people import Customer
from vaada.present.console.contacts import KINDS
from vaada.present.sanitize import isolate, line
from vaada.present.times import Times
from vaada.rules.training import Effect, Share, Topic


@dataclass(frozen=True)
class TopicRow:
    """A topic: its name, how often it brings trouble, how sure that is, and the cases that show it."""

    key: str
    title: str
    share: str
    is_sure: bool
    examples: tuple[tuple[str, str], ...]
    done: str
    effect: str
    helped: bool


def topic_row(topic: Topic, customers: Mapping[str, Customer], times: Times) -> TopicRow:
    """Return the topic as it is shown."""
    effect = topic.effect
    gettext = times.words.catalogue.gettext
    done = ""
    if effect is not None:
        done = gettext("%(what)s (%(when)s)") % {
            "what": isolate(effect.training.what, times.words.direction),
            "when": times.moment(effect.training.done_at),
        }
    return TopicRow(
        topic.key,
        _title(topic, times),
        _share_words(topic.share, times),
        topic.is_sure,
        tuple(
            (f"/desk/cases/{case.id}", _case_words(case.customer_id, customers, times))
            for case in topic.examples
        ),
        done,
        _effect_words(effect, times) if effect is not None else "",
        effect is not None and effect.helped,
    )


def _title(topic: Topic, times: Times) -> str:
    gettext = times.words.catalogue.gettext
    match topic.kind:
        case "cause":
            return gettext("Cause: %(cause)s") % {"cause": isolate(topic.name, times.words.direction)}
        case "handed_on":
            return gettext("Matters that were handed on")
        case "kind":
            kind = next((words for name, words in KINDS.items() if name == topic.name), topic.name)
            return gettext("Kind: %(kind)s") % {"kind": gettext(kind)}


def _share_words(share: Share, times: Times) -> str:
    percent = times.formats.in_percent
    sentence = times.words.catalogue.gettext(
        "%(n)s of %(all)s brought trouble; the true share is between %(low)s and %(high)s."
    )
    return sentence % {
        "n": times.formats.number(share.troubled),
        "all": times.formats.number(share.cases),
        "low": percent(share.interval[0]),
        "high": percent(share.interval[1]),
    }


def _effect_words(effect: Effect, times: Times) -> str:
    gettext, percent = times.words.catalogue.gettext, times.formats.in_percent
    if effect.before is None or effect.after is None or effect.change is None:
        return gettext("Too few matters yet to say whether it helped.")
    shares = {
        "before": percent(effect.before.troubled / effect.before.cases),
        "after": percent(effect.after.troubled / effect.after.cases),
    }
    if effect.helped:
        return gettext("It helped: %(before)s before, %(after)s since.") % shares
    if effect.made_worse:
        return gettext("It became worse: %(before)s before, %(after)s since.") % shares
    return gettext("%(before)s before, %(after)s since; that may be chance.") % shares


def _case_words(customer_id: str, customers: Mapping[str, Customer], times: Times) -> str:
    customer = customers.get(customer_id)
    return line(customer.name) if customer else times.words.catalogue.gettext("a customer who was erased")
