"""Logins at a real sendmail with Cyrus SASL, started here."""

import pytest

import postfix_server
import sendmail_server
from conftest import HOST, PASSWORD, PROBE, SECONDS, USER, matches

WRONG = "falsch Pferd 8!"
REJECTED = "535 5.7.0 authentication failed"


@pytest.fixture(scope="module")
def sendmail(ca):
    server = sendmail_server.Sendmail(HOST, ca.good, {USER: PASSWORD})
    yield server
    server.close()


@pytest.fixture(params=["submission", "smtps"])
def target(request, sendmail, ca):
    """(arguments, how the output names the server)"""
    port = sendmail.port[request.param]
    args = ["-H", HOST, "-I", postfix_server.ADDRESS, "-p", port, "-F", PROBE,
            "--ca-file", ca.ca]
    if request.param == "smtps":
        args.append("-s")
    return args, "%s:%d" % (HOST, port)


def whole(sendmail, before):
    """What was said since then, once the plugin's QUIT is there."""
    sendmail.wait_for(lambda: "<<< QUIT" in sendmail.traffic()[before:])
    return sendmail.traffic()[before:]


@pytest.mark.parametrize("mechanism", sendmail_server.MECHANISMS)
def test_accepted(plugin, sendmail, target, mechanism):
    args, at = target
    before = len(sendmail.traffic())
    result = plugin.run(*args, "-U", USER, "-P", PASSWORD, "-A", mechanism)
    assert result.state == "OK", result
    matches(r"%s logged in with %s over TLSv1\.3 at %s in %s" % (
        USER, mechanism, at, SECONDS), result.message)
    said = whole(sendmail, before)
    assert sum(line.startswith("<<< AUTH ") for line in said) == 1
    assert ">>> 235 2.0.0 OK Authenticated" in said


@pytest.mark.parametrize("mechanism", sendmail_server.MECHANISMS)
def test_rejected(plugin, sendmail, target, mechanism):
    args, at = target
    plugin.secret(WRONG)
    before = len(sendmail.traffic())
    data = plugin.json(*args, "-U", USER, "-P", WRONG, "-A", mechanism)
    assert (data["state"], data["condition"], data["cause"]) == (
        "CRITICAL", "auth-rejected", "credential")
    assert data["mechanism"] == mechanism
    assert data["message"] == "login of %s rejected at %s: %s" % (
        USER, at, REJECTED)
    said = whole(sendmail, before)
    # One login failed, and the conversation came to its end.
    assert said.count(">>> " + REJECTED) == 1, said
    assert not any("Lost input channel" in line for line in said), said


def test_strongest(plugin, target):
    args, _ = target
    data = plugin.json(*args, "-U", USER, "-P", PASSWORD, "-A", "strongest")
    assert data["state"] == "OK"
    assert set(data["mechanisms_offered"]) == set(sendmail_server.MECHANISMS)
    assert data["mechanism"] == "SCRAM-SHA-512"


def test_default(plugin, target):
    args, _ = target
    data = plugin.json(*args, "-U", USER, "-P", PASSWORD)
    assert (data["state"], data["mechanism"]) == ("OK", "PLAIN")


def test_in_the_clear(plugin, sendmail):
    """sendmail offers everything there; the secret is not shown to it."""
    before = len(sendmail.traffic())
    data = plugin.json(
        "-H", HOST, "-I", postfix_server.ADDRESS, "-p",
        sendmail.port["submission"], "-F", PROBE, "--no-tls", "-U", USER, "-P",
        PASSWORD)
    assert (data["state"], data["mechanism"]) == ("OK", "SCRAM-SHA-512")
    assert not any(line.startswith(("<<< AUTH PLAIN", "<<< AUTH LOGIN"))
                   for line in whole(sendmail, before))


def test_long_response(plugin, target):
    """12284 characters of base64 go after the 334 and arrive whole."""
    secret = plugin.secret("x" * (12284 // 4 * 3 - len(USER) - 2))
    args, at = target
    result = plugin.run(*args, "-U", USER, "--password-from=env:WORD",
                        "-A", "PLAIN", env={"WORD": secret})
    assert result.message == "login of %s rejected at %s: %s" % (
        USER, at, REJECTED)
