"""A real Zabbix with integrations/zabbix: its server runs the plugin as an
external check, its agents by UserParameter, against a real Postfix; the templates
are imported and what they make of it is read back through the API."""

import json
import re
import subprocess

import pytest

import zabbix_server
from conftest import HOST, INTEGRATIONS, PASSWORD, USER
from postfix_server import ADDRESS
from zabbix_server import OWNER, program

FOLDER = INTEGRATIONS / "zabbix"
KINDS = ("external", "agent")


@pytest.fixture(scope="module")
def ini(place, mail_server):
    """The INI file, with the account alice."""
    text = (FOLDER / "smtp_auth.ini").read_text()
    secret = place.write("zabbix.password", PASSWORD + "\n", 0o400, OWNER)
    for old, new in (("/etc/zabbix/secrets/alice.password", str(secret)),
                     ("mail.example.org", HOST),
                     ("alice@example.org", USER)):
        assert old in text
        text = text.replace(old, new)
    text += "port = %d\nip-address = %s\nca-file = %s/ca.pem\n" % (
        mail_server.port["submission"], ADDRESS, place.folder)
    return place.write("smtp_auth.ini", text, 0o440, OWNER)


@pytest.fixture(scope="module")
def parameters(place, ini):
    """The agent's file of integrations/zabbix, with paths of the test."""
    text = (FOLDER / "smtp_auth.conf").read_text()
    for old, new in (("/usr/lib/nagios/plugins", str(place.plugins)),
                     ("/etc/zabbix/smtp_auth.ini", str(ini))):
        assert old in text
        text = text.replace(old, new)
    return place.write("zabbix-agent.conf", text, owner=OWNER)


@pytest.fixture(scope="module")
def zabbix(place, parameters):
    zabbix = zabbix_server.Zabbix(place, place.plugins, parameters)
    try:
        zabbix.start()
        yield zabbix
    finally:
        zabbix.stop()


@pytest.mark.parametrize("kind", KINDS)
def test_template_is_as_made(kind, tmp_path):
    subprocess.run([str(FOLDER / "make-templates"), str(tmp_path)], check=True)
    name = "smtp_auth_%s.yaml" % kind
    assert (tmp_path / name).read_text() == (FOLDER / name).read_text()


@pytest.fixture(params=zabbix_server.AGENTS)
def ask(request, zabbix):
    """What an agent says of a key: a text, or an error and None."""
    name, package, config = zabbix_server.AGENTS[request.param]

    def ask_agent(key):
        done = subprocess.run(
            [program(name, package), "-t", key, "-c",
             str(zabbix.config("once", config))],
            stdout=subprocess.PIPE, check=True)
        kind, text = re.fullmatch(r"(?s)%s +\[([tsm])\|(.*)\]\n" % re.escape(
            key), done.stdout.decode()).groups()
        return (None, text) if kind == "m" else (text, None)

    return ask_agent


def test_agent_alone(ask, account):
    data = json.loads(ask("smtp_auth[alice]")[0])
    assert (data["state"], data["user"]) == ("OK", USER)
    account(PASSWORD + " and more")
    data = json.loads(ask("smtp_auth[alice]")[0])
    assert data["condition"] == "auth-rejected"


@pytest.mark.parametrize("argument", ["[bob]", "[alice -t 20]", ""])
def test_agent_without_such_an_account(ask, argument):
    """No option comes in by the way of the argument, and none is a default."""
    data = json.loads(ask("smtp_auth" + argument)[0])
    assert data["condition"] == "usage", data
    assert "-opts" in data["message"], data


@pytest.mark.parametrize("argument", ["alice;id", "alice@/etc/other.ini"])
def test_agent_takes_no_shell_and_no_other_file(ask, argument):
    _, error = ask("smtp_auth[%s]" % argument)
    assert "not allowed" in error


@pytest.fixture(scope="module", params=["external", *zabbix_server.AGENTS])
def host(request, zabbix, ini):
    """A host with the template, and the key of its master item."""
    kind = request.param.split()[0]
    text = (FOLDER / ("smtp_auth_%s.yaml" % kind)).read_text()
    zabbix.import_template(text)
    template = re.search(r"(?m)^  - .*\n    template: (.*)$", text).group(1)
    return Host(zabbix, request.param, template, {
        "{$SMTP_AUTH_ACCOUNT}": "alice", **(
            {"{$SMTP_AUTH_INI}": str(ini)} if kind == "external" else {})},
        agent=request.param if kind == "agent" else "agent")


