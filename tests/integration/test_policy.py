"""What a server must offer, must not offer, and whom it must not let in."""

import pytest

from conftest import PASSWORD, USER, matches, plain

AUTH = "AUTH PLAIN " + plain(USER, PASSWORD)


def goes_on(server):
    """A policy does not keep the login from being tried."""
    assert AUTH in server.transcript()


@pytest.mark.parametrize("wanted, missing", [
    ("SIZE", None), ("size,EnhancedStatusCodes", None),
    ("CHUNKING", "CHUNKING"), ("SIZE,CHUNKING", "CHUNKING"), ("SIZ", "SIZ"),
    ("STARTTLS", "STARTTLS"),  # after TLS it is not offered any more
])
def test_require_extension(plugin, mail, wanted, missing):
    server = mail()
    result = plugin.run(*server.login, "--require-extension=" + wanted)
    if missing is None:
        assert result.state == "OK", result
    else:
        assert result.state == "CRITICAL"
        where = " in TLS" if missing == "STARTTLS" else ""
        assert result.message == (
            "extension %s not offered%s for %s, login accepted" % (
                missing, where, server.who))
    goes_on(server)


def test_require_extension_repeated(plugin, mail):
    data = plugin.json(*mail().login, "--require-extension=SIZE",
                       "--require-extension=DSN,CHUNKING")
    assert data["condition"] == "extension"
    text = " ".join(c["message"] for c in data["conditions"])
    assert "DSN" in text and "CHUNKING" in text
    assert data["login"] == "accepted"


@pytest.mark.parametrize("wanted, missing", [
    ("PLAIN", None), ("plain,LOGIN", None), ("XOAUTH2", "XOAUTH2"),
    ("PLAIN,SCRAM-SHA-256", "SCRAM-SHA-256")])
def test_require_mechanism(plugin, mail, wanted, missing):
    server = mail()
    result = plugin.run(*server.login, "--require-mechanism=" + wanted)
    if missing is None:
        assert result.state == "OK", result
    else:
        assert result.state == "CRITICAL"
        assert result.message == (
            "mechanism %s not offered for %s, login accepted: "
            "offered PLAIN, LOGIN" % (missing, server.who))
    goes_on(server)


@pytest.mark.parametrize("forbidden, offered", [
    ("CRAM-MD5", None), ("LOGIN", "LOGIN"), ("login", "LOGIN"),
    ("CRAM-MD5,LOGIN", "LOGIN"), ("LOG", None)])
def test_forbid_mechanism(plugin, mail, forbidden, offered):
    server = mail()
    result = plugin.run(*server.login, "--forbid-mechanism=" + forbidden)
    if offered is None:
        assert result.state == "OK", result
    else:
        assert result.state == "CRITICAL"
        matches("forbidden mechanism (?i:%s) offered for %s, login accepted: "
                "offered PLAIN, LOGIN" % (offered, server.who),
                result.message)
    goes_on(server)


def test_policies_without_credentials(plugin, mail):
    server = mail(tls="none", mechs="LOGIN")
    result = plugin.run(*server.args, "--forbid-mechanism=LOGIN")
    assert result.state == "CRITICAL"
    assert result.message == (
        "forbidden mechanism LOGIN offered at %s: offered LOGIN, "
        "no login tried (no credentials given)" % server.at)


@pytest.mark.parametrize("excused, options, message", [
    ("greeting", {"greeting": "554 no"}, "greeting refused at %s: 554 no"),
    ("starttls-missing", {"clear": ["SIZE"]}, "STARTTLS not offered at %s"),
    ("disconnected", {"replies": {"EHLO": lambda conn: conn.half_close()}},
     "connection closed while waiting for the reply to EHLO at %s"),
    ("extension", {}, "extension FOO not offered at %s")])
def test_excused_failure_without_credentials(
        plugin, mail, excused, options, message):
    """OK without a login is never silent."""
    server = mail(**options)
    result = plugin.run(*server.args, "-S", "--on=%s=ok" % excused,
                        "--require-extension=FOO")
    assert result.state == "OK"
    assert result.message == (
        "no login tried (no credentials given): " + message % server.at)


@pytest.mark.parametrize("tls, answers", [
    ("none", []), ("implicit", []),
    ("starttls", ["250-mail.example.org\r\n250 STARTTLS"])])
def test_what_ehlo_did_not_tell_is_not_judged(plugin, mail, tls, answers):
    """The deadline strikes before the server has said what it offers."""
    answers = list(answers)

    def answer(conn):
        if answers:
            conn.send(answers.pop())
        else:
            conn.stall()

    server = mail(tls=tls, replies={"EHLO": answer})
    data = plugin.json(
        *server.args, *(["-S"] if tls == "starttls" else []),
        "-t", "1:ok", "--require-extension=SIZE",
        "--require-mechanism=PLAIN")
    assert "timeout after 1 s waiting for the reply to EHLO" in data["message"]
    assert [x["condition"] for x in data["conditions"]] == ["timeout"]
    assert data["state"] == "OK"


