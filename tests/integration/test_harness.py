"""The servers and checks that the other tests rely on are right."""

import smtplib
import socket
import ssl
import subprocess

import dns.message
import dns.query
import dns.rcode
import pytest

import certs
import conftest
import dns_server
import smtp_server
from conftest import HOST, PASSWORD, USER


def test_smtplib_logs_in(mail, ca):
    server = mail()
    client = smtplib.SMTP("127.0.0.1", server.port, "me.example.org")
    # smtplib verifies the name that it was given for the connection.
    client._host = HOST
    client.starttls(context=ssl.create_default_context(cafile=ca.ca))
    client.login(USER, PASSWORD)
    client.quit()
    assert server.transcript() == [
        "ehlo me.example.org", "STARTTLS", "<TLS>", "ehlo me.example.org",
        "AUTH PLAIN " + conftest.plain(USER, PASSWORD), "quit"]
    session = server.session()
    assert session.sni == HOST
    assert b"AUTH" not in session.received(["clear"])


def test_implicit_tls_and_client_certificate(mail, ca):
    server = mail(tls="implicit", context=ca.context(client_required=True))
    context = ssl.create_default_context(cafile=ca.ca)
    context.load_cert_chain(ca.client.cert_file, ca.client.key_file)
    with smtplib.SMTP_SSL("localhost", server.port, context=context) as c:
        c.noop()
    session = server.session()
    assert session.client_cert == ca.client.cert.public_bytes(certs.DER)


@pytest.mark.parametrize("name", [
    "wrong_name", "expired", "not_yet_valid", "self_signed", "stranger",
    "incomplete", "expired_intermediate", "all_wrong"])
def test_bad_certificates_are_bad(mail, ca, name):
    server = mail(getattr(ca, name), tls="implicit")
    context = ssl.create_default_context(cafile=ca.ca)
    with socket.create_connection(("127.0.0.1", server.port)) as s:
        with pytest.raises(ssl.SSLCertVerificationError):
            context.wrap_socket(s, server_hostname=HOST)
    assert not server.session().received(["tls"])


def test_hash_of_the_directory(ca):
    out = subprocess.run(
        ["openssl", "x509", "-noout", "-subject_hash", "-in", ca.ca],
        stdout=subprocess.PIPE, check=True, text=True).stdout.strip()
    assert out == certs.subject_hash("Example Root")


def test_old_protocol_only(serve, ca):
    context = ca.context(oldest=ssl.TLSVersion.TLSv1_1,
                         newest=ssl.TLSVersion.TLSv1_1)
    server = serve(smtp_server.Mail(context, tls="implicit"))
    client = ssl.create_default_context(cafile=ca.ca)
    client.set_ciphers("ALL:@SECLEVEL=0")
    client.minimum_version = ssl.TLSVersion.TLSv1_1
    with socket.create_connection(("127.0.0.1", server.port)) as s:
        with client.wrap_socket(s, server_hostname=HOST) as t:
            assert t.version() == "TLSv1.1"


def test_reset_and_half_close(serve):
    server = serve(lambda conn: (conn.send("220 x"), conn.line(),
                                 conn.reset()))
    with socket.create_connection(("127.0.0.1", server.port)) as s:
        assert s.recv(100) == b"220 x\r\n"
        s.sendall(b"EHLO x\r\n")
        with pytest.raises(ConnectionResetError):
            s.recv(100)
    server = serve(lambda conn: (conn.half_close(), conn.drain()))
    with socket.create_connection(("127.0.0.1", server.port)) as s:
        assert s.recv(100) == b""
        s.sendall(b"still here")
    assert server.transcript() == ["still here"]


def test_deaf_port():
    deaf = smtp_server.Deaf()
    with socket.socket() as s:
        s.settimeout(0.3)
        with pytest.raises(TimeoutError):
            s.connect(("127.0.0.1", deaf.port))
    deaf.close()


def test_dialogue_file(serve, ca, tmp_path):
    path = tmp_path / "dialogue"
    path.write_text("# x\nuser: a\npassword: b\ncommand: NOOP\n\n"
                    "S: 220 x\nC: EHLO a\n"
                    "R: 250 STARTTLS\\r\\n\\x41\\\\\nTLS\n"
                    "S: 250\nCLOSE\nEND none\n")
    dialogue = smtp_server.Dialogue(str(path), ca.context())
    assert dialogue.settings["user"] == "a" and dialogue.end == "none"
    assert dialogue.commands == ["NOOP"]
    server = serve(dialogue)
    client = ssl.create_default_context(cafile=ca.ca)
    with socket.create_connection(("127.0.0.1", server.port)) as s:
        assert s.recv(100) == b"220 x\r\n"
        s.sendall(b"EHLO a\r\n")
        assert s.recv(100) == b"250 STARTTLS\r\nA\\"
        with client.wrap_socket(s, server_hostname=HOST) as t:
            assert t.recv(100) == b"250\r\n"
            assert t.recv(100) == b""
    assert server.transcript() == dialogue.expected() == ["EHLO a", "<TLS>"]


@pytest.mark.parametrize("text", ["S: x\nuser: a\nEND none\n", "S: x\n",
                                  "colour: red\nEND none\n",
                                  "END none\nS: x\n"])
def test_bad_dialogue_file(tmp_path, text):
    (tmp_path / "dialogue").write_text(text)
    with pytest.raises(ValueError):
        smtp_server.Dialogue(str(tmp_path / "dialogue"))


