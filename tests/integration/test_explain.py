"""What a failure says beyond its first line: common mistakes by name,
middleboxes, limits, and the last exchange."""

import base64

import pytest

from conftest import HOST, PASSWORD, PROBE, USER

PLAIN = base64.b64encode(
    ("\0%s\0%s" % (USER, PASSWORD)).encode()).decode()


def hint_of(result):
    """The second line, if it is no line of a dialogue."""
    lines = [x for x in result.details if x[:2] not in ("> ", "< ")]
    return lines[0] if lines else None


def exchange_of(result):
    return [x for x in result.details if x[:2] in ("> ", "< ")]


# Limits ---------------------------------------------------------------------

LIMIT = "421 4.7.0 Too many connections"
ATTEMPTS = "454 4.7.0 Too many login attempts, please try again later."
FAILED = "535 5.7.0 Too many failed login attempts"


@pytest.mark.parametrize("options, reply, login", [
    ({"greeting": LIMIT}, LIMIT, "not-tried"),
    ({"greeting": "554 5.7.1 Connection rate limit exceeded"},
     "554 5.7.1 Connection rate limit exceeded", "not-tried"),
    ({"replies": {"EHLO": LIMIT}}, LIMIT, "not-tried"),
    ({"replies": {"STARTTLS": LIMIT}}, LIMIT, "not-tried"),
    ({"auth": ATTEMPTS}, ATTEMPTS, None),
    ({"auth": "451 4.3.2 too many login attempts (rate-limit)"},
     "451 4.3.2 too many login attempts (rate-limit)", None),
    ({"auth": "432 4.3.2 maximum number of concurrent connections has "
              "exceeded a limit"},
     "432 4.3.2 maximum number of concurrent connections has exceeded a limit",
     None),
    ({"auth": "550 5.7.1 Too many logins"}, "550 5.7.1 Too many logins",
     None),
])
def test_rate_limited(plugin, mail, options, reply, login):
    server = mail(**options)
    data = plugin.json(*server.login)
    assert data["condition"] == "rate-limited", data
    assert data["state"] == "WARNING" and data["cause"] == "rate"
    assert data["login"] == login
    assert data["message"] == "rate limited for %s: %s" % (server.who, reply)
    assert data["hint"]


@pytest.mark.parametrize("reply", [
    FAILED, "535 5.7.8 Too many authentication failures",
    "535 5.7.0 account is temporarily locked", "550 5.7.1 You are locked out"])
def test_failures_are_no_limit(plugin, mail, reply):
    """A wrong password must not go yellow by failing often."""
    data = plugin.json(*mail(auth=reply).login)
    assert data["state"] == "CRITICAL" and data["condition"] == "auth-rejected"
    assert data["cause"] == "account" and data["login"] == "rejected"
    assert "stop the check" in data["hint"]


def test_limit_is_no_expected_rejection(plugin, mail):
    data = plugin.json(*mail(auth=ATTEMPTS).login, "--expect-rejected")
    assert data["state"] == "WARNING" and data["condition"] == "rate-limited"
    assert data["login"] is None


def test_rate_limited_can_be_remapped(plugin, mail):
    result = plugin.run(*mail(auth=ATTEMPTS).login,
                        "--on=rate-limited=critical")
    assert result.state == "CRITICAL"
    result = plugin.run(*mail(greeting=LIMIT).login, "--on=rate-limited=ok")
    assert result.message.startswith("no login tried (rate-limited excused)")


@pytest.mark.parametrize("verb, condition", [
    ("MAIL", "sender"), ("RCPT", "recipient")])
def test_limit_on_mail_is_not_about_the_login(plugin, mail, verb, condition):
    server = mail(replies={verb: "450 4.7.1 Mailbox rate limit reached"})
    data = plugin.json(*server.login, "-f", USER, "--rcpt", USER)
    assert data["condition"] == condition and data["login"] == "accepted"
    assert data["state"] == "CRITICAL" and data["cause"] == "rate"


# Mistakes -------------------------------------------------------------------

def run_out(start, run):
    """A run into its deadline, against a server of its own.  On a machine
    that is too busy the deadline's own timer answers, in one line."""
    for _ in range(8):
        server = start()
        result = run(server)
        if result.details:
            break
    return server, result


USE_TLS = ("no greeting: if the server speaks TLS from the first byte on this "
           "port (as on 465), use -s")


def test_tls_on_a_plaintext_port(plugin, mail):
    server = mail()
    result = plugin.run(*server.login, "-s")
    assert result.state == "CRITICAL"
    assert result.message == (
        'TLS handshake failed for %s: the server spoke plaintext: "220 '
        'mail.example.org ESMTP ready"' % server.who)
    assert result.details == [
        "the server speaks plain SMTP on this port: use -S (STARTTLS) "
        "instead of -s"]


