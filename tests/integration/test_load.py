"""Five hundred checks at once, all of them connected before the first one is
greeted: each gives the answer of its own account, and they share nothing."""

import base64
import re
import resource
import threading

import pytest

import schema
from conftest import HOST

pytestmark = pytest.mark.long

CHECKS = 500
PATIENCE = 110  # seconds; a little less than the checks have
MECHANISMS = ("PLAIN", "LOGIN", "XOAUTH2", "OAUTHBEARER")


class Check:
    """One of them.  Every third has a wrong secret, every third of another
    division a file of its own, and every third the file of all."""

    def __init__(self, number, folder):
        self.mechanism = MECHANISMS[number % len(MECHANISMS)]
        self.user = "user%03d@example.org" % number
        self.probe = "probe%03d.example.org" % number
        self.secret = "%03d-secret-of-%03d" % (number, CHECKS - number)
        self.right = number % 3 != 0
        self.sent = None
        self.page = [None, folder / ("page%03d" % number),
                     folder / "page"][number // 3 % 3]

    def args(self):
        kind = ("--token-from" if "AUTH" in self.mechanism
                else "--password-from")
        return ["-U", self.user, "-F", self.probe, "-A", self.mechanism,
                "%s=env:WORD" % kind, "-t", "120", "-v",
                *(["--output-file=%s" % self.page,
                   "--output-format=json"] if self.page else [])]

    def says(self, message):
        """Whether message is the right answer to this check."""
        wanted = ("%s logged in with %s" % (self.user, self.mechanism)
                  if self.right else "login of %s rejected" % self.user)
        named = set(re.findall(r"user\d+@example.org", message))
        return wanted in message and named == {self.user}


class Post:
    """What the server does beside Mail: hold back the greeting until all
    have come, and know every account."""

    def __init__(self, checks):
        self.accounts = {c.user: c for c in checks}
        self.gathered = threading.Barrier(len(checks))

    def greet(self, conn):
        self.gathered.wait(PATIENCE)
        conn.send("220 mail.example.org ESMTP")

    def auth(self, conn):
        _, mechanism, *initial = conn.transcript()[-1].split(" ")
        user, secret = self.credentials(conn, mechanism, initial)
        check = self.accounts[user]
        assert check.sent is None, user + " came twice"
        assert check.mechanism == mechanism
        check.sent = secret
        assert "EHLO " + check.probe in conn.transcript()
        conn.send("235 2.7.0 Welcome " + user if check.right else
                  "535 5.7.8 Not you, " + user)
        assert conn.line() == "QUIT"
        conn.send("221 2.0.0 Bye")

    @staticmethod
    def credentials(conn, mechanism, initial):
        def decode(text):
            return base64.b64decode(text).decode()

        if mechanism == "LOGIN":
            conn.send("334 VXNlcm5hbWU6")
            user = decode(conn.line())
            conn.send("334 UGFzc3dvcmQ6")
            return user, decode(conn.line())
        response = decode(initial[0])
        if mechanism == "PLAIN":
            return response.split("\0")[1:]
        return re.search(r"(?:a|user)=([^\x01,]*)[\x01,].*"
                         r"auth=Bearer ([^\x01]*)\x01", response,
                         re.DOTALL).groups()


@pytest.fixture
def many_descriptors():
    """Two pipes and a connection for each check."""
    before = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE,
                       (max(before[0], 8 * CHECKS), before[1]))
    yield
    resource.setrlimit(resource.RLIMIT_NOFILE, before)


@pytest.mark.parametrize("tls", ["starttls", "implicit"])
def test_load(plugin, mail, ca, many_descriptors, tmp_path, tls):
    folder = tmp_path / "pages"
    folder.mkdir()
    checks = [Check(n, folder) for n in range(CHECKS)]
    post = Post(checks)
    server = mail(tls=tls, greeting=post.greet, auth=post.auth,
                  mechs=" ".join(MECHANISMS))
    for check in checks:
        plugin.secret(check.secret)
    processes = [plugin.start(*server.args, *c.args(), env={"WORD": c.secret})
                 for c in checks]
    results = [plugin.finish(p, timeout=130) for p in processes]
    server.done()
    for check, result in zip(checks, results):
        assert check.sent == check.secret
        assert result.state == ("OK" if check.right else "CRITICAL"), result
        assert check.says(result.message), (check.user, result)
        if check.page is not None and check.page.name != "page":
            data = schema.read(check.page.read_text())
            assert data["user"] == check.user and data["host"] == HOST
            assert data["exit_code"] == result.exit_code
            assert check.says(data["message"]), (check.user, data)
    look_at_common_page(folder / "page", checks)
    # Nothing else is left behind.
    assert {f for f in folder.iterdir()} == {
        c.page for c in checks if c.page is not None}


def look_at_common_page(page, checks):
    """One answer, whole, of one of those that write it."""
    data = schema.read(page.read_text())
    writers = {c.user: c for c in checks if c.page == page}
    assert writers[data["user"]].says(data["message"]), data
