"""Peers that break the rules, at every point of a session, over TCP and TLS.
Whatever they do: exit 0-3, one valid answer, the right condition, no secret
in it, no login where none was due, and never two.

What holds for every run is checked by the plugin fixture.  A deadline of 20
seconds stands for "never": who comes to it has the condition `timeout`.
"""

import base64
import itertools
import re

import pytest

import hostile
import openssl_peer
from conftest import HOST, PASSWORD, PROBE, USER, needles
from hostile import AFTER_VERDICT, BEFORE_AUTH, POINTS, after_hello, record

NEVER = 20
SOME = ("greeting", "EHLO", "AUTH", "QUIT")  # points
TOKEN = "eyTokenOfAlice.0123456789abcdef"

# The condition that a refusal gives at each point.
REFUSED = {
    "greeting": "greeting", "EHLO": "ehlo", "STARTTLS": "starttls-missing",
    "EHLO in TLS": "ehlo", "AUTH": "auth-rejected", "user": "auth-rejected",
    "password": "auth-rejected", "MAIL": "sender", "RCPT": "recipient",
    "NOOP": "expect",
}
TEMPORARY = {**REFUSED, "AUTH": "auth-temporary", "user": "auth-temporary",
             "password": "auth-temporary"}


def gone(point):
    if point in AFTER_VERDICT:
        return None
    return "tls" if point == "tls" else "disconnected"


def broken(point):
    """Bytes in the clear instead of the handshake are an injection."""
    if point in AFTER_VERDICT:
        return None
    return "starttls-injection" if point == "tls" else "protocol"


def reset(point):
    """Right after the connection was made it may be seen by connect()."""
    return ("disconnected", "connect") if point == "greeting" else gone(point)


def twice(point):
    """What is due next is not said.  Without a keyword in the reply to EHLO,
    or after the last reply, nothing but QUIT is due."""
    if point in ("STARTTLS", "tls"):
        return "starttls-injection"
    return {"EHLO": ("starttls-missing", "mechanism"),
            "EHLO in TLS": "mechanism", "NOOP": None, "RSET": None,
            "QUIT": None}.get(point, "protocol")


def late(point):
    return None if point in AFTER_VERDICT else "timeout"


def harmless(_point):
    return None


def refused(point):
    return REFUSED.get(point)


# name: deed, the condition by point, seconds until the deadline
EVERYWHERE = {
    "closes": (hostile.closes, gone),
    "closes without close_notify": (hostile.closes_without_notice, gone),
    "resets": (hostile.resets, reset),
    "closes in half a reply": (hostile.half_a_reply, lambda point: (
        "starttls-injection" if point == "tls" else gone(point))),
    "resets in half a line": (hostile.half_a_line_reset, lambda point: (
        ("starttls-injection", "tls") if point == "tls" else reset(point))),
    "silence": (hostile.silent, late, 0.4),
    "drips a line": (hostile.drips, lambda point: (
        "starttls-injection" if point == "tls" else late(point)), 0.4),
    "drips lines": (hostile.drips_lines, lambda point: (
        "starttls-injection" if point == "tls" else late(point)), 0.4),
    "an endless reply": (hostile.floods(b"220-x\r\n" * 1000), broken),
    "an endless line": (hostile.floods(b"2" * 8192), broken),
    "1 MiB": (hostile.says(b"250-" + b"x" * (1 << 20) + b"\r\n"), broken),
    "NUL": (hostile.says(b"25\x000 a\r\n"), broken),
    "NUL in the text": (hostile.says(b"250 a\x00b\r\n"), broken),
    "letters for a code": (hostile.says(b"abc def\r\n"), broken),
    "a code of no class": (hostile.says(b"999 hello\r\n"), broken),
    "a code of 0": (hostile.says(b"000 hello\r\n"), broken),
    "1xx": (hostile.says(b"150 wait\r\n"), broken),
    "an empty line": (hostile.says(b"\r\n"), broken),
    "mixed codes": (hostile.says(b"250-a\r\n550 b\r\n"), broken),
    "escape sequences": (hostile.says(b"\x1b[2J\x1b]0;owned\x07\r\n"),
                         broken),
    "perfdata": (hostile.says(b"| time=0s;;;; evil=1\r\n"), broken),
    # It may come before the ClientHello, or be the answer to it.
    "a TLS alert": (hostile.alert, lambda point: (
        ("tls", "starttls-injection") if point == "tls" else
        "tls" if point in POINTS[4:11] else broken(point))),
    "answers twice": (hostile.answers_twice, twice),
}

