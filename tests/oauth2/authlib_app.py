"""Authlib with Flask as an authorization server, run as a program:

    python3 authlib_app.py CONFIG.json

It differs from oidc_server.mjs where providers differ: tokens are opaque, the
device flow has an interval and says slow_down, the grant is renewed without an
end to those before, and a redirect carries no iss.  CONFIG has tls {key,
cert}, clients, certificates, service, interval and ttl.  It prints its
port."""

import json
import secrets
import socket
import sys
import time

from authlib.integrations.flask_oauth2 import AuthorizationServer
from authlib.jose import JsonWebKey, JsonWebToken
from authlib.jose.errors import JoseError
from authlib.oauth2.rfc6749 import ClientMixin, TokenMixin, grants
from authlib.oauth2.rfc6749.errors import InvalidGrantError
from authlib.oauth2.rfc7009 import RevocationEndpoint
from authlib.oauth2.rfc7523 import JWTBearerClientAssertion, JWTBearerGrant
from authlib.oauth2.rfc7636 import CodeChallenge
from authlib.oauth2.rfc8628 import (
    DEVICE_CODE_GRANT_TYPE, DeviceAuthorizationEndpoint,
    DeviceCodeGrant as BaseDeviceCodeGrant, DeviceCredentialMixin)
from flask import Flask, jsonify, request
from werkzeug.serving import make_server

with open(sys.argv[1], encoding="utf-8") as source:
    CONFIG = json.load(source)

METHODS = ["none", "client_secret_post", "client_secret_basic",
           "client_assertion_jwt"]


class Client(ClientMixin):
    def __init__(self, client_id, grants_, method="none", secret=None):
        self.client_id = client_id
        self.grants = grants_
        self.method = method
        self.secret = secret

    def get_client_id(self):
        return self.client_id

    def get_default_redirect_uri(self):
        return None

    def get_allowed_scope(self, scope):
        return scope or ""

    def check_redirect_uri(self, redirect_uri):
        return redirect_uri.startswith("http://127.0.0.1:")

    def has_client_secret(self):
        return self.secret is not None

    def check_client_secret(self, client_secret):
        return secrets.compare_digest(client_secret, self.secret or "")

    def check_endpoint_auth_method(self, method, endpoint):
        return method == self.method

    def check_token_endpoint_auth_method(self, method):
        return method == self.method

    def check_response_type(self, response_type):
        return response_type == "code"

    def check_grant_type(self, grant_type):
        return grant_type in self.grants


class Token(dict, TokenMixin):
    """A token's answer, with whose it is and which have been withdrawn."""

    def __init__(self, answer, client, user):
        super().__init__(answer)
        self.client = client
        self.user = user
        self.revoked = False

    def check_client(self, client):
        return client is self.client

    def get_scope(self):
        return self.get("scope", "")

    def get_expires_in(self):
        return self["expires_in"]

    def is_expired(self):
        return False

    def is_revoked(self):
        return self.revoked


class User:
    """Authlib asks for no more than that there is one."""

    def __init__(self, name):
        self.name = name

    def get_user_id(self):
        return self.name


class Code:
    def __init__(self, code, asked, user):
        self.code = code
        self.client_id = asked.client.client_id
        self.redirect_uri = asked.redirect_uri
        self.scope = asked.scope
        self.user = user
        self.code_challenge = request.values.get("code_challenge")
        self.code_challenge_method = request.values.get(
            "code_challenge_method")

    def get_redirect_uri(self):
        return self.redirect_uri

    def get_scope(self):
        return self.scope


class Device(dict, DeviceCredentialMixin):
    def __init__(self, client_id, scope, data):
        super().__init__(data)
        self.client_id = client_id
        self.scope = scope
        self.told = data["interval"]
        # Who keeps to what was told is too fast for it, once.
        self.interval = self.told + (0.5 if client_id == "device-slow" else 0)
        self.expires_at = time.time() + data["expires_in"]
        self.asked_at = None

    def get_client_id(self):
        return self.client_id

    def get_scope(self):
        return self.scope

    def get_user_code(self):
        return self["user_code"]

    def is_expired(self):
        return time.time() > self.expires_at


