"""STARTTLS: missing, refused, tampered with."""

import pytest

from conftest import HOST, PASSWORD, PROBE, USER, matches, plain
from smtp_server import say_lines

LOGIN = ["-U", USER, "-P", PASSWORD]
CLEAR = ["SIZE 1000", "AUTH PLAIN LOGIN"]
REFUSAL = "454 4.7.0 TLS not available due to local problem"


def test_not_offered(plugin, mail):
    server = mail(clear=CLEAR)
    result = plugin.run(*server.login)
    assert result.state == "CRITICAL"
    assert result.message == "STARTTLS not offered for " + server.who
    assert server.transcript() == ["EHLO " + PROBE, "QUIT"]


def test_refused(plugin, mail):
    server = mail(replies={"STARTTLS": REFUSAL})
    result = plugin.run(*server.login)
    assert result.state == "CRITICAL"
    assert result.message == "STARTTLS refused for %s: %s" % (
        server.who, REFUSAL)
    assert server.transcript() == ["EHLO " + PROBE, "STARTTLS", "QUIT"]
    assert result.perfdata["time_tls"].value == "U"
    assert result.perfdata["time_auth"].value == "U"


@pytest.mark.parametrize("more, text", [
    ({"clear": CLEAR}, "STARTTLS not offered at {at}"),
    ({"replies": {"STARTTLS": REFUSAL}}, "STARTTLS refused at {at}: " +
     REFUSAL)])
def test_without_credentials_it_warns(plugin, mail, more, text):
    server = mail(**more)
    result = plugin.run(*server.args, "-S")
    assert result.state == "WARNING"
    assert result.message == text.format(at=server.at) + (
        ", no login tried (no credentials given)")


def test_json(plugin, mail):
    data = plugin.json(*mail(clear=CLEAR).login)
    assert data["condition"] == "starttls-missing"
    assert data["login"] == "not-tried"
    assert data["tls"]["version"] is None
    assert data["extensions"] is not None


def test_no_tls_option_does_not_use_it(plugin, mail):
    server = mail()
    result = plugin.run(*server.args, "--no-tls")
    assert result.state == "OK"
    assert server.transcript() == ["EHLO " + PROBE, "QUIT"]


def test_without_credentials_no_tls(plugin, mail):
    server = mail()
    result = plugin.run(*server.args)
    assert result.message == (
        server.at + " answers, no login tried (no credentials given)")
    assert server.transcript() == ["EHLO " + PROBE, "QUIT"]


# Bytes in the clear ---------------------------------------------------------

def up_to_starttls(conn):
    conn.send("220 mail.example.org ESMTP")
    conn.line()
    say_lines(conn, "250", ["mail.example.org", "STARTTLS"])
    assert conn.line() == "STARTTLS"


def same_segment(conn, context):
    conn.raw(b"220 2.0.0 Go ahead\r\n250-mail.example.org\r\n"
             b"250 AUTH PLAIN\r\n")


def next_segment(conn, context):
    conn.send("220 2.0.0 Go ahead")
    conn.send("250 AUTH PLAIN")


def after_the_hello(conn, context):
    conn.send("220 2.0.0 Go ahead")
    conn.peek()
    conn.send("250 AUTH PLAIN")


def one_byte(conn, context):
    conn.raw(b"220 2.0.0 Go ahead\r\n ")


INJECTIONS = [same_segment, next_segment, after_the_hello, one_byte]


@pytest.mark.parametrize("inject", INJECTIONS)
def test_injected_bytes(plugin, serve, ca, inject):
    def handler(conn):
        up_to_starttls(conn)
        inject(conn, ca.context())
        conn.drain()

    server = serve(handler)
    result = plugin.run("-H", HOST, "-I", "127.0.0.1", "-p", server.port,
                        "-F", PROBE, "--ca-file", ca.ca, *LOGIN)
    assert result.state == "CRITICAL"
    assert result.message == (
        "bytes in the clear after STARTTLS for %s at %s:%d: "
        "somebody may be in between" % (USER, HOST, server.port))
    clear = server.session().received()
    rest = clear.split(b"STARTTLS\r\n", 1)[1]
    # A ClientHello at most: not one line more.
    assert rest[:1] in (b"", b"\x16")
    assert b"QUIT" not in rest and b"AUTH" not in rest


