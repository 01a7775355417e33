"""Where secrets come from, and that they stay where they belong."""

import os
import re
import subprocess

import pytest

from conftest import HOST, PASSWORD, USER, matches, plain

SECRET = "s3cret of alice"


def secret_args(server, source, kind="password"):
    return [*server.args, "-U", USER, "--%s-from=%s" % (kind, source)]


def logged_in(server, password=SECRET):
    assert "AUTH PLAIN " + plain(USER, password) in server.transcript()


@pytest.fixture(autouse=True)
def register(plugin):
    plugin.secret(SECRET)


# Sources --------------------------------------------------------------------

def test_command_line(plugin, mail):
    server = mail()
    args = [*server.args, "-U", USER, "-P", SECRET]
    assert plugin.run(*args).state == "OK"
    logged_in(server)


@pytest.mark.parametrize("source", ["pass:" + SECRET, "stdin", "env:MY_PW"])
def test_simple_source(plugin, mail, source):
    server = mail()
    result = plugin.run(*secret_args(server, source), stdin=SECRET + "\n",
                        env={"MY_PW": SECRET})
    assert result.state == "OK", result
    logged_in(server)


def test_file(plugin, mail, tmp_path):
    path = tmp_path / "secret"
    path.write_text(SECRET + "\n")
    path.chmod(0o600)
    server = mail()
    result = plugin.run(*secret_args(server, "file:%s" % path))
    assert result.state == "OK"
    assert str(path) not in result.text
    logged_in(server)


def test_file_that_others_may_read(plugin, mail, tmp_path):
    path = tmp_path / "secret"
    path.write_text(SECRET + "\n")
    path.chmod(0o644)
    server = mail()
    result = plugin.run(*secret_args(server, "file:%s" % path))
    assert result.state == "OK"
    assert "others may read" in "\n".join(result.details), "no warning"
    logged_in(server)


def test_descriptor(plugin, mail):
    server = mail()
    out, into = os.pipe()
    os.write(into, (SECRET + "\n").encode())
    os.close(into)
    try:
        result = plugin.run(*secret_args(server, "fd:%d" % out),
                            pass_fds=[out])
    finally:
        os.close(out)
    assert result.state == "OK", result
    logged_in(server)


def test_command(plugin, mail):
    server = mail()
    result = plugin.run(*secret_args(server, "cmd:echo '%s'" % SECRET))
    assert result.state == "OK", result
    logged_in(server)


def test_systemd_credential(plugin, mail, tmp_path):
    (tmp_path / "mailpw").write_text(SECRET)
    server = mail()
    result = plugin.run(*secret_args(server, "cred:mailpw"),
                        env={"CREDENTIALS_DIRECTORY": str(tmp_path)})
    assert result.state == "OK", result
    logged_in(server)


@pytest.mark.parametrize("name", ["../mailpw", "a/b", "..", ""])
def test_credential_stays_in_its_directory(plugin, mail, tmp_path, name):
    (tmp_path / "mailpw").write_text(SECRET)
    (tmp_path / "d").mkdir()
    server = mail()
    result = plugin.run(*secret_args(server, "cred:" + name),
                        env={"CREDENTIALS_DIRECTORY": str(tmp_path / "d")})
    assert result.state == "UNKNOWN"
    assert server.done() == []


@pytest.mark.parametrize("content, password", [
    (SECRET + "\n", SECRET), (SECRET + "\r\n", SECRET), (SECRET, SECRET),
    (SECRET + "\r\r\n", SECRET + "\r"), (SECRET + "\nsecond\n", SECRET),
    (" " + SECRET + " \n", " " + SECRET + " "),
    (SECRET + "\t\n", SECRET + "\t"), (SECRET + "\xe4\n", SECRET + "\xe4")])
