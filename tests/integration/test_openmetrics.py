"""OpenMetrics: judged by promtool, by Prometheus' own parser and by a real
textfile collector; and --output-file, which feeds that."""

import os
import re
import signal
import subprocess
import threading
import time
import urllib.request

import jwt
import pytest
from prometheus_client.openmetrics.parser import (
    text_string_to_metric_families as parse_openmetrics)
from prometheus_client.parser import (
    text_string_to_metric_families as parse_text)

import schema
from conftest import HOST, PASSWORD, USER
from daemons import Daemon

FORMAT = "--output-format=openmetrics"
FAMILIES = ["smtp_auth_" + x for x in (
    "state", "up", "condition", "phase_seconds", "duration_seconds",
    "certificate_not_after_timestamp_seconds",
    "token_expiry_timestamp_seconds", "credential_end_timestamp_seconds",
    "held_back", "next_try_timestamp_seconds",
    "checked_timestamp_seconds", "info")]


class Page:
    """A page that promtool and the strict parser accept, taken apart."""

    def __init__(self, text):
        done = subprocess.run(["promtool", "check", "metrics"], input=text,
                              capture_output=True, text=True, check=False)
        assert (done.returncode, done.stdout, done.stderr) == (0, "", ""), (
            done, text)
        assert text.endswith("\n# EOF\n"), text
        # The parsers forgive a series that comes twice, a collector does not.
        series = [x.rpartition(" ")[0] for x in text.splitlines()
                  if not x.startswith("#")]
        assert len(series) == len(set(series)), text
        families = list(parse_openmetrics(text))
        assert [f.name for f in families] == FAMILIES
        assert all(f.type == "gauge" for f in families)
        self.help = {f.name: f.documentation for f in families}
        self.samples = [s for f in families for s in f.samples]
        assert all(s.timestamp is None for s in self.samples)
        self.values = {}
        age = time.time() - next(
            s.value for s in self.samples
            if s.name == "smtp_auth_checked_timestamp_seconds")
        assert -2 < age < 600, text
        for s in self.samples:
            labels = dict(s.labels)
            self.labels = [labels.pop(x) for x in ("host", "port", "user")]
            key = (s.name.removeprefix("smtp_auth_"), *labels.values())
            self.values[key] = s.value

    def of(self, name):
        """label -> value of a family with a label of its own."""
        return {k[1]: v for k, v in self.values.items()
                if k[0] == name and len(k) == 2}


def run_page(plugin, *args, **more):
    result = plugin.run(*args, FORMAT, **more)
    page = Page(result.text)
    assert page.values["state",] == result.exit_code
    return page


# What is on the page --------------------------------------------------------

def test_success(plugin, mail):
    server = mail()
    page = run_page(plugin, *server.login)
    assert page.labels == [HOST, str(server.port), USER]
    assert page.values["state",] == 0 and page.values["up",] == 1
    assert page.of("condition") == {}
    phases = page.of("phase_seconds")
    assert list(phases) == ["dns", "connect", "tls", "greeting", "ehlo",
                            "starttls", "auth", "quit"]
    total = page.values["duration_seconds",]
    assert abs(sum(phases.values()) - total) <= 1e-6 * len(phases)
    data = plugin.json(*server.login)
    end = time.strptime(data["tls"]["not_after"], "%Y-%m-%dT%H:%M:%SZ")
    assert page.values["certificate_not_after_timestamp_seconds",] == (
        time.mktime((*end[:8], 0)) - time.timezone)
    info = "info", data["mechanism"], data["tls"]["version"]
    assert page.values[info] == 1


def test_without_credentials(plugin, mail):
    server = mail(tls="none")
    page = run_page(plugin, *server.args)
    assert page.labels == [HOST, str(server.port), ""]
    assert page.values["state",] == 0 and page.values["up",] == 1
    assert ("certificate_not_after_timestamp_seconds",) not in page.values
    assert not [x for x in page.values if x[0] == "info"]
    server = mail(tls="none", greeting="554 No")
    assert run_page(plugin, *server.args).values["up",] == 0


FAILURES = {
    "greeting": {"greeting": "554 5.7.1 No"},
    "protocol": {"greeting": "SSH-2.0-OpenSSH_9.2"},
    "ehlo": {"replies": {"EHLO": "550 5.7.1 No"}},
    "starttls-missing": {"tls": "none"},
    "mechanism": {"mechs": "GSSAPI"},
    "auth-rejected": {"auth": "535 5.7.8 No"},
    "auth-temporary": {"auth": "454 4.7.0 Later"},
}


