"""Logins at a real Postfix with Dovecot's SASL, started here.  What the
plugin says is held against what Postfix logged of the same connection."""

import base64
import os
import pathlib
import re
import smtplib
import ssl

import pytest

import daemons
import dovecot_server
import postfix_server
from conftest import DOING, HOST, PASSWORD, PROBE, SECONDS, USER, matches

LEAVER = "leaver@example.org"  # in a deny passdb
FROZEN = "frozen@example.org"  # has nologin
ALIAS = "sales@example.org"    # of USER
OTHER = "bob@example.org"      # somebody else's address
NOBODY = "nobody@example.org"  # a recipient that is refused
ELSEWHERE = "carol@example.net"
WRONG = "falsch Pferd 8!"
LONG = 3000  # octets of a token, more than a command line may hold

STARTTLS = ("submission", "encrypt")
PROTECTED = (*STARTTLS, "smtps")
TLS_COMMANDS = {"submission": "ehlo=2 starttls=1", "smtps": "ehlo=1",
                "encrypt": "ehlo=2 starttls=1"}

REFUSED = "535 5.7.8 Error: authentication failed: (reason unavailable)"
TOKENS = ("XOAUTH2", "OAUTHBEARER")
# By Dovecot's version, what it says in the exchange about a token that is not
# good, ...
ERRORS = {
    "2.3": {"XOAUTH2": '{"status":"401","schemes":"bearer","scope":"mail"}',
            "OAUTHBEARER": '{"status":"invalid_token"}'},
    "2.4": {"XOAUTH2": '{"schemes":"bearer","status":"401","scope":"mail",'
                       '"openid-configuration":""}',
            "OAUTHBEARER": '{"status":"invalid_token","scope":"mail",'
                           '"openid-configuration":""}'}}
# ... about one of a disabled account, ...
DISABLED = {
    "2.3": '{"status":"401","schemes":"bearer","scope":"mail"}',
    "2.4": '{"schemes":"bearer","status":"403","scope":"mail",'
           '"openid-configuration":""}'}
# ... and whether it says anything about one that is somebody else's.
SAYS_WHOSE = {"2.3": True, "2.4": False}
NOT_OWNED = ("553 5.7.1 <%s>: Sender address rejected: "
             "not owned by user %s" % (OTHER, USER))


def start_postfix(ca):
    return postfix_server.Postfix(
        HOST, ca.good, disabled=[LEAVER], nobody=NOBODY,
        accounts={USER: (PASSWORD, ""), LEAVER: (PASSWORD, ""),
                  FROZEN: (PASSWORD, "nologin")},
        owners={USER: USER, ALIAS: USER, OTHER: OTHER})


@pytest.fixture(scope="module")
def postfix(ca):
    server = start_postfix(ca)
    yield server
    server.close()


@pytest.fixture
def postfix_to_break(ca):
    server = start_postfix(ca)
    yield server
    server.close()


class Client:
    """The plugin and one service of the server.  A run is followed by the
    reading of what Postfix logged of it: said is the list of mechanisms that
    failed, commands how many of each Postfix counted."""

    def __init__(self, plugin, server, service, ca):
        self.plugin = plugin
        self.server = server
        self.at = "%s:%d" % (HOST, server.port[service])
        self.args = ["-H", HOST, "-I", postfix_server.ADDRESS,
                     "-p", server.port[service], "-F", PROBE]
        self.ca_file = ca.ca
        if service == "smtps":
            self.args.append("-s")

    def login(self, user=USER, password=None, token=None):
        """Arguments and environment."""
        secret = self.plugin.secret(token or password or PASSWORD)
        source = "--token-from" if token else "--password-from"
        return ["-U", user, source + "=env:SECRET"], {"SECRET": secret}

    def run(self, login, *more, run=None):
        args, env = login
        result = (run or self.plugin.run)(
            *self.args, "--ca-file", self.ca_file, *args, *more, env=env)
        self.log = self.server.session()
        text = "\n".join(self.log)
        assert not re.search("lost connection|timeout|non-SMTP|improper|"
                             "longer than|fatal|panic", text), text
        self.said = re.findall(r"SASL (\S+) authentication failed", text)
        self.commands = re.search(r"disconnect from \S+ (.*?) ?commands=",
                                  text).group(1)
        return result

    def json(self, login, *more):
        return self.run(login, *more, run=self.plugin.json)

    def succeeds(self, login, *more, message):
        """message is a pattern for what stands after "SMTP_AUTH OK: "."""
        result = self.run(login, *more)
        assert result.exit_code == 0, result
        matches("SMTP_AUTH OK: " + message,
                result.first_line.split(" | ")[0])
        assert self.said == []

    def fails(self, login, *more, condition, message, known, said, commands):
        """known is what JSON's login must be."""
        result = self.run(login, *more)
        assert result.exit_code == 2, result
        assert result.first_line.split(" | ")[0] == (
            "SMTP_AUTH CRITICAL: " + message)
        assert (self.said, self.commands) == (said, commands)
        data = self.json(login, *more)
        assert data["exit_code"] == 2
        assert data["condition"] == condition
        assert data["message"] == message
        assert data["login"] == known
        assert (self.said, self.commands) == (said, commands)


