"""A master and a satellite, two real Icinga 2 on loopback: the satellite logs
in, the secret is on the satellite only, the master shows what comes of it."""

import pytest

import icinga
from conftest import HOST, PASSWORD, Place, USER
from integration import LABELS, parse_perfdata

ZONES = """
object Endpoint "master" {{
    {address}
}}
object Endpoint "satellite" {{ }}
object Zone "master" {{ endpoints = [ "master" ] }}
object Zone "satellite" {{
    endpoints = [ "satellite" ]
    parent = "master"
}}
object Zone "global-templates" {{ global = true }}
"""
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
    nodes = []
    try:
        master = icinga.Icinga(at_master, "master")
        satellite = icinga.Icinga(at_satellite, "satellite", master)
        nodes += [satellite, master]
        zones = at_master.make_folder("master/configdir/zones.d")
        sync(at_master, zones, at_satellite, mail_server)
        master.configure(icinga.ON_DEMAND, ZONES.format(address=""))
        master.start()
        # It connects as soon as it has been started or reloaded; the master
        # would try every ten seconds.
        satellite.configure(icinga.ON_DEMAND, ZONES.format(
            address='host = "%s"\n    port = %d' % (
                icinga.ADDRESS, master.port)))
        satellite.start()
        # The satellite takes the configuration over, and reloads itself.
        satellite.wait_for(lambda: satellite.look("/v1/objects/services"))
        for node in nodes:
            node.wait_for(lambda: [
                endpoint["attrs"]["connected"] for endpoint in
                node.look("/v1/objects/endpoints")
                if endpoint["name"] != node.name] == [True])
        yield master, satellite, at_satellite
    finally:
        for node in nodes:
            node.stop()
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
