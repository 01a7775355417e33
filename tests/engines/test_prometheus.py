"""integrations/prometheus: the unit writes a page for a real node_exporter, which
a real Prometheus scrapes; its rules and the dashboard's queries are run."""

import json
import os
import re
import subprocess

import pytest
import yaml

from conftest import HOST, INTEGRATIONS, PASSWORD, USER
from postfix_server import ADDRESS
from prometheus_server import Prometheus
from test_openmetrics import Exporter
from units import Unit

FOLDER = INTEGRATIONS / "prometheus"
RULES = FOLDER / "smtp_auth.rules.yml"
DASHBOARD = json.loads((FOLDER / "grafana-dashboard.json").read_text())
PHASES = ["dns", "connect", "tls", "greeting", "ehlo", "starttls", "auth",
          "envelope", "quit"]


def promtool(*args):
    done = subprocess.run(["promtool", *map(str, args)], stdout=subprocess.PIPE,
                          stderr=subprocess.STDOUT, check=False)
    assert done.returncode == 0, done.stdout.decode()
    return done.stdout.decode()


def test_rules():
    assert "12 rules found" in promtool("check", "rules", RULES)
    tests = FOLDER / "smtp_auth.rules.test.yml"
    assert "SUCCESS" in promtool("test", "rules", tests)
    alerts = set(re.findall(r"- alert: (\w+)", RULES.read_text()))
    fired = re.findall(r"alertname: (\w+)\n +exp_alerts", tests.read_text())
    assert alerts == set(fired)


def test_runbook():
    """Each alert has its section there, and no section is of another."""
    alerts = re.findall(r"- alert: (\w+)", RULES.read_text())
    links = re.findall(r'runbook_url: "https://runbooks\.example\.org/smtp_auth/'
                       r'runbook\.md#(\w+)"\n', RULES.read_text())
    assert links == [x.lower() for x in alerts]
    runbook = (FOLDER / "runbook.md").read_text()
    assert re.findall(r"(?m)^## (.*)$", runbook) == alerts


def test_no_alert_is_told_apart_by_what_changes():
    """A condition, or a value, in its labels would begin a new alert."""
    rules = yaml.safe_load(RULES.read_text())["groups"][0]["rules"]
    for rule in rules:
        assert set(rule["labels"]) == {"severity"}
        left = rule["expr"].split(" and ")[0].split(" unless ")[0]
        assert "smtp_auth_condition" not in left


@pytest.fixture
def unit(place, mail_server, tmp_path):
    """The unit for the account alice, and a folder of pages."""
    pages = tmp_path / "pages"
    pages.mkdir()
    (place.folder / "credentials").mkdir(exist_ok=True)
    (place.folder / "credentials/password").write_text(PASSWORD + "\n")
    accounts = place.write("accounts.ini", (
        "[alice]\nhostname = %s\nauthuser = %s\nport = %d\nip-address = %s\n"
        "ca-file = %s/ca.pem\n") % (HOST, USER, mail_server.port["submission"],
                                    ADDRESS, place.folder))
    unit = Unit(FOLDER / "smtp-auth-metrics@.service", "alice", {
        "/usr/lib/nagios/plugins": place.plugins,
        "/var/lib/prometheus/node-exporter": pages,
        "/etc/smtp_auth/accounts.ini": accounts})
    unit.pages = pages
    unit.page = pages / "smtp_auth_alice.prom"
    unit.start = lambda: unit.run(place.folder / "credentials")
    return unit


@pytest.fixture
def prometheus(unit, tmp_path):
    exporter = Exporter(unit.pages, tmp_path / "exporter.log")
    prometheus = None
    try:
        exporter.start()
        prometheus = Prometheus(tmp_path, exporter.address()[1], RULES)
        prometheus.start()
        yield prometheus
    finally:
        if prometheus:
            prometheus.stop()
        exporter.stop()


def queries():
    """(title, expression) of each panel, with what Grafana fills in."""
    for panel in DASHBOARD["panels"]:
        for target in panel["targets"]:
            yield panel["title"], re.sub(r"\$(instance|host|user)\b", ".*",
                                         target["expr"])


def test_from_the_unit_to_alerts_and_panels(unit, account, prometheus):
    assert unit.start() == (0, "")
    assert os.stat(unit.page).st_mode & 0o444 == 0o444
    prometheus.wait_for(lambda: prometheus.query("smtp_auth_state == 0"))
    assert prometheus.firing() == set()
    # None is refused; some have nothing to show, which is well.
    empty = {title for title, expression in queries()
             if "envelope" not in expression and not prometheus.query(expression)}
    assert empty == {"What is wrong", "Time left of the token"}

    account(PASSWORD + " and more")
    code, text = unit.start()
    assert code == 2 and "rejected" in text
    assert str(code) in unit.values("SuccessExitStatus")
    prometheus.wait_for(lambda: prometheus.firing())
    assert prometheus.firing() == {("SmtpLoginRejected", USER)}
    wrong, = (prometheus.query(e) for t, e in queries() if t == "What is wrong")
    assert wrong[0]["metric"]["condition"] == "auth-rejected"

    # Mended, and gone from the rules.
    account(PASSWORD)
    assert unit.start() == (0, "")
    prometheus.wait_for(lambda: not prometheus.firing())


def test_dashboard():
    variables = [x["name"] for x in DASHBOARD["templating"]["list"]]
    assert variables == ["datasource", "instance", "host", "user"]
    assert DASHBOARD["uid"] and DASHBOARD["title"]
    panels = DASHBOARD["panels"]
    assert len({x["id"] for x in panels}) == len(panels)
    taken = set()
    for panel in panels:
        refs = [x["refId"] for x in panel["targets"]]
        assert refs and len(set(refs)) == len(refs)
        for each in (panel, *panel["targets"]):
            assert each["datasource"] == {"type": "prometheus",
                                          "uid": "${datasource}"}
        at = panel["gridPos"]
        cells = {(x, y) for x in range(at["x"], at["x"] + at["w"])
                 for y in range(at["y"], at["y"] + at["h"])}
        assert at["x"] + at["w"] <= 24 and not cells & taken
        taken |= cells
    phases, = (x for x in panels if x["title"].startswith("Phases"))
    assert phases["fieldConfig"]["defaults"]["custom"]["stacking"][
        "mode"] == "normal"
    assert [re.search(r'phase="(\w+)"', x["expr"])[1]
            for x in phases["targets"]] == PHASES
