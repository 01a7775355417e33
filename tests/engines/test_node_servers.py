"""Logins at Haraka and at smtp-server, with each mechanism that they offer."""

import pytest

import node_servers
from conftest import HOST, PASSWORD, USER
from integration import PROBE, SECONDS, matches

WRONG, TOKEN = "falsch Pferd 8!", "ya29.a-token-of-the-tests"
REJECTED = {node_servers.Haraka: "535 5.7.8 Authentication failed",
            node_servers.SmtpServer:
                "535 Error: Authentication credentials invalid"}
PASSWORDS = ["PLAIN", "LOGIN", "CRAM-MD5"]


@pytest.fixture(scope="module", params=list(REJECTED),
                ids=lambda kind: kind.__name__)
def server(request, ca):
    server = request.param(
        HOST, ca.good, {USER: {"password": PASSWORD, "token": TOKEN}})
    yield server
    server.close()


@pytest.fixture(params=node_servers.SERVICES)
def target(request, server, ca):
    """(arguments, how the output names the server)"""
    port = server.port[request.param]
    args = ["-H", HOST, "-I", node_servers.ADDRESS, "-p", port, "-F", PROBE,
            "--ca-file", ca.ca, "-U", USER]
    if request.param == "smtps":
        args.append("-s")
    return args, "%s:%d" % (HOST, port)


@pytest.mark.parametrize("mechanism", PASSWORDS)
def test_accepted(plugin, target, mechanism):
    args, at = target
    result = plugin.run(*args, "-P", PASSWORD, "-A", mechanism)
    assert result.state == "OK", result
    matches(r"%s logged in with %s over TLSv1\.3 at %s in %s" % (
        USER, mechanism, at, SECONDS), result.message)


@pytest.mark.parametrize("mechanism", PASSWORDS)
def test_rejected(plugin, server, target, mechanism):
    args, at = target
    plugin.secret(WRONG)
    before = server.refused()
    data = plugin.json(*args, "-P", WRONG, "-A", mechanism)
    assert (data["state"], data["condition"], data["cause"]) == (
        "CRITICAL", "auth-rejected", "credential")
    assert data["mechanism"] == mechanism
    assert data["message"] == "login of %s rejected at %s: %s" % (
        USER, at, REJECTED[type(server)])
    assert server.refused() == before + 1


def test_chosen(plugin, server, target):
    args, _ = target
    for more, chosen in (([], "PLAIN"), (["-A", "strongest"], "PLAIN")):
        data = plugin.json(*args, "-P", PASSWORD, *more)
        assert (data["state"], data["mechanism"]) == ("OK", chosen)
        assert set(data["mechanisms_offered"]) == set(server.mechanisms)


def test_token(plugin, server, target):
    args, at = target
    plugin.secret(TOKEN)
    for token, state in ((TOKEN, "OK"), (TOKEN + "-of-old", "CRITICAL")):
        data = plugin.json(*args, "--token-from=env:T", env={"T": token})
        if "XOAUTH2" not in server.mechanisms:
            assert data["condition"] == "mechanism"
            continue
        assert (data["state"], data["mechanism"]) == (state, "XOAUTH2")
        if state == "CRITICAL":
            assert (data["condition"], data["cause"]) == (
                "auth-rejected", "token")
            assert data["message"].startswith(
                "login of %s rejected at %s: 535 " % (USER, at))
