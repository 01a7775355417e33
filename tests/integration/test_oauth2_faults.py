"""Every call of smtp-oauth2's that can fail fails once, as test_faults.py has
it for the plugin: never is a refresh token lost without a word, never is lack
of memory called something else, never does it crash, hang or show a secret.
The binary is the variant "faults"."""

import errno
import json
import os
import re
import subprocess
import threading
import urllib.parse

import pytest

import oauth2
from conftest import USER
from oauth2 import CLIENT, helper, provider  # noqa: F401 (fixtures)
from test_faults import MEMORY as OWN_MEMORY
from token_server import SECRET

pytestmark = pytest.mark.long

MEMORY = OWN_MEMORY | {"asprintf", "curl", "json"}
STEPS = {"library": 41, "curl": 3, "json": 1}
NO_MEMORY = "out of memory|Cannot allocate memory|no memory|Out of memory"
DEFAULT = [errno.ENOMEM]
ERRORS = {
    "read": [errno.EIO, errno.EINTR],
    "write": [errno.ENOSPC, errno.EINTR],
    "open": [errno.EMFILE],
    "openat": [errno.EMFILE],
    "fsync": [errno.EIO],
    "ftruncate": [errno.EIO],
    "renameat": [errno.EIO],
    "rename": [errno.EIO],
    "unlinkat": [errno.EIO],
    "fstat": [errno.EIO],
    "flock": [errno.ENOLCK, errno.EINTR],
    "fork": [errno.EAGAIN],
    "pipe2": [errno.EMFILE],
    "poll": [errno.EINTR],
    "waitpid": [errno.EINTR],
}
CODE = b"c0de-0123456789"
# What any answer may say that is about this machine alone.
HERE = {"local", "temporary", "usage"}


def environment(leaks=True, **more):
    options = os.environ.get("ASAN_OPTIONS", "exitcode=99")
    if not leaks:  # what a library loses then is not ours
        options += ":detect_leaks=0"
    return {"ASAN_OPTIONS": options, **more}


def calls(log):
    """function -> how often it is called, by the process or its child."""
    out = {}
    for path in (log, log.with_name(log.name + ".child")):
        if path.exists():
            for line in path.read_text().splitlines():
                name, number = line.split()
                out[name] = max(out.get(name, 0), int(number))
    return out


def plans(counted, functions=None):
    """Each function, call and errno that there is to fail."""
    for function, often in counted.items():
        if functions is None or function in functions:
            for n in range(1, often + 1, STEPS.get(function, 1)):
                for error in ERRORS.get(function, DEFAULT):
                    yield "%s:%d:%d" % (function, n, error)


def in_memory(plan):
    return plan.split(":")[0] in MEMORY


class Findings:
    """What was wrong, told together."""

    def __init__(self):
        self.found = []
        self.total = 0

    def see(self, right, *what):
        if not right:
            self.found.append(" ".join(map(str, what)))

    def done(self, least):
        assert not self.found, "%d of %d:\n%s" % (
            len(self.found), self.total, "\n".join(self.found[:25]))
        assert self.total >= least, self.total


def judge_words(findings, plan, run):
    """What a failed run says is about this machine, and of lack of memory it
    says that."""
    if run.code == 0:
        return
    cls = run.fields.get("class")
    # Where stdout itself is broken there is only the exit code.
    if cls is None:
        findings.see(plan.startswith(("write", "malloc", "calloc")), plan, run)
        return
    findings.see(cls in HERE, plan, run)
    if in_memory(plan):
        findings.see(re.search(NO_MEMORY, run.out), plan, run)


def judge_account(findings, plan, helper, run):
    """The account lives; or the answer is lost, and the next says so."""
    path = helper.file("alice", "json")
    record = json.loads(path.read_text())
    if "last_error" in record:
        helper.forget_wait()
    after = helper.run("token", "alice", env=environment())
    findings.see(after.code == 0 or "was lost (" in after.out, plan, run,
                 after)
    left = {p.name for p in helper.state.iterdir()}
    findings.see(left <= {"alice.json", "alice.lock", "alice.token"}, plan,
                 left)
    return after.code == 0


# renew ----------------------------------------------------------------------

def run_token(helper, **env):
    helper.signed_in()
    helper.file("alice", "token").unlink(missing_ok=True)
    return helper.run("token", "alice", env=environment(**env))


@pytest.fixture
def counted(helper, tmp_path):
    log = tmp_path / "calls"
    assert run_token(helper, FAULT_LOG=str(log)).code == 0
    return calls(log)


def renewals(helper, counted, functions, least):
    findings = Findings()
    lived = 0
    for plan in plans(counted, functions):
        findings.total += 1
        run = run_token(helper, FAULT=plan, leaks=not plan.startswith(
            ("library", "curl", "json")))
        judge_words(findings, plan, run)
        lived += judge_account(findings, plan, helper, run)
    findings.done(least)
    # One failing call is no reason to lose what came.
    assert lived > findings.total * 0.9


def test_token_without_memory(helper, counted):
    renewals(helper, counted, MEMORY - {"library", "curl"}, 100)


def test_token_and_calls_that_fail(helper, counted):
    renewals(helper, counted, set(counted) - MEMORY, 40)


@pytest.mark.parametrize("library", ["curl", "library"])
def test_token_and_allocations_of_the_libraries(helper, counted, library):
    renewals(helper, counted, {library}, 20)


# The application's own credential -------------------------------------------

