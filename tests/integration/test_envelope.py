"""What is asked after the login: sender, recipient, own commands; and the
first words before it."""

import random
import re

import pytest

from conftest import PROBE, SECONDS, USER, matches

FROM = "alice@example.org"
RCPT = "bob@example.net"
AUTH = "AUTH PLAIN"


def said(server):
    """What was said from AUTH on, responses cut off."""
    lines = server.transcript()
    first = [i for i, x in enumerate(lines) if x.startswith(AUTH)][0]
    return [AUTH, *lines[first + 1:]]


def test_from(plugin, mail):
    server = mail()
    result = plugin.run(*server.login, "-f", FROM)
    assert result.state == "OK"
    matches("%s logged in with PLAIN over TLSv1.3 at %s in %s, "
            "MAIL FROM:<%s> accepted" % (USER, server.at, SECONDS, FROM),
            result.message)
    assert said(server) == [AUTH, "MAIL FROM:<%s>" % FROM, "RSET", "QUIT"]
    assert result.perfdata["time_envelope"].value != "U"


def test_from_and_rcpt(plugin, mail):
    server = mail()
    result = plugin.run(*server.login, "-f", FROM, "--rcpt", RCPT)
    assert result.state == "OK"
    assert said(server) == [AUTH, "MAIL FROM:<%s>" % FROM,
                            "RCPT TO:<%s>" % RCPT, "RSET", "QUIT"]


@pytest.mark.parametrize("given", ["<%s>" % FROM, FROM])
def test_brackets_are_stripped(plugin, mail, given):
    server = mail()
    plugin.run(*server.login, "-f", given, "--rcpt", "<%s>" % RCPT)
    assert said(server)[1:3] == ["MAIL FROM:<%s>" % FROM,
                                 "RCPT TO:<%s>" % RCPT]


def test_null_sender(plugin, mail):
    server = mail()
    assert plugin.run(*server.login, "-f", "<>").state == "OK"
    assert said(server)[1] == "MAIL FROM:<>"


def test_without_login(plugin, mail):
    server = mail(tls="none", mechs=None)
    result = plugin.run(*server.args, "-f", FROM)
    assert result.state == "OK"
    assert server.transcript() == [
        "EHLO " + PROBE, "MAIL FROM:<%s>" % FROM, "RSET", "QUIT"]


REFUSED_SENDER = "553 5.7.1 <x>: Sender address rejected: not owned by user"


def test_sender_refused_at_mail(plugin, mail):
    server = mail(replies={"MAIL": REFUSED_SENDER})
    result = plugin.run(*server.login, "-f", FROM, "--rcpt", RCPT)
    assert result.state == "CRITICAL"
    assert result.message == "sender %s refused for %s: %s" % (
        FROM, server.who, REFUSED_SENDER)
    lines = said(server)
    assert lines[:2] == [AUTH, "MAIL FROM:<%s>" % FROM]
    assert lines[2:] in (["QUIT"], ["RSET", "QUIT"])


RCPT_REPLIES = [
    # reply to RCPT, condition
    (REFUSED_SENDER, "sender"),
    ("550 5.1.7 Bad sender", "sender"),
    ("450 4.1.8 Domain not found", "sender"),
    ("550 5.1.8 Domain not found", "sender"),
    ("550 5.7.60 Client does not have permissions to send as this sender",
     "sender"),
    ("554 5.7.1 <x>: Sender address rejected: Access denied", "sender"),
    ("550 5.1.1 No such user", "recipient"),
    ("450 4.2.0 Greylisted", "recipient"),
    ("554 5.7.1 Relay access denied", "recipient"),
    ("550 No such user", "recipient"),
]


@pytest.mark.parametrize("reply, condition", RCPT_REPLIES)
def test_recipient_or_sender(plugin, mail, reply, condition):
    server = mail(replies={"RCPT": reply})
    data = plugin.json(*server.login, "-f", FROM, "--rcpt", RCPT)
    assert data["condition"] == condition, data
    assert data["login"] == "accepted"
    address = FROM if condition == "sender" else RCPT
    assert data["message"] == "%s %s refused for %s: %s" % (
        condition, address, server.who, reply)
    assert said(server)[-2:] == ["RSET", "QUIT"]


@pytest.mark.parametrize("reply", ["334 x", "354 go on", "hello"])
def test_reply_of_another_class(plugin, mail, reply):
    server = mail(replies={"MAIL": reply})
    data = plugin.json(*server.login, "-f", FROM)
    assert data["condition"] == "protocol", data