@pytest.fixture
def client(plugin, postfix, ca):
    return lambda service: Client(plugin, postfix, service, ca)


def accepted(client, mechanism, channel="over TLSv1.3"):
    return r"%s logged in with %s %s at %s in %s" % (
        re.escape(USER), mechanism, channel, re.escape(client.at), SECONDS)


# The server, as others see it -----------------------------------------------

def bearer(user, token):
    return "user=%s\x01auth=Bearer %s\x01\x01" % (user, token)


def connect(postfix, service, ca, tls=True):
    context = ssl.create_default_context(cafile=ca.ca)
    where = (postfix_server.ADDRESS, postfix.port[service], PROBE)
    if service == "smtps":
        client = smtplib.SMTP_SSL(*where, context=context)
    else:
        client = smtplib.SMTP(*where)
        if tls:
            client.starttls(context=context)
    client.ehlo()
    return client


def seen(client, postfix, command, *responses):
    """The last reply of an exchange, its code in front."""
    code, text = client.docmd(command)
    for response in responses:
        assert code == 334, (code, text)
        code, text = client.docmd(base64.b64encode(response.encode()).decode())
    client.quit()
    postfix.session()
    return "%d %s" % (code, text.decode())


@pytest.mark.parametrize("service", PROTECTED)
def test_smtplib_logs_in(postfix, ca, service):
    token = postfix.dovecot.issuer.token(USER, length=LONG)
    for responses in (["AUTH PLAIN", "\0%s\0%s" % (USER, PASSWORD)],
                      ["AUTH LOGIN", USER, PASSWORD],
                      ["AUTH XOAUTH2", bearer(USER, token)]):
        client = connect(postfix, service, ca)
        assert client.esmtp_features["auth"].split() == [
            "PLAIN", "LOGIN", "XOAUTH2", "OAUTHBEARER"]
        assert seen(client, postfix, *responses) == (
            "235 2.7.0 Authentication successful")


@pytest.mark.parametrize("user, password", [
    (USER, WRONG), ("unknown@example.org", PASSWORD), (LEAVER, PASSWORD)])
def test_smtplib_is_refused(postfix, ca, user, password):
    client = connect(postfix, "submission", ca)
    assert seen(client, postfix, "AUTH PLAIN",
                "\0%s\0%s" % (user, password)) == REFUSED


def test_smtplib_with_an_expired_token(postfix, ca):
    token = postfix.dovecot.issuer.token(USER, lifetime=-60)
    client = connect(postfix, "submission", ca)
    assert client.docmd("AUTH XOAUTH2")[0] == 334
    code, text = client.docmd(
        base64.b64encode(bearer(USER, token).encode()).decode())
    assert (code, base64.b64decode(text).decode()) == (
        334, ERRORS[postfix.dovecot.version]["XOAUTH2"])
    assert seen(client, postfix, "") == REFUSED
    postfix.dovecot.wait_for(
        lambda: "Token has expired" in postfix.dovecot.report())


