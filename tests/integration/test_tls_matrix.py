"""That TLS is all that stock OpenSSL has: the plugin starts OpenSSL with only
the algorithms that TLS needs, and stands back where openssl.cnf activates a
provider.  Each case is run both ways, and both must end alike."""

import re
import subprocess

import pytest

import key_kinds
import openssl_peer
from conftest import HOST, PROBE
from smtp_server import ClientGone

# What system administrators may write, with everything that libssl knows.
EVERYTHING = """
ssl_conf = tls
[tls]
system_default = tls_default
[tls_default]
CipherString = ALL:COMPLEMENTOFALL:@SECLEVEL=0
Ciphersuites = TLS_AES_256_GCM_SHA384:TLS_CHACHA20_POLY1305_SHA256:\
TLS_AES_128_GCM_SHA256:TLS_AES_128_CCM_SHA256:TLS_AES_128_CCM_8_SHA256
"""
STOCK = """
providers = providers
[providers]
default = default_provider
[default_provider]
activate = 1
"""
START = "openssl_conf = start\n[start]\n"


def configurations(folder, text=""):
    """The environment for our provider, and that for stock OpenSSL."""
    out = []
    for name, providers in (("ours", ""), ("stock", STOCK)):
        path = folder / (name + ".cnf")
        # Entries of [start] before sections of their own.
        first, _, rest = text.strip().partition("\n")
        a, _, b = providers.strip().partition("\n")
        path.write_text("%s%s\n%s\n%s\n%s\n" % (START, first, a, rest, b))
        out.append({"OPENSSL_CONF": str(path)})
    return out


@pytest.fixture(scope="session")
def chains(tmp_path_factory):
    return key_kinds.Chains(tmp_path_factory.mktemp("kinds"))


@pytest.fixture
def both(plugin, serve, tmp_path):
    """both(chain, commands) runs the plugin both ways against a server with
    this chain and these SSL_CONF_cmd.  Returns what it said, once."""
    def run(chain, commands=(), more=(), client_ca=None, configuration=""):
        def handler(conn):
            tls = openssl_peer.Tls(conn, chain, False, (
                ("CipherString", "ALL:COMPLEMENTOFALL:@SECLEVEL=0"),
                *commands), client_ca)
            try:
                tls.write(b"220 mail.example.org ESMTP\r\n")
                tls.line()
                tls.write(b"250 mail.example.org\r\n")
                tls.line()
                tls.write(b"221 2.0.0 bye\r\n")
            except ClientGone:
                pass
            finally:
                tls.close()

        server = serve(handler)
        said = [told(plugin.json(
            "-H", HOST, "-I", "127.0.0.1", "-p", server.port, "-s",
            "-F", PROBE, "-t", 30, "--ca-file", chain.root, *more, env=env))
            for env in configurations(tmp_path, configuration)]
        assert said[0] == said[1]
        return said[0]

    return run


def told(data):
    """All that does not change from run to run: the days left do at the
    second's end, and a server that gives up sends a reset if it has not read
    everything."""
    keys = ("state", "condition", "conditions", "message", "hint", "tls",
            "reply", "login")
    del data["tls"]["days_left"]
    return {k: re.sub(r"\d+\.\d+ s|reset by peer|closed", "", repr(data[k]))
            if k in ("conditions", "message") else data[k] for k in keys}


def works(result, version, cipher=None):
    assert result["condition"] is None, result["message"]
    assert result["tls"]["verified"] is True, result
    assert result["tls"]["version"] == version, result
    assert cipher is None or result["tls"]["cipher"] == cipher, result


# What the client offers -----------------------------------------------------

def client_hello(plugin, serve, env):
    """The ClientHello, with what is random in it made zero."""
    seen = []

    def handler(conn):
        data = b""
        while len(data) < 5 or len(data) < 5 + int.from_bytes(data[3:5], "big"):
            data += conn.sock.recv(4096)
        seen.append(data)

    server = serve(handler)
    plugin.run("-H", HOST, "-I", "127.0.0.1", "-p", server.port, "-s",
               "-F", PROBE, "-t", 30, env=env)
    server.done()
    return without_random(bytearray(seen[0]))


