"""The deadline holds where a wait hears no signal: on a real file system whose
server is stopped.  tests/integration/test_deadline.py has what blocks
otherwise."""

import os
import select
import signal

import pytest

import dead_mount
import schema
from conftest import HOST, PASSWORD, USER
from dead_mount import INIT, OPEN
from test_deadline import Clogged, write

LAST = {"opening": INIT, "reading": OPEN}


@pytest.fixture
def mount(tmp_path, leave_to_mount):
    """mount(...) makes a DeadMount that ends with the test."""
    mounts = []

    def make(last, **more):
        if not os.path.exists("/dev/fuse"):
            pytest.skip("no /dev/fuse: \"modprobe fuse\", or give the "
                        "container that device")
        path = tmp_path / ("mount-%d" % len(mounts))
        path.mkdir()
        mounts.append(dead_mount.DeadMount(path, last, **more))
        return mounts[-1]

    yield make
    for m in mounts:
        m.close()


def only_answer(result, who, place):
    assert result.state == "CRITICAL", result
    assert result.text.count("SMTP_AUTH ") == 1, result
    assert result.message.startswith("timeout after 1 s "), result
    assert place in result.message and who in result.message, result


@pytest.mark.parametrize("how", LAST)
@pytest.mark.parametrize("source", ["file", "cred", "ini"])
def test_secret(plugin, mail, mount, how, source):
    dead = mount(LAST[how])
    server = mail()
    given = {"file": "--password-from=file:" + dead.file,
             "cred": "--password-from=cred:secret",
             "ini": "--extra-opts=@" + dead.file}[source]
    process = plugin.start(*server.args, "-t", "1", "-U", USER, given,
                           env={"CREDENTIALS_DIRECTORY": dead.path})
    only_answer(plugin.finish(process, timeout=20), server.who,
                "--extra-opts" if source == "ini" else "secret")
    assert server.done() == []


@pytest.mark.parametrize("how", LAST)
@pytest.mark.parametrize("option", ["--ca-file", "--client-cert",
                                    "--client-key", "SSL_CERT_FILE"])
def test_certificates(plugin, mail, ca, mount, how, option):
    dead = mount(LAST[how])
    server = mail()
    trust = [] if option in ("--ca-file", "SSL_CERT_FILE") else [
        "--ca-file", ca.ca]
    own = {"--client-key": ["--client-cert", ca.client.cert_file]}
    given = [option, dead.file] if option.startswith("-") else []
    process = plugin.start(
        *server.bare, "-I", "127.0.0.1", "-t", "1", "-U", USER, "-P",
        PASSWORD, *trust, *own.get(option, []), *given,
        env={} if given else {option: dead.file})
    only_answer(plugin.finish(process, timeout=20), server.who, "")


def test_hashed_directory(plugin, mail, mount):
    dead = mount(INIT)
    server = mail()
    process = plugin.start(
        *server.bare, "-I", "127.0.0.1", "-t", "1", "-U", USER, "-P",
        PASSWORD, "--ca-path", dead.path)
    only_answer(plugin.finish(process, timeout=20), server.who, "")


def test_output_file(plugin, mail, mount):
    """The answer that is known by then was not told: it is the deadline's."""
    dead = mount(INIT)
    server = mail()
    process = plugin.start(*server.login, "-t", "1",
                           "--output-file=" + dead.file)
    only_answer(plugin.finish(process, timeout=20), server.who,
                "output file")


@pytest.mark.parametrize("how", LAST)
def test_output_file_elsewhere(plugin, mail, mount, tmp_path, how):
    """It gets the deadline's answer, whatever else hangs."""
    dead = mount(LAST[how])
    page = tmp_path / "page"
    server = mail()
    process = plugin.start(
        *server.args, "-t", "1", "-U", USER, "--output-file=%s" % page,
        "--output-format=json", "--password-from=file:" + dead.file)
    only_answer(plugin.finish(process, timeout=20), server.who, "secret")
    assert '"condition":"timeout"' in page.read_text()


@pytest.mark.parametrize("option", ["--guard", "--baseline"])
def test_state_folder(plugin, mail, mount, option):
    dead = mount(INIT)
    server = mail()
    process = plugin.start(*server.login, "-t", "1", option,
                           "--state-dir=" + dead.path)
    only_answer(plugin.finish(process, timeout=20), server.who, "")


def test_aliases_of_hosts(plugin, mount):
    dead = mount(INIT)
    process = plugin.start("-H", "mail", "-t", "1", "-U", USER, "-P", PASSWORD,
                           "--resolver=127.0.0.1:9",
                           env={"HOSTALIASES": dead.file})
    only_answer(plugin.finish(process, timeout=20), USER, "")


@pytest.mark.parametrize("source", ["state-dir", "STATE_DIRECTORY"])
def test_tokens(plugin, mail, mount, source):
    dead = mount(INIT)
    server = mail()
    given = ["--state-dir=" + dead.path] if source == "state-dir" else []
    process = plugin.start(
        *server.args, "-t", "1", "-U", USER, "--token-from=oauth2:alice",
        *given, env={} if given else {"STATE_DIRECTORY": dead.path})
    only_answer(plugin.finish(process, timeout=20), server.who, "")


