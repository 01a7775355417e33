"""Logins at a real Exim, started here."""

import pytest

import exim_server
from conftest import HOST, PASSWORD, PROBE, SECONDS, USER, matches

BROKEN = "broken@example.org"
WRONG = "falsch Pferd 8!"
REJECTED = "535 Incorrect authentication data"


@pytest.fixture(scope="module")
def exim(ca):
    server = exim_server.Exim(HOST, ca.good, {USER: PASSWORD}, BROKEN)
    yield server
    server.close()


@pytest.fixture(params=["submission", "smtps"])
def target(request, exim, ca):
    """(arguments, how the output names the server)"""
    port = getattr(exim, request.param)
    args = ["-H", HOST, "-I", "127.0.0.1", "-p", port, "-F", PROBE,
            "--ca-file", ca.ca]
    if request.param == "smtps":
        args.append("-s")
    return args, "%s:%d" % (HOST, port)


@pytest.mark.parametrize("mechanism", ["PLAIN", "LOGIN", "CRAM-MD5"])
def test_accepted(plugin, target, mechanism):
    args, at = target
    result = plugin.run(*args, "-U", USER, "-P", PASSWORD, "-A", mechanism)
    assert result.state == "OK"
    matches(r"%s logged in with %s over TLSv1\.3 at %s in %s" % (
        USER, mechanism, at, SECONDS), result.message)


@pytest.mark.parametrize("mechanism", ["PLAIN", "LOGIN", "CRAM-MD5"])
def test_rejected(plugin, exim, target, mechanism):
    args, at = target
    plugin.secret(WRONG)
    before = len(exim.log())
    result = plugin.run(*args, "-U", USER, "-P", WRONG, "-A", mechanism)
    assert result.state == "CRITICAL"
    assert result.message == "login of %s rejected at %s: %s" % (
        USER, at, REJECTED)
    assert result.details[0] == "wrong user or password"
    # One login failed, and nothing was lost.
    new = exim.log()[before:]
    name = mechanism.lower().replace("-md5", "")
    assert new.count(name + " authenticator failed") == 1, new
    assert "lost" not in new and "unexpected" not in new, new


def test_strongest(plugin, target):
    """Within TLS CRAM-MD5, for which the server keeps the secret, is last."""
    args, _ = target
    data = plugin.json(*args, "-U", USER, "-P", PASSWORD, "-A", "strongest")
    assert set(data["mechanisms_offered"]) == {"PLAIN", "LOGIN", "CRAM-MD5"}
    assert (data["state"], data["mechanism"]) == ("OK", "PLAIN")


def test_look_up_that_fails(plugin, target):
    args, at = target
    result = plugin.run(*args, "-U", BROKEN, "-P", PASSWORD, "-A", "PLAIN")
    assert result.state == "CRITICAL"
    assert result.message == (
        "login of %s not decided at %s: 435 Unable to authenticate at "
        "present" % (BROKEN, at))


def test_expected_rejection(plugin, target):
    args, at = target
    plugin.secret(WRONG)
    result = plugin.run(*args, "-U", USER, "-P", WRONG, "--expect-rejected")
    assert result.state == "OK"
    assert result.message == (
        "login of %s rejected as expected at %s: %s" % (USER, at, REJECTED))


def test_not_offered_without_tls(plugin, exim, ca):
    """Exim writes the whole line to its log if AUTH comes all the same."""
    result = plugin.run("-H", HOST, "-I", "127.0.0.1", "-p", exim.submission,
                        "-F", PROBE, "--no-tls", "--allow-cleartext", "-U",
                        USER, "-P", PASSWORD)
    assert result.state == "CRITICAL"
    assert result.message.startswith("no usable mechanism for " + USER)
    assert PASSWORD not in exim.log()


@pytest.mark.parametrize("sender, state", [
    (USER, "OK"), ("bob@example.org", "CRITICAL")])
def test_sender(plugin, target, sender, state):
    args, at = target
    result = plugin.run(*args, "-U", USER, "-P", PASSWORD, "-f", sender,
                        "--rcpt", "carol@example.net")
    assert result.state == state
    if state == "CRITICAL":
        assert result.message == (
            "sender %s refused for %s at %s: 550 Sender address rejected: "
            "not owned by user %s" % (sender, USER, at, USER))


def test_long_response(plugin, target):
    """12284 characters of base64 go after the 334 and arrive whole."""
    secret = plugin.secret("x" * (12284 // 4 * 3 - len(USER) - 2))
    args, at = target
    result = plugin.run(*args, "-U", USER, "--password-from=env:WORD",
                        "-A", "PLAIN", env={"WORD": secret})
    assert result.message == "login of %s rejected at %s: %s" % (
        USER, at, REJECTED)
