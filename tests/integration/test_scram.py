"""SCRAM against GNU SASL, and against servers that are no good."""

import base64
import json
import ssl
import time

import pytest

import gsasl_server
import scram
from conftest import HOST, PASSWORD, PROBE, USER, matches

VERSIONS = {"TLSv1.2": ssl.TLSVersion.TLSv1_2,
            "TLSv1.3": ssl.TLSVersion.TLSv1_3}
MECHS = ["SCRAM-SHA-1", "SCRAM-SHA-256"]


def words_of(conn):
    return conn.transcript()[-1].split(" ")


class Gsasl:
    """AUTH at a Mail: a session of GNU SASL for each connection.  bind: what
    it takes for the channel's binding."""

    def __init__(self, bind=None, password=PASSWORD, iterations=4096):
        self.bind, self.password = bind, password
        self.iterations = iterations
        self.firsts, self.results = [], []

    def __call__(self, conn):
        _, mechanism, message = words_of(conn)
        self.firsts.append(base64.b64decode(message).decode())
        session = gsasl_server.Session(
            mechanism, self.password, self.iterations,
            self.bind(conn) if self.bind else None)
        try:
            rc, said = session.step(message)
            while rc == gsasl_server.NEEDS_MORE:
                conn.send("334 " + said)
                rc, said = session.step(conn.line())
            self.results.append(session.name(rc))
            if rc == gsasl_server.OK:
                conn.send("334 " + said)
                assert conn.line() == ""
                conn.send("235 2.7.0 Welcome")
            else:
                conn.send("535 5.7.8 %s" % session.name(rc))
        finally:
            session.close()
        return False


@pytest.fixture
def bound(ca, tmp_path):
    """bound(version): a context for it, and what its connections bind to."""
    def make(version):
        context = ca.context(oldest=VERSIONS[version],
                             newest=VERSIONS[version])
        log = tmp_path / "keys"
        context.keylog_filename = str(log)

        def bind(conn):
            if version == "TLSv1.2":
                return gsasl_server.UNIQUE, base64.b64encode(
                    conn.binding("tls-unique"))
            which, data = gsasl_server.exporter(
                log.read_text(), conn.cipher())
            return which, base64.b64encode(data)
        return context, bind
    return make


@pytest.mark.parametrize("iterations", [4096, 65536])
@pytest.mark.parametrize("mech", MECHS)
def test_gsasl(plugin, mail, mech, iterations):
    gsasl = Gsasl(iterations=iterations)
    server = mail(mechs="PLAIN " + mech, auth=gsasl)
    data = plugin.json(*server.login, "-A", mech)
    assert data["state"] == "OK" and data["mechanism"] == mech
    assert gsasl.results == ["GSASL_OK"]
    assert gsasl.firsts[0].startswith("y,,n=%s,r=" % USER)


@pytest.mark.parametrize("mech", MECHS)
def test_gsasl_wrong_password(plugin, mail, mech):
    gsasl = Gsasl(password="another")
    server = mail(mechs=mech, auth=gsasl)
    result = plugin.run(*server.login)
    assert result.message.endswith("535 5.7.8 GSASL_AUTHENTICATION_ERROR")
    assert gsasl.results == ["GSASL_AUTHENTICATION_ERROR"]


@pytest.mark.parametrize("version, kind", [
    ("TLSv1.2", "tls-unique"), ("TLSv1.3", "tls-exporter")])
@pytest.mark.parametrize("mech", MECHS)
@pytest.mark.parametrize("tls", ["starttls", "implicit"])
def test_bound(plugin, mail, bound, version, kind, mech, tls):
    context, bind = bound(version)
    gsasl = Gsasl(bind)
    server = mail(mechs="PLAIN %s %s-PLUS" % (mech, mech), auth=gsasl,
                  context=context, tls=tls)
    data = plugin.json(*server.login, "-A", "strongest")
    assert data["state"] == "OK" and data["mechanism"] == mech + "-PLUS"
    assert data["tls"]["version"] == version
    assert gsasl.results == ["GSASL_OK"]
    assert gsasl.firsts[0].startswith("p=%s,,n=%s,r=" % (kind, USER))