@pytest.mark.parametrize("source", ["file", "stdin", "cmd"])
def test_first_line_untrimmed(plugin, mail, tmp_path, content, password,
                              source):
    path = tmp_path / "secret"
    path.write_bytes(content.encode())
    path.chmod(0o600)
    server = mail()
    arg = {"file": "file:%s" % path, "stdin": "stdin",
           "cmd": "cmd:cat %s" % path}[source]
    result = plugin.run(*secret_args(server, arg),
                        stdin=content.encode())
    assert result.state == "OK", result
    logged_in(server, password)


# No secret ------------------------------------------------------------------

@pytest.mark.parametrize("source, quoted", [
    ("file:/nonexistent/secret", "/nonexistent/secret"),
    ("file:/", "/"),
    ("env:NOT_SET", "NOT_SET"),
    ("fd:77", "77"),
    ("cred:nothing", "nothing"),
    ("cmd:exit 3", "3"),
    ("cmd:echo %s; exit 1" % SECRET, "1"),
    ("cmd:kill -9 $$", ""),
    ("cmd:echo 'vault is sealed' >&2; exit 2", "vault is sealed"),
    ("cmd:echo a >&2; echo 'the | last\033[1m' >&2; exit 2",
     r"the \x7c last\x1b[1m"),
])
def test_unreadable(plugin, mail, source, quoted):
    server = mail()
    result = plugin.run(*secret_args(server, source))
    assert result.state == "UNKNOWN", result
    matches("no secret for %s: .*%s.*" % (server.who, re.escape(quoted)),
            result.message)
    # Nothing was begun, for a secret comes first.
    assert server.done() == []
    assert result.perfdata["time"].value == "U"


@pytest.mark.parametrize("args, env", [
    (["-P", ""], {}), (["--password-from=pass:"], {}),
    (["--password-from=stdin"], {}),
    (["--password-from=env:EMPTY"], {"EMPTY": ""}),
    (["--password-from=cmd:true"], {}),
    (["--password-from=file:/dev/null"], {})])
def test_empty(plugin, mail, args, env):
    server = mail()
    data = plugin.json(*server.args, "-U", USER, *args, env=env, stdin="")
    assert data["condition"] == "secret" and data["state"] == "UNKNOWN"
    assert data["login"] == "not-tried"
    assert server.done() == []


@pytest.mark.parametrize("source", ["nothing", "fd:x", "fd:-1", "env:", "x:y",
                                    "file", "stdin:x"])
def test_source_that_is_none(plugin, mail, source):
    server = mail()
    result = plugin.run(*secret_args(server, source))
    assert result.state == "UNKNOWN"
    matches("(wrong command line|no secret) for %s: .*" % server.who, result.message)
    assert server.done() == []


# Hanging sources ------------------------------------------------------------

def test_hanging_command_is_killed(plugin, mail, tmp_path):
    fifo = tmp_path / "fifo"
    os.mkfifo(fifo)
    server = mail()
    process = plugin.start(*secret_args(
        server, "cmd:exec 9>%s; sleep 1000 & sleep 1000" % fifo), "-t", "1")
    with open(fifo, "rb") as f:
        result = plugin.finish(process)
        # The end of the file comes when no child holds it any more.
        assert f.read() == b""
    assert result.state == "CRITICAL"
    assert result.message == (
        "timeout after 1 s reading the secret for " + server.who)
    assert server.done() == []


def test_hanging_stdin(plugin, mail):
    server = mail()
    process = plugin.start(*secret_args(server, "stdin"), "-t", "1:unknown",
                           stdin=subprocess.PIPE)
    # The pipe stays open and empty until the plugin has ended.
    process.wait(60)
    result = plugin.finish(process)
    assert result.state == "UNKNOWN"
    assert result.message == (
        "timeout after 1 s reading the secret for " + server.who)


def test_hanging_fifo(plugin, mail, tmp_path):
    """Opening it blocks outside of the loop."""
    fifo = tmp_path / "fifo"
    os.mkfifo(fifo)
    server = mail()
    result = plugin.run(*secret_args(server, "file:%s" % fifo), "-t", "1")
    assert result.state == "CRITICAL"
    assert result.message == (
        "timeout after 1 s reading the secret for " + server.who)


