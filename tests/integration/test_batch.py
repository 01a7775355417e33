"""Many checks in one run: what the file may say, what becomes of each check,
and what is said of all of them."""

import base64
import collections
import json
import re
import signal
import threading
import time

import pytest

import schema
import test_dialogues
from conftest import HOST, PASSWORD, PROBE, STATES, USER, plain
from smtp_server import Dialogue, Mail
from test_hostile import TLS_MESSAGES


# Options of the dialogues that take no value.
FLAGS = {"-s", "-S", "--no-tls", "--lmtp", "--allow-cleartext",
         "--allow-unverified", "--insecure"}


class Accounts(Mail):
    """A server that knows whose password is whose, with PLAIN."""

    def __init__(self, context, users, **more):
        super().__init__(context, mechs="PLAIN", **more)
        self.users = users

    def _auth(self, conn, words):
        _, user, password = base64.b64decode(words[2]).decode().split("\0")
        conn.send("235 2.7.0 Welcome" if self.users.get(user) == password
                  else "535 5.7.8 Authentication failed")
        return False


@pytest.fixture
def accounts(serve, ca):
    def start(**users):
        server = serve(Accounts(ca.context(), users or {USER: PASSWORD}))
        server.at = "%s:%d" % (HOST, server.port)
        return server

    return start


class Batch:
    """A file of sections, and its runs."""

    def __init__(self, plugin, path):
        self.plugin = plugin
        self.path = path
        self.text = ""
        self.env = {}
        self.mode = 0o600  # or it would be warned of

    def add_line(self, name, words):
        """A section of what is a command line with these words."""
        lines = ["[%s]" % name]
        words = iter(words)
        for word in words:
            flag = word.lstrip("-")
            if "=" in word or word in FLAGS:
                lines.append(flag)
            else:
                lines.append("%s=%s" % (flag, next(words)))
        self.text += "\n".join(lines) + "\n"

    def add(self, name, *options, **more):
        """add("alice", "starttls", port=25, ca_file=...)"""
        lines = ["[%s]" % name, *options]
        lines += ["%s = %s" % (key.replace("_", "-"), value)
                  for key, value in more.items()]
        self.text += "\n".join(lines) + "\n"
        return self

    def args(self, *args):
        self.path.write_text(self.text)
        self.path.chmod(self.mode)
        return ["--batch=%s" % self.path, *args]

    def run(self, *args, **more):
        return self.plugin.run(*self.args(*args), **more)

    def json(self, *args, **more):
        """name -> object, of JSON lines; and the exit code is the worst."""
        result = self.run("--output-format=json", *args, **more)
        out = {}
        for line in result.lines:
            data = json.loads(line)
            assert list(data)[0] == "name", line
            assert data["name"] not in out, line
            out[data["name"]] = data
        states = {data["state"] for data in out.values()}
        worst = [s for s in ("CRITICAL", "WARNING", "UNKNOWN", "OK")
                 if s in states]
        assert STATES[result.exit_code] == worst[0], result
        return out


@pytest.fixture
def batch(plugin, tmp_path):
    return Batch(plugin, tmp_path / "batch.ini")


def account(server, ca, **more):
    """The options of one account there."""
    return {"hostname": HOST, "ip-address": "127.0.0.1",
            "port": server.port, "fqdn": PROBE, "ca-file": ca.ca,
            "authuser": USER, "authpass": PASSWORD, **more}


def test_text(batch, mail, ca):
    server = mail()
    batch.add("check_smtp_auth", **account(server, ca))
    batch.add("alice").add("bob", authuser="bob@example.org")
    result = batch.run()
    assert result.exit_code == 0
    assert result.message == "2 of 2 checks ok"
    assert result.details == []
    assert {k: p.value for k, p in result.perfdata.items()
            if k != "time"} == {"checks": 2, "ok": 2, "warning": 0,
                                "critical": 0, "unknown": 0}
    result = batch.run("-v")
    assert [re.sub(r" in \d.*", "", line) for line in result.details] == [
        "OK alice: %s logged in with PLAIN over TLSv1.3 at %s"
        % (USER, server.at),
        "OK bob: bob@example.org logged in with PLAIN over TLSv1.3 at %s"
        % server.at]