def test_turned_away_before_tls(plugin, mail):
    """A limit is one, whenever it is told."""
    server = mail(greeting=LIMIT)
    data = plugin.json(*server.login, "-s")
    assert data["condition"] == "rate-limited" and data["state"] == "WARNING"
    assert data["message"] == "rate limited for %s: %s" % (server.who, LIMIT)
    assert data["login"] == "not-tried" and data["cause"] == "rate"
    result = plugin.run(*mail(greeting="421 4.3.0 Not today").login, "-s")
    assert result.state == "CRITICAL"
    assert hint_of(result) == (
        "the server turned us away before TLS, as Exim does when it has too "
        "many connections")


@pytest.mark.parametrize("more", [["-S"], ["--no-tls"]])
def test_silence_where_tls_is_due(plugin, mail, more):
    server, result = run_out(
        lambda: mail(tls="implicit", stall="tls"),
        # Its own -s is what was forgotten.
        lambda server: plugin.run(*server.login[:-1], *more, "-t", "1"))
    assert result.message == (
        "timeout after 1 s waiting for the greeting for " + server.who)
    assert result.details == [USE_TLS]


def test_alert_as_greeting(plugin, serve):
    server = serve(lambda conn: conn.clear(bytes.fromhex("15030100020246")))
    result = plugin.run("-H", "127.0.0.1", "-p", server.port)
    assert hint_of(result) == (
        "the server answered with a TLS alert: it speaks TLS from the first "
        "byte on this port: use -s")


def test_timeout_in_auth(plugin, mail):
    server, result = run_out(
        lambda: mail(stall="AUTH"),
        lambda server: plugin.run(*server.login, "-t", "2"))
    assert result.message == (
        "timeout after 2 s waiting for the reply to AUTH for " + server.who)
    assert result.details == [
        "servers delay their answer after failed log-ins, also of others "
        "from this address: raise -t",
        "> AUTH PLAIN [initial response]"]


def test_closed_without_a_greeting(plugin, serve):
    def close(conn):
        conn.half_close()
        conn.drain()
    server = serve(close)
    result = plugin.run("-H", "127.0.0.1", "-p", server.port)
    assert result.message.startswith(
        "connection closed while waiting for the greeting")
    assert hint_of(result).startswith("closed without a greeting: ")
    assert exchange_of(result) == []


@pytest.mark.parametrize("said", [
    "554 5.7.1 You are not welco", "554-5.7.1 You are not\r\n554-5.7.1 wel"])
def test_closed_in_the_middle_of_a_greeting(plugin, serve, said):
    def close(conn):
        conn.raw(said.encode())
        conn.half_close()
        conn.drain()
    server = serve(close)
    result = plugin.run("-H", "127.0.0.1", "-p", server.port)
    assert result.message == (
        "connection closed while waiting for the greeting at 127.0.0.1:%d: "
        'only "%s" had come' % (
            server.port, said.replace("\r\n554-5.7.1 wel", "...")))
    assert result.details == ["< " + x for x in said.split("\r\n")]


def test_address_with_a_certificate_for_one_name(plugin, mail, ca):
    for pair, name in ((ca.no_address, HOST), (ca.two_names, "NAME"),
                       (ca.odd_name, "NAME"), (ca.wildcard, "NAME")):
        server = mail(pair=pair)
        result = plugin.run("-H", "127.0.0.1", "-p", server.port, "-F", PROBE,
                            "--ca-file", ca.ca, "-U", USER, "-P", PASSWORD)
        assert hint_of(result) == (
            "the host was given as an address: add --verify-name=%s, or give "
            "-H NAME -I ADDRESS" % name)


OTHERS = [
    ("* OK [CAPABILITY IMAP4rev1] ready.", "an IMAP server"),
    ("* BYE too busy", "an IMAP server"),
    ("+OK POP3 ready", "a POP3 server"),
    ("SSH-2.0-OpenSSH_9.2p1", "an SSH server"),
    ("HTTP/1.1 400 Bad Request", "a web server"),
]


@pytest.mark.parametrize("tls", ["none", "implicit"])
@pytest.mark.parametrize("greeting, name", OTHERS)
def test_other_protocols(plugin, mail, tls, greeting, name):
    server = mail(tls=tls, greeting=greeting)
    result = plugin.run(*server.args)
    assert result.message.startswith("protocol error in the greeting")
    assert result.details == [
        "this is %s: compare host and port (-p); mail is submitted on 587 or "
        "465" % name, "< " + greeting]


@pytest.mark.parametrize("greeting, name", OTHERS)
def test_other_protocols_in_place_of_a_handshake(
        plugin, mail, greeting, name):
    result = plugin.run(*mail(greeting=greeting).login, "-s")
    assert hint_of(result).startswith("this is %s: " % name)


