"""Times, thresholds and the deadline."""

import os

import pytest

from conftest import DOING, HOST, PASSWORD, USER, matches
from smtp_server import ClientGone, Deaf

ALWAYS = "@0:1000"
LOGIN = ["-U", USER, "-P", PASSWORD]


# Labels ---------------------------------------------------------------------

BASE = ["time", "time_dns", "time_connect", "time_greeting", "time_ehlo",
        "time_quit"]


@pytest.mark.parametrize("tls, more, labels", [
    ("none", [], []),
    ("none", ["--no-tls"], []),
    ("starttls", ["-S"], ["time_tls", "time_starttls", "cert_days"]),
    ("implicit", [], ["time_tls", "cert_days"]),
    ("starttls", LOGIN,
     ["time_tls", "time_starttls", "time_auth", "cert_days"]),
    ("implicit", LOGIN, ["time_tls", "time_auth", "cert_days"]),
    ("none", ["--no-tls", "--allow-cleartext", *LOGIN], ["time_auth"]),
    ("none", ["-f", "a@example.org"], ["time_envelope"]),
    ("none", ["-C", "NOOP"], ["time_envelope"]),
    ("starttls", [*LOGIN, "-f", "a@example.org"],
     ["time_tls", "time_starttls", "time_auth", "time_envelope",
      "cert_days"]),
    ("starttls", ["-D", "30"], ["time_tls", "time_starttls", "cert_days"]),
])
def test_labels(plugin, mail, tls, more, labels):
    server = mail(tls=tls)
    result = plugin.run(*server.args, *more)
    assert result.state == "OK", result
    assert set(result.perfdata) == set(BASE + labels)
    # Always the same labels for the same options, whatever happens.
    server = mail(tls=tls, greeting="554 5.7.1 No")
    failed = plugin.run(*server.args, *more)
    assert list(failed.perfdata) == list(result.perfdata)


def test_values(plugin, mail):
    result = plugin.run(*mail().login, "-t", "17")
    for label, perf in result.perfdata.items():
        if label == "cert_days":
            assert perf.uom == "" and isinstance(perf.value, int)
            continue
        assert perf.value != "U" and perf.value >= 0
        assert perf.uom == "s" and perf.min == "0"
        assert perf.max == ("17" if label == "time" else "")


def test_phases_add_up(plugin, mail):
    perf = plugin.run(*mail().login, "-f", "a@example.org").perfdata
    parts = [v.value for k, v in perf.items() if k.startswith("time_")]
    assert abs(sum(parts) - perf["time"].value) <= 1e-6 * (len(parts) + 1)


def test_phases_add_up_in_json(plugin, mail):
    data = plugin.json(*mail().login)
    parts = [v for v in data["phases"].values() if v is not None]
    assert abs(sum(parts) - data["time"]) <= 1e-6 * (len(parts) + 1)
    assert data["phases"]["envelope"] is None


def test_not_reached_is_unknown(plugin, mail):
    server = mail(auth="535 5.7.8 No")
    perf = plugin.run(*server.login, "-f", "a@example.org").perfdata
    assert perf["time_auth"].value != "U"
    assert perf["time_envelope"].value == "U"


def test_known_values_only(plugin, mail):
    result = plugin.run(*mail(greeting="554 No").login, "--perfdata=known")
    assert result.state == "CRITICAL"
    assert "time_connect" in result.perfdata
    assert "time_auth" not in result.perfdata
    assert all(p.value != "U" for p in result.perfdata.values())


def test_time_unknown_when_nothing_was_begun(plugin, mail):
    result = plugin.run(*mail().args, "-U", USER, "-P", "")
    assert {p.value for p in result.perfdata.values()} == {"U"}
    result = plugin.run(*mail().args, "-U", USER, "-P", "",
                        "--perfdata=known")
    assert result.perfdata == {} and "|" not in result.text


# Ranges ---------------------------------------------------------------------

@pytest.mark.parametrize("text, alert", [
    ("1000", False), ("0:1000", False), ("~:1000", False), ("0:", False),
    ("~:", False), ("@1000:2000", False), ("1000:", True), ("@0:1000", True),
    ("@0:", True), ("500:1000", True), ("0", True), ("0.000001", True),
    ("999.5", False), ("@~:1000", True)])
@pytest.mark.parametrize("option, state", [
    ("-w", "WARNING"), ("-c", "CRITICAL")])
