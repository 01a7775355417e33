"""-v on a terminal: the phases drawn; and what decides about drawing and
colour."""

import re

import pytest

import terminal
from conftest import HOST, PROBE, USER, needles, parse_perfdata

UTF8 = {"LC_ALL": "C.UTF-8"}
SGR = re.compile("\x1b\\[[0-9]+m")
PLAIN_ROW = re.compile(r"auth +\d+\.\d\d ms(?:$|, not finished)", re.M)
DRAWN_ROW = re.compile(r"auth +\d+\.\d+ ms  +[#\u2588-\u2595]")


def on_terminal(plugin, *args, env=None, columns=80):
    """What a run shows on a terminal, and what holds for all of that."""
    process = terminal.Process(
        [plugin.path, *args], cwd=plugin.home, columns=columns,
        env=plugin.environment({"TERM": "xterm", **(env or {})}))
    try:
        out = process.rest().decode().replace("\r\n", "\n")
    finally:
        process.close()
    for secret in plugin.secrets:
        for needle in needles(secret):
            assert needle not in out.encode(), out
    first, *lines = out.splitlines()
    assert out.count("|") == 1, out
    assert re.match("SMTP_AUTH (OK|WARNING|CRITICAL|UNKNOWN): ", first), out
    parse_perfdata(first.split(" | ")[1])
    for line in [first, *lines]:
        bare = SGR.sub("", line)
        assert "\x1b" not in bare, line
        colored = SGR.findall(line)
        assert colored[1::2] == ["\x1b[0m"] * (len(colored) // 2), line
    assert "\x1b" not in first
    return out


def times(text):
    """The lines from the first phase to the total."""
    lines = text.splitlines()
    names = [SGR.sub("", x).split(" ")[0] for x in lines]
    return lines[names.index("dns"):names.index("total") + 1]


def is_drawn(text):
    bare = SGR.sub("", text)
    drawn, plain = DRAWN_ROW.search(bare), PLAIN_ROW.search(bare)
    assert bool(drawn) != bool(plain), text
    return bool(drawn)


@pytest.mark.parametrize("env, columns, args, drawn, colored, blocks", [
    # On a terminal
    ({}, 80, [], True, True, False),
    (UTF8, 80, [], True, True, True),
    ({"LC_CTYPE": "de_DE.utf8"}, 80, [], True, True, True),
    ({"LANG": "en_US.UTF-8"}, 80, [], True, True, True),
    ({"LC_ALL": "C", "LANG": "en_US.UTF-8"}, 80, [], True, True, False),
    ({"LC_ALL": "", "LANG": "en_US.UTF-8"}, 80, [], True, True, True),
    ({"NO_COLOR": "1", **UTF8}, 80, [], True, False, True),
    ({"NO_COLOR": ""}, 80, [], True, True, False),
    ({"TERM": "dumb"}, 80, [], True, False, False),
    ({}, 80, ["--color=auto"], True, True, False),
    ({}, 80, ["--color=never"], False, False, False),
    ({"NO_COLOR": "1"}, 80, ["--color=always"], True, True, False),
    ({}, 60, [], True, True, False),
    ({}, 59, [], False, False, False),
    ({}, 0, [], True, True, False),
    ({"COLUMNS": "59"}, 0, [], False, False, False),
    ({"COLUMNS": "nonsense"}, 0, [], True, True, False),
    # Into a pipe
    (UTF8, None, [], False, False, False),
    (UTF8, None, ["--color=auto"], False, False, False),
    (UTF8, None, ["--color=never"], False, False, False),
])
def test_when(plugin, mail, env, columns, args, drawn, colored, blocks):
    args = [*mail().login, "-v", *args]
    if columns is None:
        text = plugin.run(*args, env={"TERM": "xterm", **env}).text
    else:
        text = on_terminal(plugin, *args, env=env, columns=columns)
    assert is_drawn(text) == drawn
    assert bool(SGR.search(text)) == colored
    assert bool(re.search("[\u2588-\u2595]", text)) == blocks


def piped_always(plugin, *args, env=None):
    """--color=always into a pipe, where the other tests forbid escapes."""
    process = plugin.start(*args, "--color=always", env=env)
    out, err = process.communicate(timeout=60)
    assert err == b"" and out.count(b"|") == 1
    return out.decode()


def test_always_into_a_pipe(plugin, mail):
    text = piped_always(plugin, *mail().login, "-v", env=UTF8)
    assert is_drawn(text) and SGR.search(text)
    assert "\x1b" not in text.splitlines()[0]


def test_without_v_nothing_is_drawn(plugin, mail):
    text = on_terminal(plugin, *mail().login, env=UTF8)
    assert len(text.splitlines()) == 1


def test_json_is_never_drawn(plugin, mail):
    plugin.json(*mail().login, "-v", "--color=always")  # one line, no escape


@pytest.mark.parametrize("columns", [60, 80, 100, 120, 200])
@pytest.mark.parametrize("env", [{}, UTF8])
def test_fits(plugin, mail, columns, env):
    server = mail(auth="535 5.7.8 No")
    text = on_terminal(plugin, *server.login, "-v", columns=columns, env=env)
    rows = [SGR.sub("", x) for x in times(text)]
    assert max(map(len, rows)) <= min(columns, 120)
    assert len(rows[-1]) > min(columns, 120) - 30


def test_order_starttls(plugin, mail):
    text = on_terminal(plugin, *mail().login, "-v", "-f", USER)
    names = [SGR.sub("", x).split(" ")[0] for x in times(text)]
    assert names == ["dns", "connect", "greeting", "ehlo", "starttls", "tls",
                     "auth", "envelope", "quit", "total"]


def test_order_implicit(plugin, mail):
    text = on_terminal(plugin, *mail(tls="implicit").login, "-v")
    names = [SGR.sub("", x).split(" ")[0] for x in times(text)]
    assert names == ["dns", "connect", "tls", "greeting", "ehlo", "auth",
                     "quit", "total"]


MARKS = [
    # what the server does, more arguments, the marks in order
    ({}, [], {}),
    (dict(greeting="554 No"), [], {"greeting": "greeting"}),
    (dict(replies={"EHLO": "550 No"}), [], {"ehlo": "ehlo"}),
    (dict(clear=["SIZE"]), [], {"starttls": "starttls-missing"}),
    (dict(replies={"STARTTLS": "454 No"}), [],
     {"starttls": "starttls-missing"}),
    ({}, ["--verify-name=other.example.org"], {"tls": "cert-name"}),
    (dict(stall="tls"), ["-t", "2"], {"tls": "timeout"}),
    (dict(stall="greeting"), ["-t", "2"], {"greeting": "timeout"}),
    (dict(stall="AUTH"), ["-t", "2"], {"auth": "timeout"}),
    (dict(auth="535 5.7.8 No"), [], {"auth": "auth-rejected"}),
    (dict(auth="454 4.7.0 No"), [], {"auth": "auth-temporary"}),
    (dict(auth="454 4.7.0 Too many login attempts"), [],
     {"auth": "rate-limited"}),
    (dict(greeting="421 Too many connections"), [],
     {"greeting": "rate-limited"}),
    ({}, ["-P", "x" * 9300], {"auth": "secret"}),
    (dict(auth="535 5.7.8 No"), ["--expect-rejected"], {}),
    ({}, ["--expect-rejected"], {"auth": "auth-accepted"}),
    (dict(mechs="GSSAPI"), [], {"auth": "mechanism"}),
    ({}, ["--require-mechanism=CRAM-MD5"], {"ehlo": "mechanism"}),
    ({}, ["--require-extension=DSN"], {"ehlo": "extension"}),
    (dict(tls="none"), ["--no-tls"], {"auth": "cleartext-refused"}),
    (dict(replies={"MAIL": "550 No"}), ["-f", USER], {"envelope": "sender"}),
    (dict(replies={"RCPT": "550 No"}), ["-f", USER, "--rcpt", USER],
     {"envelope": "recipient"}),
    (dict(auth="999 No"), [], {"auth": "protocol"}),
    ({}, ["-w", "auth=0", "-c", "tls=0"], {"tls": "slow", "auth": "slow"}),
    ({}, ["-c", "0"], {"total": "slow"}),
    (dict(stall="QUIT"), [], {"quit": "not finished"}),
    ({}, ["-D", "10000"], {"tls": "cert-expiring"}),
]


@pytest.mark.parametrize("server, args, marks", MARKS)
def test_marks(plugin, mail, server, args, marks):
    server = mail(**server)
    for env, sign in (({}, "<- "), (UTF8, "[\u2717\u2190] ")):
        text = on_terminal(plugin, *server.login, "-v", *args, env=env)
        found = {}
        for row in times(text):
            match = re.search(sign + "(.*)$", SGR.sub("", row))
            if match:
                found[SGR.sub("", row).split(" ")[0]] = match.group(1)
        assert found == marks, text


def test_colours(plugin, mail):
    def rows(*args):
        text = on_terminal(plugin, *mail(auth="535 5.7.8 No").login, "-v",
                           *args)
        return {SGR.sub("", x).split(" ")[0]: x for x in times(text)}

    drawn = rows()
    assert drawn["auth"].startswith("\x1b[31mauth")
    assert drawn["connect"].startswith("connect")
    assert rows("--on=auth-rejected=warning")["auth"].startswith(
        "\x1b[33mauth")
    assert rows("--on=auth-rejected=unknown")["auth"].startswith(
        "\x1b[35mauth")
    assert rows("--on=auth-rejected=ok")["auth"].startswith("auth")


def test_not_reached(plugin, mail):
    server = mail(greeting="554 No")
    text = on_terminal(plugin, *server.login, "-v", env={"NO_COLOR": "1"})
    rows = {x.split(" ")[0]: x for x in times(text)}
    for name in ("ehlo", "starttls", "tls", "auth"):
        assert re.fullmatch(name + r" +-", rows[name]), rows


def test_no_connection(plugin):
    text = on_terminal(plugin, "-H", HOST, "-I", "127.0.0.1", "-p", "1",
                       "-v", "-F", PROBE, env={"NO_COLOR": "1"})
    rows = {x.split(" ")[0]: x for x in times(text)}
    assert rows["connect"].endswith("<- connect")
    assert "127.0.0.1: Connection refused" in text
    assert "failed: " not in text, "the first line has it"


def test_nothing_from_outside_gets_its_escapes_through(plugin, mail):
    evil = "535 5.7.8 \x1b[31m\u202e\x9b| no"
    server = mail(auth=evil)
    text = on_terminal(plugin, *server.login, "-vv", env=UTF8)
    assert "\\x1b[31m" in text and "\\x7c" in text and is_drawn(text)
