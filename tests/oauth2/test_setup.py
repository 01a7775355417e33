"""smtp-oauth2 setup against real authorization servers, to a login at a real
mail server."""

import json
import re
import socket
import subprocess
import threading
import urllib.parse

import pytest

import terminal
from keys import pem
from oidc_server import ODD_SECRET, RSA_ISSUER, SCOPE, USER, Browser

REDIRECT = re.compile(r"https://\S+redirect_uri=\S+")


@pytest.fixture
def options(ca, mail_local):
    """What all set-ups have: custom, with the mail server that takes JWTs."""
    def make(server, flow, client, mail=mail_local, **more):
        given = {"provider": "custom", "flow": flow, "client-id": client,
                 "user": USER, "ca-file": ca.ca, "scope": SCOPE,
                 "host": "localhost", "port": mail.port["submission"],
                 **more}
        if server is not None and "token-url" not in given:
            given.setdefault("issuer", server.url)
        return ["--%s=%s" % item for item in given.items()]

    return make


def authlib_urls(server):
    return {"token-url": server.url + "/token",
            "auth-url": server.url + "/auth",
            "device-url": server.url + "/devicecode",
            "revoke-url": server.url + "/revoke"}


def come_back(run, server, to=None, user=USER):
    """Sign in at the URL that is printed, and follow the redirect."""
    url = run.wait_for(REDIRECT).group(0)
    to = to or server.sign_in(url, user)
    browser = Browser(server.ca)
    return browser.ask(to)[0], to


def is_ready(run):
    assert run.code == 0, run
    assert "SMTP_AUTH OK: %s logged in" % USER in run.stdout, run
    assert run.stdout.endswith(
        "\nmail is ready: --token-from=oauth2:mail\n"), run
    return True


# Each grant -----------------------------------------------------------------

@pytest.mark.parametrize("client", ["code", "code-es256"])
def test_code(helper, oidc, options, client):
    run = helper.start("setup", "mail", *options(oidc, "code", client))
    status, _ = come_back(run, oidc)
    assert is_ready(run.finish()) and status == 200
    query = dict(urllib.parse.parse_qsl(run.wait_for(REDIRECT).group(0)))
    assert query["code_challenge_method"] == "S256"
    assert helper.refresh_token()
    assert (helper.state / "mail.json").stat().st_mode & 0o777 == 0o600
    assert helper.run("token", "mail").code == 0


def test_code_with_a_secret(helper, oidc, options):
    source = helper.write_secret(ODD_SECRET)
    run = helper.start("setup", "mail", *options(
        oidc, "code", "code-secret", **{"client-secret-from": source}))
    come_back(run, oidc)
    assert is_ready(run.finish())


def test_code_opaque(helper, oidc, options, mail_asking):
    run = helper.start("setup", "mail", *options(
        oidc, "code", "code-opaque", mail_asking))
    come_back(run, oidc)
    assert is_ready(run.finish())


def test_setup_again_needs_no_options(helper, oidc, options):
    run = helper.start("setup", "mail", *options(oidc, "code", "code"))
    come_back(run, oidc)
    assert is_ready(run.finish())
    first = helper.refresh_token()
    written = helper.config.read_text()
    run = helper.start("setup", "mail")
    come_back(run, oidc)
    assert is_ready(run.finish())
    assert helper.refresh_token() != first
    assert helper.config.read_text() == written


def test_pasted_url(helper, oidc, options):
    run = helper.start("setup", "mail", *options(oidc, "code", "code"),
                       stdin=subprocess.PIPE)
    to = oidc.sign_in(run.wait_for(REDIRECT).group(0))
    run.process.stdin.write(b"http://127.0.0.1/?code=1&state=2\n")
    run.process.stdin.write(to.encode() + b"\n")
    run.process.stdin.flush()
    assert is_ready(run.finish())
    assert "That is not the address" in run.stderr


