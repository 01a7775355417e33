"""What all integration tests share: the binary under test, the checks that
hold for each of its runs, certificates and servers."""

import base64
import collections
import json
import os
import pathlib
import re
import signal
import socket
import subprocess

import pytest

import certs
import dns_server
import schema
import smtp_server

ROOT = pathlib.Path(__file__).resolve().parents[2]
STATES = ("OK", "WARNING", "CRITICAL", "UNKNOWN")
BATCH_LABELS = ["checks", "ok", "warning", "critical", "unknown", "time"]
LABELS = ["time", "time_dns", "time_connect", "time_tls", "time_greeting",
          "time_ehlo", "time_starttls", "time_auth", "time_envelope",
          "time_quit", "cert_days", "token_ttl", "credential_days"]
BIDI = set("\u061c\u200e\u200f\u202a\u202b\u202c\u202d\u202e"
           "\u2066\u2067\u2068\u2069\u2028\u2029")
FIRST_LINE_MAX = 1000
HOST = certs.HOST
PROBE = "probe.example.org"
USER = "alice@example.org"
PASSWORD = "korrekt Pferd 7!"


def pytest_addoption(parser):
    parser.addoption(
        "--binary", action="append", default=[],
        help="check_smtp_auth to test; repeatable "
             "(default: build/check_smtp_auth)")
    parser.addoption(
        "--in-batch", action="store_true",
        help="do each check whose JSON is looked at as a batch of one: the "
             "answer is to be the same")


def pytest_generate_tests(metafunc):
    if "plugin" in metafunc.fixturenames:
        given = metafunc.config.getoption("--binary")
        paths = [str(pathlib.Path(p).resolve()) for p in given]
        paths = paths or [str(ROOT / "build" / "check_smtp_auth")]
        metafunc.parametrize("plugin", paths, indirect=True,
                             ids=[pathlib.Path(p).parent.name for p in paths])


def holds(path, what):
    return what in pathlib.Path(path).read_bytes()


def is_sanitized(path):
    return holds(path, b"__asan_init")


CANNOT_HOLD = {
    "not_under_asan": is_sanitized,
    "needs_shared_openssl": lambda path: not holds(path, b"libssl.so"),
}


def pytest_collection_modifyitems(config, items):
    """Leave out what cannot hold: with AddressSanitizer's memory, or where
    there are no calls between libraries."""
    out = [x for x in items for marker, cannot in CANNOT_HOLD.items()
           if x.get_closest_marker(marker)
           and cannot(x.callspec.params["plugin"])]
    if out:
        config.hook.pytest_deselected(items=out)
        items[:] = [x for x in items if x not in out]


# A skipped test makes the run fail where CI=true ----------------------------

SKIPPED = pytest.StashKey()


def pytest_configure(config):
    # Under nohup, or in the background, the plugin would inherit SIG_IGN.
    for number in (signal.SIGHUP, signal.SIGINT, signal.SIGQUIT):
        if signal.getsignal(number) is signal.SIG_IGN:
            signal.signal(number, signal.SIG_DFL)
    config.stash[SKIPPED] = []
    config.addinivalue_line(
        "markers", "not_under_asan: only for builds without it")
    config.addinivalue_line(
        "markers", "needs_shared_openssl: not for the static binary")


def note_skip(config, report):
    if report.skipped and not hasattr(report, "wasxfail"):
        config.stash[SKIPPED].append(report.nodeid)


class SkipWatch:
    def __init__(self, config):
        self.config = config

    def pytest_runtest_logreport(self, report):
        note_skip(self.config, report)

    def pytest_collectreport(self, report):
        note_skip(self.config, report)


def pytest_sessionstart(session):
    session.config.pluginmanager.register(SkipWatch(session.config))


@pytest.hookimpl(trylast=True)
def pytest_sessionfinish(session, exitstatus):
    if os.environ.get("CI") != "true" or exitstatus != pytest.ExitCode.OK:
        return
    if session.config.stash[SKIPPED]:
        session.exitstatus = pytest.ExitCode.TESTS_FAILED


