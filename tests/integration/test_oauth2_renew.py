"""smtp-oauth2 renews: one request for all who ask, and no answer of a
provider's, no death and no disk loses the account."""

import json
import os
import pathlib
import pwd
import re
import signal
import subprocess
import tempfile
import time

import pytest

import oauth2
import token_server
from oauth2 import helper, provider  # noqa: F401 (fixtures)
from token_server import Fault, error


# What it asks ---------------------------------------------------------------

def test_refresh(helper, provider):
    first = helper.signed_in()
    run = helper.run("token", "alice")
    assert run.code == 0 and run.token.startswith("access-"), run
    assert provider.requests == [{
        "grant_type": "refresh_token", "refresh_token": first,
        "client_id": oauth2.CLIENT}]
    record = helper.record()
    assert record["refresh_token"] != first
    assert provider.refresh[record["refresh_token"]]
    assert "in_flight_since" not in record
    left = int(run.fields["expires_at"]) - time.time()
    assert 3500 < left <= 3600
    assert int(run.fields["renew_at"]) == int(run.fields["expires_at"]) - 300
    assert helper.run("token", "alice").token == run.token
    assert len(provider.requests) == 1


def test_client_credentials(helper, provider):
    helper.account("app", flow="client", scope="mail",
                   client_secret_from="file:%s" % helper.secret_file)
    run = helper.run("token", "app")
    assert run.code == 0, run
    assert provider.requests == [{
        "grant_type": "client_credentials", "scope": "mail",
        "client_id": oauth2.CLIENT, "client_secret": token_server.SECRET}]


def test_old_refresh_token_stays(helper, provider):
    first = helper.signed_in()
    provider.faults.append(Fault(
        change=lambda answer: answer.pop("refresh_token")))
    assert helper.run("token", "alice").code == 0
    assert helper.record()["refresh_token"] == first


@pytest.mark.parametrize("change, renew", [
    ({"expires_in": "7200"}, 6900),
    ({"refresh_in": 1800}, 1800),
    ({"expires_in": 200}, 100),
    ({"expires_in": None}, 600),
])
def test_when_it_is_renewed(helper, provider, change, renew):
    helper.signed_in()
    provider.faults.append(Fault(change=lambda answer: answer.update(change)))
    run = helper.run("token", "alice")
    assert run.code == 0, run
    assert int(run.fields["renew_at"]) - \
        int(run.fields["obtained_at"]) == renew


def test_renew_asks_also_for_a_fresh_one(helper, provider):
    helper.signed_in()
    helper.keep_token(age=10)
    run = helper.run("renew", "alice")
    assert run.code == 0 and run.out.startswith("alice: renewed, "), run
    assert len(provider.requests) == 1


def test_refresh_token_goes_nowhere_else(helper, provider):
    helper.signed_in()
    for other in ({"client_id": "client-2"},
                  {"token_url": provider.url + "2"}):
        helper.account("alice", **other)
        run = helper.run("token", "alice")
        assert run.code == 77 and run.fields["class"] == "signin", run
        assert "another token-url or client-id" in run.out
    assert not provider.requests


def test_nobody_signed_in(helper, provider):
    helper.account("alice")
    run = helper.run("token", "alice")
    assert run.code == 77, run
    assert run.fields["remedy"] == "sign in: smtp-oauth2 setup alice"


# What a provider answers ----------------------------------------------------

def test_refused_and_not_asked_again(helper, provider):
    kept = helper.signed_in()
    provider.always = error(
        400, "invalid_grant", "AADSTS700082: The refresh token has expired.",
        suberror="token_expired")
    run = helper.run("token", "alice")
    assert run.code == 77, run
    assert run.fields["class"] == "signin"
    assert run.fields["error"] == "invalid_grant"
    assert run.fields["code"] == "AADSTS700082"
    assert run.fields["remedy"] == \
        "sign in again (smtp-oauth2 setup alice), and let a timer renew it"
    assert 890 < int(run.fields["retry_at"]) - time.time() <= 900
    assert helper.record()["refresh_token"] == kept
    for command in "token", "renew":
        assert helper.run(command, "alice").fields["code"] == "AADSTS700082"
    assert len(provider.requests) == 1
    helper.account("alice", scope="another")
    assert helper.run("token", "alice").code == 77
    assert len(provider.requests) == 2


