"""The PROXY protocol header, and LMTP: what comes before and instead of
plain SMTP, at servers that want it."""

import ipaddress
import struct

import pytest

import dovecot_server
from conftest import HOST, matches

SIGNATURE = b"\r\n\r\n\0\r\nQUIT\n"


class Behind:
    """Reads the octets of a header before mail begins, and keeps them with
    the addresses of the connection."""

    def __init__(self, mail, read):
        self.mail = mail
        self.read = read

    def __call__(self, conn):
        self.peer = conn.sock.getpeername()[:2]
        self.own = conn.sock.getsockname()[:2]
        self.header = self.read(conn)
        self.mail(conn)


def read_v1(conn):
    return conn.line().encode() + b"\r\n"


def read_v2(conn):
    """A header whose length is in it; what follows is left alone."""
    data = b""
    while len(data) < 16 or len(data) < 16 + struct.unpack(
            ">H", data[14:16])[0]:
        conn.peek()
        data, conn._buffer = data + conn._buffer[:1], conn._buffer[1:]
    return data


def v1(host, peer, own):
    family = "TCP6" if ":" in host else "TCP4"
    return ("PROXY %s %s %s %d %d\r\n" % (
        family, peer[0], own[0], peer[1], own[1])).encode()


def v2(host, peer, own):
    ends = [ipaddress.ip_address(end[0]).packed for end in (peer, own)]
    rest = b"".join(ends) + struct.pack(">HH", peer[1], own[1])
    return (SIGNATURE + (b"\x21\x21" if ":" in host else b"\x21\x11") +
            struct.pack(">H", len(rest)) + rest)


# To 127.0.0.2 the kernel goes from 127.0.0.1: two addresses to tell apart.
@pytest.mark.parametrize("host", ["127.0.0.2", "::1"])
@pytest.mark.parametrize("tls", ["starttls", "implicit"])
@pytest.mark.parametrize("option, read, wanted", [
    ("-r", read_v1, v1), ("--proxy", read_v1, v1), ("--proxy=v1", read_v1, v1),
    ("--proxy=v2", read_v2, v2)])
def test_header(plugin, mail, request, option, read, wanted, tls, host):
    if host == "::1":
        request.getfixturevalue("have_ipv6")
    server = mail(tls=tls, hosts=(host,))
    behind = server.handler = Behind(server.handler, read)
    assert plugin.run(*server.login, option).state == "OK"
    conn = server.session()
    assert behind.header == wanted(host, behind.peer, behind.own)
    clear = conn.received(("clear",))
    assert clear.startswith(behind.header)
    if tls == "starttls":
        assert clear[len(behind.header):].startswith(b"EHLO ")
    assert conn.transcript()[-1] == "QUIT"


@pytest.fixture(scope="module")
def lmtp(ca):
    server = dovecot_server.Lmtp(ca.good)
    yield server
    server.close()


@pytest.mark.parametrize("more", [
    [], ["-f", "a@example.org", "--rcpt", "b@example.org"],
    ["-C", "NOOP", "-R", "^250 "], ["-S"], ["-S", "-D", "10"]])
def test_lmtp(plugin, lmtp, ca, more):
    result = plugin.run("-L", "-H", HOST, "-I", "127.0.0.1", "-p", lmtp.port,
                        "--ca-file", ca.ca, *more)
    assert result.state == "OK", result
    matches(r"%s:%d answers( over TLSv1\.3)?, no login tried "
            r"\(no credentials given\).*" % (HOST, lmtp.port), result.message)


def test_without_lmtp(plugin, lmtp):
    """What it says to EHLO shows that LHLO is needed."""
    data = plugin.json("-H", "127.0.0.1", "-p", lmtp.port)
    assert data["condition"] == "ehlo", data