def pytest_terminal_summary(terminalreporter, config):
    if os.environ.get("CI") == "true" and config.stash[SKIPPED]:
        terminalreporter.section("skipped tests fail the run")
        for nodeid in config.stash[SKIPPED]:
            terminalreporter.line(nodeid)


# One run of the plugin ------------------------------------------------------

Perf = collections.namedtuple("Perf", "value uom warn crit min max")

RANGE = r"@?(?:(?:~|-?\d+(?:\.\d+)?)?:)?(?:-?\d+(?:\.\d+)?)?"
PERF = re.compile(
    r"([a-z_]+)=(?:U|(-?\d+\.\d{6})(s)|(-?\d+)(s?))"
    r"(?:;(%s)(?:;(%s)(?:;(\d*)(?:;([\d.]*))?)?)?)?" % (RANGE, RANGE))


def parse_perfdata(text):
    """label -> Perf, values as numbers or "U"; anything odd is an error."""
    out = {}
    for item in text.split(" "):
        match = PERF.fullmatch(item)
        assert match, "bad perfdata %r" % item
        label, seconds, uom, count, whole, *rest = match.groups()
        assert label not in out, "%s twice" % label
        value = "U"
        if seconds is not None:
            value = float(seconds)
        elif count is not None:
            value = int(count)
        assert bool(whole) == (label == "token_ttl" and value != "U"), item
        out[label] = Perf(value, uom or whole or "", *(x or "" for x in rest))
    labels = BATCH_LABELS if "checks" in out else LABELS
    order = [x for x in labels if x in out]
    assert list(out) == order, "perfdata in the order %s" % list(out)
    return out


def needles(secret):
    """The ways in which a secret could stand in a text: raw, and in base64
    at its three alignments."""
    data = secret if isinstance(secret, bytes) else secret.encode()
    if len(data) < 4:
        return []
    out = [data]
    for shift in range(3):
        text = base64.b64encode(b"\0" * shift + data)
        first = (shift * 8 + 5) // 6
        last = (shift + len(data)) * 8 // 6
        out.append(text[first:last])
    return out


class Result:
    """What one run gave.  kind is "text", "json", "openmetrics" or "free"
    (help and version)."""

    def __init__(self, kind, exit_code, stdout, stderr):
        self.kind = kind
        self.exit_code = exit_code
        self.stdout = stdout
        self.stderr = stderr
        self.text = stdout.decode()  # valid UTF-8, or this raises
        self.lines = self.text.splitlines()
        self.first_line = self.lines[0] if self.lines else ""
        self.details = self.lines[1:]
        self.state = self.message = None
        self.perfdata = {}
        if kind == "text" and self.lines:
            self._parse()

    def _parse(self):
        match = re.fullmatch(r"SMTP_AUTH ([A-Z]+): (.+?)(?: \| (\S.*))?",
                             self.first_line)
        assert match, "bad first line %r" % self.first_line
        self.state, self.message, perfdata = match.groups()
        assert self.state in STATES, self.first_line
        assert STATES.index(self.state) == self.exit_code, self.first_line
        if perfdata:
            self.perfdata = parse_perfdata(perfdata)

    def __repr__(self):
        return "<exit %d: %s>" % (self.exit_code, self.text)


def kind_of(args):
    if {"-h", "--help", "-V", "--version", "--list",
            "--list=zabbix"} & set(args):
        return "free"
    if any(str(a).startswith("--output-file=") for a in args):
        return "text"  # whatever the file gets
    for fmt in ("json", "openmetrics"):
        if "--output-format=" + fmt in args:
            return fmt
    return "text"


