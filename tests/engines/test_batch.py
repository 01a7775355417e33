"""Results of a batch, each handed to its real receiver: Nagios' command file,
Icinga 2's API, zabbix_sender and a Zabbix with discovery, node_exporter,
promtool, jq; and the unit that runs one."""

import re
import subprocess

import pytest

import icinga
import nagios
import zabbix_server
from conftest import HOST, INTEGRATIONS, PASSWORD, USER
from postfix_server import ADDRESS
from prometheus_client.openmetrics.parser import \
    text_string_to_metric_families
from test_nagios import OBJECTS
from test_openmetrics import Exporter
from units import Unit, verify

FOLDER = INTEGRATIONS / "batch"


@pytest.fixture(scope="module")
def batch(place, mail_server):
    """run(FORMAT, ...): the output of a batch of three accounts, of which one
    is let in."""
    port = mail_server.port["submission"]
    ini = place.write("batch.ini", """
[check_smtp_auth]
hostname = %s
ip-address = 127.0.0.1
port = %d
ca-file = %s/ca.pem
password-from = file:%s
[mx1!good]
authuser = %s
[mx1!bad]
authuser = nobody@example.org
[mx1!faulty]
bogus = 1
""" % (HOST, port, place.folder, place.password, USER))

    def run(*args):
        done = subprocess.run(
            [place.plugins / "check_smtp_auth", "--batch=%s" % ini, *args],
            stdout=subprocess.PIPE, text=True, check=False)
        return done.stdout

    run.at = "%s:%d" % (HOST, port)
    return run


def said(at):
    """service -> (exit code, what its output begins with)."""
    return {
        "good": (0, "SMTP_AUTH OK: %s logged in with PLAIN" % USER),
        "bad": (2, "SMTP_AUTH CRITICAL: login of nobody@example.org rejected "
                "at %s: 535 5.7.8" % at),
        "faulty": (3, "SMTP_AUTH UNKNOWN: wrong options at %s: " % at)}


PASSIVE = """
define service {{
    use smtp-auth-passive
    host_name mx1
    service_description {name}
}}
"""


@pytest.fixture(scope="module")
def passive_nagios(place):
    objects = OBJECTS.split("define service {{\n    use smtp-auth\n")[0]
    objects = objects.format(folder=place.folder)
    engine = nagios.Nagios(
        place, [FOLDER / "smtp_auth_batch.cfg"], objects + "".join(
            PASSIVE.format(name=name) for name in ("good", "bad", "faulty")))
    try:
        engine.start()
        yield engine
    finally:
        engine.stop()


def test_nagios(batch, passive_nagios):
    engine = passive_nagios
    lines = batch("--output-format=nagios", "-v")
    with open(engine.state / "nagios.cmd", "w") as pipe:
        pipe.write(lines)
    for name, (code, output) in said(batch.at).items():
        def has_come(name=name):
            status = engine.service(name)
            return status and status["has_been_checked"] == "1"

        engine.wait_for(has_come)
        status = engine.service(name)
        assert status["current_state"] == str(code)
        assert status["check_type"] == "1"
        assert status["plugin_output"].startswith(output)
    status = engine.service("good")
    assert status["performance_data"].startswith("time=0.")
    assert re.search(r"\\n *tls +\d", status["long_plugin_output"])


ICINGA = """
object Host "mx1" {{
    check_command = "dummy"
    vars.smtp_auth_batch = [ "good", "bad", "faulty" ]
}}
"""


@pytest.fixture(scope="module")
def passive_icinga(place):
    engine = icinga.Icinga(place, "batch")
    engine.configure(icinga.ON_DEMAND + ICINGA.format() +
                     (FOLDER / "smtp_auth_batch.conf").read_text(), zones="""
object Endpoint NodeName { }
object Zone ZoneName { endpoints = [ NodeName ] }
""")
    try:
        engine.start()
        yield engine
    finally:
        engine.stop()


