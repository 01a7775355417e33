"""Authlib's authorization server on loopback: starts authlib_app.py, and is
the person who signs in there."""

import json
import pathlib
import re
import urllib.request

from daemons import Daemon
from keys import Certificate, jwk, make_rsa
from oidc_server import BEARER, CLIENT, DEVICE, ODD_SECRET, REFRESHED, USER
from oidc_server import Browser

APP = pathlib.Path(__file__).resolve().parent / "authlib_app.py"
ROBOT = "robot@project.example.org"


class Authlib(Daemon):
    def __init__(self, folder, ca, pair, interval=1, ttl=3600):
        super().__init__()
        self.folder = pathlib.Path(folder)
        self.folder.mkdir()
        self.ca = ca
        self.certified = Certificate(self.folder)
        self.service = make_rsa()

        def client(name, grants, method="none", secret=None):
            return {"client_id": name, "grants_": grants, "method": method,
                    "secret": secret}

        path = self.folder / "config.json"
        path.touch(0o600)
        path.write_text(json.dumps({
            "tls": {"key": pair.key_file, "cert": pair.cert_file},
            "ttl": ttl, "interval": interval, "deviceTTL": 600,
            "service": {ROBOT: jwk(self.service)},
            "certificates": {"certified": {
                "thumbprint": self.certified.thumbprint,
                "key": jwk(self.certified.key)}},
            "clients": [
                client("code", REFRESHED), client("device", DEVICE),
                client("device-slow", DEVICE),
                client("code-secret", REFRESHED, "client_secret_post",
                       ODD_SECRET),
                client("app", CLIENT, "client_secret_post", ODD_SECRET),
                client("app-basic", CLIENT, "client_secret_basic",
                       "plain-secret"),
                client("certified", CLIENT, "client_assertion_jwt"),
                client(ROBOT, [BEARER])]}))
        self.output = self.folder / "output"
        self.spawn(["/usr/bin/python3", str(APP), str(path)], self.output)
        self.wait_for(lambda: self.port is not None)
        self.url = "https://localhost:%d" % self.port
        self.browser = Browser(ca)

    @property
    def port(self):
        text = self.output.read_text() if self.output.exists() else ""
        found = re.search(r"^(\d+)$", text, re.M)
        return int(found.group(1)) if found else None

    def report(self):
        return self.output.read_text()

    def requests(self, path="/token"):
        with self.browser.opener.open(
                urllib.request.Request(self.url + "/_lab/requests"),
                timeout=30) as answer:
            return [r for r in json.load(answer) if r["path"] == path]

    def sign_in(self, url, user=USER):
        """Returns the redirect URL that the browser is sent to."""
        to, status, text = self.browser.follow(url + "&login_hint=" + user)
        assert status == 0, text
        return to

    def confirm_device(self, url, code, user=USER, deny=False):
        self.browser.ask(url, {"user_code": code, "login": user,
                               "answer": "no" if deny else "yes"})
