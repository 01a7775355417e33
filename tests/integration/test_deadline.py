"""The deadline holds where nothing can be polled for: a file on a dead mount,
a certificate that takes for ever to verify, output that nobody reads.
tests/faults/dead.c makes the calls block."""

import fcntl
import os
import signal
import subprocess
import sys

import pytest

import schema
from conftest import DOING, PASSWORD, ROOT, USER, is_sanitized, plain

READ_ONLY = {"opening": {}, "reading": {"DEAD_READ": "1"}}


@pytest.fixture(scope="session")
def dead(tmp_path_factory):
    """The path of the library to preload."""
    path = tmp_path_factory.mktemp("dead") / "dead.so"
    subprocess.run(["cc", "-shared", "-fPIC", "-O2", "-o", path,
                    ROOT / "tests" / "faults" / "dead.c", "-ldl"],
                   check=True)
    return str(path)


@pytest.fixture
def env(plugin, dead):
    """env(...) is an environment in which calls block."""
    def make(**what):
        made = {"LD_PRELOAD": dead, **{k: str(v) for k, v in what.items()}}
        if is_sanitized(plugin.path):
            made["ASAN_OPTIONS"] = "verify_asan_link_order=0:detect_leaks=0"
        return made
    return make


def write(path, text):
    path.write_text(text)
    path.chmod(0o600)
    return path


def hangs(plugin, place, who, args, env):
    """One answer, that of the deadline, in every format."""
    wanted = "timeout after 1 s %s for %s" % (place, who)
    result = plugin.run(*args, "-t", "1", env=env)
    assert result.state == "CRITICAL", result
    assert result.message.startswith(wanted), result
    data = plugin.json(*args, "-t", "1:warning", env=env)
    assert data["state"] == "WARNING"
    assert data["condition"] == "timeout"
    assert data["message"].startswith(wanted), data
    return result


@pytest.mark.parametrize("how", READ_ONLY)
@pytest.mark.parametrize("option", ["--password-from", "--token-from"])
def test_secret_on_a_dead_mount(plugin, mail, env, tmp_path, option, how):
    secret = write(tmp_path / "secret", PASSWORD)
    server = mail()
    hangs(plugin, "reading the secret", server.who,
          [*server.args, "-U", USER, "%s=file:%s" % (option, secret)],
          env(DEAD=secret, **READ_ONLY[how]))
    assert server.done() == []


def test_credential_on_a_dead_mount(plugin, mail, env, tmp_path):
    write(tmp_path / "smtp", PASSWORD)
    server = mail()
    hangs(plugin, "reading the secret", server.who,
          [*server.args, "-U", USER, "--password-from=cred:smtp"],
          env(DEAD=tmp_path, CREDENTIALS_DIRECTORY=tmp_path))


@pytest.mark.parametrize("how", READ_ONLY)
def test_extra_opts_on_a_dead_mount(plugin, mail, env, tmp_path, how):
    """Before all options are known, those of the command line are."""
    ini = write(tmp_path / "extra.ini",
                "[check_smtp_auth]\nauthpass=%s\n" % PASSWORD)
    server = mail()
    hangs(plugin, "reading --extra-opts", server.who,
          [*server.args, "-U", USER, "--password-from=env:WORD",
           "--extra-opts=@%s" % ini],
          env(DEAD=ini, WORD=PASSWORD, **READ_ONLY[how]))
    assert server.done() == []


def test_extra_opts_in_a_dead_folder(plugin, mail, env, tmp_path):
    """Looking for the file is enough to hang."""
    server = mail()
    result = plugin.run(*server.login, "--extra-opts", "-t", "1", env=env(
        DEAD=tmp_path / "etc", NAGIOS_CONFIG_PATH=tmp_path / "etc"))
    assert result.message.startswith(
        "timeout after 1 s reading --extra-opts for " + server.who), result


def test_extra_opts_and_the_file_of_the_output(plugin, mail, env, tmp_path):
    """The deadline's answer goes to the file, too."""
    ini, page = tmp_path / "extra.ini", tmp_path / "page"
    server = mail()
    result = plugin.run(
        *server.login, "--extra-opts=@%s" % ini, "-t", "1",
        "--output-file=%s" % page, "--output-format=json", env=env(DEAD=ini))
    assert result.state == "CRITICAL", result
    data = schema.read(page.read_text())
    assert data["condition"] == "timeout"
    assert data["message"] == result.message