@pytest.mark.parametrize("version", VERSIONS)
def test_bound_to_something_else(plugin, mail, bound, version):
    """As a server sees it if somebody in between ends TLS."""
    context, bind = bound(version)

    def elsewhere(conn):
        which, data = bind(conn)
        return which, base64.b64encode(b"\0" + base64.b64decode(data)[1:])

    gsasl = Gsasl(elsewhere)
    server = mail(mechs="SCRAM-SHA-256 SCRAM-SHA-256-PLUS", auth=gsasl,
                  context=context)
    data = plugin.json(*server.login, "-A", "strongest")
    assert data["condition"] == "auth-rejected"
    assert gsasl.results == ["GSASL_AUTHENTICATION_ERROR"]


@pytest.mark.parametrize("version", VERSIONS)
def test_downgrade_is_seen(plugin, mail, bound, version):
    """Somebody takes -PLUS out of the offer: the flag tells the server."""
    context, bind = bound(version)
    gsasl = Gsasl(bind)
    server = mail(mechs="SCRAM-SHA-256", auth=gsasl, context=context)
    data = plugin.json(*server.login, "-A", "strongest")
    assert data["condition"] == "auth-rejected"
    assert gsasl.firsts[0].startswith("y,,")
    assert gsasl.results == ["GSASL_AUTHENTICATION_ERROR"]


def test_plus_is_not_used_unasked(plugin, mail, bound):
    context, bind = bound("TLSv1.3")
    gsasl = Gsasl(bind)
    server = mail(mechs="SCRAM-SHA-256 SCRAM-SHA-256-PLUS", auth=gsasl,
                  context=context)
    data = plugin.json(*server.login)
    assert data["state"] == "OK" and data["mechanism"] == "SCRAM-SHA-256"
    assert gsasl.firsts[0].startswith("n,,")


def test_no_extended_master_secret(plugin, mail, ca):
    """Then TLS 1.2 has nothing to bind to."""
    context = ca.context(newest=ssl.TLSVersion.TLSv1_2)
    context.options |= 1  # SSL_OP_NO_EXTENDED_MASTER_SECRET
    server = mail(mechs="SCRAM-SHA-256-PLUS", context=context)
    result = plugin.run(*server.login, "-A", "strongest")
    assert result.message.endswith(
        "offered SCRAM-SHA-256-PLUS; SCRAM-SHA-256-PLUS needs a channel to "
        "bind to, which this TLS connection does not have")


# Hostile servers ------------------------------------------------------------

class Scram:
    """AUTH at a Mail: a server of our own.  first and last make its messages
    of what is known; last of the keys' signature."""

    def __init__(self, iterations=4096, first=None, password=PASSWORD,
                 after=None):
        self.iterations, self.first = iterations, first
        self.password, self.after = password, after

    def __call__(self, conn):
        _, mech, message = words_of(conn)
        ours = base64.b64decode(message).decode()
        nonce = scram.nonce_in(" " + message)
        first = "r=%ssrv,s=%s,i=%d" % (
            nonce, scram.b64(b"salt"), self.iterations)
        if self.first is not None:
            first = self.first(nonce)
        conn.send("334 " + scram.b64(first))
        line = conn.line()
        if line == "*":
            conn.send("501 5.7.0 Aborted")
            return False
        last = base64.b64decode(line).decode()
        keys = scram.Keys(mech, self.password, b"salt", self.iterations)
        auth = ",".join([scram.bare(ours), first, last.rsplit(",p=", 1)[0]])
        assert last.endswith(",p=" + keys.proof(auth))
        self.after(conn, keys, auth, last)
        return False


def test_deadline_in_the_work(plugin, mail):
    """It would take many seconds, and is over in time all the same."""
    server = mail(mechs="SCRAM-SHA-512", auth=Scram(iterations=1999999))
    # A busy machine may not come that far within a second.
    for _ in range(5):
        begun = time.monotonic()
        data = plugin.json(*server.login, "-t", "1")
        assert data["condition"] == "timeout"
        if "iterations" in (data["hint"] or ""):
            break
    assert data["hint"].startswith(
        "SCRAM-SHA-512 asks for 1999999 iterations here")
    assert time.monotonic() - begun < 20  # the test's own patience