@pytest.mark.parametrize("condition", FAILURES)
def test_failure(plugin, mail, condition):
    page = run_page(plugin, *mail(**FAILURES[condition]).login)
    assert page.values["state",] == 2 and page.values["up",] == 0
    assert page.of("condition") == {condition: 1}


def test_failure_before_the_server(plugin, mail, dns, tmp_path):
    server = mail()
    for condition, code, more in [
            ("dns", 2, ["--resolver=127.0.0.1:%d" % dns({}).port]),
            ("secret", 3, ["-U", USER, "--password-from=file:/none"]),
            ("usage", 3, ["-U", USER]),
            ("usage", 3, ["--bad"])]:
        args = server.bare if condition == "dns" else server.args
        page = run_page(plugin, *args, *more)
        assert page.of("condition") == {condition: 1}
        assert page.values["state",] == code and page.values["up",] == 0
        assert page.labels[:2] == [HOST, str(server.port)]
    server.close()
    page = run_page(plugin, *server.login)
    assert page.of("condition") == {"connect": 1}
    assert page.of("phase_seconds").keys() == {"dns"}
    assert run_page(plugin).labels == ["", "25", ""]


def test_failure_of_the_certificate(plugin, mail, ca):
    server = mail()
    page = run_page(plugin, *server.bare, "-I", "127.0.0.1", "-U", USER,
                    "-P", PASSWORD)
    assert page.of("condition") == {"cert-untrusted": 1}
    assert page.values["up",] == 0


def test_timeout(plugin, mail):
    page = run_page(plugin, *mail(stall="AUTH").login, "-t", "0.2")
    assert page.of("condition") == {"timeout": 1}
    assert "auth" not in page.of("phase_seconds")


def test_up_is_a_fact(plugin, mail):
    """Whatever the state is made of it."""
    for auth, args, code, up in [
            ("535 5.7.8 No", ["--on=auth-rejected=ok"], 0, 0),
            ("535 5.7.8 No", ["--expect-rejected"], 0, 0),
            ("235 Hi", ["--expect-rejected"], 2, 1),
            ("235 Hi", ["--require-extension=CHUNKING"], 2, 1)]:
        page = run_page(plugin, *mail(auth=auth).login, *args)
        assert (page.values["state",], page.values["up",]) == (code, up)


def test_conditions_are_counted_once(plugin, mail):
    page = run_page(plugin, *mail().login, "-w", "@0:1000",
                    "-c", "auth=@0:1000", "-e", "Zorp",
                    "--require-extension=CHUNKING",
                    "--require-mechanism=NTLM", "--forbid-mechanism=LOGIN")
    assert page.of("condition") == {
        "slow": 1, "expect": 1, "extension": 1, "mechanism": 1}


EVIL = 'a"\\b|{x="1"} 2,\u202e\u00e4\udcff'
TAMED = 'a"\\b\\x7c{x="1"} 2,\\xe2\\x80\\xae\u00e4\\xff'


def test_hostile_labels(plugin, mail):
    page = run_page(plugin, *mail().args, "-U", EVIL, "-P", PASSWORD)
    assert page.labels[2] == TAMED
    assert run_page(plugin, 'h"\\', *mail().bare[:2]).of(
        "condition") == {"usage": 1}


@pytest.mark.parametrize("name", ["SIGTERM", "SIGINT"])
def test_signal(plugin, mail, name):
    server = mail(stall="greeting")
    process = plugin.start(*server.login, "-t", "30", FORMAT)
    server.wait_for("stalled")
    process.send_signal(getattr(signal, name))
    result = plugin.finish(process)
    page = Page(result.text)
    assert result.exit_code == page.values["state",] == 3
    assert page.of("condition") == {"internal": 1}
    assert page.labels == [HOST, str(server.port), USER]


def test_verbosity_and_quiet(plugin, mail):
    page = run_page(plugin, *mail().login, "-vvv")
    assert page.values["state",] == 0
    page = run_page(plugin, *mail().login, "--quiet")
    assert page.of("condition") == {"usage": 1}


# A file ---------------------------------------------------------------------

@pytest.fixture
def folder(tmp_path):
    """Nothing but pages is left in it."""
    path = tmp_path / "textfile"
    path.mkdir()
    yield path
    left = [x.name for x in path.iterdir()]
    assert all(x.endswith(".prom") for x in left), left


