"""The dashboard of integrations/icinga2: every query of it, as Grafana sends it,
to a real InfluxDB that a real Icinga 2 writes to."""

import json
import re
import shutil
import urllib.parse
import urllib.request

import pytest

import icinga
from conftest import HOST, INTEGRATIONS, PASSWORD, USER
from daemons import Daemon
from integration import LABELS
from pages import commands
from postfix_server import free_ports

DASHBOARD = json.loads(
    (INTEGRATIONS / "icinga2/grafana-dashboard.json").read_text())
PAGE = "icinga2/README.md"
CONFIG = """
bind-address = "127.0.0.1:{rpc}"
reporting-disabled = true
[meta]
  dir = "{folder}/meta"
[data]
  dir = "{folder}/data"
  wal-dir = "{folder}/wal"
[http]
  bind-address = "127.0.0.1:{http}"
  log-enabled = false
"""
WRITER = """
object InfluxdbWriter "influxdb" {{
    host = "127.0.0.1"
    port = {port}
    database = "icinga2"
    flush_interval = 1s
    {more}
}}
object Host "mx1" {{
    check_command = "dummy"
    address = "127.0.0.1"
    vars.smtp_auth_host = "{host}"
    vars.smtp_auth_accounts["{user}"] = {{
        smtp_auth_password_from = "file:{password}"
        smtp_auth_port = {submission}
        smtp_auth_ca_file = "{folder}/ca.pem"
        smtp_auth_from = "{user}"
    }}
}}
"""
SERVICE = "smtp-auth-" + USER


class Influxdb(Daemon):
    def __init__(self, folder):
        super().__init__()
        self.folder = folder
        self.program = shutil.which("influxd")
        assert self.program, "influxd is not installed (Debian: influxdb)"

    def start(self):
        """Ports may have been taken in between: then on other ones."""
        for attempts_left in reversed(range(5)):
            rpc, self.port = free_ports(2)
            config = self.folder / "influxdb.conf"
            config.write_text(CONFIG.format(rpc=rpc, http=self.port,
                                            folder=self.folder))
            self.spawn([self.program, "-config", str(config)],
                       self.folder / "output")
            try:
                self.wait_for(lambda: self.answers("SHOW DATABASES"))
                self.ask("CREATE DATABASE icinga2")
                return
            except AssertionError:
                if not attempts_left:
                    raise
                self.stop()

    def report(self):
        return (self.folder / "output").read_text()

    def answers(self, query):
        try:
            self.ask(query)
            return True
        except OSError:
            return False

    def ask(self, query):
        """The series that it has: of each its tags, and the last row."""
        data = urllib.parse.urlencode({"db": "icinga2", "q": query}).encode()
        with urllib.request.urlopen("http://127.0.0.1:%d/query" % self.port,
                                    data, timeout=30) as reply:
            result, = json.load(reply)["results"]
        assert "error" not in result, (query, result)
        return [(one.get("tags", {}), one["values"][-1])
                for one in result.get("series", []) if "values" in one]


def filled(query):
    """With what Grafana fills in."""
    for name, value in (("$timeFilter", "time > now() - 1h"),
                        ("$__interval", "10s"), ("$hostname", "(mx1)"),
                        ("$service", "(%s)" % re.escape(SERVICE))):
        query = query.replace(name, value)
    assert "$_" not in query and not re.search(r"\$[a-z]", query), query
    return query


@pytest.fixture(scope="module")
def influxdb(tmp_path_factory):
    server = Influxdb(tmp_path_factory.mktemp("influxdb"))
    try:
        server.start()
        yield server
    finally:
        server.stop()


@pytest.fixture(scope="module")
def engine(place, mail_server, influxdb):
    more, = commands(PAGE, "enable_send_metadata")
    engine = icinga.Icinga(place)
    engine.configure(
        icinga.ON_DEMAND + icinga.SERVICES.read_text() + WRITER.format(
            port=influxdb.port, more=more, host=HOST, user=USER,
            password=place.password, folder=place.folder,
            submission=mail_server.port["submission"]))
    try:
        engine.start()
        yield engine
    finally:
        engine.stop()


def test_every_panel(engine, influxdb, account):
    panels = {panel["title"]: filled(panel["targets"][0]["query"])
              for panel in DASHBOARD["panels"]}

    def state():
        """Of what was written last; the tags are those of the legend."""
        return [(tags, row[1]) for tags, row in
                influxdb.ask(panels["State now"])]

    tags = {"hostname": "mx1", "service": SERVICE}
    # What comes before the writer is connected is dropped.
    def is_written():
        assert engine.check("mx1!" + SERVICE)["state"] == 0
        return state() == [(tags, 0)]

    engine.wait_for(is_written)
    engine.wait_for(lambda: influxdb.ask(panels["Whole check"]))
    shown = {title: influxdb.ask(query) for title, query in panels.items()}
    assert {title for title, series in shown.items() if not series} == {
        "Time left of the token"}
    phases = {found["metric"] for found, _ in shown["Phases of $service"]}
    assert phases == {x for x in LABELS if x.startswith("time_")}
    drawn, = [x for x in DASHBOARD["panels"] if x["title"].startswith("Phases")]
    assert phases == {x["matcher"]["options"]
                      for x in drawn["fieldConfig"]["overrides"]}
    for title in ("Whole check", "Days left of the certificate"):
        (found, (_, value)), = shown[title]
        assert found == tags and value > 0

    account(PASSWORD + " and more")
    assert engine.check("mx1!" + SERVICE)["state"] == 2
    engine.wait_for(lambda: state() == [(tags, 2)])


def test_variables(engine, influxdb):
    engine.check("mx1!" + SERVICE)
    hosts, services = [
        filled(x["query"]) for x in DASHBOARD["templating"]["list"]
        if x["type"] == "query"]
    engine.wait_for(lambda: influxdb.ask(hosts))
    assert influxdb.ask(hosts) == [({}, ["hostname", "mx1"])]
    assert influxdb.ask(services) == [({}, ["service", SERVICE])]


@pytest.mark.parametrize("path", [
    "icinga2/grafana-dashboard.json", "prometheus/grafana-dashboard.json"])
def test_form(path):
    """What Grafana wants of it, and an operator: every panel says what it
    shows, none lies on another, each query heeds each variable."""
    dashboard = json.loads((INTEGRATIONS / path).read_text())
    variables = [x["name"] for x in dashboard["templating"]["list"]]
    assert variables[0] == "datasource"
    panels, taken = dashboard["panels"], set()
    assert len({x["id"] for x in panels}) == len(panels)
    kind = dashboard["templating"]["list"][0]["query"]
    for panel in panels:
        assert len(panel["description"]) > 40
        for each in (panel, *panel["targets"]):
            assert each["datasource"] == {"type": kind,
                                          "uid": "${datasource}"}
        at = panel["gridPos"]
        cells = {(x, y) for x in range(at["x"], at["x"] + at["w"])
                 for y in range(at["y"], at["y"] + at["h"])}
        assert at["x"] + at["w"] <= 24 and not cells & taken
        taken |= cells
        for target in panel["targets"]:
            query = target.get("query") or target["expr"]
            heeded = set(re.findall(r"\$([a-z]+)\b", query))
            page_only = "node_textfile" in query
            assert heeded >= ({"instance"} if page_only else
                              set(variables[1:])), query
