"""Which servers are trusted, and that a secret never reaches another."""

import datetime
import os
import re
import ssl

import pytest

from conftest import (HOST, PASSWORD, PROBE, SECONDS, USER, matches, plain)

V12, V13 = ssl.TLSVersion.TLSv1_2, ssl.TLSVersion.TLSv1_3
LOGIN = ["-U", USER, "-P", PASSWORD]


def no_auth(server):
    """Nothing of a login was seen."""
    lines = server.transcript()
    assert not [x for x in lines if x.upper().startswith("AUTH")]
    return lines


def utc(when):
    return when.strftime("%Y-%m-%d %H:%M UTC")


def unserved(server):
    """The server first: it is its certificate, and nobody logged in."""
    return "%s, no login of %s" % (server.at, USER)


def fails(plugin, server, condition, pattern, *more, args=None):
    """The login is not tried; pattern is the exact first line."""
    args = args or server.login
    result = plugin.run(*args, *more)
    assert result.state == "CRITICAL", result
    matches(pattern, result.message)
    no_auth(server)
    return result


CERTIFICATES = {
    # certificate: condition, text after "certificate ..."
    "wrong_name": ("cert-name", r"certificate does not name the host at {none}: "
                   r"it names other\.example\.net, www\.example\.net"),
    "no_san": ("cert-name", r"certificate does not name the host at {none}: "
               r"it has no subjectAltName"),
    "expired": ("cert-expired", r"certificate expired at {none}: "
                r"{host}, since {after} \(3 days ago\)"),
    "not_yet_valid": ("cert-not-yet-valid", r"certificate not yet valid at "
                      r"{none}: {host}, from {before}"),
    "self_signed": ("cert-untrusted", r"certificate not trusted at {none}: "
                    r'self-signed certificate "{host}"'),
    "stranger": ("cert-untrusted", r"certificate not trusted at {none}: "
                 r'the server sent "{host}" alone, without its issuer '
                 r'"Strange Root"'),
    "incomplete": ("cert-untrusted", r"certificate not trusted at {none}: "
                   r'the server sent "{host}" alone, without its issuer '
                   r'"Example Intermediate"'),
    "expired_intermediate": (
        "cert-expired", r"certificate expired at {none}: "
        r"Old Intermediate \(an issuer, sent by the server\), since .* UTC \(3 days ago\)"),
    "all_wrong": ("cert-untrusted", r"certificate not trusted at {none}: "
                  r'self-signed certificate "other\.example\.net"'),
}


def pattern_of(name, server, pair):
    return CERTIFICATES[name][1].format(
        host=re.escape(HOST), none=re.escape(unserved(server)),
        after=utc(pair.not_after), before=utc(pair.not_before))


@pytest.mark.parametrize("tls", ["starttls", "implicit"])
def test_good_certificate(plugin, mail, tls):
    server = mail(tls=tls)
    result = plugin.run(*server.login)
    assert result.state == "OK"
    matches("%s logged in with PLAIN over TLSv1.3 at %s in %s" % (
        USER, server.at, SECONDS), result.message)
    assert "AUTH PLAIN " + plain(USER, PASSWORD) in server.transcript()
    assert server.session().sni == HOST


@pytest.mark.parametrize("tls", ["starttls", "implicit"])
@pytest.mark.parametrize("name", list(CERTIFICATES))
def test_bad_certificate(plugin, mail, ca, name, tls):
    pair = getattr(ca, name)
    server = mail(pair, tls=tls)
    fails(plugin, server, CERTIFICATES[name][0],
          pattern_of(name, server, pair))


@pytest.mark.parametrize("name", list(CERTIFICATES))
def test_bad_certificate_in_json(plugin, mail, ca, name):
    pair = getattr(ca, name)
    server = mail(pair)
    data = plugin.json(*server.login)
    assert data["condition"] == CERTIFICATES[name][0], data
    assert data["login"] == "not-tried"
    tls = data["tls"]
    assert tls["verified"] is False
    assert tls["subject"] == "CN=" + pair.name
    assert tls["version"] == "TLSv1.3"
    no_auth(server)


