"""What is printed: usage, help, verbosity, JSON, remaps, hostile texts."""

import re

import pytest

from conftest import HOST, PASSWORD, PROBE, SECONDS, STATES, USER, matches

LOGIN = ["-U", USER, "-P", PASSWORD]
TARGET = ["-H", HOST, "-p", "2525"]
AT = HOST + ":2525"

# Usage ----------------------------------------------------------------------

USAGE = [
    # arguments, what the text must speak of
    (["--no-such-option"], "no-such-option"),
    (["-H"], "-H"),
    (["-p", "0", *TARGET[:2]], "-p: not a port"),
    (["-p", "65536", *TARGET[:2]], "-p: not a port"),
    (["-p", "no-such-service", *TARGET[:2]], "-p: not a port"),
    ([*TARGET, "-U", USER], "secret|password|-P"),
    ([*TARGET, "-P", PASSWORD], "user|-U"),
    ([*TARGET, *LOGIN, "--token-from=env:T"], "token"),
    ([*TARGET, *LOGIN, "-A", "NONSENSE"], "NONSENSE"),
    ([*TARGET, *LOGIN, "-A", "XOAUTH2"], "XOAUTH2"),
    ([*TARGET, "-U", USER, "--token-from=env:T", "-A", "PLAIN"], "PLAIN"),
    ([*TARGET, *LOGIN, "--no-tls", "--pin=sha256//" + "A" * 43 + "="],
     "--pin"),
    ([*TARGET, *LOGIN, "--no-tls", "-D", "30"], "-D|--certificate"),
    ([*TARGET, *LOGIN, "--no-tls", "--client-cert=x"], "--client-cert"),
    ([*TARGET, "-A", "PLAIN"], "-A|--authtype"),
    ([*TARGET, "--expect-rejected"], "--expect-rejected"),
    ([*TARGET, "-s", "-S"], "-S|--starttls"),
    ([*TARGET, "-s", "--no-tls"], "--no-tls"),
    ([*TARGET, "-S", "--no-tls"], "--no-tls"),
    ([*TARGET, "-4", "-6"], "-4|-6"),
    ([*TARGET, "-I", "mail.example.org"], "-I|--ip-address"),
    ([*TARGET, "-I", "127.0.0.1", "-6"], "-I|-6|--ip-address"),
    ([*TARGET, "-I", "::1", "-4"], "-I|-4|--ip-address"),
    ([*TARGET, *LOGIN, "--rcpt=a@example.org"], "--rcpt"),
    ([*TARGET, *LOGIN, "-f", "a@example.org\r\nDATA"], "-f|--from"),
    ([*TARGET, "-F", "probe\nQUIT"], "-F|--fqdn"),
    ([*TARGET, *LOGIN, "-f", "a@b", "--rcpt=a\rb"], "--rcpt"),
    ([*TARGET, "-R", "^250"], "-R|--response|-C"),
    ([*TARGET, "--pin=sha256//short"], "--pin"),
    ([*TARGET, "--pin=md5//x"], "--pin"),
    ([*TARGET, "-D", "x"], "-D|--certificate"),
    ([*TARGET, "--tls-min=1.1"], "--tls-min"),
    ([*TARGET, "--on=nonsense=ok"], "nonsense"),
    ([*TARGET, "--on=dns=fine"], "--on"),
    ([*TARGET, "--on=dns"], "--on"),
    ([*TARGET, "--output-format=mp-test-json"], "--output-format"),
    ([*TARGET, "--output-format=xml"], "--output-format"),
    ([*TARGET, "--perfdata=some"], "--perfdata"),
    ([*TARGET, "--color=red"], "auto, always or never"),
    ([*TARGET, "other.example.org"], "other.example.org|HOST|host"),
    (["-H", "m\u00e4il.example.org"], "xn--"),
    (["-H", ""], "host|HOST|-H"),
    ([], "host|HOST|-H"),
]


@pytest.mark.parametrize("args, text", USAGE)
def test_usage(plugin, args, text):
    result = plugin.run(*args, env={"T": "t0ken of alice"})
    assert result.exit_code == 3
    matches(r"wrong command line( for \S+ at \S+| at \S+)?: .*(%s).*" % text,
            result.message)