# The right class of code, and a text that is not meant well.
TEXTS = {
    "control characters": b"\x01\x02\x1b[31mred\x1b[0m\x07\x7f\x08",
    "a second perfdata": b"x | time=0.1s;;;;",
    "bidirectional marks": "\u202egnp.exe\u2066 \u200f".encode(),
    "C1 controls": "\u009b31m\u0085next".encode(),
    "bytes that are no UTF-8": b"\xff\xfe\xc3\x28\xf0\x82\x82\xac",
    "a text as long as it may be": b"y" * 4000,
    "format directives": b"%s%n%x%1000000d",
    "HTML": b"<script>alert(1)</script>&amp;",
    "JSON": b'","state":"OK"}\\u0000',
}


def refuses_with(text):
    def deed(conn, _point):
        conn.raw(b"550 " + text + b"\r\n")
        return hostile.DONE
    return deed


ECHOES = {
    "as it came": hostile.as_it_came,
    "decoded": hostile.decoded,
    "in base64, three alignments": hostile.encoded,
    "split over lines": hostile.split,
}

HANDSHAKES = {
    "close_notify at once": after_hello(record(21, b"\x01\x00")),
    "an alert of a kind that is not": after_hello(record(21, b"\x02\xff")),
    "warnings without end": after_hello(record(21, b"\x01\x5a") * 50),
    "application data first": after_hello(record(23, b"220 hello\r\n")),
    "an empty record": after_hello(record(22, b"") * 50),
    "a record of no kind": after_hello(record(99, b"x")),
    "a record that is too long": after_hello(
        record(22, b"x" * 20000)),
    "a record that ends too soon": lambda conn, point: (
        conn.peek(), conn.clear(record(22, b"\x02\x00", length=500)),
        conn.half_close(), conn.drain()),
    "SSL 3.0": after_hello(record(21, b"\x02\x28", b"\x03\x00")),
    "a version of tomorrow": after_hello(hostile.server_hello(b"\x09\x09")),
    "a cipher that was not offered": after_hello(
        hostile.server_hello(cipher=b"\x00\x01")),
    "TLS 1.3 without its extension": after_hello(hostile.server_hello()),
    "a ServerHello of zeros": after_hello(
        record(22, b"\x02" + b"\0" * 120)),
    "its own ClientHello back": lambda conn, point: (
        conn.peek(), conn.clear(conn._buffer), conn.drain()),
    "a Finished before its turn": after_hello(
        record(22, b"\x14\x00\x00\x0c" + b"f" * 12)),
    "a HelloRequest": after_hello(record(22, b"\x00\x00\x00\x00")),
    "noise": after_hello(record(22, bytes(range(256)))),
}

WITHIN_TLS = {
    # name: deed, condition
    "clear text within TLS": (
        hostile.clear_bytes(b"235 2.7.0 welcome\r\n"), "tls"),
    "a record of the wrong kind": (
        hostile.clear_bytes(record(99, b"x" * 40)), "tls"),
    "a record without its key": (
        hostile.clear_bytes(record(23, b"x" * 40)), "tls"),
    "a record that was changed": (hostile.record_mangled, "tls"),
    "a record that comes again": (hostile.record_replayed, "tls"),
    "a record that is too long": (
        hostile.clear_bytes(record(23, b"x" * 20000)), "tls"),
    "a record for each byte": (hostile.byte_records, None),
    "many small records": (hostile.empty_records, None),
}


def rows():
    """(name, deed, point, tls, condition, seconds)"""
    for name, (deed, condition, *seconds) in EVERYWHERE.items():
        for tls, points in (("starttls", POINTS), ("none", SOME),
                            ("implicit", SOME)):
            for point in points:
                due = plain(condition, tls, point)
                # Where the check goes on, no deadline is waited for.
                limit = seconds[0] if due == "timeout" else NEVER
                yield name, deed, point, tls, due, limit
    for name, text in TEXTS.items():
        for point in ("greeting", "EHLO", "AUTH", "RCPT", "QUIT"):
            yield (name, hostile.says_code(text), point, "starttls", None,
                   NEVER)
            yield ("refuses with " + name, refuses_with(text), point,
                   "starttls", refused(point), NEVER)