def test_smtplib_with_a_long_initial_response(postfix, ca):
    """Why a long token has to wait for the 334."""
    token = postfix.dovecot.issuer.token(USER, length=LONG)
    response = base64.b64encode(bearer(USER, token).encode()).decode()
    client = connect(postfix, "submission", ca)
    assert seen(client, postfix, "AUTH XOAUTH2 " + response) == (
        "535 5.7.8 Error: authentication failed: "
        "Invalid base64 data in initial response")


@pytest.mark.parametrize("service, reply", [
    ("submission", "503 5.5.1 Error: authentication not enabled"),
    ("encrypt", "530 5.7.0 Must issue a STARTTLS command first")])
def test_smtplib_before_tls(postfix, ca, service, reply):
    client = connect(postfix, service, ca, tls=False)
    assert "auth" not in client.esmtp_features
    assert seen(client, postfix, "AUTH PLAIN") == reply


# Logins ---------------------------------------------------------------------

@pytest.mark.parametrize("service", PROTECTED)
@pytest.mark.parametrize("mechanism", [
    "PLAIN", "LOGIN", "XOAUTH2", "OAUTHBEARER"])
def test_login(client, service, mechanism):
    client = client(service)
    token = (client.server.dovecot.issuer.token(USER)
             if mechanism in TOKENS else None)
    login = client.login(token=token)
    client.succeeds(login, "-A", mechanism,
                    message=accepted(client, mechanism))
    assert client.commands == TLS_COMMANDS[service] + " auth=1 quit=1"
    data = client.json(login, "-A", mechanism)
    assert data["condition"] is None and data["login"] == "accepted"
    assert data["mechanism"] == mechanism
    assert data["reply"] == {"code": 235, "enhanced": "2.7.0",
                             "text": "Authentication successful"}


def test_preferred_mechanisms(client):
    client = client("submission")
    client.succeeds(client.login(), message=accepted(client, "PLAIN"))
    token = client.server.dovecot.issuer.token(USER)
    client.succeeds(client.login(token=token),
                    message=accepted(client, "OAUTHBEARER"))


@pytest.mark.parametrize("service", PROTECTED)
@pytest.mark.parametrize("mechanism", ["XOAUTH2", "OAUTHBEARER"])
def test_long_token(client, service, mechanism):
    client = client(service)
    token = client.server.dovecot.issuer.token(USER, length=LONG)
    assert LONG <= len(token) < LONG + 100
    client.succeeds(
        client.login(token=token), "-A", mechanism, "-f", USER,
        "--rcpt=" + ELSEWHERE,
        message=accepted(client, mechanism) + ", may send as " + USER)
    assert client.commands == (
        TLS_COMMANDS[service] + " auth=1 mail=1 rcpt=1 rset=1 quit=1")
    assert logged_login(client) == (mechanism, USER)


def logged_login(client):
    """The mechanism and the account that Postfix logged with a message."""
    found = re.findall(r"sasl_method=(\S+), sasl_username=(\S+)",
                       "\n".join(client.log))
    assert len(found) == 1, client.log
    return found[0]


# Challenges -----------------------------------------------------------------

@pytest.mark.parametrize("tls", [True, False])
@pytest.mark.parametrize("mechanism", dovecot_server.CHALLENGES)
def test_challenge(client, mechanism, tls):
    client = client("challenge")
    how = [] if tls else ["--no-tls"]
    over = "over TLSv1.3" if tls else "without TLS"
    client.succeeds(
        client.login(), "-A", mechanism, *how, "-f", USER,
        "--rcpt=" + ELSEWHERE,
        message=accepted(client, mechanism, over) + ", may send as " + USER)
    assert client.commands == ("ehlo=2 starttls=1" if tls else "ehlo=1") + (
        " auth=1 mail=1 rcpt=1 rset=1 quit=1")
    assert logged_login(client) == (mechanism, USER)


@pytest.mark.parametrize("mechanism", dovecot_server.CHALLENGES)
@pytest.mark.parametrize("user, password", [
    (USER, WRONG), ("unknown@example.org", PASSWORD), (LEAVER, PASSWORD)],
    ids=["wrong-password", "unknown-user", "disabled"])
