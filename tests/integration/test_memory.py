"""What is left of a secret in the memory of the process that used it: the
one buffer that it was read into, in pages that are locked and no part of a
core file; of the forms that the censor looks for only short pieces are kept.
Needs root: the process cannot be read by its own user."""

import base64
import hmac
import os
import re
import subprocess

import pytest

import scram
from conftest import USER, plain

SECRET = "s3cret of a long memory"
TOKEN = "ya29.a-token~with/a.long+memory"
PAGE = os.sysconf("SC_PAGESIZE")

# AddressSanitizer keeps the environment and what was freed.
pytestmark = pytest.mark.not_under_asan


class Mapping:
    def __init__(self, line, flags):
        match = re.match(r"([0-9a-f]+)-([0-9a-f]+) (\S+) \S+ \S+ \S+ *(.*)",
                         line)
        self.start, self.end = (int(match.group(i), 16) for i in (1, 2))
        self.readable = "r" in match.group(3)
        self.name = match.group(4) or "anonymous"
        self.flags = flags

    @property
    def guarded(self):
        """No part of a core file, and nothing else lives in it: a page or
        two.  Whether it is locked is for the limits to say."""
        return "dd" in self.flags and self.end - self.start <= 2 * PAGE


def mappings(pid):
    line = None
    with open("/proc/%d/smaps" % pid, encoding="utf-8") as f:
        for text in f:
            if re.match(r"[0-9a-f]+-[0-9a-f]+ ", text):
                line = text.rstrip("\n")
            elif text.startswith("VmFlags:"):
                yield Mapping(line, set(text.split()[1:]))


def copies(pid, needle):
    """Where needle stands in the memory of the process."""
    found = []
    with open("/proc/%d/mem" % pid, "rb", buffering=0) as memory:
        for m in mappings(pid):
            if not m.readable or m.name in ("[vvar]", "[vsyscall]"):
                continue
            data = read_all(memory, m.start, m.end - m.start)
            at = data.find(needle)
            while at != -1:
                found.append(m)
                at = data.find(needle, at + 1)
    return found


def read_all(memory, start, size):
    memory.seek(start)
    out = b""
    while len(out) < size:
        try:
            block = memory.read(size - len(out))
        except OSError:  # a page that was never there
            break
        if not block:
            break
        out += block
    return out


def tell(found):
    return ["%s %x-%x" % (m.name, m.start, m.end) for m in found]


