"""In the place of check_smtp: both plugins on the same servers, row by row.
Each row says with what code each of them ends, and which deliberate
difference explains it where the codes are not the same.  Of check_smtp there
are two, 2.3 and 2.4, and a row says where they part."""

import base64
import collections
import re
import shlex
import socket
import subprocess

import pytest

from conftest import PASSWORD, USER

CHECK_SMTP = "/usr/lib/nagios/plugins/check_smtp"
OK, WARNING, CRITICAL, UNKNOWN = range(4)
CRASH = 255  # check_smtp's own -1
WRONG = "falsch Pferd 8!"
LOGIN = "-A LOGIN -U {user} -P {password}"

# Why the two differ, each used by a row at least.
DIFFERENCES = {
    "verified": "certificates are verified, the name or address included",
    "cleartext": "with credentials STARTTLS is required; no password goes "
                 "over a connection without TLS or to an unverified server",
    "mechanisms": "any mechanism that is offered, not LOGIN alone, and "
                  "credentials are enough for a login",
    "credentials": "half of what a login needs is a usage error",
    "order": "-f, -C and -R come after the login, and the reply to MAIL "
             "is judged",
    "dns": "a name that cannot be resolved is CRITICAL",
    "unusable": "CRITICAL where nobody could use the service: greeting or "
                "EHLO refused, hung up, no SMTP, STARTTLS refused",
    "days": "-D 30 alerts below 30 days, not at 30",
    "days-and-rest": "-D does not skip the rest of the check",
    "days-alone": "-D alone means STARTTLS, unless the port is 465; "
                  "check_smtp 2.4 expects TLS from the first byte",
    "days-implicit": "-D counts with -s, too",
    "no-host": "a forgotten host must not pass as 127.0.0.1",
    "dropped-options": "check_smtp stops at the first word that is no "
                       "option, and ignores what comes after it",
    "ehlo": "EHLO is said also without -A and -S, so -e finds what it "
            "offers, before TLS and in it",
    "every-response": "every -R is judged, not the last alone",
    "lone-response": "a -R without its -C is a usage error: it would never "
                     "be looked at",
    "bad-regex": "a pattern that is none is a usage error, not a crash",
    "unsendable": "-C sends no command that the reply does not end",
    "newer": "options of check_smtp 2.4 and 3 are known",
    "values": "fractions of a second, ranges, other states, and ports "
              "by name are taken; a port there cannot be, or no timeout, "
              "is a usage error",
    "ini": "in a file there may be blanks before the '=', no '=' behind an "
           "option without a value, values of one-letter options, and an "
           "empty section",
    "short-names": "there are more long options, so some cannot be "
                   "shortened as far, expect not at all",
}

SERVERS = {
    "plain": dict(tls="none", mechs=None),
    "auth": dict(tls="none"),
    "starttls": dict(),
    "implicit": dict(tls="implicit"),
    "expired": dict(pair="expired"),
    "untrusted": dict(pair="stranger"),
    "20-days": dict(days=20),
    "20-days-implicit": dict(days=20, tls="implicit"),
    "silent": dict(tls="none", stall="greeting"),
    "silent-ehlo": dict(tls="none", replies={"EHLO": "stall",
                                             "HELO": "stall"}),
    "silent-handshake": dict(stall="tls"),
    "greeting-421": dict(tls="none", greeting="421 4.3.2 Not now"),
    "greeting-450": dict(tls="none", greeting="450 4.3.2 Not now"),
    "greeting-554": dict(tls="none", greeting="554 5.7.1 Go away"),
    "greeting-250": dict(tls="none", greeting="250 Hello"),
    "greeting-lines": dict(tls="none",
                           greeting=b"220-mail\r\n220-rules\r\n220 ready\r\n"),
    "ssh": dict(tls="none", greeting="SSH-2.0-OpenSSH_9.2"),
    "imap": dict(tls="none", greeting="* OK IMAP4rev1 ready"),
    "hangs-up": dict(tls="none", greeting="close"),
    "hangs-up-at-ehlo": dict(tls="none", replies={"EHLO": "close",
                                                  "HELO": "close"}),
    "no-ehlo": dict(tls="none", replies={"EHLO": "502 5.5.1 What?"}),
    "ehlo-550": dict(tls="none", replies={"EHLO": "550 5.7.1 Go away",
                                          "HELO": "550 5.7.1 Go away"}),
    "starttls-454": dict(replies={"STARTTLS": "454 4.7.0 Not now"}),
    "starttls-lies": dict(replies={"STARTTLS": "lie"}),
    "refuses-mail": dict(tls="none", replies={"MAIL": "550 5.1.8 No"}),
    "rejects": dict(auth="535 5.7.8 No"),
    "rejects-in-clear": dict(tls="none", auth="535 5.7.8 No"),
}