@pytest.mark.parametrize("clear, bad", [
    (["STARTTLS"], None), (["STARTTLS", "AUTH PLAIN LOGIN"], "PLAIN, LOGIN"),
    (["AUTH=LOGIN", "STARTTLS"], "LOGIN")])
def test_forbid_cleartext_auth(plugin, mail, clear, bad):
    server = mail(clear=clear)
    result = plugin.run(*server.login, "--forbid-cleartext-auth")
    if bad is None:
        assert result.state == "OK", result
    else:
        assert result.state == "CRITICAL"
        assert result.message == (
            "AUTH offered without TLS for %s, login accepted: %s" % (
                server.who, bad))
    goes_on(server)


def test_cleartext_auth_is_fine_by_default(plugin, mail):
    server = mail(clear=["STARTTLS", "AUTH PLAIN LOGIN"])
    assert plugin.run(*server.login).state == "OK"


def test_forbid_cleartext_auth_without_tls(plugin, mail):
    data = plugin.json(*mail(tls="none").args, "--forbid-cleartext-auth")
    assert data["condition"] == "cleartext-auth"
    assert data["login"] == "not-tried"


# --expect-rejected ----------------------------------------------------------

@pytest.mark.parametrize("reply", [
    "535 5.7.8 authentication failed", "525 5.7.13 Disabled",
    "535 5.7.13 Disabled", "535 no", "550 no"])
def test_rejected_as_expected(plugin, mail, reply):
    server = mail(auth=reply)
    result = plugin.run(*server.login, "--expect-rejected")
    assert result.state == "OK"
    assert result.message == (
        "login of %s rejected as expected at %s: %s" % (
            USER, server.at, reply))
    assert server.transcript()[-2:] == [AUTH, "QUIT"]


@pytest.mark.parametrize("reply, cause", [
    ("535 5.7.8 Error: authentication failed: generic failure", "backend"),
    ("535 5.7.8 Error: authentication failed: Connection lost to "
     "authentication server", "backend"),
    ("525 5.7.1 Unauthorized IP address", "policy"),
    ("554 5.7.1 Client host [192.0.2.9] blocked using zen.example", "policy"),
    ("535 5.7.0 Too many authentication failures", "account"),
    ("535 5.7.8 account is locked", "account"),
    ("534 5.7.9 Use an application password", "policy"),
    ("534 5.7.9 Too weak", "mechanism"),
    ("535 5.7.8 Your IP address is blocked", "policy"),
    ("535 5.7.0 SMTP AUTH not allowed for this user", "policy"),
    ("535 Maximum login attempts exceeded", "account"),
    ("535 5.7.8 internal server error", "backend")])
def test_refused_without_a_judgement(plugin, mail, reply, cause):
    """It proves nothing of the credential: CRITICAL, and the line says so."""
    server = mail(auth=reply)
    data = plugin.json(*server.login, "--expect-rejected")
    assert data["state"] == "CRITICAL", data
    assert data["condition"] == "auth-rejected"
    assert data["cause"] == cause, data
    assert data["message"] == (
        "login of %s refused, but the credential not judged, at %s: %s" % (
            USER, server.at, reply))


def test_rejected_as_expected_in_json(plugin, mail):
    data = plugin.json(*mail(auth="535 5.7.8 No").login, "--expect-rejected")
    assert data["login"] == "rejected"
    assert data["condition"] is None


def test_accepted_unexpectedly(plugin, mail):
    server = mail()
    result = plugin.run(*server.login, "--expect-rejected")
    assert result.state == "CRITICAL"
    assert result.message == (
        "login of %s accepted with PLAIN at %s, "
        "it should have been rejected" % (USER, server.at))
    data = plugin.json(*mail().login, "--expect-rejected")
    assert data["condition"] == "auth-accepted"
    assert data["login"] == "accepted"


@pytest.mark.parametrize("options, condition", [
    ({"auth": "454 4.7.0 Later"}, "auth-temporary"),
    ({"auth": "504 5.5.4 No such mechanism"}, "mechanism"),
    ({"auth": "503 5.5.1 Not now"}, "protocol"),
    ({"greeting": "554 5.7.1 No"}, "greeting"),
    ({"mechs": None}, "mechanism"),
    ({"clear": ["SIZE"]}, "starttls-missing")])
def test_other_failures_prove_no_rejection(plugin, mail, options, condition):
    server = mail(**options)
    data = plugin.json(*server.login, "--expect-rejected")
    assert data["condition"] == condition
    assert data["state"] == "CRITICAL"


def test_no_finding_crowds_out_a_worse_one(plugin, mail):
    pairs = ["-C", "NOOP", "-R", "^999"] * 64
    server = mail()
    result = plugin.run(*server.login, *pairs, "--require-extension=FOO")
    assert result.state == "CRITICAL"
    assert result.message == (
        "extension FOO not offered for %s, login accepted" % server.who)
