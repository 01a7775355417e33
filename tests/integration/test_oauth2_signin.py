"""setup, test and revoke of smtp-oauth2 where something is in the way: each
says what, and nothing is asked or written that should not be."""

import os
import shutil
import time

import pytest

import oauth2
import terminal
from conftest import USER
from oauth2 import CLIENT, helper, provider  # noqa: F401 (fixtures)
from token_server import Fault, error

ACCESS = "access-0-ABCDEFGHIJKLMNOP"


@pytest.fixture
def setup(helper, provider):
    """setup(flow, key=value...) runs it without a terminal."""
    def run(flow="code", start=False, **keys):
        given = {"provider": "custom", "flow": flow, "client-id": CLIENT,
                 "user": USER, "token-url": provider.url,
                 "ca-file": helper.ca.ca, "host": "localhost", "port": 1,
                 **{k.replace("_", "-"): v for k, v in keys.items()}}
        line = ["setup", "alice", "--config=%s" % helper.ini,
                *("--%s=%s" % x for x in given.items() if x[1] is not None)]
        return helper.start(*line) if start else helper.run(*line)

    return run


# test -----------------------------------------------------------------------

@pytest.fixture
def account(helper, mail):
    """alice with a token that is fresh, and a mail server that takes it."""
    server = mail(mechs="XOAUTH2", auth="235 2.7.0 Welcome")
    helper.signed_in(host="localhost", port=str(server.port))
    helper.keep_token()
    helper.env["SSL_CERT_FILE"] = helper.ca.ca
    return server


def test_test(helper, account):
    run = helper.run("test", "alice")
    assert run.code == 0 and "SMTP_AUTH OK: " + USER in run.out, run


def test_test_refused(helper, mail, account):
    server = mail(mechs="XOAUTH2", auth="535 5.7.8 no")
    helper.account("alice", host="localhost", port=str(server.port))
    run = helper.run("test", "alice")
    assert run.code == 77 and run.fields["class"] == "admin", run
    assert run.fields["remedy"] == \
        "mend that, and try: smtp-oauth2 test alice"


@pytest.mark.parametrize("key", ["user", "host"])
def test_test_without_whom_or_where(helper, account, key):
    helper.account("alice", **{"host": "localhost", key: None})
    run = helper.run("test", "alice")
    assert run.code == 78 and key + " is missing" in run.out, run


def test_test_without_a_token(helper, provider, account):
    helper.file("alice", "token").unlink()
    provider.always = error(400, "invalid_grant")
    run = helper.run("test", "alice")
    assert run.code == 77 and run.fields["class"] == "signin", run
    assert account.done() == []


@pytest.mark.parametrize("where", ["nowhere", "path"])
def test_plugin_stands_elsewhere(helper, account, tmp_path, where):
    alone = tmp_path / "alone"
    alone.mkdir()
    shutil.copy(helper.path, alone)
    plugin, helper.path = helper.plugin.path, str(alone / "smtp-oauth2")
    helper.env["PATH"] = (os.path.dirname(plugin) if where == "path"
                          else str(tmp_path / "none"))
    run = helper.run("test", "alice")
    if where == "path":
        assert run.code == 0, run
    else:
        assert run.code == 78 and "cannot run check_smtp_auth; it should " \
            "stand beside smtp-oauth2" in run.out, run


# revoke ---------------------------------------------------------------------

def test_revoke_of_nobody(helper):
    helper.account("alice")
    run = helper.run("revoke", "alice")
    assert run.code == 64 and "nobody is signed in" in run.out, run


def test_revoke_of_an_application(helper):
    helper.account("alice", flow="client",
                   client_secret_from="file:%s" % helper.secret_file)
    run = helper.run("revoke", "alice")
    assert run.code == 64 and "flow client has no sign-in" in run.out, run


def test_revoke_of_another(helper, provider):
    helper.signed_in(revoke_url=provider.url)
    helper.account("alice", client_id="client-2", revoke_url=provider.url)
    run = helper.run("revoke", "alice")
    assert run.code == 78, run
    assert "smtp-oauth2 remove alice" in run.fields["remedy"]
    assert not provider.requests


