"""Peers that break the rules: a server that behaves up to a chosen point of
the session, and then does a chosen deed."""

import base64
import itertools
import os
import ssl
import struct

from smtp_server import say_lines

KEYWORDS = ("SIZE 10240000", "ENHANCEDSTATUSCODES")

# Points where the client waits for a reply, in the order of a session.
POINTS = ("greeting", "EHLO", "STARTTLS", "tls", "EHLO in TLS", "AUTH",
          "user", "password", "MAIL", "RCPT", "NOOP", "RSET", "QUIT")
BEFORE_AUTH = POINTS[:5]
# Replies there are lost on nobody, but change nothing any more.
AFTER_VERDICT = ("RSET", "QUIT")

REPLIES = {
    "greeting": "220 mail.example.org ESMTP", "STARTTLS": "220 2.0.0 go",
    "AUTH": "235 2.7.0 welcome", "user": "334 UGFzc3dvcmQ6",
    "password": "235 2.7.0 welcome", "MAIL": "250 2.1.0 ok",
    "RCPT": "250 2.1.5 ok", "NOOP": "250 2.0.0 ok", "RSET": "250 2.0.0 ok",
    "QUIT": "221 2.0.0 bye",
}


DONE, AND_REPLY = "done", "and reply"


class Hostile:
    """deed(conn, point) is done once, at point, in place of what is due
    there.  It may end the session, by closing or by waiting for the client
    to go.  If it returns DONE the session goes on behind it, if it returns
    AND_REPLY what is due is said after it."""

    def __init__(self, context, deed, point, tls="starttls"):
        self.context = context
        self.deed = deed
        self.point = point
        self.tls = tls
        self.reached = False

    def __call__(self, conn):
        try:
            self._session(conn)
        except _Done:
            pass

    def _at(self, conn, point):
        """Whether the point was taken care of."""
        if point != self.point or self.reached:
            return False
        self.reached = True
        outcome = self.deed(conn, point)
        if outcome not in (DONE, AND_REPLY):
            raise _Done
        return outcome == DONE

    def _reply(self, conn, point):
        if self._at(conn, point):
            return
        if point.startswith("EHLO"):
            secure = point == "EHLO in TLS" or self.tls != "starttls"
            more = ["AUTH PLAIN LOGIN"] if secure else ["STARTTLS"]
            say_lines(conn, "250", ["mail.example.org", *KEYWORDS, *more])
        else:
            conn.send(REPLIES[point])

    def _handshake(self, conn):
        if not self._at(conn, "tls"):
            conn.start_tls(self.context)

    def _session(self, conn):
        secure = self.tls == "none"
        if self.tls == "implicit":
            self._handshake(conn)
            secure = True
        self._reply(conn, "greeting")
        while True:
            verb = conn.line().split(" ")[0].upper()
            if verb == "EHLO":
                upgraded = secure and self.tls == "starttls"
                self._reply(conn, "EHLO in TLS" if upgraded else "EHLO")
            elif verb == "AUTH":
                self._auth(conn)
            elif verb == "STARTTLS":
                self._reply(conn, verb)
                self._handshake(conn)
                secure = True
            else:
                self._reply(conn, verb)
                if verb == "QUIT":
                    conn.half_close()
                    return conn.drain()

    def _auth(self, conn):
        if self.point not in ("user", "password"):
            return self._reply(conn, "AUTH")
        if self.point == "user":
            self._reply(conn, "user")
            conn.line()
        else:
            conn.send("334 VXNlcm5hbWU6")
            conn.line()
            conn.send("334 UGFzc3dvcmQ6")
        conn.line()
        return self._reply(conn, "password")


class _Done(Exception):
    """The deed was the last thing to do."""


def arguments(point):
    """What makes the client come to that point."""
    mechanism = "LOGIN" if point in ("user", "password") else "PLAIN"
    return ["-A", mechanism, "-f", "alice@example.org", "--rcpt",
            "bob@example.org", "-C", "NOOP", "-R", "^250"]


# Deeds ----------------------------------------------------------------------

def says(data):
    """Bytes, however wrong; then nothing more."""
    def deed(conn, _point):
        conn.raw(data)
        conn.drain()
    return deed


def says_code(text):
    """Text after the right code, and the session goes on."""
    def deed(conn, point):
        if point.startswith("EHLO"):
            conn.raw(b"250-" + text + b"\r\n")
            return AND_REPLY
        conn.raw(code_of(point) + b" " + text + b"\r\n")
        return DONE
    return deed


def code_of(point):
    return REPLIES.get(point, "250")[:3].encode()


def silent(conn, _point):
    conn.drain()


def drips(conn, point):
    """A byte now and then, for ever: each shows that the peer is alive."""
    for byte in itertools.chain(code_of(point), b"-", itertools.repeat(97)):
        conn.raw(bytes([byte]))
        if conn.hears_within(0.05) and not conn._read():
            return


def drips_lines(conn, point):
    """The same, line by line."""
    while True:
        conn.raw(code_of(point) + b"-more\r\n")
        if conn.hears_within(0.05) and not conn._read():
            return


