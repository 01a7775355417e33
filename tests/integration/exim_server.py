"""Exim as a submission server with accounts of its own: the daemon that
tests/unpack-packages.sh put into build/unpacked, since it cannot be installed
beside Postfix."""

import os
import pathlib
import shutil
import tempfile

from daemons import Daemon
from smtp_server import bind_all

ROOT = pathlib.Path(__file__).resolve().parents[2]
BINARY = ROOT / "build" / "unpacked" / "usr" / "sbin" / "exim4"
UID = 64321
WRAPPER = "libnss_wrapper.so"  # it gives us the user that Exim insists on

CONFIG = """
exim_user = Debian-exim
exim_group = Debian-exim
spool_directory = {folder}/spool
log_file_path = {folder}/log/%slog
pid_file_path = {folder}/pid
primary_hostname = {host}
local_interfaces = 127.0.0.1
daemon_smtp_ports = {submission} : {smtps}
tls_advertise_hosts = *
tls_certificate = {cert}
tls_privatekey = {key}
tls_on_connect_ports = {smtps}
auth_advertise_hosts = ${{if eq{{$tls_in_cipher}}{{}}{{}}{{*}}}}
acl_smtp_mail = check_mail
acl_smtp_rcpt = accept
host_lookup =
keep_environment =

begin acl
check_mail:
  deny condition = ${{if eq{{$sender_address}}{{$authenticated_id}}{{no}}{{yes}}}}
       message = Sender address rejected: not owned by user $authenticated_id
  accept

begin authenticators
plain:
  driver = plaintext
  public_name = PLAIN
  server_prompts = :
  server_condition = ${{if eq{{$auth2}}{{{broken}}} \\
      {{${{lookup{{x}}lsearch{{{folder}/none}}}}}} \\
      {{${{if eq{{$auth3}}{{${{lookup{{$auth2}}lsearch{{{folder}/accounts}}}}}}}}}}}}
  server_set_id = $auth2
login:
  driver = plaintext
  public_name = LOGIN
  server_prompts = <| Username: | Password:
  server_condition = ${{if eq{{$auth2}}{{${{lookup{{$auth1}}lsearch{{{folder}/accounts}}}}}}}}
  server_set_id = $auth1
cram:
  driver = cram_md5
  public_name = CRAM-MD5
  server_secret = ${{lookup{{$auth1}}lsearch{{{folder}/accounts}}{{$value}}fail}}
  server_set_id = $auth1
"""


class Exim(Daemon):
    """accounts: user -> password.  broken: a user whose look-up fails."""

    def __init__(self, host, pair, accounts, broken):
        super().__init__()
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix="exim"))
        try:
            self._start(host, pair, accounts, broken)
        except BaseException:
            self.close()
            raise

    def _start(self, host, pair, accounts, broken):
        ports = []
        for _ in range(2):
            (s,), port = bind_all(["127.0.0.1"])
            ports.append((s, port))
        for s, _ in ports:
            s.close()
        self.submission, self.smtps = (port for _, port in ports)
        for name in ("spool", "log"):
            (self.folder / name).mkdir()
            os.chown(self.folder / name, UID, UID)
        os.chmod(self.folder, 0o755)
        for source, name in ((pair.cert_file, "cert"), (pair.key_file, "key")):
            shutil.copy(source, self.folder / name)
            os.chown(self.folder / name, UID, UID)
        self._write("accounts", "".join(
            "%s: %s\n" % item for item in accounts.items()))
        self._write("conf", CONFIG.format(
            folder=self.folder, host=host, broken=broken,
            submission=self.submission, smtps=self.smtps,
            cert=self.folder / "cert", key=self.folder / "key"))
        for name, more in (("passwd", "%d::/:/bin/false" % UID),
                           ("group", "")):
            text = pathlib.Path("/etc/" + name).read_text()
            self._write(name, "%sDebian-exim:x:%d:%s\n" % (text, UID, more))
        self.output = self.folder / "output"
        self.spawn(["env", "LD_PRELOAD=" + WRAPPER,
                    "NSS_WRAPPER_PASSWD=%s" % (self.folder / "passwd"),
                    "NSS_WRAPPER_GROUP=%s" % (self.folder / "group"),
                    str(BINARY), "-C", str(self.folder / "conf"), "-bdf"],
                   self.output)
        self.wait_for(self._listens)

    def _write(self, name, text):
        (self.folder / name).write_text(text)

    def _listens(self):
        """Both ports, as the kernel tells: a connection would be logged."""
        wanted = {"%04X" % p for p in (self.submission, self.smtps)}
        lines = pathlib.Path("/proc/net/tcp").read_text().splitlines()[1:]
        found = {x.split()[1].split(":")[1] for x in lines
                 if x.split()[3] == "0A"}
        return wanted <= found

    def log(self):
        """What Exim logged."""
        path = self.folder / "log" / "mainlog"
        return path.read_text() if path.exists() else ""

    def report(self):
        return self.output.read_text() + self.log()

    def close(self):
        self.stop()
        shutil.rmtree(self.folder, ignore_errors=True)
