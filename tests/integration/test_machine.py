"""What the machine can do to a check: few descriptors, closed ones, calls
that are interrupted, clocks that jump, an end at any moment."""

import base64
import resource
import signal
import subprocess

import pytest

from conftest import HOST, PASSWORD, PROBE, ROOT, USER
from dns_server import Name

# No secret may be in a core either; and none is written.
LIMITS = 'ulimit -c unlimited; exec "$@"'


@pytest.fixture(scope="session")
def storm(tmp_path_factory):
    """The path of the library to preload."""
    path = tmp_path_factory.mktemp("storm") / "storm.so"
    subprocess.run(["cc", "-shared", "-fPIC", "-O2", "-o", path,
                    ROOT / "tests" / "faults" / "storm.c", "-ldl"],
                   check=True)
    return str(path)


def target(server, dns):
    names = dns({HOST: Name(a=["127.0.0.1"])})
    return ["-H", HOST, "-p", server.port, "-F", PROBE, "--ca-file",
            server.args[server.args.index("--ca-file") + 1],
            "--resolver=" + names.address, "-U", USER]


def is_sanitized(plugin):
    return b"__asan" in open(plugin.path, "rb").read()


STORMS = ["short", "eintr", "eagain", "short eintr", "short eagain", "clock"]


@pytest.mark.parametrize("kind", STORMS)
@pytest.mark.parametrize("tls", ["none", "starttls", "implicit"])
@pytest.mark.parametrize("source", ["cmd:printf %s \"$WORD\"", "env:WORD"])
def test_storm(plugin, mail, dns, storm, tmp_path, kind, tls, source):
    """Nothing that is allowed to happen changes the outcome."""
    server = mail(tls=tls)
    flags = {"none": ["--no-tls", "--allow-cleartext"], "starttls": [],
             "implicit": ["-s"]}[tls]
    env = {"STORM": kind, "WORD": PASSWORD, "LD_PRELOAD": storm}
    if is_sanitized(plugin):
        env["ASAN_OPTIONS"] = "verify_asan_link_order=0:detect_leaks=0"
    result = plugin.run(*target(server, dns), *flags, "-t", "60", "-vv",
                        "--password-from=" + source,
                        "--output-file=%s" % (tmp_path / "page"), env=env)
    assert result.state == "OK", result
    assert (tmp_path / "page").read_text() == result.text
    for label, value in result.perfdata.items():
        if label.startswith("time") and value.value != "U":
            assert 0 <= value.value < 60, result


@pytest.mark.parametrize("name, said", [
    ("probe.example.org", "probe.example.org"), ("probe", None),
    (".example.org", None), ("probe.example.", None), ("", None),
    ("pr_obe.example.org", None)])
def test_name_of_the_machine(plugin, mail, storm, name, said):
    """It is what EHLO says, if a server can be expected to take it."""
    server = mail(tls="none")
    env = {"STORM_HOST": name, "LD_PRELOAD": storm}
    if is_sanitized(plugin):
        env["ASAN_OPTIONS"] = "verify_asan_link_order=0:detect_leaks=0"
    assert plugin.run("-H", HOST, "-I", "127.0.0.1", "-p", server.port,
                      env=env).state == "OK"
    assert server.transcript()[0] == "EHLO " + (said or "[127.0.0.1]")


@pytest.mark.parametrize("closed", ["0", "1", "2", "0 1", "0 2", "1 2",
                                    "0 1 2"])
def test_closed_descriptors(plugin, mail, dns, closed):
    """Neither socket nor file gets the number of a standard stream."""
    server = mail()
    shell = "exec \"$@\" " + " ".join(
        n + (">&-" if n != "0" else "<&-") for n in closed.split())
    process = plugin.start(*target(server, dns), "--password-from=env:WORD",
                           env={"WORD": PASSWORD},
                           wrapper=["sh", "-c", shell, "sh"])
    process.mute = "1" in closed
    result = plugin.finish(process)
    assert result.exit_code == 0
    server.done()
    said = server.session().received(("tls",))
    assert said.startswith(b"EHLO") and said.count(b"AUTH") == 1


@pytest.mark.parametrize("limit", range(4, 13))  # three are not enough to load it
def test_few_descriptors(plugin, mail, dns, limit):
    """Too few: an answer that says so.  Eight are enough for a login."""
    server = mail()
    shell = 'ulimit -n %d; exec "$@"' % limit
    result = plugin.run(*target(server, dns), "--password-from=env:WORD",
                        "-t", "5", env={"WORD": PASSWORD},
                        wrapper=["sh", "-c", shell, "sh"])
    assert (result.state == "OK" if limit >= 8 else
            result.state == "OK" or "any open files" in result.text), result


def test_long_command_line(plugin, mail):
    """1 MiB of arguments, most of them wrong."""
    result = plugin.run(*["--require-extension=" + "X" * 60000] * 17,
                        "-H", HOST)
    assert result.exit_code == 3
    result = plugin.run("-H", "h" * 120000)
    assert result.exit_code == 3
    result = plugin.run("-H", HOST, "-U", "u" * 120000, "-P", PASSWORD,
                        "-I", "127.0.0.1", "-p", "1")
    assert result.exit_code in (2, 3)


def test_no_core(plugin, mail, tmp_path):
    """An abort leaves no core behind, wherever the system would put it."""
    server = mail(stall="AUTH")
    process = plugin.start(*server.login, wrapper=["sh", "-c", LIMITS, "sh"])
    server.wait_for("stalled")
    limits = open("/proc/%d/limits" % process.pid).read()
    line = [x for x in limits.splitlines() if "core file" in x][0]
    assert line.split()[4:6] == ["0", "0"], line
    process.send_signal(signal.SIGABRT)
    process.communicate()
    assert process.returncode == -signal.SIGABRT
    assert not list(plugin.home.glob("*core*"))


def test_little_memory(plugin, mail):
    """Whatever the address space allows: an answer, or no start at all."""
    if is_sanitized(plugin):
        return  # its shadow alone takes terabytes
    server = mail()
    answers = 0
    for megabytes in range(12, 60, 3):
        process = subprocess.run(
            [plugin.path, *map(str, server.login)], capture_output=True,
            env=plugin.environment({}), preexec_fn=lambda: limit_memory(
                megabytes))
        if b"error while loading shared libraries" in process.stderr:
            continue
        assert process.returncode in (0, 1, 2, 3), process
        assert process.stderr == b"", process
        assert process.stdout.startswith(b"SMTP_AUTH "), process
        assert process.stdout.count(b"|") <= 1
        assert PASSWORD.encode() not in process.stdout
        assert base64.b64encode(PASSWORD.encode()) not in process.stdout
        answers += 1
    assert answers > 5


def limit_memory(megabytes):
    size = megabytes << 20
    resource.setrlimit(resource.RLIMIT_AS, (size, size))
