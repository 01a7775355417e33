"""A real Icinga Director takes the basket and configures a real Icinga 2, which
then logs in to a real Postfix."""

import json
import re
import shlex

import pytest

import icinga
from conftest import HOST, INTEGRATIONS, PASSWORD, USER
from director import BASKET, Director

SERVICE = "smtp-auth alice"
# The commands come from Director alone.
ZONES = """
object Endpoint NodeName { host = "127.0.0.1"; port = ApiPort }
object Zone ZoneName { endpoints = [ NodeName ] }
object Zone "director-global" { global = true }
"""


@pytest.fixture(scope="module")
def engine(place):
    engine = icinga.Icinga(place)
    engine.configure(icinga.ON_DEMAND, zones=ZONES)
    try:
        engine.start()
        yield engine
    finally:
        engine.stop()


@pytest.fixture(scope="module")
def director(place, mail_server, engine):
    director = Director(place)
    try:
        director.start()
        director.join(engine)
        director.create("host", "mail", object_type="object",
                        address=icinga.ADDRESS, check_command="dummy",
                        vars={"smtp_auth_host": HOST})
        director.create(
            "service", SERVICE, object_type="object", host="mail",
            imports=["smtp_auth-service"], vars={
                "smtp_auth_user": USER,
                "smtp_auth_password_from": "file:%s" % place.password,
                "smtp_auth_ca_file": "%s/ca.pem" % place.folder,
                "smtp_auth_port": str(mail_server.port["submission"]),
                "smtp_auth_certificate": "2,1"})
        yield director
    finally:
        director.stop()


@pytest.fixture(scope="module")
def service(director, engine):
    director.deploy()
    engine.wait_for(lambda: engine.look("/v1/objects/services"))
    return "mail!" + SERVICE


def test_service(engine, service, account):
    now = engine.check(service)
    result = now["last_check_result"]
    assert (now["state"], result["command"][0].rpartition("/")[2]) == (
        0, "check_smtp_auth"), result
    assert "%s logged in with " % USER in result["output"]
    account(PASSWORD + " and more")
    now = engine.check(service)
    assert now["state"] == 2
    assert "login of %s rejected" % USER in now["last_check_result"]["output"]


def test_intervals(engine, service):
    now = engine.service(service)
    assert (now["check_interval"], now["retry_interval"],
            now["max_check_attempts"]) == (300, 300, 2)


def test_nothing_is_lost(director):
    """What is shown of a command is what the basket says of it."""
    for name, wanted in json.loads(BASKET.read_text())["Command"].items():
        shown = json.loads(director.run("command", "show", name, "--json"))
        assert shown["arguments"].keys() == wanted["arguments"].keys()
        for option, argument in wanted["arguments"].items():
            for key, value in argument.items():
                assert shown["arguments"][option][key] == value, (name, option)
        assert len(shown["fields"]) == len(wanted["fields"])
        assert shown["vars"] == wanted["vars"]


def test_restored_again(director):
    """A newer basket over an older one: as before, nothing twice."""
    before = director.run("command", "show", "smtp_auth", "--json")
    director.run("basket", "restore", text=BASKET.read_text())
    assert director.run("command", "show", "smtp_auth", "--json") == before
    wanted = len(json.loads(BASKET.read_text())["Datafield"])
    assert director.database.ask(
        "director", "SELECT count(*) FROM director_datafield") == (
            "%d\n" % wanted)


def test_readme(director, service):
    """Its commands; after the deployment, which they take no part in."""
    text = (INTEGRATIONS / "icinga2/README.md").read_text()
    commands = re.findall(r"(?m)^    icingacli director (host .*\n(?: {8}.*\n)*"
                          r"|service .*\n(?: {8}.*\n)*)", text)
    assert len(commands) == 2
    for command in commands:
        director.run(*shlex.split(command))
    assert re.search(r'object Service "smtp-auth-alice" {\n'
                     r'    host_name = "mx1"\n'
                     r'    import "smtp_auth-service"\n',
                     director.render("services.conf"))
