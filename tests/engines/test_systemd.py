"""The unit files of integrations/systemd and integrations/prometheus: systemd
reads them, the plugin runs by them, and needs no call that they forbid; and
those that tell of a change tell of it once."""

import re
import shlex
import subprocess

import pytest

from conftest import HOST, INTEGRATIONS, PASSWORD, USER
from pages import commands, follow
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


# What is active, is a file; journalctl says which unit it was asked of.
MANAGER = """#!/bin/sh
[ "$1" != --quiet ] || shift
case $1 in
is-active) test -e {folder}/active/$2 ;;
stop) rm {folder}/active/$2 ;;
*) exit 64 ;;
esac
"""
JOURNAL = "#!/bin/sh\necho SMTP_AUTH CRITICAL, $1\n"
TELL = """#!/bin/sh
[ ! -e {folder}/no-way-out ] || exit 1
echo "$*: $(cat)" >>{folder}/told
"""


class Manager:
    """Starts units as the manager does: one that is active is not started,
    one that ends well and RemainsAfterExit is active, and a condition that is
    not met is no failure."""

    def __init__(self, place):
        self.folder = place.make_folder("manager")
        place.make_folder("manager/active")
        self.told = self.folder / "told"
        self.told.touch()
        for name, text in (("systemctl", MANAGER), ("journalctl", JOURNAL),
                           ("tell", TELL)):
            place.write("manager/" + name, text.format(folder=self.folder),
                        0o755)
        source = INTEGRATIONS / "systemd"
        self.units = {
            name: Unit(source / ("smtp-auth-%s@.service" % name), "alice",
                       {"/etc/smtp_auth": self.folder})
            for name in ("alert", "recovered")}
        self.starts = {
            when: line.partition("@")[0].rpartition("-")[2]
            for when, line in re.findall(
                r"(?m)^(On\w+)=(.*)$", (source / "alert.conf").read_text())}

    def _run(self, line):
        return subprocess.run(
            shlex.split(line), env={"PATH": "%s:/usr/bin:/bin" % self.folder},
            check=False).returncode

    def check_ended(self, failed):
        name = self.starts["OnFailure" if failed else "OnSuccess"]
        unit = self.units[name]
        mark = self.folder / ("active/smtp-auth-%s@alice.service" % name)
        if mark.exists() or any(map(self._run, unit.lines("ExecCondition"))):
            return
        for line in unit.lines("ExecStart"):
            if self._run(line) != 0:
                return
        if unit.lines("RemainAfterExit") == ["yes"]:
            mark.touch()


@pytest.fixture
def manager(place):
    manager = Manager(place)
    yield manager
    subprocess.run(["rm", "-r", str(manager.folder)], check=True)


def test_told_of_the_change_only(manager):
    failed = ("failed alice: SMTP_AUTH CRITICAL, "
              "--unit=smtp-auth@alice.service\n")
    for is_failed, told in ((False, ""), (True, failed), (True, ""),
                            (True, ""), (False, "recovered alice: \n"),
                            (False, ""), (True, failed)):
        before = manager.told.read_text()
        manager.check_ended(is_failed)
        assert manager.told.read_text() == before + told


def test_told_as_soon_as_there_is_a_way(manager):
    """What could not be told is told after the next run."""
    blocked = manager.folder / "no-way-out"
    for is_failed, word in ((True, "failed"), (False, "recovered")):
        manager.told.write_text("")
        blocked.touch()
        manager.check_ended(is_failed)
        assert manager.told.read_text() == ""
        blocked.unlink()
        manager.check_ended(is_failed)
        assert manager.told.read_text().startswith(word + " alice: ")


def test_verify_what_tells(place):
    """Copied as the page says, into a folder of units."""
    page = "systemd/README.md"
    folder = place.make_folder("units")
    lines = [line for line in commands(page, "/etc/s")
             if re.match(r"cp smtp-auth|cp alert|install .*(tell|[.]d$)", line)]
    assert len(lines) == 5
    text = follow(page, lines, {"/etc/systemd/system": folder,
                                "/etc/smtp_auth": place.folder})
    assert text == "" and (place.folder / "tell").stat().st_mode & 0o100
    for path in folder.rglob("*.service"):
        path.write_text(path.read_text().replace(
            "/usr/lib/nagios/plugins", str(place.plugins)))
        path.rename(path.with_name(path.name.replace("@", "@alice")))
    for path in list(folder.glob("*.service")):
        path.write_text(path.read_text().replace("%i", "alice"))
    (folder / "smtp-auth@.service.d").rename(
        folder / "smtp-auth@alice.service.d")
    for path in folder.glob("*.service"):
        assert verify(path) == (0, "")
