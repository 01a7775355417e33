"""A real Zabbix from the distribution's packages: server, agents and web pages,
with a PostgreSQL of their own, asked through the API."""

import gzip
import json
import os
import pathlib
import random
import re
import shutil
import socket
import subprocess
import urllib.request

import postgres
from daemons import Daemon
from postfix_server import ADDRESS

OWNER = "zabbix"
SCHEMA = pathlib.Path("/usr/share/zabbix-server-pgsql")
PAGES = pathlib.Path("/usr/share/zabbix")
LOGIN = {"username": "Admin", "password": "zabbix"}  # of every new Zabbix

# What a Zabbix without any template needs of data.sql.gz.
TABLES = {"role", "role_rule", "users", "usrgrp", "users_groups", "hstgrp",
          "ugset", "ugset_group", "user_ugset", "config", "config_autoreg_tls", "graph_theme", "regexps",
          "expressions", "globalmacro"}  # of 6.0 and of 7.0
STATEMENT = re.compile(r'INSERT INTO "?([a-z_]+)')

SERVER = """
ListenIP={address}
ListenPort={port}
LogType=console
DBHost={database}
DBName=zabbix
DBUser={database_owner}
SocketDir={state}
PidFile={state}/server.pid
AllowRoot=1
User={owner}
ExternalScripts={scripts}
{timeout}
CacheUpdateFrequency=1
StartPollers=2
StartPollersUnreachable=1
StartPreprocessors=1
StartDBSyncers=1
StartTrappers=1
StartTimers=1
StartEscalators=1
StartAlerters=1
StartLLDProcessors=1
StartHistoryPollers=1
StartDiscoverers=0
StartHTTPPollers=0
StartPingers=0
StartProxyPollers=0
StartODBCPollers=0
"""

AGENT = """
Server={address}
ListenIP={address}
ListenPort={port}
LogType=console
PidFile={state}/agent.pid
AllowRoot=1
User={owner}
{timeout}
StartAgents=1
Include={include}
"""

AGENT_2 = """
Server={address}
ListenIP={address}
ListenPort={port}
LogType=console
PidFile={state}/agent2.pid
ControlSocket={state}/agent2.sock
{timeout}
Include={include}
"""
AGENTS = {
    "agent": ("zabbix_agentd", "zabbix-agent", AGENT),
    "agent 2": ("zabbix_agent2", "zabbix-agent2", AGENT_2),
}

# The pages have one place for it, which is the system's.
PREPEND = """<?php
eval('?>'.str_replace('/etc/zabbix/zabbix.conf.php', '{folder}/pages.conf.php',
    file_get_contents('{pages}/include/classes/core/CConfigFile.php')));
"""

PAGES_CONFIG = """<?php
$DB = ['TYPE' => 'POSTGRESQL', 'SERVER' => '{database}', 'PORT' => '0',
    'DATABASE' => 'zabbix', 'USER' => '{database_owner}', 'PASSWORD' => '',
    'SCHEMA' => '', 'ENCRYPTION' => false, 'DOUBLE_IEEE754' => true,
    'VAULT_URL' => ''];
$IMAGE_FORMAT_DEFAULT = IMAGE_FORMAT_PNG;
"""


SEVERITIES = ["NOT_CLASSIFIED", "INFO", "WARNING", "AVERAGE", "HIGH", "DISASTER"]


def free_port():
    """Zabbix takes none above 32767, and the kernel gives none below."""
    while True:
        port = random.randint(20000, 32000)
        with socket.socket() as s:
            try:
                s.bind((ADDRESS, port))
                return port
            except OSError:
                pass


def answers(port):
    with socket.socket() as s:
        return s.connect_ex((ADDRESS, port)) == 0


class Part(Daemon):
    """One of the programs.  argv(port) is its command line; it is there when it
    listens."""

    def __init__(self, log, argv):
        super().__init__()
        self.log, self.argv = log, argv
        self.port = None

    def start(self):
        """A port may have been taken in between: then on another one."""
        for attempts_left in reversed(range(5)):
            self.port = free_port()
            self.spawn(self.argv(self.port), self.log)
            try:
                self.wait_for(lambda: answers(self.port))
                return
            except AssertionError:
                self.stop()
                if not attempts_left:
                    raise

    def report(self):
        return self.log.read_text(errors="replace")


def program(name, package):
    found = shutil.which(name, path="/usr/sbin:/usr/bin")
    assert found, "%s is not installed (Debian: %s)" % (name, package)
    return found


def is_new():
    """Whether each item has a timeout of its own, so that no file need say it."""
    done = subprocess.run([program("zabbix_server", "zabbix-server-pgsql"), "-V"],
                          stdout=subprocess.PIPE, text=True, check=False)
    return int(re.search(r"\(Zabbix\) (\d+)\.", done.stdout)[1]) >= 7


class Database(postgres.Database):
    def start(self):
        super().start()
        self.ask("postgres", "CREATE DATABASE zabbix")
        schema, data = (gzip.decompress((SCHEMA / name).read_bytes()).decode()
                        for name in ("schema.sql.gz", "data.sql.gz"))
        statements = re.split(r"(?m)^(?=INSERT INTO|COMMIT)", data)
        self.ask("zabbix", "BEGIN;\n%s\n%s\nCOMMIT;\n" % (schema, "".join(
            s for s in statements if STATEMENT.match(s) and
            STATEMENT.match(s).group(1) in TABLES)))