@pytest.mark.parametrize("source", ["env:WORD", "pass:" + PASSWORD])
def test_what_is_known_early_is_known_later(plugin, mail, tmp_path, source):
    """To look at the options before the file is read uses nothing up, and
    leaves one timer, the file's -t."""
    ini = write(tmp_path / "extra.ini", "[check_smtp_auth]\ntimeout=50\n")
    server = mail(stall="AUTH")
    process = plugin.start(*server.args, "-U", USER,
                           "--password-from=" + source,
                           "--extra-opts=@%s" % ini, env={"WORD": PASSWORD})
    server.wait_for("stalled")
    with open("/proc/%d/timers" % process.pid) as f:
        assert f.read().count("ClockID:") == 1
    process.send_signal(signal.SIGTERM)
    plugin.finish(process)
    assert plain(USER, PASSWORD).encode() in server.session().received()


def test_sigterm_while_extra_opts_hangs(plugin, mail, env, tmp_path):
    ini, fifo = tmp_path / "extra.ini", tmp_path / "fifo"
    os.mkfifo(fifo)
    server = mail()
    process = plugin.start(*server.login, "--extra-opts=@%s" % fifo,
                           "--extra-opts=@%s" % ini, env=env(DEAD=ini))
    with open(fifo, "w"):  # returns when the plugin has opened it
        process.send_signal(signal.SIGTERM)
        result = plugin.finish(process)
    assert result.state == "UNKNOWN"
    assert "(SIGTERM while reading --extra-opts)" in result.message, result
    assert server.who in result.message, result


@pytest.mark.parametrize("tls", ["starttls", "implicit"])
@pytest.mark.parametrize("option", ["--ca-file", "--ca-path",
                                    "--client-cert", "--client-key"])
def test_certificates_on_a_dead_mount(plugin, mail, ca, env, tmp_path, tls,
                                      option):
    """Trust, or our own certificate: whatever reads it, nothing is sent."""
    server = mail(tls=tls)
    trust = [] if option.startswith("--ca-") else ["--ca-file", ca.ca]
    own = ["--client-cert", ca.ca] if option == "--client-key" else []
    args = [*server.bare, "-I", "127.0.0.1", "-U", USER, "-P", PASSWORD,
            *trust, *own, option, tmp_path / "dead",
            *(["-s"] if tls == "implicit" else [])]
    (tmp_path / "dead").mkdir()
    result = plugin.run(*args, "-t", "1", env=env(DEAD=tmp_path / "dead"))
    assert result.state == "CRITICAL", result
    assert result.message.startswith("timeout after 1 s "), result
    assert server.who in result.message
    server.close()
    assert not any(b"AUTH" in c.received() for c in server.connections)


@pytest.mark.needs_shared_openssl
@pytest.mark.parametrize("tls", ["starttls", "implicit"])
def test_certificate_that_takes_for_ever(plugin, mail, env, tls):
    server = mail(tls=tls)
    hangs(plugin, DOING["tls"], server.who, server.login, env(DEAD_VERIFY=1))
    server.close()
    for conn in server.connections:
        assert not conn.happened("tls")


@pytest.mark.parametrize("how", READ_ONLY)
def test_output_file_on_a_dead_mount(plugin, mail, env, tmp_path, how):
    """Whoever reads standard output is told; the file stays as it was."""
    (tmp_path / "dead").mkdir()
    page = write(tmp_path / "dead" / "page", "as it was")
    server = mail()
    result = plugin.run(*server.login, "-t", "1", "--output-file=%s" % page,
                        env=env(DEAD=tmp_path / "dead", **READ_ONLY[how]))
    assert result.state == "CRITICAL", result
    assert result.message.startswith(
        "timeout after 1 s writing the output file for " + server.who), result
    assert page.read_text() == "as it was"


class Clogged:
    """A pipe that nobody reads, with room for so many bytes."""

    def __init__(self, room=0):
        self.reader, self.writer = os.pipe()
        size = fcntl.fcntl(self.writer, fcntl.F_SETPIPE_SZ, 4096)
        # It has room by whole pages: none, or two of which one is full.
        assert size == 4096 and room in (0, 4096)
        os.write(self.writer, b"x" * size)
        if room:
            fcntl.fcntl(self.writer, fcntl.F_SETPIPE_SZ, 8192)
        self.filler = size

    def start(self, plugin, *args, **more):
        process = plugin.start(
            *args, **more, pass_fds=[self.writer], wrapper=[
                sys.executable, "-c", "import os, sys\n"
                "os.dup2(int(sys.argv[1]), 1)\n"
                "os.execv(sys.argv[2], sys.argv[2:])", str(self.writer)])
        process.mute = True  # as far as finish() can see
        return process

    def close(self):
        """Returns what was written behind the filling."""
        os.close(self.writer)
        with open(self.reader, "rb") as f:
            return f.read()[self.filler:]