def without_random(hello):
    def number(at):
        return int.from_bytes(hello[at:at + 2], "big")

    def clear(at, length):
        hello[at:at + length] = bytes(length)

    clear(11, 32)
    assert hello[43] == 32  # the session's name, for middleboxes
    clear(44, 32)
    at = 76
    at += 2 + number(at)        # cipher suites
    at += 1 + hello[at] + 2     # compression; length of the extensions
    shares = 0
    while at < len(hello):
        end = at + 4 + number(at + 2)
        share = at + 6
        while number(at) == 51 and share < end:  # key_share
            clear(share + 4, number(share + 2))
            share += 4 + number(share + 2)
            shares += 1
        at = end
    assert at == len(hello) and shares >= 1
    return bytes(hello)


@pytest.mark.parametrize("configuration", ["", EVERYTHING],
                         ids=["default", "everything"])
def test_client_hello(plugin, serve, tmp_path, configuration):
    ours, stock = configurations(tmp_path, configuration)
    assert client_hello(plugin, serve, ours) == client_hello(
        plugin, serve, stock)


# Cipher suites and certificates ---------------------------------------------

SIGNING = {"RSA": ["RSA", "RSA-PSS"], "DHE-RSA": ["RSA", "RSA-PSS"],
           "ECDSA": ["P-256", "P-384", "P-521", "Ed25519", "Ed448"]}
KINDS = ["RSA", "RSA-PSS", "P-256", "P-384", "P-521", "Ed25519", "Ed448"]


def suites(version, *selection):
    out = subprocess.run(["openssl", "ciphers", "-s", version, *selection],
                         check=True, stdout=subprocess.PIPE, text=True)
    return out.stdout.strip().split(":")


def kinds_for(suite):
    if "ECDSA" in suite:
        return KINDS[2:]
    if re.match("(ECDHE|DHE)-RSA-", suite):
        return KINDS[:2]
    return KINDS[:1]


# Every suite with one certificate, every certificate with one AEAD and one
# CBC suite: what is signed does not depend on how the records are protected.
DEFAULT_12 = suites("-tls1_2")
PAIRS_12 = [(s, k) for s in DEFAULT_12 for k in kinds_for(s)]


@pytest.mark.parametrize("suite, kind", PAIRS_12)
def test_tls_1_2(both, chains, suite, kind):
    works(both(chains.chain(kind), [("MaxProtocol", "TLSv1.2"),
                                    ("CipherString", suite + ":@SECLEVEL=0")]),
          "TLSv1.2", suite)


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("suite", [
    "TLS_AES_256_GCM_SHA384", "TLS_CHACHA20_POLY1305_SHA256",
    "TLS_AES_128_GCM_SHA256"])
def test_tls_1_3(both, chains, suite, kind):
    works(both(chains.chain(kind), [("Ciphersuites", suite)]),
          "TLSv1.3", suite)


OTHERS = [s for s in suites("-tls1_2", "ALL:COMPLEMENTOFALL:@SECLEVEL=0")
          if s not in DEFAULT_12 and not s.startswith(("TLS_", "PSK", "SRP"))]


@pytest.mark.parametrize("suite", OTHERS)
def test_suite_by_configuration(both, chains, suite):
    """Those that openssl.cnf can switch on: CCM, ARIA, Camellia, NULL ..."""
    kind = "DSA" if "DSS" in suite else kinds_for(suite)[0]
    works_or_not = both(
        chains.chain(kind), [("MaxProtocol", "TLSv1.2"),
                             ("CipherString", suite + ":@SECLEVEL=0")],
        configuration=EVERYTHING)
    if not suite.startswith(("ADH", "AECDH")):
        works(works_or_not, "TLSv1.2", suite)


@pytest.mark.parametrize("suite", [
    "TLS_AES_128_CCM_SHA256", "TLS_AES_128_CCM_8_SHA256"])
def test_tls_1_3_ccm(both, chains, suite):
    works(both(chains.chain("P-256"), [("Ciphersuites", suite)],
               configuration=EVERYTHING), "TLSv1.3", suite)
    assert both(chains.chain("P-256"), [("Ciphersuites", suite)])[
        "condition"] == "tls"


@pytest.mark.parametrize("option", [
    "-EncryptThenMac", "-ExtendedMasterSecret", "-SessionTicket"])
@pytest.mark.parametrize("suite", ["AES128-SHA", "ECDHE-RSA-AES256-SHA384"])
def test_options_of_the_server(both, chains, suite, option):
    works(both(chains.chain("RSA"), [("MaxProtocol", "TLSv1.2"),
                                     ("CipherString", suite),
                                     ("Options", option)]), "TLSv1.2", suite)


