"""The login: what is sent, when, and what each answer means."""

import base64

import pytest

from conftest import HOST, PASSWORD, PROBE, SECONDS, USER, matches, plain

TOKEN = "ya29.token-of-alice"
START = ["EHLO " + PROBE, "STARTTLS", "<TLS>", "EHLO " + PROBE]
RESPONSE = plain(USER, PASSWORD)


def b64(text):
    return base64.b64encode(text.encode()).decode()


def login_lines(server):
    """What was said after the second EHLO."""
    lines = server.transcript()
    assert lines[:4] == START
    return lines[4:]


def with_password(server, password):
    args = list(server.login)
    args[args.index("-P") + 1] = password
    return args


def with_token(plugin, server, token=TOKEN, *more):
    """Arguments and environment."""
    plugin.secret(token)
    return ([*server.args, "-U", USER, "--token-from=env:TOKEN", *more],
            {"TOKEN": token})


def xoauth2(token):
    return b64("user=%s\x01auth=Bearer %s\x01\x01" % (USER, token))


def oauthbearer(token, port):
    return b64("n,a=%s,\x01host=%s\x01port=%d\x01auth=Bearer %s\x01\x01" % (
        USER, HOST, port, token))


# Mechanisms -----------------------------------------------------------------

def test_plain(plugin, mail):
    server = mail()
    result = plugin.run(*server.login)
    matches("%s logged in with PLAIN over TLSv1.3 at %s in %s" % (
        USER, server.at, SECONDS), result.message)
    assert login_lines(server) == ["AUTH PLAIN " + RESPONSE, "QUIT"]


def test_login_never_has_an_initial_response(plugin, mail):
    server = mail(mechs="LOGIN")
    result = plugin.run(*server.login)
    matches("%s logged in with LOGIN over TLSv1.3 at .*" % USER,
            result.message)
    assert login_lines(server) == [
        "AUTH LOGIN", b64(USER), b64(PASSWORD), "QUIT"]


@pytest.mark.parametrize("prompts", [
    ["334 ", "334 "], ["334  ", "334  "], ["334", "334"],
    ["334 UGFzc3dvcmQ6", "334 VXNlcm5hbWU6"], ["334 ???", "334 =x="],
    ["334 VXNlciBOYW1lAA==", "334 UGFzc3dvcmQA"]])
def test_login_ignores_the_prompts(plugin, mail, prompts):
    server = mail(mechs="LOGIN", auth=[*prompts, "235 2.7.0 Welcome"])
    assert plugin.run(*server.login).state == "OK"
    assert login_lines(server) == [
        "AUTH LOGIN", b64(USER), b64(PASSWORD), "QUIT"]


def test_xoauth2(plugin, mail):
    server = mail(mechs="XOAUTH2")
    args, env = with_token(plugin, server)
    result = plugin.run(*args, env=env)
    matches("%s logged in with XOAUTH2 over .*" % USER, result.message)
    assert login_lines(server) == ["AUTH XOAUTH2 " + xoauth2(TOKEN), "QUIT"]


def test_oauthbearer(plugin, mail):
    server = mail(mechs="XOAUTH2 OAUTHBEARER PLAIN")
    args, env = with_token(plugin, server)
    result = plugin.run(*args, env=env)
    matches("%s logged in with OAUTHBEARER over .*" % USER, result.message)
    assert login_lines(server) == [
        "AUTH OAUTHBEARER " + oauthbearer(TOKEN, server.port), "QUIT"]


@pytest.mark.parametrize("offered, more, chosen", [
    ("LOGIN PLAIN", [], "PLAIN"),
    ("LOGIN PLAIN", ["-A", "LOGIN"], "LOGIN"),
    ("LOGIN PLAIN", ["-A", "LOGIN,PLAIN"], "LOGIN"),
    ("PLAIN LOGIN", ["-A", "PLAIN", "-A", "LOGIN"], "PLAIN"),
    ("LOGIN", ["-A", "PLAIN,LOGIN"], "LOGIN"),
    ("plain", ["-A", "plain"], "PLAIN"),
    ("PLAIN-CLIENTTOKEN LOGIN", [], "LOGIN"),
])
def test_preference(plugin, mail, offered, more, chosen):
    server = mail(mechs=offered)
    data = plugin.json(*server.login, *more)
    assert data["mechanism"] == chosen and data["login"] == "accepted"
    assert login_lines(server)[0].split(" ")[:2] == ["AUTH", chosen]