def test_command_that_leaves_a_child_behind(plugin, mail):
    """It is done when the shell has exited, whoever holds its output."""
    server = mail()
    result = plugin.run(*secret_args(
        server, "cmd:sleep 1000 & echo '%s'" % SECRET))
    assert result.state == "OK", result
    logged_in(server)


# What others can see --------------------------------------------------------

def proc(process, what):
    with open("/proc/%d/%s" % (process.pid, what), "rb") as f:
        return f.read()


@pytest.mark.parametrize("args", [
    ["-P", SECRET], ["-P" + SECRET], ["--authpass", SECRET],
    ["--authpass=" + SECRET], ["--password-from=pass:" + SECRET],
    ["--password-from", "pass:" + SECRET]])
@pytest.mark.parametrize("stall", ["greeting", "response"])
def test_not_in_the_process_list(plugin, mail, args, stall):
    server = mail(stall=stall, mechs="LOGIN")
    process = plugin.start(*server.args, "-U", USER, *args, "-t", "20")
    server.wait_for("stalled")
    line = proc(process, "cmdline")
    process.terminate()
    plugin.finish(process)
    assert b"check_smtp_auth" in line
    assert b"s3cret" not in line


def test_not_in_the_environment(plugin, mail):
    server = mail(stall="greeting")
    process = plugin.start(*secret_args(server, "env:MY_PW"), "-t", "20",
                           env={"MY_PW": SECRET, "OTHER": "kept"})
    server.wait_for("stalled")
    try:
        environ = proc(process, "environ")
    except PermissionError:  # not even ours to read: better still
        environ = b""
    process.terminate()
    plugin.finish(process)
    assert SECRET.encode() not in environ


def test_core_dumps_are_off(plugin, mail):
    server = mail(stall="greeting")
    process = plugin.start(*server.login, "-t", "20")
    server.wait_for("stalled")
    limits = proc(process, "limits").decode()
    process.terminate()
    plugin.finish(process)
    matches(r"Max core file size\s+0\s+0\s+.*",
            [x for x in limits.splitlines() if "core file" in x][0])


def test_child_has_three_descriptors(plugin, mail, tmp_path):
    out, into = os.pipe()
    seen = tmp_path / "seen"
    server = mail()
    try:
        result = plugin.run(*secret_args(
            server, "cmd:open=; for f in /proc/$$/fd/*; do "
            '[ -e "$f" ] && open="$open ${f##*/}"; done; '
            "echo $open > %s; readlink /proc/$$/fd/0 >> %s; "
            "echo '%s'" % (seen, seen, SECRET)), pass_fds=[out, into])
    finally:
        os.close(out)
        os.close(into)
    assert result.state == "OK", result
    assert seen.read_text().split() == ["0", "1", "2", "/dev/null"]


def test_child_inherits_no_secret(plugin, mail, tmp_path):
    """The source given last wins, and the first one's value is a secret all
    the same."""
    seen = tmp_path / "seen"
    server = mail()
    process = plugin.start(
        *secret_args(server, "env:MY_PW"),
        "--password-from=cmd:env > %s; echo '%s'" % (seen, SECRET),
        env={"MY_PW": "another s3cret", "KEPT": "yes"})
    plugin.finish(process)
    if seen.exists():
        assert "KEPT=yes" in seen.read_text()
        assert "another s3cret" not in seen.read_text()


def test_environment_of_the_child_is_kept(plugin, mail, tmp_path):
    seen = tmp_path / "seen"
    server = mail()
    plugin.run(*secret_args(
        server, "cmd:env > %s; echo '%s'" % (seen, SECRET)),
        env={"VAULT_ADDR": "https://vault.example.org",
             "TZ": "Europe/Berlin"})
    kept = seen.read_text().splitlines()
    assert "VAULT_ADDR=https://vault.example.org" in kept
    assert "TZ=Europe/Berlin" in kept
    logged_in(server)


