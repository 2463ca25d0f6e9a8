"""Where a request comes from, and the networks that somebody trusts. Pure."""

import ipaddress
from collections.abc import Sequence

Address = ipaddress.IPv4Address | ipaddress.IPv6Address
Network = ipaddress.IPv4Network | ipaddress.IPv6Network
_NAT64 = ipaddress.IPv6Network("64:ff9b::/96")


def peer_of(remote: str, forwarded: str, proxies: Sequence[str]) -> str:
    """Return the network address that asked, "" when there is none to tell.

    `forwarded` (X-Forwarded-For) is believed only as far as our own proxies wrote it: from its end
    back to the first address that is no proxy; some proxies write a port too. An IPv6 address
    counts by its /64.
    """
    return _counted(_asker(remote, forwarded, proxies))


def asker_of(remote: str, forwarded: str, proxies: Sequence[str]) -> str | None:
    """Return the exact network address that asked (see `peer_of`), None where there is none."""
    try:
        address = ipaddress.ip_address(_asker(remote, forwarded, proxies))
    except ValueError:
        return None
    if isinstance(address, ipaddress.IPv6Address):
        address = address.ipv4_mapped or ipaddress.IPv6Address(int(address))  # without its zone
    return str(address)


def _asker(remote: str, forwarded: str, proxies: Sequence[str]) -> str:
    networks = [ipaddress.ip_network(proxy, strict=False) for proxy in proxies]
    hops = [_without_port(hop.strip()) for hop in forwarded.split(",")] if forwarded else []
    hop = remote
    while hops and is_among(hop, networks):
        hop = hops.pop()
    return hop


def is_loopback(peer: str) -> bool:
    """Tell whether a peer, as `peer_of` returns it, is the machine itself."""
    return peer.startswith("127.") or peer == "::/64"


def is_outside(text: str, allowed: Sequence[str] = ()) -> bool:
    """Tell whether a server at this address is one of the internet's, or in an allowed network.

    An address that holds another one (IPv4 in IPv6, a tunnel, NAT64) is what it leads to.
    """
    try:
        address = _leading_to(ipaddress.ip_address(text.partition("%")[0]))
    except ValueError:
        return False
    networks = [ipaddress.ip_network(network, strict=False) for network in allowed]
    if any(address in network for network in networks):
        return True
    return address.is_global and not address.is_multicast and not address.is_reserved


def networks_in(entries: object) -> tuple[list[Network], list[object]]:
    """Return the networks of a list that people filled in, and the entries that are none."""
    networks, unreadable = [], []
    for entry in entries if isinstance(entries, list) else [entries]:
        try:
            networks.append(ipaddress.ip_network(str(entry).strip(), strict=False))
        except ValueError:
            unreadable.append(entry)
    return networks, unreadable


def _leading_to(address: Address) -> Address:
    if isinstance(address, ipaddress.IPv4Address):
        return address
    if address in _NAT64:
        return ipaddress.IPv4Address(int(address) & 0xFFFFFFFF)
    tunnel = address.teredo[1] if address.teredo else None
    return address.ipv4_mapped or address.sixtofour or tunnel or address


def _without_port(text: str) -> str:
    """Return the address of `192.0.2.7:4711` or `[2001:db8::7]:4711`, other texts as they are."""
    if text.startswith("["):
        return text[1:].partition("]")[0]
    return text.partition(":")[0] if text.count(":") == 1 else text


def is_among(text: str, networks: Sequence[Network]) -> bool:
    """Tell whether this is an address of one of the networks; an IPv4 one may come as IPv6."""
    try:
        address: Address = ipaddress.ip_address(text)
    except ValueError:
        return False
    if isinstance(address, ipaddress.IPv6Address):
        address = address.ipv4_mapped or address
    return any(address in network for network in networks)


def _counted(text: str) -> str:
    try:
        address = ipaddress.ip_address(text)
    except ValueError:
        return ""
    if isinstance(address, ipaddress.IPv6Address):
        mapped = address.ipv4_mapped
        return str(mapped or ipaddress.ip_network(f"{address}/64", strict=False))
    return str(address)