@pytest.mark.parametrize("args, start", [
    ([*TARGET, *LOGIN, "--bad"], "wrong command line for %s at %s: " % (USER, AT)),
    (["--bad", *TARGET, *LOGIN], "wrong command line for %s at %s: " % (USER, AT)),
    ([*TARGET, "--bad"], "wrong command line at %s: " % AT),
    (["--bad"], "wrong command line: "),
])
def test_usage_names_account_and_server(plugin, args, start):
    assert plugin.run(*args).message.startswith(start)


def test_usage_cannot_be_remapped(plugin):
    result = plugin.run(*TARGET, "--on=usage=ok", "--bad")
    assert result.state == "UNKNOWN"


def test_usage_in_json(plugin):
    data = plugin.json(*TARGET, *LOGIN, "--bad")
    assert data["condition"] == "usage" and data["state"] == "UNKNOWN"
    assert data["host"] == HOST and data["user"] == USER
    assert data["login"] == "not-tried"
    data = plugin.json("--bad")
    assert data["host"] is None


@pytest.mark.parametrize("option", ["-h", "--help"])
def test_help(plugin, option):
    result = plugin.run(option)
    assert result.exit_code == 3
    for name in ("--hostname", "--password-from", "--on", "--timeout"):
        assert name in result.text
    assert max(map(len, result.lines)) <= 80


@pytest.mark.parametrize("option", ["-V", "--version"])
def test_version(plugin, option):
    result = plugin.run(option)
    assert result.exit_code == 3
    first, tls, cares = result.lines
    matches(r"check_smtp_auth \d+\.\d+\.\d+"
            r"(~git\d{8}\.[0-9a-f]{7,40})?(\.changed)?", first)
    matches(r"OpenSSL \d+\.\d+\.\d+\S* .*", tls)
    matches(r"c-ares \d+\.\d+\.\d+( \(built with .*\))?", cares)


# Options as check_smtp has them ---------------------------------------------

@pytest.mark.parametrize("args", [
    ["--hostname", "127.0.0.1"], ["--hostname=127.0.0.1"], ["127.0.0.1"],
    ["-H127.0.0.1"]])
def test_spellings_of_the_host(plugin, mail, args):
    server = mail(tls="none")
    result = plugin.run(*args, "--port=%d" % server.port)
    assert result.message.startswith("127.0.0.1:%d answers" % server.port)


def test_q_is_accepted(plugin, mail):
    for option in ("-q", "--ignore-quit-failure"):
        assert plugin.run(*mail().login, option).state == "OK"


# Quiet and verbose ----------------------------------------------------------

def test_quiet(plugin, mail):
    assert plugin.run(*mail().login, "--quiet").stdout == b""
    server = mail(auth="535 5.7.8 No")
    result = plugin.run(*server.login, "--quiet")
    assert result.message == (
        "login of %s rejected at %s: 535 5.7.8 No" % (USER, server.at))


def test_success_is_one_line(plugin, mail):
    assert len(plugin.run(*mail().login).lines) == 1


def test_verbosity(plugin, mail):
    texts = ["\n".join(plugin.run(*mail().login, *more).details)
             for more in ([], ["-v"], ["-v", "-v"], ["-vvv"])]
    assert texts[0] == ""
    for phase in ("dns", "connect", "tls", "greeting", "ehlo", "auth"):
        assert re.search(r"\b%s\b" % phase, texts[1]), texts[1]
    assert "TLSv1.3" in texts[1] and "127.0.0.1" in texts[1]
    assert "EHLO " + PROBE not in texts[1]
    for said in ("220 mail.example.org ESMTP ready", "EHLO " + PROBE,
                 "STARTTLS", "AUTH PLAIN", "235 2.7.0 Welcome", "QUIT"):
        assert said in texts[2], texts[2]
    assert "chain 1: Example Intermediate" not in texts[2]
    assert "chain 1: Example Intermediate" in texts[3]


def test_failure_has_a_hint(plugin, mail):
    server = mail(auth="535 5.7.8 Error: authentication failed: "
                       "(reason unavailable)")
    result = plugin.run(*server.login)
    assert len(result.lines) == 4  # the last exchange has two
    data = plugin.json(*mail(auth=server.handler.auth).login)
    assert data["hint"] == result.lines[1]
    assert data["cause"] == "credential"


def test_no_hint_is_invented(plugin, mail):
    server = mail(auth="571 Zorp")
    result = plugin.run(*server.login)
    assert result.details == ["> AUTH PLAIN [initial response]", "< 571 Zorp"]
    assert plugin.json(*mail(auth="571 Zorp").login)["hint"] is None