def test_sections_defaults_and_the_command_line(batch, mail, ca):
    server = mail()
    batch.add("one", "no-tls", authuser="one")
    batch.add("check_smtp_auth", "ssl", **account(server, ca, port=1))
    batch.add("two", authuser="two", expect="nothing of the kind")
    out = batch.json("-p", server.port, "-S")
    assert {n: (d["user"], d["port"], d["condition"], d["tls"]["version"])
            for n, d in out.items()} == {
        "one": ("one", server.port, None, "TLSv1.3"),
        "two": ("two", server.port, "expect", "TLSv1.3")}


def test_a_faulty_section_is_one_check(batch, mail, ca):
    server = mail()
    good = account(server, ca)
    batch.add("check_smtp_auth", **good)
    batch.add("good")
    batch.add("word", "bogus = 1")
    batch.add("value", port="none")
    batch.add("run", "verbose")
    batch.add("both", "no-tls", "ssl")
    batch.add("last", authuser="last")
    out = batch.json()
    said = {n: d["message"] for n, d in out.items()
            if d["condition"] == "usage"}
    for d in out.values():
        assert d["condition"] in (None, "usage"), d
    where = " for %s at %s: " % (USER, server.at)
    assert said["word"] == "wrong options%s%s, line 11: not an option of " \
        "this program; see --help" % (where, batch.path)
    assert said["value"] == (
        "wrong options%s--port (line 13 of --batch): not a port; use 1 to 65535 or a "
        "service name (a password is given with --password-from)" % where)
    assert said["run"] == "wrong options%s%s, line 15: verbose is for the " \
        "whole run; give it on the command line" % (where, batch.path)
    assert "-s with --no-tls: give one of them" in said["both"]
    assert sorted(said) == ["both", "run", "value", "word"]


@pytest.mark.parametrize("text, fault", [
    ("", "FILE: no check in it; write a section for each"),
    ("[check_smtp_auth]\nport=1\n",
     "FILE: no check in it; write a section for each"),
    ("[a]\n[b]\n[a]\n", "FILE, line 3: there is a section [a] in line 1 "
     "already; give each a name of its own"),
    ("[check_smtp_auth]\n[a]\n[check_smtp_auth]\n",
     "FILE, line 3: there is a section [check_smtp_auth] in line 1 already; "
     "give each a name of its own"),
    ("[check_smtp_auth]\nparallel = 3\n[a]\n", "FILE, line 2: parallel is "
     "for the whole run; give it on the command line"),
    ("[a]\n[b\nport=1\n", "FILE, line 2: a section without its ']'"),
    ("port=1\n[a]\n", "FILE, line 1: text before the first section"),
])
def test_a_faulty_file_is_no_run(batch, text, fault):
    batch.text = text
    result = batch.run()
    assert result.first_line == "SMTP_AUTH UNKNOWN: wrong command line: --batch: " + \
        fault.replace("FILE", str(batch.path))
    assert result.exit_code == 3


def test_no_file(plugin, tmp_path):
    for path, fault in ((tmp_path / "none", "No such file or directory"),
                        (tmp_path, "Is a directory"),
                        ("/dev/null", "not a regular file: it is read "
                         "twice, so write it to one")):
        result = plugin.run("--batch=%s" % path)
        assert result.first_line == "SMTP_AUTH UNKNOWN: wrong command line: --batch: " \
            "%s: %s" % (path, fault)


def test_only_and_list(batch, mail, ca):
    server = mail()
    batch.add("check_smtp_auth", **account(server, ca))
    for name in ("mail!alice", "mail!bob", "shop"):
        batch.add(name)
    assert batch.run("--list").text == "mail!alice\nmail!bob\nshop\n"
    assert batch.run("--list", "--only=*b*").text == "mail!bob\n"
    assert json.loads(batch.run("--list=zabbix").text) == [
        {"{#CHECK}": "mail!alice", "{#HOST}": "mail", "{#SERVICE}": "alice"},
        {"{#CHECK}": "mail!bob", "{#HOST}": "mail", "{#SERVICE}": "bob"},
        {"{#CHECK}": "shop", "{#HOST}": HOST, "{#SERVICE}": "shop"}]
    assert sorted(batch.json("--only=mail!*", "--only=nothing")) == [
        "mail!alice", "mail!bob"]
    assert batch.run("--only=x").first_line == (
        "SMTP_AUTH UNKNOWN: wrong command line: --only: no name in %s matches; see --list"
        % batch.path)