def test_secret_in_a_bad_option_is_not_quoted(plugin):
    result = plugin.run("-H", "mail.example.org", "-U", USER,
                        "--password-from=" + SECRET)
    assert result.state == "UNKNOWN"


@pytest.mark.parametrize("output", ["text", "json", "openmetrics"])
@pytest.mark.parametrize("words", [
    ["-P", "my", "s3cret", "-H", HOST], ["-H", HOST, "-P", "my", "s3cret"],
    ["-P", "my", "s3cret", "s3cret2", "s3cret3", HOST],
    ["-P", "my", "s3cret2!", HOST], ["-P", "my", HOST, "s3cret"],
    ["--password-from=pass:my", "s3cret", "-H", HOST]])
def test_a_secret_that_lost_its_quotes(plugin, words, output):
    """What its blanks part from it is not told as a host."""
    plugin.secret("s3cret")
    result = plugin.run("-U", USER, *words, "--output-format=" + output)
    assert result.exit_code == 3
    assert any(x in result.text for x in (
        "wrong command line", 'condition="usage"'))


def test_hint_about_rejection_quotes_nothing(plugin, mail):
    server = mail(auth="535 5.7.8 no")
    result = plugin.run(*server.login, "-vvv")
    assert PASSWORD not in result.text


# --extra-opts ---------------------------------------------------------------

def test_extra_opts(plugin, mail, tmp_path):
    ini = tmp_path / "plugins.ini"
    ini.write_text("[other]\nauthpass=wrong\n[mail]\nauthuser=%s\n"
                   "authpass=%s\n" % (USER, SECRET))
    ini.chmod(0o600)
    server = mail()
    result = plugin.run("--extra-opts=mail@%s" % ini, *server.args)
    assert result.state == "OK", result
    logged_in(server)


@pytest.mark.parametrize("section", ["check_smtp_auth", "check_smtp"])
def test_extra_opts_default_section(plugin, mail, tmp_path, section):
    ini = tmp_path / "plugins.ini"
    ini.write_text("[%s]\nauthuser=%s\nauthpass=%s\n" % (
        section, USER, SECRET))
    server = mail()
    result = plugin.run(*server.args, "--extra-opts",
                        env={"MP_CONFIG_FILE": str(ini)})
    assert result.state == "OK", result
    logged_in(server)


@pytest.mark.parametrize("value", ["mail@/nonexistent", "absent@{ini}"])
def test_extra_opts_that_are_not_there(plugin, mail, tmp_path, value):
    ini = tmp_path / "plugins.ini"
    ini.write_text("[mail]\nauthuser=x\n")
    server = mail()
    result = plugin.run("--extra-opts=" + value.format(ini=ini), *server.args)
    assert result.state == "UNKNOWN"
    assert result.message.startswith("wrong command line")
    assert server.done() == []


# A server that shows a piece of it ------------------------------------------

WITHHELD = "[withheld: holds the secret]"


@pytest.mark.parametrize("more", [[], ["-vvv"], ["--output-format=json"]])
@pytest.mark.parametrize("echo", [
    plain(USER, PASSWORD)[:30], plain(USER, PASSWORD)[-12:], PASSWORD[:-3],
    PASSWORD[3:], PASSWORD.upper(), "<%s>" % PASSWORD[4:10].swapcase()])
def test_echoed_piece_is_withheld(plugin, mail, echo, more):
    plugin.secret(echo)
    server = mail(auth="535 5.7.8 no " + echo, mechs="PLAIN")
    result = plugin.run(*server.login, *more)
    assert "rejected" in result.text and WITHHELD in result.text


