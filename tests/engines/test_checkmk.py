"""integrations/checkmk: the line of mrpe.cfg is run as the agent for Linux runs
it, and the section that comes of it is read as Checkmk reads it."""

import re
import subprocess

import pytest

from conftest import HOST, INTEGRATIONS, PASSWORD, USER
from integration import LABELS
from postfix_server import ADDRESS

CONFIG = INTEGRATIONS / "checkmk/mrpe.cfg"

# One line of mrpe.cfg: a name without blanks, parameters in parentheses, and a
# command for bash.  The line ends of what it prints become octets 1.
AGENT = r"""
echo '<<<mrpe>>>'
grep -Ev '^[[:space:]]*($|#)' "$1" | while read -r name command; do
    if [[ $command =~ ^\(([^\)]*)\)[[:space:]]+(.*) ]]; then
        command=${BASH_REMATCH[2]}
    fi
    program=${command%% *}
    output=$(eval "$command")
    status=$?
    printf '(%s) %s %d ' "${program##*/}" "$name" "$status"
    printf '%s' "$output" | tr '\n' '\1'
    printf '\n'
done
"""


@pytest.fixture
def section(place, mail_server):
    """Runs the agent.  Returns the words of the one line in its section."""
    text = CONFIG.read_text()
    for old, new in (
            ("/usr/lib/nagios/plugins", place.plugins),
            ("mail.example.org", HOST), ("alice@example.org", USER),
            ("/etc/check_mk/secrets/alice.password",
             "%s -p %d -I %s --ca-file=%s/ca.pem" % (
                 place.password, mail_server.port["submission"], ADDRESS,
                 place.folder))):
        assert old in text
        text = text.replace(old, str(new))
    path = place.write("mrpe.cfg", text)

    def run():
        done = subprocess.run(["bash", "-c", AGENT, "agent", str(path)],
                              stdout=subprocess.PIPE, check=True)
        header, line = done.stdout.decode().splitlines()
        assert header == "<<<mrpe>>>"
        return line.split()

    return run


def read(words):
    """State, summary, further lines, metrics."""
    program, item, state, *rest = words
    assert (program, item) == ("(check_smtp_auth)", "SMTP_login_alice")
    first, *more = " ".join(rest).split("\1")
    summary, _, perfdata = first.partition("|")
    metrics = {}
    for metric in perfdata.split():
        name, _, value = metric.partition("=")
        number = value.split(";")[0]
        # A U would make the service UNKNOWN.
        metrics[name] = float(re.fullmatch(r"(-?[0-9.]+)s?", number)[1])
    assert not any("|" in x for x in more)
    return int(state), summary.strip(), more, metrics


def test_section(section, account):
    state, summary, more, metrics = read(section())
    assert state == 0 and summary.startswith("SMTP_AUTH OK: " + USER)
    assert not more
    assert set(metrics) == set(LABELS) - {"time_envelope", "token_ttl",
                                    "credential_days"}

    account(PASSWORD + " and more")
    state, summary, more, metrics = read(section())
    assert state == 2 and summary.startswith("SMTP_AUTH CRITICAL: login of ")
    assert more and metrics["time"] > 0


def test_unknown_values_are_left_out(section, place):
    secret = place.folder / "password"
    secret.rename(place.folder / "password.kept")
    try:
        state, summary, _, _ = read(section())
    finally:
        (place.folder / "password.kept").rename(secret)
    assert state == 3 and summary.startswith("SMTP_AUTH UNKNOWN: ")


def test_interval():
    """The agent runs each minute, and so would the logins."""
    lines = [x for x in CONFIG.read_text().splitlines() if x and x[0] != "#"]
    assert lines
    for line in lines:
        assert re.match(r"\S+ \(interval=300\) /", line)