# Replies that are more than words.
def lie(conn):
    """Go ahead, with a handshake that is none."""
    conn.send("220 2.0.0 Go ahead")
    conn.peek()
    conn.clear(b"500 5.5.1 What?\r\n")
    conn.drain()


ACTIONS = {"stall": lambda conn: conn.stall(),
           "close": lambda conn: conn.close(), "lie": lie}

# theirs and why by the version of check_smtp.
Row = collections.namedtuple("Row", "server args theirs ours why")


def row(server, args, theirs, ours=None, why=None, v24=None):
    """In args {at} is the address and {port} the port, {ini} a file for
    --extra-opts.  Where there is TLS ours is told --ca-file besides, since
    it verifies; "bare: " in front of args keeps that away.  v24 is (theirs,
    why) for check_smtp 2.4 where it is not what it is for 2.3."""
    theirs_24, why_24 = v24 or (theirs, why)
    return Row(server, args, {"2.3": theirs, "2.4": theirs_24},
               theirs if ours is None else ours, {"2.3": why, "2.4": why_24})


ROWS = [
    # A plain server, and the target.
    row("plain", "{at}", OK),
    row("plain", "--hostname=127.0.0.1 --port={port}", OK),
    row("plain", "-p {port} 127.0.0.1", OK),
    row("plain", "-H localhost -p {port} -4", OK),
    row("plain", "{at} --use-ipv4", OK),
    row("plain", "-H ::1 -p {port} -4", UNKNOWN),
    row("plain", "{at} -6", UNKNOWN),
    row("plain6", "-H ::1 -p {port}", OK),
    row("plain6", "-H ::1 -p {port} -6", OK),
    row("plain", "{at} -F probe.example.org", OK),
    row("plain", "{at} --fqdn=probe.example.org", OK),
    row("plain", "{at} -L", OK),
    row("plain", "{at} --lmtp", OK),
    row("plain", "{at} -v", OK),
    row("plain", "{at} -q", OK),
    row("plain", "{at} --ignore-quit-failure", OK),
    row("greeting-lines", "{at}", OK),
    row("no-ehlo", "{at}", OK),
    row("plain", "-p {port}", OK, UNKNOWN, "no-host"),
    row("plain", "-H {long_name} -p {port}", UNKNOWN, CRITICAL, "dns"),

    # What is on the command line and cannot be.
    row("plain", "", UNKNOWN),
    row("plain", "-h", UNKNOWN),
    row("plain", "--version", UNKNOWN),
    row("plain", "{at} --bogus", UNKNOWN),
    row("plain", "{at} -p", UNKNOWN),
    row("plain", "{at} -p 0", UNKNOWN),
    row("plain", "{at} -p x25", UNKNOWN),
    row("plain", "{at} -t x", UNKNOWN),
    row("plain", "{at} -w x", UNKNOWN),
    row("plain", "{at} -c x", UNKNOWN),
    row("plain", "{at} -D x", UNKNOWN),
    row("plain", "{at} -D 30,x", UNKNOWN),
    row("plain", "-H '' -p {port}", UNKNOWN),
    row("plain", "-H 'a b' -p {port}", UNKNOWN),
    row("plain", "-H /run/lmtp -p {port}", UNKNOWN),
    row("plain", "-4 -H {long_name} -H 127.0.0.1 -p {port}", UNKNOWN, OK,
        "dns"),
    row("closed", "{at} -p 65536", CRITICAL, UNKNOWN, "values"),
    row("closed", "{at} -t 0", CRITICAL, UNKNOWN, "values"),
    row("plain", "{at} -t 1.5", UNKNOWN, OK, "values"),
    row("plain", "{at} -t 5:unknown", UNKNOWN, OK, "values"),
    row("plain", "{at} -w 0:10", UNKNOWN, OK, "values"),
    row("plain", "{at} -p {port} -p domain -p {port}", UNKNOWN, OK,
        "values"),
    row("plain", "{at} --expec 220", OK, UNKNOWN, "short-names"),
    row("plain", "-H 127.0.0.1 --p {port}", OK, UNKNOWN, "short-names",
        v24=(UNKNOWN, None)),
    row("plain", "{at} --warn 10 --crit 20 --timeo 5", OK),

    # Times.
    row("plain", "{at} -w 10 -c 20 -t 5", OK),
    row("plain", "{at} -wt 10 -ct 20 -to 5", OK),
    row("plain", "{at} -w10 -c20 -t5", OK),
    row("plain", "{at} -w 0.000001", WARNING),
    row("plain", "{at} -wt 0.000001", WARNING),
    row("plain", "{at} --warning=0.000001 --critical=10", WARNING),
    row("plain", "{at} -c 0.000001", CRITICAL),
    row("plain", "{at} -ct 0.000001", CRITICAL),
    row("plain", "{at} -w 0.000001 -c 0.000001", CRITICAL),
    row("silent", "{at} -t 1", CRITICAL),
    row("silent-ehlo", "{at} --timeout=1", CRITICAL),
    row("silent-handshake", "{at} -S -to 1", CRITICAL),

    # No service.
    row("closed", "{at}", CRITICAL),
    row("closed", "{at} -S", CRITICAL),
    row("closed", "{at} -w 10 -c 20", CRITICAL),
    row("greeting-421", "{at}", WARNING, CRITICAL, "unusable"),
    row("greeting-450", "{at}", WARNING, CRITICAL, "unusable"),
    row("greeting-554", "{at}", WARNING, CRITICAL, "unusable"),
    row("greeting-250", "{at}", WARNING, CRITICAL, "unusable"),
    row("greeting-554", "{at} -e 554", OK, CRITICAL, "unusable"),
    row("ssh", "{at}", WARNING, CRITICAL, "unusable"),
    row("imap", "{at}", WARNING, CRITICAL, "unusable"),
    row("hangs-up", "{at}", WARNING, CRITICAL, "unusable"),
    row("hangs-up-at-ehlo", "{at}", WARNING, CRITICAL, "unusable"),
    row("ehlo-550", "{at}", OK, CRITICAL, "unusable"),

    # What it says.
    row("plain", "{at} -e 220", OK),
    row("plain", "{at} --expect=ESMTP", OK),
    row("plain", "{at} -e ''", OK),
    row("plain", "{at} -e Postfix", WARNING),
    row("plain", "{at} -e 421", WARNING),
    row("greeting-lines", "{at} -e rules", OK),
    row("plain", "{at} -e mail.example.org", OK),
    row("plain", "{at} -e SIZE", WARNING, OK, "ehlo"),
    row("starttls", "{at} -S -e SIZE", OK),
    row("starttls", "{at} -S -e AUTH", OK),
    row("starttls", "{at} -S -e STARTTLS", WARNING, OK, "ehlo"),
    row("starttls", "{at} -S -e Postfix", WARNING),
    row("plain", "{at} -L -e SIZE", OK),

    # Commands.
    row("plain", "{at} -C NOOP", OK),
    row("plain", "{at} -C NOOP -R 250", OK),
    row("plain", "{at} -C NOOP -R '^250 [0-9.]+ Nothing (done|left)$'", OK),
    row("plain", "{at} -C NOOP -R '^2.0.0'", WARNING),
    row("plain", "{at} --command=NOOP --response=done", OK),
    row("plain", "{at} -C NOOP -R never", WARNING),
    row("plain", "{at} -R 250 -C NOOP", OK),
    row("plain", "{at} -C NOOP -C 'VRFY bob' -R 250 -R 252", OK),
    row("plain", "{at} -C NOOP -C 'VRFY bob' -R 250 -R 250", WARNING),
    row("plain", "{at} -C NOOP -C 'VRFY bob' -R 250", OK),
    row("plain", "{at} -C BOGUS", OK),
    row("plain", "{at} -C BOGUS -R 500", OK),
    row("plain", "{at} -C NOOP -C 'VRFY bob' -R 252 -R 252", OK, WARNING,
        "every-response"),
    row("plain", "{at} -R 250", OK, UNKNOWN, "lone-response"),
    row("plain", "{at} -C NOOP -R '('", CRASH, UNKNOWN, "bad-regex"),
    row("plain", "{at} -C DATA -R 500", OK, UNKNOWN, "unsendable"),
    row("plain", "{at} -f alice@example.org", OK),
    row("plain", "{at} --from='<alice@example.org>'", OK),
    row("plain", "{at} -f alice@example.org -C 'RCPT TO:<b@example.org>' "
        "-R ^250", OK),
    row("refuses-mail", "{at} -f alice@example.org", OK, CRITICAL, "order"),

    # STARTTLS.
    row("starttls", "{at} -S", OK),
    row("starttls", "{at} --starttls", OK),
    row("starttls", "{at}", OK),
    row("starttls", "{at} -S -C NOOP -R 250", OK),
    row("starttls", "{at} -S -w 0.000001", WARNING),
    row("plain", "{at} -S", WARNING),
    row("plain", "{at} -D 10", WARNING, v24=(CRITICAL, "days-alone")),
    row("starttls-454", "{at} -S", UNKNOWN, WARNING, "unusable"),
    row("starttls-lies", "{at} -S", CRITICAL),
    row("greeting-554", "{at} -S", WARNING, CRITICAL, "unusable"),
    row("starttls", "bare: {at} -S", OK, CRITICAL, "verified"),
    row("untrusted", "{at} -S", OK, CRITICAL, "verified"),
    row("untrusted", "{at} -D 10", OK, CRITICAL, "verified",
        v24=(CRITICAL, None)),
    row("expired", "{at} -S", OK, CRITICAL, "verified"),

    # How long the certificate lives.
    row("20-days", "{at} -S -D 10", OK),
    row("20-days", "{at} -D 10", OK, v24=(CRITICAL, "days-alone")),
    row("20-days", "{at} --certificate=10,5", OK,
        v24=(CRITICAL, "days-alone")),
    row("20-days", "{at} -D 30", WARNING, v24=(CRITICAL, "days-alone")),
    row("20-days", "{at} -S -D 30,10", WARNING),
    row("20-days", "{at} -D 40,30", CRITICAL),
    row("expired", "{at} -D 10", CRITICAL),
    row("20-days", "{at} -D 20", WARNING, OK, "days",
        v24=(CRITICAL, "days-alone")),
    row("20-days", "{at} -S -D 20", WARNING, OK, "days"),
    row("20-days", "{at} -D 30,20", CRITICAL, WARNING, "days",
        v24=(CRITICAL, "days-alone")),
    row("20-days", "{at} -S -D 30,20", CRITICAL, WARNING, "days"),
    row("20-days", "{at} -D 10 -e Postfix", OK, WARNING, "days-and-rest",
        v24=(CRITICAL, "days-alone")),
    row("20-days", "{at} -D 10 -w 0.000001", OK, WARNING, "days-and-rest",
        v24=(CRITICAL, "days-alone")),
    row("20-days", "{at} -S -D 10 -e Postfix", OK, WARNING, "days-and-rest"),
    row("20-days", "{at} -S -D 10 -w 0.000001", OK, WARNING,
        "days-and-rest"),

    # TLS from the first byte and more that check_smtp 2.3 does not have.
    row("implicit", "{at} -s", UNKNOWN, OK, "newer", v24=(OK, None)),
    row("implicit", "{at} --ssl", UNKNOWN, OK, "newer", v24=(OK, None)),
    row("implicit", "{at} --tls", UNKNOWN, OK, "newer", v24=(OK, None)),
    row("20-days-implicit", "{at} -s -D 30", UNKNOWN, WARNING, "newer",
        v24=(OK, "days-implicit")),
    row("starttls", "{at} -S --sni", UNKNOWN, OK, "newer", v24=(OK, None)),
    row("expired", "{at} -S --ignore-certificate-expiration", UNKNOWN, OK,
        "newer"),
    row("plain", "{at} --output-format=multi-line", UNKNOWN, OK, "newer"),
    row("plain", "{at} --output-format=mp-test-json", UNKNOWN),
    row("proxy", "{at} -r", UNKNOWN, OK, "newer", v24=(OK, None)),
    row("proxy", "{at} --proxy", UNKNOWN, OK, "newer", v24=(OK, None)),
    row("implicit", "{at} -s -S", UNKNOWN),
    row("implicit", "{at} -t 1", CRITICAL),

    # Logins.
    row("starttls", "{at} -S " + LOGIN, OK),
    row("starttls", "{at} --starttls --authtype=LOGIN "
        "--authuser={user} --authpass={password}", OK),
    row("rejects", "{at} -S " + LOGIN, CRITICAL),
    row("starttls", "{at} -S " + LOGIN + " -w 0.000001", WARNING),
    row("starttls", "{at} -S " + LOGIN + " -f alice@example.org", OK),
    row("starttls", "bare: {at} -S " + LOGIN, OK, CRITICAL, "verified"),
    row("auth", "{at} " + LOGIN, OK, CRITICAL, "cleartext"),
    row("rejects-in-clear", "{at} " + LOGIN, CRITICAL),
    row("plain", "{at} " + LOGIN, OK, CRITICAL, "cleartext"),
    row("starttls", "{at} -S -A PLAIN -U {user} -P {password}", CRITICAL, OK,
        "mechanisms"),
    row("rejects", "{at} -S -U {user} -P {password}", OK, CRITICAL,
        "mechanisms"),
    row("starttls", "{at} -S -A LOGIN", CRITICAL, UNKNOWN, "credentials"),
    row("starttls", "{at} -S -A LOGIN -U {user}", CRITICAL, UNKNOWN,
        "credentials"),
    row("starttls", "{at} -S -U {user}", OK, UNKNOWN, "credentials"),
    row("starttls", "{at} -S -A BOGUS -U {user} -P {password}", CRITICAL,
        UNKNOWN, "mechanisms"),

    # The order of words.
    row("plain", "-e Postfix {at}", WARNING),
    row("plain", "-p {port} -e Postfix 127.0.0.1", WARNING),
    row("plain", "-p {port} 127.0.0.1 -e Postfix", OK, WARNING,
        "dropped-options"),
    row("plain", "-p {port} -- 127.0.0.1", OK),
    row("plain", "{at} -q true -e Postfix", OK, WARNING, "dropped-options"),
    row("plain", "{at} -q false -w 0.000001", OK, WARNING,
        "dropped-options"),
    row("plain", "{at} stray", OK, UNKNOWN, "dropped-options"),

    # From a file.
    row("plain", "--extra-opts=target@{ini} -p {port}", OK),
    row("plain", "--extra-opts target@{ini} -p {port}", OK),
    row("plain", "--extra-opts=@{ini} {at}", WARNING),
    row("plain", "{at} --extra-opts=@{ini} -e 220", OK),
    row("plain", "{at} --extra-opts=slow@{ini}", WARNING),
    row("plain", "{at} --extra-opts=blanks@{ini}", UNKNOWN, WARNING, "ini"),
    row("plain", "{at} --extra-opts=twice@{ini}", WARNING),
    row("plain", "{at} --extra-opts=short@{ini}", WARNING),
    row("plain", "{at} --extra-opts=quotes@{ini}", WARNING),
    row("plain", "{at} --extra-opts=commands@{ini}", OK),
    row("plain", "{at} --extra-opts=commands@{ini} --extra-opts=slow@{ini}",
        WARNING),
    row("plain", "{at} --extra-opts=flags@{ini}", OK),
    row("plain", "{at} --extra-opts=flag@{ini}", UNKNOWN, OK, "ini"),
    row("plain", "{at} --extra-opts=letter@{ini}", UNKNOWN, WARNING, "ini"),
    row("plain", "{at} --extra-opts=empty@{ini}", UNKNOWN, OK, "ini"),
    row("plain", "{at} --extra-opts=behind@{ini}", WARNING),
    row("plain", "{at} --extra-opts=none@{ini}", UNKNOWN),
    row("plain", "{at} --extra-opts=x@{ini}.none", UNKNOWN),
    row("plain", "{at} --extra-opts=bogus@{ini}", UNKNOWN),
    row("plain", "{at} --extra-opts=nothing@{ini}", UNKNOWN),
]