def test_device(helper, oidc, options):
    run = helper.start("setup", "mail", *options(oidc, "device", "device"))
    url, code = run.wait_for(r"(https://\S+)\n  (\S+)\n").groups()
    oidc.confirm_device(url, code)
    assert is_ready(run.finish())


def test_device_slows_down(helper, authlib, options):
    """Told to slow down it asks 5 s later than before, and stays there."""
    before = len(authlib.requests())

    def asked():
        return [r["at"] for r in authlib.requests()[before:]]

    run = helper.start("setup", "mail", *options(
        authlib, "device", "device-slow", **authlib_urls(authlib)))
    url, code = run.wait_for(r"(https://\S+)\n  (\S+)\n").groups()
    while len(asked()) < 2:
        threading.Event().wait(0.1)
    authlib.confirm_device(url, code)
    run.finish()
    assert helper.refresh_token()
    first, second, third = asked()
    assert second - first >= 1 and third - second >= 6


def test_device_denied(helper, authlib, options):
    run = helper.start("setup", "mail", *options(
        authlib, "device", "device", **authlib_urls(authlib)))
    url, code = run.wait_for(r"(https://\S+)\n  (\S+)\n").groups()
    authlib.confirm_device(url, code, deny=True)
    run.finish()
    assert run.code == 77 and "class=signin\n" in run.stdout, run
    assert "error=access_denied\n" in run.stdout


@pytest.mark.parametrize("client, how", [
    ("app", "post"), ("app-basic", "basic")])
def test_client_secret(helper, oidc, options, client, how):
    source = helper.write_secret(ODD_SECRET)
    run = helper.run("setup", "mail", *options(
        oidc, "client", client, **{"client-secret-from": source,
                                   "client-auth": how}))
    assert is_ready(run)


@pytest.mark.parametrize("server", ["oidc", "authlib"])
def test_client_certificate(helper, request, options, server):
    server = request.getfixturevalue(server)
    more = {} if server.__class__.__name__ == "OidcProvider" else (
        authlib_urls(server))
    run = helper.run("setup", "mail", *options(
        server, "client", "certified",
        certificate=server.certified.cert_file,
        key=server.certified.key_file, **more))
    if more:  # no mail server takes Authlib's tokens
        assert "rejected" in run.stdout and run.code == 77, run
        assert helper.run("token", "mail").code == 0
    else:
        assert is_ready(run)


def test_wrong_and_expired_secret(helper, oidc, options):
    source = helper.write_secret("not the one at all")
    for client in ("app", "app-expired"):
        run = helper.run("setup", client, *options(
            oidc, "client", client, **{"client-secret-from": source}))
        assert run.code == 77 and "class=credential\n" in run.stdout, run


# What stands in the way -----------------------------------------------------

def test_google_has_no_device_flow(helper):
    run = helper.run("setup", "mail", "--provider=google", "--flow=device",
                     "--client-id=x", "--user=" + USER)
    assert run.code == 78, run
    assert "Google gives mail scopes to no device flow" in run.stdout
    assert not helper.config.exists()


def test_secret_on_the_command_line(helper):
    run = helper.run("setup", "mail", "--provider=google", "--client-id=x",
                     "--client-secret-from=pass:" + helper.secret(ODD_SECRET))
    assert run.code == 64 and "write it to a file" in run.stdout, run
    assert not helper.config.exists()


def test_issuer_must_be_the_documents(helper, oidc, options):
    run = helper.run("setup", "mail", *options(
        None, "code", "code", issuer=oidc.url + "/"))
    assert run.code == 78 and "names another issuer: " + oidc.url in run.stdout, run
    assert not helper.config.exists()


def test_what_stands_in_the_file_stays(helper, oidc, options):
    before = ("# mine\n[first]\nprovider = google\nclient-id = a\n\n"
              "[mail]\nprovider = google\nclient-id = old\n\n"
              "; last\n[last]\nprovider = google\nclient-id = z\n")
    helper.config.write_text(before)
    helper.config.chmod(0o640)
    run = helper.start("setup", "mail", *options(oidc, "code", "code"))
    run.wait_for(REDIRECT)
    run.process.kill()
    run.process.wait()
    text = helper.config.read_text()
    assert text.startswith(before[:before.index("[mail]")] + "[mail]\n")
    assert text.endswith("\n[last]\nprovider = google\nclient-id = z\n")
    assert "client-id = code\n" in text and "client-id = old" not in text
    assert helper.config.stat().st_mode & 0o777 == 0o640