# Own commands ---------------------------------------------------------------

def test_order(plugin, mail):
    server = mail()
    result = plugin.run(*server.login, "-C", "NOOP", "-R", "^250", "-C",
                        "VRFY bob", "-f", FROM, "--rcpt", RCPT)
    assert result.state == "OK"
    assert said(server) == [
        AUTH, "MAIL FROM:<%s>" % FROM, "RCPT TO:<%s>" % RCPT, "NOOP",
        "VRFY bob", "RSET", "QUIT"]


def test_no_rset_without_mail(plugin, mail):
    server = mail()
    plugin.run(*server.login, "-C", "NOOP")
    assert said(server) == [AUTH, "NOOP", "QUIT"]


def test_response_that_does_not_match(plugin, mail):
    server = mail(replies={"VRFY": "252 2.0.0 perhaps"})
    result = plugin.run(*server.login, "-C", "VRFY bob", "-R", "^250")
    assert result.state == "WARNING"
    assert result.message == (
        'reply to VRFY bob does not match "^250" for %s, login accepted: '
        "252 2.0.0 perhaps" % server.who)


def test_second_pair_does_not_match(plugin, mail):
    server = mail()
    data = plugin.json(*server.login, "-C", "NOOP", "-R", "^250",
                       "-C", "VRFY x", "-R", "^9")
    assert data["condition"] == "expect" and data["state"] == "WARNING"
    assert 'reply to VRFY x does not match "^9"' in data["message"]


@pytest.mark.parametrize("regex", [
    "^250", "Nothing", "N[a-z]+g done", "2\\.0\\.0|x", "done"])
def test_response_matches(plugin, mail, regex):
    assert plugin.run(*mail().login, "-C", "NOOP", "-R", regex).state == "OK"


def test_command_without_response_ignores_the_reply(plugin, mail):
    server = mail(replies={"NOOP": "500 5.5.1 never heard of it"})
    assert plugin.run(*server.login, "-C", "NOOP").state == "OK"


def test_commands_without_login(plugin, mail):
    server = mail(tls="none", mechs=None)
    result = plugin.run(*server.args, "-C", "NOOP", "-R", "^250")
    assert result.state == "OK"
    assert server.transcript() == ["EHLO " + PROBE, "NOOP", "QUIT"]


@pytest.mark.parametrize("command", [
    "DATA", "data", "BDAT 3 LAST", "AUTH PLAIN", "StartTLS", "NOOP\r\nDATA",
    "NOOP\nDATA"])
def test_forbidden_command(plugin, mail, command):
    server = mail()
    result = plugin.run(*server.login, "-C", command)
    assert result.state == "UNKNOWN"
    matches("wrong command line for %s: .*" % server.who, result.message)
    assert server.done() == []


@pytest.mark.parametrize("regex, wanted", [
    ("(", "not a regular expression: Unmatched ( or \\("),
    ("(a)\\1", "has a back reference"),
    ("H" + "+" * 81, "its repetitions multiply to more than 2000 parts"),
    ("(" * 10000, "longer than 1000 octets"),
    ("(" * 1000, "groups nested more than 50 deep"),
], ids=["none", "back", "plus", "long", "deep"])
def test_bad_regex(plugin, mail, regex, wanted):
    server = mail()
    result = plugin.run(*server.login, "-C", "NOOP", "-R", regex)
    assert result.state == "UNKNOWN"
    assert result.message.startswith("wrong command line"), result
    assert wanted in result.message, result
    assert server.done() == []


@pytest.mark.not_under_asan
def test_regex_that_takes_all_memory(plugin, mail):
    noise = random.Random(1)
    text = "".join(noise.choice("ab") for _ in range(900))
    server = mail(replies={"NOOP": "\r\n".join(
        ["250-" + text] * 3 + ["250 " + text])})
    result = plugin.run(*server.login, "-C", "NOOP", "-R",
                        "(a|b)*a(a|b){60}c")
    assert result.state == "WARNING", result
    assert result.message.startswith(
        "reply to NOOP takes too much memory to be matched with "), result


# Greeting and EHLO ----------------------------------------------------------

@pytest.mark.parametrize("text", ["220 mail", "ESMTP ready", "SIZE 10240000"])
def test_expect(plugin, mail, text):
    assert plugin.run(*mail().login, "-e", text).state == "OK"