INI = """
# Comments and
   ; more of them
[target]
hostname = 127.0.0.1\r
[check_smtp]
expect=Postfix
[ slow ]
  warning =   0.000001
[blanks]
warning  = 0.000001
[other]
expect=nobody
[twice]
expect=220
[other]
expect=nobody
[twice]
expect=Postfix
[short]
warn = 0.000001
[quotes]
expect="220"
[commands]
command=NOOP
command=VRFY bob
response=250
response=252 2.0.0 [A-Z]
[flags]
v=
ignore-quit-failure=
lmtp =
[flag]
lmtp
[letter]
w = 0.000001
[empty]
[behind] expect=Postfix
[bogus]
bogus=1
[nothing]
=1
"""


def test_the_table():
    """It is long enough, says each thing once, and explains itself."""
    assert len(ROWS) >= 60
    seen = collections.Counter((r.server, r.args) for r in ROWS)
    assert [k for k, n in seen.items() if n > 1] == []
    assert {why for r in ROWS for why in r.why.values()
            if why} == set(DIFFERENCES)
    for r in ROWS:
        for version, theirs in r.theirs.items():
            assert (r.why[version] is None) == (theirs == r.ours), r


@pytest.fixture(scope="session")
def version():
    """check_smtp's, one of those that the rows know."""
    said = subprocess.run([CHECK_SMTP, "-V"], stdout=subprocess.PIPE,
                          text=True, check=False).stdout
    match = re.match(r"check_smtp v(2\.[34])\.", said)
    assert match, (
        "needs check_smtp 2.3 or 2.4 (Debian: monitoring-plugins-basic), "
        "this is %r" % said)
    return match.group(1)


