"""Certificates that are broken in ways that certs.py does not know."""

import datetime
import functools
import ipaddress
import pathlib
import ssl
import tempfile

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, ed448, ed25519, rsa
from cryptography.x509.oid import (ExtendedKeyUsageOID, NameOID,
                                   ObjectIdentifier)

import key_kinds
from conftest import HOST, PASSWORD, PROBE, USER

PEM = serialization.Encoding.PEM
DAY = datetime.timedelta(days=1)
NOW = datetime.datetime.now(datetime.timezone.utc).replace(microsecond=0)


@functools.lru_cache(maxsize=None)
def key_of(kind):
    return {"p256": lambda: ec.generate_private_key(ec.SECP256R1()),
            "p521": lambda: ec.generate_private_key(ec.SECP521R1()),
            "p192": lambda: ec.generate_private_key(ec.SECP192R1()),
            "rsa1024": lambda: rsa.generate_private_key(65537, 1024),
            "rsa2048": lambda: rsa.generate_private_key(65537, 2048),
            "ed25519": ed25519.Ed25519PrivateKey.generate,
            "ed448": ed448.Ed448PrivateKey.generate}[kind]()


def issue(subject=HOST, issuer=None, key="p256", names=(HOST,), extra=(),
          ca=None, pathlen=None, usage=None, start=-10 * DAY, end=100 * DAY,
          digest=hashes.SHA256, attributes=()):
    """Returns (certificate, private key); issuer is such a pair."""
    private = key if not isinstance(key, str) else key_of(key)
    common = ([x509.NameAttribute(NameOID.COMMON_NAME, subject)]
              if subject else [])
    name = x509.Name([*common, *attributes])
    builder = (x509.CertificateBuilder().subject_name(name)
               .issuer_name(issuer[0].subject if issuer else name)
               .public_key(private.public_key())
               .serial_number(x509.random_serial_number())
               .not_valid_before(NOW + start).not_valid_after(NOW + end))
    if names:
        builder = builder.add_extension(x509.SubjectAlternativeName(
            [n if isinstance(n, x509.GeneralName) else x509.DNSName(n)
             for n in names]), critical=not subject)
    if ca is not None:
        builder = builder.add_extension(
            x509.BasicConstraints(ca, pathlen), critical=True)
    if usage:
        builder = builder.add_extension(
            x509.ExtendedKeyUsage([usage]), critical=False)
    for extension, critical in extra:
        builder = builder.add_extension(extension, critical=critical)
    signer = issuer[1] if issuer else private
    if isinstance(signer, (ed25519.Ed25519PrivateKey, ed448.Ed448PrivateKey)):
        digest = None
    return builder.sign(signer, digest() if digest else None), private


@functools.lru_cache(maxsize=None)
def root():
    return issue("Hostile Root", names=(), ca=True,
                 key=ec.generate_private_key(ec.SECP256R1()))


def middle(subject="Middle", issuer=None, **more):
    more.setdefault("ca", True)
    return issue(subject, issuer or root(), names=(),
                 key=ec.generate_private_key(ec.SECP256R1()), **more)


def leaf(*chain, **more):
    """A certificate below the last of chain, or below the root."""
    more.setdefault("issuer", chain[-1] if chain else root())
    return [issue(**more), *reversed(chain)]


def signed_with_sha1():
    """By the openssl command: newer versions of Python's module refuse."""
    with tempfile.TemporaryDirectory() as folder:
        folder = pathlib.Path(folder)
        write(folder, leaf())
        (folder / "root.key").write_bytes(pem_of(root()[1]))
        (folder / "conf").write_text(
            "[req]\ndistinguished_name = x\nx509_extensions = y\n[x]\n[y]\n"
            "subjectAltName = DNS:%s\n" % HOST)
        key_kinds.openssl(
            "req", "-x509", "-sha1", "-days", 100, "-subj", "/CN=" + HOST,
            "-key", folder / "key.pem", "-CA", folder / "root.pem",
            "-CAkey", folder / "root.key", "-out", folder / "weak.pem",
            "-config", folder / "conf")
        weak = x509.load_pem_x509_certificate(
            (folder / "weak.pem").read_bytes())
    assert weak.signature_hash_algorithm.name == "sha1"
    return [(weak, key_of("p256"))]


