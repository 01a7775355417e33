"""A token endpoint that rotates refresh tokens and revokes a family when one
is used twice, and that misbehaves as it is told: before or after it has
rotated."""

import base64
import http.server
import json
import socket
import threading
import time
import urllib.parse

SECRET = "s3cret+/=&%\" of the client"
LIFE = 3600


class Fault:
    """What one request gets in place of a good answer.

    rotate     the token is replaced first, as if the answer were good
    late       seconds before the answer
    status, body, headers   the answer; body None: the good one
    change     what to make of the good answer's object
    hang_up    close without an answer
    drip       seconds between two octets
    endless    never stop
    """

    def __init__(self, rotate=True, late=0, status=200, body=None,
                 headers=(), change=None, hang_up=False, drip=0,
                 endless=False):
        self.rotate = rotate
        self.late = late
        self.status = status
        self.body = body
        self.headers = dict(headers)
        self.change = change
        self.hang_up = hang_up
        self.drip = drip
        self.endless = endless


def error(status, name, description=None, headers=(), **more):
    body = {"error": name, **more}
    if description:
        body["error_description"] = description
    return Fault(rotate=False, status=status, body=json.dumps(body),
                 headers=headers)


class Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def log_message(self, *args):
        pass

    def date_time_string(self, timestamp=None):
        return super().date_time_string(time.time() + self.server.ahead)

    def do_GET(self):
        self.server.owner.gets.append(self.path)
        page = self.server.owner.pages.get(self.path)
        if page is None:
            self.send_error(404)
        else:
            self.answer(200, json.dumps(page).encode(), Fault())

    def do_POST(self):
        length = int(self.headers.get("Content-Length", 0))
        form = dict(urllib.parse.parse_qsl(
            self.rfile.read(length).decode(), keep_blank_values=True))
        owner = self.server.owner
        fault = owner.note(self, form)
        if fault.rotate:
            status, answer = owner.grant(self, form)
        else:
            status, answer = fault.status, {}
        if fault.late:
            owner.leaving.wait(fault.late)
        if fault.hang_up:
            self.connection.close()
            self.close_connection = True
            return
        if fault.rotate and status == 200:
            status = fault.status
            if fault.change:
                fault.change(answer)
        body = fault.body
        if body is None:
            body = json.dumps(answer)
        try:
            self.answer(status, body.encode(), fault)
        except OSError:
            pass  # it had enough
        owner.done()

    def answer(self, status, body, fault):
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        for name, value in fault.headers.items():
            self.send_header(name, value)
        if fault.endless:
            self.send_header("Connection", "close")
            self.end_headers()
            self.wfile.write(b"{")
            for _ in range(100000):
                self.wfile.write(b" " * 65536)
            return
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        if not fault.drip:
            self.wfile.write(body)
            return
        for octet in body:
            self.wfile.write(bytes([octet]))
            if self.server.owner.leaving.wait(fault.drip):
                return


class HttpsServer(http.server.ThreadingHTTPServer):
    request_queue_size = 1024
    daemon_threads = True
    ahead = 0

    def finish_request(self, request, client_address):
        request.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        with self.context.wrap_socket(request, server_side=True) as tls:
            super().finish_request(tls, client_address)

    def handle_error(self, request, client_address):
        pass  # a client that went away, or did not trust us


class TokenServer:
    def __init__(self, context):
        self.server = HttpsServer(("127.0.0.1", 0), Handler)
        self.server.context = context
        self.server.owner = self
        self.url = "https://localhost:%d/token" % self.server.server_port
        self.lock = threading.Condition()
        self.leaving = threading.Event()
        self.requests = []
        self.gets = []
        self.pages = {}  # path -> JSON, for GET
        self.answered = 0
        self.faults = []
        self.basic = []  # (id, secret) of Authorization headers
        self.always = None
        self.number = 0
        self.refresh = {}  # token -> family
        self.used = set()
        self.revoked = set()
        self.life = LIFE
        self.thread = threading.Thread(target=self.server.serve_forever,
                                       kwargs={"poll_interval": 0.05})
        self.thread.start()

    def sign_in(self):
        """The refresh token of a new family."""
        with self.lock:
            self.number += 1
            return self.issue("family-%d" % self.number)

    def issue(self, family):
        self.number += 1
        token = "refresh-%d-of-%s-0123456789abcdef" % (self.number, family)
        self.refresh[token] = family
        return token

    def note(self, handler, form):
        with self.lock:
            self.requests.append(form)
            scheme, _, pair = handler.headers.get(
                "Authorization", "").partition(" ")
            if scheme == "Basic":
                self.basic.append(tuple(
                    urllib.parse.unquote_plus(x) for x in
                    base64.b64decode(pair).decode().split(":")))
            self.lock.notify_all()
            if self.faults:
                return self.faults.pop(0)
            return self.always or Fault()

    def done(self):
        with self.lock:
            self.answered += 1
            self.lock.notify_all()

    def wait_for(self, requests=None, answered=None, timeout=30):
        """Until so many requests have come, or were answered."""
        with self.lock:
            assert self.lock.wait_for(
                lambda: (requests is None or len(self.requests) >= requests)
                and (answered is None or self.answered >= answered), timeout)

    def grant(self, handler, form):
        with self.lock:
            self.number += 1
            answer = {"access_token": "access-%d-ABCDEFGHIJKLMNOP" %
                      self.number, "token_type": "Bearer",
                      "expires_in": self.life}
            if form["grant_type"] == "client_credentials":
                if form.get("client_secret") != SECRET:
                    return 401, {"error": "invalid_client"}
                return 200, answer
            token = form.get("refresh_token")
            family = self.refresh.get(token)
            if family is None or family in self.revoked:
                return 400, {"error": "invalid_grant"}
            if token in self.used:
                self.revoked.add(family)
                return 400, {"error": "invalid_grant"}
            self.used.add(token)
            answer["refresh_token"] = self.issue(family)
            return 200, answer

    def close(self):
        self.leaving.set()
        self.server.shutdown()
        self.thread.join()
        self.server.server_close()