clients = {c["client_id"]: Client(**c) for c in CONFIG["clients"]}
tokens = []
codes = {}
devices = {}
answers = {}  # user code -> (user, whether they said yes)
asked = []
used = set()

app = Flask("tests")
app.config["OAUTH2_REFRESH_TOKEN_GENERATOR"] = True


def save_token(answer, req):
    answer["expires_in"] = CONFIG["ttl"]
    tokens.append(Token(answer, req.client, req.user))


server = AuthorizationServer(app, clients.get, save_token)


class CodeGrant(grants.AuthorizationCodeGrant):
    TOKEN_ENDPOINT_AUTH_METHODS = METHODS

    def save_authorization_code(self, code, req):
        codes[code] = Code(code, req, req.user)

    def query_authorization_code(self, code, client):
        found = codes.get(code)
        return found if found and found.client_id == client.client_id else None

    def delete_authorization_code(self, authorization_code):
        del codes[authorization_code.code]

    def authenticate_user(self, authorization_code):
        return authorization_code.user


class RefreshGrant(grants.RefreshTokenGrant):
    TOKEN_ENDPOINT_AUTH_METHODS = METHODS
    INCLUDE_NEW_REFRESH_TOKEN = True

    def authenticate_refresh_token(self, refresh_token):
        for token in tokens:
            if token.get("refresh_token") == refresh_token:
                return None if token.revoked else token
        return None

    def authenticate_user(self, credential):
        return credential.user

    def revoke_old_credential(self, credential):
        credential.revoked = True


class ClientGrant(grants.ClientCredentialsGrant):
    TOKEN_ENDPOINT_AUTH_METHODS = METHODS


class DeviceGrant(BaseDeviceCodeGrant):
    TOKEN_ENDPOINT_AUTH_METHODS = METHODS

    def query_device_credential(self, device_code):
        return devices.get(device_code)

    def query_user_grant(self, user_code):
        return answers.get(user_code)

    def should_slow_down(self, credential):
        now = time.monotonic()
        then, credential.asked_at = credential.asked_at, now
        # A little less, since the client's clock is another one.
        if then is None or now - then > credential.interval - 0.2:
            return False
        credential.told += 5
        credential.interval = credential.told
        return True


class DeviceEndpoint(DeviceAuthorizationEndpoint):
    CLIENT_AUTH_METHODS = METHODS
    INTERVAL = CONFIG["interval"]
    EXPIRES_IN = CONFIG["deviceTTL"]

    def get_verification_uri(self):
        return request.host_url + "device"

    def save_device_credential(self, client_id, scope, data):
        devices[data["device_code"]] = Device(client_id, scope, data)


class ServiceGrant(JWTBearerGrant):
    CLAIMS_OPTIONS = {"iss": {"essential": True}, "sub": {"essential": True},
                      "aud": {"essential": True}, "exp": {"essential": True}}

    def resolve_issuer_client(self, issuer):
        if issuer not in clients:
            raise InvalidGrantError("Invalid grant: account not found")
        return clients[issuer]

    def resolve_client_key(self, client, headers, payload):
        return JsonWebKey.import_key(CONFIG["service"][client.client_id])

    def authenticate_user(self, subject):
        return User(subject) if subject.endswith("@example.org") else None

    def has_granted_permission(self, client, user):
        return True


class Assertion(JWTBearerClientAssertion):
    def validate_jti(self, claims, jti):
        fresh = jti not in used
        used.add(jti)
        return fresh

    def resolve_client_public_key(self, client, headers):
        known = CONFIG["certificates"][client.client_id]
        if headers.get("x5t#S256") != known["thumbprint"]:
            raise InvalidGrantError("no certificate of this thumbprint")
        return JsonWebKey.import_key(known["key"])


class Revocation(RevocationEndpoint):
    CLIENT_AUTH_METHODS = METHODS

    def query_token(self, token_string, token_type_hint):
        for token in tokens:
            if token_string in (token["access_token"],
                                token.get("refresh_token")):
                return token
        return None

    def revoke_token(self, token, req):
        token.revoked = True