def test_client_takes_its_leave(plugin, mail, ca):
    """A server that is refused sees QUIT, not a lost connection."""
    server = mail(ca.stranger)
    plugin.run(*server.login)
    assert server.transcript() == [
        "EHLO " + PROBE, "STARTTLS", "<TLS>", "QUIT"]


def test_several_faults_are_all_listed(plugin, mail, ca):
    server = mail(ca.all_wrong)
    data = plugin.json(*server.login)
    assert data["condition"] == "cert-untrusted"
    listed = {c["condition"] for c in data["conditions"]}
    assert {"cert-untrusted", "cert-expired", "cert-name"} <= listed, data


@pytest.mark.parametrize("name", list(CERTIFICATES))
def test_insecure_holds_the_secret_back(plugin, mail, ca, name):
    server = mail(getattr(ca, name))
    result = plugin.run(*server.login, "--insecure")
    assert result.state == "CRITICAL"
    faults = {"all_wrong": "cert-untrusted, cert-expired, cert-name"}.get(
        name, CERTIFICATES[name][0])
    assert result.message == (
        "secret held back for %s: the server is unverified (%s)" % (
            server.who, faults))
    assert no_auth(server) == ["EHLO " + PROBE, "STARTTLS", "<TLS>",
                               "EHLO " + PROBE, "QUIT"]


def test_ways_out_are_named(plugin, mail, ca):
    pair = ca.stranger
    server = mail(pair)
    result = plugin.run(*server.login, "--insecure")
    hint = result.lines[1]
    for way in ("--ca-file", "--pin", pair.pin, "--allow-unverified"):
        assert way in hint, result


@pytest.mark.parametrize("name, way", [
    ("wrong_name", "--verify-name"), ("not_yet_valid", "clocks"),
    ("expired", "--ignore-certificate-expiration"),
    ("expired_intermediate", "--ignore-certificate-expiration")])
def test_ways_that_lead_nowhere_are_not_named(plugin, mail, ca, name, way):
    """No root helps against a wrong name, no pin against dates."""
    result = plugin.run(*mail(getattr(ca, name)).login, "--insecure")
    hint = result.lines[1]
    assert way in hint and "--allow-unverified" in hint, result
    assert "--ca-file" not in hint, result
    assert ("--pin" in hint) == (name == "wrong_name"), result


def test_an_excused_expiry_is_not_why(plugin, mail, ca):
    result = plugin.run(
        *mail(ca.expired).login, "--insecure", "--verify-name=a.example",
        "--ignore-certificate-expiration")
    assert result.message.endswith("the server is unverified (cert-name)")


@pytest.mark.parametrize("depth", [1, 7, 8, 9, 12])
def test_stranger_behind_expired_intermediates(plugin, mail, ca, depth):
    """However many faults are found above it, the leaf's own counts."""
    server = mail(ca.impostor(depth))
    result = plugin.run(*server.login, "--ignore-certificate-expiration")
    assert result.state == "CRITICAL"
    assert result.message.startswith("certificate not trusted at "), result
    assert "certificate signature failure" in result.message, result
    no_auth(server)


def test_insecure_in_json(plugin, mail, ca):
    data = plugin.json(*mail(ca.self_signed).login, "--insecure")
    assert data["condition"] == "cleartext-refused"
    assert [c["condition"] for c in data["conditions"]] == [
        "cleartext-refused"]
    assert data["login"] == "not-tried"
    assert data["tls"]["verified"] is False


def test_insecure_without_credentials(plugin, mail, ca):
    server = mail(ca.stranger)
    result = plugin.run(*server.args, "-S", "--insecure")
    assert result.state == "OK"
    assert "unverified" in result.message
    assert server.at + " answers over TLSv1.3" in result.message