def test_who_and_where_are_told_though_the_password_is_like_them(plugin, mail):
    """Only what comes from outside is withheld."""
    server = mail(auth="535 5.7.8 not " + USER, mechs="PLAIN")
    for password in (USER + "1", HOST + "!1"):
        plugin.secret(password)
        result = plugin.run(*server.args, "-U", USER, "-P", password, "-vv")
        matches("login of %s rejected at %s: 535 .*" % (USER, server.at),
                result.message)


# What is not even sent ------------------------------------------------------

JSON = '{"access_token": "ya29.a-t0ken", "refresh_token": "1//refr3sh"}'


@pytest.mark.parametrize("kind, secret, words", [
    ("token", JSON, r"the token is JSON, not a token: .*access_token.*jq.*"),
    ("token", "{\n" + JSON[1:], "the token is JSON, not a token: .*"),
    ("token", "access_token=ya29.a-t0ken", "the token holds a character .*"),
    ("token", "<html>no t0ken</html>", "the token holds a character .*"),
    ("token", "$_HOSTTOKEN_OF_ALICE$", "the token is a macro .*"),
    ("password", "$ARG3$", "the password is a macro .*"),
    ("password", "$USER5$", "the password is a macro .*"),
    ("password", "$smtp_password$", "the password is a macro .*")])
def test_refused(plugin, mail, kind, secret, words):
    server = mail(mechs="PLAIN XOAUTH2")
    for part in (secret, "ya29.a-t0ken", "1//refr3sh"):
        plugin.secret(part)
    args = secret_args(server, "stdin", kind)
    for more in ([], ["-vvv"], ["--output-format=openmetrics"]):
        result = plugin.run(*args, *more, stdin=secret)
        assert result.exit_code == 3, result
    result = plugin.run(*args, "-v", stdin=secret)
    matches("no secret for %s: %s" % (server.who, words), result.message)
    assert not [x for x in result.details if "warning" in x]
    data = plugin.json(*args, stdin=secret)
    assert data["condition"] == "secret" and data["login"] == "not-tried"
    assert server.done() == []


@pytest.mark.parametrize("password", [
    " " + SECRET + " ", "$ecret of alice$", "'%s'" % SECRET,
    '{"access_token": 7}', "ya29.a-t0ken"])
def test_odd_password_is_sent(plugin, mail, password):
    plugin.secret(password)
    server = mail()
    result = plugin.run(*secret_args(server, "stdin"), stdin=password)
    assert result.state == "OK", result
    logged_in(server, password)


def test_password_that_is_no_utf8(plugin, mail, tmp_path):
    path = tmp_path / "secret"
    path.write_bytes("paßwort\n".encode("latin-1"))
    path.chmod(0o600)
    words = ("the password is not UTF-8, as PLAIN wants it (RFC 4616): save "
             "its file as UTF-8")
    server = mail()
    result = plugin.run(*secret_args(server, "file:%s" % path), "-v")
    assert result.state == "OK" and "warning: " + words in result.details
    server = mail(auth="535 5.7.8 Nobody knows this one")
    result = plugin.run(*secret_args(server, "file:%s" % path))
    assert result.state == "CRITICAL" and result.details[0] == words


@pytest.mark.parametrize("mode, option, warned", [
    (0o644, "authpass=%s", True),
    (0o644, "password-from=pass:%s", True),
    (0o600, "authpass=%s", False),
    (0o640, "authpass=%s", False),
    (0o644, "password-from=env:WORD\n# %s", False)])
def test_extra_opts_that_others_may_read(plugin, mail, tmp_path, mode, option,
                                         warned):
    ini = tmp_path / "readable.ini"
    ini.write_text("[check_smtp_auth]\n%s\n" % (option % PASSWORD))
    ini.chmod(mode)
    server = mail()
    result = plugin.run(*server.args, "-U", USER, "--extra-opts=@%s" % ini,
                        env={"WORD": PASSWORD})
    assert result.state == "OK", result
    told = "warning: others may read %s, which holds a secret" % ini
    assert any(told in line for line in result.details) == warned, result
