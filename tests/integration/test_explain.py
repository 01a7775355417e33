"""What a failure says beyond its first line: common mistakes by name,
middleboxes, limits, and the last exchange."""

import pytest

from conftest import USER

# Limits ---------------------------------------------------------------------

LIMIT = "421 4.7.0 Too many connections"
ATTEMPTS = "454 4.7.0 Too many login attempts, please try again later."
FAILED = "535 5.7.0 Too many failed login attempts"


@pytest.mark.parametrize("options, reply, login", [
    ({"greeting": LIMIT}, LIMIT, "not-tried"),
    ({"greeting": "554 5.7.1 Connection rate limit exceeded"},
     "554 5.7.1 Connection rate limit exceeded", "not-tried"),
    ({"replies": {"EHLO": LIMIT}}, LIMIT, "not-tried"),
    ({"replies": {"STARTTLS": LIMIT}}, LIMIT, "not-tried"),
    ({"auth": ATTEMPTS}, ATTEMPTS, None),
    ({"auth": FAILED}, FAILED, None),
    ({"auth": "550 5.7.1 Too many logins"}, "550 5.7.1 Too many logins",
     None),
])
def test_rate_limited(plugin, mail, options, reply, login):
    server = mail(**options)
    data = plugin.json(*server.login)
    assert data["condition"] == "rate-limited", data
    assert data["state"] == "WARNING" and data["cause"] == "rate"
    assert data["login"] == login
    assert data["message"] == "rate limited for %s: %s" % (server.who, reply)
    assert data["hint"]


@pytest.mark.parametrize("auth", [ATTEMPTS, FAILED])
def test_limit_is_no_expected_rejection(plugin, mail, auth):
    data = plugin.json(*mail(auth=auth).login, "--expect-rejected")
    assert data["state"] == "WARNING" and data["condition"] == "rate-limited"
    assert data["login"] is None


def test_rate_limited_can_be_remapped(plugin, mail):
    result = plugin.run(*mail(auth=ATTEMPTS).login,
                        "--on=rate-limited=critical")
    assert result.state == "CRITICAL"
    result = plugin.run(*mail(greeting=LIMIT).login, "--on=rate-limited=ok")
    assert result.message.startswith("no login tried (rate-limited excused)")


@pytest.mark.parametrize("verb, condition", [
    ("MAIL", "sender"), ("RCPT", "recipient")])
def test_limit_on_mail_is_not_about_the_login(plugin, mail, verb, condition):
    server = mail(replies={verb: "450 4.7.1 Mailbox rate limit reached"})
    data = plugin.json(*server.login, "-f", USER, "--rcpt", USER)
    assert data["condition"] == condition and data["login"] == "accepted"
    assert data["state"] == "CRITICAL" and data["cause"] == "rate"