def test_refused_challenge(client, mechanism, user, password):
    client = client("challenge")
    client.fails(
        client.login(user, password), "-A", mechanism,
        condition="auth-rejected", known="rejected", said=[mechanism],
        message="login of %s rejected at %s: %s" % (user, client.at, REFUSED),
        commands="ehlo=2 starttls=1 auth=0/1 quit=1")


@pytest.mark.parametrize("mechanism", postfix_server.CYRUS_CHALLENGES)
def test_challenge_by_cyrus(client, mechanism):
    client = client("cyrus")
    client.succeeds(
        client.login(), "-A", mechanism, "--no-tls", "-f", USER,
        "--rcpt=" + ELSEWHERE,
        message=accepted(client, mechanism, "without TLS") +
        ", may send as " + USER)
    assert logged_login(client) == (mechanism, USER)


@pytest.mark.parametrize("mechanism", postfix_server.CYRUS_CHALLENGES)
def test_refused_challenge_by_cyrus(client, mechanism):
    client = client("cyrus")
    result = client.run(client.login(password=WRONG), "-A", mechanism)
    assert result.message.startswith("login of %s rejected at %s: 535 " % (
        USER, client.at))
    assert client.said == [mechanism]


def test_chosen_without_tls(client):
    """What PLAIN and LOGIN would reveal, SCRAM does not."""
    client = client("challenge")
    client.succeeds(client.login(), "--no-tls",
                    message=accepted(client, "SCRAM-SHA-256", "without TLS"))


def test_chosen_by_strength(client):
    client = client("challenge")
    client.succeeds(client.login(), "-A", "strongest",
                    message=accepted(client, "SCRAM-SHA-256"))


def test_chosen_for_an_authzid(client):
    """That of another than the user, Dovecot's masters aside, is refused."""
    client = client("challenge")
    client.succeeds(client.login(), "-A", "strongest", "--authzid=" + USER,
                    message=accepted(client, "SCRAM-SHA-256"))


# Refused logins -------------------------------------------------------------

@pytest.mark.parametrize("service", PROTECTED)
@pytest.mark.parametrize("mechanism", ["PLAIN", "LOGIN"])
@pytest.mark.parametrize("user, password", [
    (USER, WRONG), ("unknown@example.org", PASSWORD), (LEAVER, PASSWORD)],
    ids=["wrong-password", "unknown-user", "disabled"])
def test_refused_password(client, service, mechanism, user, password):
    client = client(service)
    client.fails(
        client.login(user, password), "-A", mechanism,
        condition="auth-rejected", known="rejected", said=[mechanism],
        message="login of %s rejected at %s: %s" % (user, client.at, REFUSED),
        commands=TLS_COMMANDS[service] + " auth=0/1 quit=1")


def test_one_attempt_only(client):
    """Not the next mechanism with a password that was refused."""
    client = client("submission")
    client.run(client.login(password=WRONG), "-A", "PLAIN,LOGIN")
    assert client.said == ["PLAIN"]
    assert client.commands == "ehlo=2 starttls=1 auth=0/1 quit=1"


def test_nologin_means_nothing_to_postfix(client):
    """Dovecot's nologin is for its own services; Postfix lets the account
    in, and that is what has to be told."""
    client = client("submission")
    data = client.json(client.login(FROZEN))
    assert data["state"] == "OK" and data["login"] == "accepted"


def expired(issuer):
    return issuer.token(USER, lifetime=-60)


def somebody_elses(issuer):
    return issuer.token(OTHER)


def tampered_with(issuer):
    head, body, signature = issuer.token(USER).split(".")
    return ".".join((head, body, signature[::-1]))


@pytest.mark.parametrize("service", ["submission", "smtps"])
@pytest.mark.parametrize("mechanism", ["XOAUTH2", "OAUTHBEARER"])
@pytest.mark.parametrize("token, reason", [
    (expired, "Token has expired"),
    (somebody_elses, "did not match"),
    (tampered_with, "Bad signature")])