def to(path):
    return [FORMAT, "--output-file=%s" % path]


def test_file(plugin, mail, folder):
    path = folder / "a.prom"
    result = plugin.run(*mail().login, *to(path))
    assert result.state == "OK"
    assert Page(path.read_text()).values["state",] == 0
    result = plugin.run(*mail(auth="535 5.7.8 No").login, *to(path))
    assert result.state == "CRITICAL" and "535 5.7.8 No" in result.message
    assert Page(path.read_text()).of("condition") == {"auth-rejected": 1}


def test_file_is_for_everybody_but_the_umask(plugin, mail, folder):
    for mask, mode in (("022", 0o644), ("077", 0o600)):
        path = folder / (mask + ".prom")
        plugin.run(*mail().login, *to(path), wrapper=[
            "sh", "-c", 'umask %s; exec "$@"' % mask, "sh"])
        assert path.stat().st_mode & 0o7777 == mode


def test_file_of_text_and_json(plugin, mail, folder):
    path = folder / "a.prom"
    result = plugin.run(*mail().login, "--output-file=%s" % path, "-v")
    assert path.read_text() == result.text
    plugin.run(*mail().login, "--output-file=%s" % path,
               "--output-format=json")
    assert schema.read(path.read_text())["state"] == "OK"


def test_quiet_writes_the_file(plugin, mail, folder):
    path = folder / "a.prom"
    assert plugin.run(*mail().login, *to(path), "--quiet").text == ""
    assert Page(path.read_text()).values["up",] == 1


def test_usage_is_written_too(plugin, folder):
    path = folder / "a.prom"
    path.write_text("old\n")
    result = plugin.run(*to(path), "-H", HOST, "--bad")
    assert result.state == "UNKNOWN" and "--bad" in result.message
    assert Page(path.read_text()).of("condition") == {"usage": 1}


def test_help_writes_no_file(plugin, folder):
    plugin.run(*to(folder / "a.prom"), "--help")
    assert not list(folder.iterdir())


def test_relative_path(plugin, mail):
    plugin.run(*mail().login, *to("a.prom"))
    assert Page((plugin.home / "a.prom").read_text()).values["up",] == 1


@pytest.mark.parametrize("where, why", [
    ("none/a.prom", "No such file or directory"),
    ("file/a.prom", "Not a directory"),
    ("folder", "not a regular file"),
    ("link", "not a regular file"),
    ("fifo", "not a regular file"),
])
def test_unwritable(plugin, mail, tmp_path, where, why):
    (tmp_path / "file").write_text("kept")
    (tmp_path / "folder").mkdir()
    (tmp_path / "link").symlink_to(tmp_path / "file")
    os.mkfifo(tmp_path / "fifo")
    before = sorted(x.name for x in tmp_path.iterdir())
    path = tmp_path / where
    server = mail()
    result = plugin.run(*server.login, *to(path), "--quiet")
    assert result.state == "UNKNOWN"
    assert result.message == "result not written for %s: %s: %s" % (
        server.who, path, why)
    # What is wrong with the account goes first.
    server = mail(auth="535 5.7.8 No")
    result = plugin.run(*server.login, *to(path))
    assert result.state == "CRITICAL" and "535 5.7.8 No" in result.message
    assert any(x.startswith("also UNKNOWN (internal): result not written: ")
               for x in result.details), result
    result = plugin.run(*mail().login, *to(path), "--on=internal=warning")
    assert result.state == "WARNING"
    assert sorted(x.name for x in tmp_path.iterdir()) == before
    assert (tmp_path / "file").read_text() == "kept"


def test_standard_output_is_no_file(plugin, mail):
    result = plugin.run(*mail().login, *to("/dev/stdout"))
    assert result.state == "UNKNOWN"
    assert result.message.endswith("/dev/stdout: not a regular file")


@pytest.mark.parametrize("ignored", [True, False])
def test_file_size_limit(plugin, mail, folder, ignored):
    """The page that is there stays, and the answer says why."""
    path = folder / "a.prom"
    path.write_text("old\n")
    result = plugin.run(*mail().login, *to(path), wrapper=[
        "sh", "-c", '%sulimit -f 0; exec "$@"' % (
            'trap "" XFSZ; ' if ignored else ""), "sh"])
    assert result.state == "UNKNOWN"
    assert result.message.endswith(
        ": %s: File too large" % path)
    assert path.read_text() == "old\n"


