"""Chains of every kind of key and digest, by the openssl command, which knows
more of them than Python's modules do.  Made when they are first asked for."""

import collections
import functools
import pathlib
import subprocess

from certs import HOST

# How to make a key: arguments of openssl genpkey.
KEYS = {
    "RSA": ["RSA", "rsa_keygen_bits:2048"],
    "RSA-PSS": ["RSA-PSS", "rsa_keygen_bits:2048"],
    "P-256": ["EC", "ec_paramgen_curve:P-256"],
    "P-384": ["EC", "ec_paramgen_curve:P-384"],
    "P-521": ["EC", "ec_paramgen_curve:P-521"],
    "secp256k1": ["EC", "ec_paramgen_curve:secp256k1"],
    "brainpool": ["EC", "ec_paramgen_curve:brainpoolP256r1"],
    "SM2": ["SM2"],
    "Ed25519": ["ED25519"],
    "Ed448": ["ED448"],
}
# Of OpenSSL 3.5 and later; their keys have no options.
POST_QUANTUM = ["ML-DSA-44", "ML-DSA-65", "ML-DSA-87", "SLH-DSA-SHA2-128f",
                "SLH-DSA-SHAKE-128f"]
OPTIONS = {"PSS": ["rsa_padding_mode:pss"]}

Chain = collections.namedtuple("Chain", "root cert_file key_file")


def openssl(*args):
    subprocess.run(["openssl", *map(str, args)], check=True,
                   stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
                   stderr=subprocess.DEVNULL)


def known_post_quantum():
    """Those that this OpenSSL knows: all of them, or none."""
    listed = subprocess.run(["openssl", "list", "-key-managers"], check=True,
                            stdout=subprocess.PIPE, text=True).stdout
    return [kind for kind in POST_QUANTUM if kind in listed]


class Chains:
    def __init__(self, folder):
        self.folder = pathlib.Path(folder)

    @functools.lru_cache(maxsize=None)
    def key(self, kind, number=0):
        out = self.folder / ("%s-%d.key" % (kind, number))
        if kind == "DSA":
            parameters = self.folder / "dsa.pem"
            openssl("dsaparam", "-out", parameters, 2048)
            openssl("genpkey", "-paramfile", parameters, "-out", out)
            return out
        algorithm, *options = KEYS.get(kind, [kind])
        options = [x for o in options for x in ("-pkeyopt", o)]
        openssl("genpkey", "-algorithm", algorithm, *options, "-out", out)
        return out

    def _issue(self, out, key, subject, digest, options, *more):
        chosen = ["-" + digest] if digest else []
        chosen += [x for o in options for x in ("-sigopt", o)]
        openssl("req", "-x509", "-days", 30, "-key", key, "-out", out,
                "-subj", "/CN=" + subject, *chosen, *more)

    @functools.lru_cache(maxsize=None)
    def chain(self, kind, signer=None, digest=None, padding=None):
        """A certificate for a key of this kind, signed by a root with a key
        of the kind `signer` (the same if None)."""
        signer = signer or kind
        name = "-".join(str(x) for x in (kind, signer, digest, padding))
        root, leaf = self.folder / (name + "-root"), self.folder / name
        ca, key = self.key(signer, 1), self.key(kind)
        options = OPTIONS.get(padding, [])
        self._issue(root, ca, "Root", digest, options)
        self._issue(leaf, key, HOST, digest, options,
                    "-CA", root, "-CAkey", ca,
                    "-addext", "basicConstraints=critical,CA:FALSE",
                    "-addext", "subjectAltName=DNS:" + HOST)
        return Chain(str(root), str(leaf), str(key))

    @functools.lru_cache(maxsize=None)
    def dh_parameters(self):
        out = self.folder / "dh.pem"
        openssl("genpkey", "-genparam", "-algorithm", "DH",
                "-pkeyopt", "group:modp_2048", "-out", out)
        return str(out)
