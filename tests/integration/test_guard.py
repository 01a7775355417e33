"""--guard: a secret that was refused is not sent again and again."""

import concurrent.futures
import os
import re
import stat
import time

import pytest

import postfix_server
from conftest import HOST, PASSWORD, USER, matches, spoil
from guard_memory import Memory

NO = "535 5.7.8 Error: authentication failed"
HELD = (r"login of %s rejected at \S+: %s \(not sent again: refused 3 times "
        r"since \d\d:\d\d; next try \d\d:\d\d UTC\)")


@pytest.fixture
def memory(tmp_path):
    return Memory(tmp_path / "state")


def sent(server):
    """How many times a login was tried."""
    return sum(line.startswith("AUTH") for conn in server.connections
               for line in conn.transcript())


def password(server, text):
    args = list(server.login)
    args[args.index("-P") + 1] = text
    return args


# Without it, and where all is well -----------------------------------------

def test_nothing_is_written_without_it(plugin, mail, tmp_path):
    folder = tmp_path / "state"
    plugin.run(*mail(auth=NO).login, "--state-dir=%s" % folder)
    assert not folder.exists()


def test_a_good_login_leaves_nothing(plugin, mail, memory):
    server = mail()
    assert plugin.run(*server.login, *memory.args).state == "OK"
    assert stat.S_IMODE(memory.folder.stat().st_mode) == 0o700
    assert [p.name for p in memory.folder.iterdir()] == [
        "%s,%d,%s.lock" % (HOST, server.port, USER)]
    assert memory.files("lock")[0].stat().st_size == 0
    assert sent(server) == 1


# Held back ------------------------------------------------------------------

def test_after_three_refusals(plugin, mail, memory):
    server = mail(auth=NO)
    for _ in range(3):
        result = plugin.run(*server.login, *memory.args)
        assert result.message == "login of %s rejected at %s: %s" % (
            USER, server.at, NO)
        memory.pass_time(300)
    for _ in range(4):
        result = plugin.run(*server.login, *memory.args)
        assert result.state == "CRITICAL"
        matches(HELD % (USER, NO), result.message)
    assert sent(server) == 3
    assert PASSWORD not in memory.text()
    for path in memory.folder.iterdir():
        assert stat.S_IMODE(path.stat().st_mode) == 0o600


def test_all_else_is_still_checked(plugin, mail, memory):
    server = mail(auth=NO)
    for _ in range(3):
        plugin.run(*server.login, *memory.args)
    result = plugin.run(*server.login, *memory.args, "-D", "400",
                        "--require-extension=XNEW")
    assert result.state == "CRITICAL"
    matches(HELD % (USER, NO), result.message)
    assert any("(extension)" in line for line in result.details)
    assert any("(cert-expiring)" in line for line in result.details)
    assert result.perfdata["time_tls"].value > 0
    assert result.perfdata["time_auth"].value == "U"
    assert server.connections[-1].transcript()[-1] == "QUIT"


def test_the_hint_is_that_of_the_reply(plugin, mail, memory):
    reply = "535 5.7.139 Authentication unsuccessful, basic authentication " \
        "is disabled"
    server = mail(auth=reply)
    first = plugin.json(*server.login, *memory.args)
    for _ in range(2):
        plugin.run(*server.login, *memory.args)
    # Where it is not the secret that is refused, it goes on being tried.
    assert plugin.json(*server.login, *memory.args)["cause"] == first["cause"]