def floods(data):
    """For ever, as fast as it is taken."""
    def deed(conn, _point):
        while True:
            conn.raw(data)
    return deed


def closes(conn, _point):
    conn.half_close()
    conn.drain()


def closes_without_notice(conn, _point):
    conn.close()


def resets(conn, _point):
    conn.reset()


def half_a_reply(conn, point):
    conn.raw(code_of(point) + b"-half of")
    conn.half_close()
    conn.drain()


def half_a_line_reset(conn, point):
    conn.raw(code_of(point)[:2])
    conn.reset()


def alert(conn, _point):
    """handshake_failure, fatal, in the clear or as bytes within TLS."""
    conn.clear(b"\x15\x03\x03\x00\x02\x02\x28")
    conn.drain()


def answers_twice(conn, point):
    reply = code_of(point) + b" so\r\n"
    conn.raw(reply + reply)
    conn.drain()


def echoes(code, form):
    """Sends what the client said back: raw, in base64, split over lines."""
    def deed(conn, _point):
        said = b"".join(v for k, v in conn.events if k in ("clear", "tls"))
        lines = [form(x) for x in said.split(b"\r\n") if x]
        flat = [y for x in lines for y in x]
        for line in flat[:-1]:
            conn.raw(b"%s-%s\r\n" % (code, line))
        conn.raw(b"%s %s\r\n" % (code, flat[-1]))
        return DONE
    return deed


def as_it_came(line):
    return [line]


def decoded(line):
    out = [line]
    for word in line.split(b" "):
        try:
            out += base64.b64decode(word, validate=True).split(b"\0")
        except ValueError:
            pass
    return [x.replace(b"\r", b"").replace(b"\n", b"") for x in out]


def encoded(line):
    return [base64.b64encode(b"x" * shift + word)
            for word in decoded(line) for shift in range(3)]


def split(line):
    return [word[at:at + 30] or b"x" for word in [line, *encoded(line)]
            for at in range(0, len(word) + 1, 30)]


# Deeds to the handshake -----------------------------------------------------

def record(kind, body, version=b"\x03\x03", length=None):
    length = len(body) if length is None else length
    return bytes([kind]) + version + struct.pack("!H", length) + body


def after_hello(data):
    """Answers the ClientHello with these bytes."""
    def deed(conn, _point):
        conn.peek()
        conn.clear(data)
        conn.drain()
    return deed


def server_hello(version=b"\x03\x03", cipher=b"\x13\x01", extensions=b""):
    body = (version + os.urandom(32) + b"\0" + cipher + b"\0" +
            struct.pack("!H", len(extensions)) + extensions)
    return record(22, b"\x02" + len(body).to_bytes(3, "big") + body)


HELLO_RETRY = (b"\x03\x03" + bytes.fromhex(
    "cf21ad74e59a6111be1d8c021e65b891c2a211167abb8c5e079e09e2c8a8339c"))


def first_flight(conn, context):
    """What the server says to the ClientHello."""
    incoming, outgoing = ssl.MemoryBIO(), ssl.MemoryBIO()
    session = context.wrap_bio(incoming, outgoing, server_side=True)
    while not outgoing.pending:
        conn.peek()
        incoming.write(conn._buffer)
        conn._buffer = b""
        try:
            session.do_handshake()
        except ssl.SSLWantReadError:
            pass
    return outgoing.read()


def flight_cut(context, keep):
    """The first flight, cut after so many bytes; then the end."""
    def deed(conn, _point):
        conn.clear(first_flight(conn, context)[:keep])
        conn.half_close()
        conn.drain()
    return deed


def flight_mangled(context, at):
    """The same with one byte turned over."""
    def deed(conn, _point):
        data = bytearray(first_flight(conn, context))
        data[at] ^= 0xff
        conn.clear(bytes(data))
        conn.drain()
    return deed


# Deeds within TLS -----------------------------------------------------------

def clear_bytes(data):
    """Bytes past the TLS that is up."""
    def deed(conn, _point):
        conn.clear(data)
        conn.drain()
    return deed


def record_mangled(conn, point):
    """A reply whose record does not authenticate."""
    conn._ssl.write(code_of(point) + b" ok\r\n")
    data = bytearray(conn._out.read())
    data[-1] ^= 1
    conn.clear(bytes(data))
    conn.drain()


def record_replayed(conn, point):
    """The same record twice."""
    conn._ssl.write(code_of(point)[:1])
    data = conn._out.read()
    conn.clear(data + data)
    conn.drain()


def byte_records(conn, point):
    """One byte a record: slow to read, and right."""
    for byte in code_of(point) + b" byte by byte\r\n":
        conn.raw(bytes([byte]))
    return DONE


def empty_records(conn, point):
    """Many small writes, and right."""
    for line in range(200):
        conn.raw(code_of(point) + b"-%d\r\n" % line)
    conn.raw(code_of(point) + b" 200\r\n")
    return DONE


