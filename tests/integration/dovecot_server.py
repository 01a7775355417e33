"""Dovecot as the SASL server of Postfix: passwords from a file, OAuth 2.0
access tokens that it validates itself with a public key.  It listens on Unix
sockets only, and all that it writes is in the folder it is given.  And Dovecot
as an LMTP server on TCP."""

import os
import pathlib
import secrets
import shutil
import socket
import subprocess
import tempfile
import time

import jwt
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec

from daemons import Daemon

ISSUER = "https://issuer.example.org"
CHALLENGES = ["SCRAM-SHA-1", "SCRAM-SHA-256", "CRAM-MD5"]
MECHANISMS = ["PLAIN", "LOGIN", "XOAUTH2", "OAUTHBEARER", *CHALLENGES]

# What Dovecot 2.3 and 2.4 both understand; what comes by version says the same
# in the words of each.
COMMON = """
ssl = no
base_dir = {folder}/run
state_dir = {folder}/state
log_path = {folder}/log
auth_verbose = yes

auth_mechanisms = {mechanisms}
# Tests fail on purpose, and often: no delay, no growing penalty.
auth_failure_delay = 0
service anvil {{
  unix_listener anvil-auth-penalty {{
    mode = 0
  }}
}}

service auth {{
  unix_listener {socket} {{
    mode = 0660
    user = {owner}
  }}
}}
"""

CONFIG = {"2.3": COMMON + """
protocols =

passdb {{
  driver = passwd-file
  args = {folder}/disabled
  deny = yes
  override_fields = nodelay=yes
}}
passdb {{
  driver = passwd-file
  mechanisms = plain login scram-sha-1 scram-sha-256 cram-md5
  args = {folder}/accounts
}}
passdb {{
  driver = oauth2
  mechanisms = xoauth2 oauthbearer
  args = {folder}/oauth2
}}
# Whoever was not let in comes here, to be refused at once: a failure without
# nodelay waits half a second for a timer, even where the delay is 0.
passdb {{
  driver = static
  deny = yes
  args = nodelay=yes
}}
userdb {{
  driver = static
  args = uid=nobody gid=nogroup home=/nonexistent
}}
""", "2.4": """
dovecot_config_version = 2.4.0
dovecot_storage_version = 2.4.0
""" + COMMON + """
protocols =

passdb disabled {{
  driver = passwd-file
  passwd_file_path = {folder}/disabled
  deny = yes
}}
passdb accounts {{
  driver = passwd-file
  mechanisms_filter = plain login scram-sha-1 scram-sha-256 cram-md5
  passwd_file_path = {folder}/accounts
}}
# No passdb: the mechanisms validate a token themselves, and then ask for the
# account in "disabled" only.
oauth2 {{
  introspection_mode = local
  username_attribute = sub
  issuers = {issuer}
  oauth2_local_validation {{
    dict fs {{
      fs posix {{
        prefix = {folder}/keys/
      }}
    }}
  }}
}}
userdb static {{
  fields {{
    uid = nobody
    gid = nogroup
    home = /nonexistent
  }}
}}
"""}

# For 2.3, which wants it in a file of its own.
OAUTH2 = """
introspection_mode = local
local_validation_key_dict = fs:posix:prefix={folder}/keys/
username_attribute = sub
issuers = {issuer}
"""


