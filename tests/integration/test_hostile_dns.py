"""DNS servers that break the rules: what they send must never hang or crash
the check, nor send it to an address that was not asked for."""

import select
import socket
import struct
import threading

import pytest

from conftest import PROBE
from smtp_server import PATIENCE, bind_all

NAME = "mx.test"
A, AAAA, CNAME = 1, 28, 5
TRUNCATED = 0x0200


def question_of(wire):
    """(bytes of the question, its type, where it ends)"""
    at = 12
    while wire[at]:
        at += wire[at] + 1
    at += 5
    return wire[12:at], struct.unpack("!H", wire[at - 4:at - 2])[0]


def head(wire, flags=0x8180, counts=(1, 1, 0, 0), ident=None):
    ident = struct.unpack("!H", wire[:2])[0] if ident is None else ident
    return struct.pack("!HHHHHH", ident & 0xffff, flags, *counts)


def rr(data, kind=A, owner=b"\xc0\x0c", ttl=60, cls=1, length=None):
    length = len(data) if length is None else length
    return owner + struct.pack("!HHIH", kind, cls, ttl, length) + data


GOOD = rr(b"\x7f\0\0\1")


def answer(records=(GOOD,), **more):
    """To A with these records, to AAAA with none."""
    def make(wire):
        question, kind = question_of(wire)
        if kind != A:
            return head(wire, counts=(1, 0, 0, 0)) + question
        more.setdefault("counts", (1, len(records), 0, 0))
        return head(wire, **more) + question + b"".join(records)
    return make


def everything(data):
    """The same bytes to both."""
    return lambda wire: data(wire) if callable(data) else data


def name(text):
    return b"".join(bytes([len(x)]) + x.encode()
                    for x in text.split(".")) + b"\0"


def cut(keep):
    return everything(lambda wire: answer()(wire)[:keep])


def rcode(code):
    return everything(lambda wire: head(
        wire, 0x8180 | code, (1, 0, 0, 0)) + question_of(wire)[0])