def test_old_form(plugin, mail):
    server = mail(mechs=None, offers=["SIZE 1", "AUTH=PLAIN LOGIN"])
    assert plugin.run(*server.login).state == "OK"
    assert login_lines(server)[0] == "AUTH PLAIN " + RESPONSE


def test_authzid(plugin, mail):
    server = mail(mechs="LOGIN PLAIN")
    result = plugin.run(*server.login, "--authzid=bob@example.org")
    assert result.state == "OK"
    assert login_lines(server)[0] == "AUTH PLAIN " + plain(
        USER, PASSWORD, "bob@example.org")


@pytest.mark.parametrize("offered, more, text", [
    ("CRAM-MD5", ["-A", "PLAIN,LOGIN"], "wanted PLAIN, LOGIN, "
     "offered CRAM-MD5"),
    ("LOGIN CRAM-MD5", ["-A", "PLAIN"],
     "wanted PLAIN, offered LOGIN, CRAM-MD5"),
    (None, ["-A", "PLAIN"], "wanted PLAIN, offered none"),
    ("PLAIN-CLIENTTOKEN LOGINX", ["-A", "PLAIN,LOGIN"],
     "wanted PLAIN, LOGIN, offered PLAIN-CLIENTTOKEN, LOGINX"),
])
def test_what_is_not_offered_is_not_sent(plugin, mail, offered, more, text):
    server = mail(mechs=offered)
    result = plugin.run(*server.login, *more)
    assert result.state == "CRITICAL"
    assert result.message == "no usable mechanism for %s: %s" % (
        server.who, text)
    assert login_lines(server) == ["QUIT"]


# How long a line may be -----------------------------------------------------

