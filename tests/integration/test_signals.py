"""A signal ends the plugin with one valid answer."""

import json
import os
import signal

import pytest

from conftest import PROBE, USER, matches

SIGNALS = ["SIGTERM", "SIGHUP", "SIGINT", "SIGUSR1"]
HARMLESS = ["SIGSTOP", "SIGCONT", "SIGWINCH", "SIGCHLD", "SIGPIPE", "SIGTRAP",
            "SIGPROF", "SIGVTALRM", "SIGXFSZ", "SIGIO", "SIGPWR", "SIGRTMIN"]
STALLS = ["greeting", "tls", "AUTH"]


@pytest.mark.parametrize("name", SIGNALS)
@pytest.mark.parametrize("stall", STALLS)
def test_signal(plugin, mail, name, stall):
    server = mail(stall=stall)
    process = plugin.start(*server.login, "-t", "30")
    server.wait_for("stalled")
    process.send_signal(getattr(signal, name))
    result = plugin.finish(process)
    assert result.state == "UNKNOWN"
    matches(r"internal error \(%s while .+\) for %s" % (name, server.who),
            result.message)


@pytest.mark.parametrize("name", SIGNALS + ["SIGUSR2", "SIGALRM", "SIGQUIT",
                                            "SIGSYS", "SIGXCPU"])
def test_signal_in_json(plugin, mail, name):
    server = mail(stall="greeting")
    process = plugin.start(*server.login, "-t", "30", "--output-format=json")
    server.wait_for("stalled")
    process.send_signal(getattr(signal, name))
    result = plugin.finish(process)
    assert result.exit_code == 3
    data = json.loads(result.text)
    assert data["condition"] == "internal"
    assert data["state"] == "UNKNOWN"
    assert name in data["message"]
    assert data["user"] == USER


def test_signal_can_be_remapped(plugin, mail):
    server = mail(stall="greeting")
    process = plugin.start(*server.login, "-t", "30",
                           "--on=internal=critical")
    server.wait_for("stalled")
    process.send_signal(signal.SIGTERM)
    assert plugin.finish(process).state == "CRITICAL"


def test_ignored_signals_stay_ignored(plugin, mail):
    def greet(conn):
        conn.server.mark("waiting")
        conn.server.wait_for("signalled")
        conn.send("220 mail.example.org ESMTP")

    server = mail(greeting=greet, tls="none")
    process = plugin.start(*server.args, "-t", "30", wrapper=[
        "sh", "-c", 'trap "" HUP; exec "$@"', "sh"])
    server.wait_for("waiting")
    process.send_signal(signal.SIGHUP)
    server.mark("signalled")
    assert plugin.finish(process).state == "OK"
    assert server.transcript() == ["EHLO " + PROBE, "QUIT"]


def test_stop_and_continue(plugin, mail):
    """Signals that do not end a process do not end the check."""
    def greet(conn):
        conn.server.mark("waiting")
        conn.server.wait_for("signalled")
        conn.send("220 mail.example.org ESMTP")

    server = mail(greeting=greet, tls="none")
    process = plugin.start(*server.args, "-t", "30")
    server.wait_for("waiting")
    for name in HARMLESS:
        process.send_signal(getattr(signal, name))
    server.mark("signalled")
    assert plugin.finish(process).state == "OK"


def test_signal_while_a_command_runs(plugin, mail, tmp_path):
    """The command is not left behind."""
    fifo = tmp_path / "fifo"
    os.mkfifo(fifo)
    server = mail()
    process = plugin.start(
        *server.args, "-U", USER, "-t", "30",
        "--password-from=cmd:exec 9>%s; sleep 1000" % fifo)
    with open(fifo, "rb") as f:
        process.send_signal(signal.SIGTERM)
        result = plugin.finish(process)
        assert f.read() == b""
    matches(r"internal error \(SIGTERM while .+\) for %s" % server.who,
            result.message)
