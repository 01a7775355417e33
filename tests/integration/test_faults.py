"""Every call that can fail fails once: the n-th allocation, socket, read and
so on, for every n of the program's own calls, and a sample of the libraries'
allocations.  The binary is the variant "faults": tests/faults/faults.c makes
the calls fail, AddressSanitizer and LeakSanitizer look on."""

import errno
import json
import os
import re

import jwt
import pytest

from conftest import HOST, PASSWORD, PROBE, USER
from dns_server import Name

pytestmark = pytest.mark.long

LIBRARY_STEP = 37
PARTS = 2  # run side by side
ERRORS = {
    "connect": [errno.ENETUNREACH, errno.EINTR],
    "recv": [errno.EIO, errno.EINTR, errno.EAGAIN],
    "send": [errno.EPIPE, errno.EINTR, errno.EAGAIN],
    "read": [errno.EIO, errno.EINTR, errno.EAGAIN],
    "write": [errno.EIO, errno.EINTR],
    "poll": [errno.ENOMEM, errno.EINTR],
    "open": [errno.EMFILE, errno.EINTR],
    "socket": [errno.EMFILE],
    "pipe2": [errno.EMFILE],
    "fork": [errno.EAGAIN],
    "clock_gettime": [errno.EINVAL],
}
DEFAULT = [errno.ENOMEM]
MEMORY = {"malloc", "calloc", "realloc", "strdup", "strndup", "library"}


def over_dns(mail, dns, ca, tmp_path):
    server = mail()
    names = dns({HOST: Name(a=["127.0.0.1"])})
    return ["-H", HOST, "-p", server.port, "-F", PROBE, "--ca-file", ca.ca,
            "--resolver=" + names.address, "-U", USER,
            "--password-from=cmd:printf %s \"$WORD\"", "-vvv"]


def with_all(mail, dns, ca, tmp_path):
    server = mail(tls="implicit", proxy=True)
    ini = tmp_path / "extra.ini"
    ini.write_text("[check_smtp_auth]\nauthpass=%s\nwarning=auth=3\n" %
                   PASSWORD)
    return ["-H", HOST, "-I", "127.0.0.1", "-p", server.port, "-rs",
            "--ca-path", ca.ca_dir, "-U", USER, "--extra-opts=@%s" % ini,
            "-f", USER, "--rcpt", USER, "-C", "NOOP", "-R", "^250",
            "--require-extension=SIZE", "--output-format=json", "-D", "30,14"]


def rejected(mail, dns, ca, tmp_path):
    server = mail(auth=["334 ", "535-5.7.8 no\r\n535 5.7.8 really not"],
                  mechs="XOAUTH2")
    secret = tmp_path / "token"
    secret.write_text(jwt.encode({"exp": 1, "sub": PASSWORD}, "key", "HS256"))
    return ["-H", HOST, "-I", "127.0.0.1", "-p", server.port, "-F", PROBE,
            "--ca-file", ca.ca, "-U", USER, "--token-from=file:%s" % secret]


def untrusted(mail, dns, ca, tmp_path):
    server = mail(pair=ca.all_wrong)
    return [*server.login, "-vvv"]


def plain(mail, dns, ca, tmp_path):
    return mail().login


def refused(mail, dns, ca, tmp_path):
    return ["-H", "localhost", "-p", "1", "-U", USER, "-P", PASSWORD]


def remembered(mail, dns, ca, tmp_path):
    """With files of state that are there, and change."""
    server = mail(auth="535 5.7.8 no")
    state = tmp_path / "state"
    state.mkdir(mode=0o700)
    return [*server.login, "--guard=1/3600", "--baseline",
            "--state-dir=%s" % state]


def batch(mail, dns, ca, tmp_path):
    server = mail()
    names = dns({HOST: Name(a=["127.0.0.1"])})
    word = tmp_path / "word"
    word.write_text(PASSWORD)
    page = tmp_path / "batch.ini"
    page.write_text(
        "[check_smtp_auth]\nhostname=%s\nport=%d\nca-file=%s\nfqdn=%s\n"
        "authuser=%s\n[one]\npassword-from=file:%s\n"
        "[two]\npassword-from=cmd:cat %s\n" %
        (HOST, server.port, ca.ca, PROBE, USER, word, word))
    return ["--batch=%s" % page, "--resolver=" + names.address, "-v"]


SCENARIOS = [remembered, batch, over_dns, with_all, rejected, untrusted, refused]


@pytest.fixture
def scenario(request, mail, dns, ca, tmp_path):
    return request.param(mail, dns, ca, tmp_path)


class Counted(dict):
    """function -> how often it is called when nothing fails; and what the
    check says then."""

    def __init__(self, result, log):
        super().__init__(calls(log))
        self.said = said(result)


def counts(plugin, args, tmp_path):
    log = tmp_path / "calls"
    plugin.run(*args, env=environment())  # what is kept is there then
    return Counted(plugin.run(*args, env=environment(FAULT_LOG=str(log))), log)


