"""What is too much, too long or cut short, and says so."""

import os
import signal

import pytest

from conftest import HOST, PASSWORD

PIN = "sha256//" + "A" * 43 + "="


@pytest.mark.parametrize("args, wanted", [
    (["--pin=" + ";".join([PIN] * 17)], "more than 16 pins"),
    (["-C", "NOOP"] * 70, "-C: more than 64 commands"),
    (["-R", "^250"] * 70, "-R ^250: more than 64 responses"),
    (["--require-extension=" + ",".join(["SIZE"] * 70)],
     "--require-extension=SIZE: more than 64 words"),
])
def test_too_many(plugin, args, wanted):
    result = plugin.run("-H", HOST, "-S", *args)
    assert result.state == "UNKNOWN"
    assert wanted in result.message, result


def test_extra_opts_too_long(plugin, tmp_path):
    ini = tmp_path / "extra.ini"
    ini.write_text("[check_smtp_auth]\n" + "#" * (1 << 20))
    result = plugin.run("-H", HOST, "--extra-opts=@%s" % ini)
    assert result.state == "UNKNOWN"
    assert "%s: over 1 MiB" % ini in result.message, result
    for value, wanted in (("x" * 5000 + "@" + str(ini), "the section is too"),
                          ("x" * 5000, "the section is too"),
                          ("x@/" + "x" * 5000, "the file is too")):
        result = plugin.run("-H", HOST, "--extra-opts=" + value)
        assert result.state == "UNKNOWN"
        assert "--extra-opts: %s long" % wanted in result.message, result


def test_extra_opts_in_no_usual_place(plugin, tmp_path):
    """None of the folders named has one; the system's are tried after them."""
    result = plugin.run("-H", HOST, "--extra-opts", env={
        "NAGIOS_CONFIG_PATH": "%s::/nowhere:" % tmp_path})
    assert result.state == "UNKNOWN"
    assert "--extra-opts: no " in result.message, result


def test_known_metrics_and_back(plugin, mail):
    wanted = plugin.run(*mail().login)
    result = plugin.run(*mail().login, "--perfdata=known", "--perfdata=all")
    assert list(result.perfdata) == list(wanted.perfdata)


@pytest.mark.parametrize("shift", range(4))
def test_cut_between_characters(plugin, mail, shift):
    """A name and a reply that are too long end with a whole character;
    finish() reads the output as UTF-8."""
    user = "x" * shift + "\u20ac" * 400
    server = mail(auth="535 5.7.8 " + "y" * shift + "\u20ac" * 1000,
                  tls="implicit")
    result = plugin.run(*server.args, "-U", user, "-P", PASSWORD)
    assert result.state == "CRITICAL", result
    assert "login of x" in result.message or shift == 0
    assert "\u20ac... rejected" in result.message, result


@pytest.mark.parametrize("format", ["text", "json", "openmetrics"])
def test_expired_and_ignored_beside_days(plugin, mail, ca, format):
    """-D speaks of a certificate that has expired, too."""
    server = mail(pair=ca.expired)
    result = plugin.run(*server.login, "-D", "30,14",
                        "--ignore-certificate-expiration",
                        "--output-format=" + format)
    assert result.exit_code == 2
    if format == "text":
        assert "certificate expired" in result.message, result


@pytest.mark.parametrize("user", ["u" * 990, "x" + "\u20ac" * 330],
                         ids=["octets", "characters"])
def test_last_word_with_long_names(plugin, tmp_path, user):
    """What is said at the deadline, and to a signal, keeps its cause; finish()
    counts the octets of the first line and reads it as UTF-8."""
    fifo = tmp_path / "fifo"
    os.mkfifo(fifo)
    args = ["-H", ".".join(["h" * 60] * 4), "-I", "192.0.2.1", "-U", user,
            "--password-from=cmd:exec 9>%s; sleep 1000" % fifo]
    process = plugin.start(*args, "-t", "30")
    with open(fifo, "rb"):
        process.send_signal(signal.SIGTERM)
        result = plugin.finish(process)
    assert "SIGTERM" in result.message, result
    process = plugin.start(*args, "-t", "1")
    with open(fifo, "rb"):
        result = plugin.finish(process)
    assert result.message.startswith("timeout after 1 s"), result
    assert "hhhh" in result.message and user[:9] in result.message