def test_refused_token(client, service, mechanism, token, reason):
    client = client(service)
    dovecot = client.server.dovecot
    before = dovecot.report().count(reason)
    message = "login of %s rejected at %s: %s" % (USER, client.at, REFUSED)
    if token is not somebody_elses or SAYS_WHOSE[dovecot.version]:
        message += "; the server's error: " + (
            ERRORS[dovecot.version][mechanism])
    client.fails(
        client.login(token=token(dovecot.issuer)), "-A", mechanism,
        condition="auth-rejected", known="rejected", said=[mechanism],
        message=message,
        commands=TLS_COMMANDS[service] + " auth=0/1 quit=1")
    # Two runs, and refused for what they should be refused for.
    dovecot.wait_for(lambda: dovecot.report().count(reason) == before + 2)


@pytest.mark.parametrize("mechanism", ["XOAUTH2", "OAUTHBEARER"])
def test_refused_long_token(client, mechanism):
    client = client("submission")
    token = client.server.dovecot.issuer.token(
        USER, lifetime=-60, length=LONG)
    client.fails(
        client.login(token=token), "-A", mechanism,
        condition="auth-rejected", known="rejected", said=[mechanism],
        message="login of %s rejected at %s: %s; the server's error: %s" % (
            USER, client.at, REFUSED,
            ERRORS[client.server.dovecot.version][mechanism]),
        commands="ehlo=2 starttls=1 auth=0/1 quit=1")


def test_token_of_a_disabled_account(client):
    client = client("submission")
    token = client.server.dovecot.issuer.token(LEAVER)
    client.fails(
        client.login(LEAVER, token=token), "-A", "XOAUTH2",
        condition="auth-rejected", known="rejected", said=["XOAUTH2"],
        message="login of %s rejected at %s: %s; the server's error: %s" % (
            LEAVER, client.at, REFUSED,
            DISABLED[client.server.dovecot.version]),
        commands="ehlo=2 starttls=1 auth=0/1 quit=1")


# A login that must fail -----------------------------------------------------

@pytest.mark.parametrize("user, password", [
    (USER, WRONG), (LEAVER, PASSWORD)])
def test_expected_rejection(client, user, password):
    client = client("submission")
    result = client.run(client.login(user, password), "--expect-rejected")
    assert result.exit_code == 0
    assert result.first_line.split(" | ")[0] == (
        "SMTP_AUTH OK: login of %s rejected as expected at %s: %s" % (
            user, client.at, REFUSED))
    assert client.said == ["PLAIN"]


def test_expected_rejection_of_a_token(client):
    client = client("submission")
    token = expired(client.server.dovecot.issuer)
    data = client.json(client.login(token=token), "--expect-rejected")
    assert data["exit_code"] == 0 and data["condition"] is None
    assert data["login"] == "rejected"
    assert client.said == ["OAUTHBEARER"]


@pytest.mark.parametrize("user", [USER, FROZEN])
def test_leaver_who_still_gets_in(client, user):
    client = client("submission")
    client.fails(
        client.login(user), "--expect-rejected",
        condition="auth-accepted", known="accepted", said=[],
        message="login of %s accepted with PLAIN at %s, "
                "it should have been rejected" % (user, client.at),
        commands="ehlo=2 starttls=1 auth=1 quit=1")


# TLS ------------------------------------------------------------------------

@pytest.mark.parametrize("service", STARTTLS)
def test_no_auth_before_tls(client, service):
    """It is not offered there, so nothing is sent."""
    client = client(service)
    client.fails(
        client.login(), "--no-tls", "--allow-cleartext",
        condition="mechanism", known="not-tried", said=[],
        message="no usable mechanism for %s at %s: wanted PLAIN, LOGIN, "
                "SCRAM-SHA-512, SCRAM-SHA-256, SCRAM-SHA-1, CRAM-MD5, "
                "offered none" % (USER, client.at),
        commands="ehlo=1 quit=1")


def test_secret_is_held_back_without_tls(client):
    client = client("cleartext")
    client.fails(
        client.login(), "--no-tls",
        condition="cleartext-refused", known="not-tried", said=[],
        message="secret held back for %s at %s: the connection has no TLS" % (
            USER, client.at),
        commands="ehlo=1 quit=1")


def test_login_without_tls(client):
    client = client("cleartext")
    client.succeeds(client.login(), "--no-tls", "--allow-cleartext",
                    message=accepted(client, "PLAIN", "without TLS"))
    assert client.commands == "ehlo=1 auth=1 quit=1"


