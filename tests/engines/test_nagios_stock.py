"""Debian's own configuration of Nagios 4 with the files of integrations/nagios
beside it, copied as the page says, or as the Debian package has them."""

import re
import shutil
import subprocess

import pytest

from conftest import INTEGRATIONS, ROOT, Place
from pages import blocks, commands, follow

PAGE = "nagios/README.md"
HOST = """
define host {
    use linux-server
    host_name mx1
    address 192.0.2.25
}
"""


class Stock:
    """A copy of the stock configuration, looked at by the real Nagios."""

    def __init__(self, place):
        self.folder = place.folder / "nagios4"
        self.plugins = place.folder / "nagios-plugins"
        shutil.copytree("/etc/nagios4", self.folder)
        shutil.copytree("/etc/nagios-plugins", self.plugins)
        config = self.folder / "nagios.cfg"
        text = config.read_text()
        for old, new in (("/etc/nagios4", self.folder),
                         ("/etc/nagios-plugins", self.plugins)):
            assert "cfg_dir=" + old in text
            text = text.replace(old, str(new))
        config.write_text(text)

    def counts(self):
        """What there is of each kind."""
        program = shutil.which("nagios4", path="/usr/sbin:/usr/local/sbin")
        done = subprocess.run(
            [program, "-v", str(self.folder / "nagios.cfg")], text=True,
            stdout=subprocess.PIPE, stderr=subprocess.STDOUT, check=False)
        assert done.returncode == 0, done.stdout
        assert "Total Warnings: 0\nTotal Errors:   0\n" in done.stdout
        return {kind: int(number) for number, kind in re.findall(
            r"Checked (\d+) (services|hosts|commands)\.", done.stdout)}


@pytest.fixture
def stock(ca):
    place = Place("/bin/true", ca)
    try:
        yield Stock(place)
    finally:
        place.close()


@pytest.mark.parametrize("packaged", [True, False], ids=["packaged", "copied"])
def test_stock_services_stay(stock, packaged):
    before = stock.counts()
    assert before["services"] > 0
    new = len(re.findall(r"(?m)^define command", (
        INTEGRATIONS / "nagios/smtp_auth.cfg").read_text()))
    if packaged:
        line, = [x for x in (ROOT / "packaging/debian/install").read_text()
                 .splitlines() if "nagios-plugins/config" in x]
        source, target = line.split()
        folder = stock.plugins / target.rpartition("nagios-plugins/")[2]
        shutil.copy(ROOT / source, folder)
        assert stock.counts() == {**before,
                                  "commands": before["commands"] + new}

    lines = commands(PAGE, "$etc/conf.d/")
    assert len(lines) == 2
    follow(PAGE, ["etc=/etc/nagios4", *lines], {
        "/etc/nagios4": stock.folder, "/etc/nagios-plugins": stock.plugins})
    service, = [x for x in blocks(PAGE) if x.startswith("define service")]
    (stock.folder / "conf.d/mx1.cfg").write_text(HOST + service)
    assert stock.counts() == {"services": before["services"] + 1,
                              "hosts": before["hosts"] + 1,
                              "commands": before["commands"] + new}
