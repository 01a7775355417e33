"""sendmail as a submission server that asks Cyrus SASL: the daemon that
tests/unpack-packages.sh put into build/unpacked, since it cannot be installed
beside Postfix."""

import os
import pathlib
import re
import shutil
import subprocess
import tempfile

from daemons import Daemon
from postfix_server import ADDRESS, free_ports

ROOT = pathlib.Path(__file__).resolve().parents[2]
BINARY = ROOT / "build/unpacked/usr/libexec/sendmail/sendmail"
WRAPPER = "libnss_wrapper.so"  # without a host name with a dot it sleeps first
MECHANISMS = ["PLAIN", "LOGIN", "CRAM-MD5", "SCRAM-SHA-1", "SCRAM-SHA-256",
              "SCRAM-SHA-512"]

# It takes mail from nobody, so there is nothing but a way to nowhere.  It
# refuses connections on a busy machine, unless it is told not to.
CONFIG = """V10/Berkeley
Dj{host}
DnMAILER-DAEMON
ESASL_CONF_PATH={folder}/sasl
O QueueDirectory={folder}/queue
O PidFile={folder}/pid
O ServiceSwitchFile={folder}/switch
O AliasFile=
O HelpFile=
O StatusFile=
O DaemonPortOptions=Name=submission,Family=inet,Addr={address},Port={submission}
O DaemonPortOptions=Name=smtps,Family=inet,Addr={address},Port={smtps},M=s
O DontProbeInterfaces=True
O DeliveryMode=queueonly
O DefaultUser=nobody
O Timeout.ident=0
O QueueLA=9999
O RefuseLA=9999
O DelayLA=9999
O AuthMechanisms={mechanisms}
O CACertPath={folder}/ca
O CACertFile={folder}/cert
O ServerCertFile={folder}/cert
O ServerKeyFile={folder}/key
Troot
SCanonify=3
SParse=0
R$*	$#local $: $1
Mlocal, P=/bin/false, F=lsDFM, S=0, R=0, A=false
Mprog, P=/bin/false, F=lsDFM, S=0, R=0, A=false
"""
SASL = """
pwcheck_method: auxprop
auxprop_plugin: sasldb
sasldb_path: {folder}/sasl/sasldb2
mech_list: {mechanisms}
"""
SWITCH = "hosts files\naliases files\npasswd files\n"


class Sendmail(Daemon):
    """accounts: user@realm -> password.  port["submission"], port["smtps"]."""

    def __init__(self, host, pair, accounts):
        super().__init__()
        # It trusts no file below a folder that all may write to, as /tmp is.
        self.folder = pathlib.Path(
            tempfile.mkdtemp(prefix="sendmail-", dir="/run"))
        self.host = host
        self.port = {}
        try:
            self._prepare(pair, accounts)
            self._start_on_free_ports()
        except BaseException:
            self.close()
            raise

    def _prepare(self, pair, accounts):
        os.chmod(self.folder, 0o755)
        for name, mode in (("queue", 0o700), ("sasl", 0o755), ("ca", 0o755)):
            (self.folder / name).mkdir(mode)
        # Not the unpacked one: as that is set-group-ID, libraries would leave
        # the environment alone.
        shutil.copyfile(BINARY, self.folder / "sendmail")
        os.chmod(self.folder / "sendmail", 0o755)
        for source, name, mode in ((pair.cert_file, "cert", 0o644),
                                   (pair.key_file, "key", 0o600)):
            shutil.copyfile(source, self.folder / name)
            os.chmod(self.folder / name, mode)
        self._write("switch", SWITCH)
        self._write("hosts", "%s %s\n" % (ADDRESS, self.host))
        self._write("sasl/Sendmail.conf", SASL.format(
            folder=self.folder, mechanisms=" ".join(MECHANISMS)))
        program = shutil.which("saslpasswd2", path="/usr/sbin:/usr/local/sbin")
        assert program, "saslpasswd2 is not installed (Debian: sasl2-bin)"
        for account, password in accounts.items():
            user, _, realm = account.partition("@")
            subprocess.run(
                [program, "-p", "-c", "-f",
                 str(self.folder / "sasl/sasldb2"), "-u", realm, user],
                check=True, input=password, text=True)

    def _write(self, name, text):
        (self.folder / name).write_text(text)

    def _start_on_free_ports(self):
        """One may have been taken in between: it says so, and tries again."""
        for attempts_left in reversed(range(5)):
            self.port = dict(zip(("submission", "smtps"), free_ports(2)))
            self._write("conf", CONFIG.format(
                folder=self.folder, host=self.host, address=ADDRESS,
                mechanisms=" ".join(MECHANISMS), **self.port))
            self.spawn(["env", "LD_PRELOAD=" + WRAPPER,
                        "NSS_WRAPPER_HOSTS=%s/hosts" % self.folder,
                        "NSS_WRAPPER_HOSTNAME=" + self.host,
                        str(self.folder / "sendmail"), "-bD",
                        "-C", str(self.folder / "conf"),
                        "-X", str(self.folder / "traffic")],
                       self.folder / "output")
            self.wait_for(lambda: self._listens() or self._is_in_use())
            if not self._is_in_use():
                return
            assert attempts_left, self.report()
            self.stop()
            for name in ("output", "traffic"):
                (self.folder / name).unlink(missing_ok=True)

    def _is_in_use(self):
        return "Address already in use" in self.report()

    def _listens(self):
        """Both ports, as the kernel tells: a connection would be logged."""
        wanted = {"%04X" % port for port in self.port.values()}
        lines = pathlib.Path("/proc/net/tcp").read_text().splitlines()[1:]
        return wanted <= {x.split()[1].split(":")[1] for x in lines
                          if x.split()[3] == "0A"}

    def traffic(self):
        """All that was said, a line each: "<<< QUIT"; its process goes to and
        fro with others'."""
        path = self.folder / "traffic"
        text = path.read_text(errors="replace") if path.exists() else ""
        return [re.sub(r"^\d+ ", "", line) for line in text.splitlines()]

    def report(self):
        path = self.folder / "output"
        text = path.read_text() if path.exists() else ""
        return "\n".join([text, *self.traffic()])

    def close(self):
        try:
            self.stop()
        finally:
            shutil.rmtree(self.folder, ignore_errors=True)