@pytest.mark.parametrize("greeting, named", [
    ("220 (vsFTPd 3.0.3)", True),
    ("220 ProFTPD Server ready.", True),
    ("220 softpoint.example.org ready", False),
    ("220 FTP.example.org ESMTP", False),
])
def test_ftp(plugin, mail, greeting, named):
    server = mail(greeting=greeting, replies={"EHLO": "500 What?"})
    hint = hint_of(plugin.run(*server.login))
    assert str(hint).startswith("this is an FTP server: ") == named


def test_auth_only_after_starttls(plugin, mail):
    server = mail(clear=["STARTTLS"])
    result = plugin.run(*server.login, "--no-tls")
    assert result.message.startswith("no usable mechanism")
    assert hint_of(result) == (
        "the server offers STARTTLS, and perhaps AUTH only after it: leave "
        "out --no-tls")


# Middleboxes ----------------------------------------------------------------

REWRITES = "a middlebox rewrites SMTP here"
STARS = "220 ***************0*2****2002***"


@pytest.mark.parametrize("options, args, start", [
    ({"clear": ["SIZE", "XXXXXXXA"]}, [], "STARTTLS not offered"),
    ({"clear": ["SIZE", "XXXB"]}, [], "STARTTLS not offered"),
    ({"clear": ["XXXXXXXA"], "tls": "starttls"}, ["--no-tls"],
     "no usable mechanism"),
    ({"greeting": STARS, "replies": {"EHLO": "500 5.5.1 XXXX?"}}, [],
     "EHLO refused"),
    ({"greeting": STARS, "replies": {"EHLO": "hm"}}, [],
     "protocol error in the reply to EHLO"),
])
def test_middlebox(plugin, mail, options, args, start):
    result = plugin.run(*mail(**options).login, *args)
    assert result.message.startswith(start), result
    assert hint_of(result).startswith(REWRITES + " ("), result
    assert "use -s" in hint_of(result)


def test_middlebox_takes_an_extension(plugin, mail):
    server = mail(tls="none", offers=["XXXXXXXX"], mechs=None)
    result = plugin.run(*server.args, "--require-extension=CHUNKING")
    assert hint_of(result).startswith(REWRITES)


def test_middlebox_is_told_of_with_v(plugin, mail):
    server = mail(greeting=STARS, clear=["XXXXXXXA", "STARTTLS"])
    result = plugin.run(*server.login, "-v")
    assert result.state == "OK"
    assert REWRITES + ": XXXXXXXA in place of a keyword" in result.details
    assert plugin.run(*mail(greeting=STARS).login).details == []
    result = plugin.run(*mail(greeting=STARS).login, "-v")
    assert REWRITES + ": stars in place of the greeting" in result.details


@pytest.mark.parametrize("options", [
    {"clear": ["SIZE", "XEXCH50", "XXX", "XCLIENT"]},
    {"clear": ["SIZE"], "greeting": "220 *** welcome ***"},
    {"clear": ["SIZE"], "greeting": "220 **"},
])
def test_no_middlebox(plugin, mail, options):
    result = plugin.run(*mail(**options).login, "-v")
    assert result.message.startswith("STARTTLS not offered")
    assert REWRITES not in result.text


# The last exchange ----------------------------------------------------------

EHLO = ["> EHLO " + PROBE]
AUTH = ["> AUTH PLAIN [initial response]"]
OFFERS = ["< 250-mail.example.org", "< 250-SIZE 10240000",
          "< 250 ENHANCEDSTATUSCODES"]
EXCHANGES = [
    ({"greeting": "554 5.7.1 No"}, [], ["< 554 5.7.1 No"]),
    ({"greeting": "554-5.7.1 No\r\n554 5.7.1 Never"}, [],
     ["< 554-5.7.1 No", "< 554 5.7.1 Never"]),
    ({"replies": {"EHLO": "550 No"}}, [], EHLO + ["< 550 No"]),
    ({"clear": ["SIZE"]}, [],
     EHLO + ["< 250-mail.example.org", "< 250 SIZE"]),
    ({"replies": {"STARTTLS": "454 4.3.3 No"}}, [],
     ["> STARTTLS", "< 454 4.3.3 No"]),
    ({"mechs": None}, [], EHLO + OFFERS),
    ({"auth": "571 Zorp"}, [], AUTH + ["< 571 Zorp"]),
    ({"auth": ["334 VXNlcm5hbWU6", "334 UGFzc3dvcmQ6", "535 5.7.8 No"]},
     ["-A", "LOGIN"],
     ["> AUTH LOGIN", "< 334 [challenge]", "> [response]",
      "< 334 [challenge]", "> [response]", "< 535 5.7.8 No"]),
    ({"replies": {"MAIL": "550 No"}}, ["-f", USER],
     ["> MAIL FROM:<%s>" % USER, "< 550 No"]),
    ({"replies": {"RCPT": "550 No"}}, ["-f", USER, "--rcpt=b@example.org"],
     ["> RCPT TO:<b@example.org>", "< 550 No"]),
]