# name: what it answers, the conditions allowed.  None: the check succeeds.
ANSWERS = {
    "a good one": (answer(), [None]),
    "FORMERR": (rcode(1), ["dns"]),
    "SERVFAIL": (rcode(2), ["dns"]),
    "NXDOMAIN": (rcode(3), ["dns"]),
    "NOTIMP": (rcode(4), ["dns"]),
    "REFUSED": (rcode(5), ["dns"]),
    "a code of no meaning": (rcode(15), ["dns"]),
    "nothing": (everything(b""), ["dns", "timeout"]),
    "one byte": (everything(b"x"), ["dns", "timeout"]),
    "another's ID": (
        everything(lambda wire: b"\0\0" + answer()(wire)[2:]
                   if wire[:2] != b"\0\0" else b"\1\1"),
        ["dns", "timeout"]),
    "a header only": (everything(lambda wire: head(wire)), ["dns", "timeout"]),
    "the query itself": (everything(lambda wire: wire), ["dns", "timeout"]),
    "noise": (everything(lambda wire: wire[:2] + bytes(range(255)) * 2),
              ["dns", "timeout"]),
    "another question": (
        everything(lambda wire: head(wire, counts=(1, 1, 0, 0)) +
                   name("evil.test") + struct.pack("!HH", A, 1) + GOOD),
        ["dns", "timeout"]),
    "a record for another name": (
        answer([rr(b"\x7f\0\0\1", owner=name("evil.test"))]),
        ["dns", None]),
    "an A record of 3 bytes": (answer([rr(b"\x7f\0\0")]),
                               ["dns", "timeout"]),
    # c-ares 1.34 takes its first four.
    "an A record of 16 bytes": (answer([rr(b"\x7f" * 16)]),
                                ["dns", "timeout", "connect"]),
    "an A record without data": (answer([rr(b"")]), ["dns", "timeout"]),
    "a length beyond the end": (answer([rr(b"\x7f\0\0\1", length=9999)]),
                                ["dns", "timeout"]),
    "another class": (answer([rr(b"\x7f\0\0\1", cls=3)]), ["dns", None]),
    "another type": (answer([rr(b"\x7f\0\0\1", kind=99)]), ["dns"]),
    "more records announced": (answer(counts=(1, 500, 0, 0)),
                               ["dns", "timeout"]),
    "fewer records announced": (answer(counts=(1, 0, 0, 0)), ["dns", None]),
    "two questions": (answer(counts=(2, 1, 0, 0)), ["dns", "timeout", None]),
    "no question": (answer(counts=(0, 1, 0, 0)), ["dns", "timeout"]),
    "a name that points at itself": (
        answer([rr(b"\x7f\0\0\1", owner=b"\xc0\x19")]), ["dns", "timeout"]),
    "a name that points beyond": (
        answer([rr(b"\x7f\0\0\1", owner=b"\xff\xff")]), ["dns", "timeout"]),
    "a label of 64": (
        answer([rr(b"\x7f\0\0\1", owner=b"\x40" + b"a" * 64 + b"\0")]),
        ["dns", "timeout"]),
    "a name of 300": (
        answer([rr(b"\x7f\0\0\1", owner=(b"\x3f" + b"a" * 63) * 5 + b"\0")]),
        ["dns", "timeout", None]),
    "an alias of itself": (
        answer([rr(b"\xc0\x0c", kind=CNAME)]), ["dns"]),
    "aliases in a circle": (
        answer([rr(name("b.test"), kind=CNAME),
                rr(name(NAME), kind=CNAME, owner=name("b.test"))]), ["dns"]),
    "a chain of 40 aliases": (
        answer([rr(name("x0.test"), kind=CNAME)] +
               [rr(name("x%d.test" % (i + 1)), kind=CNAME,
                   owner=name("x%d.test" % i)) for i in range(10)] +
               [rr(b"\x7f\0\0\1", owner=name("x10.test"))]), [None, "dns"]),
    "an alias with control characters": (
        answer([rr(b"\x08\x1b[31m|\n\r\0\0", kind=CNAME),
                rr(b"\x7f\0\0\1", owner=b"\x08\x1b[31m|\n\r\0\0")]),
        ["dns", "timeout", None]),
    "truncated, and TCP closes": (answer(flags=0x8180 | TRUNCATED),
                                  ["dns", "timeout"]),
    "30 addresses of which one answers": (
        answer([GOOD] + [rr(bytes([127, 0, 1, i])) for i in range(29)]),
        [None]),
    "more than fits without EDNS": (
        answer([GOOD] + [rr(bytes([127, 0, 1, i])) for i in range(49)]),
        [None, "dns"]),
    "no address at all": (answer([]), ["dns"]),
    "0.0.0.0": (answer([rr(b"\0\0\0\0")]), ["connect", None]),
    "255.255.255.255": (answer([rr(b"\xff" * 4)]), ["connect"]),
    "224.0.0.1": (answer([rr(b"\xe0\0\0\1")]), ["connect"]),
    "240.0.0.1": (answer([rr(b"\xf0\0\0\1")]), ["connect", "timeout"]),
    **{"cut after %d" % n: (cut(n), ["dns", "timeout"])
       for n in (2, 11, 12, 13, 20, 24, 26, 30, 35, 38)},
}


@pytest.fixture
def liar():
    """liar(make) starts a DNS server that answers make(query), on UDP; what
    comes over TCP is closed at once.  Returns its address."""
    running = []

    def start(make):
        for _ in range(50):
            (udp,), port = bind_all(["127.0.0.1"], 0, socket.SOCK_DGRAM)
            try:
                (tcp,), _ = bind_all(["127.0.0.1"], port)
                tcp.listen(16)
                break
            except OSError:
                udp.close()
        wake, sleeper = socket.socketpair()
        thread = threading.Thread(
            target=serve, args=(udp, tcp, sleeper, make), daemon=True)
        thread.start()
        running.append((thread, udp, tcp, wake, sleeper))
        return "127.0.0.1:%d" % port

    def serve(udp, tcp, sleeper, make):
        while True:
            ready, _, _ = select.select([udp, tcp, sleeper], [], [])
            if sleeper in ready:
                return
            if tcp in ready:
                tcp.accept()[0].close()
            if udp in ready:
                try:
                    wire, peer = udp.recvfrom(65536)
                    udp.sendto(make(wire), peer)
                except OSError:
                    pass

    yield start
    for thread, *sockets in running:
        sockets[2].send(b"x")
        thread.join(PATIENCE)
        assert not thread.is_alive()
        for s in sockets:
            s.close()


@pytest.mark.parametrize("what", list(ANSWERS))
def test_answer(plugin, mail, liar, what):
    make, conditions = ANSWERS[what]
    server = mail(tls="none", mechs=None)
    args = ["-H", NAME, "-p", server.port, "-F", PROBE, "-t", 1.5,
            "--resolver=" + liar(make)]
    data = plugin.json(*args)
    assert data["condition"] in conditions, data
    assert (data["address"] is None) == (data["condition"] is not None), data
    plugin.run(*args, "-vvv")
    for query in server.done():
        assert query.transcript() == ["EHLO " + PROBE, "QUIT"]
