"""oidc-provider from npm as an authorization server on loopback, over TLS with
a certificate of the tests: its clients, its accounts, what it was asked, and
what it is to do wrong."""

import html
import http.cookiejar
import json
import pathlib
import re
import ssl
import subprocess
import urllib.error
import urllib.parse
import urllib.request

from cryptography.hazmat.primitives.asymmetric import ec

from daemons import Daemon
from keys import Certificate, jwk, make_rsa, public_pem

FOLDER = pathlib.Path(__file__).resolve().parent
ROOT = FOLDER.parents[1]
MODULES = ROOT / "build" / "oauth-servers"

USER = "alice@example.org"
SCOPE = "https://mail.example.org/smtp"
ODD_SECRET = "+/=&%\" odd secret: of 40 octets, encoded"
RSA_ISSUER = "robot@project.example.org"

REFRESHED = ["authorization_code", "refresh_token"]
DEVICE = ["urn:ietf:params:oauth:grant-type:device_code", "refresh_token"]
CLIENT = ["client_credentials"]
BEARER = "urn:ietf:params:oauth:grant-type:jwt-bearer"


def client(name, grants, method="none", secret=None, **more):
    out = {"client_id": name, "grant_types": grants,
           "token_endpoint_auth_method": method, "redirect_uris": [],
           "response_types": [], "application_type": "native",
           "scope": "openid offline_access", **more}
    if "authorization_code" in grants:
        out.update(redirect_uris=more.get(
            "redirect_uris", ["http://127.0.0.1/"]), response_types=["code"])
    if secret is not None:
        out["client_secret"] = secret
    return out


class Browser:
    """Somebody who signs in, with cookies of their own."""

    def __init__(self, ca):
        context = ssl.create_default_context(cafile=ca)

        class NoRedirect(urllib.request.HTTPRedirectHandler):
            def redirect_request(self, *_):
                return None

        # Not for the proxy of whoever runs the tests.
        self.opener = urllib.request.build_opener(
            urllib.request.ProxyHandler({}), NoRedirect(),
            urllib.request.HTTPSHandler(context=context),
            urllib.request.HTTPCookieProcessor(http.cookiejar.CookieJar()))

    def ask(self, url, form=None):
        """Returns the status, the page, and where it leads to or None."""
        data = None if form is None else urllib.parse.urlencode(form).encode()
        try:
            answer = self.opener.open(url, data, timeout=30)
        except urllib.error.HTTPError as error:
            answer = error
        with answer:
            text = answer.read().decode(errors="replace")
            to = answer.headers.get("Location")
        return answer.status, text, to and urllib.parse.urljoin(url, to)

    def follow(self, url, form=None, until=("http://127.0.0.1", "http://localhost")):
        """To the first page, or to where a redirect leads that begins with
        `until` and is not asked for."""
        while True:
            status, text, to = self.ask(url, form)
            form = None
            if to is None:
                return url, status, text
            if to.startswith(until):
                return to, 0, ""
            url = to

    def submit(self, url, text, **values):
        """The first form of a page, with its hidden fields."""
        found = re.search(r"<form[^>]*action=\"([^\"]*)\"", text)
        assert found, text
        fields = {}
        for tag in re.findall(r"<input[^>]*>", text):
            pairs = dict(re.findall(r"(\w+)=\"([^\"]*)\"", tag))
            if pairs.get("type") == "hidden":
                fields[pairs["name"]] = html.unescape(pairs["value"])
        return self.follow(
            urllib.parse.urljoin(url, html.unescape(found.group(1))),
            {**fields, **values})


