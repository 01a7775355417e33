"""A real Icinga 2, from the distribution's package: one process tree with its
own configuration, certificates and folders, asked through its REST API."""

import base64
import contextlib
import http.client
import json
import shutil
import socket
import ssl
import subprocess
import threading

from conftest import INTEGRATIONS, OWNER
from daemons import Daemon
from postfix_server import free_ports

ADDRESS = "127.0.0.1"
COMMANDS = INTEGRATIONS / "icinga2/smtp_auth.conf"
SERVICES = INTEGRATIONS / "icinga2/smtp_auth_services.conf"
API_USER, API_PASSWORD = "tests", "for the tests only"

BASE = """
const PluginDir = "/nowhere"
const PluginContribDir = "{plugins}"
const ZoneName = NodeName
const ApiPort = {port}
include <itl>
include <plugins>
object CheckerComponent "checker" {{ }}
object NotificationComponent "notification" {{ }}
object FileLogger "log" {{ path = LogDir + "/icinga2.log" }}
object ApiUser "{user}" {{ password = "{password}"; permissions = [ "*" ] }}
object ApiListener "api" {{
    bind_host = "{address}"
    bind_port = ApiPort
    accept_config = true
    accept_commands = true
}}
"""
# No check but those that a test asks for.
ON_DEMAND = """
object IcingaApplication "app" {
    enable_host_checks = false
    enable_service_checks = false
}
"""
# Not included: OWNER may not be let into the folder that the sources are in.
ALONE = COMMANDS.read_text() + """
object Endpoint NodeName { }
object Zone ZoneName { endpoints = [ NodeName ] }
"""
# A master and a satellite.
ZONES = """
object Endpoint "master" {{
    {address}
}}
object Endpoint "satellite" {{ }}
object Zone "master" {{ endpoints = [ "master" ] }}
object Zone "satellite" {{
    endpoints = [ "satellite" ]
    parent = "master"
}}
object Zone "global-templates" {{ global = true }}
"""


def program():
    path = shutil.which("icinga2", path="/usr/sbin:/usr/local/sbin")
    assert path, "icinga2 is not installed (Debian: icinga2-bin)"
    return path


