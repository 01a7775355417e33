"""Names, addresses and families, against a DNS server that misbehaves."""

import socket
import threading

import pytest

from conftest import PROBE, matches
from dns_server import Name
from smtp_server import bind_all

V4, V6 = "127.0.0.1", "::1"
BOTH = (V6, V4)
ALL = {"A", "AAAA"}

pytestmark = pytest.mark.usefixtures("have_ipv6")


@pytest.fixture
def lookup(mail, dns):
    """lookup(name, Name, hosts=...) gives a mail server on hosts, with args
    that make the plugin look the name up; server.dns is the DNS server."""
    def start(name, behaviour, hosts=(V4,), resolver=V4, more=None,
              **options):
        server = mail(tls="none", hosts=hosts, mechs=None, **options)
        names = {name: behaviour, **(more or {})}
        server.dns = dns(names, resolver)
        server.args = ["-H", name, "-p", server.port, "-F", PROBE,
                       "--resolver=" + server.dns.address]
        server.at = "%s:%d" % (name, server.port)
        return server

    return start


def answers(plugin, server, address, *more):
    """The check succeeds, over address."""
    data = plugin.json(*server.args, *more)
    assert data["state"] == "OK", data
    assert data["address"] == address, data
    assert server.transcript() == ["EHLO " + PROBE, "QUIT"]
    return data


@pytest.mark.parametrize("resolver", [V4, V6])
def test_resolver_address(plugin, lookup, resolver):
    server = lookup("mx.test", Name(a=[V4]), resolver=resolver)
    data = answers(plugin, server, V4)
    assert data["host"] == "mx.test" and data["port"] == server.port
    assert data["addresses_tried"] == [{"address": V4, "error": None}]
    assert server.dns.asked("mx.test") == ALL


def test_resolver_list_skips_a_dead_server(plugin, lookup):
    server = lookup("mx.test", Name(a=[V4]))
    (dead,), port = bind_all([V4], kind=socket.SOCK_DGRAM)
    dead.close()
    server.args[-1] = "--resolver=%s:%d,%s" % (V4, port, server.dns.address)
    answers(plugin, server, V4)


def test_first_line(plugin, lookup):
    server = lookup("mx.test", Name(a=[V4]))
    result = plugin.run(*server.args)
    assert result.message == (
        server.at + " answers, no login tried (no credentials given)")
    assert result.perfdata["time_dns"].value != "U"


def test_aaaa_only(plugin, lookup):
    server = lookup("mx.test", Name(aaaa=[V6]), hosts=(V6,))
    answers(plugin, server, V6)


def test_ipv6_first(plugin, lookup):
    server = lookup("mx.test", Name(a=[V4], aaaa=[V6]), hosts=BOTH)
    answers(plugin, server, V6)


@pytest.mark.parametrize("option, address, kind", [
    ("-4", V4, "A"), ("-6", V6, "AAAA")])
def test_one_family(plugin, lookup, option, address, kind):
    server = lookup("mx.test", Name(a=[V4], aaaa=[V6]), hosts=BOTH)
    answers(plugin, server, address, option)
    assert server.dns.asked("mx.test") == {kind}


@pytest.mark.parametrize("option, behaviour", [
    ("-4", Name(aaaa=[V6])), ("-6", Name(a=[V4]))])
def test_no_address_of_the_family(plugin, lookup, option, behaviour):
    server = lookup("mx.test", behaviour, hosts=BOTH)
    result = plugin.run(*server.args, option)
    assert result.state == "CRITICAL"
    matches("look-up failed at %s: .*no address.*" % server.at,
            result.message)
    assert server.done() == []


def test_refused_ipv6_live_ipv4(plugin, lookup):
    server = lookup("mx.test", Name(a=[V4], aaaa=[V6]))
    data = answers(plugin, server, V4)
    assert data["addresses_tried"] == [
        {"address": V6, "error": "Connection refused"},
        {"address": V4, "error": None}]


def test_dead_ipv6_live_ipv4(plugin, lookup):
    """100::/64 leads nowhere (RFC 6666): no route here, or no answer."""
    server = lookup("mx.test", Name(a=[V4], aaaa=["100::1"]))
    answers(plugin, server, V4)


def test_dead_ipv4_live_ipv6(plugin, lookup):
    server = lookup("mx.test", Name(a=["127.0.0.2"], aaaa=[V6]), hosts=(V6,))
    answers(plugin, server, V6)