@pytest.mark.parametrize("tls, state", [("starttls", 0), ("none", 2)])
def test_blocked_output(plugin, mail, tls, state):
    """The exit code is that of the check."""
    server = mail(tls=tls)
    pipe = Clogged()
    result = plugin.finish(pipe.start(plugin, *server.login, "-t", "1"))
    assert pipe.close() == b""
    assert result.exit_code == state


def test_output_that_fits_in_part(plugin, mail):
    """What fits is the beginning of the one answer."""
    server = mail(offers=["X-%04d-%s" % (n, "X" * 400) for n in range(40)])
    pipe = Clogged(4096)
    result = plugin.finish(pipe.start(
        plugin, *server.login, "-vvv", "-t", "1"))
    said = pipe.close().decode()
    assert result.exit_code == 0
    assert len(said) == 4096
    assert said.startswith("SMTP_AUTH OK: "), said
    assert said.count("SMTP_AUTH ") == 1


def test_blocked_output_and_silent_server(plugin, mail):
    """Nothing comes, and nobody listens: the exit code tells."""
    server = mail(stall="greeting")
    pipe = Clogged()
    result = plugin.finish(pipe.start(
        plugin, *server.login, "-t", "1:warning"))
    assert pipe.close() == b""
    assert result.exit_code == 1


def test_blocked_output_and_dead_mount(plugin, mail, env, tmp_path):
    """The deadline's own answer does not wait for a reader."""
    server = mail()
    pipe = Clogged()
    result = plugin.finish(pipe.start(
        plugin, *server.args, "-t", "1", "-U", USER,
        "--password-from=file:%s" % tmp_path, env=env(DEAD=tmp_path)))
    assert pipe.close() == b""
    assert result.exit_code == 2


def test_no_reader_and_dead_mount(plugin, mail, env, tmp_path):
    """Nor for one that has gone."""
    server = mail()
    pipe = Clogged()
    os.close(pipe.reader)
    result = plugin.finish(pipe.start(
        plugin, *server.args, "-t", "1", "-U", USER,
        "--password-from=file:%s" % tmp_path, env=env(DEAD=tmp_path)))
    os.close(pipe.writer)
    assert result.exit_code == 2


def test_output_that_does_not_block(plugin, mail):
    """A pipe that says EAGAIN gets all of the answer, as it is read."""
    server = mail(offers=["X-%04d-%s" % (n, "X" * 400) for n in range(40)])
    pipe = Clogged(4096)
    os.set_blocking(pipe.writer, False)
    process = pipe.start(plugin, *server.login, "-vvv", "-t", "30")
    os.close(pipe.writer)
    with open(pipe.reader, "rb") as f:
        said = f.read()[pipe.filler:].decode()
    assert plugin.finish(process).exit_code == 0
    assert said.startswith("SMTP_AUTH OK: ")
    assert said.endswith("\n") and "X-0039-XXX" in said


def test_signal_and_a_page_of_room(plugin, mail):
    """That a pipe is ready says nothing of all that there is to write."""
    server = mail(stall="greeting")
    user = 4000 * "u"
    pipe = Clogged(4096)
    process = pipe.start(plugin, *server.args, "-U", user, "-P", PASSWORD,
                         "--output-format=json", "-t", "30")
    server.wait_for("stalled")
    process.send_signal(signal.SIGTERM)
    result = plugin.finish(process, timeout=20)
    assert len(pipe.close()) == 4096
    assert result.exit_code == 3


def pending(process):
    """Whether the deadline has struck and nobody has heard it."""
    with open("/proc/%d/status" % process.pid, encoding="ascii") as f:
        masks = [int(line.split()[1], 16) for line in f
                 if line.startswith(("SigPnd:", "ShdPnd:"))]
    return any(m >> (signal.SIGALRM - 1) & 1 for m in masks)


@pytest.mark.parametrize("more", [(), ("--output-format=json",)])
def test_deadline_in_quit(plugin, mail, tmp_path, more):
    """What is known by then is told, even if the process was stopped."""
    secret = write(tmp_path / "secret", PASSWORD)
    server = mail(stall="QUIT")
    process = plugin.start(
        *server.args, "-U", USER, "--password-from=file:%s" % secret,
        "-t", "1", *more)
    server.wait_for("stalled")
    process.send_signal(signal.SIGSTOP)
    while not pending(process):
        pass
    process.send_signal(signal.SIGCONT)
    result = plugin.finish(process, timeout=20)
    assert result.exit_code == 0, result
    assert "logged in" in result.text, result
