"""integrations/cron: its lines are run as cron runs them, by /bin/sh in the few
variables that it sets, with % made what cron makes of it."""

import re
import subprocess

import pytest

from conftest import HOST, INTEGRATIONS, OWNER, PASSWORD, USER
from postfix_server import ADDRESS

TABLE = INTEGRATIONS / "cron/check_smtp_auth"
WHEN = re.compile(r"((?:\S+\s+){5})(\S+)\s+(.*)")


class Table:
    """A file of /etc/cron.d."""

    def __init__(self, text):
        self.environment = {"SHELL": "/bin/sh", "HOME": "/", "LOGNAME": OWNER,
                            "PATH": "/usr/bin:/bin"}
        self.jobs = []
        for line in text.splitlines():
            if not line.strip() or line.startswith("#"):
                continue
            name, sign, value = line.partition("=")
            if sign and re.fullmatch(r"\w+", name):
                self.environment[name] = value
            else:
                self.jobs.append(WHEN.fullmatch(line).groups())

    def run(self, job):
        """What cron would mail: all that the job prints."""
        _, user, command = job
        # The first % that no \ goes before ends the command.
        parts = re.split(r"(?<!\\)%", command)
        command, *data = (x.replace(r"\%", "%") for x in parts)
        return subprocess.run(
            ["setpriv", "--reuid", user, "--regid", user, "--clear-groups",
             "--", self.environment["SHELL"], "-c", command],
            env=self.environment, cwd="/", input="\n".join(data).encode(),
            stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
            check=False).stdout.decode()


@pytest.fixture
def table(place, mail_server):
    text = TABLE.read_text()
    for old, new in (
            ("/usr/lib/nagios/plugins", place.plugins),
            ("mail.example.org", HOST), ("alice@example.org", USER),
            ("* smtp-auth /", "* %s /" % OWNER),
            ("/etc/smtp_auth/alice.password",
             "%s -p %d -I %s --ca-file=%s/ca.pem" % (
                 place.password, mail_server.port["submission"], ADDRESS,
                 place.folder))):
        assert old in text
        text = text.replace(old, str(new))
    return Table(text)


def test_mails_what_is_wrong_and_nothing_else(table, account):
    job, = table.jobs
    assert job[0].split() == ["*/5", "*", "*", "*", "*"]
    assert "@" in table.environment["MAILTO"]
    assert table.run(job) == ""
    account(PASSWORD + " and more")
    assert table.run(job).startswith(
        "SMTP_AUTH CRITICAL: login of %s rejected at %s:" % (USER, HOST))
    account(PASSWORD)
    assert table.run(job) == ""


def test_percent(table):
    """As the file's comment has it: with \\ it is one, without an end."""
    when, user, command = table.jobs[0]
    assert "100%_of_it" in table.run((when, user, command.replace(
        USER, r"100\%_of_it")))
    assert "end-of-option" not in table.run((
        when, user, "echo a" + "%end-of-option"))
