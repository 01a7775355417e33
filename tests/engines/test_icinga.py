"""A real Icinga 2 with integrations/icinga2, against a real Postfix."""

import contextlib
import re
import socket

import pytest

import icinga
from conftest import HOST, PASSWORD, USER
from integration import LABELS, parse_perfdata

OPERATED = """
object User "operator" {{ }}
object NotificationCommand "note" {{
    command = [ "{folder}/note" ]
    env = {{
        TYPE = "$notification.type$"
        SERVICE = "$service.name$"
        STATE = "$service.state$"
        OUTPUT = "$service.output$"
    }}
}}
apply Notification "note" to Service {{
    command = "note"
    users = [ "operator" ]
    interval = 0
    assign where true
}}
object GraphiteWriter "graphite" {{
    host = "127.0.0.1"
    port = {graphite}
    service_name_template = "$service.name$"
}}
object Host "mx1" {{
    check_command = "dummy"
    address = "127.0.0.1"
    vars.smtp_auth_host = "{host}"
    vars.smtp_auth_accounts["{user}"] = {{
        smtp_auth_password_from = "file:{password}"
        {trust}
    }}
    vars.smtp_auth_accounts["closed"] = {{
        smtp_auth_password_from = "file:{password}"
        smtp_auth_port = {closed}
    }}
    vars.smtp_auth_accounts["all"] = {{
        smtp_auth_password_from = "file:{password}"
        smtp_auth_port = {closed}
        smtp_auth_perfdata = "all"
    }}
}}
object Service "no-secret" {{
    import "smtp_auth-service"
    host_name = "mx1"
    vars.smtp_auth_user = "{user}"
    vars.smtp_auth_pasword_from = "file:{password}"
}}
object Service "no-user" {{
    import "smtp_auth-service"
    host_name = "mx1"
    vars.smtp_auth_usr = "{user}"
    vars.smtp_auth_password_from = "file:{password}"
}}
object Host "mx3" {{
    check_command = "dummy"
    address = "127.0.0.1"
    vars.smtp_auth_hots = "{host}"
}}
object Service "no-host" {{
    import "smtp_auth-service"
    host_name = "mx3"
    check_command = "smtp_connect"
}}
object Host "mx2" {{
    check_command = "dummy"
    address = "127.0.0.1"
    vars.smtp_auth_host = "{host}"
    vars.smtp_auth_port = {port}
    vars.smtp_auth_ca_file = "{folder}/ca.pem"
}}
"""
NOTE = """#!/bin/sh
printf '%s\\n' "$TYPE $SERVICE $STATE" "$OUTPUT" >>{folder}/notes/new
mv {folder}/notes/new {folder}/notes/$TYPE
"""
SERVICE = "mx1!smtp-auth-" + USER
REJECTED = ("SMTP_AUTH CRITICAL: login of %s rejected at %s: 535 5.7.8 Error: "
            "authentication failed: (reason unavailable)")


@contextlib.contextmanager
def closed_port():
    """A port that nobody can listen at meanwhile."""
    with socket.socket() as s:
        s.bind(("127.0.0.1", 0))
        yield s.getsockname()[1]


@pytest.fixture(scope="module")
def graphite():
    server = icinga.Graphite()
    yield server
    server.close()


@pytest.fixture(scope="module")
def operated(place, graphite, mail_server):
    """Icinga with the services of integrations/icinga2."""
    port = mail_server.port["submission"]
    trust = 'smtp_auth_port = %d\nsmtp_auth_ca_file = "%s/ca.pem"' % (
        port, place.folder)
    place.make_folder("notes")
    place.write("note", NOTE.format(folder=place.folder), mode=0o755)
    engine = icinga.Icinga(place)
    with closed_port() as closed:
        engine.configure(
            icinga.ON_DEMAND + icinga.SERVICES.read_text() + OPERATED.format(
                folder=place.folder, host=HOST, user=USER, port=port,
                password=place.password, graphite=graphite.port, trust=trust,
                closed=closed))
        engine.at = "%s:%d" % (HOST, port)
        try:
            engine.start()
            # What comes before is dropped.
            engine.wait_for(
                lambda: "reconnecting to Graphite" in engine.log())
            yield engine
        finally:
            engine.stop()


