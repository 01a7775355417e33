"""A real Zabbix with integrations/zabbix: its server runs the plugin as an
external check, its agents by UserParameter, against a real Postfix; the templates
are imported and what they make of it is read back through the API."""

import json
import re
import socket
import subprocess

import pytest
import yaml

import zabbix_server
from conftest import HOST, INTEGRATIONS, PASSWORD, USER
from postfix_server import ADDRESS
from zabbix_server import OWNER, program

FOLDER = INTEGRATIONS / "zabbix"


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


TEMPLATES = ["zabbix/smtp_auth_external", "zabbix/smtp_auth_agent",
             "batch/zabbix"]
FILES = [name + suffix + ".yaml" for name in TEMPLATES for suffix in ("", "_7.0")]


def test_templates_are_as_made(tmp_path):
    subprocess.run([str(FOLDER / "make-templates"), str(tmp_path)], check=True)
    made = {str(x.relative_to(tmp_path)): x.read_text()
            for x in tmp_path.rglob("*.yaml")}
    assert made == {name: (INTEGRATIONS / name).read_text() for name in FILES}


@pytest.mark.parametrize("name", FILES)
def test_form_of_a_template(name):
    """What Zabbix' guidelines want, and what each version knows."""
    text = (INTEGRATIONS / name).read_text()
    export = yaml.safe_load(text)["zabbix_export"]
    template, = export["templates"]
    rule, = template["discovery_rules"]
    items = template.get("items", []) + rule["item_prototypes"]
    new = export["version"] == "7.0"
    assert new == ("_7.0" in name) == ("vendor" in template)
    names = set(re.findall(r"\{\$([A-Z0-9._]+)", text))
    assert {x["macro"].strip("{$}") for x in template["macros"]} == names
    assert all(x.startswith("SMTP.AUTH.") for x in names)
    run = [x for x in items if x.get("type") != "DEPENDENT"]
    assert all(x["history"] == "0" for x in run)
    assert len(run) == (1 if "batch" in name else 2)
    for each in run:
        assert each.get("timeout") == (
            "{$SMTP.AUTH.TIMEOUT}" if new and "batch" not in name else None)
    triggers = rule["trigger_prototypes"] + [
        y for x in items for y in x.get("triggers", [])]
    assert len(triggers) == (4 if "batch" in name else 5)
    for each in triggers:
        scope, = (x["value"] for x in each["tags"] if x["tag"] == "scope")
        assert scope in ("availability", "notice")
    uuids = re.findall(r"uuid: (\w+)", text)
    assert len(uuids) == len(set(uuids))
    assert all(re.fullmatch(r"[0-9a-f]{12}4[0-9a-f]{3}[89ab][0-9a-f]{15}", x)
               for x in uuids if not x.startswith("a571"))


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


@pytest.mark.parametrize("ask", ["agent"], indirect=True)
def test_agent_lists_accounts(ask):
    assert [x["{#CHECK}"] for x in json.loads(ask("smtp_auth.accounts")[0])] == [
        "alice"]


@pytest.fixture(scope="module", params=["external", *zabbix_server.AGENTS])
def host(request, zabbix, ini):
    """A host with the template, whose accounts are found."""
    kind = request.param.split()[0]
    text = zabbix.template(FOLDER, "smtp_auth_" + kind)
    # So that the dependent items can be held against what they are made of.
    assert text.count("history: '0'") == 2
    text = text.replace("history: '0'", "history: 1d")
    zabbix.import_template(text)
    template = re.search(r"(?m)^  - .*\n    template: (.*)$", text).group(1)
    host = Host(zabbix, request.param, template, (
        {"{$SMTP.AUTH.INI}": str(ini)} if kind == "external" else {}),
        agent=request.param if kind == "agent" else "agent")
    host.find("alice")
    return host


class Host:
    def __init__(self, zabbix, name, template, macros, agent="agent"):
        self.zabbix = zabbix
        self.id = zabbix.add_host(name, template, macros, agent)
        self.listing, = (x for x in self.items()
                         if "list=zabbix" in x or x == "smtp_auth.accounts")

    def items(self):
        return self.zabbix.items(self.id)

    def find(self, account):
        """Have the accounts listed until this one has its items."""
        self.zabbix.check_until(
            self.id, self.listing, "smtp_auth.count",
            lambda items: key("state", account) in items)

    def master(self, account):
        found, = (x for x in self.items() if re.match(
            r'smtp_auth\["%s"\]|check_smtp_auth\["--extra-opts=%s@' % (
                account, account), x))
        return found

    def history(self, key):
        return self.zabbix.history(self.items()[key])

    def problems(self, account="alice"):
        return [x for x in self.zabbix.problems(self.id)
                if " of %s " % account in x[1]]

    def check_until(self, state, account="alice"):
        """Until a check gave this state, and the problems are told that."""
        def is_done(items):
            item = items[key("state", account)]
            return (item["lastclock"] != "0" and
                    item["lastvalue"] == str(state) and
                    bool(self.problems(account)) == (state != 0))

        self.zabbix.check_until(self.id, self.master(account),
                                key("state", account), is_done)


