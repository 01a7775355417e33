"""--token-from=oauth2:NAME: the plugin takes the token that smtp-oauth2 keeps,
and has it renewed where that is due."""

import os
import shutil
import time

import pytest

import schema
import token_server
from conftest import USER
from oauth2 import helper, provider  # noqa: F401 (fixtures)
from token_server import Fault, error


@pytest.fixture(autouse=True)
def secret(plugin):
    plugin.secret(token_server.SECRET)


@pytest.fixture
def check(plugin, mail, helper):
    """check(...) logs in to a server that takes any token."""
    server = mail(mechs="XOAUTH2 OAUTHBEARER", auth="235 2.7.0 Welcome")

    def run(*args, start=False, format_json=False):
        line = [*server.args, "-U", USER, "--token-from=oauth2:alice",
                *([] if "-t" in args else ["-t", "30"]), *args]
        if start:
            return plugin.start(*line, env=helper.env)
        if format_json:
            return plugin.json(*line, env=helper.env)
        return plugin.run(*line, env=helper.env)

    run.server = server
    return run


def test_fresh_token_runs_nobody(helper, provider, check):
    """Whoever is run fails without an account, and leaves a lock."""
    helper.signed_in()
    helper.keep_token(token=helper.plugin.secret("kept-ABCDEFGH"))
    helper.ini.unlink()
    result = check("-w", "token=60:")
    assert result.state == "OK", result
    assert 3500 < result.perfdata["token_ttl"].value <= 3600
    assert not helper.file("alice", "lock").exists()
    assert not provider.requests


def test_stale_token_is_renewed(helper, provider, check):
    helper.signed_in()
    result = check()
    assert result.state == "OK", result
    assert len(provider.requests) == 1
    assert check().state == "OK"
    assert len(provider.requests) == 1


def test_state_dir(helper, provider, check):
    helper.signed_in()
    folder = helper.env.pop("STATE_DIRECTORY")
    assert check("--state-dir", folder).state == "OK"


def test_answer_behind_the_deadline(helper, provider, check):
    """The rotation is done, the answer comes 3 s later, -t is 2."""
    helper.signed_in()
    provider.faults.append(Fault(late=3))
    result = check("-t", "2")
    assert result.exit_code == 2, result
    assert result.message.startswith(
        "timeout after 2 s renewing the token for "), result
    result = check()
    assert result.state == "OK", result
    assert len(provider.requests) == 1


def test_many_checks_at_once(helper, provider, check):
    helper.signed_in()
    helper.keep_token(left=-10, age=3600)
    runs = [helper.plugin.finish(p) for p in
            [check(start=True) for _ in range(20)]]
    assert {r.state for r in runs} == {"OK"}, runs
    assert len(provider.requests) == 1


REFUSAL = error(400, "invalid_grant",
                "AADSTS50173: The provided grant has expired.")


def test_refused(helper, provider, check):
    helper.signed_in()
    provider.always = REFUSAL
    result = check()
    assert result.exit_code == 2
    assert result.message == (
        "no token for %s: oauth2:alice: invalid_grant AADSTS50173: the tokens "
        "were revoked: the password was changed or reset, or an administrator "
        "revoked the sessions (\"AADSTS50173: The provided grant has expired."
        "\")" % check.server.who), result
    assert result.details[0] == "sign in again (smtp-oauth2 setup alice)"
    data = check(format_json=True)
    assert data["condition"] == "token"
    assert data["login"] == "not-tried"
    assert len(provider.requests) == 1


def test_temporary(helper, provider, check):
    helper.signed_in()
    provider.always = Fault(rotate=False, status=503, body="")
    data = check(format_json=True)
    assert data["condition"] == "token-temporary", data
    assert data["state"] == "CRITICAL"


def test_local(helper, provider, check):
    helper.signed_in(ca_file="/nonexistent/ca.pem")
    data = check(format_json=True)
    assert data["condition"] == "secret", data
    helper.ini.unlink()
    data = check(format_json=True)
    assert data["condition"] == "secret", data
    assert 'no account "alice"' in data["message"]


