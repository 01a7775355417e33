"""That TLS is all that stock OpenSSL has: the plugin starts OpenSSL with only
the algorithms that TLS needs, and stands back where openssl.cnf activates a
provider.  Each case is run both ways, and both must end alike."""

import re
import ssl
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
    return {k: re.sub(r"\d+\.\d+ s|reset by peer|reset(?= during)|closed", "",
                      repr(data[k]))
            if k in ("conditions", "message", "hint") else data[k]
            for k in keys}


def works(result, version, cipher=None):
    assert result["condition"] is None, result["message"]
    assert result["tls"]["verified"] is True, result
    assert result["tls"]["version"] == version, result
    assert cipher is None or result["tls"]["cipher"] == cipher, result


# What the client offers -----------------------------------------------------

def client_hello(plugin, serve, env):
    """As it comes."""
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
    return seen[0]


def number(data, at):
    return int.from_bytes(data[at:at + 2], "big")


def extensions(hello):
    """(type, where its content begins, where it ends), in their order."""
    assert hello[43] == 32  # the session's name, for middleboxes
    at = 76
    at += 2 + number(hello, at)        # cipher suites
    at += 1 + hello[at] + 2     # compression; length of the extensions
    while at < len(hello):
        begin = at + 4
        end = begin + number(hello, at + 2)
        yield number(hello, at), begin, end
        at = end
    assert at == len(hello)


def without_random(hello):
    """With what is random in it made zero: no length changes."""
    out = bytearray(hello)
    shares = 0
    out[11:43] = bytes(32)
    out[44:76] = bytes(32)
    for kind, share, end in extensions(hello):
        share += 2
        while kind == KEY_SHARE and share < end:
            begin = share + 4
            share = begin + number(hello, share + 2)
            out[begin:share] = bytes(share - begin)
            shares += 1
    assert shares >= 1
    return bytes(out)


def offered(hello, wanted):
    """The numbers in an extension that is a list of them."""
    for kind, begin, end in extensions(hello):
        if kind == wanted:
            return [number(hello, at) for at in range(begin + 2, end, 2)]
    return []


GROUPS, SIGNATURES, KEY_SHARE = 10, 13, 51


@pytest.mark.parametrize("configuration", ["", EVERYTHING],
                         ids=["default", "everything"])
def test_client_hello(plugin, serve, tmp_path, configuration):
    ours, stock = (client_hello(plugin, serve, env) for env in
                   configurations(tmp_path, configuration))
    assert without_random(ours) == without_random(stock)
    assert X25519 in offered(ours, GROUPS)
    if POST_QUANTUM:
        assert X25519MLKEM768 in offered(ours, GROUPS)
        assert MLDSA65 in offered(ours, SIGNATURES)


X25519, X25519MLKEM768, MLDSA65 = 0x001d, 0x11ec, 0x0905

GROUP_NAMES = {
    0x0017: "P-256", 0x0018: "P-384", 0x0019: "P-521", X25519: "X25519",
    0x001e: "X448", 0x001f: "brainpoolP256r1tls13",
    0x0020: "brainpoolP384r1tls13", 0x0021: "brainpoolP512r1tls13",
    0x0100: "ffdhe2048", 0x0101: "ffdhe3072", 0x0102: "ffdhe4096",
    0x0103: "ffdhe6144", 0x0104: "ffdhe8192", 0x0200: "MLKEM512",
    0x0201: "MLKEM768", 0x0202: "MLKEM1024", 0x11eb: "SecP256r1MLKEM768",
    X25519MLKEM768: "X25519MLKEM768", 0x11ed: "SecP384r1MLKEM1024",
    0x11ee: "curveSM2MLKEM768", 0x0029: "curveSM2"}


def can_be_told(plugin, name, value):
    """The server's OpenSSL may be an older one than the plugin's."""
    if openssl_peer.knows(name, value):
        return True
    assert ssl.OPENSSL_VERSION not in plugin.run("-V").text, value
    return False