@pytest.mark.parametrize("keys, words", [
    ({}, "take the application's access away"),
    ({"provider": "microsoft", "tenant": "a"}, "Revoke-MgUserSignInSession")])
def test_revoke_without_an_endpoint(helper, provider, keys, words):
    helper.signed_in(**keys)
    run = helper.run("revoke", "alice")
    assert run.code == 78 and words in run.fields["remedy"], run
    assert not provider.requests


def test_revoke_refused(helper, provider):
    helper.signed_in(revoke_url=provider.url)
    for body, words in (('{"error": "invalid_client"}', "invalid_client"),
                        ("no JSON", "HTTP 400 without an error of OAuth")):
        provider.faults.append(Fault(rotate=False, status=400, body=body))
        run = helper.run("revoke", "alice")
        assert run.code == 77 and words in run.fields["message"], run
        assert helper.record()["refresh_token"]


def test_revoke_and_nobody_listens(helper):
    helper.signed_in(revoke_url="https://localhost:1/revoke")
    run = helper.run("revoke", "alice")
    assert run.code == 75 and helper.record()["refresh_token"], run


@pytest.mark.parametrize("command", ["revoke", "setup"])
def test_while_it_is_renewed(helper, provider, setup, command):
    helper.signed_in(revoke_url=provider.url)
    provider.always = Fault(late=3600)
    process = helper.start("token", "alice")
    provider.wait_for(requests=1)
    run = helper.run("revoke", "alice") if command == "revoke" else setup(
        auth_url=provider.url)
    assert run.code == 75 and "being renewed" in run.fields["message"], run
    provider.leaving.set()
    assert helper.finish(process).code == 0
    assert len(provider.requests) == 1


# setup: discovery -----------------------------------------------------------

def place(path="", openid=True):
    return ("%s/.well-known/openid-configuration" % path if openid else
            "/.well-known/oauth-authorization-server" + path)


@pytest.mark.parametrize("path", ["", "/tenant"])
@pytest.mark.parametrize("openid", [True, False])
def test_discovery(helper, provider, setup, path, openid):
    top = provider.url[:-len("/token")]
    issuer = top + path
    provider.pages[place(path, openid)] = {
        "issuer": issuer, "token_endpoint": provider.url,
        "device_authorization_endpoint": top + "/device"}
    provider.faults.append(error(400, "unauthorized_client"))
    run = setup("device", token_url=None, issuer=issuer)
    assert "unauthorized_client" in run.out, run
    written = helper.ini.read_text()
    assert "token-url = %s\n" % provider.url in written
    assert "device-url = %s/device\n" % top in written


@pytest.mark.parametrize("change, words", [
    ({"token_endpoint": None}, "has no token_endpoint"),
    ({"token_endpoint": "http://a/"}, "an endpoint that is not https://HOST/"),
    ({"issuer": None}, "names another issuer: none"),
    ({"issuer": "https://a.example"}, "another issuer: https://a.example")])
def test_discovery_that_is_wrong(helper, provider, setup, change, words):
    issuer = provider.url[:-len("/token")]
    provider.pages[place()] = {"issuer": issuer,
                               "token_endpoint": provider.url, **change}
    run = setup(token_url=None, issuer=issuer)
    assert run.code == 78 and words in run.fields["message"], run
    assert not helper.ini.exists()


def test_discovery_that_is_not_there(helper, provider, setup):
    issuer = provider.url[:-len("/token")]
    run = setup(token_url=None, issuer=issuer)
    assert run.code == 78 and "HTTP 404" in run.fields["message"], run
    assert provider.gets == [place(), place(openid=False)]
    run = setup(token_url=None, issuer="http://a.example")
    assert run.code == 64 and "issuer: must be https://" in run.out, run
    run = setup(token_url=None, issuer="https://localhost:1")
    assert run.code == 75, run
    assert not helper.ini.exists()


# setup: what is written -----------------------------------------------------

def test_file_that_is_none(helper, setup, provider):
    helper.ini.mkdir()
    run = setup()
    assert run.code == 78 and str(helper.ini) in run.fields["message"], run
    helper.ini.rmdir()
    helper.ini.symlink_to(helper.secret_file.parent / "elsewhere")
    run = setup(auth_url=provider.url, start=True)
    run = helper.finish(run)
    assert run.code == 78 and "is no regular file" in run.out, run