def test_protocol_too_old(both, chains):
    assert both(chains.chain("RSA"), [("MaxProtocol", "TLSv1.1"),
                                      ("MinProtocol", "TLSv1")])[
        "condition"] == "tls"


# Groups ---------------------------------------------------------------------

@pytest.mark.parametrize("group", [
    "X25519", "P-256", "X448", "P-521", "P-384", "ffdhe2048", "ffdhe3072"])
def test_group_1_3(both, chains, group):
    works(both(chains.chain("P-256"), [("Groups", group)]), "TLSv1.3")


@pytest.mark.parametrize("group", ["ffdhe4096", "ffdhe6144", "ffdhe8192"])
def test_large_group(both, chains, group):
    """OpenSSL 3.0 offers them, 3.5 does not."""
    both(chains.chain("P-256"), [("Groups", group)])


@pytest.mark.parametrize("group", ["X25519", "P-256", "X448", "P-521",
                                   "P-384"])
def test_group_1_2(both, chains, group):
    works(both(chains.chain("RSA"), [
        ("MaxProtocol", "TLSv1.2"), ("Groups", group),
        ("CipherString", "ECDHE")]), "TLSv1.2")


@pytest.mark.parametrize("group", ["brainpoolP256r1", "secp256k1", "P-224"])
def test_group_that_is_not_offered(both, chains, group):
    assert both(chains.chain("RSA"), [
        ("MaxProtocol", "TLSv1.2"), ("Groups", group),
        ("CipherString", "ECDHE")])["condition"] == "tls"


def test_dh_parameters(both, chains):
    works(both(chains.chain("RSA"), [
        ("MaxProtocol", "TLSv1.2"), ("CipherString", "kDHE"),
        ("DHParameters", chains.dh_parameters())]), "TLSv1.2")


# Signatures -----------------------------------------------------------------

SCHEMES_13 = [
    ("RSA", "rsa_pss_rsae_sha256"), ("RSA", "rsa_pss_rsae_sha384"),
    ("RSA", "rsa_pss_rsae_sha512"), ("RSA-PSS", "rsa_pss_pss_sha256"),
    ("RSA-PSS", "rsa_pss_pss_sha384"), ("RSA-PSS", "rsa_pss_pss_sha512"),
    ("P-256", "ecdsa_secp256r1_sha256"), ("P-384", "ecdsa_secp384r1_sha384"),
    ("P-521", "ecdsa_secp521r1_sha512"), ("Ed25519", "ed25519"),
    ("Ed448", "ed448")]
SCHEMES_12 = [
    ("RSA", "RSA+SHA224"), ("RSA", "RSA+SHA256"), ("RSA", "RSA+SHA384"),
    ("RSA", "RSA+SHA512"), ("P-256", "ECDSA+SHA224"),
    ("P-256", "ECDSA+SHA384"), ("P-256", "ECDSA+SHA512")]


@pytest.mark.parametrize("kind, scheme", SCHEMES_13)
def test_signature_1_3(both, chains, kind, scheme):
    works(both(chains.chain(kind), [("SignatureAlgorithms", scheme)]),
          "TLSv1.3")


@pytest.mark.parametrize("kind, scheme", SCHEMES_13 + SCHEMES_12)
def test_signature_1_2(both, chains, kind, scheme):
    works(both(chains.chain(kind), [("SignatureAlgorithms", scheme),
                                    ("MaxProtocol", "TLSv1.2")]), "TLSv1.2")


@pytest.mark.parametrize("kind", ["RSA", "P-256", "DSA"])
@pytest.mark.parametrize("configuration", ["", EVERYTHING],
                         ids=["default", "everything"])
def test_signature_sha1(both, chains, kind, configuration):
    both(chains.chain(kind), [("SignatureAlgorithms", {
        "RSA": "RSA+SHA1", "P-256": "ECDSA+SHA1", "DSA": "DSA+SHA1"}[kind]),
        ("MaxProtocol", "TLSv1.2")], configuration=configuration)


# Chains ---------------------------------------------------------------------