@pytest.mark.parametrize("what, words", [
    ("link", "is a link"), ("mode", "may be read or written by others"),
    ("pipe", "is no regular file")])
def test_file_that_is_not_right(helper, provider, check, tmp_path, what,
                                words):
    helper.signed_in()
    helper.keep_token()
    path = helper.file("alice", "token")
    if what == "mode":
        path.chmod(0o640)
    else:
        path.rename(tmp_path / "other")
        if what == "link":
            path.symlink_to(tmp_path / "other")
        else:
            os.mkfifo(path, 0o600)
    data = check(format_json=True)
    assert data["condition"] == "secret", data
    assert "alice.token: " + words in data["message"]
    assert not provider.requests


def test_helper_that_is_not_there(helper, provider, check, plugin, tmp_path):
    helper.signed_in()
    alone = tmp_path / "alone" / "check_smtp_auth"
    alone.parent.mkdir()
    shutil.copy(plugin.path, alone)
    plugin.path = str(alone)
    data = check(format_json=True)
    assert data["condition"] == "secret", data
    assert data["message"].endswith("smtp-oauth2 cannot be run"), data
    assert data["hint"] == "install smtp-oauth2 beside the plugin"
    helper.keep_token(left=200, age=3400, renew_in=-100)
    assert check().state == "OK"


def test_credential_days(helper, provider, check):
    ends = time.strftime("%Y-%m-%d", time.gmtime(time.time() + 12.5 * 86400))
    helper.account("alice", flow="client", client_secret_expires=ends,
                   client_secret_from="file:%s" % helper.secret_file)
    result = check("--credential-days=30,5")
    assert result.state == "WARNING", result
    days = result.perfdata["credential_days"].value
    assert days in (11, 12)
    assert result.message.startswith(
        "the client secret that the token is renewed with ends in %d days, " %
        days), result
    assert check("--credential-days=30,14").state == "CRITICAL"
    assert check("--credential-days=5").state == "OK"
    data = check("--credential-days=30", format_json=True)
    assert data["condition"] == "credential-expiring"
    assert data["credential"] == "client secret"
    assert data["credential_days"] == days
    status = helper.run("status", "alice")
    assert status.code == 1 and status.out.startswith(
        "SMTP_OAUTH2 WARNING: alice: the client secret ends in %d days, " %
        days), status
    assert status.out.rstrip().endswith(
        " | credential_days=%d;14:;3:" % days), status


def test_token_expiring(helper, provider, check):
    helper.signed_in()
    data = check("-w", "token=7200:", format_json=True)
    assert data["condition"] == "token-expiring", data
    assert data["state"] == "WARNING"
    data = check("-c", "token=7200:", format_json=True)
    assert data["state"] == "CRITICAL"


def test_in_a_batch(helper, provider, plugin, check, tmp_path):
    """There threads read the files, and it is the same."""
    for name in ("anna", "bert", "carl", "dora", "emil"):
        helper.signed_in(name)
        helper.keep_token(name, token=plugin.secret("kept-ABCDEFGH"))
    helper.file("bert", "token").unlink()
    helper.file("carl", "token").chmod(0o644)
    helper.file("dora", "token").rename(tmp_path / "other")
    helper.file("dora", "token").symlink_to(tmp_path / "other")
    helper.file("emil", "token").write_text("x" * 100000)
    page = tmp_path / "batch.ini"
    page.write_text("".join("[%s]\ntoken-from = oauth2:%s\n" % (n, n)
                            for n in helper.sections))
    result = plugin.run(*check.server.args, "-U", USER, "-t", "30",
                        "--batch=%s" % page, "--output-format=json",
                        env=helper.env)
    told = {x["name"]: x for x in map(schema.read, result.lines)}
    assert told["anna"]["state"] == told["bert"]["state"] == "OK", result
    assert len(provider.requests) == 1
    for name, words in (("carl", "may be read or written by others"),
                        ("dora", "is a link"), ("emil", "is too large")):
        path = helper.file(name, "token")
        assert ": %s: %s" % (path, words) in told[name]["message"]