def test_auth_is_offered_without_tls(client):
    client = client("cleartext")
    client.fails(
        client.login(), "--forbid-cleartext-auth",
        condition="cleartext-auth", known="accepted", said=[],
        message="AUTH offered without TLS for %s at %s, login accepted: "
                "PLAIN, LOGIN, XOAUTH2, OAUTHBEARER" % (USER, client.at),
        commands="ehlo=2 starttls=1 auth=1 quit=1")


@pytest.mark.parametrize("service", STARTTLS)
def test_no_auth_is_offered_without_tls(client, service):
    client = client(service)
    client.succeeds(client.login(), "--forbid-cleartext-auth",
                    message=accepted(client, "PLAIN"))


@pytest.mark.parametrize("service, commands", [
    ("submission", "ehlo=1 starttls=1 quit=1"),
    ("encrypt", "ehlo=1 starttls=1 quit=1"),
    ("smtps", "quit=1")])
def test_wrong_authority(client, ca, service, commands):
    client = client(service)
    client.ca_file = ca.self_signed.cert_file
    client.fails(
        client.login(), condition="cert-untrusted", known="not-tried",
        said=[], commands=commands,
        message="certificate not trusted at %s, no login of %s: unknown "
                'issuer "Example Root" of "Example Intermediate"' % (
                    client.at, USER))


@pytest.mark.parametrize("service, commands", [
    ("submission", "ehlo=2 starttls=1 quit=1"), ("smtps", "ehlo=1 quit=1")])
def test_secret_is_held_back_from_an_unverified_server(
        client, ca, service, commands):
    client = client(service)
    client.ca_file = ca.self_signed.cert_file
    client.fails(
        client.login(), "--insecure",
        condition="cleartext-refused", known="not-tried", said=[],
        message="secret held back for %s at %s: the server is unverified "
                "(cert-untrusted)" % (USER, client.at),
        commands=commands)


# The envelope ---------------------------------------------------------------

@pytest.mark.parametrize("service", PROTECTED)
@pytest.mark.parametrize("sender", [USER, ALIAS])
def test_sender(client, service, sender):
    client = client(service)
    client.succeeds(
        client.login(), "-f", sender, "--rcpt", ELSEWHERE,
        message=accepted(client, "PLAIN") + ", may send as " + sender)
    assert client.commands == (
        TLS_COMMANDS[service] + " auth=1 mail=1 rcpt=1 rset=1 quit=1")
    assert logged_login(client) == ("PLAIN", USER)


@pytest.mark.parametrize("service", PROTECTED)
@pytest.mark.parametrize("mechanism", ["LOGIN", "XOAUTH2"])
def test_refused_sender(client, service, mechanism):
    client = client(service)
    token = (client.server.dovecot.issuer.token(USER)
             if mechanism == "XOAUTH2" else None)
    client.fails(
        client.login(token=token), "-A", mechanism, "-f", OTHER, "--rcpt",
        ELSEWHERE, condition="sender", known="accepted", said=[],
        message="sender %s refused for %s at %s: %s" % (
            OTHER, USER, client.at, NOT_OWNED),
        commands=TLS_COMMANDS[service] +
        " auth=1 mail=1 rcpt=0/1 rset=1 quit=1")


def test_postfix_judges_the_sender_at_rcpt_only(client):
    client = client("submission")
    client.succeeds(
        client.login(), "-f", OTHER,
        message=accepted(client, "PLAIN") + ", MAIL FROM:<%s> accepted" % OTHER)
    assert client.commands == (
        "ehlo=2 starttls=1 auth=1 mail=1 rset=1 quit=1")


def test_refused_recipient(client):
    client = client("submission")
    client.fails(
        client.login(), "-f", USER, "--rcpt", NOBODY,
        condition="recipient", known="accepted", said=[],
        message="recipient %s refused for %s at %s: 554 5.7.1 <%s>: "
                "Recipient address rejected: Access denied" % (
                    NOBODY, USER, client.at, NOBODY),
        commands="ehlo=2 starttls=1 auth=1 mail=1 rcpt=0/1 rset=1 quit=1")