def test_insecure_with_a_good_server(plugin, mail):
    result = plugin.run(*mail().login, "--insecure")
    assert result.state == "OK"
    assert "unverified" not in result.message


@pytest.mark.parametrize("name", list(CERTIFICATES))
def test_allow_unverified_sends(plugin, mail, ca, name):
    server = mail(getattr(ca, name))
    result = plugin.run(*server.login, "--allow-unverified")
    assert result.state == "OK"
    matches(r"%s logged in with PLAIN over TLSv1.3 \(server unverified\) at "
            "%s in %s" % (USER, server.at, SECONDS), result.message)
    assert server.transcript()[-2:] == [
        "AUTH PLAIN " + plain(USER, PASSWORD), "QUIT"]


@pytest.mark.parametrize("remap", [
    "cert-expired=ok", "cert-expired=warning"])
def test_remap_does_not_send_the_secret(plugin, mail, ca, remap):
    server = mail(ca.expired)
    result = plugin.run(*server.login, "--on=" + remap)
    assert result.state == remap.split("=")[1].upper()
    assert result.message.startswith("certificate expired at ") or (
        "no login tried" in result.message)
    no_auth(server)


def test_remap_to_ok_says_that_no_login_was_tried(plugin, mail, ca):
    server = mail(ca.expired)
    result = plugin.run(*server.login, "--on=cert-expired=ok")
    assert result.state == "OK"
    assert "no login" in result.message
    data = plugin.json(*mail(ca.expired).login, "--on=cert-expired=ok")
    assert data["condition"] == "cert-expired"
    assert data["login"] == "not-tried"


# Pins -----------------------------------------------------------------------

@pytest.mark.parametrize("name", [
    "good", "self_signed", "stranger", "incomplete", "wrong_name", "no_san"])
def test_pin_stands_in_for_chain_and_name(plugin, mail, ca, name):
    pair = getattr(ca, name)
    server = mail(pair)
    args = [*server.bare, "-I", "127.0.0.1", *LOGIN]
    result = plugin.run(*args, "--pin=" + pair.pin)
    assert result.state == "OK", result
    assert "unverified" not in result.message
    assert "AUTH PLAIN " + plain(USER, PASSWORD) in server.transcript()
    data = plugin.json(
        *mail(pair).login, "--pin=" + ca.client.pin, "--pin=" + pair.pin)
    assert data["tls"]["verified"] is True


@pytest.mark.parametrize("name", ["expired", "self_signed_expired"])
def test_pin_does_not_excuse_dates(plugin, mail, ca, name):
    pair = getattr(ca, name)
    server = mail(pair)
    fails(plugin, server, "cert-expired",
          r"certificate expired at %s: .*" % unserved(server),
          "--pin=" + pair.pin)


@pytest.mark.parametrize("more", [
    [], ["--insecure"], ["--allow-unverified"], ["--on=cert-pin=ok"]])
def test_wrong_pin_always_ends(plugin, mail, ca, more):
    server = mail()
    data = plugin.json(*server.login, "--pin=" + ca.client.pin, *more)
    assert data["condition"] == "cert-pin"
    assert no_auth(server)[2:] == ["<TLS>", "QUIT"]


def test_wrong_pin_first_line(plugin, mail, ca):
    server = mail()
    fails(plugin, server, "cert-pin", re.escape(
        "certificate has another key than pinned at %s: %s" % (
            unserved(server), ca.good.pin)), "--pin=" + ca.client.pin)


# Names ----------------------------------------------------------------------

def test_address_as_host(plugin, mail):
    server = mail()
    args = ["-H", "127.0.0.1", "-p", server.port, *LOGIN]
    ca_file = server.args[server.args.index("--ca-file") + 1]
    result = plugin.run(*args, "--ca-file", ca_file)
    assert result.state == "OK", result
    # A literal is no server name (RFC 6066, 3).
    assert server.session().sni is None