def client_by(helper, provider, ca, how):
    if how == "secret":
        helper.account("app", flow="client", client_auth="basic",
                       client_secret_from="file:%s" % helper.secret_file)
    else:
        helper.account("app", flow="client", certificate=ca.good.cert_file,
                       key=ca.good.key_file)
    granted = {"access_token": "access-1-ABCDEFGHIJKLMNOP",
               "expires_in": 3600}
    provider.grant = lambda handler, form: (
        (200, dict(granted)) if "client_assertion" in form
        or provider.basic[-1:] == [(CLIENT, SECRET)]
        else (401, {"error": "invalid_client"}))


@pytest.mark.parametrize("how", ["secret", "certificate"])
def test_application_without_memory(helper, provider, ca, tmp_path, how):
    client_by(helper, provider, ca, how)
    log = tmp_path / "calls"
    assert helper.run("token", "app",
                      env=environment(FAULT_LOG=str(log))).code == 0
    findings = Findings()
    for plan in plans(calls(log), MEMORY - {"curl"}):
        findings.total += 1
        for path in helper.state.iterdir():
            path.unlink()
        run = helper.run("token", "app", env=environment(
            leaks=not plan.startswith("library"), FAULT=plan))
        judge_words(findings, plan, run)
    findings.done(100)


# status ---------------------------------------------------------------------

@pytest.mark.parametrize("form", [[], ["--json"]], ids=["text", "json"])
def test_status(helper, provider, tmp_path, form):
    """What it says, or that it cannot say it."""
    helper.signed_in("anna")
    helper.signed_in("bert")
    helper.keep_token("anna")
    log = tmp_path / "calls"
    clean = helper.run("status", *form, env=environment(FAULT_LOG=str(log)))
    findings = Findings()
    for plan in plans(calls(log)):
        findings.total += 1
        run = helper.run("status", *form, env=environment(FAULT=plan))
        if run.out == clean.out:
            findings.see(run.code in (clean.code, 78), plan, run)
            continue
        findings.see(run.code in (2, 3, 78), plan, run)
        if in_memory(plan):
            findings.see(re.search(NO_MEMORY, run.out + run.err), plan, run)
    findings.done(60)


# setup ----------------------------------------------------------------------

class Person:
    """Who signs in: pastes the address that the browser would end at."""

    def __init__(self, helper, provider, mail):
        self.helper = helper
        self.provider = provider
        self.mail = mail
        real = provider.grant

        def grant(handler, form):
            if form.get("grant_type") != "authorization_code":
                return real(handler, form)
            assert form["code_verifier"]
            return 200, {"access_token": "access-0-ABCDEFGHIJKLMNOP",
                         "expires_in": 3600,
                         "refresh_token": provider.sign_in()}

        provider.grant = grant

    def arguments(self):
        url = self.provider.url
        return ["setup", "alice", "--provider=custom", "--flow=code",
                "--client-id=" + CLIENT, "--user=" + USER,
                "--config=%s" % self.helper.ini,
                "--token-url=" + url, "--auth-url=" + url + "/auth",
                "--ca-file=" + self.helper.ca.ca, "--host=localhost",
                "--port=%d" % self.mail.port]

    def run(self, **env):
        for path in self.helper.state.iterdir():
            path.unlink()
        self.helper.ini.unlink(missing_ok=True)
        self.helper.ini.with_name(".tmp").unlink(missing_ok=True)
        process = subprocess.Popen(
            [self.helper.path, *self.arguments()], stdin=subprocess.PIPE,
            stdout=subprocess.PIPE, stderr=subprocess.PIPE,
            env=self.helper.plugin.environment(
                {**self.helper.env, "SSL_CERT_FILE": self.helper.ca.ca,
                 **environment(**env)}))
        guard = threading.Timer(60, process.kill)
        guard.start()
        said = b""
        for line in process.stdout:
            said += line
            found = re.search(rb"redirect_uri=(\S+?)&.*state=([^&\s]+)", line)
            if found:
                to = urllib.parse.unquote_to_bytes(found.group(1))
                try:
                    # Twice: once there may be no memory for it.
                    process.stdin.write(2 * (b"%s?code=%s&state=%s\n" % (
                        to, CODE, found.group(2))))
                    process.stdin.flush()
                except BrokenPipeError:
                    pass
        try:
            process.stdin.close()
        except BrokenPipeError:
            pass
        err = process.stderr.read()
        process.wait()
        guard.cancel()
        run = oauth2.Run(process.returncode, said, err)
        assert run.code in oauth2.NAMES, run
        self.helper.look_for_secrets(run)
        return run


@pytest.fixture
def person(helper, provider, mail):
    server = mail(mechs="XOAUTH2 OAUTHBEARER", auth="235 2.7.0 Welcome")
    helper.hidden.append(CODE.decode())
    return Person(helper, provider, server)


@pytest.mark.parametrize("what", ["memory", "calls"])
def test_setup(person, tmp_path, what):
    log = tmp_path / "calls"
    clean = person.run(FAULT_LOG=str(log))
    assert clean.code == 0, clean
    counted = calls(log)
    some = MEMORY - {"library", "curl"} if what == "memory" else (
        set(counted) - MEMORY)
    findings = Findings()
    for plan in plans(counted, some):
        findings.total += 1
        run = person.run(FAULT=plan, leaks=not plan.startswith("json"))
        judge_words(findings, plan, run)
        ini = person.helper.ini
        if run.code == 0:
            findings.see("alice is ready" in run.out, plan, run)
            findings.see(person.helper.file("alice", "json").exists(), plan)
        elif ini.exists():  # whole, or not there
            findings.see(ini.read_text().endswith("port = %d\n" %
                                                  person.mail.port), plan)
    findings.done(100 if what == "memory" else 30)
