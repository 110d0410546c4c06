"""E-mail addresses: one spelling for each, and the networks that requests come from."""

from ipaddress import ip_address, ip_network
from typing import Final

from email_validator import EmailNotValidError, validate_email

from nexync_contracts import limits

HOST_BITS: Final = {4: 32, 6: 64}
"""What one customer of a provider has at least: an IPv4 address, or a /64 of IPv6 (RFC 6177)."""
NETWORK_BITS: Final = {4: 24, 6: 48}
"""The neighbourhood of an address, which one hand often holds."""


def normal_email(text: str) -> str | None:
    """The address in ASCII and lower case, or None when it has no valid form.

    Only the form is judged, and `.test` (RFC 6761) is as good as any: whether mail arrives is what the code proves.
    """
    try:
        found = validate_email(text.strip(), check_deliverability=False, test_environment=True)
    except EmailNotValidError:
        return None
    if found.ascii_email is None or len(found.ascii_email) > limits.EMAIL_CHARS:
        return None
    return found.ascii_email.lower()


def host_of(address: str) -> str:
    """Whose address this is: the address itself, or the /64 around one of IPv6."""
    return _around(address, HOST_BITS)


def network_of(address: str) -> str:
    """The network around an address: /24, or /48 of IPv6."""
    return _around(address, NETWORK_BITS)


def _around(address: str, bits: dict[int, int]) -> str:
    try:
        known = ip_address(address)
    except ValueError:
        return address
    mapped = known.ipv4_mapped if known.version == 6 else None
    known = mapped or known
    return str(ip_network(f"{known}/{bits[known.version]}", strict=False))
