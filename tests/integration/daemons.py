"""A daemon in the foreground with all that it starts, ended without a trace.

Run as a program, this file is the daemon's keeper: it adopts what the daemon
leaves behind, and ends and reaps all of it when it is told to, or when the
tests that started it are no more."""

import ctypes
import os
import pathlib
import signal
import subprocess
import sys
import time

PATIENCE = 30  # seconds, after which something is broken
PR_SET_PDEATHSIG = 1
PR_SET_CHILD_SUBREAPER = 36


def descendants(pid):
    """The process ids below one, zombies included."""
    children = {}
    for entry in pathlib.Path("/proc").iterdir():
        if not entry.name.isdigit():
            continue
        try:
            stat = (entry / "stat").read_text()
        except (FileNotFoundError, ProcessLookupError):
            continue
        # The name in parentheses may hold anything.
        parent = int(stat.rpartition(")")[2].split()[1])
        children.setdefault(parent, []).append(int(entry.name))
    found = [pid]
    for each in found:
        found += children.get(each, [])
    return found[1:]


class Daemon:
    def __init__(self):
        self.keeper = None

    def spawn(self, command, output):
        with open(output, "ab") as log:
            self.keeper = subprocess.Popen(
                [sys.executable, "-IS", __file__, str(os.getpid()), *command],
                stdin=subprocess.DEVNULL, stdout=log, stderr=log, cwd="/",
                env={"PATH": "/usr/sbin:/usr/bin:/sbin:/bin", "LANG": "C"},
                start_new_session=True)

    def report(self):
        return ""

    def wait_for(self, ready):
        """Until ready() holds, which the daemon's end makes an error."""
        deadline = time.monotonic() + PATIENCE
        while not ready():
            code = self.keeper.poll()
            assert code is None, "ended with %d: %s" % (code, self.report())
            assert time.monotonic() < deadline, "hangs: " + self.report()
            time.sleep(0.01)

    def stop(self):
        if self.keeper is None:
            return
        self.keeper.terminate()
        try:
            self.keeper.wait(2 * PATIENCE)
        except subprocess.TimeoutExpired:
            self.keeper.kill()
            self.keeper.wait()
            raise AssertionError("does not stop: " + self.report()) from None
        self.keeper = None


def keep(parent, command):
    """Run command until it ends or SIGTERM comes, then end all of it.
    Returns its exit code."""
    prctl = ctypes.CDLL(None, use_errno=True).prctl
    prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0)
    daemon = subprocess.Popen(command, start_new_session=True)
    code = None

    def send(number):
        try:
            os.killpg(daemon.pid, number)
        except ProcessLookupError:
            pass

    def end(*_):
        send(signal.SIGTERM)
        signal.alarm(PATIENCE)

    signal.signal(signal.SIGALRM, lambda *_: send(signal.SIGKILL))
    signal.signal(signal.SIGTERM, end)
    prctl(PR_SET_PDEATHSIG, signal.SIGTERM, 0, 0, 0)
    if os.getppid() != parent:
        end()
    while True:
        try:
            pid, status = os.wait()
        except ChildProcessError:
            return code
        if pid == daemon.pid:
            code = os.waitstatus_to_exitcode(status)
            end()


if __name__ == "__main__":
    sys.exit(keep(int(sys.argv[1]), sys.argv[2:]))
