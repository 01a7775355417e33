#!/usr/bin/python3
"""Who waits for whom in a batch: how much later a good check ends beside
checks that hang, drip, sleep, compute, or wait for DNS, than without them.  As root it has
the processors before everything else, and the servers that misbehave, which
are elsewhere as a rule, after that.

    fair.py [ROUNDS]"""

import contextlib
import json
import os
import pathlib
import subprocess
import sys
import tempfile
import time

import lab

HERE = pathlib.Path(__file__).resolve().parent
CHECKS = 500
BAD = {"hangs": 100, "drips": 50, "sleeps": 20, "scram": 10, "silent": 5,
       "slow": 5}
GOOD = CHECKS - sum(BAD.values())
ROUNDS = 3
OURS, THEIRS = 10, 5  # priorities


def prefer(pid, priority):
    """Before all that has none; children have it, too."""
    try:
        os.sched_setscheduler(pid, os.SCHED_FIFO, os.sched_param(priority))
    except PermissionError:
        print("fair: without a priority: what else runs here counts, too")


@contextlib.contextmanager
def company():
    """Ports by name, of bad_company.py."""
    with subprocess.Popen([sys.executable, HERE / "bad_company.py"],
                          stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                          text=True) as process:
        prefer(process.pid, THEIRS)
        yield json.loads(process.stdout.readline())
        process.stdin.close()


def lines(kind, i, ports, good, other):
    """The lines of a section; what a good one waits for is its own server."""
    if kind == "good":
        out = {"port": good, "ip-address": "127.0.0.1"}
    elif kind == "sleeps":
        out = {"port": other, "ip-address": "127.0.0.1",
               "password-from": "cmd:exec sleep 600"}
    elif kind in ("silent", "slow"):
        out = {"port": other, "resolver": "127.0.0.1:%d" % ports[kind]}
    else:
        out = {"port": ports[kind], "ip-address": "127.0.0.1"}
    if kind == "scram":
        out["no-tls"] = ""
    out["authuser"] = "%s%d@example.org" % (kind, i)
    if kind != "sleeps":
        out["authpass"] = lab.PASSWORD
    return "[%s %d]\n" % (kind, i) + "".join(
        ("%s = %s\n" % (key, value) if value != "" else key + "\n")
        for key, value in out.items())


def write(path, chain, kinds, *where):
    counts = dict.fromkeys(kinds, 0)
    text = "[check_smtp_auth]\nhostname = %s\nca-file = %s\n" \
        "fqdn = probe.example.org\n" % (lab.HOST, chain.root)
    for kind in kinds:
        text += lines(kind, counts[kind], *where)
        counts[kind] += 1
    path.write_text(text)
    path.chmod(0o600)


def mixed():
    """The good ones in their order, the others from first to last between
    them."""
    bad = [kind for kind, number in BAD.items() for _ in range(number)]
    # In turns, so that no kind stands together.
    bad = [kind for start in range(7) for kind in bad[start::7]]
    out, taken = [], 0
    for i in range(GOOD):
        out.append("good")
        due = (i + 1) * len(bad) // GOOD
        out += bad[taken:due]
        taken = due
    return out


def run(ini, parallel):
    """Name of each good check -> (when its line came, how long it took)."""
    begun = time.monotonic()
    ended = {}
    process = subprocess.Popen(
        [str(x) for x in (lab.PLUGIN, "--batch=%s" % ini, "-t", "15",
                          "--run-timeout=100", "--per-host=1000",
                          "--parallel=%d" % parallel,
                          "--output-format=json")],
        stdout=subprocess.PIPE)
    with process:
        for line in process.stdout:
            came = time.monotonic() - begun
            data = json.loads(line)
            if data["name"].startswith("good "):
                assert data["state"] == "OK", line
                ended[data["name"]] = (came, data["time"])
    assert len(ended) == GOOD
    return ended


def percentile(values, part):
    values = sorted(values)
    return values[min(len(values) - 1, int(part * len(values)))]


def compare(what, alone, other):
    """How much later than alone each ended, and how much longer it took."""
    for word, i in (("ends later by", 0), ("takes longer by", 1)):
        late = [1000 * (other[name][i] - alone[name][i]) for name in alone]
        print("%s: a good check %s: median %.1f ms, 99 %% %.1f ms, most "
              "%.1f ms" % (what, word, percentile(late, 0.5),
                           percentile(late, 0.99), max(late)), flush=True)


def measure(folder, chain, ports, good, other, rounds):
    without, beside = folder / "without.ini", folder / "beside.ini"
    write(without, chain, ["good"] * GOOD, ports, good, other)
    write(beside, chain, mixed(), ports, good, other)
    for _ in range(rounds):
        alone = run(without, CHECKS)
        compare("the same again", alone, run(without, CHECKS))
        compare("beside " + ", ".join("%d %s" % (n, kind)
                                      for kind, n in BAD.items()),
                alone, run(beside, CHECKS))


def main(rounds=ROUNDS):
    prefer(0, OURS)
    with tempfile.TemporaryDirectory() as name, company() as ports:
        folder = pathlib.Path(name)
        chain = lab.Chain(folder)
        with lab.server(chain) as good, lab.server(chain) as other:
            measure(folder, chain, ports, good.port, other.port, rounds)


if __name__ == "__main__":
    main(*map(int, sys.argv[1:]))
