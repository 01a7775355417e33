"""The unit files of integrations/systemd and integrations/prometheus: systemd
reads them, the plugin runs by them, and needs no call that they forbid."""

import re
import subprocess

import pytest

from conftest import HOST, INTEGRATIONS, PASSWORD, USER
from postfix_server import ADDRESS
from units import Unit, system_calls, verify

UNITS = {"systemd": "smtp-auth", "prometheus": "smtp-auth-metrics"}
EXPOSURE_MAX = 20  # in tenths, as systemd-analyze security counts it


@pytest.fixture(scope="module", params=UNITS)
def unit(request, place, mail_server):
    folder, name = request.param, UNITS[request.param]
    text = (INTEGRATIONS / "systemd/accounts.ini").read_text()
    for old, new in (("mail.example.org", HOST), ("alice@example.org", USER)):
        assert old in text
        text = text.replace(old, new)
    accounts = place.write("accounts.ini", text + (
        "port = %d\nip-address = %s\nca-file = %s/ca.pem\n") % (
            mail_server.port["submission"], ADDRESS, place.folder))
    (place.folder / "pages").mkdir(exist_ok=True)
    credentials = place.folder / "credentials"
    credentials.mkdir(exist_ok=True)
    (credentials / "password").write_text(PASSWORD + "\n")
    paths = {"/usr/lib/nagios/plugins": place.plugins,
             "/etc/smtp_auth/accounts.ini": accounts}
    if folder == "prometheus":
        paths["/var/lib/prometheus/node-exporter"] = place.folder / "pages"
    unit = Unit(INTEGRATIONS / folder / (name + "@.service"), "alice", paths)
    unit.path = place.write(name + "@alice.service", unit.text, owner="root")
    unit.timer = INTEGRATIONS / folder / (name + "@.timer")
    unit.credentials = credentials
    return unit


def test_verify(unit, place):
    assert verify(unit.path) == (0, "")
    timer = place.write(unit.path.stem + ".timer", unit.timer.read_text().replace(
        "%i", "alice"), owner="root")
    assert verify(timer, unit.path) == (0, "")
    assert "OnCalendar=*:0/5\n" in unit.timer.read_text()


def test_exposure(unit):
    done = subprocess.run(
        ["systemd-analyze", "security", "--offline=yes", "--no-pager",
         "--threshold=%d" % EXPOSURE_MAX, str(unit.path)],
        stdout=subprocess.PIPE, stderr=subprocess.STDOUT, check=False)
    assert done.returncode == 0, done.stdout.decode()


def test_run(unit, account):
    """The credential that LoadCredential= names is the one that is read."""
    name, _, path = unit.values("LoadCredential")[0].partition(":")
    assert (name, path) == ("password", "/etc/smtp_auth/alice.password")
    assert unit.run(unit.credentials) == (0, "")
    account(PASSWORD + " and more")
    code, text = unit.run(unit.credentials)
    assert code == 2 and text.startswith(
        "SMTP_AUTH CRITICAL: login of %s rejected at %s:" % (USER, HOST))


def test_without_the_credential(unit, place):
    code, text = unit.run(place.make_folder("none-" + unit.path.stem))
    assert code == 3 and text.startswith("SMTP_AUTH UNKNOWN: "), text
    assert "password" in text


def test_system_calls(unit, place):
    """SystemCallFilter= leaves all that a check calls, and the sockets that it
    makes are of families allowed."""
    log = place.folder / (unit.path.stem + ".strace")
    assert unit.run(unit.credentials, wrapper=[
        "strace", "-f", "-o", str(log)]) == (0, "")
    text = log.read_text()
    called = set(re.findall(r"(?m)^\d+ +(\w+)\(", text)) - {"execve"}
    assert {"connect", "write", "exit_group"} <= called
    # A ~ stands for the whole of its line.
    lines = unit.lines("SystemCallFilter")
    allowed, denied = (
        set().union(*(system_calls(x.lstrip("~").split()) for x in lines
                      if x.startswith("~") == is_denied))
        for is_denied in (False, True))
    assert called - allowed == set()
    assert called & denied == set()
    families = set(re.findall(r"\bsocket\((\w+)", text))
    families = {x.replace("PF_", "AF_") for x in families}
    assert families and families <= set(unit.values("RestrictAddressFamilies"))