@pytest.mark.parametrize("way", ["link", "link to folder", "relative"])
def test_ways_to_it(plugin, mail, mount, tmp_path, way):
    """What lies on this machine's disk is not waited for; a link is no such
    thing."""
    dead = mount(INIT)
    server = mail()
    link = tmp_path / "link"
    link.symlink_to(dead.path if way == "link to folder" else dead.file)
    name = {"link": str(link), "relative": os.path.relpath(dead.file, plugin.home),
            "link to folder": "%s/%s" % (link, os.path.basename(dead.file))}
    process = plugin.start(*server.args, "-t", "1", "-U", USER,
                           "--password-from=file:" + name[way])
    only_answer(plugin.finish(process, timeout=20), server.who, "secret")


def test_all_on_one_mount(plugin, mail, mount):
    dead = mount(INIT)
    server = mail()
    process = plugin.start(
        *server.args, "-t", "1", "-U", USER, "--output-file=" + dead.file,
        "--password-from=file:" + dead.file)
    only_answer(plugin.finish(process, timeout=20), server.who, "secret")


def read_all(f):
    out = b""
    while True:
        assert select.select([f], [], [], 20)[0], "no end behind %r" % out
        piece = os.read(f.fileno(), 65536)
        if not piece:
            return out
        out += piece


def test_closing_hangs_too(plugin, mail, mount):
    """Such a process cannot end, but whoever reads its answer can."""
    dead = mount(OPEN, flush=True)
    server = mail()
    process = plugin.start(
        *server.args, "-t", "1", "-U", USER,
        "--password-from=file:" + dead.file)
    said = read_all(process.stdout).decode()
    assert said.startswith("SMTP_AUTH CRITICAL: timeout after 1 s "), said
    assert said.count("SMTP_AUTH ") == 1 and said.endswith("\n"), said
    dead.close()
    dead.close = lambda: None
    assert process.wait(20) == 2
    process.stdout.close()
    process.stderr.close()
    process.stdout = process.stderr = None


def test_signal(plugin, mail, mount):
    """It is heard at the deadline at the latest: one answer, of either."""
    dead = mount(INIT)
    server = mail()
    process = plugin.start(*server.args, "-t", "1", "-U", USER,
                           "--password-from=file:" + dead.file)
    select.select([dead.fd], [], [])  # it is asked, and will not answer
    process.send_signal(signal.SIGTERM)
    result = plugin.finish(process, timeout=20)
    assert result.text.count("SMTP_AUTH ") == 1, result
    assert result.state in ("CRITICAL", "UNKNOWN"), result


def test_nobody_reads(plugin, mail, mount):
    dead = mount(INIT)
    server = mail()
    pipe = Clogged()
    process = pipe.start(plugin, *server.args, "-t", "1", "-U", USER,
                         "--password-from=file:" + dead.file)
    result = plugin.finish(process, timeout=20)
    assert pipe.close() == b""
    assert result.exit_code == 2


def test_nothing_is_left(plugin, mail, tmp_path):
    """Where all is well the thread is in nobody's way."""
    page = tmp_path / "page"
    server = mail()
    result = plugin.run(
        *server.args, "-U", USER, "--output-file=%s" % page,
        "--password-from=file:%s" % write(tmp_path / "secret", PASSWORD))
    assert result.state == "OK", result
    assert page.read_text() == result.text


# LeakSanitizer, at the end, waits for threads that nothing can stop.
@pytest.mark.not_under_asan
@pytest.mark.parametrize("how", LAST)
@pytest.mark.parametrize("source", ["file", "oauth2"])
def test_batch(plugin, mail, ca, mount, tmp_path, how, source):
    """Those whose secrets are there are told while others wait for theirs."""
    dead = mount(LAST[how])
    given, doing = {
        "file": ("password-from = file:" + dead.file, "reading the secret"),
        "oauth2": ("token-from = oauth2:alice", "renewing the token")}[source]
    server = mail(mechs="PLAIN XOAUTH2")
    ini = tmp_path / "batch.ini"
    ini.write_text(
        "[check_smtp_auth]\nhostname = %s\nip-address = 127.0.0.1\nport = %d\n"
        "ca-file = %s\nauthuser = %s\n" % (
            HOST, server.port, ca.ca, USER) + "".join(
                "[dead %d]\n%s\n" % (i, given) for i in range(5)) + "".join(
                    "[good %d]\nauthpass = %s\n" % (i, PASSWORD)
                    for i in range(5)))
    process = plugin.start("--batch=%s" % ini, "--output-format=json", "-t",
                           "3", "--per-host=20",
                           env={"STATE_DIRECTORY": dead.path})
    first = [schema.read(process.stdout.readline()) for _ in range(5)]
    names = [x["name"].split()[0] for x in first]
    rest, err = process.communicate(timeout=30)
    assert (process.returncode, err) == (2, b""), first
    assert names == ["good"] * 5
    for line in rest.splitlines():
        assert schema.read(line)["message"].startswith(
            "timeout after 3 s %s for " % doing), line
    assert len(rest.splitlines()) == 5