def test_address_that_the_certificate_does_not_name(plugin, mail, ca):
    server = mail(ca.no_address)
    server.at = "127.0.0.1:%d" % server.port
    args = ["-H", "127.0.0.1", "-p", server.port, "--ca-file", ca.ca, *LOGIN]
    result = fails(plugin, server, "cert-name", re.escape(
        "certificate does not name the host at %s: it names %s" % (
            unserved(server), HOST)), args=args)
    assert "--verify-name" in result.lines[1]


def test_verify_name(plugin, mail, ca):
    server = mail(ca.no_address)
    args = ["-H", "127.0.0.1", "-p", server.port, "--ca-file", ca.ca, *LOGIN]
    assert plugin.run(*args, "--verify-name=" + HOST).state == "OK"
    assert server.session().sni == HOST


def test_verify_name_that_does_not_match(plugin, mail):
    server = mail()
    fails(plugin, server, "cert-name",
          r"certificate does not name www\.example\.org at .*",
          "--verify-name=www.example.org")


def test_trailing_dot(plugin, mail, ca):
    server = mail()
    args = ["-H", HOST + ".", "-I", "127.0.0.1", "-p", server.port,
            "--ca-file", ca.ca, *LOGIN]
    assert plugin.run(*args).state == "OK"
    assert server.session().sni == HOST


@pytest.mark.parametrize("more, sni", [
    ([], HOST), (["--sni"], HOST), (["--sni=other.example.net"],
                                    "other.example.net"),
    (["--verify-name=localhost"], "localhost"),
    (["--verify-name=localhost", "--sni=" + HOST], HOST)])
def test_sni(plugin, mail, more, sni):
    server = mail()
    assert plugin.run(*server.login, *more).state == "OK"
    assert server.session().sni == sni


# Trust ----------------------------------------------------------------------

def test_ca_path(plugin, mail, ca):
    server = mail()
    result = plugin.run(*server.bare, "-I", "127.0.0.1", *LOGIN,
                        "--ca-path", ca.ca_dir)
    assert result.state == "OK", result


@pytest.mark.parametrize("variable", ["SSL_CERT_FILE", "SSL_CERT_DIR"])
def test_trust_from_the_environment(plugin, mail, ca, variable):
    value = ca.ca if variable == "SSL_CERT_FILE" else ca.ca_dir
    server = mail()
    args = [*server.bare, "-I", "127.0.0.1", *LOGIN]
    assert plugin.run(*args, env={variable: value}).state == "OK"


def test_bundle_is_not_read_when_the_directory_knows(plugin, mail, ca,
                                                     tmp_path):
    """Parsing it costs more than all the rest of a check.  Whoever opens the
    FIFO waits for a writer, until the deadline."""
    bundle = tmp_path / "bundle.pem"
    os.mkfifo(bundle)
    server = mail()
    args = [*server.bare, "-I", "127.0.0.1", *LOGIN]
    assert plugin.run(*args, env={
        "SSL_CERT_DIR": ca.ca_dir, "SSL_CERT_FILE": bundle}).state == "OK"
    server = mail()
    assert plugin.run(*server.bare, "-I", "127.0.0.1", *LOGIN, "--ca-path",
                      ca.ca_dir, "--ca-file", bundle).state == "OK"


def test_bundle_is_not_read_for_a_pinned_key(plugin, mail, ca, tmp_path):
    bundle = tmp_path / "bundle.pem"
    os.mkfifo(bundle)
    server = mail(ca.self_signed)
    result = plugin.run(*server.bare, "-I", "127.0.0.1", *LOGIN, "--pin",
                        ca.self_signed.pin, env={
                            "SSL_CERT_DIR": tmp_path, "SSL_CERT_FILE": bundle})
    assert result.state == "OK"