class Issuer:
    """Signs access tokens."""

    def __init__(self):
        self.key = ec.generate_private_key(ec.SECP256R1())

    def public_key(self):
        return self.key.public_key().public_bytes(
            serialization.Encoding.PEM,
            serialization.PublicFormat.SubjectPublicKeyInfo)

    def token(self, user, lifetime=3600, length=None):
        """A token for user.  With length it is about that many octets long,
        never fewer."""
        now = int(time.time())
        claims = {"iss": ISSUER, "sub": user, "iat": now - 7200,
                  "nbf": now - 7200, "exp": now + lifetime}
        token = jwt.encode(claims, self.key, algorithm="ES256")
        if length is not None:
            missing = max(length - len(token), 0)
            claims["pad"] = secrets.token_hex(missing * 3 // 8 + 1)
            token = jwt.encode(claims, self.key, algorithm="ES256")
        return token


def find_dovecot():
    """Its path, and which of the versions it is whose configuration is
    here."""
    program = shutil.which("dovecot", path="/usr/sbin:/usr/local/sbin")
    assert program, "dovecot is not installed (Debian: dovecot-core)"
    said = subprocess.run([program, "--version"], check=True, text=True,
                          stdout=subprocess.PIPE).stdout
    version = ".".join(said.split(".")[:2])
    assert version in CONFIG, (
        "needs Dovecot %s, this is %s" % (" or ".join(CONFIG), said))
    return program, version


class Dovecot(Daemon):
    """path: the socket that owner may connect to.  accounts: user ->
    (password, extra fields of the passwd-file).  disabled: the users among
    them that are denied."""

    def __init__(self, folder, path, owner, accounts, disabled):
        super().__init__()
        self.folder = pathlib.Path(folder)
        self.folder.mkdir(mode=0o755)
        self.socket = path
        self.issuer = Issuer()
        program, self.version = find_dovecot()
        self.accounts = dict(accounts)
        self._write_accounts()
        self._write("disabled", "".join(
            "%s:\n" % user for user in disabled))
        self._write("oauth2", OAUTH2.format(folder=folder, issuer=ISSUER))
        self._write("keys/default/ES256/default",
                    self.issuer.public_key().decode())
        self.config = self._write("dovecot.conf", CONFIG[self.version].format(
            folder=folder, socket=path, owner=owner, issuer=ISSUER,
            mechanisms=" ".join(MECHANISMS).lower()))
        self.command = [program, "-F", "-c", str(self.config)]

    def _write(self, name, text):
        path = self.folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
        return path

    def _write_accounts(self):
        """Dovecot sees within a second that its time or size has changed."""
        new = self._write("accounts.new", "".join(
            "%s:{PLAIN}%s::::::%s\n" % (user, password, extra)
            for user, (password, extra) in self.accounts.items()))
        new.replace(self.folder / "accounts")

    def set_password(self, user, password):
        """password must differ in length from the one before."""
        old, extra = self.accounts[user]
        assert len(password) != len(old) or password == old
        self.accounts[user] = (password, extra)
        self._write_accounts()

    def start(self):
        self.spawn(self.command, self.folder / "output")
        self.wait_for(self._answers)

    def _answers(self):
        with socket.socket(socket.AF_UNIX) as s:
            try:
                s.connect(str(self.socket))
            except (FileNotFoundError, ConnectionRefusedError):
                return False
            return s.recv(1) != b""  # auth greets as soon as it runs

    def report(self):
        return read_logs(self.folder)


def read_logs(folder):
    return "".join(p.read_text() for p in (folder / "output", folder / "log")
                   if p.exists())


LMTP_CONFIG = {"2.3": """
protocols = lmtp
base_dir = {folder}/run
state_dir = {folder}/state
log_path = {folder}/log
ssl = yes
ssl_cert = <{cert}
ssl_key = <{key}
passdb {{
  driver = static
  args = nopassword=yes
}}
userdb {{
  driver = static
  args = uid=nobody gid=nogroup home=/nonexistent allow_all_users=yes
}}
mail_location = maildir:{folder}/mail
service lmtp {{
  inet_listener lmtp {{
    address = 127.0.0.1
    port = {port}
  }}
}}
""", "2.4": """
dovecot_config_version = 2.4.0
dovecot_storage_version = 2.4.0
protocols = lmtp
base_dir = {folder}/run
state_dir = {folder}/state
log_path = {folder}/log
ssl = yes
ssl_server_cert_file = {cert}
ssl_server_key_file = {key}
passdb static {{
  fields {{
    nopassword = yes
  }}
}}
userdb static {{
  static_allow_all_users = yes
  fields {{
    uid = nobody
    gid = nogroup
    home = /nonexistent
  }}
}}
mail_driver = maildir
mail_path = {folder}/mail
service lmtp {{
  inet_listener lmtp {{
    listen = 127.0.0.1
    port = {port}
  }}
}}
"""}


class Lmtp(Daemon):
    """An LMTP server on 127.0.0.1 that takes any recipient, with STARTTLS.
    Started when it is made; port."""

    def __init__(self, pair):
        super().__init__()
        program, self.version = find_dovecot()
        # Not below pytest's folder: too long for the path of a Unix socket.
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix="lmtp-",
                                                    dir="/tmp"))
        try:
            os.chmod(self.folder, 0o755)
            (self.folder / "mail").mkdir()
            shutil.chown(self.folder / "mail", "nobody")
            self._start(program, pair)
        except BaseException:
            self.close()
            raise

    def _start(self, program, pair):
        """The port may have been taken in between: then with another."""
        config = self.folder / "dovecot.conf"
        for attempts_left in reversed(range(5)):
            with socket.socket() as s:
                s.bind(("127.0.0.1", 0))
                self.port = s.getsockname()[1]
            config.write_text(LMTP_CONFIG[self.version].format(
                folder=self.folder, port=self.port, cert=pair.cert_file,
                key=pair.key_file))
            self.spawn([program, "-F", "-c", str(config)],
                       self.folder / "output")
            try:
                self.wait_for(self._answers)
                return
            except AssertionError:
                if self.keeper.poll() is None or not attempts_left:
                    raise
                self.keeper = None

    def _answers(self):
        with socket.socket() as s:
            try:
                s.connect(("127.0.0.1", self.port))
            except ConnectionRefusedError:
                return False
            return s.recv(3) == b"220"

    def report(self):
        return read_logs(self.folder)

    def close(self):
        try:
            self.stop()
        finally:
            shutil.rmtree(self.folder)
