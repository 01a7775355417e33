"""A real Postfix whose Dovecot takes the access tokens of an authorization
server: by their signature, or by asking that server about each."""

import functools
import pathlib

import postfix_server
from dovecot_server import Dovecot
from keys import public_pem

SAME = {"local": """
introspection_mode = local
issuers = {issuer}
username_attribute = upn
""", "post": """
introspection_mode = post
introspection_url = {introspection}
active_attribute = active
active_value = true
username_attribute = upn
"""}

# Dovecot 2.3 wants them in a file, 2.4 in a block.
OWN = {"2.3": {
    "local": "local_validation_key_dict = fs:posix:prefix={folder}/keys/\n",
    "post": "tls_ca_cert_file = {ca}\n"}, "2.4": {
        "local": """
oauth2_local_validation {{
  dict fs {{
    fs posix {{
      prefix = {folder}/keys/
    }}
  }}
}}
""", "post": "ssl_client_ca_file = {ca}\n"}}


class TokenDovecot(Dovecot):
    """mode: "local" (JWT, RS256 and ES256) or "post" (opaque tokens, which
    the server is asked about)."""

    def __init__(self, server, mode, *more):
        super().__init__(*more)
        # A copy, since pytest's folders are closed to Dovecot's user.
        ca = self._write("ca.pem", pathlib.Path(server.ca).read_text())
        words = (SAME[mode] + OWN[self.version][mode]).format(
            folder=self.folder, issuer=server.url, ca=ca,
            introspection=server.url.replace(
                "://", "://dovecot:introspect@") + "/token/introspection")
        if mode == "local":
            self._write("keys/default/RS256/default", public_pem(server.rsa))
            self._write("keys/default/ES256/default-es",
                        public_pem(server.ec))
        if self.version == "2.3":
            self._write("oauth2", words)
            return
        text = self.config.read_text()
        begin = text.index("oauth2 {")
        end = text.index("\n}\n", begin)
        self.config.write_text(
            text[:begin] + "oauth2 {" + words + text[end:])


def start(host, pair, server, mode):
    return postfix_server.Postfix(
        host, pair, accounts={}, disabled=[], owners={},
        nobody="nobody@example.org",
        sasl=functools.partial(TokenDovecot, server, mode))