server.register_grant(CodeGrant, [CodeChallenge(required=True)])
for grant in (RefreshGrant, ClientGrant, DeviceGrant, ServiceGrant):
    server.register_grant(grant)
server.register_endpoint(DeviceEndpoint)
server.register_endpoint(Revocation)


@app.before_request
def note():
    asked.append({"method": request.method, "path": request.path,
                  "grant": request.form.get("grant_type"),
                  "client": request.form.get("client_id"),
                  "names": sorted(request.form), "at": time.monotonic()})


@app.route("/token", methods=["POST"])
def token_endpoint():
    return server.create_token_response()


class Refused(Exception):
    """As Entra words it."""


def entra_assertion(tenant, form):
    """Whether Entra would take it: learn.microsoft.com/entra/identity-platform/
    certificate-credentials, to the letter.  Returns the client's id."""
    if set(form) != {"grant_type", "scope", "client_id", "client_assertion",
                     "client_assertion_type"}:
        raise Refused("AADSTS900144: the request has %s" % sorted(form))
    known = CONFIG["certificates"].get(form["client_id"])
    if known is None:
        raise Refused("AADSTS700016: no such application in the directory")
    here = request.host_url + tenant + "/oauth2/v2.0/token"
    exactly = {name: {"essential": True, "value": value} for name, value in (
        ("aud", here), ("iss", form["client_id"]),
        ("sub", form["client_id"]))}
    try:
        claims = JsonWebToken(["PS256"]).decode(
            form["client_assertion"], JsonWebKey.import_key(known["key"]),
            claims_options={**exactly, **{name: {"essential": True} for name in
                                          ("jti", "nbf", "exp")}})
        header = claims.header
        if header != {"alg": "PS256", "typ": "JWT",
                      "x5t#S256": known["thumbprint"]}:
            raise Refused("AADSTS700027: the header is %s" % header)
        claims.validate()
    except JoseError as error:
        raise Refused("AADSTS700027: %s" % error) from error
    if not 300 <= claims["exp"] - claims["nbf"] <= 600:
        raise Refused("AADSTS700024: not from 5 to 10 minutes")
    if claims["jti"] in used:
        raise Refused("AADSTS700025: used before")
    used.add(claims["jti"])
    return form["client_id"]


@app.route("/<tenant>/oauth2/v2.0/token", methods=["POST"])
def entra(tenant):
    try:
        client = entra_assertion(tenant, request.form.to_dict())
    except Refused as refused:
        return jsonify({"error": "invalid_client",
                        "error_description": str(refused)}), 401
    return jsonify({"token_type": "Bearer", "expires_in": 3599,
                    "ext_expires_in": 3599,
                    "access_token": "entra-%s-%s" % (
                        client, secrets.token_urlsafe())})


@app.route("/revoke", methods=["POST"])
def revoke_endpoint():
    return server.create_endpoint_response(Revocation.ENDPOINT_NAME)


@app.route("/devicecode", methods=["POST"])
def device_endpoint():
    return server.create_endpoint_response(DeviceEndpoint.ENDPOINT_NAME)


@app.route("/auth", methods=["GET"])
def authorize():
    """The person is signed in already, and says what `login` has of them."""
    user = request.args.get("login_hint")
    return server.create_authorization_response(
        grant_user=User(user) if user != "nobody" else None)


@app.route("/device", methods=["POST"])
def person():
    answers[request.form["user_code"]] = (
        User(request.form["login"]), request.form["answer"] == "yes")
    return jsonify({})


@app.route("/_lab/requests")
def requests():
    return jsonify(asked)


def main():
    listener = socket.socket()
    listener.bind(("127.0.0.1", 0))
    listener.listen(64)
    assertion = Assertion(
        "https://localhost:%d/token" % listener.getsockname()[1])
    server.register_client_auth_method(
        Assertion.CLIENT_AUTH_METHOD, assertion)
    httpd = make_server(
        "127.0.0.1", listener.getsockname()[1], app, threaded=True,
        fd=listener.fileno(),
        ssl_context=(CONFIG["tls"]["cert"], CONFIG["tls"]["key"]))
    print(listener.getsockname()[1], flush=True)
    httpd.serve_forever()


if __name__ == "__main__":
    main()