FULL_DISK = """mount -t tmpfs -o size=4k none "$DISK" &&
head -c 4096 /dev/zero >"$DISK/a.prom" || exit
"$@"
code=$?
ls -A "$DISK" >"$DISK.names"
cmp -n 4096 "$DISK/a.prom" /dev/zero || exit
exit $code"""


def test_full_disk(plugin, mail, tmp_path, leave_to_mount):
    """A file system of one page, which the file that is there fills."""
    disk = tmp_path / "disk"
    disk.mkdir()
    result = plugin.run(
        *mail().login, *to(disk / "a.prom"), env={"DISK": str(disk)},
        wrapper=["unshare", "--mount", "sh", "-c", FULL_DISK, "sh"])
    assert result.state == "UNKNOWN"
    assert result.message.endswith(
        ": %s/a.prom: No space left on device" % disk)
    assert (tmp_path / "disk.names").read_text() == "a.prom\n"


def test_readers_see_whole_pages(plugin, mail, folder):
    path = folder / "a.prom"
    good, bad = mail(), mail(auth="535 5.7.8 No")
    plugin.run(*good.login, *to(path))
    seen, wrong, done = set(), [], threading.Event()

    def read():
        while not done.is_set():
            try:
                text = path.read_text()
            except FileNotFoundError:
                text = "missing"
            state = re.search(r"^smtp_auth_state{.*} ([02])$", text, re.M)
            if state and text.endswith("\n# EOF\n"):
                seen.add(state[1])
            else:
                wrong.append(text)
            names = {x for x in os.listdir(folder) if x.endswith(".prom")}
            if names != {"a.prom"}:
                wrong.append(names)

    reader = threading.Thread(target=read)
    reader.start()
    try:
        for _ in range(15):
            assert plugin.run(*bad.login, *to(path)).exit_code == 2
            assert plugin.run(*good.login, *to(path)).exit_code == 0
    finally:
        done.set()
        reader.join()
    assert not wrong, wrong[:3]
    assert seen == {"0", "2"}


def test_writers_side_by_side(plugin, mail, folder):
    path = folder / "a.prom"
    server = mail()
    for process in [plugin.start(*server.login, *to(path))
                    for _ in range(8)]:
        assert plugin.finish(process).state == "OK"
    assert Page(path.read_text()).values["up",] == 1


# The last word --------------------------------------------------------------

@pytest.mark.parametrize("more", [[], ["--quiet", "--on=internal=ok"]])
def test_signal_writes_the_file(plugin, mail, folder, more):
    path = folder / "a.prom"
    server = mail(stall="AUTH")
    process = plugin.start(*server.login, "-t", "30", *to(path), *more)
    server.wait_for("stalled")
    process.send_signal(signal.SIGTERM)
    result = plugin.finish(process)
    assert Page(path.read_text()).of("condition") == {"internal": 1}
    if not more:
        assert result.state == "UNKNOWN"
        assert result.message.startswith(
            "internal error (SIGTERM while waiting for the reply to AUTH) ")


def test_signal_in_json_names_the_place(plugin, mail, folder):
    path = folder / "a.prom"
    server = mail(stall="AUTH")
    process = plugin.start(*server.login, "-t", "30",
                           "--output-format=json", "--output-file=%s" % path)
    server.wait_for("stalled")
    process.send_signal(signal.SIGTERM)
    plugin.finish(process)
    data = schema.read(path.read_text())
    assert data["message"].startswith(
            "internal error (SIGTERM while waiting for the reply to AUTH) ")


def test_signal_without_the_folder(plugin, mail, tmp_path):
    server = mail(stall="AUTH")
    process = plugin.start(*server.login, "-t", "30",
                           *to(tmp_path / "none" / "a.prom"))
    server.wait_for("stalled")
    process.send_signal(signal.SIGTERM)
    assert plugin.finish(process).message.startswith(
            "internal error (SIGTERM while waiting for the reply to AUTH) ")


def is_alarmed(process):
    """Whether the deadline's signal waits for the process to go on."""
    with open("/proc/%d/status" % process.pid, encoding="ascii") as f:
        pending = re.search(r"^ShdPnd:\s*([0-9a-f]+)$", f.read(), re.M)
    return int(pending[1], 16) >> (signal.SIGALRM - 1) & 1