def test_every_group_that_is_offered(both, chains, plugin, serve, tmp_path):
    """One after the other is all that the server takes."""
    stock = configurations(tmp_path)[1]
    groups = offered(client_hello(plugin, serve, stock), GROUPS)
    assert len(groups) >= 7
    for group in groups:
        only = ("Groups", GROUP_NAMES[group])
        if can_be_told(plugin, *only):
            works(both(chains.chain("P-256"), [only]), "TLSv1.3")


# Signature schemes: the key they are made with, whether TLS 1.3 has them, and
# their names, which are those of OpenSSL.
SCHEME_NAMES = {
    0x0403: ("P-256", True, "ecdsa_secp256r1_sha256"),
    0x0503: ("P-384", True, "ecdsa_secp384r1_sha384"),
    0x0603: ("P-521", True, "ecdsa_secp521r1_sha512"),
    0x0807: ("Ed25519", True, "ed25519"),
    0x0808: ("Ed448", True, "ed448"),
    0x0809: ("RSA-PSS", True, "rsa_pss_pss_sha256"),
    0x080a: ("RSA-PSS", True, "rsa_pss_pss_sha384"),
    0x080b: ("RSA-PSS", True, "rsa_pss_pss_sha512"),
    0x0804: ("RSA", True, "rsa_pss_rsae_sha256"),
    0x0805: ("RSA", True, "rsa_pss_rsae_sha384"),
    0x0806: ("RSA", True, "rsa_pss_rsae_sha512"),
    0x081a: ("brainpool", True, "ecdsa_brainpoolP256r1tls13_sha256"),
    0x0401: ("RSA", False, "RSA+SHA256"),
    0x0501: ("RSA", False, "RSA+SHA384"),
    0x0601: ("RSA", False, "RSA+SHA512"),
    0x0301: ("RSA", False, "RSA+SHA224"),
    0x0303: ("P-256", False, "ECDSA+SHA224"),
    0x0904: ("ML-DSA-44", True, "mldsa44"),
    0x0905: ("ML-DSA-65", True, "mldsa65"),
    0x0906: ("ML-DSA-87", True, "mldsa87"),
    0x0708: ("SM2", True, "sm2sig_sm3"),
}
# Offered, but for keys that no suite of TLS 1.2 here takes, or curves that the
# tests have no keys for.
NO_KEY = {0x0302, 0x0402, 0x0502, 0x0602, 0x081b, 0x081c}


def test_every_signature_that_is_offered(both, chains, plugin, serve,
                                         tmp_path):
    stock = configurations(tmp_path)[1]
    schemes = offered(client_hello(plugin, serve, stock), SIGNATURES)
    assert len(schemes) >= 12
    for scheme in schemes:
        if scheme in NO_KEY:
            continue
        kind, modern, name = SCHEME_NAMES[scheme]
        version = "TLSv1.3" if modern else "TLSv1.2"
        only = ("SignatureAlgorithms", name)
        if can_be_told(plugin, *only):
            works(both(chains.chain(kind), [only, ("MaxProtocol", version)]),
                  version)


# Where openssl.cnf has a say in the algorithms --------------------------------

CHOICES = {
    "HASH-DRBG": "random = r\n[r]\nrandom = HASH-DRBG\ndigest = SHA512",
    "a digest for nothing else":
        "random = r\n[r]\nrandom = HASH-DRBG\ndigest = BLAKE2S-256",
    "HMAC-DRBG": "random = r\n[r]\nrandom = HMAC-DRBG\ndigest = SHA256\n"
                 "mac = HMAC",
    "CTR-DRBG": "random = r\n[r]\nrandom = CTR-DRBG\ncipher = AES-256-CTR",
    "a source of seed": "random = r\n[r]\nseed = SEED-SRC",
    "a property query": "alg_section = a\n[a]\n"
                        "default_properties = ?provider=other",
    "no FIPS": "alg_section = a\n[a]\nfips_mode = no",
    "a provider by name": "providers = p\n[p]\nfips = f\n[f]\n"
                          "security-checks = 1",
    "a provider beside the default one":
        "providers = p\n[p]\nbase = b\ndefault = b\n[b]\nactivate = 1",
}