class Plugin:
    """The binary under test."""

    def __init__(self, path, home, in_batch=False):
        self.path = path
        self.home = home
        self.in_batch = in_batch
        self.secrets = []
        self.started = []

    def secret(self, text):
        """From now on text must not be in any output.  Returns it."""
        self.secrets.append(text)
        return text

    def environment(self, env):
        kept = {k: v for k, v in os.environ.items()
                if k in ("PATH", "LD_LIBRARY_PATH", "LD_PRELOAD",
                         "GCOV_ERROR_FILE")
                or k.endswith("SAN_OPTIONS")}
        return {**kept, "HOME": str(self.home), **(env or {})}

    def start(self, *args, env=None, stdin=subprocess.DEVNULL, wrapper=(),
              pass_fds=()):
        """A run in the background, to be ended with finish()."""
        args = [str(a) for a in args]
        process = subprocess.Popen(
            [*wrapper, self.path, *args], env=self.environment(env),
            cwd=self.home, stdin=stdin, stdout=subprocess.PIPE,
            stderr=subprocess.PIPE, pass_fds=pass_fds)
        process.kind = kind_of(args)
        process.quiet = "--quiet" in args
        process.mute = False
        self.started.append(process)
        return process

    def finish(self, process, stdin=None, timeout=60):
        """Wait for the end, check what holds for every run."""
        try:
            out, err = process.communicate(stdin, timeout)
        except subprocess.TimeoutExpired:
            process.kill()
            out, err = process.communicate()
            raise AssertionError("still running after %s s: %r %r" %
                                 (timeout, out, err)) from None
        code = process.returncode
        said = "exit %s, %r, stderr %r" % (code, out, err)
        assert err == b"", said
        assert code in (0, 1, 2, 3), said
        for secret in self.secrets:
            for needle in needles(secret):
                assert needle not in out, "holds a secret: " + said
        result = Result(process.kind, code, out, err)
        if process.mute == "perhaps" and out == b"":
            return result
        if process.mute is True or (process.quiet and code == 0):
            assert out == b"", said
            return result
        assert out.endswith(b"\n"), said
        bad = [c for c in result.text if c in BIDI or
               (c != "\n" and (ord(c) < 32 or 127 <= ord(c) < 160))]
        assert not bad, "%r in %s" % (bad, said)
        if process.kind in ("text", "json"):
            assert out.count(b"|") <= 1, said
        if process.kind == "json":
            for line in result.lines:
                # Without memory the last word is text, to its end.
                if line.startswith("SMTP_AUTH "):
                    break
                schema.read(line)
        if process.kind == "text":
            first = out.split(b"\n")[0]
            assert len(first) <= FIRST_LINE_MAX, said
        return result

    def run(self, *args, env=None, stdin=None, timeout=60, **more):
        """One run.  stdin is bytes, text or None."""
        if isinstance(stdin, str):
            stdin = stdin.encode()
        process = self.start(
            *args, env=env, **more,
            stdin=subprocess.DEVNULL if stdin is None else subprocess.PIPE)
        return self.finish(process, stdin, timeout)

    def json(self, *args, **more):
        """One run in JSON.  Returns the object; exit_code is checked."""
        args = [*args, "--output-format=json"]
        if self.in_batch:
            # The command line holds for all checks; the one is named only.
            one = self.home / "one.ini"
            one.write_text("[the one]\n")
            args.append("--batch=%s" % one)
        result = self.run(*args, **more)
        assert len(result.lines) == 1, result
        data = json.loads(result.text)
        if self.in_batch:
            assert data.pop("name", "the one") == "the one"
        assert data["exit_code"] == result.exit_code, data
        assert data["state"] == STATES[result.exit_code], data
        return data

    def close(self):
        for process in self.started:
            if process.poll() is None:
                process.kill()
                process.communicate()


@pytest.fixture
def plugin(request, tmp_path):
    assert os.access(request.param, os.X_OK), (
        "%s is not there: build it first" % request.param)
    home = tmp_path / "home"
    home.mkdir()
    plugin = Plugin(request.param, home,
                    request.config.getoption("--in-batch"))
    plugin.secret(PASSWORD)
    yield plugin
    plugin.close()