GOOD_CHAINS = [
    # key, signer, digest, padding
    *[("P-256", "RSA", d, None) for d in (
        "sha224", "sha256", "sha384", "sha512",
        "sha3-224", "sha3-256", "sha3-384", "sha3-512")],
    *[("P-256", "RSA", d, "PSS") for d in ("sha256", "sha384", "sha512")],
    *[("RSA", "P-256", d, None) for d in (
        "sha224", "sha256", "sha384", "sha512")],
    ("RSA", "Ed25519", None, None), ("RSA", "Ed448", None, None),
    ("P-256", "DSA", "sha256", None), ("P-256", "DSA", "sha224", None),
    ("P-256", "RSA-PSS", "sha384", None),
    ("RSA", "secp256k1", "sha256", None), ("RSA", "brainpool", "sha256", None),
]
OTHER_CHAINS = [
    ("P-256", "RSA", "sha1", None), ("P-256", "RSA", "md5", None),
    ("P-256", "RSA", "ripemd160", None), ("P-256", "RSA", "sha512-224", None),
    ("P-256", "RSA", "sha512-256", None), ("RSA", "P-256", "sha3-256", None),
    ("P-256", "RSA", "sha1", "PSS"), ("P-256", "RSA", "sha512-256", "PSS"),
    ("P-256", "SM2", "sm3", None), ("P-256", "P-256", "sha1", None),
    ("secp256k1", "RSA", "sha256", None), ("brainpool", "RSA", "sha256", None),
    ("SM2", "RSA", "sha256", None), ("DSA", "RSA", "sha256", None),
]


@pytest.mark.parametrize("kind, signer, digest, padding", GOOD_CHAINS)
def test_chain(both, chains, kind, signer, digest, padding):
    works(both(chains.chain(kind, signer, digest, padding)), "TLSv1.3")


@pytest.mark.parametrize("kind, signer, digest, padding", OTHER_CHAINS)
@pytest.mark.parametrize("configuration", ["", EVERYTHING],
                         ids=["default", "everything"])
def test_other_chain(both, chains, kind, signer, digest, padding,
                     configuration):
    """Whatever becomes of them, it is what becomes of them otherwise."""
    both(chains.chain(kind, signer, digest, padding),
         configuration=configuration)


# Client certificates --------------------------------------------------------

# How the key is written, and what is said if it cannot be read.
PASS_PHRASE = "the key has a pass phrase"
FORMS = {
    "PKCS8": (["pkey"], None),
    "traditional": (["pkey", "-traditional"], None),
    "encrypted": (["pkey", "-aes256"], PASS_PHRASE),
    "with scrypt": (["pkcs8", "-topk8", "-scrypt"], PASS_PHRASE),
    "of old": (["pkcs8", "-topk8", "-v1", "PBE-SHA1-3DES"], PASS_PHRASE),
    "traditional, encrypted": (
        ["pkey", "-traditional", "-aes128"], "no usable key in it"),
}
FORM_OF_KIND = [(k, f) for k in KINDS for f in FORMS if
                "traditional" not in f or k[:2] == "P-" or k == "RSA"]


@pytest.mark.parametrize("version", ["TLSv1.2", "TLSv1.3"])
@pytest.mark.parametrize("kind, form", FORM_OF_KIND)
def test_client_certificate(both, chains, tmp_path, kind, form, version):
    mine = chains.chain(kind)
    command, fault = FORMS[form]
    if fault:
        command = [*command, "-passout", "pass:x"]
    key = tmp_path / "client.key"
    key_kinds.openssl(*command, "-in", mine.key_file, "-out", key)
    server = chains.chain("P-256")
    result = both(server, [("MaxProtocol", version)],
                  ["--client-cert", mine.cert_file, "--client-key", key],
                  mine.root)
    if fault:
        assert fault in result["message"], result
    else:
        works(result, version)


@pytest.mark.parametrize("text", [
    "", "no key\n", "-----BEGIN PRIVATE KEY-----\nAAAA\n"
    "-----END PRIVATE KEY-----\n"])
def test_client_key_that_is_none(both, chains, tmp_path, text):
    key = tmp_path / "client.key"
    key.write_text(text)
    mine = chains.chain("P-256")
    assert both(mine, (), ["--client-cert", mine.cert_file, "--client-key",
                           key])["condition"] == "usage"


@pytest.mark.parametrize("kind", ["RSA", "P-256", "DSA", "SM2", "Ed448"])
def test_client_key_of_another_kind(both, chains, kind):
    mine = chains.chain("P-384")
    assert both(mine, (), ["--client-cert", mine.cert_file, "--client-key",
                           chains.key(kind)])["condition"] == "usage"
