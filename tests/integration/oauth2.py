"""smtp-oauth2 under test: an account, its folder, and runs of the program."""

import json
import os
import pathlib
import re
import subprocess
import time

import pytest

from conftest import needles
from token_server import SECRET, TokenServer

CLIENT = "client-1"
NAMES = {0: "done", 64: "usage", 75: "temporary", 77: "refused", 78: "local"}


class Run:
    def __init__(self, code, out, err):
        self.code = code
        self.out = out.decode()
        self.err = err.decode()
        lines = self.out.splitlines()
        self.fields = dict(x.split("=", 1) for x in lines if "=" in x)
        self.token = lines[0] if code == 0 and lines else None

    def __repr__(self):
        return "<exit %d: %r, stderr %r>" % (self.code, self.out, self.err)


class Helper:
    """smtp-oauth2 beside the plugin, with a configuration and a state folder
    of its own."""

    def __init__(self, plugin, folder, ca, server):
        self.path = str(pathlib.Path(plugin.path).parent / "smtp-oauth2")
        assert os.access(self.path, os.X_OK), self.path
        self.plugin = plugin
        self.ca = ca
        self.server = server
        self.config_home = folder / "config"
        self.ini = self.config_home / "check_smtp_auth" / "oauth2.ini"
        self.ini.parent.mkdir(parents=True)
        self.state = folder / "state"
        self.state.mkdir(mode=0o700)
        self.secret_file = folder / "client-secret"
        self.secret_file.write_text(SECRET + "\n")
        self.sections = {}
        self.hidden = [SECRET]
        self.env = {"XDG_CONFIG_HOME": str(self.config_home),
                    "STATE_DIRECTORY": str(self.state)}

    def account(self, name, **keys):
        """A section of oauth2.ini.  A key with an underscore is one with a
        dash; None leaves it out."""
        section = {"provider": "custom", "flow": "code",
                   "client-id": CLIENT, "user": "alice@example.org",
                   "token-url": self.server.url, "ca-file": self.ca.ca,
                   "timeout": "10"}
        section.update({k.replace("_", "-"): v for k, v in keys.items()})
        self.sections[name] = section
        self.ini.write_text("".join(
            "[%s]\n%s\n" % (n, "".join("%s = %s\n" % x for x in s.items()
                                       if x[1] is not None))
            for n, s in self.sections.items()))

    def signed_in(self, name="alice", **keys):
        """An account with a refresh token and no access token."""
        self.account(name, **keys)
        token = self.server.sign_in()
        self.hidden.append(token)
        self.write(name, refresh_token=token,
                   token_url=self.sections[name]["token-url"],
                   client_id=self.sections[name]["client-id"],
                   signed_in_at=int(time.time()))
        return token

    def file(self, name, ext):
        return self.state / ("%s.%s" % (name, ext))

    def record(self, name="alice"):
        return json.loads(self.file(name, "json").read_text())

    def write(self, name="alice", **record):
        path = self.file(name, "json")
        path.write_text(json.dumps(record))
        path.chmod(0o600)

    def forget_wait(self, name="alice"):
        """As if the time were over that has to be waited."""
        record = self.record(name)
        record["last_error"]["retry_at"] = 0
        self.write(name, **record)

    def keep_token(self, name="alice", token="kept-ABCDEFGH", left=3600,
                   renew_in=None, age=0):
        now = int(time.time())
        path = self.file(name, "token")
        path.write_text(
            "%s\nobtained_at=%d\nexpires_at=%d\nrenew_at=%d\n" % (
                token, now - age, now + left,
                now + (left - 300 if renew_in is None else renew_in)))
        path.chmod(0o600)

    def start(self, *args, env=None, wrapper=(), **more):
        return subprocess.Popen(
            [*wrapper, self.path, *map(str, args)], stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE, stderr=subprocess.PIPE,
            env=self.plugin.environment({**self.env, **(env or {})}), **more)

    def finish(self, process, timeout=60):
        out, err = process.communicate(timeout=timeout)
        run = Run(process.returncode, out, err)
        self.look_for_secrets(run)
        return run

    def run(self, *args, **more):
        run = self.finish(self.start(*args, **more))
        assert run.code in NAMES or args[0] == "status", run
        return run

    def look_for_secrets(self, run):
        """But for the access token that was asked for."""
        with self.server.lock:
            hidden = [*self.hidden, *self.server.refresh]
        for secret in hidden:
            for needle in needles(secret):
                assert needle not in run.out.encode(), run
                assert needle not in run.err.encode(), run
        if run.code != 0:
            assert not re.search(r"access-\d+-", run.out + run.err), run


# The fixtures: who imports them has them.

@pytest.fixture
def provider(ca):
    server = TokenServer(ca.context())
    yield server
    server.close()


@pytest.fixture
def helper(plugin, tmp_path, ca, provider):
    return Helper(plugin, tmp_path, ca, provider)