def test_json_and_openmetrics(plugin, mail, memory):
    server = mail(auth=NO)
    before = int(time.time())
    data = plugin.json(*server.login, *memory.args)
    assert (data["held_back"], data["refused_since"], data["next_try"]) == (
        False, None, None)
    data = plugin.json(*server.login)
    assert data["held_back"] is None
    for _ in range(2):
        plugin.run(*server.login, *memory.args)
    data = plugin.json(*server.login, *memory.args)
    first, second = (time.mktime(time.strptime(
        data[key], "%Y-%m-%dT%H:%M:%SZ")) - time.timezone
        for key in ("refused_since", "next_try"))
    assert data["held_back"] is True
    assert before <= first <= int(time.time())
    assert second == first + 3600
    assert (data["condition"], data["login"]) == ("auth-rejected", "not-tried")
    assert data["cause"] == "credential"
    assert data["reply"] == {"code": None, "enhanced": None, "text": None}
    text = plugin.run(*server.login, *memory.args,
                      "--output-format=openmetrics").text
    assert re.search(r"(?m)^smtp_auth_held_back\{[^}]*\} 1$", text)
    assert re.search(r"(?m)^smtp_auth_next_try_timestamp_seconds\{[^}]*\} %d$"
                     % second, text)


def test_count_and_seconds(plugin, mail, memory):
    server = mail(auth=NO)
    more = ["--guard=1/90000", "--state-dir=%s" % memory.folder]
    plugin.run(*server.login, *more)
    assert "refused 1 time since 20" in plugin.run(*server.login, *more).message
    assert sent(server) == 1
    # Another window sees what is in it.
    memory.pass_time(100)
    plugin.run(*server.login, "--guard=1/60", more[1])
    assert sent(server) == 2
    assert plugin.run(*server.login, "--guard=2/60", more[1])
    assert sent(server) == 3


# And sent again -------------------------------------------------------------

def test_a_changed_secret_is_tried_at_once(plugin, mail, memory):
    server = mail(auth=NO)
    wrong = password(server, plugin.secret("falsch Pferd 8!"))
    for _ in range(4):
        plugin.run(*wrong, *memory.args)
    assert sent(server) == 3
    plugin.run(*server.login, *memory.args)
    assert sent(server) == 4
    # And the old one is still known.
    matches(HELD % (USER, NO), plugin.run(*wrong, *memory.args).message)
    assert sent(server) == 4


def test_no_longer_than_the_window(plugin, mail, memory):
    server = mail(auth=NO)
    for _ in range(3):
        plugin.run(*server.login, *memory.args)
        memory.pass_time(600)
    memory.pass_time(3600 - 1800 - 300)
    plugin.run(*server.login, *memory.args)
    assert sent(server) == 3
    memory.pass_time(300)
    plugin.run(*server.login, *memory.args)
    assert sent(server) == 4
    plugin.run(*server.login, *memory.args)
    assert sent(server) == 4


@pytest.mark.parametrize("other", ["user", "port", "host"])
def test_nothing_is_shared(plugin, mail, memory, ca, other):
    server = mail(auth=NO)
    for _ in range(3):
        plugin.run(*server.login, *memory.args)
    args = list(server.login)
    if other == "port":
        server = mail(auth=NO)
        args = server.login
    else:
        key = {"user": "-U", "host": "-H"}[other]
        args[args.index(key) + 1] = {"user": "bob@example.org",
                                     "host": "mail2.example.org"}[other]
    before = sent(server)
    plugin.run(*args, "--allow-unverified", *memory.args)
    assert sent(server) == before + 1


# What is no refusal of the secret -------------------------------------------

@pytest.mark.parametrize("reply", [
    "454 4.7.0 Temporary authentication failure",
    "535 5.7.0 Too many login attempts, try again later",
    "535 5.7.8 Account locked due to too many failed login attempts",
    "535 5.7.139 Authentication unsuccessful, basic authentication is "
    "disabled for the Tenant",
    "538 5.7.11 Encryption required", "504 5.5.4 Unrecognized mechanism",
    "235 2.7.0 Welcome"])
def test_not_counted(plugin, mail, memory, reply):
    server = mail(auth=reply)
    for _ in range(5):
        plugin.run(*server.login, *memory.args)
    assert sent(server) == 5
    assert memory.text() == ""


def test_what_was_never_sent_is_not_counted(plugin, mail, memory):
    server = mail(mechs="XOAUTH2", auth=NO)
    for _ in range(5):
        plugin.run(*server.login, *memory.args)
    assert memory.text() == ""


