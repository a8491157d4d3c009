"""Public DNS records. AWS has no call for them, so this machine asks for them."""

from dns.exception import DNSException
from dns.rdata import Rdata
from dns.rdtypes.ANY.TXT import TXT
from dns.resolver import NXDOMAIN, NoAnswer, resolve

from vaada.gateways.aws_account import NotAnswered

_SECONDS = 5.0


def dmarc_record(domain: str) -> str | None:
    """Return the DMARC record that applies to mail from this domain, or None. Raises NotAnswered.

    It is the domain's own, or that of the nearest domain above it.
    """
    labels = domain.rstrip(".").split(".")
    for first in range(len(labels) - 1):
        for text in _records("_dmarc." + ".".join(labels[first:]), "TXT"):
            if text.lower().startswith("v=dmarc1"):
                return text
    return None


def mail_hosts(domain: str) -> tuple[str, ...]:
    """Return the hosts that receive mail for the domain, in lower case. Raises NotAnswered."""
    records = (record.split()[-1] for record in _records(domain, "MX"))
    return tuple(host.rstrip(".").lower() for host in records)


def has_address(host: str) -> bool:
    """Whether the name of a host resolves to an address. Raises NotAnswered."""
    return any(_records(host, kind) for kind in ("A", "AAAA"))


def _records(name: str, kind: str) -> list[str]:
    """Return the records of this kind: the text of a TXT record, any other as it is written in a zone."""
    try:
        found = resolve(name, kind, lifetime=_SECONDS, search=False)
    except (NXDOMAIN, NoAnswer):
        return []
    except DNSException as error:
        raise NotAnswered("DNS", type(error).__name__) from error
    return [_text(record) for record in found]


def _text(record: Rdata) -> str:
    return b"".join(record.strings).decode(errors="replace") if isinstance(record, TXT) else record.to_text()
