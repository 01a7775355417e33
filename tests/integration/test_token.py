"""What a secret tells before it is sent: what is visibly wrong with it, and
when a token expires."""

import itertools
import re
import time

import jwt
import pytest

from conftest import HOST, PASSWORD, USER, matches

KEY = "a key that is long enough to be used with HS256"
SUBJECT = "subject-of-the-claims"
GRAPH = "https://graph.microsoft.com"
DAY = 86400
METRICS = "--output-format=openmetrics"
METRIC = "smtp_auth_token_expiry_timestamp_seconds"
REJECTED = "535 5.7.8 Nobody knows this one"
REQUEST = (
    "the token is not for a mail service, but for another one of "
    "Microsoft's: request it with the scope "
    "https://outlook.office.com/SMTP.Send or, as an application, "
    "https://outlook.office365.com/.default; national clouds have hosts of "
    "their own")
OPAQUE = "token does not tell when it expires (%s) for "
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


# Perfdata -------------------------------------------------------------------

def test_time_left(login, tokens):
    expires = int(time.time()) + DAY
    token = tokens(exp=expires)
    before = int(time.time())
    perf = login(token).perfdata
    after = int(time.time())
    assert expires - after <= perf["token_ttl"].value <= expires - before
    assert perf["token_ttl"].uom == "s" and perf["token_ttl"].min == ""
    data = login(token, json_=True)
    assert 0 < data["token_ttl"] <= expires - before


def test_fraction_is_cut(login, tokens):
    expires = int(time.time()) + DAY
    value = login(tokens(exp=expires + 0.75)).perfdata["token_ttl"].value
    assert isinstance(value, int) and 0 < value <= DAY


def test_expired_is_below_zero(login, tokens):
    token = tokens(exp=ago(3))
    assert login(token).perfdata["token_ttl"].value < -3 * 3600
    assert login(token, json_=True)["token_ttl"] < -3 * 3600


@pytest.mark.parametrize("claims", [
    None, {}, {"exp": -1}, {"exp": 1e300}, {"exp": 253402300800}])
def test_what_does_not_tell(plugin, login, tokens, claims):
    token = (plugin.secret("ya29.opaque-token-of-alice") if claims is None
             else tokens(**claims))
    result = login(token, "-v", "-w", "token=600:", "-c", "token=300:")
    assert result.state == "CRITICAL"
    assert result.message.startswith(OPAQUE % "critical at 300:"), result
    result = login(token, "-v", "-w", "token=600:")
    assert result.state == "WARNING"
    assert result.message.startswith(OPAQUE % "warning at 600:"), result
    result = login(token, "-v", "-w", "token=600:", "-c", "token=300:")
    assert result.perfdata["token_ttl"].value == "U"
    assert result.perfdata["token_ttl"].warn == "600:"
    assert result.perfdata["token_ttl"].crit == "300:"
    result = login(token, "--perfdata=known")
    assert "token_ttl" not in result.perfdata and result.state == "OK"
    assert login(token, json_=True)["token_ttl"] is None


def test_no_label_for_a_password(plugin, mail):
    server = mail()
    assert "token_ttl" not in plugin.run(*server.login).perfdata
    assert plugin.json(*server.login)["token_ttl"] is None


def test_label_whatever_happens(plugin, mail, tokens):
    token = tokens(exp=int(time.time()) + DAY)
    server = mail(greeting="554 5.7.1 No", mechs="XOAUTH2")
    args = [*server.args, "-U", USER]
    result = plugin.run(*args, "--token-from=env:TOKEN", env={"TOKEN": token})
    assert result.perfdata["token_ttl"].value > 0
    result = plugin.run(*args, "--token-from=file:/nonexistent/token")
    assert result.perfdata["token_ttl"].value == "U"
    assert "does not tell" not in result.text


@pytest.mark.parametrize("auth", ["235 2.7.0 Welcome", REJECTED])
@pytest.mark.parametrize("expires", [1700000000, 2100000000.5])
def test_metric(login, tokens, expires, auth):
    page = login(tokens(exp=expires), METRICS, auth=auth).text
    assert re.findall(r"^%s{.*} (.*)$" % METRIC, page, re.M) == [
        str(int(expires))]


def test_metric_without_a_sample(plugin, login, mail, tokens):
    server = mail()
    for page in (login(tokens(), METRICS).text,
                 plugin.run(*server.login, METRICS).text,
                 plugin.run(*server.args, "-U", USER, METRICS,
                            "--token-from=file:/nonexistent/token").text):
        assert "# TYPE %s gauge\n" % METRIC in page
        assert METRIC + "{" not in page


# Thresholds -----------------------------------------------------------------

@pytest.mark.parametrize("args, state, range_", [
    (["-w", "token=2d"], None, None),
    (["-w", "token=600:", "-c", "token=300:"], "OK", None),
    (["-w", "token=100000:"], "WARNING", "warning at 100000:"),
    (["-w", "token=100000:", "-c", "token=90000:"], "CRITICAL",
     "critical at 90000:"),
    (["-w", "token=100000:", "--on=token-expiring=unknown"], "UNKNOWN",
     "warning at 100000:"),
])
def test_thresholds(login, tokens, args, state, range_):
    result = login(tokens(exp=int(time.time()) + DAY), *args)
    if state is None:
        assert "-w token=2d: not a range" in result.message
        return
    assert result.state == state
    if range_:
        assert matches(
            r"token expires in 2[34] hours \(%s\) for %s at %s:\d+, "
            r"login accepted" % (
                range_, USER, HOST), result.message)


def test_threshold_on_an_expired_one(login, tokens):
    token = tokens(exp=ago(3))
    result = login(token, "-c", "token=300:")
    assert result.state == "CRITICAL"
    assert matches(r"token expired 3 hours ago \(critical at 300:\) for .*",
                   result.message)
    data = login(token, "-c", "token=300:", json_=True)
    assert data["condition"] == "token-expiring"
    assert data["login"] == "accepted"


def test_threshold_without_a_token(plugin, mail):
    result = plugin.run(*mail().login, "-w", "token=600:")
    assert result.state == "UNKNOWN"
    assert result.message.endswith(
        ": -w token=600: needs a token; add --token-from=SOURCE")


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
    assert matches(EXPIRED + "; if that is not why: access token expired, or .*",
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


def test_details_with_v(login, tokens):
    token = tokens(exp=int(time.time()) + 30 * DAY + 1800)
    assert any(matches(r"token: expires \d{4}-\d\d-\d\d \d\d:\d\d UTC, in "
                       r"30 days", x)
               for x in login(token, "-v").details if x[:6] == "token:")
    assert not any(x[:6] == "token:" for x in login(token).details)


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