@pytest.mark.parametrize("choice", CHOICES)
def test_choice_of_openssl_cnf(plugin, mail, tmp_path, choice):
    """It logs in, with the algorithms that were chosen."""
    path = tmp_path / "openssl.cnf"
    path.write_text(START + CHOICES[choice] + "\n")
    result = plugin.json(*mail().login, env={"OPENSSL_CONF": str(path)})
    assert result["condition"] is None, result["message"]
    assert result["login"] == "accepted"


# Cipher suites and certificates ---------------------------------------------

SIGNING = {"RSA": ["RSA", "RSA-PSS"], "DHE-RSA": ["RSA", "RSA-PSS"],
           "ECDSA": ["P-256", "P-384", "P-521", "Ed25519", "Ed448"]}
KINDS = ["RSA", "RSA-PSS", "P-256", "P-384", "P-521", "Ed25519", "Ed448"]
POST_QUANTUM = key_kinds.known_post_quantum()
ML_DSA = [kind for kind in POST_QUANTUM if kind.startswith("ML-DSA")]
LIBRARY = ssl.OPENSSL_VERSION_INFO[:2]


def test_post_quantum_keys_are_among_them():
    assert len(ML_DSA) == (3 if LIBRARY >= (3, 5) else 0)
    assert len(POST_QUANTUM) == (5 if LIBRARY >= (3, 5) else 0)


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


@pytest.mark.parametrize("kind", KINDS + ML_DSA)
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
MLDSA_13 = [(kind, kind.lower().replace("-", "")) for kind in ML_DSA]
SCHEMES_12 = [
    ("RSA", "RSA+SHA224"), ("RSA", "RSA+SHA256"), ("RSA", "RSA+SHA384"),
    ("RSA", "RSA+SHA512"), ("P-256", "ECDSA+SHA224"),
    ("P-256", "ECDSA+SHA384"), ("P-256", "ECDSA+SHA512")]


@pytest.mark.parametrize("kind, scheme", SCHEMES_13 + MLDSA_13)
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
    *[("P-256", kind, None, None) for kind in POST_QUANTUM],
    *[(kind, "RSA", "sha256", None) for kind in ML_DSA],
]
OTHER_CHAINS = [
    ("P-256", "RSA", "sha1", None), ("P-256", "RSA", "md5", None),
    ("P-256", "RSA", "ripemd160", None), ("P-256", "RSA", "sha512-224", None),
    ("P-256", "RSA", "sha512-256", None), ("RSA", "P-256", "sha3-256", None),
    ("P-256", "RSA", "sha1", "PSS"), ("P-256", "RSA", "sha512-256", "PSS"),
    ("P-256", "SM2", "sm3", None), ("P-256", "P-256", "sha1", None),
    ("secp256k1", "RSA", "sha256", None), ("brainpool", "RSA", "sha256", None),
    ("SM2", "RSA", "sha256", None), ("DSA", "RSA", "sha256", None),
    *[(kind, "RSA", "sha256", None) for kind in POST_QUANTUM
      if kind not in ML_DSA],
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
FORM_OF_KIND = [(k, f) for k in KINDS + ML_DSA for f in FORMS if
                "traditional" not in f or k[:2] == "P-" or k == "RSA"]


@pytest.mark.parametrize("version, kind, form", [
    (version, kind, form) for version in ("TLSv1.2", "TLSv1.3")
    for kind, form in FORM_OF_KIND
    if kind not in ML_DSA or version == "TLSv1.3"])
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