def test_what_all_have_in_common_is_said_once(batch, tmp_path):
    batch.add("check_smtp_auth", hostname="127.0.0.1", port=1,
              authuser="u", authpass="x" * 8, ca_file=tmp_path / "none")
    for i in range(30):
        batch.add("c%02d" % i)
    result = batch.run()
    assert result.message == (
        "30 of 30 checks unknown: c00, c01, c02 and 27 more: wrong options "
        "for u at 127.0.0.1:1: --ca-file %s: No such file or directory"
        % (tmp_path / "none"))
    assert len(result.details) == 1


def test_each_its_own_secret(batch, accounts, ca, plugin, tmp_path):
    """One variable is shared; a command sees none of them."""
    server = accounts(**{name + "@x": "secret-" + name for name in "abcde"})
    for name in "abcde":
        plugin.secret("secret-" + name)
    base = account(server, ca)
    del base["authpass"], base["authuser"]
    batch.add("check_smtp_auth", **base)
    (tmp_path / "b").write_text("secret-b\n")
    (tmp_path / "b").chmod(0o600)
    batch.add("a", authuser="a@x", password_from="env:SECRET_A")
    batch.add("a2", authuser="a@x", password_from="env:SECRET_A")
    batch.add("b", authuser="b@x", password_from="file:%s" % (tmp_path / "b"))
    batch.add("c", authuser="c@x", password_from=(
        "cmd:env | grep -c SECRET_ >%s; echo secret-c" % (tmp_path / "seen")))
    batch.add("d", authuser="d@x", password_from="env:SECRET_D")
    batch.add("e", authuser="e@x", authpass="secret-e")
    batch.add("wrong", authuser="e@x", authpass="secret-a")
    batch.add("unset", authuser="e@x", password_from="env:SECRET_X")
    out = batch.json(env={"SECRET_A": "secret-a", "SECRET_D": "secret-d"})
    assert {n: d["condition"] for n, d in out.items()} == {
        "a": None, "a2": None, "b": None, "c": None, "d": None, "e": None,
        "wrong": "auth-rejected", "unset": "secret"}
    assert (tmp_path / "seen").read_text() == "0\n"


class Counting:
    """A server that counts how many are there at once."""

    def __init__(self, handler):
        self.handler = handler
        self.lock = threading.Lock()
        self.now = self.most = self.all = 0

    def __call__(self, conn):
        with self.lock:
            self.now += 1
            self.all += 1
            self.most = max(self.most, self.now)
        try:
            self.handler(conn)
        finally:
            with self.lock:
                self.now -= 1


def slowly(conn):
    """Greet only when a tenth of a second has passed."""
    time.sleep(0.1)
    conn.send("421 4.3.2 busy")


def test_per_host_holds(batch, serve):
    counting = Counting(slowly)
    server = serve(counting)
    batch.add("check_smtp_auth", hostname="127.0.0.1", port=server.port)
    for i in range(12):
        batch.add("c%d" % i)
    out = batch.json("--per-host=3")
    assert {d["condition"] for d in out.values()} == {"greeting"}
    assert counting.all == 12
    assert counting.most <= 3


def silence(conn):
    conn.stall()


def first_names(batch, count, *args):
    """Who comes first; the others are ended."""
    process = batch.plugin.start(*batch.args(
        "--output-format=json", "--run-timeout=300", "-t", 250, *args))
    names = [schema.read(process.stdout.readline())["name"]
             for _ in range(count)]
    process.send_signal(signal.SIGTERM)
    rest, err = process.communicate(timeout=60)
    assert err == b""
    return names, [schema.read(line)["name"] for line in rest.splitlines()]