class Icinga(Daemon):
    """place: a conftest.Place, in which it gets a folder called name.
    authority: another one, whose CA signs this one's certificate."""

    def __init__(self, place, name="master", authority=None):
        super().__init__()
        self.name = name
        self.place = place
        self.folder = place.make_folder(name)
        folders = {key: place.make_folder(name + "/" + key.lower())
                   for key in ("DataDir", "LogDir", "CacheDir", "SpoolDir",
                               "InitRunDir", "ConfigDir")}
        self.defines = {**folders, "NodeName": name, "RunAsUser": OWNER,
                        "RunAsGroup": OWNER,
                        "ZonesDir": folders["ConfigDir"] / "zones.d",
                        "PidPath": folders["InitRunDir"] / "icinga2.pid"}
        self.log_file = folders["LogDir"] / "icinga2.log"
        self.data = folders["DataDir"]
        self.link = None
        self._certify(authority or self)

    def command(self, *args):
        return [program(), *args, *("-D%s=%s" % define
                                    for define in self.defines.items())]

    def _run(self, *args):
        done = subprocess.run(self.command(*args), stdout=subprocess.PIPE,
                              stderr=subprocess.STDOUT, text=True, check=False)
        assert done.returncode == 0, done.stdout

    def _certify(self, authority):
        certs = self.place.make_folder(self.name + "/datadir/certs")
        key, csr, cert = (certs / (self.name + end)
                          for end in (".key", ".csr", ".crt"))
        if authority is self:
            self._run("pki", "new-ca")
        self._run("pki", "new-cert", "--cn", self.name, "--key", str(key),
                  "--csr", str(csr))
        authority._run("pki", "sign-csr", "--csr", str(csr),
                       "--cert", str(cert))
        self.ca_file = certs / "ca.crt"
        shutil.copy(authority.data / "ca/ca.crt", self.ca_file)
        for path in certs.iterdir():
            shutil.chown(path, OWNER, OWNER)

    def configure(self, config, zones=ALONE):
        """To be called before start(); zones and config are what stands
        below BASE."""
        self.below = zones + config

    def start(self):
        """A port may have been taken in between: then on another one."""
        for attempts_left in reversed(range(5)):
            self.port = free_ports(1)[0]
            config = self.place.write(
                self.name + "/icinga2.conf",
                BASE.format(plugins=self.place.plugins, user=API_USER,
                            password=API_PASSWORD, address=ADDRESS,
                            port=self.port) + self.below)
            self.spawn(self.command("daemon", "-c", str(config)),
                       self.folder / "output")
            try:
                self.wait_for(self._answers)
                return
            except AssertionError:
                if not attempts_left or "Cannot bind" not in self.report():
                    raise
                self.stop()

    def _answers(self):
        return bool(self.look("/v1/status/IcingaApplication"))

    def look(self, path):
        """As api("GET", PATH); nothing while Icinga starts or reloads."""
        try:
            return self.api("GET", path)
        except (OSError, http.client.HTTPException):
            return []

    def api(self, method, path, body=None):
        """The results of one request."""
        credentials = "%s:%s" % (API_USER, API_PASSWORD)
        for attempts_left in (1, 0):
            try:
                self.link = self.link or self._connect()
                self.link.request("POST", path, json.dumps(body or {}), {
                    "Accept": "application/json",
                    "X-HTTP-Method-Override": method,
                    "Authorization": "Basic " + base64.b64encode(
                        credentials.encode()).decode()})
                reply = self.link.getresponse()
                text = reply.read().decode()
                break
            except (OSError, http.client.HTTPException):
                self.link = None  # idle for too long, or Icinga was reloaded
                if not attempts_left:
                    raise
        assert reply.status == 200, text
        return json.loads(text)["results"]

    def _connect(self):
        context = ssl.create_default_context(cafile=str(self.ca_file))
        context.check_hostname = False  # its name is that of the node
        # Python 3.13 demands of a CA what Icinga's own does not say of itself.
        context.verify_flags &= ~ssl.VERIFY_X509_STRICT
        return http.client.HTTPSConnection(
            ADDRESS, self.port, context=context, timeout=30)

    def service(self, name):
        """The attributes of "HOST!SERVICE"."""
        return self.api("GET", "/v1/objects/services",
                        {"filter": "service.__name == name",
                         "filter_vars": {"name": name}})[0]["attrs"]

    def check(self, name):
        """Have a service checked now.  Returns its attributes."""
        before = self.service(name)["last_check"]
        now = {}

        def checked():
            now.update(self.service(name))
            return now["last_check"] > before and now["last_check_result"]

        self.api("POST", "/v1/actions/reschedule-check",
                 {"type": "Service", "filter": "service.__name == name",
                  "filter_vars": {"name": name}, "force": True})
        self.wait_for(checked)
        return now

    def log(self):
        return self.log_file.read_text() if self.log_file.exists() else ""

    def report(self):
        text = (self.folder / "output").read_text() + self.log()
        return "".join(line for line in text.splitlines(True)
                       if "HttpServerConnection" not in line)


class Graphite:
    """Takes what Icinga's GraphiteWriter sends: values[METRIC] is the last
    value.  It is Icinga that parses perfdata on the way here."""

    def __init__(self):
        self.values = {}
        self.listener = socket.create_server((ADDRESS, 0))
        self.port = self.listener.getsockname()[1]
        self.thread = threading.Thread(target=self._take)
        self.thread.start()

    def _take(self):
        """One connection after another."""
        while True:
            try:
                link, _ = self.listener.accept()
            except OSError:
                return
            with link, link.makefile(encoding="utf-8") as lines:
                for line in lines:
                    name, value, _ = line.split(" ")
                    self.values[name] = float(value)

    def close(self):
        """After the end of Icinga."""
        self.listener.shutdown(socket.SHUT_RDWR)
        self.listener.close()
        self.thread.join()


@contextlib.contextmanager
def pair(at_master, at_satellite, sync):
    """A master, in its place, and a satellite connected to it; sync(zones)
    fills the folder of what the master distributes, services among it."""
    nodes = []
    try:
        master = Icinga(at_master, "master")
        satellite = Icinga(at_satellite, "satellite", master)
        nodes += [satellite, master]
        sync(at_master.make_folder("master/configdir/zones.d"))
        master.configure(ON_DEMAND, ZONES.format(address=""))
        master.start()
        # It connects as soon as it has been started or reloaded; the master
        # would try every ten seconds.
        satellite.configure(ON_DEMAND, ZONES.format(
            address='host = "%s"\n    port = %d' % (ADDRESS, master.port)))
        satellite.start()
        # The satellite takes the configuration over, and reloads itself.
        satellite.wait_for(lambda: satellite.look("/v1/objects/services"))
        for node in nodes:
            node.wait_for(lambda: [
                endpoint["attrs"]["connected"] for endpoint in
                node.look("/v1/objects/endpoints")
                if endpoint["name"] != node.name] == [True])
        yield master, satellite
    finally:
        for node in nodes:
            node.stop()