def test_changed_secret_is_tried_at_once(helper, provider):
    helper.secret_file.write_text("wrong-secret-0123")
    helper.hidden.append("wrong-secret-0123")
    helper.account("app", flow="client",
                   client_secret_from="file:%s" % helper.secret_file)
    assert helper.run("token", "app").fields["class"] == "credential"
    assert helper.run("token", "app").code == 77
    assert len(provider.requests) == 1
    helper.secret_file.write_text(token_server.SECRET)
    assert helper.run("token", "app").code == 0


@pytest.mark.parametrize("fault, wait", [
    (Fault(rotate=False, status=429, body="{}",
           headers={"Retry-After": "120"}), 120),
    (Fault(rotate=False, status=503, body="<html>down</html>"), 30),
    (error(400, "temporarily_unavailable"), 30),
    (Fault(rotate=False, status=503, body="",
           headers={"Retry-After": "200"}), 200),
], ids=["429", "503", "unavailable", "503-after"])
def test_temporary(helper, provider, fault, wait):
    kept = helper.signed_in()
    provider.faults.append(fault)
    run = helper.run("token", "alice")
    assert run.code == 75 and run.fields["class"] == "temporary", run
    left = int(run.fields["retry_at"]) - time.time()
    assert wait - 5 < left <= wait
    assert helper.run("token", "alice").code == 75
    assert len(provider.requests) == 1
    assert helper.record()["refresh_token"] == kept
    helper.forget_wait()
    assert helper.run("token", "alice").code == 0


def test_redirect_is_not_followed(helper, provider):
    helper.signed_in()
    provider.faults.append(Fault(rotate=False, status=307, body="", headers={
        "Location": provider.url + "/elsewhere"}))
    run = helper.run("token", "alice")
    assert run.code == 78, run
    assert "a redirect (HTTP 307), which is not followed" in run.out
    assert "look at token-url" in run.fields["remedy"]
    assert len(provider.requests) == 1


USELESS = {
    "broken": (Fault(body='{"access_token": "x'), "it is no JSON"),
    "list": (Fault(body="[]"), "it is no JSON object"),
    "empty": (Fault(body=""), "it is no JSON"),
}


@pytest.mark.parametrize("what", USELESS)
def test_useless_answer_is_named_as_lost(helper, provider, what):
    fault, why = USELESS[what]
    helper.signed_in()
    provider.faults.append(fault)
    run = helper.run("token", "alice")
    assert run.code == 75, run
    assert run.fields["message"] == \
        "the provider's answer is of no use: " + why
    helper.forget_wait()
    run = helper.run("token", "alice")
    assert run.code == 77 and "the answer to the request of" in run.out, run


TWICE = ('{"access_token": "one", "access_token": "two", "expires_in": 60, '
         '"refresh_token": "%s"}')
KEEPS = {
    "twice": (lambda new: TWICE % new, "it has a key twice"),
    "number": (lambda new: json.dumps(
        {"access_token": 17, "refresh_token": new}),
        'its "access_token" is no string'),
    "missing": (lambda new: json.dumps({"refresh_token": new}),
                "it has no access token"),
    "time": (lambda new: json.dumps(
        {"access_token": "a", "expires_in": {}, "refresh_token": new}),
        'its "expires_in" is no number of seconds'),
    "line": (lambda new: json.dumps(
        {"access_token": "a\nexpires_at=99", "refresh_token": new}),
        'its "access_token" is empty, or holds characters that no token has'),
}