def submit(place, engine, lines, password="change me"):
    settings = place.write(
        "submit.curl", 'url = "https://%s:%d/v1/actions/process-check-result"'
        '\nuser = "smtp_auth:%s"\ncacert = "%s"\nconnect-to = "::%s:"\n' % (
            engine.name, engine.port, password, engine.ca_file,
            icinga.ADDRESS), 0o600)
    return subprocess.run(
        [FOLDER / "submit-icinga2", settings], input=lines, text=True,
        stdout=subprocess.PIPE, stderr=subprocess.STDOUT, check=False)


def test_icinga(batch, passive_icinga, place):
    engine = passive_icinga
    lines = batch("--output-format=icinga2", "-v")
    done = submit(place, engine, lines)
    assert (done.returncode, done.stdout) == (0, "")
    for name, (code, output) in said(batch.at).items():
        service = engine.service("mx1!" + name)
        result = service["last_check_result"]
        assert (service["state"], result["active"]) == (code, False)
        assert result["output"].startswith(output)
    result = engine.service("mx1!good")["last_check_result"]
    assert result["performance_data"][0].startswith("time=")
    assert re.search(r"\n *tls +\d", result["output"])

    done = submit(place, engine, lines, "wrong")
    assert (done.returncode, done.stdout) == (
        2, "submit-icinga2: 3 of 3 refused with 401: user or password\n")
    lines = lines.replace("mx1!bad", "mx1!none")
    done = submit(place, engine, lines)
    assert (done.returncode, done.stdout) == (
        2, "submit-icinga2: 1 of 3 refused with 404: no such service\n")
    assert submit(place, engine, "").returncode == 0


def test_prometheus(batch):
    text = batch("--output-format=openmetrics")
    done = subprocess.run(
        ["promtool", "check", "metrics"], input=text.replace("# EOF\n", ""),
        text=True, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
        check=False)
    assert (done.returncode, done.stdout) == (0, "")
    assert text.count("smtp_auth_state{") == 3


def test_node_exporter(batch, tmp_path):
    """What it serves is what the page says: each series, with its value."""
    pages = tmp_path / "pages"
    pages.mkdir()
    page = pages / "smtp_auth.prom"
    guarded = ["--guard=1/3600", "--state-dir=%s" % (tmp_path / "state"),
               "--output-format=openmetrics", "--output-file=%s" % page]
    batch(*guarded)
    batch(*guarded)
    exporter = Exporter(pages, tmp_path / "exporter.log")
    try:
        exporter.start()
        served = {(s.name, *sorted(s.labels.items())): s.value
                  for s in exporter.scrape() if s.name.startswith("smtp_auth")}
    finally:
        exporter.stop()
    families = text_string_to_metric_families(page.read_text())
    written = {(s.name, *sorted(s.labels.items())): s.value
               for f in families for s in f.samples}
    assert served == written
    value = {name: {dict(labels)["check"]: value
                    for (known, *labels), value in served.items()
                    if known == "smtp_auth_" + name}
             for name in ("state", "held_back", "next_try_timestamp_seconds")}
    assert value["state"] == {
        "mx1!good": 0, "mx1!bad": 2, "mx1!faulty": 3}
    assert value["held_back"]["mx1!good"] == 0
    assert value["held_back"]["mx1!bad"] == 1
    assert set(value["next_try_timestamp_seconds"]) == {"mx1!bad"}


def test_jq(batch):
    done = subprocess.run(
        ["jq", "-r", "select(.state != \"OK\") | .name"],
        input=batch("--output-format=json"), text=True,
        stdout=subprocess.PIPE, check=True)
    assert sorted(done.stdout.split()) == ["mx1!bad", "mx1!faulty"]


@pytest.fixture(scope="module")
def zabbix(place):
    zabbix = zabbix_server.Zabbix(
        place, place.plugins, place.write("nothing.conf", ""))
    try:
        zabbix.start()
        yield zabbix
    finally:
        zabbix.stop()


