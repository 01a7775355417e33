"""Tokens of a real authorization server log in to a real mail server through
the plugin."""

import pytest

from conftest import HOST
from oidc_server import ODD_SECRET, SCOPE, USER
from test_servers import ask, authorize

MECHANISMS = ("XOAUTH2", "OAUTHBEARER")


@pytest.fixture
def login(plugin, ca):
    def run(server, token, mechanism, user=USER):
        plugin.secret(token)
        return plugin.run(
            "-H", HOST, "-I", "127.0.0.1", "-p", server.port["submission"],
            "-S", "--ca-file", ca.ca, "-A", mechanism, "-U", user,
            "--token-from=env:TOKEN", env={"TOKEN": token})

    return run


def by_code(server, name):
    return ask(server, **authorize(server, name)[1])[1]["access_token"]


def by_secret(server, name):
    return ask(server, grant_type="client_credentials", client_id=name,
               client_secret=ODD_SECRET, scope=SCOPE)[1]["access_token"]


@pytest.mark.parametrize("mechanism", MECHANISMS)
@pytest.mark.parametrize("name, get", [
    ("code", by_code), ("code-es256", by_code), ("app", by_secret)])
def test_signed_token(oidc, mail_local, login, name, get, mechanism):
    result = login(mail_local, get(oidc, name), mechanism)
    assert result.state == "OK", (result, mail_local.dovecot.report())
    assert "logged in with " + mechanism in result.message


@pytest.mark.parametrize("mechanism", MECHANISMS)
@pytest.mark.parametrize("name, get", [
    ("code-opaque", by_code), ("app-opaque", by_secret)])
def test_opaque_token(oidc, mail_asking, login, name, get, mechanism):
    result = login(mail_asking, get(oidc, name), mechanism)
    assert result.state == "OK", (result, mail_asking.dovecot.report())
    assert "logged in with " + mechanism in result.message
    assert oidc.requests("/token/introspection")


@pytest.mark.parametrize("mechanism", MECHANISMS)
def test_token_of_another(oidc, mail_local, login, mechanism):
    result = login(mail_local, by_code(oidc, "code"), mechanism,
                   user="bob@example.org")
    assert result.state == "CRITICAL" and "rejected" in result.message


@pytest.mark.parametrize("mechanism", MECHANISMS)
def test_revoked_token(oidc, mail_asking, login, mechanism):
    answer = ask(oidc, **authorize(oidc, "code-opaque")[1])[1]
    again = {"grant_type": "refresh_token", "client_id": "code-opaque",
             "refresh_token": answer["refresh_token"]}
    assert [ask(oidc, **again)[0] for _ in range(2)] == [200, 400]
    result = login(mail_asking, answer["access_token"], mechanism)
    assert result.state == "CRITICAL" and "rejected" in result.message


@pytest.mark.parametrize("mechanism", MECHANISMS)
def test_token_signed_by_another(oidc, mail_local, login, mechanism):
    head, body, _ = by_code(oidc, "code").split(".")
    other = by_code(oidc, "code").split(".")[2]
    result = login(mail_local, ".".join((head, body, other)), mechanism)
    assert result.state == "CRITICAL" and "rejected" in result.message