def test_all_addresses_refused(plugin, lookup):
    server = lookup("mx.test", Name(a=["127.0.0.2"], aaaa=[V6]))
    result = plugin.run(*server.args)
    assert result.state == "CRITICAL"
    assert result.message == (
        "no connection at %s: ::1: Connection refused, "
        "127.0.0.2: Connection refused" % server.at)
    assert result.perfdata["time_dns"].value != "U"
    assert result.perfdata["time_connect"].value == "U"
    data = plugin.json(*server.args)
    assert data["condition"] == "connect"
    assert data["addresses_tried"] == [
        {"address": V6, "error": "Connection refused"},
        {"address": "127.0.0.2", "error": "Connection refused"}]


def test_second_address_of_a_family(plugin, lookup):
    server = lookup("mx.test", Name(a=["127.0.0.2", V4]))
    answers(plugin, server, V4)


def test_cname_chain(plugin, lookup):
    server = lookup("mx.test", Name(cname="b.test"), more={
        "b.test": Name(cname="c.test"), "c.test": Name(a=[V4])})
    answers(plugin, server, V4)


def test_truncated_answer_comes_over_tcp(plugin, lookup):
    server = lookup("mx.test", Name(a=[V4], truncate=True))
    answers(plugin, server, V4)
    assert "A" in server.dns.asked("mx.test", "tcp")


def test_aaaa_that_does_not_come(plugin, lookup):
    """Waiting for it would take longer than the check may."""
    server = lookup("mx.test", Name(a=[V4], silent={"AAAA"}), hosts=BOTH)
    answers(plugin, server, V4)


def test_aaaa_that_comes_too_late(plugin, lookup):
    """It comes while the server is talking, and changes nothing."""
    late = threading.Event()

    def greet(conn):
        conn.raw(b"220-mail.example.org\r\n")
        late.set()
        conn.raw(b"220 ready\r\n")

    server = lookup("mx.test", Name(a=[V4], aaaa=[V6], late={"AAAA": late}),
                    hosts=BOTH, greeting=greet)
    data = answers(plugin, server, V4)
    assert data["addresses_tried"] == [{"address": V4, "error": None}]


def test_a_that_does_not_come(plugin, lookup):
    server = lookup("mx.test", Name(aaaa=[V6], silent={"A"}), hosts=BOTH)
    answers(plugin, server, V6)


def test_aaaa_fails_a_is_fine(plugin, lookup):
    """A server that cannot tell AAAA does not matter when A is there."""
    server = lookup("mx.test", Name(a=[V4], rcode={"AAAA": "SERVFAIL"}))
    answers(plugin, server, V4)


@pytest.mark.parametrize("behaviour, reason", [
    (Name(rcode="NXDOMAIN"), r"no such name \(NXDOMAIN\)"),
    (Name(), ".*no address.*"),
    (Name(rcode="SERVFAIL"), r"the DNS server reported a failure \(SERVFAIL\)"),
    (Name(rcode="REFUSED"), ".*(refused|failure).*"),
    (Name(cname="gone.test"), ".*no (such name|address).*"),
], ids=["nxdomain", "no-data", "servfail", "refused", "dangling-cname"])
def test_failure(plugin, lookup, behaviour, reason):
    server = lookup("mx.test", behaviour)
    result = plugin.run(*server.args, "-U", "alice", "-P", "secret word")
    assert result.state == "CRITICAL"
    matches("look-up failed for alice at %s: %s" % (
        server.at, reason), result.message)
    # The span to the first connection attempt never ended.
    assert result.perfdata["time_dns"].value == "U"
    assert server.done() == []


def test_failure_in_json(plugin, lookup):
    server = lookup("mx.test", Name(rcode="NXDOMAIN"))
    data = plugin.json(*server.args)
    assert data["condition"] == "dns"
    assert data["address"] is None and data["addresses_tried"] == []
    assert data["login"] == "not-tried"
    assert plugin.json(*server.args, "--on=dns=unknown")["state"] == "UNKNOWN"


@pytest.mark.parametrize("limit, state", [
    ("1", "CRITICAL"), ("1:unknown", "UNKNOWN")])
