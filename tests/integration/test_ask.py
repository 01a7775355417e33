"""A password that somebody types: asked for, not echoed, and the terminal as it
was whatever happens."""

import os
import signal
import subprocess
import sys

import pytest

import terminal
from conftest import PASSWORD, USER

PROMPT = "Password of %s at %%s: " % USER

# A shell with job control, as far as it matters: argv is run in front; once it
# has stopped and a line was typed it goes on.
SHELL = """
import os, signal, sys
signal.signal(signal.SIGTTOU, signal.SIG_IGN)
pid = os.fork()
if pid == 0:
    os.setpgid(0, 0)
    os.tcsetpgrp(0, os.getpid())
    signal.signal(signal.SIGTTOU, signal.SIG_DFL)
    os.execv(sys.argv[1], sys.argv[1:])
_, status = os.waitpid(pid, os.WUNTRACED)
assert os.WIFSTOPPED(status), status
os.tcsetpgrp(0, os.getpid())
print("it stopped", flush=True)
sys.stdin.readline()
os.tcsetpgrp(0, pid)
os.kill(pid, signal.SIGCONT)
_, status = os.waitpid(pid, 0)
os.tcsetpgrp(0, os.getpid())
sys.exit(os.WEXITSTATUS(status))
"""


@pytest.fixture
def at(plugin):
    """at(args) runs the plugin at a terminal that ends with the test."""
    started = []

    def start(*args, wrapper=(), **more):
        started.append(terminal.Process(
            [*wrapper, plugin.path, *args], plugin.environment(None),
            plugin.home, controlling=True, **more))
        return started[-1]

    yield start
    for t in started:
        t.close()


def end(t, code, *words):
    """The terminal is as it was, and nobody saw the password."""
    said = t.rest().decode()
    assert t.process.wait(20) == code, said
    assert t.echoes()
    assert PASSWORD not in said
    for word in words:
        assert word in said, said
    return said


@pytest.mark.parametrize("options", [("--password-from=ask",), ()])
def test_ask(at, mail, options):
    """Where nothing tells the secret, and somebody is there, it is the
    default."""
    server = mail()
    t = at(*server.args, "-U", USER, *options)
    t.until(PROMPT % server.at)
    assert not t.echoes()
    # Time does not count yet.
    with open("/proc/%d/timers" % t.process.pid, encoding="ascii") as f:
        assert f.read() == ""
    t.send(PASSWORD + "\n")
    end(t, 0, "SMTP_AUTH OK: %s logged in" % USER)


def test_ask_at_the_controlling_terminal(at, mail):
    server = mail()
    out, into = os.pipe()
    t = at(*server.args, "-U", USER, "--password-from=ask",
           stdin=subprocess.DEVNULL, stdout=into, stderr=into)
    os.close(into)
    t.until(PROMPT % server.at)
    t.send(PASSWORD + "\n")
    t.rest()
    assert t.process.wait(20) == 0
    assert t.echoes()
    with open(out, encoding="utf-8") as f:
        assert f.read().startswith("SMTP_AUTH OK: %s logged in" % USER)


def test_token(at, mail):
    server = mail(mechs="XOAUTH2")
    t = at(*server.args, "-U", USER, "--token-from=ask")
    t.until("Token of %s at %s: " % (USER, server.at))
    t.send("ya29.a-token\n")
    end(t, 0)


def test_no_terminal(plugin, mail):
    server = mail()
    data = plugin.json(*server.args, "-U", USER, "--password-from=ask",
                       wrapper=["setsid", "-w"])
    assert data["condition"] == "secret", data
    assert "no terminal to ask at" in data["message"], data
    assert "file:PATH" in data["message"], data


def test_not_asked_without_a_terminal(plugin, mail):
    data = plugin.json(*mail().args, "-U", USER)
    assert data["condition"] == "usage", data


@pytest.mark.parametrize("typed", ["\n", "\x04"])
def test_nothing_typed(at, mail, typed):
    server = mail()
    t = at(*server.args, "-U", USER)
    t.until(PROMPT % server.at)
    t.send(typed)
    end(t, 3, "nothing was typed")


def test_ctrl_c(at, mail):
    server = mail()
    t = at(*server.args, "-U", USER)
    t.until(PROMPT % server.at)
    t.send("\x03")
    end(t, 3, "SMTP_AUTH UNKNOWN: internal error: SIGINT")


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGHUP])
def test_signal(at, mail, number):
    server = mail()
    t = at(*server.args, "-U", USER, "--password-from=ask")
    t.until(PROMPT % server.at)
    t.process.send_signal(number)
    end(t, 3, "SMTP_AUTH UNKNOWN: internal error")


@pytest.mark.parametrize("source", ["ask", "stdin"])
def test_stop_and_go_on(at, mail, source):
    server = mail()
    t = at(*server.args, "-U", USER, "--password-from=" + source, "-t", "60",
           wrapper=[sys.executable, "-c", SHELL])
    if source == "ask":
        t.until(PROMPT % server.at)
    while t.echoes():
        pass
    t.send("\x1a")
    t.until("it stopped")
    assert t.echoes()
    t.send("\n")
    if source == "ask":
        t.until(PROMPT % server.at)
    while t.echoes():
        pass
    t.send(PASSWORD + "\n")
    end(t, 0, "SMTP_AUTH OK: ")


@pytest.mark.parametrize("source", ["stdin", "fd:0"])
def test_typed_to_standard_input(at, mail, source):
    t = at(*mail().args, "-U", USER, "--password-from=" + source, "-t", "60")
    while t.echoes():
        pass
    t.send(PASSWORD + "\n")
    end(t, 0, "SMTP_AUTH OK: %s logged in" % USER)


def test_nothing_typed_to_standard_input(at, mail):
    """The deadline counts there, and puts the terminal back."""
    t = at(*mail().args, "-U", USER, "--password-from=stdin", "-t", "1")
    end(t, 2, "SMTP_AUTH CRITICAL: timeout after 1 s")


def test_signal_at_standard_input(at, mail):
    t = at(*mail().args, "-U", USER, "--password-from=stdin", "-t", "60")
    while t.echoes():
        pass
    t.process.send_signal(signal.SIGTERM)
    end(t, 3, "SIGTERM")