@pytest.mark.parametrize("what", KEEPS)
def test_new_refresh_token_is_kept_whatever_else(helper, provider, what):
    body, why = KEEPS[what]
    first = helper.signed_in()
    with provider.lock:
        new = provider.issue("family-1")
        provider.refresh[new] = provider.refresh[first]
        provider.used.add(first)
    provider.faults.append(Fault(rotate=False, body=body(new)))
    run = helper.run("token", "alice")
    assert run.code == 75, run
    assert run.fields["message"] == \
        "the provider's answer is of no use: " + why
    assert helper.record()["refresh_token"] == new
    helper.forget_wait()
    assert helper.run("token", "alice").code == 0


def test_two_refresh_tokens_are_none(helper, provider):
    first = helper.signed_in()
    provider.faults.append(Fault(rotate=False, body=(
        '{"refresh_token": "one-0123", "refresh_token": "two-0123"}')))
    assert helper.run("token", "alice").code == 75
    assert helper.record()["refresh_token"] == first


def test_endless_answer(helper, provider):
    helper.signed_in()
    provider.faults.append(Fault(endless=True))
    run = helper.run("token", "alice")
    assert run.code == 75, run
    assert "its answer is larger than 64 KiB" in run.out


def test_one_octet_a_second(helper, provider):
    helper.signed_in(timeout="2")
    provider.faults.append(Fault(drip=1))
    run = helper.run("token", "alice")
    assert run.code == 75, run
    assert "imed out" in run.fields["message"]
    assert helper.record()["lost_at"]


def test_answer_lost_after_the_rotation(helper, provider):
    helper.signed_in()
    provider.faults.append(Fault(hang_up=True))
    run = helper.run("token", "alice")
    assert run.code == 75, run
    helper.forget_wait()
    run = helper.run("token", "alice")
    assert run.code == 77 and run.fields["class"] == "signin", run
    assert re.search(
        r"message=invalid_grant: the answer to the request of \d{4}-\d\d-\d\d "
        r"\d\d:\d\d:\d\d UTC was lost \(the connection broke\)", run.out), run
    assert run.fields["remedy"] == "sign in again: smtp-oauth2 setup alice"


@pytest.mark.parametrize("ahead, words", [
    (3600, "behind"), (-3600, "ahead of")])
def test_clock_off_by_an_hour(helper, provider, ahead, words):
    helper.signed_in()
    provider.server.ahead = ahead
    assert helper.run("token", "alice").code == 0
    status = helper.run("status", "alice")
    assert status.code == 1 and re.search(
        r"this machine's clock is (59|60) minutes %s the provider's: set it" % words,
        status.out), status
    provider.faults.append(error(400, "invalid_grant"))
    run = helper.run("renew", "alice")
    assert re.search(r"clock is (59|60) minutes %s the provider's: set it" % words,
                     run.out), run


def test_secret_echoed_by_the_provider(helper, provider):
    token = helper.signed_in()
    provider.faults.append(error(400, "invalid_grant", "no: " + token))
    run = helper.run("token", "alice")
    assert "[withheld: holds the secret]" in run.out
    assert token not in helper.record()["last_error"]["text"]


def test_valid_token_in_place_of_a_failure(helper, provider):
    helper.signed_in()
    helper.keep_token(left=200, age=3400, renew_in=-100)
    provider.always = error(400, "invalid_grant")
    run = helper.run("token", "alice")
    assert run.code == 0 and run.token == "kept-ABCDEFGH", run
    assert run.fields["class"] == "signin"


@pytest.mark.parametrize("pair", ["stranger", "wrong_name", "expired"])
def test_server_that_is_not_trusted(plugin, tmp_path, ca, pair):
    server = token_server.TokenServer(ca.context(getattr(ca, pair)))
    try:
        helper = oauth2.Helper(plugin, tmp_path, ca, server)
        helper.signed_in()
        run = helper.run("token", "alice")
    finally:
        server.close()
    assert run.code == 78, run
    assert not server.requests


