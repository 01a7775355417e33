"""The benchmark's own small world: certificates, servers, a slow line, and
the clients that are compared, each with what it verifies."""

import base64
import collections
import pathlib
import subprocess

ROOT = pathlib.Path(__file__).resolve().parents[2]
BUILD = ROOT / "build"
HOST = "mail.example.org"
USER = "alice@example.org"
PASSWORD = "korrekt Pferd 7!"
RESPONSE = base64.b64encode(
    ("\0%s\0%s" % (USER, PASSWORD)).encode()).decode()

KEYS = {
    "P-256": ["ec", "-pkeyopt", "ec_paramgen_curve:P-256"],
    "RSA-2048": ["rsa:2048"],
    "RSA-3072": ["rsa:3072"],
    "RSA-4096": ["rsa:4096"],
}
NAMES = "subjectAltName=DNS:%s,DNS:localhost,IP:127.0.0.1" % HOST


class Chain:
    """A root, `length` certificates in all, and what a server sends."""

    def __init__(self, folder, kind="P-256", length=2):
        self.base = pathlib.Path(folder) / ("%s-%d" % (kind, length))
        self.base.mkdir()
        self.kind = kind
        self.root = self._issue("root", None)
        issuer, sent = "root", []
        for i in range(length - 2):
            sent.insert(0, self._issue("ca%d" % i, issuer))
            issuer = "ca%d" % i
        sent.insert(0, self._issue("leaf", issuer))
        self.chain = self.base / "chain.pem"
        self.chain.write_text("".join(p.read_text() for p in sent))
        self.key = self.base / "leaf.key"
        self.directory = self._hashed()

    def _issue(self, name, issuer):
        cert = self.base / (name + ".pem")
        command = ["openssl", "req", "-x509", "-nodes", "-days", "300",
                   "-newkey", *KEYS[self.kind], "-out", cert,
                   "-keyout", self.base / (name + ".key"),
                   "-subj", "/CN=" + (HOST if name == "leaf" else name)]
        if name == "leaf":
            command += ["-addext", NAMES,
                        "-addext", "basicConstraints=critical,CA:FALSE"]
        else:  # Python 3.13 wants it
            command += ["-addext", "keyUsage=critical,keyCertSign,cRLSign"]
        if issuer:
            command += ["-CA", self.base / (issuer + ".pem"),
                        "-CAkey", self.base / (issuer + ".key")]
        subprocess.run(command, check=True, stderr=subprocess.DEVNULL)
        return cert

    def _hashed(self):
        """The system's whole store and this root, as a hashed directory."""
        out = self.base / "hashed"
        out.mkdir()
        for cert in pathlib.Path("/etc/ssl/certs").glob("*.[0-9]"):
            (out / cert.name).symlink_to(cert.resolve())
        name = subprocess.run(
            ["openssl", "x509", "-noout", "-subject_hash", "-in", self.root],
            check=True, stdout=subprocess.PIPE, text=True).stdout.strip()
        (out / (name + ".0")).symlink_to(self.root)
        return out


class Service:
    """A program that prints its port and ends with its standard input."""

    def __init__(self, name, *args):
        self._process = subprocess.Popen(
            [BUILD / "bench" / name, *map(str, args)],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        self.port = int(self._process.stdout.readline())

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self._process.stdin.close()
        self._process.wait()
        self._process.stdout.close()


def server(chain=None, *options):
    """tests/bench/server.c, with STARTTLS if there is a chain."""
    if chain:
        options = ["-c", chain.chain, "-k", chain.key, *options]
    return Service("server", *options)


def delay(port, round_trip_ms):
    return Service("delay", port, round_trip_ms)


# The clients ----------------------------------------------------------------

# command(chain, port) is an argument vector, stdin what it is fed.
Client = collections.namedtuple(
    "Client", "name verifies command stdin login version")

PLUGIN = BUILD / "check_smtp_auth"
STATIC = BUILD / "static" / "check_smtp_auth"


def plugin(chain, port, *more, binary=PLUGIN, host=("-I", "127.0.0.1")):
    """The plugin's arguments; the roots are one certificate unless more says
    otherwise."""
    roots = [] if "--ca-path" in more or chain is None else [
        "--ca-file", chain.root]
    login = [] if "-U" in more else ["-U", USER, "-P", PASSWORD]
    return [str(x) for x in (
        binary, "-H", HOST, *host, "-p", port, "-F", "probe.example.org",
        "-t", "60", *roots, *login, *more)]


def floor(chain, port):
    return [str(BUILD / "bench" / "floor"), str(port), str(chain.root), HOST,
            USER, PASSWORD]


def check_smtp(chain, port):
    return ["/usr/lib/nagios/plugins/check_smtp", "-H", "127.0.0.1",
            "-p", str(port), "-F", "probe.example.org", "-S", "-t", "60",
            "-A", "LOGIN", "-U", USER, "-P", PASSWORD]


def curl(chain, port):
    return ["curl", "-s", "--ssl-reqd", "--cacert", str(chain.root),
            "--resolve", "%s:%d:127.0.0.1" % (HOST, port),
            "-u", "%s:%s" % (USER, PASSWORD), "--login-options", "AUTH=PLAIN",
            "-X", "NOOP", "smtp://%s:%d/probe.example.org" % (HOST, port)]


def swaks(chain, port):
    return ["swaks", "--server", "127.0.0.1", "--port", str(port), "--tls",
            "--tls-verify", "--tls-ca-path", str(chain.root),
            "--helo", "probe.example.org", "--auth", "PLAIN",
            "--auth-user", USER, "--auth-password", PASSWORD,
            "--to", USER, "--quit-after", "AUTH"]


SMTPLIB = """
import smtplib, ssl, sys
with smtplib.SMTP("127.0.0.1", int(sys.argv[1]), "probe.example.org") as s:
    s.starttls(context=ssl.create_default_context(cafile=sys.argv[2]))
    s.login(sys.argv[3], sys.argv[4])
"""


def smtplib(chain, port):
    return ["/usr/bin/python3", "-I", "-c", SMTPLIB, str(port),
            str(chain.root), USER, PASSWORD]


def s_client(chain, port):
    return ["openssl", "s_client", "-quiet", "-starttls", "smtp",
            "-connect", "127.0.0.1:%d" % port, "-servername", HOST,
            "-CAfile", str(chain.root), "-no-CApath", "-no-CAstore",
            "-verify_return_error", "-verify_hostname", HOST]


DIALOGUE = ("EHLO probe.example.org\r\nAUTH PLAIN %s\r\nQUIT\r\n" %
            RESPONSE).encode()
BOTH = "chain + name"

CLIENTS = [
    Client("check_smtp_auth", BOTH, plugin, None, "PLAIN",
           [PLUGIN, "-V"]),
    Client("check_smtp_auth, STATIC=1", BOTH,
           lambda chain, port: plugin(chain, port, binary=STATIC), None,
           "PLAIN", [STATIC, "-V"]),
    Client("floor.c", BOTH, floor, None, "PLAIN", None),
    Client("check_smtp", "nothing", check_smtp, None, "LOGIN",
           ["/usr/lib/nagios/plugins/check_smtp", "-V"]),
    Client("openssl s_client", BOTH, s_client, DIALOGUE,
           "PLAIN, pipelined", ["openssl", "version"]),
    Client("curl", BOTH, curl, None, "PLAIN", ["curl", "-V"]),
    Client("python smtplib", BOTH, smtplib, None, "PLAIN",
           ["/usr/bin/python3", "-V"]),
    Client("swaks", "chain", swaks, None, "PLAIN", ["swaks", "--version"]),
]