def plain(condition, tls, point):
    if tls == "none" and condition is EVERYWHERE["a TLS alert"][1]:
        return broken(point)
    if tls == "implicit" and condition is EVERYWHERE["a TLS alert"][1]:
        return None if point == "QUIT" else "tls"
    return condition(point)


def name_of(row):
    return "%s-%s-%s" % (row[0], row[3], row[2])


def holds_no_pieces(output, secret):
    """Not split over the lines of a reply either: codes and marks gone."""
    text = re.sub(rb"\n(S: \d{3}[- ])?|\s", b"", output)
    for needle in needles(secret):
        assert needle.replace(b" ", b"") not in text, output


def target(server, handler, ca, secret, seconds, *args):
    """The command line."""
    tls = {"none": ["--no-tls", "--allow-cleartext"], "starttls": ["-S"],
           "implicit": ["-s"]}[handler.tls]
    line = ["-H", HOST, "-I", "127.0.0.1", "-p", server.port, "-F", PROBE,
            "-t", seconds, "-U", USER, *tls]
    if ca:
        line += ["--ca-file", ca.ca]
    if "--token-from=env:CHECK_TOKEN" not in args:
        line += ["-P", secret]
    return [*line, *args]


def check(plugin, serve, ca, handler, *args, secret=PASSWORD, condition="any",
          seconds=NEVER, trust=True):
    """Two runs, in JSON and as verbose as can be.  Returns the servers."""
    servers = []
    for json in (True, False):
        handler.reached = False
        # On a busy machine the deadline may strike before the deed is done.
        for longer in (1, 4, 16):
            server = serve(handler)
            servers.append(server)
            args_of = target(server, handler, ca if trust else None, secret,
                             seconds * longer, *args)
            plugin.secret(secret)
            run = plugin.json if json else plugin.run
            result = run(*args_of, *([] if json else ["-vvv"]),
                         env={"CHECK_TOKEN": secret})
            if handler.reached or seconds == NEVER:
                break
        assert handler.reached, result
        if json:
            data = result
            wanted = (condition if isinstance(condition, tuple)
                      else (condition,))
            assert "any" in wanted or data["condition"] in wanted, data
        else:
            assert result.state == data["state"], (result, data)
            holds_no_pieces(result.stdout, secret)
    for server in servers:
        for conn in server.done():
            clear = b"" if handler.tls == "none" else conn.received(("clear",))
            for needle in needles(secret):
                assert needle not in clear
            said = conn.received()
            assert said.count(b"AUTH ") <= 1, said
            if handler.point in BEFORE_AUTH and data["login"] == "not-tried":
                assert b"AUTH " not in said
    return data


@pytest.mark.parametrize("row", [pytest.param(x, id=name_of(x))
                                 for x in rows()])
def test_peer(plugin, serve, ca, row):
    _, deed, point, tls, condition, seconds = row
    handler = hostile.Hostile(ca.context(), deed, point, tls)
    data = check(plugin, serve, ca, handler, *hostile.arguments(point),
                 condition=condition, seconds=seconds)
    if point in BEFORE_AUTH and data["condition"] is not None:
        assert data["login"] == "not-tried", data


@pytest.mark.parametrize("form", list(ECHOES))
@pytest.mark.parametrize("point", ["AUTH", "password", "MAIL", "RCPT", "NOOP",
                                   "RSET", "QUIT"])
@pytest.mark.parametrize("code", [b"235", b"250", b"535", b"454", b"421"])
def test_echo(plugin, serve, ca, form, point, code):
    """What the client said comes back, its secret in it."""
    handler = hostile.Hostile(
        ca.context(), hostile.echoes(code, ECHOES[form]), point)
    check(plugin, serve, ca, handler, *hostile.arguments(point))


