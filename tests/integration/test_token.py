"""What a secret tells before it is sent: what is visibly wrong with it, and
when a token expires."""

import itertools
import time

import jwt
import pytest

from conftest import PASSWORD, USER, matches

KEY = "a key that is long enough to be used with HS256"
SUBJECT = "subject-of-the-claims"
GRAPH = "https://graph.microsoft.com"
DAY = 86400
REJECTED = "535 5.7.8 Nobody knows this one"
REQUEST = (
    "the token is not for a mail service, but for another one of "
    "Microsoft's: request it with the scope "
    "https://outlook.office.com/SMTP.Send or, as an application, "
    "https://outlook.office365.com/.default")
EXPIRED = (r"the token expired \d{4}-\d\d-\d\d \d\d:\d\d UTC, 3 hours ago by "
           r"this machine's clock: get a new one")


@pytest.fixture
def tokens(plugin):
    """tokens(claim=...) makes a JWT; neither it nor what it holds may be in
    any output from then on."""
    def make(**claims):
        token = jwt.encode({"sub": SUBJECT, **claims}, KEY, "HS256")
        plugin.secret(token)
        for part in token.split("."):
            plugin.secret(part)
        plugin.secret(SUBJECT)
        return token

    return make


@pytest.fixture
def login(plugin, mail):
    """login(token, ...) runs the plugin; server says what the login gets."""
    def run(token, *args, auth="235 2.7.0 Welcome", json_=False, **options):
        server = mail(mechs=options.pop("mechs", "XOAUTH2"), auth=auth,
                      **options)
        line = [*server.args, "-U", USER, "--token-from=env:TOKEN", *args]
        start = plugin.json if json_ else plugin.run
        return start(*line, env={"TOKEN": token})

    return run


def ago(hours):
    """With half an hour to spare on both sides."""
    return int(time.time()) - hours * 3600 - 1800


# What is wrong with it ------------------------------------------------------

def test_expired(login, tokens):
    token = tokens(exp=ago(3))
    result = login(token, auth=REJECTED)
    assert result.state == "CRITICAL"
    assert matches(EXPIRED, result.details[0])
    assert not any("expired" in x for x in result.details[1:])
    assert login(token, auth=REJECTED, json_=True)["cause"] == "token"
    # The server decides; our clock may be wrong.
    result = login(token)
    assert result.state == "OK"
    assert matches("warning: " + EXPIRED, result.details[0])


def test_advice_for_the_reply_follows(login, tokens):
    result = login(tokens(exp=ago(3)), mechs="OAUTHBEARER", auth=[
        "334 eyJzdGF0dXMiOiJpbnZhbGlkX3Rva2VuIn0=", "535 5.7.8 No"])
    assert matches(EXPIRED + "; else: access token expired, or .*",
                   result.details[0])


def test_another_service(plugin, login, tokens):
    plugin.secret(GRAPH)
    token = tokens(aud=GRAPH + "/", exp=int(time.time()) + DAY)
    result = login(token, auth=REJECTED)
    assert result.details[0] == REQUEST
    assert "warning: " + REQUEST in login(token).details


@pytest.mark.parametrize("aud", [
    "https://outlook.office365.com", ["account", GRAPH], "mail", None])
def test_an_audience_that_may_take_mail(login, tokens, aud):
    result = login(tokens(aud=aud), auth=REJECTED)
    assert not any("mail service" in x for x in result.details)


def test_backend_knows_better(login, tokens):
    result = login(tokens(exp=ago(3)), auth=(
        "454 4.7.0 Temporary authentication failure: Connection lost to "
        "authentication server"))
    assert result.details[0].startswith("the server's SASL backend")
    assert any(x.startswith("warning: the token expired")
               for x in result.details)


@pytest.mark.parametrize("secret, fault", [
    (PASSWORD + "\n", "ends with a line end"),
    (PASSWORD + "\r\n", "ends with a line end"),
    (PASSWORD + "\r", "ends with a carriage return"),
    (PASSWORD + " ", "ends with a blank"),
    (" " + PASSWORD, "begins with a blank"),
    ("'%s'" % PASSWORD, "stands in quotes, which are sent, too"),
    ("\ufeff" + PASSWORD, "begins with a byte order mark: save its file as "
                          "UTF-8 without one"),
    ("first-line\nsecond", "holds more than one line"),
    ("pass\x1bword", "holds a control character"),
    ("    ", "holds nothing but blanks"),
])
@pytest.mark.parametrize("source", ["env", "pass", "-P"])
def test_passwords(plugin, mail, source, secret, fault):
    line = "the password " + fault
    how = {"env": ["--password-from=env:SECRET"],
           "pass": ["--password-from=pass:" + secret],
           "-P": ["-P", secret]}[source]
    if secret.strip():
        plugin.secret(secret)
    how = ["-U", USER, *how]
    args = [*mail(auth=REJECTED).args, *how]
    result = plugin.run(*args, env={"SECRET": secret})
    assert result.state == "CRITICAL" and result.details[0] == line
    data = plugin.json(*args, env={"SECRET": secret})
    assert data["hint"] == line and data["cause"] == "credential"
    result = plugin.run(*mail().args, *how, env={"SECRET": secret})
    assert result.state == "OK" and result.details == ["warning: " + line]


@pytest.mark.parametrize("content, fault", [
    (b"korrekt Pferd 7!\r\n", None),
    (b"korrekt Pferd 7!\r\r\n", "ends with a carriage return"),
    (b"korrekt Pferd 7! \n", "ends with a blank"),
    (b"\xef\xbb\xbfkorrekt Pferd 7!\n", "begins with a byte order mark: save "
     "its file as UTF-8 without one"),
])
def test_password_files(plugin, mail, tmp_path, content, fault):
    path = tmp_path / "password"
    path.write_bytes(content)
    path.chmod(0o600)
    args = [*mail().args, "-U", USER, "--password-from=file:%s" % path]
    result = plugin.run(*args)
    assert result.details == (
        ["warning: the password " + fault] if fault else [])


@pytest.mark.parametrize("around, faults", [
    ("Bearer %s", ['begins with "Bearer", which is not part of it']),
    ('"%s"\n', ["ends with a line end",
                "stands in quotes, which are sent, too"]),
    ("%s %s", ["holds a blank, as no token does"]),
])
def test_tokens(login, tokens, around, faults):
    token = tokens(exp=int(time.time()) + DAY)
    result = login(around.replace("%s", token), auth=REJECTED)
    assert result.details[0] == "the token " + faults[0]
    assert ["warning: the token " + x for x in faults[1:]] == [
        x for x in result.details if x.startswith("warning: the token")]


def test_secret_is_not_blamed_for_the_connection(plugin, mail):
    args = mail(greeting="554 5.7.1 Nobody knows this one").args
    data = plugin.json(*args, "-U", USER, "-P", PASSWORD + " ")
    assert data["hint"] is None and data["cause"] is None


# Secrecy --------------------------------------------------------------------

FORMATS = [[], ["-v"], ["-vv"], ["-vvv"],
           ["--output-format=json"], ["--output-format=openmetrics"]]


@pytest.mark.parametrize("args, auth", itertools.product(
    FORMATS, ["235 2.7.0 Welcome", REJECTED]))
def test_nothing_of_it_is_printed(plugin, login, tokens, args, auth):
    plugin.secret(GRAPH)
    token = tokens(aud=[GRAPH], exp=ago(3), name="name-in-the-claims",
                   iss="https://sts.windows.net/")
    for secret in ("name-in-the-claims", "https://sts.windows.net/"):
        plugin.secret(secret)
    login("Bearer %s \n" % token, *args, auth=auth)