def test_folder_that_cannot_be(helper, setup):
    helper.ini = helper.ini.parent / "a" / "b" / "oauth2.ini"
    run = setup()
    assert run.code == 78 and "cannot write " in run.out, run


def test_value_that_cannot_stand_there(helper, setup):
    for scope, words in (("a ", "scope: the value cannot stand in an INI"),
                         ("a ; b", "cannot be written into an INI file: ")):
        run = setup(scope=scope)
        assert run.code == 78 and words in run.fields["message"], run
    assert not helper.ini.exists()


def test_section_among_others(helper, setup):
    """Blanks in the brackets, and no line end at the last."""
    helper.ini.write_text("[a]\nprovider = google\n[ alice ]\nflow = device\n"
                          "# of alice\n[b]\nprovider = yahoo")
    assert setup().code == 78  # no auth-url
    text = helper.ini.read_text()
    assert text.startswith("[a]\nprovider = google\n[alice]\n")
    assert text.endswith("\n\n[b]\nprovider = yahoo") and "# of" not in text
    helper.ini.write_text("[b]\nprovider = yahoo")
    setup()
    assert helper.ini.read_text().startswith(
        "[b]\nprovider = yahoo\n\n[alice]\n")


# setup: what the provider says ----------------------------------------------

def test_without_an_endpoint(helper, setup, provider):
    assert "auth-url is missing" in setup().fields["message"]
    assert "device-url is missing" in setup("device").fields["message"]
    assert not provider.requests


@pytest.fixture
def device(provider, setup):
    """device(answers...) begins a sign-in with the first of them."""
    def run(*answers, begin=None, **more):
        first = {"device_code": "dev1ce-0123456789", "user_code": "AB-CD",
                 "verification_uri": "https://localhost/device",
                 "interval": 1, "expires_in": 600, **(begin or {})}
        said = [(200, first), *answers]
        provider.grant = lambda handler, form: said.pop(0)
        return setup("device", device_url=provider.url, **more)

    return run


@pytest.mark.parametrize("key", ["device_code", "user_code",
                                 "verification_uri"])
def test_device_code_that_is_none(device, key):
    run = device(begin={key: None})
    assert run.code == 75 and "it has no device code" in run.out, run


def test_nobody_types_the_code(device):
    run = device((400, {"error": "authorization_pending"}),
                 begin={"expires_in": 1})
    assert run.code == 77, run
    assert "nobody has typed the code in time" in run.fields["message"]


def test_device_and_a_server_that_stumbles(device, helper):
    good = {"access_token": ACCESS, "expires_in": 60,
            "refresh_token": "refresh-9-0123456789"}
    helper.hidden.append(good["refresh_token"])
    run = device((503, {}), (200, good), begin={"expires_in": None})
    assert run.code in (77, 78), run  # no mail server listens
    assert helper.record()["refresh_token"] == good["refresh_token"]


@pytest.mark.parametrize("answer, words", [
    ({"access_token": ACCESS}, "the provider gave no refresh token"),
    ({"refresh_token": "r-0123456"}, "the provider gave no access token")])
def test_half_an_answer(device, helper, answer, words):
    run = device((200, answer), begin={"interval": None})
    assert words in run.fields["message"], run
    assert not helper.file("alice", "json").exists()


def test_secret_that_cannot_be_had(helper, provider, setup):
    run = setup(auth_url=provider.url, client_secret_from="file:/none")
    assert run.code == 78 and "file:/none: No such file" in run.out, run


def test_state_folder_that_is_not_right(helper, provider, setup):
    helper.state.chmod(0o777)
    run = setup(auth_url=provider.url)
    assert run.code == 78 and "may be written by others" in run.out, run


# setup: at a terminal -------------------------------------------------------

@pytest.fixture
def talk(helper):
    def run(*dialogue, args=()):
        return terminal.converse(
            [helper.path, "setup", "alice", "--config=%s" % helper.ini,
             "--proxy=http://127.0.0.1:1", *args],
            helper.plugin.environment(helper.env), helper.state, columns=500,
            dialogue=dialogue)

    return run