@pytest.mark.parametrize("form", list(ECHOES))
@pytest.mark.parametrize("mechanism", ["XOAUTH2", "OAUTHBEARER"])
@pytest.mark.parametrize("code", [b"334", b"535"])
def test_echo_of_a_token(plugin, serve, ca, form, mechanism, code):
    def deed(conn, point):
        hostile.echoes(code, ECHOES[form])(conn, point)
        conn.line()
        conn.send("535 5.7.8 no")
        return hostile.DONE

    class Offers(hostile.Hostile):
        def _reply(self, conn, point):
            if point != "EHLO in TLS":
                return super()._reply(conn, point)
            return hostile.say_lines(conn, "250", ["x", "AUTH " + mechanism])

    handler = Offers(ca.context(), deed, "AUTH")
    check(plugin, serve, ca, handler, "--token-from=env:CHECK_TOKEN",
          secret=TOKEN, condition=("auth-rejected", "protocol"))


def forever(reply):
    def deed(conn, _point):
        while True:
            conn.raw(reply)
            conn.line()
    return deed


CHALLENGES = {
    "empty": b"334 \r\n",
    "without a blank": b"334\r\n",
    "prompts": b"334 VXNlcm5hbWU6\r\n",
    "no base64": b"334 !!!not base64!!!\r\n",
    "base64 cut short": b"334 VXN\r\n",
    "base64 of controls": b"334 " + base64.b64encode(
        b"\x00\x1b[31m|\xff") + b"\r\n",
    "a JSON error": b"334 " + base64.b64encode(
        b'{"status":"400","schemes":"bearer"}') + b"\r\n",
    "JSON without end": b"334 " + base64.b64encode(b"[" * 2000) + b"\r\n",
    "as long as may be": b"334 " + b"A" * 4000 + b"\r\n",
    "multi-line": b"334-VXNlcm5hbWU6\r\n334 UGFzc3dvcmQ6\r\n",
}


@pytest.mark.parametrize("what", list(CHALLENGES))
@pytest.mark.parametrize("point", ["AUTH", "user", "password"])
def test_334_forever(plugin, serve, ca, what, point):
    """Cancelled where nothing more is due, and never answered twice."""
    handler = hostile.Hostile(
        ca.context(), forever(CHALLENGES[what]), point)
    check(plugin, serve, ca, handler, *hostile.arguments(point),
          condition="protocol")


@pytest.mark.parametrize("what", list(CHALLENGES))
def test_334_forever_for_a_token(plugin, serve, ca, what):
    class Offers(hostile.Hostile):
        def _reply(self, conn, point):
            if point != "EHLO in TLS":
                return super()._reply(conn, point)
            return hostile.say_lines(conn, "250", ["x", "AUTH XOAUTH2"])

    handler = Offers(ca.context(), forever(CHALLENGES[what]), "AUTH")
    check(plugin, serve, ca, handler, "--token-from=env:CHECK_TOKEN",
          secret=TOKEN, condition="protocol")


# Handshakes and what is within TLS ------------------------------------------

@pytest.mark.parametrize("tls", ["starttls", "implicit"])
@pytest.mark.parametrize("what", list(HANDSHAKES))
def test_handshake(plugin, serve, ca, what, tls):
    handler = hostile.Hostile(ca.context(), HANDSHAKES[what], "tls", tls)
    condition, seconds = "tls", NEVER
    if what == "a record of no kind" and tls == "starttls":
        condition = "starttls-injection"
    if what == "a HelloRequest":  # of no meaning there: more is waited for
        condition, seconds = "timeout", 1
    data = check(plugin, serve, ca, handler, condition=condition,
                 seconds=seconds)
    assert data["login"] == "not-tried"


@pytest.mark.parametrize("keep", [1, 5, 6, 40, 127, 128, 200, 700])
def test_handshake_cut_short(plugin, serve, ca, keep):
    handler = hostile.Hostile(
        ca.context(), hostile.flight_cut(ca.context(), keep), "tls")
    check(plugin, serve, ca, handler, condition="tls")


@pytest.mark.parametrize("at", [0, 1, 4, 5, 9, 11, 43, 77, 130, 140, -1, -40])
def test_handshake_with_a_byte_changed(plugin, serve, ca, at):
    handler = hostile.Hostile(
        ca.context(), hostile.flight_mangled(ca.context(), at), "tls")
    condition = "starttls-injection" if at == 0 else (
        # A length that grew makes the client wait for more.
        ("tls", "timeout") if at in (4, 9) else "tls")
    check(plugin, serve, ca, handler, condition=condition, seconds=2)