def test_http_is_refused(helper, provider):
    helper.signed_in(token_url=provider.url.replace("https", "http"))
    run = helper.run("token", "alice")
    assert run.code == 78 and "token-url must be https://" in run.out, run


def test_nobody_listens(helper, provider):
    helper.signed_in(token_url="https://localhost:1/token")
    run = helper.run("token", "alice")
    assert run.code == 75, run
    assert "lost_at" not in helper.record()


# Many at once, and death ----------------------------------------------------

def test_many_at_once_make_one_request(helper, provider):
    helper.signed_in()
    helper.keep_token(left=-10, age=3600)
    provider.always = Fault(late=0.5)
    runs = [helper.finish(p) for p in
            [helper.start("token", "alice") for _ in range(60)]]
    assert {r.code for r in runs} == {0}, runs
    assert len({r.token for r in runs}) == 1
    assert len(provider.requests) == 1


def test_none_waits_while_the_token_is_valid(helper, provider):
    """In its last five minutes one asks, and the others go on with it."""
    helper.signed_in(timeout="120")
    helper.keep_token(left=200, age=3400, renew_in=-100)
    provider.always = Fault(late=3600)
    first = helper.start("token", "alice")
    provider.wait_for(requests=1)
    for _ in range(20):
        assert helper.run("token", "alice").token == "kept-ABCDEFGH"
    assert first.poll() is None
    assert len(provider.requests) == 1
    provider.leaving.set()
    assert helper.finish(first).token.startswith("access-")


def test_all_share_one_failure(helper, provider):
    helper.signed_in()
    provider.always = Fault(rotate=False, late=0.5, status=503, body="")
    runs = [helper.finish(p) for p in
            [helper.start("token", "alice") for _ in range(20)]]
    assert {r.code for r in runs} == {75}, runs
    assert len(provider.requests) == 1


@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGTERM])
def test_caller_dies_and_the_answer_is_kept(helper, provider, number):
    helper.signed_in()
    provider.faults.append(Fault(late=1))
    process = helper.start("token", "alice", start_new_session=True)
    provider.wait_for(requests=1)
    os.killpg(process.pid, number)
    process.communicate()
    assert process.returncode == -number
    run = helper.run("token", "alice")
    assert run.code == 0, run
    assert len(provider.requests) == 1


def worker_of(process):
    return int(subprocess.run(["pgrep", "-P", str(process.pid)],
                              stdout=subprocess.PIPE).stdout)


def test_worker_that_is_killed_is_named(helper, provider):
    helper.signed_in()
    provider.faults.append(Fault(late=3600))
    process = helper.start("token", "alice")
    provider.wait_for(requests=1)
    os.kill(worker_of(process), signal.SIGKILL)
    run = helper.finish(process)
    assert run.code == 75 and "was killed" in run.out, run
    assert helper.record()["in_flight_since"]
    run = helper.run("token", "alice")
    assert run.code == 77, run
    assert "was lost (the process was killed)" in run.out


def test_worker_outlives_other_signals(helper, provider):
    helper.signed_in(timeout="120")
    provider.faults.append(Fault(late=3600))
    process = helper.start("token", "alice")
    provider.wait_for(requests=1)
    for number in (signal.SIGTERM, signal.SIGHUP, signal.SIGINT):
        os.kill(worker_of(process), number)
    provider.leaving.set()
    assert helper.finish(process).code == 0


def kill_somewhere(helper, provider, which, seconds):
    """Returns whether the account lives, or else that it is named."""
    process = helper.start("token", "alice", start_new_session=True)
    time.sleep(seconds)
    try:
        os.kill(worker_of(process) if which == "worker" else process.pid,
                signal.SIGKILL)
    except (ProcessLookupError, ValueError):
        pass  # it was through
    process.communicate()
    run = helper.run("token", "alice")
    if run.code == 75:
        helper.forget_wait()
        run = helper.run("token", "alice")
    if run.code != 0:
        assert "was lost (" in run.out, run
        helper.signed_in()
    helper.file("alice", "token").unlink(missing_ok=True)
    return run.code == 0


