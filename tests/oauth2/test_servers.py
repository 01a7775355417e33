"""That the authorization servers do what the tests of smtp-oauth2 count on."""

import base64
import hashlib
import json
import re
import secrets
import time
import urllib.parse

import jwt
import pytest

from oidc_server import BEARER, ODD_SECRET, RSA_ISSUER, SCOPE, USER, Browser


def ask(server, path="/token", **form):
    status, text, _ = Browser(server.ca).ask(server.url + path, form)
    return status, json.loads(text)


def challenge(verifier):
    return base64.urlsafe_b64encode(
        hashlib.sha256(verifier.encode()).digest()).decode().rstrip("=")


def authorize(server, client, path="/auth", **more):
    verifier = secrets.token_urlsafe(32)
    redirect = "http://127.0.0.1:%d/" % 54321
    query = {"response_type": "code", "client_id": client,
             "redirect_uri": redirect, "scope": SCOPE,
             "code_challenge": challenge(verifier), "state": "the state",
             "code_challenge_method": "S256", **more}
    to = server.sign_in(server.url + path + "?" +
                        urllib.parse.urlencode(query))
    values = dict(urllib.parse.parse_qsl(urllib.parse.urlsplit(to).query))
    return values, {"grant_type": "authorization_code", "client_id": client,
                    "redirect_uri": redirect, "code_verifier": verifier,
                    "code": values.get("code", "")}


def claims(token):
    return (jwt.get_unverified_header(token),
            jwt.decode(token, options={"verify_signature": False}))


@pytest.mark.parametrize("name, algorithm", [
    ("code", "RS256"), ("code-es256", "ES256"), ("code-opaque", None)])
def test_oidc_code(oidc, name, algorithm):
    values, form = authorize(oidc, name)
    assert values["state"] == "the state" and values["iss"] == oidc.url
    status, answer = ask(oidc, **form)
    assert status == 200, answer
    assert answer["refresh_token"] and answer["expires_in"] == 3600
    if algorithm:
        header, body = claims(answer["access_token"])
        assert header["alg"] == algorithm and header["typ"] == "JWT"
        assert body["upn"] == USER
    else:
        assert "." not in answer["access_token"]


def test_oidc_pkce_is_looked_at(oidc):
    _, form = authorize(oidc, "code")
    status, answer = ask(oidc, **{**form, "code_verifier": "x" * 43})
    assert (status, answer["error"]) == (400, "invalid_grant")


def test_oidc_rotates_and_detects_reuse(oidc):
    _, form = authorize(oidc, "code")
    first = ask(oidc, **form)[1]["refresh_token"]
    again = {"grant_type": "refresh_token", "client_id": "code"}
    status, answer = ask(oidc, refresh_token=first, **again)
    second = answer["refresh_token"]
    assert status == 200 and second != first
    for token in (first, second):
        status, answer = ask(oidc, refresh_token=token, **again)
        assert (status, answer["error"]) == (400, "invalid_grant")


def test_oidc_device(oidc):
    status, begun = ask(oidc, "/tenant/oauth2/v2.0/devicecode",
                        client_id="device", scope=SCOPE)
    assert status == 200, begun
    form = {"grant_type": "urn:ietf:params:oauth:grant-type:device_code",
            "client_id": "device", "device_code": begun["device_code"]}
    assert ask(oidc, **form)[1]["error"] == "authorization_pending"
    oidc.confirm_device(begun["verification_uri"], begun["user_code"])
    status, answer = ask(oidc, **form)
    assert status == 200 and answer["refresh_token"], answer


@pytest.mark.parametrize("name", ["app", "app-opaque"])
def test_oidc_client_secret(oidc, name):
    form = {"grant_type": "client_credentials", "client_id": name,
            "scope": SCOPE}
    status, answer = ask(oidc, client_secret=ODD_SECRET, **form)
    assert status == 200, answer
    assert ("." in answer["access_token"]) == (name == "app")
    status, answer = ask(oidc, client_secret="wrong", **form)
    assert (status, answer["error"]) == (401, "invalid_client")


def test_oidc_expired_secret(oidc):
    status, answer = ask(
        oidc, grant_type="client_credentials", client_id="app-expired",
        scope=SCOPE, client_secret=ODD_SECRET)
    assert status in (400, 401), answer
    assert answer["error"] == "invalid_client"
    assert "expired" in answer["error_description"]


def test_oidc_certificate(oidc):
    now = int(time.time())
    assertion = jwt.encode(
        {"iss": "certified", "sub": "certified", "aud": oidc.url + "/token",
         "jti": secrets.token_hex(), "iat": now, "exp": now + 300},
        oidc.certified.key, "PS256",
        {"x5t#S256": oidc.certified.thumbprint})
    form = {"grant_type": "client_credentials", "client_id": "certified",
            "scope": SCOPE, "client_assertion_type":
            "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"}
    status, answer = ask(oidc, client_assertion=assertion, **form)
    assert status == 200, answer
    status, answer = ask(oidc, client_assertion=assertion[:-8] + "AAAAAAAA",
                         **form)
    assert (status, answer["error"]) == (401, "invalid_client")


@pytest.mark.parametrize("wrong, words", [
    ({}, None), ({"iss": "nobody@project.example.org"}, "account not found"),
    ({"sub": "alice@elsewhere.example"}, "Invalid email or User ID"),
    ({"iat": 1000, "exp": 2000}, "reasonable timeframe")])
