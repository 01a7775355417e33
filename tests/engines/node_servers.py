"""Mail servers that come from npm: Haraka, and the smtp-server that programs
have in them.  Each with port["submission"], port["smtps"], and how many logins
it has refused."""

import json
import os
import pathlib
import re
import shutil
import subprocess
import tempfile

from conftest import ROOT
from daemons import Daemon
from postfix_server import ADDRESS, free_ports

FOLDER = pathlib.Path(__file__).resolve().parent
MODULES = ROOT / "build" / "node-servers"
# Both run with Node 18, which Debian 12 has.
VERSIONS = ["Haraka@3.1.7", "smtp-server@3.18.5"]
SERVICES = ("submission", "smtps")


def install():
    """Returns the path of node."""
    subprocess.run(["sh", "tests/install-npm.sh", str(MODULES), *VERSIONS],
                   cwd=ROOT, check=True, stdin=subprocess.DEVNULL)
    return shutil.which("node")


class NodeServer(Daemon):
    def __init__(self, host, pair, accounts):
        super().__init__()
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix="node-"))
        self.node = install()
        self.port = {}
        try:
            self.configure(host, pair, accounts)
        except BaseException:
            self.close()
            raise

    def write(self, name, text):
        path = self.folder / name
        path.touch(0o600)
        path.write_text(text)
        return path

    def report(self):
        path = self.folder / "output"
        return path.read_text() if path.exists() else ""

    def close(self):
        try:
            self.stop()
        finally:
            shutil.rmtree(self.folder)


class Haraka(NodeServer):
    mechanisms = ["PLAIN", "LOGIN", "CRAM-MD5"]

    def configure(self, host, pair, accounts):
        shutil.copytree(MODULES / "node_modules/Haraka/config",
                        self.folder / "config")
        for source, name in ((pair.cert_file, "cert"), (pair.key_file, "key")):
            shutil.copyfile(source, self.folder / "config" / name)
        # It would look for parameters of its own, for a minute or so.
        subprocess.run(["openssl", "genpkey", "-genparam", "-algorithm", "DH",
                        "-pkeyopt", "group:ffdhe2048", "-out",
                        str(self.folder / "config/dhparams.pem")], check=True)
        self.write("config/me", host + "\n")
        self.write("config/plugins", "tls\nauth/flat_file\n")
        self.write("config/tls.ini", "key=key\ncert=cert\n")
        self.write("config/auth_flat_file.ini", "[core]\nmethods=%s\n[users]\n"
                   % ",".join(self.mechanisms) + "".join(
                       "%s=%s\n" % (user, account["password"])
                       for user, account in accounts.items()))
        for attempts_left in reversed(range(5)):
            self.port = dict(zip(SERVICES, free_ports(2)))
            self.write("config/smtp.ini", "listen=%s\nsmtps_port=%d\n" % (
                ",".join("%s:%d" % (ADDRESS, port)
                         for port in self.port.values()), self.port["smtps"]))
            self.spawn(["env", "NO_COLOR=1", self.node,
                        str(MODULES / "node_modules/Haraka/bin/haraka"),
                        "-c", str(self.folder)], self.folder / "output")
            try:
                self.wait_for(lambda: all(
                    "listening on %s:%d" % (ADDRESS, port) in self.report()
                    for port in self.port.values()))
                return
            except AssertionError:
                # A port may have been taken in between.
                if "EADDRINUSE" not in self.report() or not attempts_left:
                    raise
                self.stop()
                os.unlink(self.folder / "output")

    def refused(self):
        return self.report().count("delaying for ")


class SmtpServer(NodeServer):
    mechanisms = ["PLAIN", "LOGIN", "CRAM-MD5", "XOAUTH2"]

    def configure(self, host, pair, accounts):
        read = lambda path: pathlib.Path(path).read_text()
        config = self.write("config.json", json.dumps({
            "host": host, "accounts": accounts, "tls": {
                "key": read(pair.key_file), "cert": read(pair.cert_file)}}))
        self.spawn([self.node, str(FOLDER / "node_servers.mjs"), str(MODULES),
                    str(config)], self.folder / "output")
        self.wait_for(lambda: re.search(r"(?m)^ports.*\n", self.report()))
        ports = re.search(r"(?m)^ports (\d+) (\d+)$", self.report())
        self.port = dict(zip(SERVICES, map(int, ports.groups())))

    def refused(self):
        return self.report().count(" refused\n")
