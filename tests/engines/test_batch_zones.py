"""A master and a satellite, two real Icinga 2 on loopback, and one file of
accounts: each runs the batch of its own zone, with its own secrets, and hands
the results to itself; the master shows them all."""

import os
import subprocess

import pytest

import icinga
from conftest import HOST, INTEGRATIONS, PASSWORD, Place, USER
from test_batch import submit

FOLDER = INTEGRATIONS / "batch"
# zone -> (its host, the pattern for --only)
OF_ZONE = {"master": ("main-mx1", "main-*"),
           "satellite": ("branch-mx1", "branch-*")}
SERVICES = ("login good", "login bad")
SYNCED = """
object Host "{name}" {{
    check_command = "dummy"
    vars.smtp_auth_batch = [ "login good", "login bad" ]
}}
"""


def write_file(place, port):
    """The same everywhere: where the secrets are, each machine knows."""
    text = ("[check_smtp_auth]\nhostname = %s\nip-address = 127.0.0.1\n"
            "port = %d\nca-file = %s/ca.pem\n" % (HOST, port, place.folder))
    for host, _ in OF_ZONE.values():
        text += ("[%s!login good]\nauthuser = %s\npassword-from = cred:%s\n"
                 "[%s!login bad]\nauthuser = nobody@%s\npassword-from = "
                 "cred:%s\n" % (host, USER, host, host, host, host))
    return place.write("accounts.ini", text)


@pytest.fixture(scope="module")
def cluster(ca, binary, mail_server):
    """The file, and zone -> (the node, the place with its secrets)."""
    at_master, at_satellite = Place(binary, ca), Place(binary, ca)
    try:
        with icinga.pair(at_master, at_satellite, lambda zones: sync(
                at_master, zones.relative_to(at_master.folder))) as nodes:
            yield (write_file(at_master, mail_server.port["submission"]),
                   {"master": (nodes[0], at_master),
                    "satellite": (nodes[1], at_satellite)})
    finally:
        at_master.close()
        at_satellite.close()


def sync(place, within):
    """What the master distributes: template and user to all, to each zone its
    hosts."""
    for zone in ("global-templates", *OF_ZONE):
        place.make_folder("%s/%s" % (within, zone))
    place.write("%s/global-templates/batch.conf" % within,
                (FOLDER / "smtp_auth_batch.conf").read_text())
    for zone, (host, _) in OF_ZONE.items():
        place.write("%s/%s/hosts.conf" % (within, zone),
                    SYNCED.format(name=host))


def run(place, ini, zone):
    """The lines of a batch of that zone, which has no other's secrets."""
    host, only = OF_ZONE[zone]
    secrets = place.make_folder("credentials")
    (secrets / host).write_text(PASSWORD + "\n")
    done = subprocess.run(
        [place.plugins / "check_smtp_auth", "--batch=%s" % ini,
         "--only=" + only, "--output-format=icinga2"],
        stdout=subprocess.PIPE, text=True, check=False,
        env={**os.environ, "CREDENTIALS_DIRECTORY": str(secrets)})
    assert done.returncode == 2, done.stdout
    lines = done.stdout.splitlines()
    assert len(lines) == len(SERVICES)
    assert all('"service":"%s!' % host in line for line in lines)
    return done.stdout


def test_zones(cluster):
    ini, nodes = cluster
    master, _ = nodes["master"]
    for zone, (node, place) in nodes.items():
        done = submit(place, node, run(place, ini, zone))
        assert (done.returncode, done.stdout) == (0, "")
    for zone, (host, _) in OF_ZONE.items():
        for service, state in zip(SERVICES, (0, 2)):
            name = "%s!%s" % (host, service)

            def has_come(name=name):
                result = master.service(name)["last_check_result"]
                return result and not result["active"]

            master.wait_for(has_come)
            result = master.service(name)["last_check_result"]
            assert result["state"] == state
            assert result["check_source"] == zone
            assert result["output"].startswith(
                "SMTP_AUTH OK: %s logged in" % USER if state == 0 else
                "SMTP_AUTH CRITICAL: login of nobody@%s rejected at " % host)
            assert result["performance_data"][0].startswith("time=")