def test_expect_missing(plugin, mail):
    server = mail(greeting="220 mail.example.org ESMTP")
    result = plugin.run(*server.login, "-e", "Postfix")
    assert result.state == "WARNING"
    matches(r'expected "Postfix" not found for %s, login accepted: .*' % server.who,
            result.message)
    # The login is tried all the same.
    assert said(server) == [AUTH, "QUIT"]
    data = plugin.json(*mail().login, "-e", "Postfix")
    assert data["condition"] == "expect" and data["login"] == "accepted"


@pytest.mark.parametrize("greeting", [
    "554 5.7.1 No service for you", "421 4.3.2 Not now",
    "450 4.7.1 Later"])
def test_greeting_refused(plugin, mail, greeting):
    server = mail(greeting=greeting)
    result = plugin.run(*server.login)
    assert result.state == "CRITICAL"
    assert result.message == "greeting refused for %s: %s" % (
        server.who, greeting)
    assert server.transcript() in ([], ["QUIT"])
    assert plugin.json(*mail(greeting=greeting).login)[
        "condition"] == "greeting"


def test_multiline_greeting(plugin, mail):
    server = mail(greeting="220-mail.example.org\r\n220-second\r\n220 third")
    assert plugin.run(*server.login).state == "OK"


@pytest.mark.parametrize("greeting", [
    "250 mail", "334 x", "354 x", "SSH-2.0-OpenSSH_9.2", "220-a\r\n250 b",
    "220 a\0b", "220 " + "x" * 5000, "+OK POP3"])
def test_not_smtp(plugin, mail, greeting):
    server = mail(greeting=greeting)
    data = plugin.json(*server.login)
    assert data["condition"] == "protocol", data
    matches("protocol error in the greeting for %s: .+" % re.escape(server.who),
            data["message"])
    assert data["login"] == "not-tried"


def test_endless_greeting(plugin, mail):
    def greet(conn):
        for _ in range(200):
            conn.send("220-" + "x" * 1000)
        conn.drain()

    data = plugin.json(*mail(greeting=greet).login)
    assert data["condition"] == "protocol"


def test_long_lines_are_read(plugin, mail):
    server = mail(greeting="220 " + "x" * 4000)
    assert plugin.run(*server.login).state == "OK"


def test_closed_before_the_greeting(plugin, mail):
    server = mail(greeting=lambda c: (c.half_close(), c.drain()))
    result = plugin.run(*server.login)
    assert result.state == "CRITICAL"
    assert result.message == (
        "connection closed while waiting for the greeting for " + server.who)
    assert server.transcript() == []


def test_reset_within_ehlo(plugin, mail):
    """Not sooner: a reset can overtake the end of connect()."""
    server = mail(replies={"EHLO": lambda conn: conn.reset()})
    result = plugin.run(*server.login)
    assert result.state == "CRITICAL"
    assert result.message == (
        "connection reset while waiting for the reply to EHLO for " +
        server.who)


def test_ehlo_refused(plugin, mail):
    server = mail(replies={"EHLO": "550 5.7.1 I do not know you"})
    result = plugin.run(*server.login)
    assert result.state == "CRITICAL"
    assert result.message == (
        "EHLO refused for %s: 550 5.7.1 I do not know you" % server.who)
    assert server.transcript() == ["EHLO " + PROBE, "QUIT"]


@pytest.mark.parametrize("code", ["500", "502"])
def test_helo_without_need_for_ehlo(plugin, mail, code):
    server = mail(tls="none", replies={"EHLO": code + " What?"})
    result = plugin.run(*server.args)
    assert result.state == "OK"
    assert server.transcript() == ["EHLO " + PROBE, "HELO " + PROBE, "QUIT"]


def test_no_helo_with_credentials(plugin, mail):
    server = mail(replies={"EHLO": "502 5.5.1 What?"})
    data = plugin.json(*server.login)
    assert data["condition"] == "ehlo"
    assert server.transcript() == ["EHLO " + PROBE, "QUIT"]


def test_lmtp(plugin, mail):
    server = mail(tls="none")
    assert plugin.run(*server.args, "-L").state == "OK"
    assert server.transcript() == ["LHLO " + PROBE, "QUIT"]


def test_default_ehlo_name(plugin, mail):
    server = mail(tls="none")
    args = [a for a in server.args if a not in ("-F", PROBE)]
    assert plugin.run(*args).state == "OK"
    matches(r"EHLO (\[127\.0\.0\.1\]|[A-Za-z0-9-]+(\.[A-Za-z0-9-]+)+)",
            server.transcript()[0])
