"""A PostgreSQL from the distribution's package, without a port."""

import pathlib
import shutil
import subprocess

from daemons import Daemon

OWNER = "postgres"


class Database(Daemon):
    """Its socket and its data are in folder."""

    def __init__(self, folder):
        super().__init__()
        found = sorted(pathlib.Path("/usr/lib/postgresql").glob("*/bin"))
        assert found, "no /usr/lib/postgresql (Debian: postgresql)"
        self.folder, self.programs = folder, found[-1]
        self.log = folder / "log"
        shutil.chown(folder, OWNER, OWNER)

    def _command(self, name, *args):
        return ["setpriv", "--reuid", OWNER, "--regid", OWNER, "--init-groups",
                "--", str(self.programs / name), *args]

    def _run(self, name, *args, **more):
        return subprocess.run(
            self._command(name, *args), stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT, cwd="/", encoding="utf-8", **more)

    def _answers(self):
        return self._run("pg_isready", "-h", str(self.folder)).returncode == 0

    def ask(self, database, sql):
        """What psql prints: the bare values, a row in each line."""
        done = self._run("psql", "-qAt", "-h", str(self.folder), "-v",
                         "ON_ERROR_STOP=1", "-d", database, input=sql)
        assert done.returncode == 0, done.stdout
        return done.stdout

    def start(self):
        made = self._run("initdb", "-D", str(self.folder / "data"), "-N", "-A",
                         "trust", "-E", "UTF8", "--locale=C.UTF-8")
        assert made.returncode == 0, made.stdout
        self.spawn(self._command(
            "postgres", "-D", str(self.folder / "data"), "-k",
            str(self.folder), "-c", "listen_addresses=", "-c", "fsync=off",
            "-c", "synchronous_commit=off", "-c", "full_page_writes=off"),
            self.log)
        self.wait_for(self._answers)

    def report(self):
        return self.log.read_text(errors="replace")