def test_one_that_hangs_holds_up_no_other(batch, mail, ca, serve):
    """A server that says nothing, and commands that do nothing."""
    server, dead = mail(), serve(silence)
    batch.add("check_smtp_auth", **account(server, ca))
    for i in range(10):
        batch.add("hangs %d" % i, port=dead.port)
        batch.add("sleeps %d" % i, password_from="cmd:exec sleep 600")
    for i in range(10):
        batch.add("good %d" % i)
    names, rest = first_names(batch, 10, "--per-host=20")
    assert {n.split()[0] for n in names} == {"good"}
    assert sorted(n.split()[0] for n in rest) == (
        ["hangs"] * 10 + ["sleeps"] * 10)


def test_the_time_of_the_run(batch, mail, ca, serve):
    dead = serve(silence)
    batch.add("check_smtp_auth", hostname="127.0.0.1", port=dead.port,
              authuser="u", authpass="x" * 8)
    for i in range(6):
        batch.add("c%d" % i)
    batch.add("own", port=serve(silence).port, timeout=0.5)
    out = batch.json("--run-timeout=2", "--per-host=2")
    assert {d["condition"] for d in out.values()} == {"timeout"}
    messages = sorted(d["message"] for d in out.values())
    at = " for u at 127.0.0.1:%d" % dead.port
    assert messages[0] == (
        "timeout after 0.5 s waiting for the greeting for u at 127.0.0.1:%s"
        % out["own"]["port"])
    assert messages[1:5] == [
        "timeout of the whole run before it began" + at] * 4
    assert messages[5:] == [
        "timeout waiting for the greeting, at the end of the whole run,"
        + at] * 2


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT,
                                    signal.SIGHUP])
def test_signal(batch, mail, ca, serve, plugin, number):
    """What is known is told, whole lines only."""
    server, dead = mail(), serve(silence)
    batch.add("check_smtp_auth", **account(server, ca))
    batch.add("hangs", port=dead.port)
    batch.add("waits", port=dead.port)
    for i in range(5):
        batch.add("good %d" % i)
    process = plugin.start(*batch.args("--output-format=json", "--per-host=1"))
    lines = [process.stdout.readline() for _ in range(5)]
    assert {schema.read(line)["state"] for line in lines} == {"OK"}
    dead.wait_for("stalled")
    process.send_signal(number)
    rest, err = process.communicate(timeout=30)
    assert err == b""
    out = {d["name"]: d for d in map(schema.read, rest.splitlines())}
    name = number.name
    at = " for %s at %s:%d" % (USER, HOST, dead.port)
    assert {n: (d["condition"], d["message"]) for n, d in out.items()} == {
        "hangs": ("internal", "internal error (%s while waiting for the "
                  "greeting)%s" % (name, at)),
        "waits": ("internal",
                  "internal error (%s before it began)%s" % (name, at))}
    assert process.returncode == 3


def test_file(batch, accounts, ca, tmp_path):
    server = accounts()
    batch.add("check_smtp_auth", **account(server, ca))
    batch.add("a").add("b", authpass="wrong password")
    page = tmp_path / "out.json"
    result = batch.run("--output-format=json", "--output-file=%s" % page)
    assert result.message.startswith("1 of 2 checks critical, 1 ok: b: ")
    assert sorted(schema.read(line)["name"]
                  for line in page.read_text().splitlines()) == ["a", "b"]
    assert [p.name for p in tmp_path.iterdir() if p.name[0] == "."] == []
    result = batch.run("--output-format=json",
                       "--output-file=%s" % (tmp_path / "no" / "file"))
    assert result.message.startswith(
        "cannot write %s: No such file or directory; 1 of 2 checks critical"
        % (tmp_path / "no" / "file"))


