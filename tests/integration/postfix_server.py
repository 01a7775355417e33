"""A real Postfix with Dovecot's SASL, from the distribution's packages: on
ports of its own, with its own configuration, queue and data folders.  No
system service is used, and only one temporary folder is written to."""

import os
import pathlib
import pwd
import re
import shutil
import socket
import subprocess
import tempfile

from daemons import Daemon
from dovecot_server import Dovecot

OWNER = "postfix"
ADDRESS = "127.0.0.1"

MAIN = """
compatibility_level = 3.6
queue_directory = {folder}/queue
data_directory = {folder}/data
maillog_file = {folder}/log
maillog_file_prefixes = {folder}
mail_owner = postfix
myhostname = {host}
mydestination =
mynetworks = 192.0.2.1/32
inet_protocols = ipv4
alias_maps =
alias_database =
local_recipient_maps =

# No DNS, no delays, no limits on clients.
smtpd_peername_lookup = no
smtpd_error_sleep_time = 0
in_flow_delay = 0
smtpd_client_event_limit_exceptions = 127.0.0.0/8

smtpd_tls_chain_files = {folder}/tls.pem
smtpd_tls_security_level = may
smtpd_tls_auth_only = yes
smtpd_tls_loglevel = 1

smtpd_sasl_auth_enable = yes
smtpd_sasl_type = dovecot
smtpd_sasl_path = private/auth
cyrus_sasl_config_path = {folder}/etc/sasl
smtpd_sasl_security_options = noanonymous
smtpd_sasl_mechanism_filter = plain, login, xoauth2, oauthbearer

smtpd_sender_login_maps = inline:{{ {owners} }}
smtpd_sender_restrictions = reject_sender_login_mismatch
smtpd_relay_restrictions = permit_sasl_authenticated, reject
smtpd_recipient_restrictions =
    check_recipient_access inline:{{ {{ {nobody} = REJECT }} }}
"""

# Nothing is ever delivered, so there is neither a queue manager nor delivery.
MASTER = """
{submission} inet n - n - - smtpd -o syslog_name=postfix/submission
{encrypt}    inet n - n - - smtpd -o syslog_name=postfix/encrypt
    -o smtpd_tls_security_level=encrypt
{cleartext}  inet n - n - - smtpd -o syslog_name=postfix/cleartext
    -o smtpd_tls_auth_only=no
{challenge}  inet n - n - - smtpd -o syslog_name=postfix/challenge
    -o smtpd_tls_auth_only=no -o smtpd_sasl_mechanism_filter=static:rest
{cyrus}      inet n - n - - smtpd -o syslog_name=postfix/cyrus
    -o smtpd_tls_auth_only=no -o smtpd_sasl_mechanism_filter=static:rest
    -o smtpd_sasl_type=cyrus -o smtpd_sasl_path=smtpd
{smtps}      inet n - n - - smtpd -o syslog_name=postfix/smtps
    -o smtpd_tls_wrappermode=yes
{auths}      inet n - n - - smtpd -o syslog_name=postfix/auths
    -o smtpd_client_auth_rate_limit=1
    -o smtpd_client_event_limit_exceptions=
{crowd}      inet n - n - - smtpd -o syslog_name=postfix/crowd
    -o smtpd_client_connection_rate_limit=1
    -o smtpd_client_event_limit_exceptions=
{proxied}    inet n - n - - smtpd -o syslog_name=postfix/proxied
    -o smtpd_upstream_proxy_protocol=haproxy
cleanup unix n - n - 0 cleanup
rewrite unix - - n - - trivial-rewrite
tlsmgr unix - - n 1000? 1 tlsmgr
anvil unix - - n - 1 anvil
proxymap unix - - n - - proxymap
postlog unix-dgram n - n - 1 postlogd
"""

SERVICES = ("submission", "encrypt", "cleartext", "challenge", "cyrus", "smtps",
            "auths", "crowd", "proxied")

# Cyrus SASL's, for the service that asks it instead of Dovecot.
CYRUS = """
pwcheck_method: auxprop
auxprop_plugin: sasldb
sasldb_path: {folder}/etc/sasl/sasldb2
mech_list: PLAIN LOGIN {mechanisms}
"""
CYRUS_CHALLENGES = ["SCRAM-SHA-1", "SCRAM-SHA-256", "SCRAM-SHA-512",
                    "CRAM-MD5"]

# Folders of the queue, with who owns them if not root, and their mode.
QUEUE = {
    "pid": (None, 0o755), "private": (OWNER, 0o700), "public": (OWNER, 0o710),
    "incoming": (OWNER, 0o700), "active": (OWNER, 0o700),
    "defer": (OWNER, 0o700), "deferred": (OWNER, 0o700),
    "bounce": (OWNER, 0o700), "corrupt": (OWNER, 0o700),
    "flush": (OWNER, 0o700), "hold": (OWNER, 0o700), "saved": (OWNER, 0o700),
    "trace": (OWNER, 0o700), "maildrop": (OWNER, 0o730),
}

LINE = re.compile(r".*? postfix\S*?/(\w+)\[\d+\]: (.*)")