@pytest.mark.parametrize("inject", [same_segment, after_the_hello])
def test_injected_bytes_in_json(plugin, serve, ca, inject):
    def handler(conn):
        up_to_starttls(conn)
        inject(conn, ca.context())
        conn.drain()

    server = serve(handler)
    data = plugin.json("-H", HOST, "-I", "127.0.0.1", "-p", server.port,
                       *LOGIN)
    assert data["condition"] == "starttls-injection"
    assert data["login"] == "not-tried"


def test_injected_bytes_before_a_whole_handshake(plugin, serve, ca):
    """What was injected is not taken for the reply to EHLO."""
    def handler(conn):
        up_to_starttls(conn)
        conn.raw(b"220 2.0.0 Go ahead\r\n250 AUTH PLAIN\r\n")
        conn.start_tls(ca.context())
        conn.drain()

    server = serve(handler)
    data = plugin.json("-H", HOST, "-I", "127.0.0.1", "-p", server.port,
                       "--ca-file", ca.ca, *LOGIN)
    assert data["condition"] == "starttls-injection"
    assert b"AUTH" not in server.session().received()


def test_client_sends_nothing_between_starttls_and_hello(plugin, mail):
    server = mail()
    assert plugin.run(*server.login).state == "OK"
    assert server.session().received(["clear"]) == (
        b"EHLO %s\r\nSTARTTLS\r\n" % PROBE.encode())


# Capabilities ---------------------------------------------------------------

def test_capabilities_are_forgotten(plugin, mail):
    server = mail(clear=["STARTTLS", "AUTH PLAIN LOGIN", "PIPELINING"],
                  mechs=None, offers=["SIZE 1000"])
    result = plugin.run(*server.login)
    assert result.state == "CRITICAL"
    matches(r"no usable mechanism for %s: wanted .*, offered none"
            % server.who, result.message)
    assert server.transcript() == ["EHLO " + PROBE, "STARTTLS", "<TLS>",
                                   "EHLO " + PROBE, "QUIT"]


def test_capabilities_of_the_second_ehlo_count(plugin, mail):
    server = mail(clear=["STARTTLS", "8BITMIME"], offers=["SIZE 1000"],
                  mechs="LOGIN")
    data = plugin.json(*server.login)
    assert data["login"] == "accepted" and data["mechanism"] == "LOGIN"
    assert data["mechanisms_offered"] == ["LOGIN"]
    assert [x.split(" ")[0] for x in data["extensions"]] == ["SIZE", "AUTH"]


def test_ehlo_refused_within_tls(plugin, serve, ca):
    def handler(conn):
        up_to_starttls(conn)
        conn.send("220 2.0.0 Go ahead")
        conn.start_tls(ca.context())
        conn.line()
        conn.send("421 4.3.2 Not now")
        conn.line()
        conn.send("221 2.0.0 Bye")
        conn.drain()

    server = serve(handler)
    at = "%s:%d" % (HOST, server.port)
    result = plugin.run("-H", HOST, "-I", "127.0.0.1", "-p", server.port,
                        "--ca-file", ca.ca, "-F", PROBE, *LOGIN)
    assert result.state == "CRITICAL"
    assert result.message == "EHLO refused for %s at %s: 421 4.3.2 Not now" % (
        USER, at)


def test_lookalike_keyword(plugin, mail):
    server = mail(clear=["STARTTLSX", "XSTARTTLS"])
    data = plugin.json(*server.login)
    assert data["condition"] == "starttls-missing"


def test_keyword_in_any_case(plugin, mail):
    server = mail(clear=["StartTls"], mechs="plain")
    assert plugin.json(*server.login)["login"] == "accepted"
    assert "AUTH PLAIN " + plain(USER, PASSWORD) in server.transcript()