@pytest.fixture
def closed():
    """A port that nobody listens on and nobody else gets."""
    with socket.socket() as s:
        s.bind(("127.0.0.1", 0))
        yield s.getsockname()[1]


@pytest.fixture
def place(request, mail, ca, closed):
    """place(NAME) starts one of SERVERS and returns its port."""
    def start(name):
        if name == "closed":
            return closed
        if name == "plain6":
            request.getfixturevalue("have_ipv6")
            return mail(hosts=("::1",), **SERVERS["plain"]).port
        if name == "proxy":
            return mail(proxy=True, **SERVERS["plain"]).port
        options = dict(SERVERS[name])
        if "pair" in options:
            options["pair"] = getattr(ca, options["pair"])
        if "days" in options:
            options["pair"] = ca.expiring(options.pop("days"))
        options["greeting"] = ACTIONS.get(
            options.get("greeting"), options.get("greeting"))
        if options["greeting"] is None:
            del options["greeting"]
        options["replies"] = {
            verb: ACTIONS.get(reply, reply)
            for verb, reply in options.get("replies", {}).items()}
        return mail(**options).port

    return start


def check_smtp(args, home):
    done = subprocess.run(
        [CHECK_SMTP, *args], cwd=home, env={"PATH": "/usr/bin:/bin"},
        stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT, timeout=60, check=False)
    return done.returncode, done.stdout


