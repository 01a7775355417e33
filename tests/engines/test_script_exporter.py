"""integrations/prometheus for script_exporter: a real Prometheus asks by the job of
the page; what answers does with the URL, the script's output and its exit status what
script_exporter is documented to do."""

import http.server
import subprocess
import threading
import urllib.parse

import pytest
import yaml

from conftest import HOST, INTEGRATIONS, PASSWORD, USER
from postfix_server import ADDRESS
from prometheus_server import Prometheus

FOLDER = INTEGRATIONS / "prometheus"
SCRIPTS = yaml.safe_load((FOLDER / "script_exporter.yml").read_text())["scripts"]
JOB = (FOLDER / "scrape-script-exporter.yml").read_text()


@pytest.fixture
def probe(place, mail_server):
    """smtp-auth-probe beside the plugin, with an account alice."""
    accounts = place.write("accounts.ini", (
        "[alice]\nhostname = %s\nauthuser = %s\nport = %d\nip-address = %s\n"
        "ca-file = %s/ca.pem\npassword-from = file:%s\n"
        "[bob]\nhostname = %s\nno-such-option\n") % (
            HOST, USER, mail_server.port["submission"], ADDRESS, place.folder,
            place.password, HOST))
    text = (FOLDER / "smtp-auth-probe").read_text()
    assert "/etc/smtp_auth/accounts.ini" in text
    path = place.plugins / "smtp-auth-probe"
    path.write_text(text.replace("/etc/smtp_auth/accounts.ini", str(accounts)))
    path.chmod(0o755)
    return path


def run(*command):
    return subprocess.run(list(map(str, command)), capture_output=True,
                          text=True, check=False)


def test_probe(probe, account):
    done = run(probe, "alice")
    assert done.returncode == 0 and "\nsmtp_auth_up{" in done.stdout
    account(PASSWORD + " and more")
    done = run(probe, "alice")
    assert done.returncode == 2
    assert 'condition="auth-rejected"} 1\n' in done.stdout


@pytest.mark.parametrize("name", [
    "", "--token-from=cmd:id", "a@/etc/other.ini", "alice;id", "a b", "a\nb"])
def test_probe_takes_nothing_but_a_section(probe, name):
    done = run(probe, name)
    assert (done.returncode, done.stdout) == (3, "")
    assert done.stderr == "smtp-auth-probe: not an account: '%s'\n" % name


class StandIn(http.server.BaseHTTPRequestHandler):
    program = None
    runs = []

    def do_GET(self):
        url = urllib.parse.urlsplit(self.path)
        asked = {k: v[0] for k, v in urllib.parse.parse_qs(url.query).items()}
        script, = (x for x in SCRIPTS if x["name"] == asked["script"])
        assert url.path == "/probe"
        assert [self.program.name] == [
            x.rpartition("/")[2] for x in script["command"]]
        args = [asked[x] for x in asked["params"].split(",")]
        done = run(self.program, *args)
        self.runs.append(args)
        body = "# TYPE script_success gauge\nscript_success{script=\"%s\"} %d\n" % (
            script["name"], done.returncode == 0) + done.stdout
        self.send_response(200)
        self.send_header("Content-Type", "text/plain")
        self.end_headers()
        self.wfile.write(body.encode())

    def log_message(self, *args):
        pass


@pytest.fixture
def exporter(probe):
    handler = type("Handler", (StandIn,), {"program": probe, "runs": []})
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield server
    server.shutdown()
    thread.join()
    server.server_close()


def test_accounts_as_targets(exporter, tmp_path):
    job = JOB
    for old, new in (("127.0.0.1:9469", "127.0.0.1:%d" % exporter.server_port),
                     ("scrape_interval: 1m", "scrape_interval: 3s"),
                     ("scrape_timeout: 15s", "scrape_timeout: 3s")):
        assert old in job
        job = job.replace(old, new)
    prometheus = Prometheus(tmp_path, None, FOLDER / "smtp_auth.rules.yml", job)
    try:
        prometheus.start()
        prometheus.wait_for(
            lambda: len(prometheus.query("smtp_auth_state")) == 2)
        states = {x["metric"]["instance"]: (x["metric"].get("user"), x["value"][1])
                  for x in prometheus.query("smtp_auth_state")}
        assert states == {"alice": (USER, "0"), "bob": (None, "3")}
        success = {x["metric"]["instance"]: x["value"][1]
                   for x in prometheus.query("script_success")}
        assert success == {"alice": "1", "bob": "0"}
    finally:
        prometheus.stop()


def test_a_failed_check_is_kept_as_well():
    """Or each scrape would try the refused password again."""
    for script in SCRIPTS:
        assert script["cache"]["cache_on_error"] is True
        assert script["cache"]["duration"] >= 300
        assert script["timeout"]["max_timeout"] > 10