def test_bundle_is_read_when_the_directory_does_not_know(plugin, mail, ca,
                                                         tmp_path):
    args = ["-I", "127.0.0.1", *LOGIN]
    assert plugin.run(*mail().bare, *args, env={
        "SSL_CERT_DIR": tmp_path, "SSL_CERT_FILE": ca.ca}).state == "OK"
    assert plugin.run(*mail().bare, *args, "--ca-path", tmp_path,
                      "--ca-file", ca.ca).state == "OK"


@pytest.mark.parametrize("content, why", [
    ("no PEM", "no certificate in it"), (None, "No such file or directory")])
def test_bundle_that_is_none(plugin, mail, ca, tmp_path, content, why):
    """Roots that were asked for and are not there are part of the cause."""
    bundle = tmp_path / "bundle.pem"
    if content:
        bundle.write_text(content)
    args = ["-I", "127.0.0.1", *LOGIN]
    ending = 'unknown issuer "%s" of "%s"; no roots from %s: %s' % (
        "Example Root", ca.intermediate.name, bundle, why)
    result = plugin.run(*mail().bare, *args, env={
        "SSL_CERT_DIR": tmp_path, "SSL_CERT_FILE": bundle})
    assert result.message.endswith(ending), result
    if content:
        result = plugin.run(*mail().bare, *args, "--ca-path", tmp_path,
                            "--ca-file", bundle)
        assert result.message.endswith(ending), result


def test_issuer_that_is_not_sent(plugin, mail, ca):
    data = plugin.json(*mail(ca.incomplete).login)
    assert data["condition"] == "cert-untrusted"
    assert data["hint"].startswith(
        'the server must send its intermediate, "Example Intermediate"')
    assert "--ca-file" in data["hint"] and ca.incomplete.pin in data["hint"]


@pytest.mark.parametrize("what, words", [
    ("empty", "put the roots into the folder"),
    ("unhashed", "openssl rehash "), ("machine", "ca-certificates")])
def test_roots_that_are_missing(plugin, mail, ca, tmp_path, what, words):
    roots = tmp_path / "roots"
    roots.mkdir()
    if what == "unhashed":
        (roots / "our-ca.pem").write_text(open(ca.ca).read())
    server = mail()
    args, env = [*server.bare, "-I", "127.0.0.1", *LOGIN], {}
    if what == "machine":
        env = {"SSL_CERT_DIR": roots, "SSL_CERT_FILE": roots / "nothing"}
    else:
        args += ["--ca-path", roots]
    data = plugin.json(*args, env=env)
    assert data["condition"] == "cert-untrusted"
    assert words in data["hint"], data
    assert str(roots) in data["message"], data


@pytest.mark.parametrize("asked, newest, condition", [
    ("TLSv1.3", ssl.TLSVersion.TLSv1_2, "tls"),
    ("TLSv1.3", ssl.TLSVersion.TLSv1_3, None),
    ("TLSv1.2", ssl.TLSVersion.TLSv1_2, None),
    # An older one than our own default does not lower it.
    ("TLSv1", ssl.TLSVersion.TLSv1_1, "tls")])
def test_oldest_protocol_of_this_machine(plugin, mail, ca, tmp_path, asked,
                                         newest, condition):
    """What openssl.cnf asks for counts, unless --tls-min says otherwise."""
    conf = tmp_path / "openssl.cnf"
    conf.write_text("openssl_conf = a\n[a]\nssl_conf = b\n[b]\n"
                    "system_default = c\n[c]\nMinProtocol = %s\n"
                    "CipherString = DEFAULT@SECLEVEL=0\n" % asked)
    env = {"OPENSSL_CONF": str(conf)}
    context = ca.context(newest=newest, oldest=ssl.TLSVersion.TLSv1)
    data = plugin.json(*mail(context=context).login, env=env)
    assert data["condition"] == condition, data
    if newest == ssl.TLSVersion.TLSv1_2:
        context = ca.context(newest=newest)
        data = plugin.json(*mail(context=context).login, "--tls-min=1.2",
                           env=env)
        assert data["condition"] is None, data