def describe(r):
    return "%s %s" % (r.server, r.args)


@pytest.mark.parametrize("r", ROWS, ids=describe)
def test_row(plugin, place, ca, tmp_path, version, r):
    port = place(r.server)
    ini = tmp_path / "plugins.ini"
    ini.write_text(INI, newline="")
    bare = r.args.startswith("bare: ")
    args = [word.format(port=port, user=USER, password=PASSWORD, ini=ini,
                        long_name="a" * 64 + ".example.org")
            for line in [r.args.removeprefix("bare: ").replace(
                "{at}", "-H 127.0.0.1 -p {port}")]
            for word in shlex.split(line)]
    theirs, said = check_smtp(args, tmp_path)
    assert theirs == r.theirs[version], (args, said)
    if args and not bare:
        args = ["--ca-file=" + ca.ca, *args]
    assert plugin.run(*args).exit_code == r.ours, args


# The arguments of two engines, all at once ----------------------------------

ICINGA = [  # in the order of Icinga 2's map, which is that of the bytes
    ["--extra-opts", "engine@{ini}"], ["-4"], ["-A", "LOGIN"], ["-C", "NOOP"],
    ["-D", "30,10"], ["-F", "probe.example.org"], ["-H", "127.0.0.1"],
    ["-P", PASSWORD], ["-R", "^250"], ["-S"], ["-U", USER], ["-c", "20"],
    ["-e", "ESMTP"], ["-f", USER], ["-p", "{port}"], ["-q", "true"],
    ["-t", "7"], ["-w", "10"]]