class OidcProvider(Daemon):
    """Started when it is made; pair is its certificate, for localhost.
    certified is the
    certificate with which the client of that name signs, service the key of
    the service account."""

    def __init__(self, folder, ca, pair, ttl=3600, device_ttl=600):
        super().__init__()
        subprocess.run(["sh", str(FOLDER / "install-servers.sh"),
                        str(MODULES)], check=True)
        self.folder = pathlib.Path(folder)
        self.folder.mkdir()
        self.ca = ca
        self.rsa = make_rsa()
        self.ec = ec.generate_private_key(ec.SECP256R1())
        self.service = make_rsa()
        self.certified = Certificate(self.folder)
        config = {
            "tls": {"key": pathlib.Path(pair.key_file).read_text(),
                    "cert": pathlib.Path(pair.cert_file).read_text()},
            "ttl": ttl, "deviceTTL": device_ttl,
            "scopes": SCOPE, "serviceSecret": "not to be known outside",
            "service": {RSA_ISSUER: public_pem(self.service)},
            "jwks": {"keys": [
                jwk(self.rsa, True, kid="default", alg="RS256", use="sig"),
                jwk(self.ec, True, kid="default-es", alg="ES256",
                    use="sig")]},
            "accounts": {name: USER for name in (
                "app", "app-basic", "app-expired", "certified")},
            "resources": {
                "default": "urn:mail:rs256", "code-es256": "urn:mail:es256",
                "code-opaque": "urn:mail:opaque",
                "device-opaque": "urn:mail:opaque",
                "app-opaque": "urn:mail:opaque"},
            "clients": self.clients(),
        }
        config["accounts"]["app-opaque"] = USER
        path = self.folder / "config.json"
        path.touch(0o600)
        path.write_text(json.dumps(config))
        self.output = self.folder / "output"
        self.spawn(["node", str(FOLDER / "oidc_server.mjs"), str(MODULES),
                    str(path)], self.output)
        self.wait_for(lambda: self.port is not None)
        self.url = "https://localhost:%d" % self.port
        self.lab = Browser(ca)

    def clients(self):
        key = jwk(self.certified.key, use="sig", **{
            "x5t#S256": self.certified.thumbprint})
        return [
            client("code", REFRESHED),
            client("code-any", REFRESHED,
                   redirect_uris=["http://localhost/"]),
            client("code-es256", REFRESHED),
            client("code-opaque", REFRESHED),
            client("code-secret", REFRESHED, "client_secret_post",
                   ODD_SECRET),
            client("device", DEVICE), client("device-opaque", DEVICE),
            client("app", CLIENT, "client_secret_post", ODD_SECRET),
            client("app-opaque", CLIENT, "client_secret_post", ODD_SECRET),
            client("app-basic", CLIENT, "client_secret_basic", ODD_SECRET),
            client("app-expired", CLIENT, "client_secret_post", ODD_SECRET,
                   client_secret_expires_at=1),
            client("certified", CLIENT, "private_key_jwt",
                   jwks={"keys": [key]}),
            client("service", [BEARER], "client_secret_basic",
                   "not to be known outside"),
            client("dovecot", [], "client_secret_basic", "introspect"),
        ]

    @property
    def port(self):
        text = self.output.read_text() if self.output.exists() else ""
        found = re.search(r"^(\d+)$", text, re.M)
        return int(found.group(1)) if found else None

    def report(self):
        return self.output.read_text()

    # What it was asked, what it is to do -------------------------------------

    def _lab(self, what, data=None):
        request = urllib.request.Request(
            "%s/_lab/%s" % (self.url, what), json.dumps(data).encode(),
            {"Content-Type": "application/json"}) if data is not None else (
                "%s/_lab/%s" % (self.url, what))
        with self.lab.opener.open(request, timeout=30) as answer:
            return json.load(answer)

    def requests(self, path="/token"):
        return [r for r in self._lab("requests") if r["path"] == path]

    def clear(self):
        self._lab("clear", {})

    def fault(self, kind, path="/token", when="before", **more):
        """The next time that path is asked for, or more["times"]: late (delay
        in ms), hangup, status (status, headers, body), endless, drip."""
        self._lab("fault", {"kind": kind, "path": path, "when": when, **more})

    def enable(self, name, enabled):
        self._lab("account", {"name": name, "enabled": enabled})

    # People ------------------------------------------------------------------

    def sign_in(self, url, user=USER):
        """Returns the redirect URL that the browser is sent to."""
        browser = Browser(self.ca)
        return self._through(browser, *browser.follow(url), user)

    def _through(self, browser, url, status, text, user):
        for prompt in ("login", "consent"):
            if 'value="%s"' % prompt in text:
                url, status, text = browser.submit(
                    url, text, prompt=prompt, login=user, password="any")
        assert status in (0, 200), text
        return url

    def confirm_device(self, url, code, user=USER, deny=False):
        """The person at another machine who types the code."""
        browser = Browser(self.ca)
        url, _, text = browser.follow(url)
        url, _, text = browser.submit(url, text, user_code=code)
        more = {"abort": "yes"} if deny else {"confirm": "yes"}
        url, status, text = browser.submit(url, text, user_code=code, **more)
        return self._through(browser, url, status, text, user)
