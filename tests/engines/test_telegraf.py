"""integrations/telegraf: the command is run as Telegraf would, without a shell,
and the answer holds what its parser for the format "nagios" takes.  Telegraf
itself is in no package of Debian's."""

import re
import shlex
import subprocess
import tomllib

import pytest

from conftest import HOST, INTEGRATIONS, PASSWORD, USER
from integration import LABELS
from postfix_server import ADDRESS

CONFIG = INTEGRATIONS / "telegraf/smtp_auth.conf"
NUMBER = r"[-+0-9.eE]+"
RANGE = r"[-+0-9.eE:~@]+"
# Label, number, unit; then warning, critical, minimum and maximum, none a must.
VALUE = re.compile(r"([^=]+)=(%s)([\w/%%]*)(?:;(?:%s)?){0,2}(?:;(?:%s)?){0,2}" %
                   (NUMBER, RANGE, NUMBER))


@pytest.fixture(scope="module")
def config():
    with open(CONFIG, "rb") as f:
        inputs, = tomllib.load(f)["inputs"]["exec"]
    return inputs


@pytest.fixture
def run(config, place, mail_server):
    text, = config["commands"]
    for old, new in (
            ("/usr/lib/nagios/plugins", place.plugins),
            ("/etc/telegraf/secrets/alice.password", place.password),
            ("mail.example.org", HOST), ("alice@example.org", USER)):
        assert old in text
        text = text.replace(old, str(new))

    def run(*more):
        done = subprocess.run(
            [*shlex.split(text), "-p", str(mail_server.port["submission"]),
             "-I", ADDRESS, "--ca-file=%s/ca.pem" % place.folder, *more],
            stdout=subprocess.PIPE, stderr=subprocess.PIPE, check=False)
        assert done.stderr == b""
        return done.returncode, done.stdout.decode()

    return run


def points(text):
    """label -> number, of an answer that the parser takes whole."""
    first, _, rest = text.partition("\n")
    assert first.count("|") == 1 and "|" not in rest
    out = {}
    for item in first.split("|")[1].split():
        match = VALUE.fullmatch(item)
        assert match, "%r would be left out" % item
        out[match[1]] = float(match[2])
    return out


def test_config(config):
    assert config["data_format"] == "nagios"
    assert config["interval"] == "5m"
    seconds = int(re.search(r" -t (\d+)", config["commands"][0])[1])
    assert int(config["timeout"].rstrip("s")) > seconds


def test_answers(run, account):
    code, text = run()
    got = points(text)
    assert code == 0 and set(got) == set(LABELS) - {
        "time_envelope", "token_ttl",
                                    "credential_days"}
    account(PASSWORD + " and more")
    code, text = run()
    assert code == 2 and "rejected" in text.partition("|")[0]
    assert set(points(text)) == set(got)


def test_values_that_are_not_known(run):
    """A phase that was not reached is left out, and the rest is there."""
    code, text = run("--verify-name=other.example.org")
    assert code == 2
    assert "time_auth" not in text and "time_connect" in points(text)