@pytest.mark.parametrize("echo", ["proof", "message", "signature"])
@pytest.mark.parametrize("verbose", [[], ["-vv"]])
def test_echo(plugin, mail, echo, verbose):
    """Neither proof is shown, whoever says it where."""
    said = {}

    def after(conn, keys, auth, last):
        said.update({"proof": keys.proof(auth), "message": scram.b64(last),
                     "signature": keys.signature(auth)})
        for secret in said.values():
            plugin.secret(secret)
        for key in (keys.salted, keys.client, keys.stored, keys.server):
            plugin.secret(scram.b64(key))
        conn.send("535 5.7.8 <%s>" % said[echo])

    server = mail(mechs="SCRAM-SHA-256", auth=Scram(after=after))
    result = plugin.run(*server.login, *verbose)
    assert "535 [withheld: holds the secret]" in result.message
    assert said[echo].encode() not in result.stdout


@pytest.mark.parametrize("octets, condition", [
    (2900, "auth-rejected"), (65000, "protocol")])
def test_challenge_of_many_octets(plugin, mail, octets, condition):
    """Up to what a reply's line may be; what is longer is no SMTP."""
    def first(nonce):
        return "r=%s%s,s=%s,i=4096" % (nonce, "x" * octets,
                                       scram.b64(b"salt"))
    server = mail(mechs="SCRAM-SHA-256", auth=Scram(
        first=first, after=lambda conn, *_: conn.send("535 5.7.8 no")))
    assert plugin.json(*server.login)["condition"] == condition


def test_line_of_64_kib(plugin, mail):
    def flood(conn):
        conn.send("334 " + "A" * 65536)
        conn.drain()
    server = mail(mechs="SCRAM-SHA-256", auth=flood)
    assert plugin.json(*server.login)["condition"] == "protocol"


def test_334_for_ever(plugin, mail):
    def nag(conn):
        while conn.happened("eof") is False:
            conn.send("334 dj1BQUFB")
            conn.line()
    server = mail(mechs="SCRAM-SHA-256", auth=nag)
    assert plugin.json(*server.login)["condition"] == "protocol"


def test_closed_in_the_work(plugin, mail):
    def leave(conn):
        nonce = scram.nonce_in(conn.transcript()[-1])
        conn.send("334 " + scram.b64("r=%sx,s=AAAA,i=100000" % nonce))
        conn.close()
    server = mail(mechs="SCRAM-SHA-256", auth=leave)
    assert plugin.json(*server.login)["condition"] == "disconnected"


def test_reason(plugin, mail):
    server = mail(mechs="SCRAM-SHA-256 LOGIN", tls="none", auth=Scram(
        after=lambda conn, keys, auth, last: conn.send(
            "235 2.7.0 v=" + keys.signature(auth))))
    result = plugin.run(*server.login, "--no-tls", "-v")
    matches(r"%s logged in with SCRAM-SHA-256 without TLS at .*" % USER,
            result.message)
    assert ("mechanisms offered: SCRAM-SHA-256, LOGIN, chosen: SCRAM-SHA-256, "
            "the first by default that is offered and may be used; LOGIN "
            "reveals the secret, and there is no TLS") in result.details
    assert "password: 4096 iterations" in result.details


def test_holds_up_no_other(plugin, mail, tmp_path):
    """In one run the check that has nothing to derive is answered before the
    key of the other is there, although it was asked later."""
    order = []

    def slow(conn):
        nonce = scram.nonce_in(conn.transcript()[-1])
        conn.send("334 " + scram.b64("r=%sx,s=AAAA,i=1000000" % nonce))
        quick.mark("working")
        conn.line()
        order.append("hard")
        conn.send("535 5.7.8 no")
        return False

    def plain(conn):
        quick.wait_for("working")
        conn.send("235 2.7.0 Welcome")
        assert conn.line() == "QUIT"
        order.append("quick")

    hard = mail(mechs="SCRAM-SHA-512", auth=slow)
    quick = mail(auth=plain)
    file = tmp_path / "checks.ini"
    file.write_text("".join(
        "[%s]\nhostname = %s\nip-address = 127.0.0.1\nport = %s\nfqdn = %s\n"
        "ca-file = %s\nauthuser = %s\nauthpass = %s\ntimeout = 50\n" % (
            name, HOST, server.port, PROBE, ca_file(server), USER, PASSWORD)
        for name, server in (("hard", hard), ("quick", quick))))
    file.chmod(0o600)
    result = plugin.run("--batch=%s" % file, "--output-format=json")
    answers = [json.loads(line) for line in result.lines]
    assert order == ["quick", "hard"]
    assert [(a["name"], a["condition"]) for a in answers] == [
        ("quick", None), ("hard", "auth-rejected")]


def ca_file(server):
    return server.args[server.args.index("--ca-file") + 1]
