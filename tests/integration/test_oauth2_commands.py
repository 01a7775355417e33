"""The commands of smtp-oauth2 beside token: what they print and end with."""

import re
import time

import pytest

import oauth2
import schema
import token_server
from oauth2 import helper, provider  # noqa: F401 (fixtures)
from token_server import Fault, error


# renew ----------------------------------------------------------------------

def test_renew_all(helper, provider):
    """One that fails harms none, and they go on side by side."""
    for name in ("anna", "bert", "carl", "dora"):
        helper.signed_in(name)
    helper.write("carl", refresh_token="unknown-0123", client_id=oauth2.CLIENT,
                 token_url=provider.url)
    provider.always = Fault(late=3600)
    process = helper.start("renew", "--all")
    provider.wait_for(requests=4)  # before any was answered
    provider.leaving.set()
    run = helper.finish(process)
    assert run.code == 77, run
    lines = sorted(run.out.splitlines())
    assert [x.split(":")[0] for x in lines] == ["anna", "bert", "carl", "dora"]
    assert all(": renewed, expires " in x for x in lines if x[:4] != "carl")
    assert lines[2].startswith("carl: signin: invalid_grant: "), lines
    assert len(provider.requests) == 4


def test_renew_all_and_a_section_that_is_wrong(helper, provider):
    helper.signed_in("anna")
    helper.account("bert", flow="dance")
    run = helper.run("renew", "--all")
    assert run.code == 78, run
    assert "anna: renewed" in run.out
    assert "[bert]: flow must be code, device, client or service" in run.out


def test_renew_all_of_none(helper):
    helper.ini.write_text("")
    run = helper.run("renew", "--all")
    assert run.code == 0 and run.out == "", run


@pytest.mark.parametrize("args", [["renew"], ["renew", "alice", "--all"]])
def test_renew_whom(helper, args):
    helper.account("alice")
    run = helper.run(*args)
    assert run.code == 64, run
    assert "give the NAME of an account, or --all" in run.out


def test_renew_twice(helper, provider):
    helper.signed_in()
    for _ in range(3):
        assert helper.run("renew", "alice").code == 0
    assert len(provider.requests) == 3


# status ---------------------------------------------------------------------

def test_status_of_many(helper, provider):
    for name in ("anna", "bert"):
        helper.signed_in(name)
    helper.run("token", "anna")
    provider.always = error(400, "invalid_grant")
    helper.run("token", "bert")
    run = helper.run("status")
    assert run.code == 2, run
    first, *others = run.out.splitlines()
    assert first.startswith(
        "SMTP_OAUTH2 CRITICAL: bert: signin: invalid_grant: "), first
    assert first.endswith("; sign in again (smtp-oauth2 setup "
                          "bert) (1 of 2 accounts are not OK)"), first
    assert others[0].startswith("bert: CRITICAL: ")
    assert re.fullmatch(
        r"anna: OK: token valid until [\d: -]+ UTC, renewed [\d: -]+ UTC",
        others[1]), others


def test_status_as_json(helper, provider):
    helper.signed_in("anna")
    helper.account("bert")
    helper.account("carl", provider="nobody")
    helper.run("token", "anna")
    run = helper.run("status", "--json")
    data = schema.read_status(run.out)
    assert run.code == 2 and data["schema"] == 1
    assert data["state"] == "CRITICAL"
    anna, bert, carl = data["accounts"]
    assert anna["state"] == "OK" and anna["token_valid"] is True
    assert anna["last_error"] is None and anna["in_flight"] is False
    assert abs(anna["token_expires_at"] - time.time() - 3600) < 60
    assert abs(anna["renewed_at"] - time.time()) < 60
    assert bert["state"] == "CRITICAL" and bert["token_valid"] is False
    assert bert["message"] == "nobody has signed in: smtp-oauth2 setup bert"
    assert carl["state"] == "UNKNOWN" and carl["provider"] is None
    assert carl["last_error"]["class"] == "local"


def test_status_of_a_failure_has_its_remedy(helper, provider):
    helper.signed_in()
    provider.always = error(400, "invalid_grant", "AADSTS50055: expired")
    helper.run("token", "alice")
    data = schema.read_status(helper.run("status", "--json").out)
    last = data["accounts"][0]["last_error"]
    assert last["class"] == "signin" and last["code"] == "AADSTS50055"
    assert last["error"] == "invalid_grant" and last["http_status"] == 400
    assert last["remedy"] == "change the password, then sign in again "\
        "(smtp-oauth2 setup alice)"
    assert last["retry_at"] - last["at"] == 900


@pytest.mark.parametrize("days, code", [
    (None, 1), ("13,5", 0), ("20,14", 2), ("20", 1)])
