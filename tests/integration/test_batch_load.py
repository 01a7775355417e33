"""Ten thousand accounts at fifty servers in one run: within 64 MiB and 256
descriptors, whatever is printed.  And a thousand that are guarded."""

import contextlib
import re
import subprocess
import sys

import pytest

import schema
from conftest import HOST, PASSWORD, ROOT, USER
from smtp_server import Mail

sys.path.append(str(ROOT / "tests" / "bench"))
import lab  # noqa: E402

pytestmark = [pytest.mark.long, pytest.mark.not_under_asan]

ACCOUNTS, SERVERS = 10000, 50
MEMORY_MAX = 64 * 1024  # KiB


@pytest.fixture(scope="module")
def servers(tmp_path_factory):
    folder = tmp_path_factory.mktemp("load")
    chain = lab.Chain(folder)
    with contextlib.ExitStack() as running:
        yield chain, [running.enter_context(lab.server(chain)).port
                      for _ in range(SERVERS)]


@pytest.fixture(scope="module")
def ini(servers, tmp_path_factory):
    chain, ports = servers
    path = tmp_path_factory.mktemp("batch") / "batch.ini"
    with path.open("w") as out:
        out.write("[check_smtp_auth]\nhostname = %s\nip-address = 127.0.0.1\n"
                  "ca-file = %s\nauthpass = %s\n" % (
                      lab.HOST, chain.root, PASSWORD))
        for i in range(ACCOUNTS):
            out.write("[account %05d]\nport = %d\nauthuser = user%d@example."
                      "org\n" % (i, ports[i % SERVERS], i))
    return path


def run(plugin, ini, *args):
    """What it printed, and the most memory that it had."""
    done = subprocess.run(
        ["sh", "-c", 'ulimit -n 256; exec /usr/bin/time -v "$@"', "sh",
         plugin.path, "--batch=%s" % ini, "--run-timeout=600", *args],
        stdout=subprocess.PIPE, stderr=subprocess.PIPE, check=False)
    memory = int(re.search(rb"Maximum resident set size \(kbytes\): (\d+)",
                           done.stderr).group(1))
    assert memory < MEMORY_MAX, memory
    return done.stdout.decode()


def test_text(plugin, ini):
    text = run(plugin, ini)
    assert text.startswith("SMTP_AUTH OK: %d of %d checks ok | " % (
        ACCOUNTS, ACCOUNTS))


def test_lines(plugin, ini):
    names = {schema.read(line)["name"]
             for line in run(plugin, ini, "--output-format=json").splitlines()}
    assert len(names) == ACCOUNTS


@pytest.mark.parametrize("what", ["openmetrics", "html"])
def test_page(plugin, ini, tmp_path, what):
    page = tmp_path / "page"
    run(plugin, ini, "--output-format=" + what, "--output-file=%s" % page)
    text = page.read_text()
    if what == "html":
        assert text.count("<article") == ACCOUNTS
        assert text.endswith("</html>\n")
    else:
        assert len(re.findall(r"(?m)^smtp_auth_up\{", text)) == ACCOUNTS
        assert text.endswith("# EOF\n")


def test_all_are_refused(plugin, ini):
    """Each has something to be said of it."""
    text = run(plugin, ini, "--authtype=XOAUTH2")
    assert text.count("\n") > 1
    assert " %d of %d checks unknown" % (ACCOUNTS, ACCOUNTS) in text


GUARDED, FREE = 1000, 20


@pytest.fixture
def guarded(serve, ca, tmp_path):
    """Each has a password that is refused, at one server; behind them a few
    without a guard, at another."""
    refusing = serve(Mail(ca.context(), auth="535 5.7.8 no"))
    taking = serve(Mail(ca.context()))
    path = tmp_path / "guarded.ini"
    text = ("[check_smtp_auth]\nhostname = %s\nip-address = 127.0.0.1\n"
            "ca-file = %s\ntimeout = 120\nauthpass = %s\n" % (
                HOST, ca.ca, PASSWORD))
    for i in range(GUARDED):
        text += ("[guarded %d]\nport = %d\nauthuser = user%d@example.org\n"
                 "guard = 1/86400\n" % (i, refusing.port, i))
    for i in range(FREE):
        text += "[free %d]\nport = %d\nauthuser = %s\n" % (
            i, taking.port, USER)
    path.write_text(text)
    path.chmod(0o600)
    return path, refusing


def test_guarded(plugin, guarded, tmp_path):
    """Every digest is made, one after the other, and none is waited for by who
    needs none."""
    path, server = guarded
    state = tmp_path / "state"
    for held_back in (False, True):
        told = [schema.read(line) for line in run(
            plugin, path, "--output-format=json", "--per-host=30",
            "--state-dir=%s" % state).splitlines()]
        assert len(told) == GUARDED + FREE
        names = [data["name"] for data in told]
        assert len(set(names)) == len(names)
        for data in told:
            if data["name"].startswith("free"):
                assert data["state"] == "OK", data
                continue
            assert data["condition"] == "auth-rejected", data
            assert data["held_back"] is held_back, data
        last = max(i for i, name in enumerate(names)
                   if name.startswith("free"))
        assert last < GUARDED / 2
    assert len(list(state.glob("*.guard"))) == GUARDED
    # Each secret was sent once.
    sent = [line for conn in server.connections for line in conn.transcript()
            if line.startswith("AUTH")]
    assert len(sent) == len(set(sent)) == GUARDED
