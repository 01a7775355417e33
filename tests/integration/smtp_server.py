"""SMTP servers on loopback that do what a test tells them, well-behaved or
not, and remember every byte that they were sent.

A server runs a handler, one thread for each connection.  Conn is what a
handler talks through.  Two handlers are ready made: Mail, a server that
behaves unless told otherwise, and Dialogue, which plays a dialogue file.
"""

import base64
import re
import select
import socket
import ssl
import struct
import threading

import scram

TLS_MARK = "<TLS>"
PATIENCE = 30  # seconds until a test that hangs is given up


class ClientGone(Exception):
    """The client closed the connection or broke off the handshake."""


class Conn:
    """One connection.  events lists what happened, in order, as pairs:
    ("clear", bytes), ("tls", bytes): received before or after the handshake;
    ("handshake", version); ("handshake-failed", reason);
    ("close_notify", None); ("alert", reason); ("eof", None); ("reset", None).
    """

    def __init__(self, sock, server):
        self.sock = sock
        self.server = server
        self.events = []
        self.sni = None
        self.client_cert = None
        self._buffer = b""
        self._ssl = None
        self._ended = False

    # What was received -----------------------------------------------------

    def transcript(self):
        """The lines received, with a mark where TLS began.  Bytes after the
        last line end are a line, too."""
        out = []
        data = b""
        for what, value in self.events:
            if what in ("clear", "tls"):
                data += value
            elif what == "handshake":
                out += _lines(data) + [TLS_MARK]
                data = b""
        return out + _lines(data)

    def received(self, what=("clear", "tls")):
        return b"".join(v for k, v in self.events if k in what)

    def happened(self, what):
        return any(k == what for k, _ in self.events)

    def _note(self, what, value=None):
        self.events.append((what, value))

    # Reading ---------------------------------------------------------------

    def _receive(self):
        """Raw bytes, b"" when the client is gone."""
        if self._ended:
            return b""
        try:
            data = self.sock.recv(65536)
        except (ConnectionError, OSError):
            self._ended = True
            self._note("reset")
            return b""
        if not data:
            self._ended = True
            self._note("eof")
        return data

    def _read(self):
        """Bytes as the program on the other side wrote them."""
        if self._ssl is None:
            data = self._receive()
            if data:
                self._note("clear", data)
            return data
        while True:
            try:
                data = self._ssl.read(65536)
                if data:
                    self._note("tls", data)
                    return data
                if not self.happened("close_notify"):
                    self._note("close_notify")
                while self._receive():
                    pass
                return b""
            except ssl.SSLWantReadError:
                pass
            except ssl.SSLError as e:
                self._note("alert", e.reason)
                while self._receive():
                    pass
                return b""
            raw = self._receive()
            if not raw:
                return b""
            self._in.write(raw)

    def line(self):
        """The next line, without its end."""
        while b"\r\n" not in self._buffer:
            data = self._read()
            if not data:
                raise ClientGone
            self._buffer += data
        line, self._buffer = self._buffer.split(b"\r\n", 1)
        return line.decode("utf-8", "surrogateescape")

    def peek(self):
        """Wait until the client has sent something, and leave it there."""
        while not self._buffer:
            data = self._read()
            if not data:
                raise ClientGone
            self._buffer += data

    def hears_within(self, seconds):
        """Whether the client says something, its end included, that soon."""
        return bool(select.select([self.sock], [], [], seconds)[0])

    def drain(self):
        """Say nothing more; read until the client has gone."""
        while self._read():
            pass

    def stall(self, mark="stalled"):
        """Silence from here on; tells the test that it began."""
        self.server.mark(mark)
        self.drain()

    # Writing ---------------------------------------------------------------

    def raw(self, data):
        if self._ssl is not None:
            self._ssl.write(data)
            data = self._out.read()
        self.clear(data)

    def records(self, pieces):
        """Each in a TLS record of its own, all of them at once."""
        for piece in pieces:
            self._ssl.write(piece)
        self.clear(self._out.read())

    def clear(self, data):
        """Bytes past TLS, whether it is up or not."""
        try:
            self.sock.sendall(data)
        except OSError:
            raise ClientGone from None

    def send(self, text):
        self.raw(text.encode("utf-8", "surrogateescape") + b"\r\n")

    # TLS -------------------------------------------------------------------

    def start_tls(self, context):
        context.sni_callback = _remember_sni
        self._in, self._out = ssl.MemoryBIO(), ssl.MemoryBIO()
        session = context.wrap_bio(self._in, self._out, server_side=True)
        self._in.write(self._buffer)
        self._buffer = b""
        while True:
            try:
                session.do_handshake()
                break
            except ssl.SSLWantReadError:
                self.clear(self._out.read())
            except ssl.SSLError as e:
                self._note("handshake-failed", e.reason)
                try:
                    self.clear(self._out.read())
                    self.drain()
                finally:
                    raise ClientGone from None
            raw = self._receive()
            if not raw:
                self._note("handshake-failed", "closed")
                raise ClientGone
            self._in.write(raw)
        self._ssl = session
        self._note("handshake", session.version())
        self.sni = getattr(session, "sni", None)
        self.client_cert = session.getpeercert(binary_form=True)
        self.clear(self._out.read())

    def binding(self, kind):
        """What this connection has for a login to be bound to."""
        return self._ssl.get_channel_binding(kind)

    def cipher(self):
        return self._ssl.cipher()[0]

    # Endings ---------------------------------------------------------------

    def half_close(self):
        """End our direction, close_notify first if TLS is up."""
        if self._ssl is not None:
            try:
                self._ssl.unwrap()
            except ssl.SSLError:
                pass
            self.clear(self._out.read())
        try:
            self.sock.shutdown(socket.SHUT_WR)
        except OSError:
            raise ClientGone from None

    def close(self):
        """Without a word: no close_notify."""
        self._ended = True
        self.sock.close()

    def reset(self):
        """Make the kernel send RST instead of FIN."""
        self.sock.setsockopt(
            socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self.close()


def _remember_sni(session, name, _context):
    session.sni = name


def _lines(data):
    lines = data.split(b"\r\n")
    if not lines[-1]:
        lines.pop()
    return [x.decode("utf-8", "surrogateescape") for x in lines]


def bind_all(hosts, port=0, kind=socket.SOCK_STREAM):
    """Sockets bound to one port of all hosts, chosen by the kernel if 0."""
    for _ in range(50):
        sockets, chosen = [], port
        try:
            for host in hosts:
                family = socket.AF_INET6 if ":" in host else socket.AF_INET
                s = socket.socket(family, kind)
                sockets.append(s)
                if kind == socket.SOCK_STREAM:  # UDP would share with anybody
                    s.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
                if family == socket.AF_INET6:
                    s.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 1)
                s.bind((host, chosen))
                chosen = s.getsockname()[1]
            return sockets, chosen
        except OSError:
            for s in sockets:
                s.close()
            if port:
                raise
    raise OSError("no port is free on all of " + ", ".join(hosts))


