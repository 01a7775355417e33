"""Keys and certificates of clients and authorization servers, in the forms
that each of them wants."""

import datetime
import hashlib
import pathlib

import jwt
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.x509.oid import NameOID

PEM = serialization.Encoding.PEM
DER = serialization.Encoding.DER


def make_rsa():
    return rsa.generate_private_key(65537, 2048)


def pem(key):
    return key.private_bytes(PEM, serialization.PrivateFormat.PKCS8,
                             serialization.NoEncryption()).decode()


def public_pem(key):
    return key.public_key().public_bytes(
        PEM, serialization.PublicFormat.SubjectPublicKeyInfo).decode()


def b64(data):
    return jwt.utils.base64url_encode(data).decode()


def number(n):
    return b64(n.to_bytes((n.bit_length() + 7) // 8, "big"))


def jwk(key, private=False, **more):
    """Written out, since the python3-jwt of Debian 12 knows RSA only."""
    point = key.public_key().public_numbers()
    secret = key.private_numbers()
    if isinstance(key, rsa.RSAPrivateKey):
        out = {"kty": "RSA", "n": number(point.n), "e": number(point.e)}
        hidden = {"d": secret.d, "p": secret.p, "q": secret.q,
                  "dp": secret.dmp1, "dq": secret.dmq1, "qi": secret.iqmp}
        if private:
            out.update((k, number(v)) for k, v in hidden.items())
    else:
        out = {"kty": "EC", "crv": "P-256",
               "x": b64(point.x.to_bytes(32, "big")),
               "y": b64(point.y.to_bytes(32, "big"))}
        if private:
            out["d"] = b64(secret.private_value.to_bytes(32, "big"))
    return {**out, **more}


class Certificate:
    """A client's, self-signed, with an RSA key: cert_file and key_file."""

    def __init__(self, folder, label="client", days=100):
        self.key = make_rsa()
        name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, label)])
        now = datetime.datetime.now(datetime.timezone.utc)
        day = datetime.timedelta(days=1)
        self.cert = (
            x509.CertificateBuilder().subject_name(name).issuer_name(name)
            .public_key(self.key.public_key())
            .serial_number(x509.random_serial_number())
            .not_valid_before(now - 10 * day)
            .not_valid_after(now + days * day + day / 2)
            .sign(self.key, hashes.SHA256()))
        self.cert_file = pathlib.Path(folder) / (label + ".pem")
        self.key_file = pathlib.Path(folder) / (label + ".key")
        self.cert_file.write_bytes(self.cert.public_bytes(PEM))
        self.key_file.touch(0o600)
        self.key_file.write_text(pem(self.key))
        self.thumbprint = b64(
            hashlib.sha256(self.cert.public_bytes(DER)).digest())