def send(zabbix, *args, lines=None):
    """Whether the server took everything."""
    done = subprocess.run(
        ["zabbix_sender", "-z", zabbix_server.ADDRESS, "-p",
         str(zabbix.server.port), *args], input=lines, text=True,
        stdout=subprocess.PIPE, stderr=subprocess.STDOUT, check=False)
    return "failed: 0;" in done.stdout


def test_zabbix(batch, zabbix):
    zabbix.import_template(zabbix.template(FOLDER, "zabbix"))
    host = zabbix.add_host("mx1", "SMTP login by batch", {}, "agent")
    zabbix.database.wait_for(lambda: send(
        zabbix, "-s", "mx1", "-k", "smtp_auth.discovery", "-o",
        batch("--list=zabbix")))
    keys = ['smtp_auth.json["%s"]' % name for name in said("")]
    zabbix.database.wait_for(
        lambda: set(keys) <= set(zabbix.items(host)))
    zabbix.database.wait_for(lambda: send(
        zabbix, "-T", "-i", "-", lines=batch("--output-format=zabbix")))

    def have_come():
        items = zabbix.items(host)
        return all(items['smtp_auth.%s["%s"]' % (key, name)]["lastclock"] != "0"
                   for name in said("") for key in ("state", "verdict"))

    zabbix.database.wait_for(have_come)
    items = zabbix.items(host)
    for name, (code, output) in said(batch.at).items():
        assert items['smtp_auth.state["%s"]' % name]["lastvalue"] == str(code)
        assert output.split(": ", 1)[1] in items[
            'smtp_auth.verdict["%s"]' % name]["lastvalue"]
    failed = {name: code for name, (code, _) in said(batch.at).items() if code}

    def have_problems():
        return len(zabbix.problems(host)) == len(failed)

    zabbix.database.wait_for(have_problems)
    for severity, text in zabbix.problems(host):
        name, = (x for x in failed if " of %s is" % x in text)
        assert severity == {1: "WARNING", 2: "HIGH", 3: "AVERAGE"}[failed[name]]


def test_unit(place, mail_server):
    """systemd reads it, and the credentials of a folder are those that the
    sections name."""
    text = (FOLDER / "accounts.ini").read_text()
    text = text.replace("mail.example.org", HOST).replace(
        "printer@example.org", USER).replace("shop@example.org", USER)
    ini = place.write("batch-unit.ini", text.replace(
        "[mx1!login printer]", "port = %d\nip-address = %s\nca-file = %s/ca.pem"
        "\n[mx1!login printer]" % (mail_server.port["submission"], ADDRESS,
                                   place.folder), 1))
    pages = place.make_folder("batch-pages")
    unit = Unit(FOLDER / "smtp-auth-batch.service", "", {
        "/usr/lib/nagios/plugins": place.plugins,
        "/etc/smtp_auth/batch.ini": ini, "/var/lib/smtp_auth": pages})
    path = place.write("smtp-auth-batch.service", unit.text, owner="root")
    timer = place.write("smtp-auth-batch.timer", (
        FOLDER / "smtp-auth-batch.timer").read_text(), owner="root")
    assert verify(timer, path) == (0, "")
    assert unit.values("LoadCredential") == ["secrets:/etc/smtp_auth/secrets"]
    credentials = place.make_folder("batch-credentials")
    for name in ("secrets_printer", "secrets_shop"):
        (credentials / name).write_text(PASSWORD + "\n")
    assert unit.values("StateDirectory") == ["smtp_auth"]
    code, said = unit.run(credentials, state=pages)
    assert (code, said.split(" | ")[0]) == (
        0, "SMTP_AUTH OK: 2 of 2 checks ok")
    assert "<h1>2 OK</h1>" in (pages / "index.html").read_text()
    # The guard of the example is on, with the unit's own folder.
    (credentials / "secrets_shop").write_text("wrong-password\n")
    for _ in range(3):
        code, said = unit.run(credentials, state=pages)
        assert code == 2 and "not sent again" not in said
    code, said = unit.run(credentials, state=pages)
    assert code == 2 and "not sent again: refused 3 times since" in said