def long_chain(length):
    chain = []
    for i in range(length):
        chain.append(middle("Middle %d" % i, chain[-1] if chain else None))
    return leaf(*chain)


def key_usage(**more):
    names = ("digital_signature", "content_commitment", "key_encipherment",
             "data_encipherment", "key_agreement", "key_cert_sign",
             "crl_sign", "encipher_only", "decipher_only")
    return x509.KeyUsage(**{**{n: False for n in names}, **more})


UNKNOWN = x509.UnrecognizedExtension(
    ObjectIdentifier("1.3.6.1.4.1.99999.1"), b"\x05\x00")
GARBAGE_SAN = x509.UnrecognizedExtension(
    ObjectIdentifier("2.5.29.17"), b"\x30\x82\xff\xff\x82\x10mail")
GARBAGE_BASIC = x509.UnrecognizedExtension(
    ObjectIdentifier("2.5.29.19"), b"\x30\x03\x01\x01")
OTHERS = x509.NameConstraints([x509.DNSName("example.net")], None)
NOT_US = x509.NameConstraints(None, [x509.DNSName("example.org")])

def two_below(pathlen):
    first = middle("First", pathlen=pathlen)
    return first, middle("Second", first)


def shuffled():
    """The middle first comes last; the leaf must be first."""
    first = middle("First")
    second = middle("Second", first)
    certificate = issue(issuer=second)
    return [certificate, first, second]


def circle():
    """A and B have each issued the other."""
    a_key, b_key = (ec.generate_private_key(ec.SECP256R1()) for _ in "ab")
    a = issue("A", names=(), ca=True, key=a_key)
    b = issue("B", a, names=(), ca=True, key=b_key)
    a_again = issue("A", b, names=(), ca=True, key=a_key)
    return [issue(issuer=(b[0], b_key)), b, a_again]


