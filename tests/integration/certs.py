"""A throwaway certification authority and the certificates that the tests
need, good ones and bad ones, made when they are first asked for."""

import base64
import datetime
import functools
import hashlib
import ipaddress
import pathlib
import ssl

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

HOST = "mail.example.org"
ADDRESSES = ("127.0.0.1", "::1")
PEM = serialization.Encoding.PEM
DER = serialization.Encoding.DER
# Without it an authority is none for Python 3.13's strict check.
CA_USAGE = x509.KeyUsage(
    key_cert_sign=True, crl_sign=True, digital_signature=False,
    content_commitment=False, key_encipherment=False, data_encipherment=False,
    key_agreement=False, encipher_only=False, decipher_only=False)


def pin(cert):
    """sha256//BASE64 of the SubjectPublicKeyInfo, as curl writes it."""
    spki = cert.public_key().public_bytes(
        DER, serialization.PublicFormat.SubjectPublicKeyInfo)
    digest = hashlib.sha256(spki).digest()
    return "sha256//" + base64.b64encode(digest).decode()


def subject_hash(common_name):
    """What `openssl x509 -subject_hash` prints for a subject that is one
    common name: SHA-1 of the canonical encoding, which is in lower case."""
    text = common_name.lower().encode()
    value = bytes([0x0c, len(text)]) + text
    pair = b"\x06\x03\x55\x04\x03" + value
    seq = bytes([0x30, len(pair)]) + pair
    canonical = bytes([0x31, len(seq)]) + seq
    digest = hashlib.sha1(canonical).digest()
    return "%08x" % int.from_bytes(digest[:4], "little")


def utc(cert, which):
    """not_valid_after or not_valid_before, with its time zone: cryptography
    has that since 42, and warns since then of the one without."""
    if hasattr(cert, which + "_utc"):
        return getattr(cert, which + "_utc")
    return getattr(cert, which).replace(tzinfo=datetime.timezone.utc)


class Pair:
    """A certificate with its key, and the chain that a server sends."""

    def __init__(self, folder, label, cert, key, chain=()):
        self.cert = cert
        self.key = key
        self.name = cert.subject.get_attributes_for_oid(
            NameOID.COMMON_NAME)[0].value
        self.pin = pin(cert)
        self.not_after = utc(cert, "not_valid_after")
        self.not_before = utc(cert, "not_valid_before")
        self.cert_file = str(folder / (label + ".pem"))
        self.key_file = str(folder / (label + ".key"))
        pem = b"".join(c.public_bytes(PEM) for c in (cert, *chain))
        pathlib.Path(self.cert_file).write_bytes(pem)
        pathlib.Path(self.key_file).write_bytes(key.private_bytes(
            PEM, serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption()))


