"""A master and a satellite, two real Icinga 2 on loopback: the satellite logs
in, the secret is on the satellite only, the master shows what comes of it."""

import pytest

import icinga
from conftest import HOST, PASSWORD, Place, USER
from integration import LABELS, parse_perfdata

SYNCED = """
object Host "{name}" {{
    check_command = "dummy"
    address = "127.0.0.1"
    vars.smtp_auth_host = "{host}"
    vars.smtp_auth_port = {port}
    vars.smtp_auth_ca_file = "{folder}/ca.pem"
    vars.smtp_auth_accounts["{user}"] = {{
        smtp_auth_password_from = "file:{folder}/password"
    }}
    {more}
}}
"""

@pytest.fixture(scope="module")
def cluster(ca, binary, mail_server):
    """The master, the satellite, and its place."""
    at_master, at_satellite = Place("/bin/false", ca), Place(binary, ca)
    (at_master.folder / "password").unlink()
    try:
        with icinga.pair(at_master, at_satellite, lambda zones: sync(
                at_master, zones, at_satellite, mail_server)) as nodes:
            yield (*nodes, at_satellite)
    finally:
        at_master.close()
        at_satellite.close()


def sync(place, zones, at_satellite, mail_server):
    """What the master distributes: the commands and the template to all, one
    host to the satellite's zone, another stays in its own."""
    within = zones.relative_to(place.folder)

    def write(zone, name, text):
        if not (zones / zone).exists():
            place.make_folder("%s/%s" % (within, zone))
        place.write("%s/%s/%s" % (within, zone, name), text)

    def host(name, more=""):
        return SYNCED.format(
            name=name, host=HOST, port=mail_server.port["submission"],
            folder=at_satellite.folder, user=USER, more=more)

    write("global-templates", icinga.COMMANDS.name, icinga.COMMANDS.read_text())
    write("global-templates", icinga.SERVICES.name, icinga.SERVICES.read_text())
    write("satellite", "hosts.conf", host("by-zone"))
    write("master", "hosts.conf",
          host("by-endpoint", 'vars.smtp_auth_endpoint = "satellite"'))


def check(scheduler, master, name):
    """Have a service checked now, by the node that plans its checks: for a
    minute after its start it takes no other's word.  Returns what the master
    then has of the result."""
    checked = scheduler.check(name)["last_check"]
    master.wait_for(lambda: master.service(name)["last_check"] >= checked)
    return master.service(name)["last_check_result"]


@pytest.mark.parametrize("host", ["by-zone", "by-endpoint"])
def test_satellite(cluster, account, host):
    master, satellite, at_satellite = cluster
    scheduler = satellite if host == "by-zone" else master
    name = "%s!smtp-auth-%s" % (host, USER)
    result = check(scheduler, master, name)
    assert (result["state"], result["check_source"]) == (0, "satellite")
    assert result["scheduling_source"] == scheduler.name
    assert result["command"][0].startswith(str(at_satellite.plugins))
    assert "SMTP_AUTH OK: %s logged in" % USER in result["output"]
    values = parse_perfdata(" ".join(result["performance_data"]))
    assert set(values) == set(LABELS) - {"time_envelope", "token_ttl",
                                    "credential_days"}

    account(PASSWORD + " and more")
    result = check(scheduler, master, name)
    assert (result["state"], result["check_source"]) == (2, "satellite")
    assert result["output"].startswith(
        "SMTP_AUTH CRITICAL: login of %s rejected at " % USER)
