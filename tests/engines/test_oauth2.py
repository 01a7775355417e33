"""The unit and the timer of integrations/oauth2, and its line for cron."""

import subprocess

import pytest

from conftest import INTEGRATIONS
from pages import commands, follow
from units import Unit, verify

FOLDER = INTEGRATIONS / "oauth2"
NAME = "smtp-oauth2-renew"
EXPOSURE_MAX = 20  # in tenths, as systemd-analyze security counts it


@pytest.fixture(scope="module")
def unit(binary, place):
    program = place.plugins / "smtp-oauth2"
    program.write_bytes((binary.parent / "smtp-oauth2").read_bytes())
    program.chmod(0o755)
    unit = Unit(FOLDER / (NAME + ".service"), "",
                {"/usr/lib/nagios/plugins": place.plugins})
    unit.path = place.write(NAME + ".service", unit.text, owner="root")
    return unit


def test_verify(unit, place):
    assert verify(unit.path) == (0, "")
    timer = place.write(NAME + ".timer",
                        (FOLDER / (NAME + ".timer")).read_text(), owner="root")
    assert verify(timer, unit.path) == (0, "")


def test_exposure(unit):
    done = subprocess.run(
        ["systemd-analyze", "security", "--offline=yes", "--no-pager",
         "--threshold=%d" % EXPOSURE_MAX, str(unit.path)],
        stdout=subprocess.PIPE, stderr=subprocess.STDOUT, check=False)
    assert done.returncode == 0, done.stdout.decode()


def test_the_worker_is_left_alone(unit):
    """What has asked the provider is not to be killed with who waits."""
    assert unit.lines("KillMode") == ["process"]
    assert unit.lines("User") == ["nagios"]
    assert unit.lines("StateDirectory") == ["check_smtp_auth"]


def test_cron(unit, place):
    """As cron runs it, with no account configured: nothing is printed."""
    line = [x for x in (FOLDER / "cron").read_text().splitlines()
            if "smtp-oauth2" in x][-1]
    user, command = line.split(None, 6)[5:]
    state = place.make_folder("state")
    state.chmod(0o700)
    config = place.write("oauth2.ini", "")
    done = subprocess.run(
        ["setpriv", "--reuid", user, "--regid", user, "--clear-groups", "--",
         "/bin/sh", "-c", command.replace(
             "--all", "--all --config=%s" % config).replace(
                 "/usr/lib/nagios/plugins", str(place.plugins))],
        env={"PATH": "/usr/bin:/bin", "STATE_DIRECTORY": str(state)}, cwd="/",
        stdout=subprocess.PIPE, stderr=subprocess.STDOUT, check=False)
    assert (done.returncode, done.stdout) == (0, b"")


def test_another_user(place):
    """The page's own lines put the user in that runs the checks."""
    page = "oauth2/README.md"
    folder = place.make_folder("another-user")
    lines = [line for line in commands(page, '"s/') if line.startswith("sed ")]
    assert len(lines) == 2
    follow(page, ["user=icinga", *lines], {
        "/etc/systemd/system": folder, "/etc/cron.d": folder})
    plain = (FOLDER / (NAME + ".service")).read_text()
    assert (folder / (NAME + ".service")).read_text() == plain.replace(
        "User=nagios", "User=icinga").replace("Group=nagios", "Group=icinga")
    assert (folder / "smtp-oauth2").read_text() == (
        FOLDER / "cron").read_text().replace(" nagios ", " icinga ")