def test_system_trust_knows_nothing_of_us(plugin, mail):
    server = mail()
    data = plugin.json(*server.bare, "-I", "127.0.0.1", *LOGIN)
    assert data["condition"] == "cert-untrusted"
    no_auth(server)


def test_ca_file_replaces_the_environment(plugin, mail, ca):
    server = mail()
    args = [*server.bare, "-I", "127.0.0.1", *LOGIN,
            "--ca-file", ca.self_signed.cert_file]
    data = plugin.json(*args, env={"SSL_CERT_FILE": ca.ca})
    assert data["condition"] == "cert-untrusted"
    no_auth(server)


@pytest.mark.parametrize("option", ["--ca-file", "--client-cert"])
def test_file_that_is_not_there(plugin, mail, option):
    server = mail()
    result = plugin.run(*server.login, option, "/nonexistent.pem")
    assert result.state == "UNKNOWN"
    matches(r"wrong command line for %s: .*/nonexistent\.pem.*" % server.who,
            result.message)
    # It may have been read while the connection was made: nothing was said.
    assert [c.transcript() for c in server.done()] in ([], [[]])


# Protocol versions ----------------------------------------------------------

@pytest.mark.parametrize("more, newest, version", [
    ([], None, "TLSv1.3"), ([], V12, "TLSv1.2"),
    (["--tls-min=1.2"], V12, "TLSv1.2"), (["--tls-min=1.3"], None, "TLSv1.3")])
def test_version(plugin, mail, ca, more, newest, version):
    server = mail(context=ca.context(newest=newest))
    result = plugin.run(*server.login, *more)
    matches("%s logged in with PLAIN over %s at .*" % (USER, version),
            result.message)


@pytest.mark.parametrize("more, version", [
    ([], ssl.TLSVersion.TLSv1_1), (["--tls-min=1.3"], V12)])
@pytest.mark.parametrize("tls", ["starttls", "implicit"])
def test_version_too_old(plugin, mail, ca, more, version, tls):
    context = ca.context(oldest=version, newest=version)
    server = mail(context=context, tls=tls)
    result = plugin.run(*server.login, *more)
    assert result.state == "CRITICAL"
    matches("TLS handshake failed for %s: .+" % server.who, result.message)
    assert not server.session().happened("handshake")
    data = plugin.json(*mail(context=context, tls=tls).login, *more)
    assert data["condition"] == "tls"


# Broken handshakes ----------------------------------------------------------

def breaks_off(how):
    def handler(conn):
        conn.peek()
        how(conn)
    return handler


BROKEN = {
    "close": lambda conn: (conn.half_close(), conn.drain()),
    "reset": lambda conn: conn.reset(),
    "alert": lambda conn: (conn.clear(b"\x15\x03\x01\x00\x02\x02\x28"),
                           conn.drain()),
}


@pytest.mark.parametrize("how", list(BROKEN))
def test_broken_handshake(plugin, serve, ca, how):
    server = serve(breaks_off(BROKEN[how]))
    data = plugin.json("-H", HOST, "-I", "127.0.0.1", "-p", server.port, "-s",
                       *LOGIN)
    assert data["condition"] == "tls", data
    assert data["message"].startswith(
        "TLS handshake failed for %s at %s:%d: " % (USER, HOST, server.port))
    assert data["phases"]["tls"] is None


def test_implicit_tls_to_a_server_that_talks_first(plugin, mail):
    server = mail(tls="none")
    data = plugin.json(*server.login, "-s")
    assert data["condition"] == "tls", data


# Client certificates --------------------------------------------------------

@pytest.mark.parametrize("tls", ["starttls", "implicit"])
@pytest.mark.parametrize("newest", [V12, V13])
def test_client_certificate(plugin, mail, ca, tls, newest):
    context = ca.context(client_required=True, newest=newest)
    server = mail(context=context, tls=tls)
    result = plugin.run(*server.login, "--client-cert", ca.client.cert_file,
                        "--client-key", ca.client.key_file)
    assert result.state == "OK", result
    assert server.session().client_cert is not None