def test_openmetrics(batch, accounts, ca):
    server = accounts()
    batch.add("check_smtp_auth", **account(server, ca))
    batch.add('a "x"').add("b", authpass="wrong password")
    text = batch.run("--output-format=openmetrics").text
    labels = 'check="%s",host="{}",port="{}",user="{}"'.format(
        HOST, server.port, USER)
    assert "smtp_auth_state{%s} 0\n" % (labels % 'a \\"x\\"') in text
    assert "smtp_auth_state{%s} 2\n" % (labels % "b") in text
    assert 'smtp_auth_condition{%s,condition="auth-rejected"} 1\n' % (
        labels % "b") in text
    assert 'smtp_auth_checked_timestamp_seconds{%s} ' % (labels % "b") in text
    assert re.findall(r'smtp_auth_info\{%s,mechanism="PLAIN",tls_version='
                      r'"TLSv1\.\d"\} 1\n' % (labels % "b"), text)
    assert len(re.findall(r'smtp_auth_phase_seconds\{check="b",[^}]*\}',
                          text)) == 8
    assert text.endswith("\n# EOF\n")
    from prometheus_client.openmetrics.parser import \
        text_string_to_metric_families
    families = list(text_string_to_metric_families(text))
    assert [f.name for f in families] == ["smtp_auth_" + name for name in (
        "state", "up", "condition", "phase_seconds", "duration_seconds",
        "certificate_not_after_timestamp_seconds",
        "token_expiry_timestamp_seconds", "credential_end_timestamp_seconds",
        "held_back", "next_try_timestamp_seconds",
        "checked_timestamp_seconds", "info")]


def test_quiet(batch, accounts, ca):
    server = accounts()
    batch.add("check_smtp_auth", **account(server, ca)).add("a")
    result = batch.run("--quiet")
    assert result.text == ""
    batch.add("b", authpass="wrong password")
    assert batch.run("--quiet").exit_code == 2


def test_descriptors_are_few(batch, mail, ca, serve):
    """As many at a time as there are descriptors for, and no more."""
    server = mail()
    batch.add("check_smtp_auth", **account(server, ca))
    for i in range(60):
        batch.add("c%d" % i, *(["password-from = cmd:echo '%s'" % PASSWORD]
                               if i % 2 else []))
    out = batch.json("--parallel=1000", "--per-host=1000", wrapper=[
        "sh", "-c", 'ulimit -n 64; exec "$@"', "sh"])
    assert {d["condition"] for d in out.values()} == {None}


def test_a_peer_that_never_lets_go_holds_up_no_other(batch, mail, ca, serve):
    """OpenSSL takes KeyUpdates as long as there are any."""
    handler, _ = TLS_MESSAGES["KeyUpdates without end that want one"]
    server, rude = mail(), serve(lambda conn: handler(conn, ca))
    batch.add("check_smtp_auth", **account(server, ca))
    batch.add("rude", "ssl", port=rude.port)
    for i in range(10):
        batch.add("good %d" % i)
    names, rest = first_names(batch, 10)
    assert {n.split()[0] for n in names} == {"good"}
    assert rest == ["rude"]


TIMES = {"time", "phases", "port", "address", "message", "conditions",
         "name", "token_ttl"}


def without_times(data, port):
    """What does not depend on clock and port."""
    out = {k: v for k, v in data.items() if k not in TIMES}
    said = [data["message"]] + [
        "%(condition)s %(state)s %(message)s" % c for c in data["conditions"]]
    out["said"] = [re.sub(r"\d+\.\d{3} s", "N s", s.replace(
        ":%d" % port, ":PORT")) for s in said]
    # QUIT's reply is waited for by the clock.
    out["phases"] = {k: v is None for k, v in data["phases"].items()
                     if k != "quit"}
    return out


@pytest.mark.parametrize("part", [
    0, *(pytest.param(n, marks=pytest.mark.long) for n in (1, 2))])