class Server:
    """Listens on one port of all hosts and runs handler(conn) for each
    connection."""

    def __init__(self, handler, hosts=("127.0.0.1",)):
        self.handler = handler
        self.connections = []
        self._errors = []
        self._threads = []
        self._marks = {}
        self._lock = threading.Lock()
        self._listeners, self.port = bind_all(hosts)
        # After close(), too, the port is nobody else's: whoever calls it is
        # refused, and does not reach the server of a test beside this one.
        self._holders, _ = bind_all(hosts, self.port)
        for s in self._listeners:
            s.listen(1024)  # for test_load.py; more are lost for ever
            s.setblocking(False)
        self._wake, self._sleeper = socket.socketpair()
        self._acceptor = threading.Thread(target=self._accept, daemon=True)
        self._acceptor.start()

    def _accept(self):
        stopping = False
        while not stopping:
            ready, _, _ = select.select(
                [self._sleeper, *self._listeners], [], [])
            # What has connected before the end was asked for still counts.
            stopping = self._sleeper in ready
            for listener in self._listeners:
                self._accept_pending(listener)
        for listener in self._listeners:
            listener.close()

    def _accept_pending(self, listener):
        while True:
            try:
                sock, _ = listener.accept()
            except OSError:
                return
            sock.setblocking(True)
            sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            conn = Conn(sock, self)
            self.connections.append(conn)
            thread = threading.Thread(
                target=self._serve, args=(conn,), daemon=True)
            self._threads.append(thread)
            thread.start()

    def _serve(self, conn):
        try:
            self.handler(conn)
        except ClientGone:
            pass
        except Exception as e:
            self._errors.append(e)
        finally:
            conn.sock.close()

    # What a test says ------------------------------------------------------

    def _event(self, name):
        with self._lock:
            return self._marks.setdefault(name, threading.Event())

    def mark(self, name):
        """A handler or a test has come to the point called name."""
        self._event(name).set()

    def wait_for(self, name):
        """Wait until the other side has come to the point called name."""
        if not self._event(name).wait(PATIENCE):
            raise AssertionError("never came to %r" % name)

    def done(self):
        """The client has ended.  Wait until all that it sent has been read,
        stop, and return the connections."""
        self._stop()
        for thread in self._threads:
            thread.join(PATIENCE)
            if thread.is_alive():
                raise AssertionError("the server waits for something")
        if self._errors:
            raise self._errors[0]
        return self.connections

    def session(self):
        """The one connection that there was."""
        connections = self.done()
        assert len(connections) == 1, "%d connections" % len(connections)
        return connections[0]

    def transcript(self):
        return self.session().transcript()

    def _stop(self):
        if self._acceptor.is_alive():
            self._wake.send(b"x")
            self._acceptor.join(PATIENCE)

    def close(self):
        """Stop at once, whatever is going on."""
        self._stop()
        for conn in self.connections:
            try:
                conn.sock.shutdown(socket.SHUT_RDWR)
            except OSError:
                pass
        for event in list(self._marks.values()):
            event.set()
        for thread in self._threads:
            thread.join(PATIENCE)
        self._wake.close()
        self._sleeper.close()