def free_ports(count):
    """Ports that the kernel has just found free; one may be taken again
    before it is used."""
    sockets = [socket.socket() for _ in range(count)]
    try:
        for s in sockets:
            s.bind((ADDRESS, 0))
        return [s.getsockname()[1] for s in sockets]
    finally:
        for s in sockets:
            s.close()


def make_folder(path, owner=None, mode=0o755):
    path.mkdir()
    os.chmod(path, mode)
    if owner:
        shutil.chown(path, owner)


class Postfix(Daemon):
    """Started when it is made.  port[NAME] for each of SERVICES; dovecot.
    accounts and disabled as in Dovecot; owners: address -> user that may
    send as it; nobody: a recipient that is refused; sasl makes its Dovecot."""

    def __init__(self, host, pair, accounts, disabled, owners, nobody,
                 sasl=Dovecot):
        super().__init__()
        assert os.geteuid() == 0, (
            "a real Postfix can be started by root only: run the tests as "
            "root, in a container or a throwaway machine")
        program = shutil.which("postconf", path="/usr/sbin:/usr/local/sbin")
        assert program, "postfix is not installed (Debian: postfix)"
        pwd.getpwnam(OWNER)
        self.master = subprocess.run(
            [program, "-d", "-h", "daemon_directory"], check=True, text=True,
            stdout=subprocess.PIPE).stdout.strip() + "/master"
        # Not below TMPDIR or pytest's folder: too long for the path of a Unix
        # socket, and closed to Postfix's user.
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix="pf-", dir="/tmp"))
        self.port = {}
        self.read = 0
        try:
            self._make_folders()
            self._configure(host, pair, owners, nobody)
            self.dovecot = sasl(
                self.folder / "dovecot", self.folder / "queue/private/auth",
                OWNER, accounts, disabled)
            self.dovecot.start()
            self._configure_cyrus(accounts)
            self._start_on_free_ports()
        except BaseException:
            self.close()
            raise

    def _make_folders(self):
        os.chmod(self.folder, 0o755)
        make_folder(self.folder / "etc")
        make_folder(self.folder / "data", OWNER, 0o700)
        make_folder(self.folder / "queue")
        for name, (owner, mode) in QUEUE.items():
            make_folder(self.folder / "queue" / name, owner, mode)

    def _configure(self, host, pair, owners, nobody):
        chain = self.folder / "tls.pem"
        chain.touch(0o600)
        chain.write_bytes(pathlib.Path(pair.key_file).read_bytes() +
                          pathlib.Path(pair.cert_file).read_bytes())
        main = self.folder / "etc/main.cf"
        main.write_text(MAIN.format(
            folder=self.folder, host=host, nobody=nobody,
            owners=", ".join("{ %s = %s }" % o for o in owners.items())))
        # Postfix waits while a file may still be written to: make it older.
        then = main.stat().st_mtime - 60
        os.utime(main, (then, then))

    def _configure_cyrus(self, accounts):
        """Debian's Postfix looks for it below its own configuration only."""
        program = shutil.which("saslpasswd2", path="/usr/sbin:/usr/local/sbin")
        assert program, "saslpasswd2 is not installed (Debian: sasl2-bin)"
        make_folder(self.folder / "etc/sasl")
        (self.folder / "etc/sasl/smtpd.conf").write_text(CYRUS.format(
            folder=self.folder, mechanisms=" ".join(CYRUS_CHALLENGES)))
        database = self.folder / "etc/sasl/sasldb2"
        for account, (password, _) in accounts.items():
            user, _, realm = account.partition("@")
            subprocess.run(
                [program, "-p", "-c", "-f", str(database), "-u", realm, user],
                check=True, input=password, text=True)
            shutil.chown(database, OWNER)

    def _start_on_free_ports(self):
        """A port may have been taken in between.  Postfix's master says so
        to a terminal only, so that every early end is met with new ports."""
        for attempts_left in reversed(range(5)):
            self.port = dict(zip(SERVICES, free_ports(len(SERVICES))))
            (self.folder / "etc/master.cf").write_text(MASTER.format(**{
                name: "%s:%d" % (ADDRESS, port)
                for name, port in self.port.items()}, folder=self.folder))
            self.spawn([self.master, "-c", str(self.folder / "etc"), "-d"],
                       self.folder / "output")
            try:
                self.wait_for(lambda: "daemon started" in self._log())
                return
            except AssertionError:
                if self.keeper.poll() is None or not attempts_left:
                    raise
                self.keeper = None

    def _log(self):
        path = self.folder / "log"
        return path.read_text() if path.exists() else ""

    def report(self):
        return (self.folder / "output").read_text() + self._log()

    def session(self):
        """What smtpd logged of the oldest connection not yet asked about:
        wait for its end.  Connections must not overlap."""
        lines = []

        def ended():
            text = self._log()
            end = re.compile(r".* disconnect from .*\n").search(
                text, self.read)
            if not end:
                return False
            for line in text[self.read:end.end()].splitlines():
                match = LINE.fullmatch(line)
                if match and match.group(1) == "smtpd":
                    lines.append(match.group(2))
            self.read = end.end()
            return True

        self.wait_for(ended)
        return lines

    def close(self):
        try:
            self.stop()
        finally:
            try:
                if hasattr(self, "dovecot"):
                    self.dovecot.stop()
            finally:
                shutil.rmtree(self.folder)
