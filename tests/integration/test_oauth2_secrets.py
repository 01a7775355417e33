"""What setup is told and given is nobody's to see: not in argv, environment,
output, files or core, nor in its memory once it has no more use for it, in
whatever form.  Needs root: the process cannot be read by its own user."""

import os
import re
import subprocess
import urllib.parse

import pytest

from conftest import USER, needles
from oauth2 import CLIENT, helper, provider  # noqa: F401 (fixtures)
from test_memory import copies, tell
from token_server import SECRET

CODE = "c0de/0123+456789=abcdef"
DEVICE_CODE = "dev1ce/0123+456789=abcdef"


def forms(secret):
    """As it is, in base64 at any place and of both alphabets, encoded for a
    form, and backwards."""
    out = needles(secret)
    out += [x.replace(b"+", b"-").replace(b"/", b"_") for x in out[1:]]
    quoted = urllib.parse.quote(secret, safe="").encode()
    return {*out, quoted, quoted.lower(), quoted.replace(b"%20", b"+"),
            secret.encode()[::-1]}


def key_lines(path):
    """The middle of a private key, as it stands there and as octets."""
    with open(path, encoding="ascii") as f:
        lines = f.read().splitlines()[1:-1]
    return [lines[len(lines) // 2], *lines[3:5]]


class Signin:
    """A provider that signs anybody in, and what is secret of that."""

    def __init__(self, helper, provider):
        self.helper = helper
        self.provider = provider
        self.secrets = []
        provider.grant = self.grant

    def grant(self, handler, form):
        if "device_code" not in form and "grant_type" not in form:
            return 200, {"device_code": DEVICE_CODE, "user_code": "AB-CD",
                         "verification_uri": "https://localhost/device",
                         "interval": 1, "expires_in": 60}
        answer = {"access_token": "access-0-ABCDEFGHIJKLMNOP",
                  "expires_in": 3600}
        if form["grant_type"] != "client_credentials":
            answer["refresh_token"] = self.provider.sign_in()
            self.secrets.append(answer["refresh_token"])
        self.secrets += [form[x] for x in ("client_assertion", "code",
                                           "code_verifier", "device_code")
                         if x in form]
        return 200, answer

    def start(self, mail, *args):
        url = self.provider.url
        return subprocess.Popen(
            [self.helper.path, "setup", "alice", "--provider=custom",
             "--client-id=" + CLIENT, "--user=" + USER,
             "--config=%s" % self.helper.ini, "--token-url=" + url,
             "--auth-url=" + url, "--device-url=" + url,
             "--ca-file=" + self.helper.ca.ca, "--host=localhost",
             "--port=%d" % mail.port, *args],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE,
            stderr=subprocess.PIPE, env=self.helper.plugin.environment(
                {**self.helper.env, "SSL_CERT_FILE": self.helper.ca.ca}))


def paste(process):
    """Sign in as the browser would.  Returns what was said until then."""
    said = b""
    for line in process.stdout:
        said += line
        found = re.search(rb"redirect_uri=(\S+?)&.*state=([^&\s]+)", line)
        if found:
            process.stdin.write(b"%s?code=%s&state=%s\n" % (
                urllib.parse.unquote_to_bytes(found.group(1)),
                urllib.parse.quote(CODE, safe="").encode(), found.group(2)))
            process.stdin.flush()
            return said
    raise AssertionError(said)


@pytest.fixture
def signin(helper, provider):
    return Signin(helper, provider)


def children(pid):
    with open("/proc/%d/task/%d/children" % (pid, pid)) as f:
        return [int(x) for x in f.read().split()]


def look_outside(pid, hidden):
    """What anybody, or another of the same user, can read of a process."""
    for name in "cmdline", "environ":
        with open("/proc/%d/%s" % (pid, name), "rb") as f:
            data = f.read()
        for secret in hidden:
            for form in forms(secret):
                assert form not in data, (name, form)
    with open("/proc/%d/limits" % pid) as f:
        assert re.search(r"Max core file size +0 +0 ", f.read())


def look_inside(pid, hidden):
    for secret in hidden:
        for form in forms(secret):
            found = copies(pid, form)
            assert not found, (form, tell(found))


def look_at_files(helper, hidden, kept):
    """kept: what a file is there for, by the end of its name."""
    for folder in (helper.state, helper.ini.parent):
        for path in folder.iterdir():
            data = path.read_bytes()
            assert path.stat().st_mode & 0o077 == 0 or path == helper.ini
            for secret in hidden:
                if secret in kept.get(path.suffix, ()):
                    continue
                for form in forms(secret):
                    assert form not in data, (path, form)


FLOWS = {"code": ["--flow=code"], "device": ["--flow=device"],
         "client": ["--flow=client"], "certificate": ["--flow=client"]}


# AddressSanitizer keeps what was freed.
@pytest.mark.not_under_asan
@pytest.mark.parametrize("flow", FLOWS)
def test_setup(signin, helper, mail, ca, flow):
    """Looked at while it waits for the login, with nothing left to ask."""
    if flow == "certificate":
        how = ["--certificate=" + ca.good.cert_file,
               "--key=" + ca.good.key_file]
        hidden = key_lines(ca.good.key_file)
    else:
        how = ["--client-secret-from=file:%s" % helper.secret_file,
               "--client-auth=" + ("basic" if flow == "code" else "post")]
        hidden = [SECRET]
    server = mail(mechs="XOAUTH2", auth=lambda conn: conn.stall())
    process = signin.start(server, *FLOWS[flow], *how)
    said = paste(process) if flow == "code" else b""
    server.wait_for("stalled")
    hidden += signin.secrets
    try:
        look_inside(process.pid, hidden)
        access = "access-0-ABCDEFGHIJKLMNOP"
        login = children(process.pid)
        assert len(login) == 1
        for pid in [process.pid, *login]:
            look_outside(pid, [*hidden, access])
    finally:
        for pid in children(process.pid):
            os.kill(pid, 9)
        out, err = process.communicate(timeout=60)
    assert process.returncode == 77, (out, err)
    for secret in [*hidden, access]:
        for form in forms(secret):
            assert form not in said + out + err, (form, said + out + err)
    look_at_files(helper, [*hidden, access], {
        ".json": signin.secrets[:1] if flow in ("code", "device") else [],
        ".token": [access]})
    # That something was looked for, and that it was the right thing.
    asked = signin.provider.requests[-1]
    assert {"code": "code_verifier", "device": "device_code",
            "client": "client_secret",
            "certificate": "client_assertion"}[flow] in asked