@pytest.mark.parametrize("which, times", [
    ("foreground", 20), ("worker", 10),
    pytest.param("foreground", 200, marks=pytest.mark.long),
    pytest.param("worker", 50, marks=pytest.mark.long)])
def test_killed_at_random_moments(helper, provider, which, times):
    helper.signed_in()
    provider.always = Fault(late=0.02)
    lived = [kill_somewhere(helper, provider, which, i % 25 * 0.005)
             for i in range(times)]
    if which == "foreground":
        assert all(lived)
    assert any(lived)


@pytest.mark.long
@pytest.mark.parametrize("count", [500])
def test_hundreds_with_an_expired_token(helper, provider, count):
    helper.signed_in()
    helper.keep_token(left=-10, age=3600)
    runs = [helper.finish(p) for p in
            [helper.start("token", "alice") for _ in range(count)]]
    assert {r.code for r in runs} == {0}
    assert len(provider.requests) == 1


@pytest.mark.long
def test_hundreds_in_the_last_five_minutes(helper, provider):
    helper.signed_in(timeout="120")
    helper.keep_token(left=200, age=3400, renew_in=-100)
    provider.always = Fault(late=3600)
    processes = [helper.start("token", "alice") for _ in range(300)]
    provider.wait_for(requests=1)
    waiting = processes
    while len(waiting) > 1:
        time.sleep(0.1)
        waiting = [p for p in waiting if p.poll() is None]
    provider.leaving.set()
    runs = [helper.finish(p) for p in processes]
    assert {r.code for r in runs} == {0}
    assert sum(r.token != "kept-ABCDEFGH" for r in runs) == 1
    assert len(provider.requests) == 1


# The folder and the disk ----------------------------------------------------

@pytest.fixture
def small_disk(helper, leave_to_mount):
    helper.state.rmdir()
    helper.state.mkdir()
    subprocess.run(["mount", "-t", "tmpfs", "-o", "size=64k,mode=700",
                    "tmpfs", helper.state], check=True)
    yield helper.state
    subprocess.run(["umount", helper.state], check=True)


def test_full_disk(helper, provider, small_disk):
    kept = helper.signed_in()
    (small_disk / "fill").write_bytes(b"x" * 32768)
    run = helper.run("token", "alice")
    assert run.code == 78, run
    assert "No space left on device" in run.out
    assert "nothing was asked" in run.fields["remedy"]
    assert not provider.requests
    assert helper.record()["refresh_token"] == kept
    assert sorted(p.name for p in small_disk.iterdir()) == [
        "alice.json", "alice.lock", "fill"]


def test_full_disk_and_a_valid_token(helper, provider, small_disk):
    helper.signed_in()
    helper.keep_token(left=200, age=3400, renew_in=-100)
    (small_disk / "fill").write_bytes(b"x" * 32768)
    run = helper.run("token", "alice")
    assert run.code == 0 and run.token == "kept-ABCDEFGH", run
    assert run.fields["class"] == "local"


def give_away(path, user="nobody"):
    entry = pwd.getpwnam(user)
    os.chown(path, entry.pw_uid, entry.pw_gid)


def open_to_all(*paths):
    """So that another user gets there."""
    top = pathlib.Path(tempfile.gettempdir())
    for path in map(pathlib.Path, paths):
        while path not in (top, *top.parents):
            path.chmod(0o755)
            path = path.parent


def test_read_only_folder(helper, provider, tmp_path):
    open_to_all(tmp_path)
    helper.signed_in()
    for path in (helper.state, helper.file("alice", "json")):
        give_away(path)
    helper.state.chmod(0o500)
    run = helper.run("token", "alice")
    assert run.code == 78 and "Permission denied" in run.out, run
    assert not provider.requests


