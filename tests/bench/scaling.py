"""How the cost grows with what the server, or DNS, sends: it must be no worse
than linear."""

import collections
import pathlib
import sys

import lab
import measure

sys.path.insert(0, str(lab.ROOT / "tests" / "integration"))
import dns_server  # noqa: E402

# points: (size, instructions), rising; unit: what one more of it is; noise: of
# two runs, in instructions.
Scale = collections.namedtuple("Scale", "name unit points noise", defaults=(40e3,))

UNITS = {"KiB": 1024, "1,024 bits": 1024}

# Of one unit at the end, in those of one at the beginning.
LINEAR = 1.15


def _addresses(chain):
    """Names with many addresses of which the last alone answers: the others
    are looked up, sorted, tried and refused."""
    points = []
    for n in (1, 25, 50, 100):
        # Addresses of one machine are tried in the order in which they came.
        deaf = ["127.0.1.%d" % i for i in range(1, n)]
        names = {lab.HOST: dns_server.Name(a=deaf + ["127.0.0.1"])}
        dns = dns_server.DnsServer(names)
        try:
            with lab.server(chain) as server:
                command = lab.plugin(chain, server.port,
                                     host=("--resolver", dns.address))
                points.append((n, measure.instructions(command, runs=3)))
        finally:
            dns.close()
    # A refusal comes at once or in a turn of the poll loop, as it happens.
    return Scale("addresses of the name, all but the last refuse", "address",
                 points, noise=200e3)


def _login(chain, *options, more=()):
    with lab.server(chain, *options) as server:
        return measure.instructions(lab.plugin(chain, server.port, *more))


def _lengths(chain, folder):
    chains = [(2, chain)] + [(n, lab.Chain(folder, length=n))
                             for n in (3, 4)]
    return Scale("certificates of the chain, the root included",
                 "certificate", [(n, _login(c)) for n, c in chains])


def _keys(folder):
    """Multiplying costs the square of the length: what OpenSSL needs for it
    is taken off."""
    points = []
    for bits in (2048, 3072, 4096):
        chain = lab.Chain(folder, "RSA-%d" % bits, 3)
        with lab.server(chain) as server:
            points.append((bits, measure.instructions(
                lab.plugin(chain, server.port)) - measure.instructions(
                    lab.floor(chain, server.port))))
    return Scale("bits of three RSA keys; against floor.c", "1,024 bits",
                 points)


# callgrind counts a copy of 2 KiB and more as an instruction for each octet,
# so that smaller sizes would only look cheaper.

def _capabilities(chain, *pieces):
    return Scale("octets of the two replies to EHLO" +
                 (", in TLS records of %d" % pieces[1] if pieces else ""),
                 "KiB", [(n, _login(chain, "-e", n - 256, *pieces))
                         for n in (16384, 32768, 49152, 65536)])


def _responses(chain, folder):
    """XOAUTH2 wraps 20 octets around user and token, and base64 makes four
    octets of three."""
    points = []
    token = pathlib.Path(folder) / "token"
    for octets in (4096, 6144, 9216, 12284):
        token.write_text("t" * (octets * 3 // 4 - len(lab.USER) - 20))
        points.append((octets, _login(chain, more=(
            "-U", lab.USER, "-A", "XOAUTH2",
            "--token-from", "file:%s" % token))))
    return Scale("octets of the response to AUTH", "KiB", points)


def measure_all(chain, folder, say):
    out = []
    for make in (lambda: _addresses(chain), lambda: _lengths(chain, folder),
                 lambda: _keys(folder), lambda: _capabilities(chain),
                 lambda: _capabilities(chain, "-s", 64),
                 lambda: _responses(chain, folder)):
        out.append(make())
        say("scaling: " + out[-1].name)
    return out


def per_unit(scale, first):
    """Of one more unit, at the first step or the last."""
    points = scale.points[:2] if first else scale.points[-2:]
    (a, cost_a), (b, cost_b) = points
    return (cost_b - cost_a) * UNITS.get(scale.unit, 1) / (b - a)


def noise(scale, first):
    """What per_unit() may be off by."""
    (a, _), (b, _) = scale.points[:2] if first else scale.points[-2:]
    return scale.noise * UNITS.get(scale.unit, 1) / (b - a)


def table(scales):
    out = ["| what grows | sizes | instructions | one more, first | last |",
           "|---|---|---|--:|--:|"]
    for s in scales:
        out.append("| %s | %s | %s | %.0f k per %s | %.0f k |" % (
            s.name, ", ".join("{:,}".format(p[0]) for p in s.points),
            ", ".join("%.1f M" % (p[1] / 1e6) for p in s.points),
            per_unit(s, True) / 1e3, s.unit, per_unit(s, False) / 1e3))
    return out


def verdict(scales):
    out = []
    for s in scales:
        first, last = per_unit(s, True), per_unit(s, False)
        kept = last <= (max(first, 0) + noise(s, True)) * LINEAR + noise(
            s, False)
        out.append("%s: no worse than linear: %s: %.0f k, then %.0f k" % (
            "kept" if kept else "MISSED", s.name, first / 1e3, last / 1e3))
    return out