LONG = 60 * ("550-" + 1000 * "x" + "\r\n") + "550 5.7.1 no"


@pytest.mark.parametrize("condition, options, more", [
    ("greeting", {"greeting": LONG}, []),
    ("ehlo", {"replies": {"EHLO": LONG}}, []),
    ("auth-rejected", {"auth": LONG}, []),
    ("sender", {"replies": {"MAIL": LONG}}, ["-f", "alice@example.org"]),
    ("expect", {"replies": {"NOOP": LONG}}, 64 * ["-C", "NOOP", "-R", "^2"]),
    ("mechanism", {"mechs": None, "offers": 15 * ["AUTH " + "X" * 4000]}, [])])
def test_long_replies_are_judged_like_short_ones(
        plugin, mail, condition, options, more):
    """64 KiB are read, so they must find room everywhere behind, too."""
    for args in ["-vvv"], []:
        server = mail(**options)
        result = plugin.run(*server.login, *more, *args)
        assert result.state == (
            "WARNING" if condition == "expect" else "CRITICAL"), result
        assert "internal" not in result.message
    assert plugin.json(*server.login, *more)["condition"] == condition


def test_first_line_is_cut_before_the_perfdata(plugin, mail):
    server = mail(auth="535 5.7.8 " + "long " * 500)
    result = plugin.run(*server.login)
    assert result.message.startswith("login of " + USER + " rejected")
    assert result.perfdata["time"].max == "10"


def test_long_thresholds_stay_within_the_line(plugin, mail):
    more = []
    for phase in ("dns", "connect", "tls", "greeting", "ehlo", "starttls",
                  "auth", "envelope", "quit", "time"):
        text = "0.000000000001:1000000.000000000001"
        more += ["-w", "%s=%s" % (phase, text), "-c", "%s=%s" % (phase, text)]
    result = plugin.run(*mail(auth="535 5.7.8 " + "long " * 300).login,
                        "-f", "a@example.org", *more)
    if result.state != "UNKNOWN":
        assert len(result.perfdata) == 11


# Hostile texts --------------------------------------------------------------

EVIL = (b"554 evil | time=1;;; \x1b[31m\x07\xff\xfe \xe2\x80\xae "
        b"\xc2\x9b \x7f \xc3\xa4\t end\r\n")
TAMED = (r"554 evil \x7c time=1;;; \x1b[31m\x07\xff\xfe \xe2\x80\xae "
         "\\xc2\\x9b \\x7f \u00e4\\x09 end")


@pytest.mark.parametrize("more", [[], ["-vvv"]])
def test_hostile_greeting(plugin, mail, more):
    server = mail(greeting=EVIL)
    result = plugin.run(*server.login, *more)
    assert result.message == "greeting refused for %s: %s" % (
        server.who, TAMED)


def test_hostile_greeting_in_json(plugin, mail):
    server = mail(greeting=EVIL)
    data = plugin.json(*server.login)
    assert data["message"] == "greeting refused for %s: %s" % (
        server.who, TAMED)
    assert TAMED.split(" ", 1)[1] in data["reply"]["text"]


def test_hostile_capabilities(plugin, mail):
    server = mail(mechs="PLAIN\x1b[2J|x", offers=["X|\x07EVIL \x1b]0;x\x07"])
    result = plugin.run(*server.login, "-A", "PLAIN", "-vvv")
    assert result.state == "CRITICAL"
    data = plugin.json(*mail(
        mechs="PLAIN\x1b[2J|x", offers=["X|\x07EVIL"]).login)
    assert data["condition"] == "mechanism"


def test_hostile_user(plugin, mail):
    server = mail()
    result = plugin.run(*server.args, "-U", "al|ice\x1b", "-P", PASSWORD)
    if result.state == "OK":
        assert result.message.startswith(r"al\x7cice\x1b logged in")


def test_json_escapes(plugin, mail):
    server = mail(auth='535 5.7.8 "quoted" \\back\\ \u00fc')
    data = plugin.json(*server.login)
    assert data["reply"]["text"].endswith('"quoted" \\back\\ \u00fc')


# JSON -----------------------------------------------------------------------