def test_expect_rejected(plugin, mail, memory):
    server = mail(auth=NO)
    args = [*server.login, "--expect-rejected", *memory.args]
    for _ in range(3):
        result = plugin.run(*args)
        assert result.state == "OK"
    result = plugin.run(*args)
    assert result.state == "OK"
    matches(r"login of \S+ rejected as expected at \S+: %s \(not sent again: "
            r"refused 3 times since \d\d:\d\d; next try \d\d:\d\d UTC\)" % NO,
            result.message)
    assert sent(server) == 3
    assert plugin.json(*args)["held_back"] is True


def test_token(plugin, mail, memory):
    server = mail(mechs="XOAUTH2", auth=NO)
    args = [*server.args, "-U", USER, *memory.args]
    for token in ("first-token-of-alice", "second-token-of-alice"):
        plugin.secret(token)
        for _ in range(4):
            result = plugin.run(*args, "--token-from=env:T", env={"T": token})
            assert "warning: " not in result.text
    assert sent(server) == 6


# Many at once ---------------------------------------------------------------

def run_many(plugin, count, args):
    with concurrent.futures.ThreadPoolExecutor(count) as pool:
        return [f.result() for f in [
            pool.submit(plugin.run, *args) for _ in range(count)]]


@pytest.mark.parametrize("count", [
    pytest.param(1, marks=pytest.mark.long), 3])
def test_fifty_at_once(plugin, mail, memory, count):
    server = mail(auth=NO)
    results = run_many(plugin, 50, [
        *server.login, "--guard=%d/3600" % count, memory.args[1], "-t", "60"])
    assert sent(server) == count
    assert len(memory.times()) == count
    assert all(r.state == "CRITICAL" for r in results)
    held = [r for r in results if "not sent again" in r.message]
    assert len(held) == 50 - count


def test_fifty_good_ones_at_once(plugin, mail, memory):
    server = mail()
    results = run_many(
        plugin, 50, [*server.login, *memory.args, "-t", "60"])
    assert all(r.state == "OK" for r in results), results
    assert sent(server) == 50


def test_one_that_hangs_keeps_its_seat_no_longer_than_it_lives(
        plugin, mail, memory):
    server = mail(stall="AUTH")
    hung = plugin.start(*server.login, "--guard=1/3600", memory.args[1],
                        "-t", "60")
    server.wait_for("stalled")
    # Nobody knows yet whether that will be the one refusal.
    result = plugin.run(*server.login, "--guard=1/3600", memory.args[1],
                        "-t", "0.5")
    assert result.state == "CRITICAL"
    assert result.message == (
        "timeout after 0.5 s waiting for other checks of this login for %s" %
        server.who)
    hung.kill()
    hung.communicate()
    assert sent(server) == 1


def test_no_lock_is_held_while_a_check_runs(plugin, mail, memory):
    """One hangs in its login; others of it come and go, and note."""
    answers = {"first": True}

    def auth(conn):
        if answers.pop("first", False):
            conn.stall()
        conn.send(NO)
        return False

    server = mail(auth=auth)
    hung = plugin.start(*server.login, *memory.args)
    server.wait_for("stalled")
    for refusals in (1, 2):
        result = plugin.run(*server.login, *memory.args)
        assert result.message.endswith(": " + NO)
        assert len(memory.times()) == refusals
    hung.kill()
    hung.communicate()
    # It was one of three that might have been refused, and is no more.
    assert plugin.run(*server.login, *memory.args).message.endswith(": " + NO)
    matches(HELD % (USER, NO), plugin.run(*server.login, *memory.args).message)


# A folder, and files, that are not as they should be --------------------------