def ask(server, name, kind="A", tcp=False, timeout=10):
    query = dns.message.make_query(name, kind)
    ask_it = dns.query.tcp if tcp else dns.query.udp
    return ask_it(query, "127.0.0.1", port=server.port, timeout=timeout)


def test_dns_server(dns):
    server = dns({
        "both.test": dns_server.Name(a=["127.0.0.1"], aaaa=["::1"]),
        "alias.test": dns_server.Name(cname="both.test"),
        "bad.test": dns_server.Name(rcode="SERVFAIL"),
        "big.test": dns_server.Name(a=["127.0.0.1"], truncate=True),
        "mute.test": dns_server.Name(a=["127.0.0.1"], silent={"AAAA"}),
    })
    assert "127.0.0.1" in ask(server, "both.test").answer[0].to_text()
    assert "::1" in ask(server, "both.test", "AAAA").answer[0].to_text()
    assert len(ask(server, "alias.test").answer) == 2
    assert ask(server, "none.test").rcode() == dns_rcode("NXDOMAIN")
    assert ask(server, "bad.test").rcode() == dns_rcode("SERVFAIL")
    truncated = ask(server, "big.test")
    assert not truncated.answer and truncated.flags & 0x200
    assert ask(server, "big.test", tcp=True).answer
    assert ask(server, "mute.test").answer
    with pytest.raises(dns_timeout()):
        ask(server, "mute.test", "AAAA", timeout=0.2)
    assert server.asked("both.test") == {"A", "AAAA"}
    assert server.asked("big.test", "tcp") == {"A"}


def dns_rcode(text):
    return dns.rcode.from_text(text)


def dns_timeout():
    import dns.exception
    return dns.exception.Timeout


def test_perfdata_parser_is_strict():
    good = "time=0.084212s;1;5;0;10 time_dns=U;;;0 cert_days=12;30:;14:"
    parsed = conftest.parse_perfdata(good)
    assert parsed["time"] == (0.084212, "s", "1", "5", "0", "10")
    assert parsed["time_dns"].value == "U"
    assert parsed["cert_days"] == (12, "", "30:", "14:", "", "")
    for bad in ("time=0,5s", "time=1s", "time=0.100000s time=0.100000s",
                "time=0.100000s  time_dns=U", "time_dns=U time=U",
                "time=0.100000s;x", "time=Us", "size=1"):
        with pytest.raises(AssertionError):
            conftest.parse_perfdata(bad)


def test_needles_find_all_alignments():
    import base64
    secret = b"korrekt Pferd"
    for before in range(5):
        for after in range(4):
            text = base64.b64encode(b"x" * before + secret + b"y" * after)
            assert any(n in text for n in conftest.needles(secret))
    assert not conftest.needles("abc")


FAKE = """#!/bin/sh
printf '%b' "$OUT"; printf '%b' "$ERR" >&2; exit $CODE
"""


@pytest.mark.parametrize("out, err, code, fine", [
    ("SMTP_AUTH OK: fine | time=0.100000s;;;0;10\\n", "", 0, True),
    ("SMTP_AUTH OK: fine\\nmore\\n", "", 0, True),
    ("SMTP_AUTH OK: fine\\n", "", 2, False),
    ("SMTP_AUTH OK: fine\\n", "oops", 0, False),
    ("SMTP_AUTH OK: fine", "", 0, False),
    ("SMTP_AUTH OK: fine\\n", "", 139, False),
    ("SMTP_AUTH OK: a | time=U\\n b | c\\n", "", 0, False),
    ("SMTP_AUTH OK: a\\033[1m\\n", "", 0, False),
    ("SMTP_AUTH OK: \\0377\\n", "", 0, False),
    ("SMTP_AUTH OK: hunter22\\n", "", 0, False),
    ("SMTP_AUTH OK: aHVudGVyMjI=\\n", "", 0, False),
    ("SMTP_AUTH OK: " + "x" * 1000 + "\\n", "", 0, False),
    ("OK\\n", "", 0, False),
    ("", "", 0, False),
])
def test_each_run_is_checked(tmp_path, out, err, code, fine):
    fake = tmp_path / "fake"
    fake.write_text(FAKE)
    fake.chmod(0o755)
    plugin = conftest.Plugin(str(fake), tmp_path)
    plugin.secret("hunter22")
    env = {"OUT": out, "ERR": err, "CODE": str(code)}
    if fine:
        plugin.run(env=env)
    else:
        with pytest.raises((AssertionError, UnicodeDecodeError)):
            plugin.run(env=env)


def test_skips_fail_in_ci(tmp_path):
    source = conftest.__file__
    folder = tmp_path / "t"
    folder.mkdir()
    (folder / "conftest.py").write_text(
        "import sys; sys.path.insert(0, %r)\n"
        "exec(open(%r).read().replace('__file__', %r))\n" % (
            str(conftest.ROOT / "tests" / "integration"), source,
            repr(source)))
    (folder / "test_x.py").write_text(
        "import pytest\ndef test_x(): pytest.skip('x')\n")
    import os
    import sys
    for ci, workers, code in (("", "0", 0), ("true", "0", 1),
                              ("true", "2", 1)):
        run = subprocess.run(
            [sys.executable, "-m", "pytest", "-n", workers, "-p",
             "no:cacheprovider", str(folder)], stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT, text=True, cwd=folder,
            env={**os.environ, "CI": ci, "PYTEST_ADDOPTS": ""})
        assert run.returncode == code, run.stdout