@pytest.mark.parametrize("point", ["EHLO in TLS", "AUTH", "RCPT", "QUIT"])
@pytest.mark.parametrize("what", list(WITHIN_TLS))
def test_within_tls(plugin, serve, ca, what, point):
    deed, condition = WITHIN_TLS[what]
    if what == "many small records" and point.startswith("EHLO"):
        condition = "mechanism"
    if what == "a record for each byte" and point.startswith("EHLO"):
        condition = "mechanism"
    if point in AFTER_VERDICT:
        condition = None
    handler = hostile.Hostile(ca.context(), deed, point)
    check(plugin, serve, ca, handler, *hostile.arguments(point),
          condition=condition)


@pytest.mark.parametrize("tickets", [0, 1, 500])
@pytest.mark.parametrize("tls", ["starttls", "implicit"])
def test_tickets(plugin, serve, ca, tickets, tls):
    context = ca.context()
    context.num_tickets = tickets
    handler = hostile.Hostile(context, hostile.silent, "nowhere", tls)
    handler.reached = True
    server = serve(handler)
    data = plugin.json("-H", HOST, "-I", "127.0.0.1", "-p", server.port,
                       "--ca-file", ca.ca, "-U", USER, "-P", PASSWORD,
                       "-s" if tls == "implicit" else "-S")
    assert data["login"] == "accepted", data


# What only TLS itself can say ------------------------------------------------

def says_tls(what, times, oldest=False):
    """After the handshake: the greeting, and then so many times what(tls)
    before the reply to EHLO.  An endless number: until the client goes."""
    def handler(conn, ca):
        tls = openssl_peer.Tls(conn, ca.good, oldest)
        try:
            tls.write(b"220 mail.example.org ESMTP\r\n")
            tls.line()
            for _ in times:
                what(tls)
            tls.write(b"250-mail.example.org\r\n250 AUTH PLAIN\r\n")
            tls.line()
            tls.write(b"235 2.7.0 welcome\r\n")
            tls.line()
            tls.write(b"221 2.0.0 bye\r\n")
        finally:
            tls.close()
    return handler


def updates(tls):
    tls.key_update(openssl_peer.KEY_UPDATE_NOT_REQUESTED)


def asks_for_updates(tls):
    tls.key_update(openssl_peer.KEY_UPDATE_REQUESTED)


TLS_MESSAGES = {
    # name: handler, conditions
    "a KeyUpdate": (says_tls(updates, range(1)), [None]),
    "a KeyUpdate that wants one": (
        says_tls(asks_for_updates, range(1)), [None]),
    "20 KeyUpdates": (says_tls(updates, range(20)), [None]),
    "KeyUpdates without end": (
        says_tls(updates, itertools.count()), ["tls", "timeout"]),
    "KeyUpdates without end that want one": (
        says_tls(asks_for_updates, itertools.count()), ["tls", "timeout"]),
    "a ticket in the session": (
        says_tls(openssl_peer.Tls.ticket, range(1)), [None]),
    "100 tickets in the session": (
        says_tls(openssl_peer.Tls.ticket, range(100)), [None]),
    # OpenSSL does not notice there that nobody listens any more.
    "20,000 tickets": (
        says_tls(openssl_peer.Tls.ticket, range(20000)), ["timeout", None]),
    "a HelloRequest in the session": (
        says_tls(openssl_peer.Tls.hello_request, range(1), True),
        ["tls", "disconnected", None]),
}


@pytest.mark.parametrize("what", list(TLS_MESSAGES))
def test_tls_message(plugin, serve, ca, what):
    handler, conditions = TLS_MESSAGES[what]
    server = serve(lambda conn: handler(conn, ca))
    args = ["-H", HOST, "-I", "127.0.0.1", "-p", server.port, "-s", "-t", 1.5,
            "--ca-file", ca.ca, "-U", USER, "-P", PASSWORD]
    data = plugin.json(*args)
    assert data["condition"] in conditions, data
    plugin.run(*args, "-vvv")
    server.done()
