"""What one run of a program costs: instructions, system calls, memory, time."""

import collections
import os
import re
import socket
import statistics
import subprocess
import tempfile
import time

import lab

ROUND_TRIP_MS = 50
SLOW_ROUNDS = 9
Run = collections.namedtuple("Run", "cpu wall")


class Failed(Exception):
    """A client did not do what it is measured for."""


def _feed(stdin):
    """Standard input as a file, from which each run reads anew."""
    f = tempfile.TemporaryFile()
    f.write(stdin or b"")
    f.seek(0)
    return f


def _shown(command):
    return " ".join(map(str, command))[:500]


def _run(command, stdin=None, environment=None):
    """Returns the output; raises Failed unless the exit code is 0."""
    with _feed(stdin) as fed:
        done = subprocess.run(command, stdin=fed, stdout=subprocess.PIPE,
                              stderr=subprocess.STDOUT, env=environment)
    if done.returncode != 0:
        raise Failed("%s: exit %d\n%s" % (
            _shown(command), done.returncode,
            done.stdout.decode(errors="replace")[-2000:]))
    return done.stdout.decode(errors="replace")


def environment():
    """Always the same, so that its size makes no difference."""
    return {"PATH": "/usr/bin:/bin", "HOME": "/", "LC_ALL": "C"}


def instructions(command, stdin=None, runs=1):
    """The least of so many runs, in user space, by callgrind.  One run differs
    from the next by less than 0.2 %."""
    counts = []
    for _ in range(runs):
        out = _run(["valgrind", "--tool=callgrind",
                    "--callgrind-out-file=/dev/null", *command], stdin,
                   environment())
        counts.append(int(re.search(r"Collected : (\d+)", out).group(1)))
    return min(counts)


def system_calls(command, stdin=None, runs=5):
    """The least of a few runs: who has to wait polls once more."""
    counts = []
    for _ in range(runs):
        with tempfile.NamedTemporaryFile("r") as f:
            _run(["strace", "-f", "-c", "-o", f.name, *command], stdin,
                 environment())
            total = f.read().splitlines()[-1].split()
        counts.append(int(total[3]))
    return min(counts)


def peak_kib(command, stdin=None, runs=5):
    """By time(1): what a child of Python's is charged begins with Python's."""
    peaks = []
    for _ in range(runs):
        with tempfile.NamedTemporaryFile("r") as f:
            _run(["/usr/bin/time", "-f", "%M", "-o", f.name, *command], stdin,
                 environment())
            peaks.append(int(f.read()))
    return statistics.median(peaks)


def timed(command, stdin=None):
    """One run."""
    with _feed(stdin) as fed, open(os.devnull, "wb") as nowhere:
        actions = [(os.POSIX_SPAWN_DUP2, fed.fileno(), 0),
                   (os.POSIX_SPAWN_DUP2, nowhere.fileno(), 1),
                   (os.POSIX_SPAWN_DUP2, nowhere.fileno(), 2)]
        start = time.perf_counter()
        pid = os.posix_spawnp(command[0], command, environment(),
                              file_actions=actions)
        _, status, usage = os.wait4(pid, 0)
        wall = time.perf_counter() - start
    if status != 0:
        raise Failed("%s: status %d" % (_shown(command), status))
    return Run(usage.ru_utime + usage.ru_stime, wall)


def in_turns(commands, rounds):
    """Each command once in each round, so that what disturbs the machine
    disturbs all of them.  Returns a list of Run for each command."""
    runs = [[] for _ in commands]
    for _ in range(rounds):
        for kept, (command, stdin) in zip(runs, commands):
            kept.append(timed(command, stdin))
    return runs


def ratio(runs, base, field):
    """The median of the rounds' ratios."""
    return statistics.median(
        getattr(a, field) / getattr(b, field) for a, b in zip(runs, base))


def median(runs, field):
    return statistics.median(getattr(r, field) for r in runs)


def _idle_trips(port, trips):
    """The time that so many round trips take one who has nothing to do."""
    start = time.perf_counter()
    with socket.create_connection(("127.0.0.1", port), timeout=10) as s:
        s.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        for trip in range(trips):
            if trip > 0:  # the first brings the greeting
                s.sendall(b"NOOP\r\n")
            if not s.recv(512):
                raise Failed("the slow line was cut")
        return time.perf_counter() - start


def _through(proxy, port, command):
    return [str(proxy.port) if a == str(port) else
            a.replace(":%d" % port, ":%d" % proxy.port) for a in command]


def round_trips(command, stdin, port):
    """By what a line costs that is slower still; and what is left, in ms,
    beyond the time that as many round trips take on the first, the proxy's own
    lateness included.  connect() is not delayed, so it is counted apart."""
    with lab.server() as plain, \
            lab.delay(plain.port, ROUND_TRIP_MS) as idle, \
            lab.delay(port, 2 * ROUND_TRIP_MS) as farther, \
            lab.delay(port, ROUND_TRIP_MS) as far:
        slower = _through(farther, port, command)
        slow = _through(far, port, command)
        more = (min(timed(slower, stdin).wall for _ in range(3)) -
                min(timed(slow, stdin).wall for _ in range(3)))
        trips = round(more * 1000 / ROUND_TRIP_MS)
        runs = [(timed(slow, stdin).wall, _idle_trips(idle.port, trips))
                for _ in range(SLOW_ROUNDS)]
    return 1 + trips, (min(wall for wall, _ in runs) -
                       min(idle for _, idle in runs)) * 1000
