"""A real Nagios 4 with integrations/nagios, against a real Postfix; the graph
template of PNP4Nagios with PHP and rrdtool."""

import json
import re
import subprocess
import time

import pytest

import nagios
from conftest import HOST, INTEGRATIONS, PASSWORD, USER
from integration import LABELS, parse_perfdata

FILES = (INTEGRATIONS / "nagios/smtp_auth.cfg",
         INTEGRATIONS / "nagios/smtp_auth_services.cfg")
TEMPLATE = INTEGRATIONS / "nagios/check_smtp_auth.php"

OBJECTS = """
define timeperiod {{
    timeperiod_name always
    alias always
    monday 00:00-24:00
    tuesday 00:00-24:00
    wednesday 00:00-24:00
    thursday 00:00-24:00
    friday 00:00-24:00
    saturday 00:00-24:00
    sunday 00:00-24:00
}}
define command {{
    command_name note
    command_line {folder}/note '$NOTIFICATIONTYPE$' '$SERVICEDESC$' '$SERVICESTATE$' "$SERVICEOUTPUT$"
}}
define command {{
    command_name nothing
    command_line /bin/true
}}
define contact {{
    contact_name operator
    service_notification_commands note
    host_notification_commands nothing
    service_notification_options w,u,c,r
    host_notification_options n
    service_notification_period always
    host_notification_period always
}}
define service {{
    name generic-service
    check_period always
    notification_period always
    contacts operator
    register 0
}}
define host {{
    host_name mx1
    address 127.0.0.1
    max_check_attempts 1
    check_period always
    notification_period always
    contacts operator
}}
define service {{
    use smtp-auth
    host_name mx1
    service_description login
    check_command check_smtp_auth!{host}!{user}!{folder}/password!{more}
}}
define service {{
    use smtp-auth-pnp
    host_name mx1
    service_description token
    check_command check_smtp_auth_token!{host}!{user}!/usr/bin/printf %s {token}!{more}
}}
define service {{
    use smtp-auth
    host_name mx1
    service_description oauth2
    check_command check_smtp_auth_oauth2!{host}!{user}!alice!{more} --state-dir={folder}/tokens
}}
define service {{
    use smtp-auth
    host_name mx1
    service_description connect
    check_command check_smtp_connect!{host}!{more} -S
}}
define service {{
    use smtp-auth
    host_name mx1
    service_description no user
    check_command check_smtp_auth!{host}!!{folder}/password!{more}
}}
"""
NOTE = """#!/bin/sh
printf '%s\\n' "$@" >{folder}/notes/new
mv {folder}/notes/new {folder}/notes/"$1"
"""
REJECTED = ("SMTP_AUTH CRITICAL: login of %s rejected at %s: 535 5.7.8 Error: "
            "authentication failed: (reason unavailable)")


@pytest.fixture(scope="module")
def operated(place, mail_server):
    port = mail_server.port["submission"]
    place.make_folder("notes")
    place.write("note", NOTE.format(folder=place.folder), mode=0o755)
    token = mail_server.dovecot.issuer.token(USER)
    place.make_folder("tokens").chmod(0o700)
    place.write("tokens/alice.token", "%s\nrenew_at=%d\nexpires_at=%d\n" % (
        token, time.time() + 3000, time.time() + 3600), mode=0o600)
    engine = nagios.Nagios(
        place, FILES, OBJECTS.format(
            folder=place.folder, host=HOST, user=USER,
            token=token,
            more="-p %d --ca-file=%s/ca.pem" % (port, place.folder)))
    engine.at = "%s:%d" % (HOST, port)
    try:
        engine.start()
        yield engine
    finally:
        engine.stop()


def in_state(state, kind=1):
    return lambda status: status["has_been_checked"] == "1" and (
        status["current_state"], status["state_type"]) == (
            str(state), str(kind))


def known(engine, name, status):
    """Check that the perfdata are in the file for PNP4Nagios and the like."""
    assert status["performance_data"] in engine.perfdata(name)
    return parse_perfdata(status["performance_data"])


