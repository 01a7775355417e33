"""The plugin in other settings than the one in which it is compared, and
whether it keeps its targets."""

import collections
import pathlib
import sys

import lab
import measure

sys.path.insert(0, str(lab.ROOT / "tests" / "integration"))
import dns_server  # noqa: E402

Setting = collections.namedtuple(
    "Setting", "name instructions calls cpu wall_ms trips")

USUAL = "STARTTLS, P-256, one root, address"
NO_TICKETS = "server without session tickets"
HOLDING = "server that holds small pieces back"
GUARDED = "`--guard`, nothing refused"


def _cases(folder, chain, resolver):
    """(name, arguments of the server, arguments of the plugin)"""
    rsa = lab.Chain(folder, "RSA-2048")
    name = {"host": ("--resolver", resolver)}
    hosts = {"host": ("-H", "localhost")}
    state = pathlib.Path(folder, "guard")
    state.mkdir(mode=0o700)
    return [
        (USUAL, (chain,), (chain,), {}),
        ("no TLS, login in the clear", (), (None, "--no-tls",
                                            "--allow-cleartext"), {}),
        ("implicit TLS", (chain, "-i"), (chain, "-s"), {}),
        ("RSA-2048", (rsa,), (rsa,), {}),
        (NO_TICKETS, (chain, "-t"), (chain,), {}),
        (HOLDING, (chain, "-n"), (chain,), {}),
        ("the system's whole store, hashed", (chain,),
         (chain, "--ca-path", chain.directory), {}),
        ("a DNS name", (chain,), (chain,), name),
        (GUARDED, (chain,), (chain, "--guard", "--state-dir", state), {}),
        ("a name in /etc/hosts", (chain,), (chain,), hosts),
    ]


def measure_all(chain, folder, rounds, say):
    """Returns a list of Setting, the usual one first."""
    names = {lab.HOST: dns_server.Name(a=["127.0.0.1"])}
    dns = dns_server.DnsServer(names)
    servers, commands, labels = [], [], []
    try:
        for label, serve, arguments, more in _cases(folder, chain,
                                                    dns.address):
            server = lab.server(*serve)
            servers.append(server)
            labels.append(label)
            commands.append((lab.plugin(arguments[0], server.port,
                                        *arguments[1:], **more), None))
        say("%d rounds of %d settings" % (rounds, len(commands)))
        runs = measure.in_turns(commands, rounds)
        out = []
        for label, server, (command, _), kept in zip(labels, servers,
                                                     commands, runs):
            say(label)
            out.append(Setting(
                label, measure.instructions(command),
                measure.system_calls(command),
                measure.ratio(kept, runs[0], "cpu"),
                measure.median(kept, "wall") * 1000,
                measure.round_trips(command, None, server.port)[0]))
        return out
    finally:
        for server in servers:
            server.__exit__()
        dns.close()


def table(settings):
    usual = settings[0]
    out = ["| setting | instructions | of the first | CPU of the first |"
           " wall | system calls | round trips |",
           "|---|--:|--:|--:|--:|--:|--:|"]
    for s in settings:
        out.append("| %s | %.1f M | %.3f | %.2f | %.1f ms | %d | %d |" % (
            s.name, s.instructions / 1e6,
            s.instructions / usual.instructions, s.cpu, s.wall_ms, s.calls,
            s.trips))
    return out


# Of the usual setting, by OpenSSL: millions of instructions and system calls at
# most, and the share of check_smtp's CPU that is aimed at.
LIMITS = {"3.0": (14.8, 170, 0.85), "3.5": (17.2, 210, 0.78)}


def verdict(rows, settings, openssl):
    """Lines that begin with "kept" or "MISSED", or with "aim"."""
    most, calls, cpu = LIMITS.get(openssl, (20, 210, 0.95))
    by_name = {s.name: s for s in settings}
    first = rows[0]
    usual = settings[0]

    def of_usual(name):
        return by_name[name].instructions / usual.instructions

    def later(name):
        return by_name[name].wall_ms - usual.wall_ms

    checks = [
        ("M instructions, at most %.1f" % most,
         first["instructions"] / 1e6, most),
        ("system calls, at most %d" % calls, first["calls"], calls),
        ("round trips, 8", first["trips"], 8),
        ("round trips, 6 with implicit TLS", by_name["implicit TLS"].trips,
         6),
        ("ms beyond the protocol's minimum, under 10", first["beyond"], 10),
        ("whole store, at most 1.10 of one root",
         of_usual("the system's whole store, hashed"), 1.10),
        ("a DNS name, at most 1.05 of an address",
         of_usual("a DNS name"), 1.05),
        ("a guard without a refusal, at most 1.01 of none",
         of_usual(GUARDED), 1.01),
        ("ms more without tickets, no 40 ms stall", later(NO_TICKETS), 20),
        ("ms more where pieces are held back, no 40 ms stall",
         later(HOLDING), 20),
    ]
    aims = [("CPU of check_smtp's, %.2f" % cpu, first["cpu"], cpu)]
    return (["%s: %s: %.2f" % ("kept" if got <= limit else "MISSED", what, got)
             for what, got, limit in checks] +
            ["aim: %s: %.2f" % (what, got) for what, got, _ in aims])