def test_powershell_is_filled_in(helper, tmp_path):
    """An administrator can run it as it stands."""
    source = helper.write_secret(ODD_SECRET)
    run = helper.run(
        "setup", "mail", "--provider=microsoft", "--flow=client",
        "--tenant=example.org", "--client-id=1b2c", "--user=o'neil@example.org",
        "--client-secret-from=" + source, "--proxy=http://127.0.0.1:1")
    for line in ("Connect-MgGraph -Scopes Application.Read.All "
                 "-TenantId 'example.org'",
                 "$app = Get-MgServicePrincipal -Filter \"appId eq '1b2c'\"",
                 "Add-MailboxPermission -Identity 'o''neil@example.org' "
                 "-User $app.Id -AccessRights FullAccess"):
        assert line + "\n" in run.stdout, run
    assert run.code in (75, 78)  # nobody is there


# Revocation -----------------------------------------------------------------

def test_revoke(helper, oidc, options):
    run = helper.start("setup", "mail", *options(oidc, "code", "code"))
    come_back(run, oidc)
    assert is_ready(run.finish())
    token = helper.refresh_token()
    run = helper.run("revoke", "mail")
    assert run.code == 0, run
    assert not {"mail.json", "mail.token"} & set(helper.files())
    status, _, _ = Browser(oidc.ca).ask(oidc.url + "/token", {
        "grant_type": "refresh_token", "client_id": "code",
        "refresh_token": token})
    assert status == 400
    assert helper.run("revoke", "mail").code == 64


# Hostile redirects ----------------------------------------------------------

def change(url, **values):
    parts = urllib.parse.urlsplit(url)
    query = dict(urllib.parse.parse_qsl(parts.query))
    for name, value in values.items():
        query.pop(name, None)
        if value is not None:
            query[name] = value
    return parts._replace(query=urllib.parse.urlencode(query)).geturl()


@pytest.fixture
def waiting(helper, oidc, options):
    """A set-up that waits for the browser, and where it is sent to."""
    run = helper.start("setup", "mail", *options(oidc, "code", "code"))
    return run, oidc.sign_in(run.wait_for(REDIRECT).group(0))


@pytest.mark.parametrize("wrong", [
    {"state": "x" * 43}, {"state": None}, {"state": "", "code": ""}])
def test_wrong_state_ends_nothing(oidc, waiting, wrong):
    run, to = waiting
    assert come_back(run, oidc, change(to, **wrong))[0] == 404
    assert oidc.requests() == []
    assert come_back(run, oidc, to)[0] == 200
    assert is_ready(run.finish())


@pytest.mark.parametrize("iss, words", [
    ("https://other.example.org", "comes from https://other.example.org"),
    (None, "does not say from whom it is")])
def test_wrong_issuer(oidc, waiting, iss, words):
    run, to = waiting
    come_back(run, oidc, change(to, iss=iss))
    run.finish()
    assert run.code == 78 and words in run.stdout, run
    assert oidc.requests() == []


def test_error_with_the_right_state(oidc, waiting):
    run, to = waiting
    come_back(run, oidc, change(
        to, code=None, error="access_denied",
        error_description="no\x7f|\u202e way"))
    run.finish()
    assert run.code == 77, run


class Raw:
    """Somebody on this machine who speaks no HTTP, or too much of it."""

    def __init__(self, to):
        self.socket = socket.create_connection(
            ("127.0.0.1", urllib.parse.urlsplit(to).port), timeout=60)

    def say(self, data):
        try:
            self.socket.sendall(data)
        except (BrokenPipeError, ConnectionResetError):
            pass

    def answer(self):
        """All until the end, b"" if it was cut off."""
        out = b""
        try:
            while True:
                data = self.socket.recv(65536)
                if not data:
                    return out
                out += data
        except ConnectionResetError:
            return out
        finally:
            self.socket.close()