class Authority:
    """Root and intermediate.  `ca` is the file with the root, `ca_dir` the
    same as a hashed directory."""

    def __init__(self, folder):
        self.folder = pathlib.Path(folder)
        self.now = datetime.datetime.now(datetime.timezone.utc).replace(
            microsecond=0)
        self.root = self._issue("root", "Example Root", None, ca=True)
        self.intermediate = self._issue(
            "intermediate", "Example Intermediate", self.root, ca=True)
        self.ca = self.root.cert_file
        directory = self.folder / "hashed"
        directory.mkdir()
        (directory / (subject_hash("Example Root") + ".0")).write_bytes(
            self.root.cert.public_bytes(PEM))
        self.ca_dir = str(directory)

    def _issue(self, label, common_name, issuer, names=(), addresses=(),
               ca=False, client=False, chain=(), days=(-100, 365)):
        key = ec.generate_private_key(ec.SECP256R1())
        name = x509.Name(
            [x509.NameAttribute(NameOID.COMMON_NAME, common_name)])
        hour = datetime.timedelta(hours=1)
        start = self.now + datetime.timedelta(days=days[0]) - hour
        # Half a day more or less, so that whole days stay what they are.
        half = 12 * hour if days[1] >= 0 else -hour
        end = self.now + datetime.timedelta(days=days[1]) + half
        builder = (
            x509.CertificateBuilder()
            .subject_name(name)
            .issuer_name(issuer.cert.subject if issuer else name)
            .public_key(key.public_key())
            .serial_number(x509.random_serial_number())
            .not_valid_before(start)
            .not_valid_after(end)
            .add_extension(x509.BasicConstraints(ca, None), critical=True)
            .add_extension(
                x509.SubjectKeyIdentifier.from_public_key(key.public_key()),
                critical=False))
        if issuer:
            builder = builder.add_extension(
                x509.AuthorityKeyIdentifier.from_issuer_public_key(
                    issuer.cert.public_key()), critical=False)
        if names or addresses:
            entries = [x509.DNSName(n) for n in names]
            entries += [
                x509.IPAddress(ipaddress.ip_address(a)) for a in addresses]
            builder = builder.add_extension(
                x509.SubjectAlternativeName(entries), critical=False)
        if ca:
            builder = builder.add_extension(CA_USAGE, critical=True)
        else:
            usage = (ExtendedKeyUsageOID.CLIENT_AUTH if client
                     else ExtendedKeyUsageOID.SERVER_AUTH)
            builder = builder.add_extension(
                x509.ExtendedKeyUsage([usage]), critical=False)
        cert = builder.sign(issuer.key if issuer else key, hashes.SHA256())
        return Pair(self.folder, label, cert, key, chain)

    def _leaf(self, label, common_name=HOST, names=(HOST, "localhost"),
              addresses=ADDRESSES, **more):
        return self._issue(label, common_name, self.intermediate, names,
                           addresses, chain=(self.intermediate.cert,), **more)

    @functools.cached_property
    def good(self):
        return self._leaf("good")

    @functools.cached_property
    def wrong_name(self):
        return self._leaf("wrong-name", "other.example.net",
                          ("other.example.net", "www.example.net"), ())

    @functools.cached_property
    def no_san(self):
        """The name stands in the subject only, which counts no more."""
        return self._leaf("no-san", HOST, (), ())

    @functools.cached_property
    def no_address(self):
        return self._leaf("no-address", HOST, (HOST,), ())

    @functools.cached_property
    def two_names(self):
        return self._leaf("two-names", HOST, (HOST, "localhost"), ())

    @functools.cached_property
    def odd_name(self):
        return self._leaf("odd-name", HOST, ("a b;c",), ())

    @functools.cached_property
    def wildcard(self):
        return self._leaf("wildcard", HOST, ("*.example.org",), ())

    @functools.cached_property
    def expired(self):
        return self._leaf("expired", days=(-100, -3))

    @functools.cached_property
    def not_yet_valid(self):
        return self._leaf("not-yet-valid", days=(5, 100))

    @functools.cached_property
    def self_signed(self):
        return self._issue("self-signed", HOST, None, (HOST,), ADDRESSES)

    @functools.cached_property
    def self_signed_expired(self):
        return self._issue("self-signed-expired", HOST, None, (HOST,),
                           ADDRESSES, days=(-100, -3))

    @functools.cached_property
    def all_wrong(self):
        """Self-signed, expired, and for another name."""
        return self._issue("all-wrong", "other.example.net", None,
                           ("other.example.net",), (), days=(-100, -3))

    @functools.cached_property
    def stranger(self):
        """By an authority that nobody here trusts."""
        authority = self._issue("strange-root", "Strange Root", None, ca=True)
        return self._issue("stranger", HOST, authority, (HOST,), ADDRESSES)

    @functools.cached_property
    def incomplete(self):
        """The server forgets to send the intermediate."""
        return self._issue("incomplete", HOST, self.intermediate, (HOST,),
                           ADDRESSES)

    @functools.cached_property
    def expired_intermediate(self):
        """A good certificate below an intermediate that has expired."""
        middle = self._issue("old-intermediate", "Old Intermediate",
                             self.root, ca=True, days=(-100, -3))
        return self._issue("expired-intermediate", HOST, middle, (HOST,),
                           ADDRESSES, chain=(middle.cert,))

    def impostor(self, depth):
        """Signed by a stranger in the name of the last of so many expired
        but validly signed intermediates, which the server all sends."""
        issuer, chain = self.root, ()
        for i in range(depth):
            issuer = self._issue("old-%d-%d" % (depth, i), "Old %d" % i,
                                 issuer, ca=True, days=(-100, -3))
            chain = (issuer.cert, *chain)
        key = ec.generate_private_key(ec.SECP256R1())
        stranger = Pair(self.folder, "claimed-%d" % depth, issuer.cert, key)
        return self._issue("impostor-%d" % depth, HOST, stranger, (HOST,),
                           ADDRESSES, chain=chain)

    @functools.cached_property
    def client(self):
        return self._issue("client", "probe", self.root, client=True)

    def expiring(self, days):
        """Good, with so many whole days left."""
        return self._leaf("expiring-%d" % days, days=(-100, days))

    def expiring_intermediate(self, days):
        """A good certificate below an intermediate that ends in so many
        days."""
        middle = self._issue("ending-intermediate-%d" % days,
                             "Ending Intermediate", self.root, ca=True,
                             days=(-100, days))
        return self._issue("below-ending-%d" % days, HOST, middle, (HOST,),
                           ADDRESSES, chain=(middle.cert,))

    def needless(self, days):
        """A good certificate; the server also sends, for nothing, one that
        ends in so many days."""
        other = self._issue("needless-%d" % days, "Needless Intermediate",
                            self.root, ca=True, days=(-100, days))
        return self._issue(
            "good-with-needless-%d" % days, HOST, self.intermediate, (HOST,),
            ADDRESSES, chain=(self.intermediate.cert, other.cert))

    def context(self, pair=None, oldest=None, newest=None,
                client_required=False, client_asked=False):
        """A server's SSLContext."""
        pair = pair or self.good
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(pair.cert_file, pair.key_file)
        if newest == ssl.TLSVersion.TLSv1_1:
            context.set_ciphers("ALL:@SECLEVEL=0")
        if oldest:
            context.minimum_version = oldest
        if newest:
            context.maximum_version = newest
        if client_required:
            context.load_verify_locations(self.ca)
            context.verify_mode = ssl.CERT_REQUIRED
        elif client_asked:
            context.load_verify_locations(self.ca)
            context.verify_mode = ssl.CERT_OPTIONAL
        return context