@pytest.mark.parametrize("file", [True, False])
def test_deadline_of_the_last_resort(plugin, mail, folder, file):
    """A process that is stopped cannot meet it in the loop."""
    path = folder / "a.prom"
    server = mail(stall="AUTH")
    process = plugin.start(*server.login, "-t", "1.5",
                           *(to(path) if file else [FORMAT]))
    server.wait_for("stalled")
    process.send_signal(signal.SIGSTOP)
    while not is_alarmed(process):
        time.sleep(0.01)
    process.send_signal(signal.SIGCONT)
    result = plugin.finish(process)
    page = Page(path.read_text() if file else result.text)
    assert result.exit_code == page.values["state",] == 2
    assert page.of("condition") == {"timeout": 1}
    if file:
        assert result.message.startswith(
            "timeout after 1.5 s waiting for the reply to AUTH for")


# A real collector -----------------------------------------------------------

class Exporter(Daemon):
    """prometheus-node-exporter with nothing but a folder of pages."""

    def __init__(self, folder, log):
        super().__init__()
        self.folder = folder
        self.log = log

    def report(self):
        return self.log.read_text()

    def address(self):
        return re.search(r'msg="Listening on" address=(\S+)', self.report())

    def start(self):
        self.spawn([
            "prometheus-node-exporter", "--collector.disable-defaults",
            "--web.disable-exporter-metrics", "--collector.textfile",
            "--collector.textfile.directory=%s" % self.folder,
            "--web.listen-address=127.0.0.1:0"], self.log)
        self.wait_for(self.address)

    def scrape(self):
        """All samples.  That it met no error is checked."""
        opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
        url = "http://%s/metrics" % self.address()[1]
        with opener.open(url, timeout=30) as answer:
            families = list(parse_text(answer.read().decode()))
        samples = [s for f in families for s in f.samples]
        errors = [s.value for s in samples
                  if s.name == "node_textfile_scrape_error"]
        assert errors == [0], self.report()
        assert "level=error" not in self.report(), self.report()
        self.help = {f.name: f.documentation for f in families}
        return samples


@pytest.fixture
def exporter(folder, tmp_path):
    daemon = Exporter(folder, tmp_path / "exporter.log")
    daemon.start()
    yield daemon
    daemon.stop()


def comparable(samples):
    return sorted((s.name, sorted(s.labels.items()), s.value)
                  for s in samples if s.name.startswith("smtp_auth_"))


def test_textfile_collector(plugin, mail, folder, exporter):
    good, bad = mail(), mail(auth="535 5.7.8 No")
    token = plugin.secret(jwt.encode({"exp": 2100000000}, "x" * 32, "HS256"))
    for name, args in {
            "good": good.login, "bad": bad.login,
            "evil": [*mail().args, "-U", EVIL, "-P", PASSWORD],
            "bare": mail(tls="none").args,
            "token": [*mail(mechs="XOAUTH2").args, "-U", USER,
                      "--token-from=env:TOKEN"],
            "many": [*mail().login, "-w", "@0:9", "-c", "auth=@0:9"],
            "usage": ["--bad"]}.items():
        plugin.run(*args, *to(folder / (name + ".prom")),
                   env={"TOKEN": token})
    pages = [Page(x.read_text()) for x in folder.iterdir()]
    assert len(pages) == 7
    scraped = exporter.scrape()
    assert comparable(scraped) == comparable(
        s for page in pages for s in page.samples)
    shown = {s.name for s in scraped}  # it leaves out what has no sample
    for page in pages:
        for name, text in page.help.items():
            if name in shown:
                assert exporter.help[name] == text
    states = {s.labels["port"]: s.value for s in scraped
              if s.name == "smtp_auth_state" and s.labels["user"] == USER}
    assert states[str(good.port)] == 0 and states[str(bad.port)] == 2
    assert [s.value for s in scraped
            if s.name == "smtp_auth_token_expiry_timestamp_seconds"] == [
                2100000000]
    # A condition that is over is gone at the next scrape.
    def conditions():
        return {s.labels["condition"] for s in exporter.scrape()
                if s.name == "smtp_auth_condition"}

    assert "auth-rejected" in conditions()
    plugin.run(*good.login, *to(folder / "bad.prom"), "-f", "a@example.org")
    (folder / "good.prom").unlink()
    assert "auth-rejected" not in conditions()