def test_refused_folders(plugin, mail, memory, tmp_path):
    server = mail()
    memory.folder.mkdir()
    memory.folder.chmod(0o777)
    (tmp_path / "link").symlink_to(memory.folder)
    for folder, words in (
            (tmp_path / "link", "is a link"),
            (memory.folder, "others may write it"),
            (tmp_path / "no" / "such", "No such file or directory"),
            ("/dev/null", "File exists|Not a directory")):
        result = plugin.run(*server.login, "--guard",
                            "--state-dir=%s" % folder)
        assert result.state == "UNKNOWN"
        assert re.search("--state-dir %s: (%s); " % (folder, words),
                         result.message), result
        assert not any("did not work" in x for x in result.details), result
    assert sent(server) == 0


def test_default_folders(plugin, mail, tmp_path):
    server = mail()
    first, second = tmp_path / "first", tmp_path / "second"
    plugin.run(*server.login, "--guard", env={
        "STATE_DIRECTORY": "%s:%s" % (first, second),
        "MP_STATE_PATH": str(second)})
    assert first.exists() and not second.exists()
    plugin.run(*server.login, "--guard", env={"MP_STATE_PATH": str(second)})
    assert second.exists()


@pytest.mark.parametrize("damage", [
    "garbage", "empty", "link", "fifo", "writable", "foreign", "other"])
def test_damaged_file(plugin, mail, memory, tmp_path, damage):
    server = mail(auth=NO)
    for _ in range(4):
        plugin.run(*server.login, *memory.args)
    path = memory.files("guard")[0]
    if damage == "garbage":
        memory.put(path, os.urandom(300).hex() + "\n")
    elif damage == "empty":
        memory.put(path, "")
    elif damage == "other":
        memory.put(path, path.read_text().replace(HOST, "h", 1))
    else:
        spoil(path, damage, tmp_path / "elsewhere")
    result = plugin.run(*server.login, *memory.args)
    assert "not sent again" not in result.message
    assert any("warning: " in x and "set aside as .damaged" in x
               for x in result.details), result
    assert len(memory.files("damaged")) == 1
    assert len(memory.times()) == 1
    assert "set aside" not in plugin.run(*server.login, *memory.args).text


@pytest.mark.parametrize("jump", [-10 ** 8, 10 ** 8])
def test_the_clock_jumps(plugin, mail, memory, jump):
    """Neither a past nor a future of its own holds anything back."""
    server = mail(auth=NO)
    for _ in range(4):
        plugin.run(*server.login, *memory.args)
    memory.pass_time(jump)
    result = plugin.run(*server.login, *memory.args)
    assert "not sent again" not in result.message
    assert sent(server) == 4
    assert len(memory.times()) == 1


FULL_DISK = """mount -t tmpfs -o size=8k,nr_inodes=20,mode=700 none "$DISK" &&
%s
"$@" --guard --state-dir="$DISK" || code=$?
exit ${code:-0}"""


@pytest.mark.parametrize("state", ["no inode for the lock", "no page"])
def test_full_disk(plugin, mail, tmp_path, state, leave_to_mount):
    server = mail(auth=NO)
    disk = tmp_path / "disk"
    disk.mkdir()
    fill = ("i=0; while touch $DISK/$i 2>/dev/null; do i=$((i + 1)); done"
            if state == "no inode for the lock" else
            "head -c 8192 /dev/zero >$DISK/a")
    result = plugin.run(
        *server.login, env={"DISK": str(disk)},
        wrapper=["unshare", "--mount", "sh", "-c", FULL_DISK % fill, "sh"])
    assert result.message == "login of %s rejected at %s: %s" % (
        USER, server.at, NO)
    assert any(re.match("warning: --guard did not work: %s/.*: No space left "
                        "on device" % disk, x) for x in result.details), result
    assert sent(server) == 1


# The digest alone needs 16 MiB; everything else has room.
LITTLE_MEMORY = ["prlimit", "--data=%d" % (16 << 20)]


@pytest.mark.not_under_asan
def test_no_memory_for_the_digest(plugin, mail, memory):
    server = mail(auth=NO)
    plugin.run(*server.login, *memory.args)
    before = memory.text()
    data = plugin.json(*server.login, *memory.args, wrapper=LITTLE_MEMORY)
    assert (data["state"], data["condition"], data["message"]) == (
        "UNKNOWN", "internal",
        "internal error (out of memory) for %s" % server.who)
    assert sent(server) == 1
    assert memory.text() == before