def test_status_credential(helper, provider, days, code):
    helper.signed_in()
    helper.write(refresh_token="r-0123456", client_id=oauth2.CLIENT,
                 token_url=provider.url, renewed_at=int(time.time()),
                 refresh_ends_at=int(time.time()) + 13 * 86400 + 3600)
    args = [] if days is None else ["--credential-days=" + days]
    run = helper.run("status", "alice", *args)
    assert run.code == code, run
    if code:
        assert "the refresh token ends in 13 days" in run.out


@pytest.mark.parametrize("days", ["x", "3,14", "", "1,2,3"])
def test_status_bad_days(helper, days):
    helper.account("alice")
    run = helper.run("status", "--credential-days=" + days)
    assert run.code == 3, run
    assert run.out.startswith("SMTP_OAUTH2 UNKNOWN: --credential-days: "), run


def test_status_of_a_folder_that_is_not_there(helper):
    helper.account("alice")
    helper.state.rmdir()
    helper.state.parent.joinpath("file").write_text("")
    run = helper.run("status", "--state-dir",
                     helper.state.parent / "file" / "x")
    assert run.code == 3 and "is no folder, or a link" in run.out, run


def test_status_asks_nobody(helper, provider):
    helper.signed_in()
    helper.run("status")
    assert not provider.requests


def test_ninety_days_of_microsoft(helper):
    helper.account("alice", provider="microsoft", tenant="example.org",
                   token_url=None)
    now = int(time.time())
    url = ("https://login.microsoftonline.com/example.org/oauth2/v2.0/token")
    helper.write(refresh_token="r-0123456", client_id=oauth2.CLIENT,
                 token_url=url, renewed_at=now - 80 * 86400 + 60)
    run = helper.run("status", "alice")
    assert run.code == 1 and "the refresh token ends in 10 days" in run.out


# remove, providers, the command line ----------------------------------------

def test_remove(helper, provider):
    helper.signed_in()
    helper.run("token", "alice")
    run = helper.run("remove", "alice")
    assert run.code == 0 and not list(helper.state.iterdir()), run
    assert helper.run("remove", "alice").code == 0


def test_remove_while_it_is_renewed(helper, provider):
    helper.signed_in()
    provider.always = Fault(late=3600)
    process = helper.start("token", "alice")
    provider.wait_for(requests=1)
    run = helper.run("remove", "alice")
    assert run.code == 75 and "is being renewed" in run.out, run
    provider.leaving.set()
    assert helper.finish(process).code == 0


def test_providers(helper):
    run = helper.run("providers")
    assert run.code == 0
    for name in ("microsoft", "google", "yahoo", "aol", "fastmail", "custom"):
        assert re.search(r"(?m)^%s " % name, run.out), run


def test_help_and_version(helper):
    run = helper.run("--help")
    assert run.code == 0 and "Usage: smtp-oauth2 " in run.out
    assert all(len(x) <= 80 for x in run.out.splitlines())
    assert re.fullmatch(r"smtp-oauth2 \d\S*\n", helper.run("-V").out)


@pytest.mark.parametrize("args, words", [
    ([], "a command is missing"),
    (["dance"], "no such command: dance"),
    (["token"], "token: the NAME of the account is missing"),
    (["token", "a", "b"], "one name is enough: b is too much"),
    (["token", "../a"], "no name of an account: ../a"),
    (["token", ".a"], "- @ +, neither . nor - first"),
    (["token", "bob"], 'no account "bob" in '),
    (["token", "alice", "--scope=x"], "--scope: is not for token; write it into oauth2.ini"),
    (["token", "--dance"], "--dance: no such option"),
])
def test_usage(helper, args, words):
    helper.account("alice")
    run = helper.run(*args)
    assert run.code == 64 and run.fields["class"] == "usage", run
    assert words in run.fields["message"], run
    assert run.err.startswith("smtp-oauth2: ")


# oauth2.ini -----------------------------------------------------------------

MICROSOFT = {"provider": "microsoft", "token_url": None}