# Certificates and servers ---------------------------------------------------

@pytest.fixture(scope="session")
def leave_to_mount(tmp_path_factory):
    """For tests that make a file system of their own, in a namespace."""
    try:
        done = subprocess.run(
            ["unshare", "--mount", "mount", "-t", "tmpfs", "none",
             tmp_path_factory.mktemp("mount")],
            stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE, text=True, check=False)
        said, code = done.stderr.strip(), done.returncode
    except FileNotFoundError as e:
        said, code = str(e), 1
    if code != 0:
        pytest.skip("needs leave to mount: be root, and in a container have "
                    "CAP_SYS_ADMIN (podman run --cap-add=SYS_ADMIN): " + said)


@pytest.fixture(scope="session")
def ca(tmp_path_factory):
    return certs.Authority(tmp_path_factory.mktemp("ca"))


@pytest.fixture(scope="session")
def have_ipv6():
    try:
        with socket.socket(socket.AF_INET6) as s:
            s.bind(("::1", 0))
    except OSError:
        pytest.skip("no IPv6 on loopback")


@pytest.fixture
def serve():
    """serve(handler, hosts=...) starts a Server that ends with the test."""
    servers = []

    def start(handler, hosts=("127.0.0.1",)):
        servers.append(smtp_server.Server(handler, hosts))
        return servers[-1]

    yield start
    for server in servers:
        server.close()


@pytest.fixture
def mail(serve, ca):
    """mail(...) starts a Mail server, options as Mail has them and besides
    pair (the certificate) and context.  The server returned has args, which
    make the plugin find and trust it; login, which are args with
    credentials; and at, how the output names it."""
    def start(pair=None, context=None, hosts=("127.0.0.1",), **options):
        context = context or ca.context(pair)
        server = serve(smtp_server.Mail(context, **options), hosts)
        server.at = "%s:%d" % (HOST, server.port)
        server.who = "%s at %s" % (USER, server.at)
        server.bare = ["-p", server.port, "-F", PROBE, "-H", HOST]
        server.args = [*server.bare, "-I", hosts[0], "--ca-file", ca.ca]
        server.login = [*server.args, "-U", USER, "-P", PASSWORD]
        if options.get("tls") == "implicit":
            server.args.append("-s")
            server.login.append("-s")
        return server

    return start


@pytest.fixture
def dns():
    """dns(names, host=...) starts a DnsServer that ends with the test."""
    servers = []

    def start(names, host="127.0.0.1"):
        servers.append(dns_server.DnsServer(names, host))
        return servers[-1]

    yield start
    for server in servers:
        server.close()


# What a check is doing in a phase, as a timeout or a hang-up says.
DOING = {
    "dns": "looking up the host (DNS)",
    "connect": "connecting",
    "tls": "waiting for the TLS handshake",
    "greeting": "waiting for the greeting",
    "ehlo": "waiting for the reply to EHLO",
    "starttls": "waiting for the reply to STARTTLS",
    "auth": "waiting for the reply to AUTH",
    "envelope": "waiting for the reply to MAIL, RCPT or -C",
}


def matches(pattern, text):
    """Whether all of text matches, and say what it is if not."""
    assert re.fullmatch(pattern, text), "%r is not %r" % (text, pattern)
    return True


SECONDS = r"\d+\.\d{3} s"


def plain(user, password, authzid=""):
    """The response of PLAIN, in base64."""
    return base64.b64encode(
        ("%s\0%s\0%s" % (authzid, user, password)).encode()).decode()


def spoil(path, how, elsewhere):
    """Make a file of state one that others may have made."""
    if how == "link":
        path.rename(elsewhere)
        path.symlink_to(elsewhere)
    elif how == "fifo":
        path.unlink()
        os.mkfifo(path)
    elif how == "writable":
        path.chmod(0o666)
    elif how == "foreign":
        os.chown(path, 12345, 12345)
    else:
        raise ValueError(how)