def test_client_certificate_and_key_in_one_file(plugin, mail, ca, tmp_path):
    both = tmp_path / "both.pem"
    both.write_bytes(b"".join(open(f, "rb").read() for f in (
        ca.client.cert_file, ca.client.key_file)))
    server = mail(context=ca.context(client_required=True))
    result = plugin.run(*server.login, "--client-cert", both)
    assert result.state == "OK", result


@pytest.mark.parametrize("tls", ["starttls", "implicit"])
@pytest.mark.parametrize("newest", [V12, V13])
def test_client_certificate_missing(plugin, mail, ca, tls, newest):
    """With TLS 1.3 the handshake succeeds and the alert comes after it."""
    context = ca.context(client_required=True, newest=newest)
    server = mail(context=context, tls=tls)
    data = plugin.json(*server.login)
    assert data["condition"] == "tls", data
    matches(r"TLS (handshake failed|failed while waiting for [\w ]+) for %s: .+" % server.who,
            data["message"])
    assert "--client-cert=FILE" in data["hint"], data
    no_auth(server)


# server's certificate, more options, whether ours is shown to it
SHOWN = [
    ("good", (), True),
    ("stranger", (), False),
    ("incomplete", (), False),
    ("wrong_name", (), False),
    ("self_signed_expired", (), False),
    ("expired_intermediate", (), False),
    ("expired_intermediate", ("--ignore-certificate-expiration",), True),
    ("good", ("--pin=sha256//" + 43 * "A" + "=",), False),
    ("self_signed", ("pin",), True),
    ("self_signed_expired", ("pin",), False),
    ("stranger", ("--insecure",), True),
    ("wrong_name", ("--insecure",), True),
]


@pytest.mark.parametrize("newest", [V12, V13])
@pytest.mark.parametrize("pair, options, shown", SHOWN)
def test_who_sees_our_certificate(plugin, mail, ca, newest, pair, options,
                                  shown):
    """It names us: only the server that was meant is told."""
    pair = getattr(ca, pair)
    context = ca.context(pair, client_asked=True, newest=newest)
    server = mail(context=context)
    options = ["--pin=" + pair.pin if x == "pin" else x for x in options]
    plugin.run(*server.login, "--client-cert", ca.client.cert_file,
               "--client-key", ca.client.key_file, *options)
    seen = server.session().client_cert
    assert (seen is not None) == shown


# Days left ------------------------------------------------------------------

DAYS = [
    # -D, days left, state, "below"
    ("30,14", 40, "OK", None),
    ("30,14", 30, "OK", None),
    ("30,14", 29, "WARNING", 30),
    ("30,14", 14, "WARNING", 30),
    ("30,14", 13, "CRITICAL", 14),
    ("30", 29, "WARNING", 30),
    ("30", 2, "WARNING", 30),
]


@pytest.mark.parametrize("option, days, state, below", DAYS)
def test_days_left(plugin, mail, ca, option, days, state, below):
    pair = ca.expiring(days)
    server = mail(pair)
    result = plugin.run(*server.login, "-D", option)
    assert result.state == state
    if below:
        level = state.lower()
        assert result.message == (
            "certificate expires in %d days for %s, login accepted: %s (%s "
            "below %d)" % (
                days, server.who, utc(pair.not_after), level, below))
    else:
        assert result.message.startswith(USER + " logged in with ")
    perf = result.perfdata["cert_days"]
    assert perf.value == days
    assert perf.warn + "," + perf.crit == (
        "30:,14:" if "," in option else "30:,")
    # A policy does not end the session.
    assert "AUTH PLAIN " + plain(USER, PASSWORD) in server.transcript()


