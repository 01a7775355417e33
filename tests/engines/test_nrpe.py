"""A real NRPE with integrations/nrpe, asked by a real check_nrpe, against a
real Postfix."""

import re
import shutil
import socket
import subprocess

import pytest

from conftest import HOST, INTEGRATIONS, OWNER, PASSWORD, USER
from daemons import Daemon
from integration import FIRST_LINE_MAX, LABELS, parse_perfdata
from postfix_server import ADDRESS, free_ports

COMMANDS = INTEGRATIONS / "nrpe/check_smtp_auth.cfg"
CHECK_NRPE = "/usr/lib/nagios/plugins/check_nrpe"
V2_MAX = 1024  # of a packet's text, the NUL included

CONFIG = """
server_address={address}
server_port={port}
nrpe_user={owner}
nrpe_group={owner}
pid_file={folder}/nrpe.pid
allowed_hosts=127.0.0.1
dont_blame_nrpe=0
include={folder}/check_smtp_auth.cfg
"""


class Nrpe(Daemon):
    def __init__(self, place):
        super().__init__()
        self.program = shutil.which("nrpe", path="/usr/sbin:/usr/local/sbin")
        assert self.program, (
            "nrpe is not installed (Debian: nagios-nrpe-server)")
        self.place = place
        self.folder = place.make_folder("nrpe")

    def start(self):
        """A port may have been taken in between: then on another one."""
        for attempts_left in reversed(range(5)):
            self.port = free_ports(1)[0]
            path = self.place.write("nrpe.cfg", CONFIG.format(
                address=ADDRESS, port=self.port, owner=OWNER,
                folder=self.place.folder))
            self.spawn([self.program, "-f", "-c", str(path)],
                       self.folder / "output")
            try:
                self.wait_for(self._answers)
                return
            except AssertionError:
                if not attempts_left:
                    raise
                self.stop()

    def _answers(self):
        with socket.socket() as s:
            return s.connect_ex((ADDRESS, self.port)) == 0

    def report(self):
        return (self.folder / "output").read_text()

    def run(self, name, *args):
        """Exit code and standard output of check_nrpe."""
        done = subprocess.run(
            [CHECK_NRPE, "-H", ADDRESS, "-p", str(self.port), "-c", name,
             "-t", "30", *args], stdout=subprocess.PIPE, check=False)
        return done.returncode, done.stdout.decode()


@pytest.fixture(scope="module")
def daemon(place, mail_server):
    port = mail_server.port["submission"]
    text = COMMANDS.read_text()
    for old, new in (
            ("/usr/lib/nagios/plugins", str(place.plugins)),
            ("file:/etc/nagios/secrets/alice.password", "file:%s -p %d -I %s "
             "--ca-file=%s/ca.pem" % (place.password, port, ADDRESS,
                                      place.folder))):
        assert old in text
        text = text.replace(old, new)
    place.write(COMMANDS.name, text + "command[long]=%s -vvv\n" % (
        text.partition("]=")[2].strip()))
    daemon = Nrpe(place)
    daemon.at = "%s:%d" % (HOST, port)
    try:
        daemon.start()
        yield daemon
    finally:
        daemon.stop()


def known(text):
    line = text.split("\n")[0]
    assert len(line.encode()) <= FIRST_LINE_MAX
    message, _, perfdata = line.partition(" | ")
    values = parse_perfdata(perfdata)
    assert set(values) == set(LABELS) - {"time_envelope", "token_ttl",
                                    "credential_days"}
    return message


@pytest.mark.parametrize("packets", [[], ["-2"]], ids=["v4", "v2"])
def test_login_and_rejected(daemon, account, packets):
    code, text = daemon.run("check_smtp_auth_alice", *packets)
    assert re.fullmatch(
        r"SMTP_AUTH OK: %s logged in with PLAIN over TLSv1\.3 at %s "
        r"in \d\.\d{3} s" % (re.escape(USER), re.escape(daemon.at)),
        known(text))
    assert code == 0

    account(PASSWORD + " and more")
    code, text = daemon.run("check_smtp_auth_alice", *packets)
    assert code == 2
    assert known(text) == (
        "SMTP_AUTH CRITICAL: login of %s rejected at %s: 535 5.7.8 Error: "
        "authentication failed: (reason unavailable)" % (USER, daemon.at))


def test_long_output(daemon):
    """The old packets hold 1 KB: the first line with its perfdata fits, of
    what follows as much as there is room for."""
    code, whole = daemon.run("long")
    assert code == 0 and len(whole) > V2_MAX
    code, cut = daemon.run("long", "-2")
    assert code == 0 and len(cut) <= V2_MAX
    assert cut.count("\n") > 1
    assert known(cut).startswith("SMTP_AUTH OK: ")


def test_unknown_command(daemon):
    code, text = daemon.run("check_smtp_auth")
    assert code == 3 and "not defined" in text