def test_oidc_service_account(oidc, wrong, words):
    now = int(time.time())
    assertion = jwt.encode(
        {"iss": RSA_ISSUER, "sub": USER, "aud": oidc.url + "/service/token",
         "scope": SCOPE, "iat": now, "exp": now + 3600, **wrong},
        oidc.service, "RS256")
    status, answer = ask(oidc, "/service/token", grant_type=BEARER,
                         assertion=assertion)
    if words:
        assert status == 400 and words in answer["error_description"], answer
    else:
        assert status == 200, answer
        assert claims(answer["access_token"])[1]["upn"] == USER


def test_oidc_revokes(oidc):
    _, form = authorize(oidc, "code")
    token = ask(oidc, **form)[1]["refresh_token"]
    status, _, _ = Browser(oidc.ca).ask(
        oidc.url + "/token/revocation", {"client_id": "code", "token": token})
    assert status == 200
    status, answer = ask(oidc, grant_type="refresh_token", client_id="code",
                         refresh_token=token)
    assert (status, answer["error"]) == (400, "invalid_grant")


def test_oidc_disabled_account(oidc):
    _, form = authorize(oidc, "code")
    token = ask(oidc, **form)[1]["refresh_token"]
    oidc.enable(USER, False)
    try:
        status, answer = ask(oidc, grant_type="refresh_token",
                             client_id="code", refresh_token=token)
    finally:
        oidc.enable(USER, True)
    assert (status, answer["error"]) == (400, "invalid_grant")


def test_oidc_fault_after_the_rotation(oidc):
    """What comes too late, or never, has been done all the same."""
    _, form = authorize(oidc, "code")
    token = ask(oidc, **form)[1]["refresh_token"]
    again = {"grant_type": "refresh_token", "client_id": "code",
             "refresh_token": token}
    oidc.fault("status", when="after", status=503, body="{}")
    assert ask(oidc, **again)[0] == 503
    assert ask(oidc, **again)[1]["error"] == "invalid_grant"
    assert [r.get("grant") for r in oidc.requests()] == [
        "authorization_code", "refresh_token", "refresh_token"]
    assert re.fullmatch("[a-z_, ]+", ", ".join(oidc.requests()[1]["names"]))


# Authlib --------------------------------------------------------------------

def test_authlib_code_and_rotation(authlib):
    """An old refresh token is refused, and its successor lives on."""
    values, form = authorize(authlib, "code")
    assert values["state"] == "the state" and "iss" not in values
    assert ask(authlib, **{**form, "code_verifier": "x" * 43})[0] == 400
    _, form = authorize(authlib, "code")
    status, answer = ask(authlib, **form)
    assert status == 200, answer
    first = answer["refresh_token"]
    again = {"grant_type": "refresh_token", "client_id": "code"}
    second = ask(authlib, refresh_token=first, **again)[1]["refresh_token"]
    status, answer = ask(authlib, refresh_token=first, **again)
    assert (status, answer["error"]) == (400, "invalid_grant")
    assert ask(authlib, refresh_token=second, **again)[0] == 200


def test_authlib_device_slows_down(authlib):
    begun = ask(authlib, "/devicecode", client_id="device", scope=SCOPE)[1]
    assert begun["interval"] == 1
    form = {"grant_type": "urn:ietf:params:oauth:grant-type:device_code",
            "client_id": "device", "device_code": begun["device_code"]}
    assert [ask(authlib, **form)[1]["error"] for _ in range(2)] == [
        "authorization_pending", "slow_down"]
    authlib.confirm_device(begun["verification_uri"], begun["user_code"])
    status, answer = ask(authlib, **form)
    assert status == 200 and answer["refresh_token"], answer


def test_authlib_device_denied(authlib):
    begun = ask(authlib, "/devicecode", client_id="device", scope=SCOPE)[1]
    authlib.confirm_device(begun["verification_uri"], begun["user_code"],
                           deny=True)
    status, answer = ask(
        authlib, client_id="device", device_code=begun["device_code"],
        grant_type="urn:ietf:params:oauth:grant-type:device_code")
    assert (status, answer["error"]) == (400, "access_denied")


def test_authlib_assertions(authlib):
    now = int(time.time())
    signed = jwt.encode(
        {"iss": "certified", "sub": "certified", "aud": authlib.url + "/token",
         "jti": secrets.token_hex(), "iat": now, "exp": now + 300},
        authlib.certified.key, "PS256",
        {"x5t#S256": authlib.certified.thumbprint})
    form = {"grant_type": "client_credentials", "client_assertion_type":
            "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"}
    assert ask(authlib, client_assertion=signed, **form)[0] == 200
    status, answer = ask(authlib, client_assertion=signed, **form)
    assert (status, answer["error"]) == (400, "invalid_client")  # again
    signed = jwt.encode(
        {"iss": RSA_ISSUER, "sub": USER, "aud": authlib.url + "/token",
         "iat": now, "exp": now + 3600}, authlib.service, "RS256")
    status, answer = ask(authlib, grant_type=BEARER, assertion=signed,
                         scope=SCOPE)
    assert status == 200, answer


def test_authlib_secret_and_revocation(authlib):
    form = {"grant_type": "client_credentials", "client_id": "app",
            "scope": SCOPE}
    assert ask(authlib, client_secret=ODD_SECRET, **form)[0] == 200
    status, answer = ask(authlib, client_secret="wrong", **form)
    assert answer["error"] == "invalid_client", answer
    token = ask(authlib, **authorize(authlib, "code")[1])[1]["refresh_token"]
    assert ask(authlib, "/revoke", client_id="code", token=token)[0] == 200
    assert ask(authlib, grant_type="refresh_token", client_id="code",
               refresh_token=token)[1]["error"] == "invalid_grant"