def inner(data, shift):
    """The base64 of data behind shift other bytes, without the ends that
    depend on what else is there."""
    text = base64.b64encode(b"\0" * shift + data)
    return text[(shift * 8 + 5) // 6:(shift + len(data)) * 8 // 6]


def check(process, secret, sent):
    """secret is held as described above; sent are the forms in which it was
    sent, which are no more."""
    data = secret.encode()
    raw = copies(process.pid, data)
    assert len(raw) == 1 and raw[0].guarded, "raw: %s" % tell(raw)
    squeezed = data.replace(b" ", b"")
    if squeezed != data:
        found = copies(process.pid, squeezed)
        assert not found, tell(found)
    for shift in range(3):
        found = copies(process.pid, inner(data, shift))
        assert not found, "base64, %d before: %s" % (shift, tell(found))
    for form in sent:
        assert not copies(process.pid, form), form


@pytest.fixture
def held(plugin, mail):
    """held(stall, *args, ...) runs the plugin until the server stalls, yields
    the process, and ends it."""
    started = []

    def start(point, *args, secret=SECRET, mechs="PLAIN", deliver=None,
              tls="starttls", handler=None, **more):
        plugin.secret(secret)
        options = {"stall": point} if point != "AUTH" else {
            "auth": lambda conn: conn.stall()}
        if handler is not None:
            options["auth"] = handler
        server = mail(mechs=mechs, tls=tls, **options)
        process = plugin.start(
            *server.args, "-U", USER, "-f", USER, "-t", "60", *args,
            **more)
        if deliver is not None:
            process.stdin.write(deliver)
            process.stdin.close()
            process.stdin = None
        started.append(process)
        server.wait_for("stalled")
        return process

    yield start
    for process in started:
        process.terminate()
        plugin.finish(process)


def sasl_plain(secret):
    return ["\0{}\0{}".format(USER, secret).encode(),
            plain(USER, secret).encode()]


SOURCES = ["-P", "pass", "file", "env", "cmd", "stdin", "fd", "cred", "ini"]


@pytest.mark.parametrize("point", ["AUTH", "MAIL"])
@pytest.mark.parametrize("source", SOURCES)
def test_password(held, tmp_path, source, point):
    path = tmp_path / "secret"
    path.write_text(SECRET + "\n")
    path.chmod(0o600)
    ini = tmp_path / "plugins.ini"
    ini.write_text("[check_smtp_auth]\nauthpass=%s\n" % SECRET)
    ini.chmod(0o600)
    out, into = os.pipe()
    os.write(into, (SECRET + "\n").encode())
    os.close(into)
    args = {"-P": ["-P", SECRET],
            "pass": ["--password-from=pass:" + SECRET],
            "ini": ["--extra-opts=@%s" % ini],
            "env": ["--password-from=env:MY_PW"],
            "cmd": ["--password-from=cmd:cat %s" % path],
            "cred": ["--password-from=cred:secret"],
            "fd": ["--password-from=fd:%d" % out],
            "file": ["--password-from=file:%s" % path],
            "stdin": ["--password-from=stdin"]}[source]
    more = {}
    if source == "stdin":
        more = {"stdin": subprocess.PIPE,
                "deliver": (SECRET + "\n").encode()}
    try:
        process = held(point, *args, pass_fds=[out], **more,
                       env={"MY_PW": SECRET} if source == "env" else
                       {"CREDENTIALS_DIRECTORY": str(tmp_path)})
        check(process, SECRET, sasl_plain(SECRET))
    finally:
        os.close(out)


@pytest.mark.parametrize("point", ["response", "MAIL"])
def test_login(held, point):
    process = held(point, "-P", SECRET, mechs="LOGIN")
    # It is sent after the second prompt alone.
    check(process, SECRET,
          [] if point == "response" else
          [base64.b64encode(SECRET.encode()) + b"\r\n"])


@pytest.mark.parametrize("mech, form", [
    ("XOAUTH2", "user=%s\1auth=Bearer %s\1\1"),
    ("OAUTHBEARER", "\1auth=Bearer %.0s%s\1\1")])
@pytest.mark.parametrize("point", ["AUTH", "MAIL"])
def test_token(held, tmp_path, mech, form, point):
    path = tmp_path / "token"
    path.write_text(TOKEN)
    path.chmod(0o600)
    process = held(point, "--token-from=file:%s" % path, mechs=mech,
                   secret=TOKEN)
    check(process, TOKEN, [(form % (USER, TOKEN)).encode()])


@pytest.mark.parametrize("verbose", ["-v", "-vv", "-vvv"])
def test_verbose(held, verbose):
    process = held("MAIL", "-P", SECRET, verbose)
    check(process, SECRET, sasl_plain(SECRET))


def test_in_the_clear(held):
    process = held("MAIL", "-P", SECRET, "--no-tls", "--allow-cleartext",
                   tls="none")
    check(process, SECRET, sasl_plain(SECRET))


def test_before_it_is_sent(held):
    process = held("EHLO", "-P", SECRET)
    check(process, SECRET, sasl_plain(SECRET))


def test_no_new_privileges(held):
    """Whatever it could still be made to run gains nothing."""
    process = held("greeting", "-P", SECRET)
    with open("/proc/%d/status" % process.pid, encoding="utf-8") as f:
        assert "NoNewPrivs:\t1\n" in f.read()


def test_command_may_gain_privileges(plugin, mail, tmp_path):
    """sudo in a command that prints the secret still works."""
    seen = tmp_path / "seen"
    server = mail()
    result = plugin.run(
        *server.args, "-U", USER, "--password-from=cmd:grep NoNewPrivs "
        "/proc/self/status > %s; echo '%s'" % (seen, SECRET))
    assert result.state == "OK", result
    assert seen.read_text() == "NoNewPrivs:\t0\n"


SALT = b"a salt of the server's"


@pytest.mark.parametrize("point", ["work", "final", "MAIL"])
@pytest.mark.parametrize("mech", list(scram.HASHES))
def test_scram(held, mech, point):
    """Of what the password leads to, the server's signature alone is needed
    when our proof has been sent, and nothing once the login is over.  In the
    middle of the work there is no more than the derivation's own state."""
    iterations = 1999999 if point == "work" else 4096
    keys = scram.Keys(mech, SECRET, SALT, 1 if point == "work" else 4096)
    signed = []

    def auth(conn):
        message = conn.transcript()[-1].split(" ")[2]
        first = "r=%ssrv,s=%s,i=%d" % (scram.nonce_in(message),
                                       scram.b64(SALT), iterations)
        conn.send("334 " + scram.b64(first))
        if point == "work":
            conn.stall()
        last = base64.b64decode(conn.line()).decode()
        text = ",".join([scram.bare(base64.b64decode(message).decode()),
                         first, last.rsplit(",p=", 1)[0]])
        signed.append(text)
        assert last.endswith(",p=" + keys.proof(text))
        if point == "final":
            conn.stall()
        conn.send("334 " + scram.b64("v=" + keys.signature(text)))
        conn.line()
        conn.send("235 2.7.0 Welcome")
        return False

    process = held("MAIL", "-P", SECRET, mechs=mech, handler=auth)
    gone = [] if point == "work" else [
        keys.salted, keys.client, keys.stored, keys.server,
        base64.b64decode(keys.proof(signed[0])),
        keys.proof(signed[0]).encode()]
    if point == "MAIL":
        gone += [base64.b64decode(keys.signature(signed[0])),
                 keys.signature(signed[0]).encode()]
    check(process, SECRET, gone)


def test_cram_md5(held):
    challenge = b"<1896.697170952@mail.example.org>"

    def auth(conn):
        conn.send("334 " + base64.b64encode(challenge).decode())
        conn.line()
        conn.send("235 2.7.0 Welcome")
        return False

    process = held("MAIL", "-P", SECRET, mechs="CRAM-MD5", handler=auth)
    value = hmac.new(SECRET.encode(), challenge, "md5")
    check(process, SECRET, [value.digest(), value.hexdigest().encode()])