def test_range(plugin, mail, text, alert, option, state):
    server = mail()
    result = plugin.run(*server.login, option, text)
    assert result.state == (state if alert else "OK")
    perf = result.perfdata["time"]
    assert (perf.warn if option == "-w" else perf.crit) == text
    if alert:
        level = state.lower()
        matches(r"check took \d+\.\d{3} s \(%s at %s\) for %s, login "
                r"accepted: \w+ took the most, \d+\.\d{3} s" % (
                    level, text, server.who), result.message)


@pytest.mark.parametrize("phase", [
    "dns", "connect", "tls", "greeting", "ehlo", "starttls", "auth",
    "envelope", "quit", "time"])
def test_threshold_of_a_phase(plugin, mail, phase):
    server = mail()
    result = plugin.run(*server.login, "-f", "a@example.org",
                        "--critical=%s=%s" % (phase, ALWAYS))
    assert result.state == "CRITICAL"
    name = "check" if phase == "time" else phase
    matches(r"%s took \d+\.\d{3} s \(critical at %s\) for %s, login accepted"
            r"(: \w+ took the most, \d+\.\d{3} s)?" % (
                name, ALWAYS, server.who), result.message)
    label = "time" if phase == "time" else "time_" + phase
    assert result.perfdata[label].crit == ALWAYS
    assert result.perfdata[label].warn == ""


def test_warning_and_critical(plugin, mail):
    result = plugin.run(*mail().login, "-w", "auth=" + ALWAYS, "-c",
                        "auth=1000", "-w", "5", "-c", "10")
    assert result.state == "WARNING"
    assert result.perfdata["time_auth"][2:4] == (ALWAYS, "1000")
    assert result.perfdata["time"][2:] == ("5", "10", "0", "10")


def test_critical_wins(plugin, mail):
    server = mail()
    result = plugin.run(*server.login, "-w", "auth=" + ALWAYS,
                        "-c", "ehlo=" + ALWAYS)
    assert result.state == "CRITICAL"
    matches(r"ehlo took .*", result.message)


def test_slow_in_json(plugin, mail):
    data = plugin.json(*mail().login, "-w", "auth=" + ALWAYS)
    assert data["condition"] == "slow" and data["state"] == "WARNING"
    assert data["login"] == "accepted"
    data = plugin.json(*mail().login, "-w", "auth=" + ALWAYS, "--on=slow=ok")
    assert data["condition"] == "slow" and data["state"] == "OK"


def test_slow_is_not_judged_after_a_failure(plugin, mail):
    server = mail(auth="535 5.7.8 No")
    data = plugin.json(*server.login, "-w", ALWAYS)
    assert [c["condition"] for c in data["conditions"]] == ["auth-rejected"]


@pytest.mark.parametrize("text", [
    "x", "", "10:5", "1:2:3", "auth=", "sleep=1", "=1", "1s", "auth=x",
    "0,5", "nan", "inf", "1e3", "1" * 60])
def test_bad_range(plugin, mail, text):
    server = mail()
    result = plugin.run(*server.login, "-w", text)
    assert result.state == "UNKNOWN", result
    assert result.message.startswith("wrong command line")
    assert server.done() == []


def test_locale_does_not_matter(plugin, mail):
    result = plugin.run(*mail().login, "-w", "999.5",
                        env={"LC_ALL": "de_DE.UTF-8"})
    assert result.perfdata["time"].warn == "999.5"


# The deadline ---------------------------------------------------------------

STALLS = [
    # Mail's options, phase
    ({"stall": "greeting"}, "greeting"),
    ({"stall": "EHLO"}, "ehlo"),
    ({"stall": "STARTTLS"}, "starttls"),
    ({"stall": "tls"}, "tls"),
    ({"stall": "tls", "tls": "implicit"}, "tls"),
    ({"stall": "AUTH"}, "auth"),
    ({"stall": "response", "mechs": "LOGIN"}, "auth"),
    ({"stall": "MAIL"}, "envelope"),
    ({"stall": "RCPT"}, "envelope"),
    ({"stall": "NOOP"}, "envelope"),
]


def stalled_args(server):
    return [*server.login, "-f", "a@example.org", "--rcpt", "b@example.org",
            "-C", "NOOP"]


@pytest.mark.parametrize("options, phase", STALLS)
def test_timeout(plugin, mail, options, phase):
    server = mail(**options)
    result = plugin.run(*stalled_args(server), "-t", "1")
    assert result.state == "CRITICAL"
    done = ", login accepted" if phase == "envelope" else ""
    assert result.message == "timeout after 1 s %s for %s%s" % (
        DOING[phase], server.who, done)
    assert result.perfdata["time_" + phase].value == "U"
    assert result.perfdata["time_connect"].value != "U"