def password_for(base64_length, frame):
    """A password that makes PLAIN's or a token's response so long."""
    return "s3" * ((base64_length // 4 * 3 - frame) // 2) + (
        "x" * ((base64_length // 4 * 3 - frame) % 2))


@pytest.mark.parametrize("length, initial", [
    (484, True),   # 497 octets with the command
    (488, False),  # 501
])
def test_initial_response_of_plain(plugin, mail, length, initial):
    server = mail()
    password = plugin.secret(password_for(length, len(USER) + 2))
    assert plugin.run(*with_password(server, password)).state == "OK"
    response = plain(USER, password)
    assert len(response) == length
    expected = (["AUTH PLAIN " + response] if initial
                else ["AUTH PLAIN", response])
    assert login_lines(server) == [*expected, "QUIT"]


@pytest.mark.parametrize("length, initial", [
    (484, True),   # 499 octets with the command
    (488, False),  # 503
])
def test_initial_response_of_xoauth2(plugin, mail, length, initial):
    server = mail(mechs="XOAUTH2")
    token = password_for(length, len("user=..auth=Bearer ..") + len(USER))
    args, env = with_token(plugin, server, token)
    assert plugin.run(*args, env=env).state == "OK"
    response = xoauth2(token)
    assert len(response) == length
    expected = (["AUTH XOAUTH2 " + response] if initial
                else ["AUTH XOAUTH2", response])
    assert login_lines(server) == [*expected, "QUIT"]


def test_longest_initial_response_is_499_octets(plugin, mail):
    """500 cannot be met: base64 comes in fours."""
    server = mail(mechs="XOAUTH2")
    token = password_for(484, len("user=..auth=Bearer ..") + len(USER))
    args, env = with_token(plugin, server, token)
    plugin.run(*args, env=env)
    assert len(login_lines(server)[0]) + 2 == 499


def test_longest_response(plugin, mail):
    server = mail()
    password = plugin.secret(password_for(12284, len(USER) + 2))
    args = [*server.args, "-U", USER, "--password-from=stdin"]
    assert plugin.run(*args, stdin=password).state == "OK"
    assert login_lines(server) == [
        "AUTH PLAIN", plain(USER, password), "QUIT"]


@pytest.mark.parametrize("mechs", ["PLAIN", "LOGIN"])
def test_response_too_long(plugin, mail, mechs):
    server = mail(mechs=mechs)
    frame = len(USER) + 2 if mechs == "PLAIN" else 0
    password = plugin.secret(password_for(12288, frame))
    args = [*server.args, "-U", USER, "--password-from=stdin"]
    data = plugin.json(*args, stdin=password)
    assert data["condition"] == "secret" and data["state"] == "UNKNOWN"
    assert data["login"] == "not-tried"
    matches("no secret for %s: .*" % server.who, data["message"])
    assert login_lines(server) == ["QUIT"]


# Replies --------------------------------------------------------------------

# The reply to AUTH with its initial response, the condition, JSON's login.
REPLIES = [
    ("235 2.7.0 Welcome", None, "accepted"),
    ("235", None, "accepted"),
    ("535 5.7.8 Error: authentication failed", "auth-rejected", "rejected"),
    ("535", "auth-rejected", "rejected"),
    ("525 5.7.13 User account disabled", "auth-rejected", "rejected"),
    ("534 5.7.9 Application-specific password required", "auth-rejected",
     "rejected"),
    ("550 5.7.30 Basic authentication is not supported", "auth-rejected",
     "rejected"),
    ("554 5.7.0 Too many errors", "auth-rejected", "rejected"),
    ("521 5.7.0 Go away", "auth-rejected", "rejected"),
    ("454 4.7.0 Temporary authentication failure", "auth-temporary", None),
    ("435 Unable to authenticate at present", "auth-temporary", None),
    ("421 4.3.0 Temporary failure", "auth-temporary", None),
    ("432 4.7.12 A password transition is needed", "auth-temporary", None),
    ("450 4.7.1 Error: too many AUTH commands", "rate-limited", None),
    ("500 5.5.2 Unknown command", "mechanism", None),
    ("502 5.5.1 Not implemented", "mechanism", None),
    ("504 5.5.4 Unrecognized authentication type", "mechanism", None),
    ("523 5.7.10 TLS needed", "mechanism", None),
    ("530 5.7.0 Must issue a STARTTLS command first", "mechanism", None),
    ("538 5.7.11 Encryption required", "mechanism", None),
    ("503 5.5.1 Error: authentication not enabled", "protocol", None),
    ("501 5.5.2 Cannot decode response", "protocol", None),
    ("501 5.5.4 Invalid parameter", "protocol", None),
    ("501 Malformed auth input", "protocol", None),
    ("501 5.7.0 Authentication refused", "auth-rejected", "rejected"),
    ("250 2.0.0 Ok", "protocol", None),
    ("220 2.0.0 Ok", "protocol", None),
    ("354 Go ahead", "protocol", None),
    ("199 What", "protocol", None),
    ("999 What", "protocol", None),
    ("hello", "protocol", None),
]


@pytest.mark.parametrize("reply, condition, login", REPLIES,
                         ids=[r[0][:12] for r in REPLIES])
def test_reply(plugin, mail, reply, condition, login):
    server = mail(auth=reply, mechs="PLAIN")
    data = plugin.json(*server.login)
    assert data["condition"] == condition, data
    assert data["login"] == login, data
    code = reply.split(" ")[0]
    if code.isdigit() and 200 <= int(code) <= 599:
        assert data["reply"]["code"] == int(code)
        words = reply.split(" ")
        enhanced = words[1] if "." in reply.split(" ", 1)[-1][:2] else None
        assert data["reply"]["enhanced"] == enhanced
    lines = login_lines(server)
    assert lines[0] == "AUTH PLAIN " + RESPONSE
    # One attempt, whatever came.
    assert lines[1:] in (["QUIT"], []) if condition == "protocol" else (
        lines[1:] == ["QUIT"])


TEXTS = [
    ("535 5.7.8 authentication failed",
     "login of {user} rejected at {at}: {reply}"),
    ("454 4.7.0 Temporary authentication failure",
     "login of {user} not decided at {at}: {reply}"),
    ("504 5.5.4 Unrecognized authentication type",
     "AUTH PLAIN refused for {user} at {at}: {reply}, offered PLAIN, LOGIN"),
]


@pytest.mark.parametrize("reply, text", TEXTS)
def test_first_line(plugin, mail, reply, text):
    server = mail(auth=reply)
    result = plugin.run(*server.login)
    assert result.state == "CRITICAL"
    assert result.message == text.format(user=USER, at=server.at, reply=reply)


def test_multiline_reply(plugin, mail):
    server = mail(auth="535-5.7.8 Username and Password not accepted.\r\n"
                       "535 5.7.8 See our help BadCredentials")
    result = plugin.run(*server.login)
    assert result.message.startswith(
        "login of %s rejected at %s: 535 5.7.8 Username and Password not "
        "accepted. " % (USER, server.at))
    assert result.message.endswith("See our help BadCredentials")


# Reply after a 334, in LOGIN.
LATER = [
    (["334 VXNlcm5hbWU6", "535 5.7.8 No"], "auth-rejected", "rejected"),
    (["334 a", "334 b", "535 5.7.8 No"], "auth-rejected", "rejected"),
    (["334 a", "334 b", "454 4.7.0 Later"], "auth-temporary", None),
    (["334 a", "334 b", "500 5.5.2 Line too long"], "protocol", None),
    (["334 a", "334 b", "501 5.5.2 Cannot decode"], "protocol", None),
    (["334 a", "235 2.7.0 Too early"], "protocol", None),
    (["235 2.7.0 Much too early"], "protocol", None),
    (["535 5.7.8 No LOGIN"], "auth-rejected", "rejected"),
    (["504 5.5.4 No LOGIN"], "mechanism", None),
    (["334 a", "334 b", "250 2.0.0 Ok"], "protocol", None),
]


@pytest.mark.parametrize("replies, condition, login", LATER)
def test_reply_to_a_response(plugin, mail, replies, condition, login):
    server = mail(mechs="LOGIN", auth=replies)
    data = plugin.json(*server.login)
    assert data["condition"] == condition, data
    assert data["login"] == login, data
    expected = ["AUTH LOGIN", b64(USER), b64(PASSWORD)][:len(replies)]
    lines = login_lines(server)
    assert lines[:len(expected)] == expected
    assert lines[len(expected):] in (["QUIT"], [])


def test_long_response_that_is_refused_tells_its_length(plugin, mail):
    password = plugin.secret(password_for(2000, len(USER) + 2))
    server = mail(mechs="PLAIN", auth=["334 ", "500 5.5.2 Line too long"])
    data = plugin.json(*with_password(server, password))
    assert data["condition"] == "protocol"
    assert "2000" in data["message"]


@pytest.mark.parametrize("then", [
    "501 5.7.0 Cancelled", "235 2.7.0 Welcome", "535 5.7.8 No", "334 more"])
@pytest.mark.parametrize("mechs, before", [
    ("PLAIN", []), ("LOGIN", ["334 a", "334 b"])])
def test_unexpected_challenge_is_cancelled(plugin, mail, mechs, before, then):
    def auth(conn):
        for reply in (*before, "334 bW9yZQ=="):
            conn.send(reply)
            last = conn.line()
        assert last == "*"
        conn.send(then)
        conn.drain()

    server = mail(mechs=mechs, auth=auth)
    data = plugin.json(*server.login, "-t", "20")
    assert data["condition"] == "protocol", data
    assert data["login"] is None
    lines = login_lines(server)
    assert lines.count("*") >= 1
    assert RESPONSE not in lines


# OAuth ----------------------------------------------------------------------

ERROR = '{"status":"401","schemes":"bearer","scope":"mail"}'


def test_xoauth2_error(plugin, mail):
    server = mail(mechs="XOAUTH2",
                  auth=["334 " + b64(ERROR), "535 5.7.8 Not accepted"])
    args, env = with_token(plugin, server)
    result = plugin.run(*args, env=env)
    assert result.state == "CRITICAL"
    assert result.message == (
        "login of %s rejected at %s: 535 5.7.8 Not accepted; "
        "the server's error: %s" % (USER, server.at, ERROR))
    assert login_lines(server) == [
        "AUTH XOAUTH2 " + xoauth2(TOKEN), "", "QUIT"]


def test_xoauth2_error_and_then_success(plugin, mail):
    server = mail(mechs="XOAUTH2",
                  auth=["334 " + b64(ERROR), "235 2.7.0 Welcome"])
    args, env = with_token(plugin, server)
    data = plugin.json(*args, env=env)
    assert data["condition"] == "protocol"
    assert data["login"] != "accepted"


def test_xoauth2_error_with_controls(plugin, mail):
    evil = '{"status":"400|\x1b[31m\u202e"}'
    server = mail(mechs="XOAUTH2",
                  auth=["334 " + b64(evil), "535 5.7.8 Not accepted"])
    args, env = with_token(plugin, server)
    result = plugin.run(*args, "-vv", env=env)
    assert r'{"status":"400\x7c\x1b[31m\xe2\x80\xae"}' in result.message


def test_oauthbearer_error(plugin, mail):
    error = '{"status":"invalid_token"}'
    server = mail(mechs="OAUTHBEARER",
                  auth=["334 " + b64(error), "535 5.7.8 Not accepted"])
    args, env = with_token(plugin, server)
    result = plugin.run(*args, env=env)
    assert result.message == (
        "login of %s rejected at %s: 535 5.7.8 Not accepted; "
        "the server's error: %s" % (USER, server.at, error))
    assert login_lines(server) == [
        "AUTH OAUTHBEARER " + oauthbearer(TOKEN, server.port), "AQ==", "QUIT"]


@pytest.mark.parametrize("mech", ["XOAUTH2", "OAUTHBEARER"])
def test_long_token_goes_after_the_334(plugin, mail, mech):
    token = "t0ken" * 200
    server = mail(mechs=mech)
    args, env = with_token(plugin, server, token)
    assert plugin.run(*args, env=env).state == "OK"
    lines = login_lines(server)
    response = (xoauth2(token) if mech == "XOAUTH2"
                else oauthbearer(token, server.port))
    assert lines == ["AUTH " + mech, response, "QUIT"]


# A server that shows the secret ---------------------------------------------

WITHHELD = "[withheld: holds the secret]"
ECHOES = {
    "raw": PASSWORD,
    "response": RESPONSE,
    "base64": b64(PASSWORD),
    "shifted-1": b64("x" + PASSWORD),
    "shifted-2": b64("xy" + PASSWORD),
    "in the middle": "cannot decode <%s>, sorry" % RESPONSE,
}


@pytest.mark.parametrize("echo", list(ECHOES))
@pytest.mark.parametrize("more", [[], ["-vvv"]])
def test_echoed_secret_is_withheld(plugin, mail, echo, more):
    server = mail(auth="535 5.7.8 " + ECHOES[echo], mechs="PLAIN")
    result = plugin.run(*server.login, *more)
    assert WITHHELD in result.message
    matches(r"login of %s rejected at %s: .*" % (USER, server.at),
            result.message)


@pytest.mark.parametrize("echo", list(ECHOES))
def test_echoed_secret_in_json(plugin, mail, echo):
    server = mail(auth="535 5.7.8 " + ECHOES[echo], mechs="PLAIN")
    data = plugin.json(*server.login)
    assert data["condition"] == "auth-rejected"
    assert data["reply"]["text"] == WITHHELD
    assert WITHHELD in data["message"]


def test_secret_echoed_over_two_lines(plugin, mail):
    half = len(RESPONSE) // 2
    server = mail(auth="535-5.7.8 %s\r\n535 5.7.8 %s" % (
        RESPONSE[:half], RESPONSE[half:]), mechs="PLAIN")
    result = plugin.run(*server.login, "-vv")
    for part in (RESPONSE[:half], RESPONSE[half:]):
        assert part not in result.text


def test_secret_echoed_in_a_later_reply(plugin, mail):
    server = mail(replies={"MAIL": "550 5.7.1 no " + PASSWORD})
    result = plugin.run(*server.login, "-f", "a@example.org", "-vvv")
    assert WITHHELD in result.message


def test_dialogue_hides_responses(plugin, mail):
    secret_prompt = b64("prompt of the server")
    server = mail(mechs="LOGIN", auth=[
        "334 " + secret_prompt, "334 UGFzc3dvcmQ6", "535 5.7.8 No"])
    result = plugin.run(*server.login, "-vv")
    assert "AUTH LOGIN" in result.text
    assert b64(USER) not in result.text
    assert secret_prompt not in result.text
    assert b64(PASSWORD) not in result.text


# The connection must be protected -------------------------------------------

def test_no_auth_without_tls(plugin, mail):
    server = mail(tls="none")
    result = plugin.run(*server.login, "--no-tls")
    assert result.state == "CRITICAL"
    assert result.message == (
        "secret held back for %s: the connection has no TLS" % server.who)
    assert "--allow-cleartext" in result.lines[1]
    assert server.transcript() == ["EHLO " + PROBE, "QUIT"]


@pytest.mark.parametrize("mech", ["PLAIN", "LOGIN"])
def test_allow_cleartext(plugin, mail, mech):
    server = mail(tls="none", mechs=mech)
    result = plugin.run(*server.login, "--no-tls", "--allow-cleartext")
    assert result.state == "OK"
    matches("%s logged in with %s without TLS at %s in %s" % (
        USER, mech, server.at, SECONDS), result.message)


def test_allow_cleartext_for_a_token(plugin, mail):
    server = mail(tls="none", mechs="XOAUTH2")
    args, env = with_token(plugin, server, TOKEN, "--no-tls")
    data = plugin.json(*args, env=env)
    assert data["condition"] == "cleartext-refused"
    server = mail(tls="none", mechs="XOAUTH2")
    args, env = with_token(plugin, server, TOKEN, "--no-tls",
                           "--allow-cleartext")
    assert plugin.json(*args, env=env)["login"] == "accepted"


def test_allow_cleartext_is_not_allow_unverified(plugin, mail, ca):
    server = mail(ca.stranger)
    data = plugin.json(*server.login, "--insecure", "--allow-cleartext")
    assert data["condition"] == "cleartext-refused"
    assert login_lines(server) == ["QUIT"]


def test_allow_cleartext_still_requires_starttls(plugin, mail):
    """Credentials mean STARTTLS; going without takes --no-tls."""
    server = mail(clear=["AUTH PLAIN"])
    data = plugin.json(*server.login, "--allow-cleartext")
    assert data["condition"] == "starttls-missing"


# Endings --------------------------------------------------------------------

def test_close_after_auth(plugin, mail):
    server = mail(auth=lambda conn: (conn.half_close(), conn.drain()))
    result = plugin.run(*server.login)
    assert result.state == "CRITICAL"
    assert result.message == (
        "connection closed while waiting for the reply to AUTH for " +
        server.who)
    data = plugin.json(*mail(
        auth=lambda conn: (conn.half_close(), conn.drain())).login)
    assert data["condition"] == "disconnected"
    assert data["login"] is None


def test_reset_after_auth(plugin, mail):
    server = mail(auth=lambda conn: conn.reset())
    result = plugin.run(*server.login)
    assert result.message == (
        "connection reset while waiting for the reply to AUTH for " +
        server.who)


@pytest.mark.parametrize("quit_reply", [
    lambda conn: conn.close(), lambda conn: conn.reset(),
    "500 5.5.1 What", "hello?", lambda conn: conn.drain()],
    ids=["close", "reset", "500", "garbage", "silence"])
def test_quit_changes_nothing(plugin, mail, quit_reply):
    server = mail(replies={"QUIT": quit_reply})
    result = plugin.run(*server.login)
    assert result.state == "OK", result
    matches("%s logged in with PLAIN over TLSv1.3 at .*" % USER,
            result.message)


def test_one_connection_one_attempt(plugin, mail):
    server = mail(auth="535 5.7.8 No", mechs="PLAIN LOGIN XOAUTH2")
    plugin.run(*server.login)
    assert len(server.done()) == 1
    assert [x[:10] for x in login_lines(server)] == ["AUTH PLAIN", "QUIT"]