PATHS = [
    # what the server sends, days, more options, what ends or None
    ("expiring_intermediate", 3, (), "CRITICAL", "Ending Intermediate"),
    ("expiring_intermediate", 20, (), "WARNING", "Ending Intermediate"),
    ("expiring_intermediate", 40, (), "OK", None),
    ("needless", 3, (), "OK", None),
    # Nothing above the server's own was verified.
    ("expiring_intermediate", 3, ("pin",), "OK", None),
    ("expiring_intermediate", 3, ("untrusted",), "CRITICAL", None),
]


@pytest.mark.parametrize("sent, days, options, state, name", PATHS)
def test_days_left_of_the_path(plugin, mail, ca, sent, days, options, state,
                               name):
    pair = getattr(ca, sent)(days)
    server = mail(pair)
    more = {"pin": ["--pin=" + pair.pin],
            "untrusted": ["--insecure", "--ca-file",
                          ca.self_signed.cert_file]}
    args = [x for o in options for x in more[o]]
    result = plugin.run(*server.login, "-D", "30,14", *args)
    assert result.state == state, result
    assert ("Ending" in result.message) == (name is not None), result
    left = days if name else 365 if sent == "needless" else None
    if left is not None:
        assert result.perfdata["cert_days"].value == left, result
    if name:
        assert "certificate of %s" % name in result.message, result
        assert "expires in %d days" % days in result.message, result



def test_days_left_in_json(plugin, mail, ca):
    pair = ca.expiring(20)
    data = plugin.json(*mail(pair).login, "-D", "30,14")
    assert data["condition"] == "cert-expiring"
    assert data["login"] == "accepted"
    tls = data["tls"]
    assert tls["days_left"] == 20
    when = datetime.datetime.fromisoformat(
        tls["not_after"].replace("Z", "+00:00"))
    assert when == pair.not_after
    assert tls["verified"] is True
    assert tls["issuer"] == "CN=Example Intermediate"


def test_days_left_make_starttls_required(plugin, mail):
    server = mail()
    result = plugin.run(*server.args, "-D", "30,14")
    assert result.state == "OK"
    assert result.message == (
        server.at + " answers over TLSv1.3, no login tried "
        "(no credentials given)")
    assert "<TLS>" in server.transcript()


def test_cert_days_without_thresholds(plugin, mail, ca):
    result = plugin.run(*mail(ca.expiring(77)).login)
    assert result.perfdata["cert_days"] == (77, "", "", "", "", "")


# Ignoring expiry ------------------------------------------------------------

def test_ignored_expiry_goes_on(plugin, mail, ca):
    server = mail(ca.expired)
    result = plugin.run(*server.login, "--ignore-certificate-expiration",
                        "-v")
    assert result.state == "OK", result
    assert result.message.startswith(USER + " logged in with PLAIN")
    assert result.perfdata["cert_days"].value < 0
    assert "expired" in result.text, "the expiry is reported"
    assert "AUTH PLAIN " + plain(USER, PASSWORD) in server.transcript()


@pytest.mark.parametrize("name, condition", [
    ("self_signed_expired", "cert-untrusted"), ("wrong_name", "cert-name"),
    ("not_yet_valid", "cert-not-yet-valid")])
def test_ignored_expiry_excuses_nothing_else(plugin, mail, ca, name,
                                             condition):
    server = mail(getattr(ca, name))
    data = plugin.json(*server.login, "--ignore-certificate-expiration")
    assert data["condition"] == condition
    no_auth(server)


def test_verbose_shows_the_chain(plugin, mail):
    result = plugin.run(*mail().login, "-vvv")
    details = "\n".join(result.details)
    assert HOST + ", until" in details
    assert "Example Intermediate" in details


def test_many_records_at_once(plugin, mail):
    """What OpenSSL took with the first record the socket shows no more."""
    def say(conn):
        line = b"250-KEYWORD%d\r\n"
        conn.records([*(line % i for i in range(20)), b"250 AUTH PLAIN\r\n"])

    server = mail(tls="implicit", replies={"EHLO": say})
    assert plugin.run(*server.login).state == "OK"
