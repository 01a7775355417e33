"""make install: what engines are given names the plugin where it then is."""

import pathlib
import re
import shutil
import subprocess

import pytest

from conftest import ROOT

# An absolute path, and not the end of another.
PROGRAM = re.compile(r"(?<![\w.~$)}\]-])(/[^\s\"'`*{}]*)/"
                     r"(check_smtp_auth|smtp-oauth2)(?=[\s\"'`]|$)")
# Folders that are told of: of the plugin, for Icinga and for the shell.
FOLDER = re.compile(r'PluginContribDir = "(/[^"]*)"|\bPATH=(/[^:\s]*)')
# Of other folders that have a file or a folder of these names.
ELSEWHERE = re.compile(r"/(etc|var|usr/(local/)?share)/")
CHECKED = {"batch", "checkmk", "cron", "icinga2", "nagios", "nrpe", "oauth2",
           "prometheus", "systemd", "telegraf", "zabbix"}


def make(target, root, binary, *variables):
    """Of what is built: nothing is built anew beside the other tests."""
    done = subprocess.run(
        ["make", "-s", "-C", str(ROOT), "--old-file=all",
         "O=%s" % pathlib.Path(binary).resolve().parent, target, "DESTDIR=%s" % root,
         *variables], stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
        text=True, check=False)
    assert done.returncode == 0, done.stdout


def named(text):
    """Every path of a program, and every folder of them, that a file names."""
    for folder, name in PROGRAM.findall(text):
        if not ELSEWHERE.match(folder + "/"):
            yield folder, name
    for match in FOLDER.findall(text):
        yield next(filter(None, match)), "check_smtp_auth"


@pytest.mark.parametrize("variables, plugins, share", [
    ([], "/usr/local/lib/nagios/plugins", "/usr/local/share/check_smtp_auth"),
    (["PREFIX=/usr", "PLUGINDIR=/usr/lib64/nagios/plugins"],
     "/usr/lib64/nagios/plugins", "/usr/share/check_smtp_auth"),
    (["PREFIX=/usr", "INTEGRATIONSDIR=/usr/share/doc/x/examples"],
     "/usr/lib/nagios/plugins", "/usr/share/doc/x/examples"),
    (["PREFIX=/opt/a&b|c"], "/opt/a&b|c/lib/nagios/plugins",
     "/opt/a&b|c/share/check_smtp_auth"),
], ids=["default", "lib64", "debian", "odd"])
def test_files_name_what_is_there(tmp_path, plugin, variables, plugins, share):
    root = tmp_path / "a root"
    make("install", root, plugin.path, *variables)
    folder = pathlib.Path(str(root) + share)
    assert {path.name for path in folder.iterdir() if path.is_dir()} >= CHECKED
    seen = set()
    for path in folder.rglob("*"):
        if not path.is_file():
            continue
        source = ROOT / "integrations" / path.relative_to(folder)
        assert path.stat().st_mode & 0o777 == (
            0o755 if source.stat().st_mode & 0o100 else 0o644)
        for where, name in named(path.read_text()):
            assert where == plugins, path
            assert (pathlib.Path(str(root) + where) / name).is_file(), path
            seen.add(path.relative_to(folder).parts[0])
    assert seen >= CHECKED - {"zabbix"}
    make("uninstall", root, plugin.path, *variables)
    left = [path for path in root.rglob("*") if not path.is_dir()]
    assert left == [] and not folder.exists()


def test_nothing_else_is_written(tmp_path):
    """But for the folder, the files are those of the sources."""
    script = ROOT / "packaging/install-integrations"
    subprocess.run([str(script), "/usr/lib/nagios/plugins", str(tmp_path)],
                   check=True)
    sources = {path.relative_to(ROOT / "integrations")
               for path in (ROOT / "integrations").rglob("*")
               if path.is_file()}
    installed = {path.relative_to(tmp_path) for path in tmp_path.rglob("*")
                 if path.is_file()}
    assert sources - installed == {pathlib.Path("oauth2/make-table")}
    for path in installed:
        assert (tmp_path / path).read_bytes() == (
            ROOT / "integrations" / path).read_bytes()


def test_no_stranger_is_removed(tmp_path):
    script = ROOT / "packaging/install-integrations"
    kept = tmp_path / "share/nagios/mine.cfg"
    subprocess.run([str(script), "/p", str(tmp_path / "share")], check=True)
    kept.write_text("mine\n")
    subprocess.run([str(script), "--remove", str(tmp_path / "share")],
                   check=True)
    assert [path for path in tmp_path.rglob("*") if path.is_file()] == [kept]
    shutil.rmtree(tmp_path / "share")