def test_login_rejected_notified(operated, account, place):
    good = operated.check_until("mx1", "login", in_state(0))
    assert re.fullmatch(
        r"SMTP_AUTH OK: %s logged in with PLAIN over TLSv1\.3 at %s "
        r"in \d\.\d{3} s" % (re.escape(USER), re.escape(operated.at)),
        good["plugin_output"])
    values = known(operated, "login", good)
    assert set(values) == set(LABELS) - {"time_envelope", "token_ttl",
                                    "credential_days"}
    assert all(perf.value != "U" for perf in values.values())
    assert (good["check_interval"], good["retry_interval"]) == (
        "5.000000", "5.000000")

    account(PASSWORD + " and more")
    bad = operated.check_until("mx1", "login", in_state(2))
    assert bad["plugin_output"] == REJECTED % (USER, operated.at)
    assert list(known(operated, "login", bad)) == list(values)
    note = place.folder / "notes/PROBLEM"
    operated.wait_for(note.exists)
    assert note.read_text().splitlines() == [
        "PROBLEM", "login", "CRITICAL", bad["plugin_output"]]


@pytest.mark.parametrize("name", ["token", "oauth2"])
def test_token(operated, name):
    status = operated.check_until("mx1", name, in_state(0))
    assert " logged in with OAUTHBEARER " in status["plugin_output"]


def test_connect(operated):
    status = operated.check_until("mx1", "connect", in_state(0))
    assert status["plugin_output"].startswith(
        "SMTP_AUTH OK: %s answers over TLSv1.3, no login tried " % operated.at)


def test_missing_argument(operated):
    """It is no login, and not OK."""
    status = operated.check_until("mx1", "no user", in_state(3, kind=0))
    assert "SMTP_AUTH UNKNOWN: wrong command line " in status["plugin_output"]


DRAW = """
$hostname = 'mx1'; $servicedesc = 'login';
$given = json_decode($argv[2], true);
foreach (array('NAME', 'RRDFILE', 'DS', 'WARN', 'CRIT') as $name) {
    $$name = $given[$name];
}
error_reporting(E_ALL);
set_error_handler(function ($n, $text) { fwrite(STDERR, $text); exit(1); });
include $argv[1];
echo json_encode(array($ds_name, $opt, $def));
"""


def test_graph(operated, place, tmp_path):
    """PNP4Nagios numbers the values from 1, and has a file for all of them."""
    status = operated.check_until("mx1", "connect", in_state(0))
    labels = list(parse_perfdata(status["performance_data"]))
    rrd = str(tmp_path / "a b.rrd").replace(" ", "_")
    numbers = {str(i): label for i, label in enumerate(labels, 1)}
    subprocess.run(["rrdtool", "create", rrd, *(
        "DS:%s:GAUGE:600:U:U" % i for i in numbers),
        "RRA:AVERAGE:0.5:1:10", "RRA:MIN:0.5:1:10", "RRA:MAX:0.5:1:10"],
        check=True)
    given = {"NAME": numbers, "DS": {i: i for i in numbers},
             "RRDFILE": {i: rrd for i in numbers},
             "WARN": {i: "1" if numbers[i] == "time" else "" for i in numbers},
             "CRIT": {i: "" for i in numbers}}
    drawn = subprocess.run(
        ["php", "-r", DRAW, "--", str(TEMPLATE), json.dumps(given)],
        stdout=subprocess.PIPE, check=True, text=True).stdout
    names, options, definitions = json.loads(drawn)
    assert names == {"1": "Phases", "2": "Certificate"}
    for i in names:
        picture = tmp_path / ("graph%s.png" % i)
        subprocess.run("rrdtool graph %s %s %s" % (
            picture, options[i], definitions[i]), shell=True, check=True,
            stdout=subprocess.DEVNULL)
        assert picture.read_bytes().startswith(b"\x89PNG")
    phases = re.findall(r"AREA:(\w+)", definitions["1"])
    assert phases == [x for x in labels if x.startswith("time_")]
    assert definitions["1"].count(":STACK") == len(phases) - 1
    assert "HRULE:1#" in definitions["1"]


def test_colors(place):
    """Every phase has one."""
    text = TEMPLATE.read_text()
    assert set(re.findall(r"'(time_\w+)' =>", text)) == {
        x for x in LABELS if x.startswith("time_")}