def test_asked_for_microsoft(helper, talk):
    code, shown = talk(
        ("Provider: ", "microsoft\n"), ("Flow: ", "client\n"),
        ("Tenant: ", "example.org\n"), ("Mailbox", USER + "\n"),
        ("Client id", "app-1\n"), ("Client secret", "s3cret-0123\x7f3\r"),
        ("Enter when that is done", "\n"))
    assert code in (75, 78) and "s3cret" not in shown, shown
    written = helper.ini.read_text()
    assert "tenant = example.org\n" in written
    assert (helper.ini.parent / "alice.secret").read_text() == "s3cret-0123"


def test_asked_for_a_person_of_microsoft(helper, talk):
    """Whose client is public: no secret is asked for."""
    code, shown = talk(
        ("Provider: ", "microsoft\n"), ("Flow: ", "device\n"),
        ("Tenant: ", "consumers\n"), ("Mailbox", USER + "\n"),
        ("Client id", "app-1\n"))
    assert code in (75, 78) and "secret" not in shown, shown


def test_asked_for_google(helper, talk):
    code, shown = talk(
        ("Provider: ", "google\n"), ("Flow: ", "service\n"),
        ("Mailbox", USER + "\n"), ("key file", "/none.json\n"),
        ("Enter when that is done", "\n"))
    assert code == 78 and "service-account: /none.json: No such" in shown


def test_asked_for_yahoo(helper, talk):
    code, shown = talk(
        ("Provider: ", "yahoo\n"), ("Flow [code]: ", "\x04"))
    assert code == 64 and "flow is missing" in shown, shown
    assert not helper.ini.exists()


def test_asked_in_vain(helper, talk):
    code, shown = talk(*[("Provider: ", "\n")] * 3)
    assert code == 64 and "provider is missing" in shown, shown


# What a request meets -------------------------------------------------------

def stamp(seconds):
    return time.strftime("%a, %d %b %Y %H:%M:%S GMT",
                         time.gmtime(time.time() + seconds))


@pytest.mark.parametrize("after, low, high", [
    (500, 450, 510), ("99999999", 86000, 86400), (-100, -1, 30),
    ("soon", 20, 30)])
def test_retry_after(helper, provider, after, low, high):
    helper.signed_in()
    if isinstance(after, int):
        after = stamp(after)
    provider.faults.append(Fault(rotate=False, status=429, body="{}",
                                 headers={"Retry-After": after}))
    run = helper.run("token", "alice")
    assert low < int(run.fields["retry_at"]) - time.time() <= high, run


def test_endless_headers(helper, provider):
    helper.signed_in()
    provider.faults.append(Fault(headers={
        "X-%d" % i: "x" * 1000 for i in range(90)}))
    run = helper.run("token", "alice")
    assert run.code == 75 and "larger than 64 KiB" in run.out, run


@pytest.mark.parametrize("trust, code", [
    ({}, 78), ({"SSL_CERT_FILE": "ca"}, 0), ({"SSL_CERT_DIR": "ca_dir"}, 0),
    ({"SSL_CERT_DIR": "none"}, 78)])
def test_trust_of_the_system(helper, provider, trust, code):
    helper.signed_in(ca_file=None)
    run = helper.run("token", "alice", env={
        k: getattr(helper.ca, v, "/none") for k, v in trust.items()})
    assert run.code == code, run
    assert len(provider.requests) == (code == 0)
    if code:
        assert "ca-file = FILE" in run.out, run


@pytest.mark.parametrize("keys, env, words", [
    ({"ca_file": None}, {}, "install ca-certificates"),
    ({"ca_file": None}, {"SSL_CERT_FILE": "/none"}, "SSL_CERT_FILE names it"),
    ({"ca_file": "/none"}, {}, "make the file of ca-file one"),
])
def test_machine_without_roots(helper, provider, leave_to_mount, keys, env,
                               words):
    helper.signed_in(**keys)
    run = helper.run(
        "token", "alice", env=env, wrapper=[
            "unshare", "--mount", "sh", "-c",
            'mount -t tmpfs none /etc/ssl && exec "$@"', "sh"])
    assert run.code == 78 and words in run.fields["remedy"], run
    assert not provider.requests