# name: the chain that the server sends, the condition
CERTIFICATES = {
    "RSA of 1024 bits": (
        lambda: leaf(key="rsa1024"), ("cert-untrusted", "tls")),
    "SHA-1": (signed_with_sha1, ("cert-untrusted", "tls")),
    "P-521": (lambda: leaf(key="p521"), None),
    "Ed25519": (lambda: leaf(key="ed25519"), None),
    "Ed448": (lambda: leaf(key="ed448"), None),
    "issued by a certificate that may not": (
        lambda: leaf(middle(ca=False)), "cert-untrusted"),
    "issued by one that does not say": (
        lambda: leaf(middle(ca=None)), "cert-untrusted"),
    "issued by a key for other uses": (
        lambda: leaf(middle(extra=[(key_usage(crl_sign=True), True)])),
        "cert-untrusted"),
    "a longer path than allowed": (
        lambda: leaf(*two_below(0)), "cert-untrusted"),
    "for other domains only": (
        lambda: leaf(middle(extra=[(OTHERS, True)])), "cert-untrusted"),
    "not for this domain": (
        lambda: leaf(middle(extra=[(NOT_US, True)])), "cert-untrusted"),
    "for clients": (
        lambda: leaf(usage=ExtendedKeyUsageOID.CLIENT_AUTH),
        "cert-untrusted"),
    "a critical extension nobody knows": (
        lambda: leaf(extra=[(UNKNOWN, True)]), "cert-untrusted"),
    "an extension nobody knows": (
        lambda: leaf(extra=[(UNKNOWN, False)]), None),
    "an issuer whose names are garbage": (
        lambda: leaf(middle(extra=[(GARBAGE_SAN, False)])),
        "cert-untrusted"),
    "an issuer whose constraints are garbage": (
        lambda: leaf(middle(ca=None, extra=[(GARBAGE_BASIC, True)])),
        "cert-untrusted"),
    "NUL in the name": (
        lambda: leaf(names=(HOST + "\0.evil.example.net",)), "cert-name"),
    "NUL in the subject": (
        lambda: leaf(subject=HOST + "\0x", names=("x.example.net",)),
        "cert-name"),
    "a wildcard": (lambda: leaf(names=("*.example.org",)), None),
    "a wildcard for all": (lambda: leaf(names=("*",)), "cert-name"),
    "a wildcard for a domain": (lambda: leaf(names=("*.org",)), "cert-name"),
    "a wildcard in the middle": (
        lambda: leaf(names=("mail.*.org",)), "cert-name"),
    "two wildcards": (
        lambda: leaf(names=("*.*.org",)), "cert-name"),
    "the name as an address of mail": (
        lambda: leaf(names=(x509.RFC822Name("a@" + HOST),)), "cert-name"),
    "the name as a URI": (
        lambda: leaf(names=(x509.UniformResourceIdentifier(
            "https://%s/" % HOST),)), "cert-name"),
    "an address only": (
        lambda: leaf(names=(x509.IPAddress(
            ipaddress.ip_address("127.0.0.1")),)), "cert-name"),
    "the name with a dot": (
        lambda: leaf(names=(HOST + ".",)), ("cert-name", None)),
    "a name below": (lambda: leaf(names=("x." + HOST,)), "cert-name"),
    "a name above": (lambda: leaf(names=("example.org",)), "cert-name"),
    "two thousand names": (
        lambda: leaf(names=["n%d.example.net" % i for i in range(2000)]),
        ("cert-name", "tls")),
    "two thousand names and the right one": (
        lambda: leaf(names=["n%d.example.net" % i for i in range(2000)] +
                     [HOST]), (None, "tls")),
    "controls in the subject": (
        lambda: leaf(subject="a\x1b[31mb|c\u202ed\u0085", names=("x.test",)),
        "cert-name"),
    "the state in the subject": (
        lambda: leaf(subject="x\nSMTP_AUTH OK: fine | time=0",
                     names=("x.test",)), "cert-name"),
    "a subject as long as may be": (
        lambda: leaf(subject="s" * 64, names=("x.test",), attributes=[
            x509.NameAttribute(NameOID.ORGANIZATION_NAME, "o" * 60)] * 40),
        "cert-name"),
    "no subject": (lambda: leaf(subject=""), None),
    "dates the wrong way round": (
        lambda: leaf(start=-10 * DAY, end=-9 * DAY), "cert-expired"),
    "until 9999": (
        lambda: leaf(end=datetime.datetime(
            9999, 12, 31, 23, 59, 59, tzinfo=datetime.timezone.utc) - NOW),
        None),
    "from 1950": (
        lambda: leaf(start=datetime.datetime(
            1950, 1, 1, tzinfo=datetime.timezone.utc) - NOW), None),
    "ended in 1951": (
        lambda: leaf(
            start=datetime.datetime(
                1950, 1, 1, tzinfo=datetime.timezone.utc) - NOW,
            end=datetime.datetime(
                1951, 1, 1, tzinfo=datetime.timezone.utc) - NOW),
        "cert-expired"),
    "valid for a second, long ago": (
        lambda: leaf(start=-2 * DAY, end=-2 * DAY + DAY / 86400),
        "cert-expired"),
    "the root itself": (lambda: [root()], "cert-name"),
    "the root sent along": (lambda: [*leaf(), root()], None),
    "strangers sent along": (
        lambda: [*leaf(), *[middle("Stranger %d" % i, middle("Nobody"))
                            for i in range(5)]], None),
    "the chain in the wrong order": (shuffled, None),
    "the same again and again": (lambda: [*leaf(), *leaf() * 20], None),
    "a chain of 9": (lambda: long_chain(8), None),
    "a chain of 60": (lambda: long_chain(59), None),
    "a chain of 150": (lambda: long_chain(149), ("cert-untrusted", "tls")),
    "an issuer that issues itself": (circle, "cert-untrusted"),
}


def pem_of(key):
    return key.private_bytes(PEM, serialization.PrivateFormat.PKCS8,
                             serialization.NoEncryption())


def write(folder, chain):
    """Returns a server's context for the chain."""
    pathlib.Path(folder / "chain.pem").write_bytes(
        b"".join(c.public_bytes(PEM) for c, _ in chain))
    pathlib.Path(folder / "key.pem").write_bytes(pem_of(chain[0][1]))
    pathlib.Path(folder / "root.pem").write_bytes(
        root()[0].public_bytes(PEM))
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.set_ciphers("ALL:@SECLEVEL=0")
    context.load_cert_chain(folder / "chain.pem", folder / "key.pem")
    return context


