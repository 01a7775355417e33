"""A real Icinga Director, from the distribution's package: its command line,
with a configuration and a PostgreSQL of its own."""

import json
import os
import pathlib
import shutil
import subprocess

import icinga
import postgres
from conftest import INTEGRATIONS

BASKET = INTEGRATIONS / "icinga2/director-basket.json"
MODULES = pathlib.Path("/usr/share/icingaweb2/modules")
NEEDED = ("incubator", "reactbundle", "director")

CONFIG = """
[global]
config_backend = "ini"
module_path = "{modules}"
[logging]
log = "none"
"""
RESOURCES = """
[director]
type = "db"
db = "pgsql"
host = "{database}"
port = "5432"
dbname = "director"
username = "{owner}"
password = ""
charset = "utf8"
"""
DATABASE = """
[db]
resource = "director"
"""
KICKSTART = """
[config]
endpoint = "{endpoint}"
host = "{address}"
port = "{port}"
username = "{user}"
password = "{password}"
"""
# The newest of what it rendered.
RENDERED = """
SELECT content FROM director_generated_file
JOIN director_generated_config_file ON checksum = file_checksum
WHERE file_path LIKE '%%/%s'
"""


class Director:
    """place: a conftest.Place, in which it gets a folder."""

    def __init__(self, place):
        self.place = place
        self.database = postgres.Database(place.make_folder("director-data"))
        self.folder = place.make_folder("director")
        for name in ("enabledModules", "modules/director"):
            place.make_folder("director/" + name)
        for name in NEEDED:
            (self.folder / "enabledModules" / name).symlink_to(MODULES / name)
        self._configure("config.ini", CONFIG, modules=MODULES)
        self._configure("resources.ini", RESOURCES, owner=postgres.OWNER,
                        database=self.database.folder)
        self._configure("modules/director/config.ini", DATABASE)

    def _configure(self, name, text, **values):
        self.place.write("director/" + name, text.format(**values))

    def run(self, *args, text=None):
        program = shutil.which("icingacli", path="/usr/bin:/usr/local/bin")
        assert program and (MODULES / "director").is_dir(), (
            "no Icinga Director (Debian: icingacli icingaweb2-module-director)")
        done = subprocess.run(
            [program, "director", *args], input=text, text=True, cwd="/",
            stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
            env={"ICINGAWEB_CONFIGDIR": str(self.folder), "LANG": "C.UTF-8",
                 "PATH": os.environ["PATH"]})
        assert done.returncode == 0, done.stdout
        return done.stdout

    def start(self):
        """With what the basket brings."""
        self.database.start()
        self.database.ask("postgres", "CREATE DATABASE director")
        self.database.ask("director", "CREATE EXTENSION pgcrypto")
        self.run("migration", "run")
        self.run("basket", "restore", text=BASKET.read_text())

    def stop(self):
        self.database.stop()

    def create(self, kind, name, **attributes):
        self.run(kind, "create", name, "--json", json.dumps(attributes))

    def render(self, name):
        """What it writes for Icinga into the file of that name."""
        self.run("config", "render")
        return self.database.ask("director", RENDERED % name)

    def join(self, engine):
        """engine: the icinga.Icinga that it is to configure."""
        self._configure(
            "modules/director/kickstart.ini", KICKSTART, endpoint=engine.name,
            address=icinga.ADDRESS, port=engine.port, user=icinga.API_USER,
            password=icinga.API_PASSWORD)
        self.run("kickstart", "run")

    def deploy(self):
        """Icinga looks at it and reloads, which this does not wait for."""
        self.run("config", "deploy")