def test_silence(plugin, lookup, limit, state):
    server = lookup("mx.test", Name(silent=ALL))
    result = plugin.run(*server.args, "-t", limit)
    assert result.state == state
    assert result.message == (
        "timeout after 1 s looking up the host (DNS) at " + server.at)
    assert result.perfdata["time_dns"].value == "U"
    assert server.dns.asked("mx.test") == ALL


def test_refused_while_a_family_is_silent(plugin, lookup):
    """What is known of the cause is told, though the look-up hangs."""
    server = lookup("mx.test", Name(a=[V4], silent={"AAAA"}))
    server.close()
    result = plugin.run(*server.args, "-t", "1")
    assert result.message == (
        "timeout after 1 s connecting at %s: 127.0.0.1: Connection refused; "
        "DNS still owes an answer" % server.at)


def test_silence_in_json(plugin, lookup):
    server = lookup("mx.test", Name(silent=ALL))
    data = plugin.json(*server.args, "-t", "1")
    assert data["condition"] == "timeout"
    assert data["phases"]["dns"] is None


@pytest.mark.parametrize("literal, shown, hosts", [
    ("127.0.0.1", "127.0.0.1", (V4,)), ("::1", "[::1]", (V6,)),
    ("[::1]", "[::1]", (V6,))])
def test_literals_are_never_looked_up(plugin, mail, dns, literal, shown,
                                      hosts):
    server = mail(tls="none", hosts=hosts, mechs=None)
    resolver = dns({})
    result = plugin.run("-H", literal, "-p", server.port, "-F", PROBE,
                        "--resolver=" + resolver.address)
    assert result.message == (
        "%s:%d answers, no login tried (no credentials given)" % (
            shown, server.port))
    assert result.perfdata["time_dns"].value == 0
    assert server.transcript() == ["EHLO " + PROBE, "QUIT"]
    assert resolver.queries == []


def test_ip_address_option(plugin, mail, dns):
    server = mail(tls="none", mechs=None)
    resolver = dns({})
    data = plugin.json("-H", "mx.test", "-I", V4, "-p", server.port,
                       "--resolver=" + resolver.address)
    assert data["host"] == "mx.test" and data["address"] == V4
    assert data["phases"]["dns"] == 0
    assert resolver.queries == []


def test_hosts_file(plugin, mail):
    server = mail(tls="none", mechs=None)
    result = plugin.run("-H", "localhost", "-p", server.port, "-4")
    assert result.message == (
        "localhost:%d answers, no login tried (no credentials given)"
        % server.port)


def test_many_addresses_refused(plugin, lookup):
    """However long the list is, it is `connect`."""
    many = ["127.1.%d.%d" % (i // 200, i % 200 + 1) for i in range(600)]
    server = lookup("mx.test", Name(a=many, truncate=True))
    server.close()
    data = plugin.json(*server.args)
    assert data["condition"] == "connect", data["message"]
    assert len(data["addresses_tried"]) == len(many)


def test_trailing_dot(plugin, lookup):
    server = lookup("mx.test", Name(a=[V4]))
    server.args[1] = "mx.test."
    data = answers(plugin, server, V4)
    assert data["host"] in ("mx.test", "mx.test.")


def test_verbose_shows_the_answers(plugin, lookup):
    server = lookup("mx.test", Name(a=[V4], aaaa=[V6]))
    result = plugin.run(*server.args, "-vvv")
    details = "\n".join(result.details)
    assert V4 in details and V6 in details
    assert "Connection refused" in details


@pytest.mark.parametrize("bad", ["mx.test", "127.0.0.1:0x", "", "1.2.3.4.5"])
def test_bad_resolver(plugin, bad):
    result = plugin.run("-H", "mx.test", "--resolver=" + bad)
    assert result.state == "UNKNOWN"
    assert result.message.startswith("wrong command line")


@pytest.mark.parametrize("dot", ["", "."])
def test_search_list(plugin, lookup, dot):
    """With a last dot the name is whole: the search list must not answer for
    a name that is not there."""
    server = lookup("mx.test.search.test", Name(a=[V4]))
    server.args[1] = "mx.test" + dot
    data = plugin.json(*server.args, env={"LOCALDOMAIN": "search.test"})
    assert data["condition"] == ("dns" if dot else None), data
    assert data["host"] == "mx.test"
    asked = server.dns.asked("mx.test.search.test")
    assert asked == (set() if dot else ALL)
