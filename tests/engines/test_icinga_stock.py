"""Debian's own configuration of Icinga 2 with the files of integrations/ beside
it, copied as the pages say: what it checked before, it checks still."""

import json
import pathlib
import re
import shutil
import subprocess

import pytest

import icinga
from conftest import OWNER, Place
from pages import blocks, commands, follow

STOCK = pathlib.Path("/etc/icinga2")
PAGE, BATCH = "icinga2/README.md", "batch/README.md"


class Stock:
    """A copy of the stock configuration, looked at by the real Icinga."""

    def __init__(self, place):
        self.engine = icinga.Icinga(place, "stock")
        self.folder = self.engine.folder / "configdir"
        shutil.rmtree(self.folder)
        subprocess.run(["cp", "-a", str(STOCK), str(self.folder)], check=True)
        # Since 2.14 the list has to be asked for.
        known = subprocess.run(self.engine.command("daemon", "--help"),
                               stdout=subprocess.PIPE, text=True, check=True)
        self.dump = [x for x in ["--dump-objects"] if x in known.stdout]

    def files(self):
        return {path: path.read_bytes() for path in self.folder.rglob("*")
                if path.is_file()}

    def services(self):
        """ "HOST!SERVICE" of all of them, and the command of each."""
        self.engine._run("daemon", "-C", *self.dump, "-c",
                         str(self.folder / "icinga2.conf"))
        done = subprocess.run(
            self.engine.command("object", "list", "--type", "Service"),
            stdout=subprocess.PIPE, text=True, check=True)
        text = re.sub(r"\x1b\[[0-9;]*m", "", done.stdout)
        return dict(re.findall(
            r"(?s)Object '([^']+)' of type 'Service':.*?"
            r"\* check_command = \"([^\"]+)\"", text))


@pytest.fixture
def stock(ca):
    place = Place("/bin/true", ca)
    try:
        yield Stock(place)
    finally:
        place.close()


def test_stock_services_stay(stock):
    """Nothing that is checked vanishes, and no stock file is written over."""
    files = stock.files()
    before = stock.services()
    assert {"ping4", "ssh", "disk", "http"} <= set(before.values())

    copied = commands(PAGE, "/etc/icinga2/conf.d/")
    follow(PAGE, copied, {"/etc/icinga2": stock.folder})
    assert stock.services() == before

    host, = [block for block in blocks(PAGE) if block.startswith("object Host")]
    (stock.folder / "conf.d/mx1.conf").write_text(host)
    after = stock.services()
    assert {name: command for name, command in after.items()
            if not name.startswith("mx1!")} == before
    assert after["mx1!smtp-auth-alice@example.org"] == "smtp_auth"
    assert after["mx1!ping4"] == "ping4"

    block, = [x for x in blocks(BATCH) if "submit-icinga2 /usr/local" in x]
    place = stock.folder.parent
    follow(BATCH, [block], {
        "/etc/icinga2": stock.folder, "/etc/smtp_auth": place,
        "/usr/local/bin": place, "-o smtp-auth": "-o " + OWNER})
    assert stock.services() == after
    password, = re.findall(r'password = "(\w{32})"', (
        stock.folder / "conf.d/smtp_auth_batch.conf").read_text())
    assert 'user = "smtp_auth:%s"\n' % password in (
        place / "icinga.curl").read_text()
    assert {name: text for name, text in stock.files().items()
            if name in files} == files


def test_plugin_folder(stock):
    """The stock constants say what the page wants of them."""
    line, = commands(PAGE, "const PluginContribDir")
    assert line in (stock.folder / "constants.conf").read_text().splitlines()
    basket = json.loads(icinga.COMMANDS.with_name(
        "director-basket.json").read_text())
    for command in basket["Command"].values():
        assert command["command"] == "PluginContribDir + /check_smtp_auth"
    assert 'PluginContribDir + "/check_smtp_auth"' in icinga.COMMANDS.read_text()