class Deaf:
    """A port whose queue of connections is full: SYNs go unanswered."""

    def __init__(self):
        self._listener = socket.socket()
        self._listener.bind(("127.0.0.1", 0))
        self._listener.listen(0)
        self.port = self._listener.getsockname()[1]
        self._fillers = []
        for _ in range(16):
            s = socket.socket()
            s.setblocking(False)
            s.connect_ex(("127.0.0.1", self.port))
            self._fillers.append(s)

    def close(self):
        for s in (*self._fillers, self._listener):
            s.close()


# A server that behaves ------------------------------------------------------

LOGIN_PROMPTS = ("334 VXNlcm5hbWU6", "334 UGFzc3dvcmQ6")


class Mail:
    """
    tls       "none", "starttls" or "implicit"
    clear     keywords of the EHLO reply before STARTTLS; default: offers
              and STARTTLS
    offers    keywords of the EHLO reply that counts
    mechs     mechanisms that it offers there; None: no AUTH line
    auth      the last reply of a login; or a list of replies, each (but the
              last) awaits a line; or a function of the connection, which
              returns False if the dialogue goes on
    replies   other replies by verb, text or a function of the connection
              that says all itself
    stall     the point from which nothing more is said: "greeting", "tls",
              or a verb; "response" is within AUTH
    """

    REPLIES = {
        "MAIL": "250 2.1.0 Sender ok",
        "RCPT": "250 2.1.5 Recipient ok",
        "RSET": "250 2.0.0 Reset",
        "NOOP": "250 2.0.0 Nothing done",
        "VRFY": "252 2.0.0 Perhaps",
        "HELO": "250 mail.example.org",
        "STARTTLS": "220 2.0.0 Go ahead",
        "QUIT": "221 2.0.0 Bye",
    }

    def __init__(self, context=None, tls="starttls",
                 greeting="220 mail.example.org ESMTP ready", clear=None,
                 offers=("SIZE 10240000", "ENHANCEDSTATUSCODES"),
                 mechs="PLAIN LOGIN", auth="235 2.7.0 Welcome", replies=None,
                 stall=None, proxy=False):
        self.context = context
        self.tls = tls
        self.greeting = greeting
        self.offers = list(offers)
        self.clear = clear
        if clear is None:
            self.clear = self.offers + ["STARTTLS"]
        if mechs is not None:
            self.offers = self.offers + ["AUTH " + mechs]
        self.auth = auth
        self.replies = {**self.REPLIES, **(replies or {})}
        self.stall = stall
        self.proxy = proxy

    def __call__(self, conn):
        secure = self.tls != "starttls"
        if self.proxy:
            conn.line()
        if self.tls == "implicit":
            if self.stall == "tls":
                return conn.stall()
            conn.start_tls(self.context)
        if self.stall == "greeting":
            return conn.stall()
        self._say(conn, self.greeting)
        while True:
            line = conn.line()
            verb = line.split(" ")[0].upper()
            if verb == self.stall:
                return conn.stall()
            if verb in ("EHLO", "LHLO") and verb not in self.replies:
                keywords = self.offers if secure else self.clear
                say_lines(conn, "250", ["mail.example.org", *keywords])
            elif verb == "AUTH":
                if self._auth(conn, line.split(" ")):
                    return None
            else:
                reply = self.replies.get(verb, "500 5.5.1 Unknown command")
                self._say(conn, reply)
                if verb == "QUIT":
                    conn.half_close()
                    return conn.drain()
                if verb == "STARTTLS" and reply[0] == "2":
                    if self.stall == "tls":
                        return conn.stall()
                    conn.start_tls(self.context)
                    secure = True

    @staticmethod
    def _say(conn, reply):
        if callable(reply):
            reply(conn)
        elif isinstance(reply, bytes):
            conn.raw(reply)
        else:
            conn.send(reply)

    def _auth(self, conn, words):
        """Returns true when nothing more is to be said."""
        replies = self.auth
        if callable(replies):
            return replies(conn) is not False
        if isinstance(replies, str):
            if words[1].upper() == "LOGIN":
                replies = [*LOGIN_PROMPTS, replies]
            elif len(words) < 3:
                replies = ["334 ", replies]
            else:
                replies = [replies]
        for reply in replies[:-1]:
            conn.send(reply)
            if self.stall == "response":
                conn.stall()
                return True
            if conn.line() == "*":
                conn.send("501 5.7.0 Cancelled")
                return False
        conn.send(replies[-1])
        return False


