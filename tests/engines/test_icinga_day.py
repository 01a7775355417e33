"""A day of --guard in a real Icinga 2: what it makes of a service whose
password was changed at a real Postfix, and what that costs the account."""

import re

import pytest

import guard_memory
import icinga
from conftest import HOST, PASSWORD, USER

EVERY, DAY = 300, 24 * 3600
WINDOW = 3600
CHANGED = PASSWORD + " of tomorrow"
SERVICE = "mx!smtp-auth-" + USER

WATCHED = """
object User "operator" {{ }}
object NotificationCommand "note" {{
    command = [ "{folder}/note" ]
    env = {{ TYPE = "$notification.type$" }}
}}
apply Notification "note" to Service {{
    command = "note"
    users = [ "operator" ]
    interval = 0
    assign where true
}}
object Host "mx" {{
    check_command = "dummy"
    address = "127.0.0.1"
    vars.smtp_auth_host = "{host}"
    vars.smtp_auth_accounts["{user}"] = {{
        smtp_auth_password_from = "file:{password}"
        smtp_auth_port = {port}
        smtp_auth_ca_file = "{folder}/ca.pem"
        smtp_auth_guard = "3/{window}"
        smtp_auth_state_dir = "{state}"
    }}
}}
"""
# Icinga's own thresholds and its last 20 checks: it counts, and needs no clock.
FLAPPING = """
template Service "smtp_auth-service" {
	enable_flapping = true
"""
NOTE = """#!/bin/sh
echo "$TYPE" >>{folder}/notes/all
"""
REFUSED = (r"SMTP_AUTH CRITICAL: login of %s rejected at \S+: 535 5\.7\.8 "
           r"Error: authentication failed.*" % re.escape(USER))
HELD = REFUSED + (r" \(not sent again: refused 3 times since \d\d:\d\d; "
                  r"next try \d\d:\d\d UTC\)")


class Operated(icinga.Icinga):
    """With one service, whose plugin remembers in memory."""

    def __init__(self, place, port):
        super().__init__(place)
        self.memory = guard_memory.Memory(place.make_folder("state"))
        place.make_folder("notes")
        place.write("note", NOTE.format(folder=place.folder), mode=0o755)
        services = icinga.SERVICES.read_text()
        flapping = services.replace(
            '\ntemplate Service "smtp_auth-service" {\n', FLAPPING)
        assert flapping != services
        self.configure(icinga.ON_DEMAND + flapping + WATCHED.format(
            folder=place.folder, host=HOST, user=USER, window=WINDOW,
            password=place.password, port=port,
            state=self.memory.folder))

    def notes(self):
        path = self.place.folder / "notes/all"
        return path.read_text().split() if path.exists() else []


@pytest.fixture
def operated(place, mail_server):
    engine = Operated(place, mail_server.port["submission"])
    place.folder.joinpath("state").chmod(0o700)
    try:
        engine.start()
        yield engine
    finally:
        engine.stop()


class Day:
    """Checks every 5 minutes; refused: when a login failed at the server."""

    SESSION = re.compile(r".* postfix/submission/smtpd\[\d+\]: (.*)")

    def __init__(self, engine, mail_server):
        self.engine, self.mail_server = engine, mail_server
        self.now, self.read, self.refused = 0, 0, []

    def failures(self):
        """Failed logins of the one connection that was not yet asked about."""
        lines = []

        def ended():
            text = self.mail_server.report()
            lines[:] = self.SESSION.findall(text, self.read)
            if not any("disconnect from" in line for line in lines):
                return False
            self.read = len(text)
            return True

        self.engine.wait_for(ended)
        return sum("authentication failed" in line for line in lines)

    def check(self):
        """The service's attributes after a check, and its first line."""
        attrs = self.engine.check(SERVICE)
        self.refused += [self.now] * self.failures()
        self.now += EVERY
        self.engine.memory.pass_time(EVERY)
        output = attrs["last_check_result"]["output"]
        return attrs, output.splitlines()[0].strip()

    def most_in_a_window(self):
        return max(sum(t <= other < t + WINDOW for other in self.refused)
                   for t in self.refused)


def test_a_day_with_a_changed_password(operated, mail_server, account, place):
    day = Day(operated, mail_server)
    attrs, _ = day.check()
    assert (attrs["state"], attrs["state_type"]) == (0, 1)
    account(CHANGED)

    held, turns = 0, []
    for _ in range(DAY // EVERY):
        attrs, line = day.check()
        assert attrs["state"] == 2, line
        assert re.fullmatch(REFUSED, line), line
        held += bool(re.fullmatch(HELD, line))
        assert attrs["flapping"] is False
        turns.append((attrs["last_state_change"],
                      attrs["last_hard_state_change"]))
    # One change from OK, soft and then hard, and nothing after that.
    assert len({soft for soft, _ in turns}) == 1
    assert len({hard for _, hard in turns[1:]}) == 1
    assert attrs["flapping_current"] == 0
    assert day.most_in_a_window() == 3
    assert 23 * 3 <= len(day.refused) <= 25 * 3
    assert held == DAY // EVERY - len(day.refused)

    # Corrected where the check has it: at once.
    place.password.write_text(CHANGED + "\n")
    attrs, line = day.check()
    assert (attrs["state"], attrs["flapping"]) == (0, False), line

    # And put back at the server: CRITICAL until the window is over, then OK.
    account(PASSWORD)
    place.password.write_text(PASSWORD + "\n")
    states = [day.check()[0]["state"] for _ in range(WINDOW // EVERY)]
    assert states == sorted(states, reverse=True) and states[-1] == 0
    attrs = operated.service(SERVICE)
    assert attrs["flapping"] is False
    operated.wait_for(lambda: operated.notes()[-1:] == ["RECOVERY"])
    assert set(operated.notes()) == {"PROBLEM", "RECOVERY"}