def said(result):
    """State and sentence, without the times."""
    if result.text.startswith("{"):  # the last word of all may be text
        data = json.loads(result.text)
        state, message = data["state"], data["message"]
    else:
        state, _, message = result.first_line.partition(": ")
        state = state.rpartition(" ")[2]
        message = message.partition(" | ")[0]
    return state, re.sub(r"\d+(\.\d+)? m?s\b", "TIME", message)


def misjudged(result, clean):
    """Lack of memory changes nothing, or is what the check says: it is never
    taken for something that the server did."""
    state, sentence = said(result)
    # Nor is anything shown that was not looked at; and the guard may step
    # aside, which is one refusal more.
    if "[withheld" in sentence or "535" in sentence:
        sentence = clean[1]
    return (state, sentence) != clean and not (
        state == "UNKNOWN" and
        re.search("out of memory|Cannot allocate memory", sentence))


class Blame:
    """What was misjudged, told together."""

    def __init__(self, clean):
        self.clean = clean
        self.found = []

    def look(self, result, function, n):
        if misjudged(result, self.clean):
            self.found.append("%s:%d: %s" % (function, n, result.first_line))

    def done(self):
        assert not self.found, "%d:\n%s" % (len(self.found),
                                            "\n".join(self.found[:20]))


def calls(log):
    return {name: int(n) for name, n in
            (line.split() for line in log.read_text().splitlines())}


def environment(**more):
    return {"WORD": PASSWORD, **more}


def fail(plugin, args, function, n, error, leaks=True):
    options = os.environ.get("ASAN_OPTIONS", "")
    if not leaks:  # what a library loses then is not ours
        options += ":detect_leaks=0"
    plan = "%s:%d:%d" % (function, n, error)
    process = plugin.start(*args, "-t", "5", env=environment(
        FAULT=plan, ASAN_OPTIONS=options))
    # Where stdout itself is broken there is only the exit code.
    if function == "write" and error == errno.EIO:
        process.mute = "perhaps"
    try:
        return plugin.finish(process)
    except AssertionError as e:
        raise AssertionError("FAULT=%s: %s" % (plan, e)) from None


@pytest.mark.parametrize("scenario", SCENARIOS, indirect=True,
                         ids=lambda s: s.__name__)
def test_own_calls(plugin, scenario, tmp_path):
    total = 0
    clean = counts(plugin, scenario, tmp_path)
    blame = Blame(clean.said)
    for function, often in clean.items():
        if function == "library":
            continue
        for n in range(1, often + 1):
            for error in ERRORS.get(function, DEFAULT):
                result = fail(plugin, scenario, function, n, error)
                if function in MEMORY:
                    blame.look(result, function, n)
                total += 1
    blame.done()
    assert total > 50


@pytest.mark.parametrize("scenario", SCENARIOS, indirect=True,
                         ids=lambda s: s.__name__)
def test_allocations_of_the_libraries(plugin, scenario, tmp_path):
    clean = counts(plugin, scenario, tmp_path)
    assert clean["library"] > 50
    blame = Blame(clean.said)
    for n in range(1, clean["library"] + 1, LIBRARY_STEP):
        blame.look(fail(plugin, scenario, "library", n, errno.ENOMEM,
                        leaks=False), "library", n)
    blame.done()


@pytest.mark.parametrize("part", range(PARTS))
@pytest.mark.parametrize("scenario", [plain], indirect=True, ids=["plain"])
def test_every_other_allocation_of_the_libraries(plugin, scenario, part,
                                                 tmp_path):
    clean = counts(plugin, scenario, tmp_path)
    assert clean["library"] > 1000
    blame = Blame(clean.said)
    for n in range(1 + 2 * part, clean["library"] + 1, 2 * PARTS):
        blame.look(fail(plugin, scenario, "library", n, errno.ENOMEM,
                        leaks=False), "library", n)
    blame.done()


@pytest.mark.parametrize("scenario", SCENARIOS, indirect=True,
                         ids=lambda s: s.__name__)
def test_sigterm_at_any_moment(plugin, scenario, tmp_path):
    """One answer and exit 3; or the check's own, once it is being written.  A
    batch that is interrupted comes to its end in good order, and once all its
    checks are done it writes what came of them."""
    log = tmp_path / "calls"
    total = 0
    in_order = any("--batch" in str(word) for word in scenario)
    clean = counts(plugin, scenario, tmp_path)
    for function, often in clean.items():
        # The first call of all is the one that catches SIGTERM.
        for n in range(2 if function == "sigaction" else 1, often + 1,
                       LIBRARY_STEP if function == "library" else 1):
            log.unlink(missing_ok=True)
            process = plugin.start(*scenario, env=environment(
                FAULT="%s:%d:0" % (function, n), FAULT_LOG=str(log)))
            try:
                result = plugin.finish(process)
            except AssertionError as e:
                raise AssertionError("%s %d: %s" % (function, n, e)) from None
            # It came to its end.
            if log.exists() and not (in_order and "SIGTERM" in result.text):
                assert (function == "write" or calls(log)[function] < n or
                        in_order and said(result) == clean.said and
                        n > often * 0.6), (function, n, often, result)
            else:
                assert result.exit_code == 3, (function, n, result)
                assert "SIGTERM" in result.text, (function, n, result)
            total += 1
    assert total > 100
