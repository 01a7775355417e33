"""A small submission server with one account, for the demonstration.

It speaks just enough SMTP for a login, on ports that the kernel chooses on
127.0.0.1, and stores or forwards nothing.
"""

import base64
import json
import socket
import socketserver
import ssl
import threading

ACCOUNT = "alice@example.org"
PASSWORD = "correct horse battery staple"
TOKEN_ERROR = {
    "status": "401",
    "schemes": "bearer",
    "scope": "https://mail.example.org/",
}


def encode(text):
    return base64.b64encode(text.encode()).decode()


def decode(text):
    try:
        return base64.b64decode(text, validate=True).decode()
    except ValueError:
        return ""


class Session(socketserver.BaseRequestHandler):
    """One connection, from greeting to QUIT."""

    def setup(self):
        self.request.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.has_tls = False
        self.buffered = b""

    def handle(self):
        try:
            if self.server.implicit_tls:
                self.start_tls()
            self.say("220 mail.example.org ESMTP demonstration")
            while (line := self.hear()) is not None:
                verb, _, rest = line.partition(" ")
                verb = verb.upper()
                if verb == "QUIT":
                    self.say("221 2.0.0 bye")
                    return
                self.answer(verb, rest.strip())
        except OSError:  # the client left; it had its reasons
            pass

    def finish(self):
        self.request.close()

    def answer(self, verb, rest):
        if verb == "EHLO":
            self.say_capabilities()
        elif verb == "STARTTLS" and not self.has_tls:
            self.say("220 2.0.0 go ahead")
            self.start_tls()
        elif verb == "AUTH" and self.has_tls:
            self.authenticate(*(rest.split(" ", 1) + [""])[:2])
        elif verb in ("NOOP", "RSET"):
            self.say("250 2.0.0 done")
        else:
            self.say("502 5.5.1 command not known here")

    def start_tls(self):
        self.request = self.server.context.wrap_socket(
            self.request, server_side=True
        )
        self.has_tls = True
        self.buffered = b""

    def say(self, line):
        self.request.sendall(line.encode() + b"\r\n")

    def hear(self):
        while b"\n" not in self.buffered:
            data = self.request.recv(4096)
            if not data or len(self.buffered) > 65536:
                return None
            self.buffered += data
        line, _, self.buffered = self.buffered.partition(b"\n")
        return line.decode("utf-8", "replace").rstrip("\r")

    def say_capabilities(self):
        words = ["mail.example.org", "SIZE 10485760", "ENHANCEDSTATUSCODES"]
        words.append("AUTH PLAIN LOGIN XOAUTH2" if self.has_tls else "STARTTLS")
        self.say("\r\n".join(["250-" + word for word in words[:-1]]
                             + ["250 " + words[-1]]))

    def ask(self, challenge):
        self.say("334 " + challenge)
        return decode(self.hear() or "")

    def authenticate(self, mechanism, initial):
        mechanism = mechanism.upper()
        user = password = ""
        if mechanism == "PLAIN":
            response = decode(initial) if initial else self.ask("")
            if response.count("\0") == 2:
                _, user, password = response.split("\0")
        elif mechanism == "LOGIN":
            user = decode(initial) if initial else self.ask(encode("Username:"))
            password = self.ask(encode("Password:"))
        elif mechanism == "XOAUTH2":
            if not initial:
                self.ask("")
            self.ask(encode(json.dumps(TOKEN_ERROR, separators=(",", ":"))))
            self.say("535 5.7.8 token expired")
            return
        else:
            self.say("504 5.5.4 mechanism not known here")
            return
        if (user, password) == (ACCOUNT, PASSWORD):
            self.say("235 2.7.0 welcome")
        else:
            self.say("535 5.7.8 authentication failed")


class Server(socketserver.ThreadingTCPServer):
    """Listens in a thread of its own until the program ends."""

    daemon_threads = True

    def __init__(self, certificate, key, implicit_tls=False):
        super().__init__(("127.0.0.1", 0), Session)
        self.implicit_tls = implicit_tls
        self.context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        self.context.load_cert_chain(certificate, key)
        self.port = self.server_address[1]
        threading.Thread(target=self.serve_forever, daemon=True).start()
