"""Show check_smtp_auth at its main job: demo.py PATH-OF-THE-PLUGIN

Starts a throwaway mail server, runs the plugin against it as an operator
would, and ends with 0 if every check ended as it should.
"""

import os
import shlex
import signal
import socket
import subprocess
import sys
import tempfile

from server import ACCOUNT, PASSWORD, Server

CA_SETTINGS = """\
[ca]
default_ca = demo
[demo]
database = index
new_certs_dir = .
serial = serial
unique_subject = no
default_md = sha256
policy = any
x509_extensions = server
[any]
commonName = supplied
[server]
basicConstraints = critical,CA:FALSE
subjectAltName = DNS:mail.example.org
[root]
basicConstraints = critical,CA:TRUE
keyUsage = critical,keyCertSign,cRLSign
subjectKeyIdentifier = hash
[req]
distinguished_name = name
[name]
"""

NEW_KEY = "-newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -noenc".split()


def openssl(folder, *words):
    done = subprocess.run(
        ["openssl", *words],
        cwd=folder,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
    )
    if done.returncode != 0:
        sys.exit(f"openssl {shlex.join(words)}:\n{done.stderr}")


def write(folder, name, text, mode=0o644):
    path = os.path.join(folder, name)
    with open(os.open(path, os.O_WRONLY | os.O_CREAT, mode), "w") as f:
        f.write(text)


def make_certificates(folder):
    """A CA in ca.pem, and good.pem and expired.pem signed by it."""
    write(folder, "ca.cnf", CA_SETTINGS)
    write(folder, "index", "")
    write(folder, "serial", "01\n")
    openssl(
        folder, "req", "-x509", *NEW_KEY, "-config", "ca.cnf",
        "-extensions", "root", "-subj", "/CN=Throwaway CA", "-days", "2",
        "-keyout", "ca.key", "-out", "ca.pem",
    )
    for name, dates in (
        ("good", ["-days", "1"]),
        ("expired", ["-startdate", "20250101000000Z",
                     "-enddate", "20250401000000Z"]),
    ):
        openssl(
            folder, "req", "-new", *NEW_KEY, "-config", "ca.cnf",
            "-subj", "/CN=mail.example.org",
            "-keyout", f"{name}.key", "-out", f"{name}.csr",
        )
        openssl(
            folder, "ca", "-batch", "-notext", "-config", "ca.cnf",
            "-cert", "ca.pem", "-keyfile", "ca.key", *dates,
            "-in", f"{name}.csr", "-out", f"{name}.pem",
        )


def run(plugin, folder, title, expected, *options):
    """Show one check.  Returns whether it ended as expected."""
    words = ["check_smtp_auth", "-H", "mail.example.org", "-I", "127.0.0.1",
             *map(str, options)]
    print(f"\n{title}\n$ {shlex.join(words)}", flush=True)
    done = subprocess.run(
        [plugin, *words[1:]],
        cwd=folder,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        timeout=60,
    )
    print(done.stdout.decode("utf-8", "replace"), end="")
    print(f"exit code {done.returncode}")
    if done.returncode == expected:
        return True
    print(f"^ should have been {expected}")
    return False


def demonstrate(plugin, folder):
    make_certificates(folder)
    write(folder, "alice.password", PASSWORD + "\n", 0o600)
    write(folder, "old.password", "the one before\n", 0o600)
    write(folder, "alice.token", "ya29.token-of-yesterday\n", 0o600)

    def path(name):
        return os.path.join(folder, name)

    good = path("good.pem"), path("good.key")
    submission = Server(*good)
    submissions = Server(*good, implicit_tls=True)
    outdated = Server(path("expired.pem"), path("expired.key"))
    # Bound, so that nobody else gets the port, and never listening.
    dead = socket.socket()
    dead.bind(("127.0.0.1", 0))

    account = ["--ca-file=ca.pem", "-U", ACCOUNT]
    password = [*account, "--password-from=file:alice.password"]
    results = [
        run(plugin, folder, "A login over STARTTLS.", 0,
            "-p", submission.port, *password),
        run(plugin, folder, "A login over implicit TLS.", 0,
            "-p", submissions.port, "--tls", *password),
        run(plugin, folder, "A wrong password.", 2,
            "-p", submission.port, *account,
            "--password-from=file:old.password"),
        run(plugin, folder, "An expired OAuth 2.0 token.", 2,
            "-p", submission.port, *account, "-A", "XOAUTH2",
            "--token-from=file:alice.token"),
        run(plugin, folder, "An expired certificate: the password stays here.",
            2, "-p", outdated.port, *password),
        run(plugin, folder, "A dead server.", 2,
            "-p", dead.getsockname()[1], *password),
    ]
    dead.close()
    return all(results)


def main():
    if len(sys.argv) != 2:
        sys.exit("usage: demo.py PATH-OF-THE-PLUGIN")
    plugin = os.path.abspath(sys.argv[1])
    # An interruption unwinds the folder below too.
    for number in (signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, lambda *_: sys.exit(1))
    with tempfile.TemporaryDirectory(prefix="check_smtp_auth-demo.") as folder:
        print("A throwaway mail server on 127.0.0.1, with a CA of its own and "
              f"the account {ACCOUNT}.")
        return 0 if demonstrate(plugin, folder) else 1


if __name__ == "__main__":
    try:
        sys.exit(main())
    except KeyboardInterrupt:
        sys.exit(1)
