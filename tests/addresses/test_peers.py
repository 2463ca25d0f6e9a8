"""Limits count whoever asked, not our own proxy, and not what a stranger writes."""

import pytest

from addresses.peers import is_loopback, is_outside, networks_in, peer_of

PROXIES = ["10.0.0.0/8"]


@pytest.mark.parametrize(("remote", "forwarded", "counted"), [
    ("192.0.2.1", "", "192.0.2.1"),
    ("192.0.2.1", "1.1.1.1", "192.0.2.1"),
    ("10.0.0.1", "1.1.1.1", "1.1.1.1"),
    ("10.0.0.1", "6.6.6.6, 1.1.1.1", "1.1.1.1"),
    ("10.0.0.1", "6.6.6.6, 10.0.0.9", "6.6.6.6"),
    ("10.0.0.1", "", "10.0.0.1"),
    ("10.0.0.1", "1.1.1.1:4711", "1.1.1.1"),
    ("10.0.0.1", "1.1.1.1:4711, 10.0.0.9:4712", "1.1.1.1"),
    ("10.0.0.1", "[2001:db8:1:2:3::4]:4711", "2001:db8:1:2::/64"),
    ("10.0.0.1", "2001:db8:1:2:3::4", "2001:db8:1:2::/64"),
])  # fmt: skip
def test_the_address_behind_our_own_proxy_counts(remote: str, forwarded: str, counted: str) -> None:
    assert peer_of(remote, forwarded, PROXIES) == counted


def test_an_ipv6_address_counts_by_its_network() -> None:
    assert peer_of("2001:db8:1:2:3::4", "", []) == "2001:db8:1:2::/64"


def test_what_is_no_address_does_not_count() -> None:
    assert peer_of("nonsense", "", []) == ""


def test_a_proxy_is_known_by_its_ipv4_address_in_ipv6_too() -> None:
    assert peer_of("::ffff:10.0.0.5", "203.0.113.9", ["10.0.0.0/8"]) == "203.0.113.9"


def test_a_network_may_be_written_by_any_of_its_addresses() -> None:
    networks, unreadable = networks_in(["192.0.2.7/24", " 2001:db8::1/32 "])
    assert ([str(each) for each in networks], unreadable) == (["192.0.2.0/24", "2001:db8::/32"], [])


@pytest.mark.parametrize("entry", ["nonsense", "192.0.2.0/99", "", None, 5, ["192.0.2.0/24"]])
def test_what_is_no_network_leaves_the_others_alone(entry: object) -> None:
    networks, unreadable = networks_in([entry, "192.0.2.0/24"])
    assert ([str(each) for each in networks], unreadable) == (["192.0.2.0/24"], [entry])


@pytest.mark.parametrize("value", [None, 5, "nonsense", {"net": 1}])
def test_what_is_no_list_of_networks_trusts_nobody(value: object) -> None:
    assert networks_in(value) == ([], [value])


@pytest.mark.parametrize(
    ("remote", "own"), [("127.0.0.1", True), ("::1", True), ("192.0.2.7", False), ("", False)]
)
def test_the_machine_itself_is_known(remote: str, own: bool) -> None:
    assert is_loopback(peer_of(remote, "", [])) is own


@pytest.mark.parametrize("address", [
    "127.0.0.1", "10.1.2.3", "172.16.0.1", "192.168.1.1", "169.254.169.254", "100.64.0.1",
    "0.1.2.3", "224.0.0.1", "255.255.255.255", "::1", "::", "fe80::1%eth0", "fd00::1", "ff02::1",
    "::ffff:10.0.0.1", "64:ff9b::a00:1", "2002:0a00:0001::", "localhost", "",
])  # fmt: skip
def test_an_address_inside_is_told(address: str) -> None:
    assert not is_outside(address)


@pytest.mark.parametrize("address", ["1.1.1.1", "2606:4700::1111", "::ffff:1.1.1.1"])
def test_an_address_outside_is_told(address: str) -> None:
    assert is_outside(address)


def test_a_network_can_be_allowed() -> None:
    assert is_outside("10.1.2.3", ["10.1.0.0/16"])
    assert not is_outside("10.2.2.3", ["10.1.0.0/16"])