class Zabbix:
    """scripts: the server's external checks; include: the agent's file."""

    def __init__(self, place, scripts, include):
        self.folder = place.make_folder("zabbix")
        os.chmod(self.folder, 0o755)
        self.state = place.make_folder("zabbix/state")
        shutil.chown(self.state, OWNER, OWNER)
        self.include = include
        self.place = place
        self.version, self.token, self.calls = None, None, 0
        self.database = Database(place.make_folder("zabbix/database"))
        self.values = {
            "address": ADDRESS, "database": self.database.folder,
            "database_owner": postgres.OWNER, "owner": OWNER,
            "state": self.state, "scripts": scripts, "include": include,
            "timeout": "" if is_new() else "Timeout=15",
            "folder": self.folder, "pages": PAGES}
        place.write("zabbix/prepend.php", PREPEND.format(**self.values))
        place.write("zabbix/pages.conf.php", PAGES_CONFIG.format_map(
            self.values))
        self.server = self._part("zabbix_server", "zabbix-server-pgsql", SERVER)
        self.agents = {kind: self._part(*agent, prefix=[
            "setpriv", "--reuid", OWNER, "--regid", OWNER, "--init-groups",
            "--"]) for kind, agent in AGENTS.items()}
        self.pages = Part(self.folder / "pages.log", lambda port: [
            program("php", "php-cli"), "-d",
            "auto_prepend_file=%s/prepend.php" % self.folder, "-S",
            "%s:%d" % (ADDRESS, port), "-t", str(PAGES)])

    def _part(self, name, package, config, prefix=()):
        return Part(self.folder / (name + ".log"), lambda port: [
            *prefix, program(name, package), "-f", "-c", str(self.config(
                name, config, port))])

    def config(self, name, config, port=None):
        return self.place.write("zabbix/%s.conf" % name, config.format(
            port=port or free_port(), **self.values))

    def _parts(self):
        return [self.database, self.server, *self.agents.values(), self.pages]

    def start(self):
        for part in self._parts():
            part.start()
        self.version = tuple(
            int(part) for part in self.call("apiinfo.version").split(".")[:2])
        self.token = self.call("user.login", **LOGIN)

    def stop(self):
        for part in reversed(self._parts()):
            part.stop()

    def call(self, method, **params):
        """What the API answers.  An error is one of the test."""
        return self.call_with(method, params)

    def call_with(self, method, params):
        self.calls += 1
        question = {"jsonrpc": "2.0", "method": method, "params": params,
                    "id": self.calls, "auth": self.token}
        request = urllib.request.Request(
            "http://%s:%d/api_jsonrpc.php" % (ADDRESS, self.pages.port),
            json.dumps(question).encode(),
            {"Content-Type": "application/json-rpc"})
        opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
        with opener.open(request, timeout=60) as answer:
            answer = json.load(answer)
        assert "result" in answer, answer
        return answer["result"]

    def import_template(self, text):
        groups = (["host_groups", "template_groups"]
                  if self.version >= (6, 2) else ["groups"])
        self.call("configuration.import", format="yaml", source=text, rules={
            kind: {"createMissing": True, "updateExisting": True}
            for kind in [*groups, "templates", "items", "triggers", "graphs",
                         "discoveryRules", "valueMaps"]})

    def template(self, folder, name):
        """The text of that of the two that is for this version."""
        suffix = "_7.0" if self.version >= (7, 0) else ""
        return (folder / ("%s%s.yaml" % (name, suffix))).read_text()

    def add_host(self, name, template, macros, agent):
        """A host with the template, watched by the server through one of
        AGENTS.  Returns its id."""
        group = self.call("hostgroup.get", filter={"name": "Linux servers"})
        templates = self.call("template.get", filter={"host": template})
        return self.call(
            "host.create", host=name, groups=[{"groupid": group[0]["groupid"]}],
            templates=[{"templateid": templates[0]["templateid"]}],
            interfaces=[{"type": 1, "main": 1, "useip": 1, "ip": ADDRESS,
                         "dns": "", "port": str(self.agents[agent].port)}],
            macros=[{"macro": m, "value": v}
                    for m, v in macros.items()])["hostids"][0]

    def items(self, host):
        """key -> item of a host, with its last value."""
        found = self.call("item.get", hostids=[host], output=[
            "key_", "lastvalue", "lastclock", "lastns", "state", "error", "type",
            "value_type"])
        return {x["key_"]: x for x in found}

    def check_now(self, item):
        self.call_with("task.create", [
            {"type": "6", "request": {"itemid": item["itemid"]}}])

    def history(self, item):
        """All values of an item, the oldest first."""
        found = self.call("history.get", itemids=[item["itemid"]],
                          history=int(item["value_type"]))
        return [x["value"] for x in sorted(
            found, key=lambda x: (int(x["clock"]), int(x["ns"])))]

    def problems(self, host):
        """(Severity, name) of what is wrong with a host now."""
        found = self.call("problem.get", hostids=[host])
        return [(SEVERITIES[int(x["severity"])], x["name"]) for x in found]

    def check_until(self, host, master, shown, done):
        """Have the master item checked, again after each result, which the
        item shown has, until done(ITEMS) holds."""
        seen = None

        def is_done():
            nonlocal seen
            items = self.items(host)
            if done(items):
                return True
            item, result = items[master], items[shown]
            # A new item is not known to the server at once.
            refusals = self.server.report().count(
                "cannot perform check now for itemid [%s]" % item["itemid"])
            stamp = (result["lastclock"], result["lastns"], item["error"],
                     refusals)
            if stamp != seen:
                seen = stamp
                self.check_now(item)
            return False

        self.server.wait_for(is_done)