class Host:
    def __init__(self, zabbix, name, template, macros, agent="agent"):
        self.zabbix = zabbix
        self.id = zabbix.add_host(name, template, macros, agent)
        self.master, = (x for x in self.items() if "{$" in x)

    def items(self):
        return self.zabbix.items(self.id)

    def history(self, key):
        return self.zabbix.history(self.items()[key])

    def problems(self):
        return self.zabbix.problems(self.id)

    def check_until(self, state):
        """Until a check gave this state, and the problems are told that."""
        def is_done(items):
            item = items["smtp_auth.state"]
            return (item["lastclock"] != "0" and
                    item["lastvalue"] == str(state) and
                    bool(self.problems()) == (state != 0))

        self.zabbix.check_until(self.id, self.master, is_done)


def expected(data):
    """What each item has to hold of the JSON; None if nothing of this check."""
    numbers = {"time": data["time"], "state": data["exit_code"],
               "cert_days": data["tls"]["days_left"],
               "token_ttl": data["token_ttl"],
               "credential_days": data["credential_days"],
               **{"phase[%s]" % name: seconds
                  for name, seconds in data["phases"].items()}}
    texts = {name: data[name] or "none"
             for name in ("condition", "cause", "hint", "login")}
    texts["verdict"] = "%s: %s" % (", ".join(
        filter(None, (data["state"], data["condition"]))), data["message"])
    return {"smtp_auth." + name: value
            for name, value in {**numbers, **texts}.items()}


def whole(host):
    """One check as its JSON has it, after each item was seen to have got its
    part of it, and nothing from null."""
    items, wanted, data = {}, {}, None

    def stamp(key):
        return items[key]["lastclock"], items[key]["lastns"]

    def is_stored():
        nonlocal items, wanted, data
        items = host.items()
        data = json.loads(items[host.master]["lastvalue"])
        wanted = expected(data)
        return all(stamp(key) == stamp(host.master)
                   for key, value in wanted.items() if value is not None)

    host.zabbix.server.wait_for(is_stored)
    assert set(items) == {host.master, *wanted}
    assert not [x for x in items.values() if x["error"]], items
    assert PASSWORD not in items[host.master]["lastvalue"]
    for key, value in wanted.items():
        if value is None:
            assert stamp(key) == ("0", "0"), key
        elif isinstance(value, str):
            assert items[key]["lastvalue"] == value, key
        else:
            assert float(items[key]["lastvalue"]) == value, key
    return data


def test_template(host, account):
    host.check_until(0)
    data = whole(host)
    assert data["state"] == "OK" and data["phases"]["auth"] is not None
    assert data["phases"]["envelope"] is None

    account(PASSWORD + " and more")
    host.check_until(2)
    data = whole(host)
    assert data["condition"] == "auth-rejected"
    assert host.problems() == [
        "SMTP login is CRITICAL, auth-rejected: " + data["message"]]

    account(PASSWORD)
    host.check_until(0)
    assert whole(host)["condition"] is None
    states = host.history("smtp_auth.state")
    assert states[0] == states[-1] == "0" and "2" in states


def test_triggers_and_graphs(zabbix, host):
    triggers = zabbix.call("trigger.get", hostids=[host.id], output=[
        "description", "state", "error"], expandDescription=True)
    assert len(triggers) == 4
    assert not [x for x in triggers if x["error"] or x["state"] != "0"]
    condition = host.items()["smtp_auth.condition"]["lastvalue"]
    assert {x["description"] for x in triggers} == {
        "SMTP login of alice is not checked any more", *(
            "SMTP login of alice is %s: %s" % (state, condition)
            for state in ("CRITICAL", "WARNING", "UNKNOWN"))}
    graphs = zabbix.call("graph.get", hostids=[host.id], output=[
        "name", "graphtype"], selectGraphItems="extend")
    assert {x["name"]: (x["graphtype"], len(x["gitems"])) for x in graphs} == {
        "SMTP login: phases": ("1", 9),
        "SMTP login: days left of the certificate": ("0", 1)}


def test_template_without_an_account(zabbix, ini):
    zabbix.import_template((FOLDER / "smtp_auth_external.yaml").read_text())
    host = Host(zabbix, "unset", "SMTP login by external check",
                {"{$SMTP_AUTH_INI}": str(ini)})
    host.check_until(3)
    name, = host.problems()
    assert re.fullmatch(r"SMTP login is UNKNOWN, usage: .*not-set.*", name)