def test_timeout_while_connecting(plugin):
    deaf = Deaf()
    args = ["-H", HOST, "-I", "127.0.0.1", "-p", deaf.port, *LOGIN,
            "-t", "1"]
    result = plugin.run(*args)
    data = plugin.json(*args)
    deaf.close()
    assert result.state == "CRITICAL"
    assert result.message == (
        "timeout after 1 s connecting for %s at %s:%d: "
        "127.0.0.1: no answer" % (USER, HOST, deaf.port))
    assert result.perfdata["time_connect"].value == "U"
    assert data["condition"] == "timeout"


def test_timeout_while_reading_options(plugin, tmp_path):
    """The deadline holds for a file that never comes, too."""
    fifo = tmp_path / "options"
    os.mkfifo(fifo)
    result = plugin.run("-H", HOST, "--extra-opts=x@%s" % fifo,
                        "--extra-opts=y@%s" % fifo, "-t", "1:warning")
    assert result.state == "WARNING"
    assert result.message == (
        "timeout after 1 s reading --extra-opts at %s:25, no login tried "
        "(no credentials given)" % HOST)


def test_timeout_drip(plugin, mail):
    """A server that always says a little does not move the deadline."""
    def greet(conn):
        while True:
            conn.send("220-still here")
            if conn.hears_within(0.1):
                raise ClientGone

    server = mail(greeting=greet)
    result = plugin.run(*server.login, "-t", "1")
    assert result.message == (
        "timeout after 1 s waiting for the greeting for %s: only \"220-still "
        "here...\" had come" % server.who)
    assert "raise -t" in result.lines[1] and "-s" not in result.lines[1]


@pytest.mark.parametrize("args, state", [
    (["-t", "1:unknown"], "UNKNOWN"), (["-t", "1:3"], "UNKNOWN"),
    (["-t", "1:WARNING"], "WARNING"), (["--timeout=1:ok"], "OK"),
    (["-t", "1", "--on=timeout=warning"], "WARNING"),
    (["--on=timeout=warning", "-t", "1:unknown"], "UNKNOWN"),
    (["-t", "1:unknown", "--on=timeout=critical"], "CRITICAL"),
    (["--on=timeout=warning", "-t", "1"], "WARNING")])
def test_state_of_the_timeout(plugin, mail, args, state):
    server = mail(stall="greeting")
    result = plugin.run(*server.login, *args)
    assert result.state == state, result
    assert "timeout after 1 s waiting for the greeting" in result.message


def test_timeout_in_json(plugin, mail):
    server = mail(stall="AUTH")
    data = plugin.json(*server.login, "-t", "1")
    assert data["condition"] == "timeout"
    assert data["login"] is None
    assert data["phases"]["auth"] is None
    assert data["phases"]["ehlo"] is not None


def test_fraction_in_the_timeout(plugin, mail):
    server = mail(stall="greeting")
    result = plugin.run(*server.login, "-t", "0.5")
    if result.state == "UNKNOWN":
        assert result.message.startswith("wrong command line")
    else:
        assert "timeout after 0.5" in result.message


@pytest.mark.parametrize("value", ["0", "-1", "x", "1:", "1:bad", "", ":ok",
                                   "99999999999999999999"])
def test_bad_timeout(plugin, mail, value):
    server = mail()
    result = plugin.run(*server.login, "-t", value)
    assert result.state == "UNKNOWN"
    assert result.message.startswith("wrong command line")
    assert server.done() == []


def test_stalled_quit_is_no_timeout(plugin, mail):
    server = mail(stall="QUIT")
    result = plugin.run(*server.login, "-t", "5")
    assert result.state == "OK", result
    assert server.transcript()[-1] == "QUIT"


def test_default_ports(plugin):
    """Nothing is expected to answer there; only the number matters."""
    for args, port in (([], 25), (["-s"], 465), (LOGIN, 587),
                       ([*LOGIN, "-s"], 465), (["-S"], 25)):
        data = plugin.json("-H", "127.83.77.84", *args, "-t", "5")
        assert data["port"] == port


def test_port_by_name(plugin, mail):
    data = plugin.json("-H", "127.83.77.84", "-p", "submission", "-t", "5")
    assert data["port"] == 587