def test_dialogues_side_by_side(batch, plugin, serve, ca, part):
    """Each dialogue alone, and all of them in one batch: the same answers,
    and the same bytes on the wire."""
    alone, servers = {}, {}
    for path in test_dialogues.FILES[part::3]:
        sessions = []
        for _ in range(2):
            dialogue = Dialogue(str(path))
            unverified = (dialogue.is_set("unverified") or
                          dialogue.is_set("allow-unverified"))
            dialogue.context = ca.context(
                ca.stranger if unverified else ca.good)
            server = serve(dialogue)
            dialogue.host, dialogue.port = HOST, server.port
            sessions.append((dialogue, server))
        (dialogue, server), servers[path.name] = sessions
        secret = [dialogue.settings[kind] for kind in ("password", "token")
                  if kind in dialogue.settings]
        for text in secret:
            plugin.secret(text)
        data = plugin.json(
            *test_dialogues.arguments(dialogue, server.port, ca.ca),
            env={"CHECK_SECRET": secret[0]} if secret else {})
        alone[path.name] = (without_times(data, server.port),
                            server.transcript())
        dialogue, server = servers[path.name]
        variable = "SECRET_%d" % len(alone)
        batch.add_line(path.name, [
            str(arg).replace("CHECK_SECRET", variable) for arg in
            test_dialogues.arguments(dialogue, server.port, ca.ca)])
        if secret:
            batch.env[variable] = secret[0]
    out = batch.json(env=batch.env)
    assert sorted(out) == sorted(alone)
    for name, (data, lines) in alone.items():
        server = servers[name][1]
        assert without_times(out[name], server.port) == data, name
        heard = server.transcript()
        if "scram" in name:  # nonces, and what is made of them
            heard, lines = [[re.sub(r"[A-Za-z0-9+/=]{24,}", "...", x)
                             for x in y] for y in (heard, lines)]
        # What is said when the server hangs up depends on who is first.
        assert heard == lines or [
            x for x in heard if x != "QUIT"] == [
            x for x in lines if x != "QUIT"], name


def test_ask_is_usage(batch):
    batch.add("a", hostname=HOST, port=587, authuser=USER, password_from="ask")
    data = batch.json()["a"]
    assert data["condition"] == "usage"
    assert data["message"] == (
        "wrong options for %s at %s:587: ask: nobody is asked in a batch; use "
        "another source, such as file:PATH" % (USER, HOST))


@pytest.mark.parametrize("mode, option, value, warned", [
    (0o644, "authpass", PASSWORD, 1),
    (0o644, "password_from", "pass:" + PASSWORD, 1),
    (0o644, "password_from", "env:NOT_THERE", 0),
    (0o640, "authpass", PASSWORD, 0)])
@pytest.mark.parametrize("section", ["a", "check_smtp_auth"])
def test_file_that_others_may_read(batch, section, mode, option, value, warned):
    """Once for all checks, and in the text alone."""
    batch.add(section, **{option: value})
    batch.add("b").add("c", port="nosuch")
    batch.mode = mode
    line = ("warning: others may read %s, which holds a secret: chmod o-r it" %
            batch.path)
    assert batch.run().details.count(line) == warned
    assert "others may read" not in str(batch.json())


# The guard ------------------------------------------------------------------

def test_guard(batch, accounts, ca, tmp_path):
    """Each of many is held back when it would be alone."""
    users = ["user%d@example.org" % i for i in range(12)]
    server = accounts()
    batch.add("check_smtp_auth", "guard", **account(server, ca))
    for user in users:
        batch.add(user, authuser=user)
    batch.add("good")
    for run in range(1, 5):
        # A digest for each, one after the other.
        told = batch.json("--state-dir=%s" % (tmp_path / "state"), "-t", "60",
                          "--run-timeout=120", timeout=180)
        assert told.pop("good")["state"] == "OK"
        assert len(told) == len(users)
        for data in told.values():
            assert data["condition"] == "auth-rejected"
            assert data["held_back"] is (run == 4)
    sent = [line for conn in server.connections for line in conn.transcript()
            if line.startswith("AUTH")]
    assert len(sent) == 3 * len(users) + 4
    assert len(list((tmp_path / "state").glob("*.guard"))) == len(users)


def test_guard_on_a_page(batch, plugin, accounts, ca, tmp_path):
    """Each account has the series that it has alone."""
    base = account(accounts(), ca)
    del base["authuser"]
    batch.add("check_smtp_auth", "guard=1/3600", **base)
    users = {"good": USER, "bad": "bad@example.org"}
    for name, user in users.items():
        batch.add(name, authuser=user)
    options = ["--state-dir=%s" % (tmp_path / "state"),
               "--output-format=openmetrics"]
    batch.run(*options)
    page = batch.run(*options).text
    for name, user in users.items():
        alone = plugin.run(
            *("--%s=%s" % option for option in base.items()), "-U", user,
            "--guard=1/3600", *options).text
        label = '{check="%s",' % name
        series = [line.replace(label, "{") for line in page.splitlines()
                  if label in line]
        # How long it took, and when that was.
        times = re.compile(r"(_seconds\{.*\}) \d+\.\d+$|"
                           r"(checked_timestamp_seconds\{.*\}) \d+$", re.M)
        assert times.sub(r"\1\2", "\n".join(series)) == times.sub(
            r"\1\2", re.sub(r"(?m)^#.*\n", "", alone).strip())
        assert len([line for line in series if re.match(
            "smtp_auth_(held_back.* 1$|next_try)", line)]) == (
            2 if name == "bad" else 0)