NUMBER = (int, float)
NONE = type(None)
TYPES = {
    "schema": int, "state": str, "exit_code": int, "condition": (str, NONE),
    "conditions": list, "message": str, "hint": (str, NONE),
    "cause": (str, NONE), "login": (str, NONE), "host": (str, NONE),
    "address": (str, NONE), "port": (int, NONE), "user": (str, NONE),
    "mechanism": (str, NONE), "mechanisms_offered": (list, NONE),
    "extensions": (list, NONE), "tls": dict, "reply": dict, "phases": dict,
    "time": (*NUMBER, NONE), "addresses_tried": list,
    "token_ttl": (int, NONE),
}
INNER = {
    "tls": {"version": (str, NONE), "cipher": (str, NONE),
            "verified": (bool, NONE), "subject": (str, NONE),
            "issuer": (str, NONE), "not_after": (str, NONE),
            "days_left": (int, NONE)},
    "reply": {"code": (int, NONE), "enhanced": (str, NONE),
              "text": (str, NONE)},
    "phases": {p: (*NUMBER, NONE) for p in (
        "dns", "connect", "tls", "greeting", "ehlo", "starttls", "auth",
        "envelope", "quit")},
}


def check_types(data):
    assert set(TYPES) <= set(data), set(TYPES) - set(data)
    for key, kind in TYPES.items():
        assert isinstance(data[key], kind), (key, data[key])
    for key, inner in INNER.items():
        assert set(inner) <= set(data[key]), (key, data[key])
        for name, kind in inner.items():
            assert isinstance(data[key][name], kind), (name, data[key])
    assert data["schema"] == 1
    for item in data["conditions"]:
        assert set(item) >= {"condition", "state", "message"}
        assert item["state"] in STATES
    for item in data["addresses_tried"]:
        assert set(item) >= {"address", "error"}
    assert (data["condition"] is None) == (data["conditions"] == [])