def known(perfdata):
    """Check what the API shows of the perfdata.  Returns label -> number."""
    values = parse_perfdata(" ".join(perfdata))
    assert all(perf.value != "U" for perf in values.values()), perfdata
    return {label: perf.value for label, perf in values.items()}


def written(graphite, engine, service, values):
    """Whether GraphiteWriter, which parses perfdata, wrote these values."""
    name = "%s.perfdata.%%s.value" % service.replace(".", "_")
    engine.wait_for(lambda: all(
        graphite.values.get(name % label) == value
        for label, value in values.items()))


def test_login_rejected_notified(operated, graphite, account, place):
    """A login that works, a changed password, the notification of it."""
    good = operated.check(SERVICE)["last_check_result"]
    assert good["state"] == 0
    assert re.fullmatch(
        r"SMTP_AUTH OK: %s logged in with PLAIN over TLSv1\.3 at %s "
        r"in \d\.\d{3} s" % (re.escape(USER), re.escape(operated.at)),
        good["output"].strip())
    values = known(good["performance_data"])
    assert set(values) == set(LABELS) - {"time_envelope", "token_ttl",
                                    "credential_days"}
    written(graphite, operated, "smtp-auth-" + USER, values)

    account(PASSWORD + " and more")
    assert operated.check(SERVICE)["state_type"] == 0
    attrs = operated.check(SERVICE)
    assert attrs["state_type"] == 1
    bad = attrs["last_check_result"]
    line = bad["output"].split("\n")[0].strip()
    assert bad["state"] == attrs["last_hard_state"] == 2
    assert line == REJECTED % (USER, operated.at)
    values = known(bad["performance_data"])
    written(graphite, operated, "smtp-auth-" + USER, values)

    note = place.folder / "notes/PROBLEM"
    operated.wait_for(note.exists)
    subject, text = note.read_text().splitlines()[:2]
    assert subject == "PROBLEM smtp-auth-%s CRITICAL" % USER
    assert text.strip() == line
    assert "invalid perfdata" not in operated.log()


def test_closed_port(operated, graphite):
    """Phases that were not reached leave no value that Icinga cannot parse;
    without --perfdata=known they would, which shows that the log is right."""
    broken = operated.check("mx1!smtp-auth-closed")["last_check_result"]
    assert broken["state"] == 2 and ": no connection for " in broken["output"]
    values = known(broken["performance_data"])
    assert set(values) < set(LABELS)
    written(graphite, operated, "smtp-auth-closed", values)
    assert "invalid perfdata" not in operated.log()

    all_of_it = operated.check("mx1!smtp-auth-all")["last_check_result"]
    assert "time_auth=U;;;0" in all_of_it["performance_data"]
    operated.wait_for(lambda: "invalid perfdata" in operated.log())


@pytest.mark.parametrize("name, macro", [
    ("mx1!no-secret", "smtp_auth_password_from"),
    ("mx1!no-user", "smtp_auth_user"), ("mx3!no-host", "smtp_auth_host")])
def test_misspelt_variable(operated, name, macro):
    attrs = operated.check(name)
    result = attrs["last_check_result"]
    assert (result["state"], result["command"]) == (3, None)
    assert "Non-optional macro '%s'" % macro in result["output"]


def test_connect(operated):
    """The command for hosts without an account, and no address but the
    host's."""
    result = operated.check("mx2!smtp-connect")["last_check_result"]
    assert result["output"].startswith(
        "SMTP_AUTH OK: %s answers over TLSv1.3, no login tried " % operated.at)


def test_intervals(operated):
    """A wrong password must not be tried more often."""
    for attrs in operated.api("GET", "/v1/objects/services"):
        attrs = attrs["attrs"]
        assert (attrs["check_interval"], attrs["retry_interval"]) == (300, 300)
