"""systemd's unit files: read, filled in for an account, and run without it."""

import configparser
import shlex
import subprocess


class Unit:
    """A template unit, %i filled in and each of paths replaced."""

    def __init__(self, path, instance, paths):
        text = path.read_text().replace("%i", instance)
        for old, new in paths.items():
            assert old in text, old
            text = text.replace(old, str(new))
        self.text = text
        self.parsed = configparser.RawConfigParser(
            strict=False, interpolation=None)
        self.parsed.optionxform = str
        self.parsed.read_string(text)

    def lines(self, name):
        """The values of a setting, which may come more than once."""
        return [line.partition("=")[2] for line in self.text.splitlines()
                if line.startswith(name + "=")]

    def values(self, name):
        """All words of a setting."""
        return " ".join(self.lines(name)).split()

    def run(self, credentials, wrapper=(), state=None):
        """ExecStart, as the manager would, with the folder of credentials and
        that of StateDirectory.  Returns what came of it, exit code and text."""
        env = {"CREDENTIALS_DIRECTORY": str(credentials)}
        if state is not None:
            env["STATE_DIRECTORY"] = str(state)
        done = subprocess.run(
            [*wrapper, *shlex.split(self.parsed["Service"]["ExecStart"])],
            env=env, cwd="/",
            stdout=subprocess.PIPE, stderr=subprocess.STDOUT, check=False)
        return done.returncode, done.stdout.decode()


def verify(*paths):
    """What systemd-analyze says against unit files, but for manual pages."""
    done = subprocess.run(
        ["systemd-analyze", "verify", "--man=no", *map(str, paths)],
        stdout=subprocess.PIPE, stderr=subprocess.STDOUT, check=False)
    return done.returncode, done.stdout.decode()


def system_calls(names):
    """What SystemCallFilter= makes of these names, groups opened up."""
    calls = set()
    for name in names:
        if not name.startswith("@"):
            calls.add(name)
            continue
        text = subprocess.run(["systemd-analyze", "syscall-filter", name],
                              stdout=subprocess.PIPE, check=True).stdout
        calls |= system_calls(
            line.strip() for line in text.decode().splitlines()[1:]
            if line.strip() and not line.strip().startswith("#"))
    return calls