@pytest.mark.parametrize("keys, words", [
    ({"provider": None}, "provider is missing: microsoft, google"),
    ({"provider": "exchange"}, "provider must be microsoft, google, yahoo"),
    ({"flow": "dance"}, "flow must be code, device, client or service"),
    ({"provider": "google", "flow": "device"},
     "Google gives mail scopes to no device flow"),
    ({"provider": "fastmail", "flow": "client"},
     "flow client is none of fastmail's, which are: code"),
    ({"client_id": None}, "client-id is missing"),
    ({"token_url": None}, "token-url is missing: give it, or have setup find it"),
    ({"token_url": "http://a/t"}, "token-url must be https://"),
    ({"token_url": "https://u:p@a/t"}, "token-url must be https://"),
    ({"auth_url": "ftp://a"}, "auth-url must be https://"),
    (MICROSOFT, "tenant is missing"),
    ({**MICROSOFT, "tenant": "a/b"}, "tenant must be an id or a domain"),
    ({**MICROSOFT, "tenant": "a", "cloud": "mars"},
     "cloud must be global, us or china"),
    ({"flow": "client"}, "flow client shows the application's own"),
    ({"client_auth": "basic"},
     "client-secret-from is missing: client-auth wants one; use file:PATH"),
    ({"client_auth": "dance"}, "client-auth must be post, basic"),
    ({"client_secret_from": "stdin"}, "cannot be a descriptor: nobody is there "
     "when a token is renewed; use file:PATH, cred:NAME, "),
    ({"client_secret_from": "ask"}, "cannot be asked for: nobody is there when "
     "a token is renewed; use file:PATH, cred:NAME, "),
    ({"client_secret_from": "oauth2:x"}, "cannot be an access token; use file:PATH"),
    ({"client_secret_from": "s3cret-0123"}, "client-secret-from is not a source; "
     "use file:PATH, cred:NAME, cmd:COMMAND or env:NAME"),
    ({"client_secret_from": "file:"}, "client-secret-from is not a source; "),
    ({"client_secret_from": "file:/a", "certificate": "/c", "key": "/k"},
     "are both there: use one of them"),
    ({"client_secret_from": "file:/a", "client_auth": "none"},
     "does not go with client-auth none"),
    ({"certificate": "/c"}, "key is missing"),
    ({"key": "/c"}, "certificate is missing"),
    ({"client_secret_expires": "31.5.2027"}, "must be a date such as"),
    ({"client_secret_expires": "2027-13-01"}, "must be a date such as"),
    ({"timeout": "0"}, "timeout must be seconds from 1 to 120"),
    ({"port": "70000"}, "port must be a number from 1 to 65535"),
    ({"scope": ""}, "scope"),
    ({"nonsense": "1"}, "not an option of this program; see --help"),
    ({"provider": "google", "flow": "service"}, "service-account is missing: Google's key "
     "file"),
    ({"provider": "google", "flow": "service", "user": None,
      "service_account": "/s"}, "user is missing: the mailbox"),
])
def test_bad_account(helper, provider, keys, words):
    helper.account("alice", **keys)
    run = helper.run("token", "alice")
    assert run.code == 78 and run.fields["class"] == "local", run
    assert words in run.fields["message"], run
    assert "s3cret-0123" not in run.out + run.err
    assert not provider.requests


@pytest.mark.parametrize("text, words", [
    ("[a]\n[a]\n", "section [a] is there twice"),
    ("[a b]\n", "section [a b] is no name of an account"),
    ("[a]\nclient-id\n", "line 2"),
])
def test_bad_file(helper, text, words):
    helper.ini.write_text(text)
    run = helper.run("token", "a")
    assert run.code == 78 and words in run.fields["message"], run


def test_file_that_is_not_there(helper):
    run = helper.run("--config=/nonexistent/oauth2.ini", "token", "a")
    assert run.code == 78 and "No such file or directory" in run.out, run
    assert run.fields["remedy"] == "give the file by --config, or let " \
        "smtp-oauth2 setup make it", run
    run = helper.run("--config=/", "token", "a")
    assert run.fields["remedy"] == "mend it, or give another by --config", run


def test_no_accounts(helper):
    helper.ini.write_text("")
    helper.state.mkdir(mode=0o700, exist_ok=True)
    assert helper.run("status").out == "SMTP_OAUTH2 UNKNOWN: no accounts in " \
        "%s; smtp-oauth2 setup NAME makes one\n" % helper.ini
    assert schema.read_status(
        helper.run("status", "--json").out)["accounts"] == []
    run = helper.run("token", "bob")
    assert run.code == 64 and run.fields["remedy"] == \
        "smtp-oauth2 status lists those there are; smtp-oauth2 setup bob " \
        "makes it"


def test_presets_and_basic(helper, provider, tmp_path):
    """A client's secret in the header, form-encoded first."""
    helper.account("app", flow="client", client_auth="basic",
                   client_secret_from="cmd:cat %s" % helper.secret_file)
    run = helper.run("token", "app")
    assert run.code == 77 and run.fields["error"] == "invalid_client", run
    assert provider.requests == [{"grant_type": "client_credentials"}]
    assert provider.basic == [(oauth2.CLIENT, token_server.SECRET)]


def test_secret_that_is_not_there(helper, provider):
    helper.account("app", flow="client", client_secret_from="file:/none")
    run = helper.run("token", "app")
    assert run.code == 78, run
    assert "client-secret-from: file:/none: No such file" in run.out
    assert not provider.requests


def test_secret_from_the_environment(helper, provider):
    helper.account("app", flow="client", client_secret_from="env:WORD")
    assert helper.run("token", "app",
                      env={"WORD": token_server.SECRET}).code == 0