def key(name, account="alice", *more):
    return "smtp_auth.%s[%s]" % (name, ",".join(['"%s"' % account, *more]))


def expected(data):
    """What each item has to hold of the JSON; None if nothing of this check."""
    numbers = {"time": data["time"], "state": data["exit_code"],
               "cert_days": data["tls"]["days_left"],
               "token_ttl": data["token_ttl"],
               "credential_days": data["credential_days"]}
    phases = {key("phase", "alice", name): seconds
              for name, seconds in data["phases"].items()}
    texts = {name: data[name] or "none"
             for name in ("condition", "cause", "hint", "login")}
    texts["verdict"] = "%s: %s" % (", ".join(
        filter(None, (data["state"], data["condition"]))), data["message"])
    return {**phases, **{key(name): value
                         for name, value in {**numbers, **texts}.items()}}


def whole(host):
    """One check as its JSON has it, after each item was seen to have got its
    part of it, and nothing from null."""
    items, wanted, data = {}, {}, None
    master = host.master("alice")

    def stamp(key):
        return items[key]["lastclock"], items[key]["lastns"]

    def is_stored():
        nonlocal items, wanted, data
        items = host.items()
        data = json.loads(items[master]["lastvalue"])
        wanted = expected(data)
        return all(stamp(key) == stamp(master)
                   for key, value in wanted.items() if value is not None)

    host.zabbix.server.wait_for(is_stored)
    assert {x for x in items if "alice" in x} == {master, *wanted}
    assert not [x for x in items.values() if x["error"]], items
    assert PASSWORD not in items[master]["lastvalue"]
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
    assert host.problems() == [("HIGH", (
        "SMTP login of alice is CRITICAL, auth-rejected: " + data["message"]))]

    account(PASSWORD)
    host.check_until(0)
    assert whole(host)["condition"] is None
    states = host.history(key("state"))
    assert states[0] == states[-1] == "0" and "2" in states


def test_triggers_and_graphs(zabbix, host):
    triggers = zabbix.call("trigger.get", hostids=[host.id], output=[
        "description", "state", "error"], expandDescription=True)
    assert not [x for x in triggers if x["error"] or x["state"] != "0"]
    condition = host.items()[key("condition")]["lastvalue"]
    assert {x["description"] for x in triggers
            if "of hang" not in x["description"]} == {
        "SMTP login: there is no account to be checked",
        "SMTP login of alice is not checked any more", *(
            "SMTP login of alice is %s: %s" % (state, condition)
            for state in ("CRITICAL", "WARNING", "UNKNOWN"))}
    graphs = zabbix.call("graph.get", hostids=[host.id], output=[
        "name", "graphtype"], selectGraphItems="extend")
    assert {x["name"]: (x["graphtype"], len(x["gitems"])) for x in graphs
            if "of hang" not in x["name"]} == {
        "SMTP login of alice: phases": ("1", 9),
        "SMTP login of alice: days left of the certificate": ("0", 1)}


@pytest.fixture
def silent_port():
    """Of a server that accepts, and says nothing."""
    with socket.create_server((ADDRESS, 0)) as server:
        yield server.getsockname()[1]


def test_a_server_that_hangs(host, ini, silent_port):
    """It takes all of the plugin's 10 seconds, more than Zabbix allows by
    default.  The account is one more section, and nothing else."""
    before = ini.read_text()
    try:
        ini.write_text(before + "[hang]\nhostname = %s\nport = %d\n"
                       "ip-address = %s\n" % (HOST, silent_port, ADDRESS))
        host.find("hang")
        host.check_until(2, "hang")
        (severity, name), = host.problems("hang")
        assert severity == "HIGH"
        assert name.startswith(
            "SMTP login of hang is CRITICAL, timeout: timeout after 10 s")
    finally:
        ini.write_text(before)


@pytest.mark.parametrize("text", ["; nobody yet\n", None])
def test_no_account_is_a_problem(zabbix, place, text):
    """Nothing would be checked, and nobody told."""
    zabbix.import_template(zabbix.template(FOLDER, "smtp_auth_external"))
    ini = place.folder / "none.ini"
    if text:
        place.write("none.ini", text)
    host = Host(zabbix, "empty" if text else "no file",
                "SMTP login by external check",
                {"{$SMTP.AUTH.INI}": str(ini if text else place.folder / "no")})
    zabbix.check_until(host.id, host.listing, "smtp_auth.count",
                       lambda items: zabbix.problems(host.id))
    assert zabbix.problems(host.id) == [
        ("AVERAGE", "SMTP login: there is no account to be checked")]