# More than 16 arguments come out of its std::sort() (libstdc++) like this.
SORTED = [ICINGA[i] for i in (9, 17, 16, 15, 14, 13, 12, 11, 10, 0,
                              8, 7, 6, 5, 4, 3, 2, 1)]
CHECKMK = [
    ["-e", "ESMTP"], ["-p", "{port}"], ["-C", "NOOP"], ["-R", "^250"],
    ["-f", USER], ["-w", "10.0000", "-c", "20.0000"], ["-t", "7"],
    ["-A", "LOGIN", "-U", USER, "-P", PASSWORD], ["-S"],
    ["-F", "probe.example.org"], ["-D", "30,10"], ["-4", "-H", "127.0.0.1"]]


@pytest.mark.parametrize("engine", [ICINGA, SORTED, CHECKMK],
                         ids=["icinga", "icinga-sorted", "checkmk"])
def test_engine(plugin, mail, ca, tmp_path, engine):
    """Each argument shows in what the server heard or what is printed.  What
    they come to when some are missing is told by a unit test."""
    server = mail(pair=ca.expiring(20))
    ini = tmp_path / "plugins.ini"
    ini.write_text("[engine]\nverbose=\n")
    args = [word.format(port=server.port, ini=ini)
            for part in engine for word in part]
    result = plugin.run("--ca-file=" + ca.ca, *args)
    assert result.state == "WARNING" and result.message.startswith(
        "certificate expires in 20 days "), result
    assert server.transcript() == [
        "EHLO probe.example.org", "STARTTLS", "<TLS>",
        "EHLO probe.example.org", "AUTH LOGIN",
        *(base64.b64encode(x.encode()).decode() for x in (USER, PASSWORD)),
        "MAIL FROM:<%s>" % USER, "NOOP", "RSET", "QUIT"]
    time, days = result.perfdata["time"], result.perfdata["cert_days"]
    assert [float(x) for x in (time.warn, time.crit, time.max)] == [10, 20, 7]
    assert (days.value, days.warn, days.crit) == (20, "30:", "10:")
    assert (len(result.details) > 2) == (engine is not CHECKMK)