@pytest.mark.parametrize("what", list(CERTIFICATES))
def test_certificate(plugin, mail, tmp_path, what):
    make, conditions = CERTIFICATES[what]
    if not isinstance(conditions, tuple):
        conditions = (conditions,)
    context = write(tmp_path, make())
    server = mail(context=context)
    args = ["-H", HOST, "-I", "127.0.0.1", "-p", server.port, "-F", PROBE,
            "--ca-file", tmp_path / "root.pem", "-U", USER, "-P", PASSWORD]
    data = plugin.json(*args)
    assert data["condition"] in conditions, data
    server.done()
    said = server.connections[0].received()
    assert (b"AUTH" in said) == (data["login"] == "accepted"), data
    assert (data["condition"] is None) == (data["login"] == "accepted"), data

    # As verbose as can be, and held back from a server that is unverified.
    server = mail(context=context)
    args[5] = server.port
    result = plugin.run(*args, "--insecure", "-vvv")
    server.done()
    said = server.connections[0].received()
    assert (b"AUTH" in said) == (result.state == "OK"), result


# name of a chain: what its hint asks for
REISSUED = {
    "RSA of 1024 bits": "longer key",
    "SHA-1": "SHA-256",
    "for clients": "for servers (extended key usage serverAuth)",
    "for other domains only": "name constraints",
    "not for this domain": "name constraints",
    "issued by a certificate that may not": "by a CA that may issue",
    "a longer path than allowed": "by a CA that may issue",
}


@pytest.mark.parametrize("what", list(REISSUED))
def test_what_has_to_be_issued_anew(plugin, mail, tmp_path, what):
    """No root that could be trusted would help."""
    context = write(tmp_path, CERTIFICATES[what][0]())
    server = mail(context=context)
    data = plugin.json(
        "-H", HOST, "-I", "127.0.0.1", "-p", server.port, "-F", PROBE,
        "--ca-file", tmp_path / "root.pem", "-U", USER, "-P", PASSWORD)
    if data["condition"] == "tls":
        assert "issued anew" in data["hint"], data
        return
    assert data["condition"] == "cert-untrusted", data
    assert data["hint"].startswith("have the certificate of "), data
    assert "issued anew" in data["hint"] and REISSUED[what] in data["hint"]
    assert "--ca-file" not in data["hint"] and "--pin=" in data["hint"]


def test_many_names(plugin, mail, tmp_path):
    names = ["host%d.example.net" % i for i in range(60)]
    server = mail(context=write(tmp_path, leaf(names=names)))
    data = plugin.json(
        "-H", HOST, "-I", "127.0.0.1", "-p", server.port, "-F", PROBE,
        "--ca-file", tmp_path / "root.pem", "-U", USER, "-P", PASSWORD)
    assert data["condition"] == "cert-name"
    assert data["message"].endswith(
        "it names %s and 52 more" % ", ".join(names[:8])), data


def test_address_as_a_name(plugin, mail, tmp_path):
    server = mail(context=write(tmp_path, leaf(names=["127.0.0.1"])))
    data = plugin.json(
        "-H", "127.0.0.1", "-p", server.port, "-F", PROBE,
        "--ca-file", tmp_path / "root.pem", "-U", USER, "-P", PASSWORD)
    assert data["condition"] == "cert-name"
    assert data["message"].endswith(
        "it names 127.0.0.1 (as a DNS name, not as an address)"), data
    assert "IP entry" in data["hint"]


def test_expired_root_of_this_machine(plugin, mail, tmp_path):
    old = issue("Old Root", names=(), ca=True, start=-20 * DAY, end=-1 * DAY,
                key=ec.generate_private_key(ec.SECP256R1()))
    context = write(tmp_path, leaf(issuer=old))
    (tmp_path / "root.pem").write_bytes(old[0].public_bytes(PEM))
    server = mail(context=context)
    data = plugin.json(
        "-H", HOST, "-I", "127.0.0.1", "-p", server.port, "-F", PROBE,
        "--ca-file", tmp_path / "root.pem", "-U", USER, "-P", PASSWORD)
    assert data["condition"] == "cert-expired"
    assert "Old Root (an issuer, from the roots here)" in data["message"]
    assert "on this machine" in data["hint"]