def test_root_works_as_the_owner(helper, provider, tmp_path, ca):
    open_to_all(tmp_path, pathlib.Path(ca.ca).parent)
    helper.signed_in()
    for path in (helper.state, helper.file("alice", "json")):
        give_away(path)
    assert helper.run("token", "alice").code == 0
    uid = pwd.getpwnam("nobody").pw_uid
    assert {p.stat().st_uid for p in helper.state.iterdir()} == {uid}
    assert {p.stat().st_mode & 0o777
            for p in helper.state.iterdir()} == {0o600}


@pytest.mark.parametrize("ext", ["json", "token", "lock"])
@pytest.mark.parametrize("what, words", [
    ("link", "is a link"), ("owner", "belongs to another user"),
    ("mode", "may be read or written by others"),
    ("name", "has a second name"), ("pipe", "is no regular file")])
def test_file_that_is_not_ours(helper, provider, tmp_path, ext, what, words):
    helper.signed_in()
    path = helper.file("alice", ext)
    other = tmp_path / "other"
    if path.exists():
        path.rename(other)
    else:
        other.write_text("")
        other.chmod(0o600)
    if what == "link":
        path.symlink_to(other)
    elif what == "name":
        os.link(other, path)
    elif what == "pipe":
        os.mkfifo(path, 0o600)
    else:
        other.rename(path)
        if what == "owner":
            give_away(path)
        else:
            path.chmod(0o644)
    run = helper.run("token", "alice")
    assert run.code == 78, run
    assert "%s/alice.%s: %s" % (helper.state, ext, words) in run.out
    assert not provider.requests


@pytest.mark.parametrize("what, words", [
    ("link", "is no folder, or a link to one"),
    ("writable", "may be written by others"),
    ("missing", "No such file or directory")])
def test_folder_that_is_not_right(helper, provider, tmp_path, what, words):
    helper.signed_in()
    if what == "writable":
        helper.state.chmod(0o770)
    else:
        helper.state.rename(tmp_path / "elsewhere")
    if what == "link":
        helper.state.symlink_to(tmp_path / "elsewhere")
    run = helper.run("token", "alice")
    assert run.code == 78 and words in run.fields["message"], run
    assert not provider.requests


@pytest.mark.parametrize("text", ["", "{", "[]", '{"refresh_token": 1}',
                                  '{"a": 1, "a": 2}'])
def test_damaged_record_is_never_overwritten(helper, provider, text):
    helper.signed_in()
    path = helper.file("alice", "json")
    path.write_text(text)
    run = helper.run("token", "alice")
    assert run.code == 78 and "alice.json: damaged" in run.out, run
    assert path.read_text() == text
    assert not provider.requests


def test_damaged_token_is_made_anew(helper, provider):
    helper.signed_in()
    helper.keep_token()
    path = helper.file("alice", "token")
    path.write_text(path.read_text()[:-1])
    assert helper.run("token", "alice").token.startswith("access-")


# No secret leaves -----------------------------------------------------------

def test_no_secret_in_argv_environment_or_core(helper, provider, tmp_path):
    helper.account("app", flow="client",
                   client_secret_from="file:%s" % helper.secret_file)
    provider.faults.append(Fault(late=3600))
    process = helper.start("token", "app")
    provider.wait_for(requests=1)
    for pid in process.pid, worker_of(process):
        for name in "cmdline", "environ":
            with open("/proc/%d/%s" % (pid, name), "rb") as f:
                assert token_server.SECRET.encode() not in f.read()
        with open("/proc/%d/limits" % pid) as f:
            assert re.search(r"Max core file size +0 +0 ", f.read())
    provider.leaving.set()
    helper.finish(process)
    assert sorted(p.name for p in helper.state.iterdir()) == [
        "app.json", "app.lock", "app.token"]
    assert token_server.SECRET not in helper.file("app", "json").read_text()