def test_proxy_that_is_not_there(helper, provider):
    helper.signed_in(proxy="http://127.0.0.1:1")
    assert helper.run("token", "alice").code == 75
    helper.signed_in(proxy="http://none.invalid:1")
    assert helper.run("renew", "alice").code == 78
    assert not provider.requests


# What status finds ----------------------------------------------------------

@pytest.mark.parametrize("record, code, words", [
    ({"lost_at": 1000}, 1, "an answer of the provider's was lost at 1970"),
    ({"client_id": "other"}, 2, "signed in with another token-url"),
    ({"refresh_ends_at": 1000}, 2, "the refresh token has ended"),
    ({"refresh_token": None}, 2, "nobody has signed in")])
def test_status(helper, provider, record, code, words):
    helper.signed_in()
    helper.write(**{**helper.record(), **record})
    run = helper.run("status", "alice")
    assert run.code == code and words in run.out, run


def test_status_of_tokens(helper, provider):
    helper.signed_in()
    assert "no token yet" in helper.run("status", "alice").out
    helper.keep_token(left=-10, age=4000)
    run = helper.run("status", "alice")
    assert "token expired " in run.out and "the next check renews it" in run.out
    helper.file("alice", "token").write_text(
        "token-0\nobtained_at=1\nrenew_at=9999999999\n")
    assert "does not tell when it expires" in helper.run("status").out
    helper.keep_token()
    helper.write(**{**helper.record(), "last_error": {
        "class": "temporary", "text": "HTTP 503", "remedy": "wait"}})
    run = helper.run("status", "alice")
    assert run.code == 1 and "temporary: HTTP 503; wait" in run.out, run


@pytest.mark.parametrize("wrong", [
    {"failed_at": "x"}, {"clock_ahead": "x"}, {"last_error": {}},
    {"last_error": {"class": 1}}, {"last_error": {"class": "nonsense"}},
    {"last_error": {"class": "local", "text": 1}},
    {"last_error": {"class": "local", "retry_at": "x"}}])
def test_record_of_another_make(helper, provider, wrong):
    helper.signed_in()
    helper.write(**{**helper.record(), **wrong})
    run = helper.run("token", "alice")
    assert run.code == 78 and "alice.json: damaged" in run.out, run
    assert not provider.requests
    assert "damaged" in helper.run("status").out


def test_token_without_an_end(helper, provider):
    helper.signed_in()
    provider.faults.append(Fault(change=lambda x: x.pop("expires_in")))
    run = helper.run("renew", "alice")
    assert run.code == 0 and "does not tell when it expires" in run.out, run


def test_more_accounts_than_go_side_by_side(helper, provider):
    for i in range(18):
        helper.signed_in("a%d" % i)
    run = helper.run("renew", "--all")
    assert run.code == 0 and run.out.count("renewed") == 18, run


@pytest.mark.parametrize("keys, words", [
    ({"scope": "a\tb"}, "scope holds a control character"),
    ({"scope": "x" * 5000}, "scope is too long"),
    ({"provider": "microsoft", "tenant": "a", "token_url": None,
      "cloud": "us"}, "nobody has signed in"),
    ({"certificate": "/none", "key": "/none", "flow": "client"},
     "key: /none: No such file")])
def test_accounts(helper, provider, keys, words):
    helper.account("alice", **keys)
    run = helper.run("token", "alice")
    assert words in run.fields["message"], run
    assert not provider.requests
    assert run.code in oauth2.NAMES


@pytest.mark.parametrize("days, code", [(5, 1), (1, 2), (30, 0)])
def test_client_secret_that_ends(helper, days, code):
    helper.account(
        "alice", flow="client",
        client_secret_from="file:%s" % helper.secret_file,
        client_secret_expires=time.strftime(
            "%Y-%m-%d", time.gmtime(time.time() + days * 86400)))
    run = helper.run("status", "alice")
    assert run.code == code, run
    assert ("the client secret ends in " in run.out) == (code != 0), run