@pytest.mark.not_under_asan
def test_no_memory_once_it_is_refused(plugin, mail, memory):
    """What the server said is the verdict all the same."""
    server = mail(auth=NO)
    result = plugin.run(*server.login, *memory.args, wrapper=LITTLE_MEMORY)
    assert result.message == "login of %s rejected at %s: %s" % (
        USER, server.at, NO)
    assert "warning: --guard did not work: out of memory" in result.details
    assert memory.text() == ""


# A day at a real server -------------------------------------------------------

@pytest.fixture
def postfix(ca):
    """One with an account whose password can be changed."""
    server = postfix_server.Postfix(
        HOST, ca.good, disabled=[], nobody="nobody@example.org",
        accounts={USER: (PASSWORD, "")}, owners={USER: USER})
    yield server
    server.close()


class Day:
    """Checks every 5 minutes, with the clock that the state shows; refused
    counts, window by window, what Postfix logged of them."""

    EVERY = 300

    def __init__(self, plugin, postfix, ca, memory):
        self.plugin, self.postfix, self.memory = plugin, postfix, memory
        self.args = ["-H", HOST, "-I", postfix_server.ADDRESS, "-p",
                     postfix.port["submission"], "--ca-file", ca.ca, "-U",
                     USER, "--password-from=env:SECRET"]
        self.more = [*memory.args]
        self.now = 0
        self.refused = []

    def check(self, secret):
        result = self.plugin.run(*self.args, *self.more,
                                 env={"SECRET": secret})
        log = "\n".join(self.postfix.session())
        if re.search("authentication failed", log):
            self.refused.append(self.now)
        self.now += self.EVERY
        self.memory.pass_time(self.EVERY)
        return result

    def change(self, password):
        """Dovecot sees it within a second; nobody's guard has a part in it."""
        self.postfix.dovecot.set_password(USER, password)

        def is_let_in():
            result = self.plugin.run(*self.args, "-t", "60",
                                     env={"SECRET": password})
            self.postfix.session()
            return result.state == "OK"

        self.postfix.wait_for(is_let_in)

    def most_in_a_window(self):
        return max(sum(t <= other < t + 3600 for other in self.refused)
                   for t in self.refused)


@pytest.mark.long
def test_a_day_with_a_changed_password(plugin, postfix, ca, memory):
    day = Day(plugin, postfix, ca, memory)
    new = plugin.secret("neues Pferd 9!")
    assert day.check(PASSWORD).state == "OK"
    day.change(new)
    for _ in range(24 * 12):
        result = day.check(PASSWORD)
        assert result.state == "CRITICAL"
        matches(r"login of %s rejected at \S+: 535 5\.7\.8 Error: "
                r"authentication failed.*" % USER, result.message)
    assert day.most_in_a_window() == 3
    assert len(day.refused) <= 24 * 3 + 3
    # Corrected in the check: at once.
    assert day.check(new).state == "OK"
    # Put back on the server: within the window, and CRITICAL until then.
    day.change(PASSWORD)
    states = [day.check(PASSWORD).state for _ in range(12)]
    assert states[-1] == "OK"
    assert states == sorted(states)  # CRITICAL, then OK: no flapping
    assert day.check(PASSWORD).state == "OK"


def test_a_day_of_an_expected_rejection(plugin, postfix, ca, memory):
    day = Day(plugin, postfix, ca, memory)
    day.more.append("--expect-rejected")
    wrong = plugin.secret("falsch Pferd 8!")
    for _ in range(36):
        assert day.check(wrong).state == "OK"
    assert day.most_in_a_window() == 3
    # Let in again: seen within the window.
    day.change(wrong)
    states = [day.check(wrong).state for _ in range(12)]
    assert states[-1] == "CRITICAL"