# Limits ---------------------------------------------------------------------

@pytest.mark.parametrize("service, known, reply", [
    ("auths", None, "450 4.7.1 Error: too many AUTH commands from .*"),
    ("crowd", "not-tried", "421 4.7.0 .* Error: too many connections from .*"),
])
def test_limit(client, service, known, reply):
    client = client(service)
    # One is admitted in a minute, the last of three by no means.
    for _ in range(2):
        client.json(client.login(), "--expect-rejected")
    data = client.json(client.login(), "--expect-rejected")
    assert data["exit_code"] == 1 and data["condition"] == "rate-limited"
    assert data["login"] == known and data["cause"] == "rate"
    matches("rate limited for %s at %s: %s" % (
        re.escape(USER), re.escape(client.at), reply), data["message"])
    assert client.said == []


# Outages --------------------------------------------------------------------

@pytest.mark.parametrize("service, phase", [
    ("submission", "ehlo"), ("smtps", "greeting")])
def test_dovecot_is_down(plugin, postfix_to_break, ca, service, phase):
    client = Client(plugin, postfix_to_break, service, ca)
    client.succeeds(client.login(), message=accepted(client, "PLAIN"))
    postfix_to_break.dovecot.stop()
    # The smtpd that has learnt the mechanisms cannot have a login judged ...
    data = client.json(client.login())
    assert data["exit_code"] == 2 and data["condition"] == "auth-temporary"
    assert data["login"] is None
    assert data["message"] == (
        "login of %s not decided at %s: 454 4.7.0 Temporary authentication "
        "failure: (reason unavailable)" % (USER, client.at))
    assert client.said == ["PLAIN"]
    assert client.commands == TLS_COMMANDS[service] + " auth=0/1 quit=1"
    # ... and then gives up, without a word; whether it resets the connection
    # depends on what it had not read yet.
    args, env = client.login()
    data = plugin.json(*client.args, "--ca-file", ca.ca, *args, env=env)
    assert data["exit_code"] == 2 and data["condition"] == "disconnected"
    matches("connection (closed|reset) while %s for %s at %s" % (
        DOING[phase], USER, client.at), data["message"])
    assert data["login"] == "not-tried"
    assert "SASL backend is down (Postfix)" in data["hint"]


# Behind a proxy -------------------------------------------------------------

@pytest.mark.parametrize("option", ["-r", "--proxy", "--proxy=v1",
                                    "--proxy=v2"])
def test_proxy_header(client, option):
    client = client("proxied")
    client.succeeds(client.login(), option,
                    message=accepted(client, "PLAIN"))
    assert client.log[0] == "connect from unknown[127.0.0.1]"
    assert client.commands == "ehlo=2 starttls=1 auth=1 quit=1"


# What the server leaves behind ----------------------------------------------

def test_root_only(ca, monkeypatch):
    monkeypatch.setattr(os, "geteuid", lambda: 1000)
    with pytest.raises(AssertionError, match="by root only"):
        start_postfix(ca)


SYSTEM = ["/etc/postfix", "/var/spool/postfix", "/var/lib/postfix",
          "/etc/dovecot", "/var/lib/dovecot", "/run/dovecot"]


def contents(folders):
    """Everything below, with when and how it last changed."""
    found = {}
    for folder in map(pathlib.Path, folders):
        for path in [folder, *folder.rglob("*")]:
            if os.path.lexists(path):
                stat = path.lstat()
                found[str(path)] = (stat.st_mtime_ns, stat.st_mode)
    return found


def test_nothing_is_left_behind(ca):
    before = contents(SYSTEM)
    server = start_postfix(ca)
    try:
        client = connect(server, "submission", ca)
        assert seen(client, server, "AUTH PLAIN", "\0%s\0%s" % (
            USER, PASSWORD))[:3] == "235"
        processes = []
        for keeper in (server.keeper, server.dovecot.keeper):
            below = daemons.descendants(keeper.pid)
            assert len(below) > 3
            processes += [keeper.pid, *below]
    finally:
        server.close()
    assert [p for p in processes if os.path.exists("/proc/%d" % p)] == []
    assert not server.folder.exists()
    assert contents(SYSTEM) == before