def say_lines(conn, code, lines):
    text = "".join("%s%s%s\r\n" % (code, "-" if i + 1 < len(lines) else " ",
                                   line) for i, line in enumerate(lines))
    conn.raw(text.encode())


# Dialogue files -------------------------------------------------------------

KEYS = {"tls", "user", "password", "token", "mechs", "authzid", "from",
        "rcpt", "command", "lmtp", "allow-cleartext", "unverified",
        "allow-unverified"}
ESCAPE = re.compile(rb"\\(r|n|0|\\|x[0-9A-Fa-f]{2})")
PLAIN_ESCAPES = {b"r": b"\r", b"n": b"\n", b"0": b"\0", b"\\": b"\\"}


def unescape(text):
    def one(match):
        what = match.group(1)
        if what in PLAIN_ESCAPES:
            return PLAIN_ESCAPES[what]
        return bytes([int(what[1:], 16)])
    return ESCAPE.sub(one, text.encode("utf-8", "surrogateescape"))


class Dialogue:
    """A dialogue file, read; as a handler it plays the server's part."""

    def __init__(self, path, context=None, host=None, port=None):
        self.path = path
        self.context = context
        self.host, self.port = host, port
        self.settings = {"tls": "starttls"}
        self.commands = []
        self.steps = []
        self.end = None
        with open(path, encoding="utf-8", errors="surrogateescape") as f:
            for number, line in enumerate(f, 1):
                self._take(line.rstrip("\n"), number)
        if self.end is None:
            raise ValueError("%s: no END" % path)

    def _take(self, line, number):
        if self.end is not None and line.strip():
            raise ValueError("%s:%d: after END" % (self.path, number))
        if not line.strip() or line.startswith("#"):
            return
        if line in ("TLS", "CLOSE"):
            self.steps.append((line, ""))
        elif line.startswith("END "):
            self.end = line[4:].split(" as ")[-1].strip()
        elif line[:2] in ("S:", "R:", "C:"):
            text = line[2:]
            self.steps.append((line[0], text[1:] if text[:1] == " " else text))
        else:
            key, colon, value = line.partition(":")
            if not colon or key not in KEYS or self.steps:
                raise ValueError("%s:%d: %s" % (self.path, number, line))
            if key == "command":
                self.commands.append(value.strip())
            else:
                self.settings[key] = value.strip()

    def is_set(self, key):
        return self.settings.get(key) == "yes"

    def expected(self):
        """What the client must send, as Conn.transcript() shows it."""
        out = []
        for what, text in self.steps:
            if what == "C":
                out.append(self.localize(text))
            elif what == "TLS":
                out.append(TLS_MARK)
        return out

    def localize(self, text):
        """OAUTHBEARER names host and port, and ours differ from the file's."""
        head, _, last = text.rpartition(" ")
        try:
            data = base64.b64decode(last, validate=True)
        except ValueError:
            return text
        if self.port is None or b"\x01host=" not in data:
            return text
        data = re.sub(rb"\x01host=[^\x01]*",
                      b"\x01host=" + self.host.encode(), data)
        data = re.sub(rb"\x01port=[^\x01]*", b"\x01port=%d" % self.port, data)
        return (head + " " if head else "") + base64.b64encode(data).decode()

    def __call__(self, conn):
        said = b""
        for i in range(len(self.steps) + 1):
            what, text = [*self.steps, ("", "")][i]
            if what in ("S", "R"):
                said += self._bytes(what, text)
                continue
            # What is said in one go comes in one packet, so that the client
            # cannot answer the first half of it.
            if said:
                conn.raw(said)
                said = b""
            if what == "C":
                line = conn.line()
                if scram.nonce_in(line):
                    self.steps = scram.moved(
                        self.steps, self.settings["password"], line)
            elif what == "TLS":
                conn.start_tls(self.context)
            elif what == "CLOSE":
                conn.half_close()
        conn.drain()

    @staticmethod
    def _bytes(what, text):
        if what == "R":
            return unescape(text)
        return text.encode("utf-8", "surrogateescape") + b"\r\n"
