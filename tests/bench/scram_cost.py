"""What SCRAM-SHA-256 costs beside PLAIN, and whether the key is derived with
no more work than openssl kdf needs for it.  Counted, not timed: the difference
of two numbers of iterations is the derivation alone, on either side.

Run as a program it measures this and nothing else; bench.py does, too.  A line
of the table in docs/performance.md is rewritten, that of this system."""

import base64
import pathlib
import re
import ssl
import sys
import tempfile

import check
import lab
import measure

sys.path.insert(0, str(lab.ROOT / "tests" / "integration"))
import scram  # noqa: E402
import smtp_server  # noqa: E402

PAGE = lab.ROOT / "docs" / "performance.md"
MECHANISM, SALT = "SCRAM-SHA-256", b"a salt of 16 oct"
FEW, MANY = 1, 4096
MOST = 1.05
BEGIN, END = "<!-- scram: begin -->\n", "<!-- scram: end -->\n"
HEAD = ("| system | PLAIN | SCRAM-SHA-256, %d iterations | the derivation of "
        "it | that of `openssl kdf` | ratio |\n" % MANY +
        "|---|--:|--:|--:|--:|--:|\n")


def _server(chain, iterations):
    keys = scram.Keys(MECHANISM, lab.PASSWORD, SALT, iterations)

    def auth(conn):
        _, mechanism, message = conn.transcript()[-1].split(" ")
        if mechanism == MECHANISM:
            first = "r=%ssrv,s=%s,i=%d" % (
                scram.nonce_in(message), scram.b64(SALT), iterations)
            conn.send("334 " + scram.b64(first))
            last = base64.b64decode(conn.line()).decode()
            said = ",".join([scram.bare(scram.unb64(message)), first,
                             last.rsplit(",p=", 1)[0]])
            assert last.endswith(",p=" + keys.proof(said))
            conn.send("334 " + scram.b64("v=" + keys.signature(said)))
            conn.line()
        conn.send("235 2.7.0 Welcome")
        return False

    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(chain.chain, chain.key)
    return smtp_server.Server(smtp_server.Mail(
        context, mechs="PLAIN " + MECHANISM, auth=auth), ("127.0.0.1",))


def _login(chain, mechanism, iterations):
    """Instructions of one login."""
    server = _server(chain, iterations)
    try:
        return measure.instructions(
            lab.plugin(chain, server.port, "-A", mechanism), runs=2)
    finally:
        server.close()


def _kdf(iterations):
    return measure.instructions([
        "openssl", "kdf", "-keylen", "32", "-kdfopt", "digest:SHA256",
        "-kdfopt", "pass:" + lab.PASSWORD, "-kdfopt", "salt:" + SALT.decode(),
        "-kdfopt", "iter:%d" % iterations, "PBKDF2"], runs=2)


def measure_all(chain, say):
    """Returns millions of instructions: (PLAIN, SCRAM, its derivation, that
    of openssl kdf)."""
    say("%s beside PLAIN, and openssl kdf" % MECHANISM)
    plain = _login(chain, "PLAIN", MANY)
    whole = _login(chain, MECHANISM, MANY)
    ours = whole - _login(chain, MECHANISM, FEW)
    theirs = _kdf(MANY) - _kdf(FEW)
    return [n / 1e6 for n in (plain, whole, ours, theirs)]


def verdict(counts):
    ratio = counts[2] / counts[3]
    return ["%s: derivation for %s, at most %.2f of openssl kdf's: %.3f" % (
        "kept" if ratio <= MOST else "MISSED", MECHANISM, MOST, ratio)]


def write(system, counts):
    """The other systems' lines stay."""
    before, rest = PAGE.read_text().split(BEGIN)
    old, after = rest.split(END)
    lines = {line.split(" | ")[0]: line
             for line in old.splitlines()[2:]}
    key = "| " + system
    lines[key] = "%s | %s | %.3f |" % (
        key, " | ".join("%.1f M" % n for n in counts), counts[2] / counts[3])
    PAGE.write_text(before + BEGIN + HEAD + "".join(
        lines[k] + "\n" for k in sorted(lines)) + END + after)


def system():
    """Debian 12, OpenSSL 3.0."""
    name = re.search(r'PRETTY_NAME="(.*)"',
                     pathlib.Path("/etc/os-release").read_text())
    return "%s, OpenSSL %s" % (
        re.sub(r"\s*(GNU/Linux|\(.*\))", "", name.group(1)),
        check.openssl())


def main():
    with tempfile.TemporaryDirectory() as folder:
        counts = measure_all(lab.Chain(folder),
                             lambda text: print("bench: " + text, flush=True))
    write(system(), counts)
    lines = verdict(counts)
    print("\n".join(lines))
    sys.exit(1 if any(line.startswith("MISSED") for line in lines) else 0)


if __name__ == "__main__":
    main()