def test_json_of_success(plugin, mail):
    server = mail()
    data = plugin.json(*server.login)
    check_types(data)
    assert data["state"] == "OK" and data["exit_code"] == 0
    assert data["condition"] is None
    assert data["hint"] is None and data["cause"] is None
    assert data["login"] == "accepted"
    assert (data["host"], data["port"], data["user"]) == (
        HOST, server.port, USER)
    assert data["address"] == "127.0.0.1"
    assert data["mechanism"] == "PLAIN"
    assert data["mechanisms_offered"] == ["PLAIN", "LOGIN"]
    assert [x.split(" ")[0] for x in data["extensions"]] == [
        "SIZE", "ENHANCEDSTATUSCODES", "AUTH"]
    assert data["tls"]["version"] == "TLSv1.3"
    assert data["tls"]["verified"] is True
    matches("%s logged in with PLAIN over TLSv1.3 at %s in %s" % (
        USER, server.at, SECONDS), data["message"])
    matches(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ", data["tls"]["not_after"])


def test_json_of_rejection(plugin, mail):
    server = mail(auth="535 5.7.8 Error: authentication failed: x")
    data = plugin.json(*server.login)
    check_types(data)
    assert data["conditions"] == [{
        "condition": "auth-rejected", "state": "CRITICAL",
        "message": data["message"]}]
    assert data["reply"]["code"] == 535
    assert data["reply"]["enhanced"] == "5.7.8"
    assert data["login"] == "rejected"


def test_json_without_connection(plugin, mail):
    server = mail()
    server.close()
    data = plugin.json(*server.login)
    check_types(data)
    assert data["condition"] == "connect"
    assert data["message"] == (
        "no connection for %s: 127.0.0.1: Connection refused" % server.who)
    assert data["tls"] == dict.fromkeys(data["tls"])
    assert data["reply"] == dict.fromkeys(data["reply"])
    assert data["mechanisms_offered"] is None


def test_json_of_usage_has_all_keys(plugin):
    check_types(plugin.json("--bad"))


def test_json_ignores_verbosity(plugin, mail):
    first = plugin.json(*mail().login)
    second = plugin.json(*mail().login, "-vvv")
    assert set(first) == set(second)


def test_json_without_credentials(plugin, mail):
    data = plugin.json(*mail(tls="none").args)
    check_types(data)
    assert data["login"] == "not-tried" and data["user"] is None
    assert data["tls"] == dict.fromkeys(data["tls"])


def test_multi_line_is_text(plugin, mail):
    result = plugin.run(*mail().login, "--output-format=multi-line")
    assert result.state == "OK"


# Remaps ---------------------------------------------------------------------

@pytest.mark.parametrize("state, code", [
    ("ok", 0), ("warning", 1), ("critical", 2), ("unknown", 3), ("OK", 0),
    ("0", 0), ("1", 1), ("2", 2), ("3", 3)])
def test_remap(plugin, mail, state, code):
    server = mail(auth="535 5.7.8 No")
    data = plugin.json(*server.login, "--on=auth-rejected=" + state)
    assert data["exit_code"] == code
    assert data["condition"] == "auth-rejected"
    assert data["login"] == "rejected"


def test_last_remap_wins(plugin, mail):
    server = mail(auth="535 5.7.8 No")
    result = plugin.run(*server.login, "--on=auth-rejected=ok",
                        "--on=auth-rejected=warning")
    assert result.state == "WARNING"


def test_excused_failure_is_no_silent_ok(plugin, mail):
    server = mail(greeting="554 5.7.1 No")
    result = plugin.run(*server.login, "--on=greeting=ok")
    assert result.state == "OK"
    assert "no login" in result.message, result


@pytest.mark.parametrize("state", ["ok", "unknown"])
def test_a_policy_does_not_hide_that_no_login_was_tried(plugin, mail, state):
    server = mail()
    args = [*server.bare, "-I", "127.0.0.1", "-U", USER, "-P", PASSWORD]
    result = plugin.run(*args, "--on=cert-untrusted=" + state, "-e", "Postfix")
    assert result.state == "WARNING"
    assert result.message.startswith(
        "no login tried (cert-untrusted): expected \"Postfix\" not found")
    result = plugin.run(*args, "--verify-name=other.example.org",
                        "--on=cert-untrusted=" + state, "-e", "Postfix")
    assert result.state == "CRITICAL"
    assert result.message.startswith("certificate does not name other"), result


def test_worst_wins(plugin, mail):
    """CRITICAL over WARNING over UNKNOWN over OK."""
    policy = ["--require-extension=CHUNKING", "-e", "Postfix"]
    data = plugin.json(*mail().login, *policy)
    assert data["state"] == "CRITICAL" and data["condition"] == "extension"
    assert {c["condition"] for c in data["conditions"]} == {
        "extension", "expect"}
    data = plugin.json(*mail().login, *policy, "--on=extension=unknown")
    assert data["state"] == "WARNING" and data["condition"] == "expect"


def test_deciding_condition_among_equals(plugin, mail):
    server = mail(auth="535 5.7.8 No")
    data = plugin.json(*server.login, "--require-extension=CHUNKING")
    assert data["condition"] == "auth-rejected"
    assert {c["condition"] for c in data["conditions"]} == {
        "auth-rejected", "extension"}


@pytest.mark.parametrize("option", ["-U", "-f", "-C", "--authzid", "--rcpt"])
def test_too_long_to_send(plugin, option):
    result = plugin.run("-H", "mail.example.org", "-P", PASSWORD, option,
                        "x" * 4097)
    assert result.state == "UNKNOWN"
    assert result.message.endswith("too long, more than 4096 octets"), result


@pytest.mark.parametrize("output", ["text", "json", "openmetrics"])
def test_longest_user(plugin, output):
    """In every format there is room for it, made harmless four times as long,
    in the answer of last resort, too."""
    result = plugin.run("-H", "localhost", "-p", "1", "-P", PASSWORD, "-U",
                        "\u202e" * 1365, "--output-format=" + output)
    assert result.exit_code == 2, result


@pytest.mark.parametrize("name", ["json", "openmetrics"])
def test_quiet_in_another_format(plugin, mail, tmp_path, name):
    """A file that standard output goes to would be empty when all is well."""
    server = mail()
    process = plugin.start(*server.login, "--quiet",
                           "--output-format=" + name)
    result = plugin.finish(process)
    assert result.exit_code == 3
    assert {"json": "--quiet with --output-format=json",
            "openmetrics": 'condition="usage"'}[name] in result.text
    page = tmp_path / "page"
    result = plugin.run(*server.login, "--quiet", "--output-format=" + name,
                        "--output-file=%s" % page)
    assert result.exit_code == 0 and result.stdout == b""
    assert page.read_text()


@pytest.mark.parametrize("mode", [0o600, 0o664, 0o640])
def test_mode_of_the_file(plugin, mail, tmp_path, mode):
    page = tmp_path / "page"
    page.write_text("")
    page.chmod(mode)
    result = plugin.run(*mail().login, "--output-file=%s" % page)
    assert page.read_text() == result.text
    assert page.stat().st_mode & 0o7777 == mode
