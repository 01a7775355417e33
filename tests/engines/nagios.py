"""A real Nagios 4, from the distribution's package, with its own folders: told
what to do through its command file, read through status.dat."""

import re
import shutil
import time

from conftest import OWNER
from daemons import Daemon

CONFIG = """
cfg_file={folder}/objects.cfg
cfg_file={commands}
resource_file={folder}/resource.cfg
log_file={state}/nagios.log
status_file={state}/status.dat
object_cache_file={state}/objects.cache
precached_object_file={state}/objects.precache
state_retention_file={state}/retention.dat
temp_file={state}/nagios.tmp
temp_path={state}
check_result_path={state}
command_file={state}/nagios.cmd
query_socket={state}/nagios.qh
lock_file={state}/nagios.lock
log_archive_path={state}
nagios_user={owner}
nagios_group={owner}
use_syslog=0
check_external_commands=1
status_update_interval=1
check_result_reaper_frequency=1
check_for_updates=0
execute_host_checks=0
enable_notifications=1
interval_length=60
illegal_object_name_chars=`~!$%^&*|'"<>?,()=
illegal_macro_output_chars=`~$&|'"<>
process_performance_data=1
service_perfdata_file={state}/perfdata
service_perfdata_file_template=$SERVICEDESC$\\t$SERVICEPERFDATA$
service_perfdata_file_mode=a
"""
BLOCK = re.compile(r"(?ms)^(\w+) {\n(.*?)^\t}$")


class Nagios(Daemon):
    """files: those of integrations/, with the plugin's folder put in; objects:
    configuration beside them."""

    def __init__(self, place, files, objects):
        super().__init__()
        program = shutil.which("nagios4", path="/usr/sbin:/usr/local/sbin")
        assert program, "nagios4 is not installed (Debian: nagios4-core)"
        self.folder = place.folder
        self.state = place.make_folder("nagios")
        place.write("objects.cfg", objects)
        place.write("resource.cfg", "", mode=0o400)
        # OWNER may not be let into the folder that the sources are in.
        config = place.write("nagios.cfg", CONFIG.format(
            folder=place.folder, state=self.state, owner=OWNER,
            commands=place.write("commands.cfg", "".join(
                path.read_text() for path in files).replace(
                    "/usr/lib/nagios/plugins", str(place.plugins)))))
        self.argv = [program, str(config)]

    def start(self):
        self.spawn(self.argv, self.state / "output")
        self.wait_for(lambda: (self.state / "nagios.cmd").exists() and
                      (self.state / "status.dat").exists())

    def service(self, name):
        """What status.dat has of a service."""
        text = (self.state / "status.dat").read_text()
        for kind, body in BLOCK.findall(text):
            if kind == "servicestatus":
                values = dict(line.strip().split("=", 1)
                              for line in body.splitlines())
                if values["service_description"] == name:
                    return values
        return None

    def check_until(self, host, name, done):
        """Have a service checked, again after each result, until done(STATUS)
        holds.  Returns that."""
        seen = None

        def is_done():
            nonlocal seen
            status = self.service(name)
            if status is None:
                return False
            if done(status):
                seen = status
                return True
            # Times are in seconds here, but the perfdata never are twice.
            if status["performance_data"] != seen or seen is None:
                seen = status["performance_data"]
                with open(self.state / "nagios.cmd", "w") as pipe:
                    pipe.write("[%d] SCHEDULE_FORCED_SVC_CHECK;%s;%s;%d\n" % (
                        time.time(), host, name, time.time()))
            return False

        self.wait_for(is_done)
        return seen

    def perfdata(self, name):
        """What the perfdata file got of a service, the last at the end."""
        path = self.state / "perfdata"
        text = path.read_text() if path.exists() else ""
        return [line.split("\t")[1] for line in text.splitlines()
                if line.split("\t")[0] == name]

    def report(self):
        return "".join(path.read_text() for path in
                       (self.state / "output", self.state / "nagios.log")
                       if path.exists())