@pytest.mark.parametrize("options, args, lines", EXCHANGES,
                         ids=[str(i) for i in range(len(EXCHANGES))])
def test_last_exchange(plugin, mail, options, args, lines):
    result = plugin.run(*mail(**options).login, *args)
    assert result.state != "OK"
    assert exchange_of(result) == lines
    # It is the end of the output; JSON and -vv have no need of it.
    assert result.details[-len(lines):] == lines
    result = plugin.run(*mail(**options).login, *args, "-vv")
    assert len([x for x in result.details if x == lines[-1]]) == 1
    assert "> QUIT" in result.details


def test_last_exchange_of_a_command(plugin, mail):
    server = mail(replies={"NOOP": lambda conn: conn.half_close()})
    result = plugin.run(*server.login, "-C", "VRFY a", "-C", "NOOP")
    assert result.message.startswith(
        "connection closed while waiting for the reply to MAIL, RCPT or -C ")
    assert exchange_of(result) == ["> NOOP"]


def test_no_exchange_without_a_failure(plugin, mail):
    for more in ([], ["--expect-rejected"]):
        auth = "535 5.7.8 No" if more else "235 2.7.0 Yes"
        result = plugin.run(*mail(auth=auth).login, *more)
        assert result.state == "OK" and result.details == []
    result = plugin.run(*mail(greeting="554 No").login, "--on=greeting=ok")
    assert result.state == "OK" and exchange_of(result) == []


def test_no_exchange_where_smtp_is_not_to_blame(plugin, mail, ca):
    assert exchange_of(plugin.run(*mail(pair=ca.stranger).login)) == []
    assert exchange_of(plugin.run(*mail().login, "--require-extension=X")) == (
        [])
    server = mail()
    server.close()
    assert exchange_of(plugin.run(*server.login)) == []


def test_long_replies_are_cut(plugin, mail):
    greeting = "".join("554-line %d\r\n" % i for i in range(20)) + (
        "554 " + "x" * 1000)
    result = plugin.run(*mail(greeting=greeting).login)
    assert exchange_of(result) == ["< 554-line %d" % i for i in range(10)] + [
        "< ... 11 more"]
    result = plugin.run(*mail(greeting="554 " + "x" * 1000).login)
    assert exchange_of(result) == ["< 554 " + "x" * 396 + "..."]


@pytest.mark.parametrize("echo", [
    "535 5.7.8 not " + PASSWORD,
    "535 5.7.8 cannot use " + PLAIN,
    "535-5.7.8 " + PLAIN[:24] + "\r\n535 5.7.8 " + PLAIN[24:],
    "535-5.7.8 " + PASSWORD[:7] + "\r\n535 5.7.8 " + PASSWORD[7:],
    # Behind what is shown of a line, and of a reply.
    "535 5.7.8 " + "x" * 380 + PASSWORD,
    "".join("535-5.7.8 x\r\n" for _ in range(9)) + "535-" + PLAIN[:20] +
    "\r\n535 " + PLAIN[20:],
])
def test_echo_is_withheld(plugin, mail, echo):
    result = plugin.run(*mail(auth=echo).login)
    assert result.message.endswith("535 [withheld: holds the secret]")
    assert exchange_of(result) == AUTH + ["< [withheld: holds the secret]"]


@pytest.mark.parametrize("echo", [PASSWORD, PLAIN, PLAIN[:30], PASSWORD[:9]])
def test_echo_that_is_no_reply_is_not_shown(plugin, mail, echo):
    result = plugin.run(*mail(auth=echo).login)
    assert result.message.startswith("protocol error in the reply to AUTH")
    assert exchange_of(result) == AUTH
    assert echo not in plugin.run(*mail(auth=echo).login, "-vvv").text


def test_xoauth2_error_is_shown(plugin, mail):
    token = plugin.secret("ya29.t0ken-of-alice")
    error = '{"status":"401","schemes":"bearer","scope":"mail"}'
    server = mail(mechs="XOAUTH2", auth=[
        "334 " + base64.b64encode(error.encode()).decode(), "535 5.7.8 No"])
    result = plugin.run(*server.args, "-U", USER, "--token-from=env:T",
                        env={"T": token})
    assert exchange_of(result) == [
        "> AUTH XOAUTH2 [initial response]",
        "< 334 [challenge: %s]" % error, "> [response]", "< 535 5.7.8 No"]