@pytest.mark.long
def test_guard_of_thousands(batch, plugin, accounts, ca, tmp_path):
    """Two runs at once with one folder: no login is tried more often than it
    may be, and none waits for another's."""
    users = {"user%d@example.org" % i: PASSWORD for i in range(2000)}
    bad = [user for i, user in enumerate(users) if i % 20 == 7]
    server = accounts(**{**users, **dict.fromkeys(bad, "another")})
    batch.add("check_smtp_auth", "guard=3/86400", **account(server, ca))
    for user in users:
        batch.add(user, authuser=user)
    state = tmp_path / "state"
    args = batch.args("--state-dir=%s" % state, "--output-format=json",
                      "--per-host=20", "-t", "100", "--run-timeout=400")

    def run_both():
        both = [plugin.start(*args) for _ in range(2)]
        for process in both:
            lines = plugin.finish(process, timeout=500).lines
            told = {data["name"]: data for data in map(json.loads, lines)}
            assert set(told) == set(users)
            assert {told[user]["condition"] for user in bad} == {
                "auth-rejected"}
            assert all(data["state"] == "OK" for user, data in told.items()
                       if user not in bad)
            yield sum(told[user]["held_back"] for user in bad)

    assert sum(run_both()) == 0
    # The third try is one of the two's.
    assert sum(run_both()) == len(bad)
    logins = collections.Counter(
        line.split()[2] for conn in server.connections
        for line in conn.transcript() if line.startswith("AUTH "))
    assert {logins[plain(user, PASSWORD)] for user in bad} == {3}
    endings = collections.Counter(path.suffix for path in state.iterdir())
    assert endings == {".lock": len(users), ".guard": len(bad)}


@pytest.mark.not_under_asan
def test_guard_without_memory(batch, accounts, ca, tmp_path):
    """The others are checked all the same."""
    server = accounts()
    state = "--state-dir=%s" % (tmp_path / "state")
    batch.add("check_smtp_auth", "guard", **account(server, ca))
    batch.add("good").add("bad", authuser="bad@example.org")
    batch.json(state)
    told = batch.json(
        state, wrapper=["prlimit", "--data=%d" % (16 << 20)])
    assert told["good"]["state"] == "OK"
    assert told["bad"]["condition"] == "internal"
    assert "out of memory" in told["bad"]["message"]


def test_guard_at_the_deadline(batch, accounts, ca, tmp_path):
    """Digests that nobody waits for any more are let go, and the check says
    where it was."""
    server = accounts()
    state = tmp_path / "state"
    batch.add("check_smtp_auth", "guard=1/3600", timeout=0.3,
              **account(server, ca, authuser="bad@example.org"))
    batch.add("first", timeout=10)
    batch.json("--state-dir=%s" % state)
    # The same is known of it at ports where nobody is.
    noted, = state.glob("*.guard")
    for port in range(1, 101):
        login = "%s,%d,bad@example.org" % (HOST, port)
        path = state / (login + ".guard")
        path.write_text(noted.read_text().replace(noted.stem, login, 1))
        path.chmod(0o600)
        batch.add("port %d" % port, port=port)
    told = batch.json("--state-dir=%s" % state)
    assert told.pop("first")["held_back"] is True
    assert len(told) == 100
    late = [data for data in told.values() if data["condition"] == "timeout"]
    for data in late:
        assert data["message"].startswith(
            "timeout after 0.3 s computing the digest of the secret")
    assert late
    assert all(data["condition"] == "connect" for data in told.values()
               if data not in late)