@pytest.mark.parametrize("data, code", [
    (b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03", b"400"),
    (b"POST /?state=x HTTP/1.1\r\n\r\n", b"400"),
    (b"GET http://127.0.0.1/ HTTP/1.1\r\n\r\n", b"400"),
    (b"GET / HTTP/2.0\r\n\r\n", b"400"),
    (b"GET /?code=%0 HTTP/1.1\r\n\r\n", b"400"),
    (b"GET /?code=a&code=b HTTP/1.1\r\n\r\n", b"400"),
    (b"GET /?code=a%00b HTTP/1.1\r\n\r\n", b"400"),
    (b"GET /favicon.ico HTTP/1.1\r\n\r\n", b"404"),
    (b"GET /?%ff=%ff HTTP/1.0\n\n", b"404"),
])
def test_garbage(oidc, waiting, data, code):
    run, to = waiting
    raw = Raw(to)
    raw.say(data)
    answer = raw.answer()
    assert answer.startswith(b"HTTP/1.1 " + code), answer
    come_back(run, oidc, to)
    assert is_ready(run.finish())


def test_huge_request(oidc, waiting):
    run, to = waiting
    for begin in (b"GET /?state=", b"GET / HTTP/1.1\r\nX: "):
        raw = Raw(to)
        raw.say(begin + b"A" * 1000000)
        assert b"200 OK" not in raw.answer()
    come_back(run, oidc, to)
    assert is_ready(run.finish())


def test_slow_requests_do_not_keep_the_browser_out(oidc, waiting):
    """More of them than there are seats, each with half a request."""
    run, to = waiting
    slow = [Raw(to) for _ in range(40)]
    for raw in slow:
        raw.say(b"GET /?sta")
    come_back(run, oidc, to)
    assert is_ready(run.finish())
    for raw in slow:
        raw.socket.close()


def test_half_a_request(oidc, waiting):
    run, to = waiting
    raw = Raw(to)
    raw.say(b"GET /?state=")
    assert raw.answer().startswith(b"HTTP/1.1 408 ")
    come_back(run, oidc, to)
    assert is_ready(run.finish())


def test_in_pieces(oidc, waiting):
    run, to = waiting
    parts = urllib.parse.urlsplit(to)
    raw = Raw(to)
    raw.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    for octet in b"GET /?%s HTTP/1.1\r\nHost: x\r\n\r\n" % (
            parts.query.encode()):
        raw.say(bytes([octet]))
    answer = raw.answer()
    assert answer.startswith(b"HTTP/1.1 200 OK\r\n")
    assert b"Cache-Control: no-store" in answer
    assert is_ready(run.finish())


def test_only_loopback_is_listened_on(waiting):
    run, to = waiting
    port = urllib.parse.urlsplit(to).port
    wanted = "0100007F:%04X" % port
    for table in ("tcp", "tcp6"):
        with open("/proc/net/" + table, encoding="ascii") as lines:
            found = {x.split()[1] for x in lines
                     if x.split()[1].endswith(":%04X" % port)
                     and x.split()[3] == "0A"}
        assert found == ({wanted} if table == "tcp" else set())
    run.process.kill()


# Presets, with only their host changed --------------------------------------

def test_google_service_account(helper, oidc, options, ca, tmp_path):
    key = tmp_path / "robot.json"
    key.write_text(json.dumps({
        "type": "service_account", "client_email": RSA_ISSUER,
        "private_key_id": "1", "private_key": pem(oidc.service),
        "token_uri": "https://elsewhere.example.org/token"}))
    given = {"provider": "google", "flow": "service", "user": USER,
             "service-account": key, "ca-file": ca.ca, "host": "localhost",
             "token-url": oidc.url + "/service/token"}
    line = options(None, "service", "x")
    port = [x for x in line if x.startswith("--port=")]
    run = helper.run("setup", "mail", *port,
                     *("--%s=%s" % x for x in given.items()))
    assert is_ready(run)
    assert "Domain-wide delegation" in run.stdout
    run = helper.run("setup", "other", *port, *(
        "--%s=%s" % x for x in {**given, "user": "bob@b.example"}.items()))
    assert run.code == 78 and "Invalid email or User ID" in run.stdout, run


def test_service_account_without_a_key(helper, tmp_path):
    key = tmp_path / "robot.json"
    for text, words in [("{}", "is no key file"), ("[", "is no key file"),
                        ('{"client_email": "a", "private_key": "b"}',
                         "is no private key in PEM")]:
        key.write_text(text)
        run = helper.run("setup", "mail", "--provider=google",
                         "--flow=service", "--user=" + USER,
                         "--service-account=%s" % key)
        assert run.code == 77 and "class=credential\n" in run.stdout, run
        assert words in run.stdout, run


@pytest.mark.parametrize("flow, client", [
    ("code", "code-any"), ("device", "device")])
def test_microsoft(helper, oidc, options, ca, mail_local, flow, client):
    """The same paths as Entra has."""
    place = oidc.url + "/example.org/oauth2/v2.0/"
    given = {"provider": "microsoft", "tenant": "example.org", "flow": flow,
             "client-id": client, "user": USER, "ca-file": ca.ca,
             "host": "localhost", "port": mail_local.port["submission"],
             "scope": SCOPE, "token-url": place + "token",
             "auth-url": place + "authorize",
             "device-url": place + "devicecode"}
    run = helper.start("setup", "mail",
                       *("--%s=%s" % x for x in given.items()))
    if flow == "code":
        url = run.wait_for(REDIRECT).group(0)
        assert "redirect_uri=http%3A%2F%2Flocalhost%3A" in url
        to = oidc.sign_in(url)
        assert Browser(oidc.ca).ask(to)[0] == 200
    else:
        url, code = run.wait_for(r"(https://\S+)\n  (\S+)\n").groups()
        oidc.confirm_device(url, code)
    assert is_ready(run.finish())


# At a terminal --------------------------------------------------------------

@pytest.fixture
def talk(helper):
    """talk(args, (question, answer)...) types; returns all that was shown."""
    def run(args, *dialogue):
        return terminal.converse(
            [helper.program, "--config", helper.config, "--state-dir",
             helper.state, *args], helper.environment(), helper.folder,
            columns=500, dialogue=dialogue)

    return run


def test_asked_at_a_terminal(helper, oidc, talk, mail_local, ca):
    helper.secret(ODD_SECRET)
    code, shown = talk(
        ["setup", "mail", "--ca-file", ca.ca, "--scope", SCOPE, "--port",
         str(mail_local.port["submission"])],
        ("Provider: ", "\n"), ("Provider: ", "custom\n"),
        ("Flow: ", "client\n"), ("Issuer", oidc.url + "\n"),
        ("Mail server: ", "localhost\n"), ("Mailbox", USER + "\n"),
        ("Client id", "app\n"),
        ("Client secret", "x\x7f" + ODD_SECRET + "\n"))
    assert code == 0 and "SMTP_AUTH OK" in shown, shown
    assert ODD_SECRET not in shown
    path = helper.folder / "mail.secret"
    assert path.read_text() == ODD_SECRET
    assert path.stat().st_mode & 0o777 == 0o600
    assert "client-secret-from = file:%s\n" % path in (
        helper.config.read_text())
    assert "flow = client\n" in helper.config.read_text()


def test_broken_off_at_the_secret(helper, talk):
    code, shown = talk(
        ["setup", "mail", "--provider=google", "--flow=code", "--user=" + USER,
         "--client-id=x"], ("Client secret", "half\x03"))
    assert code == 64 and "broken off" in shown, shown
    assert "half" not in shown and not helper.config.exists()
