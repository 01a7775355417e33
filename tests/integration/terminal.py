"""A program on a terminal."""

import errno
import fcntl
import os
import pty
import select
import struct
import subprocess
import termios


class Process:
    """A program whose terminal this is; COLUMNS wide.  controlling: it is
    also the one that signals come from."""

    def __init__(self, command, env, cwd, columns=80, timeout=60,
                 controlling=False, **more):
        self.master, slave = pty.openpty()
        fcntl.ioctl(slave, termios.TIOCSWINSZ,
                    struct.pack("HHHH", 24, columns, 0, 0))
        self.timeout = timeout
        self.process = subprocess.Popen(
            [str(x) for x in command], env=env, cwd=cwd,
            **{"stdin": slave, "stdout": slave, "stderr": slave, **more},
            start_new_session=True,
            preexec_fn=(lambda: fcntl.ioctl(slave, termios.TIOCSCTTY, 0))
            if controlling else None)
        # Without it there is no terminal until the program opens it.
        self.slave = slave
        if not more:
            self.let_go()

    def let_go(self):
        """From now on it ends with the program."""
        if self.slave != -1:
            os.close(self.slave)
        self.slave = -1

    def echoes(self):
        return bool(termios.tcgetattr(self.master)[3] & termios.ECHO)

    def send(self, text):
        data = text.encode()
        while data:
            data = data[os.write(self.master, data):]

    def read(self):
        """What comes next, b"" at the end."""
        ready, _, _ = select.select([self.master], [], [], self.timeout)
        assert ready, "nothing came for %s s" % self.timeout
        try:
            return os.read(self.master, 65536)
        except OSError as e:
            if e.errno != errno.EIO:
                raise
            return b""

    def until(self, text):
        """All up to and with text."""
        out = b""
        while text.encode() not in out:
            data = self.read()
            assert data, "ended after %r" % out
            out += data
        return out.decode()

    def rest(self):
        """All that comes until the program ends."""
        out = b""
        self.let_go()
        while True:
            data = self.read()
            if not data:
                return out
            out += data

    def close(self):
        self.process.kill()
        self.process.wait()
        self.let_go()
        os.close(self.master)


def converse(*args, dialogue, **more):
    """Types the answer to each question.  Process(*args, **more).  Returns the
    exit code and all that was shown."""
    process = Process(*args, **more)
    try:
        shown = ""
        for question, answer in dialogue:
            shown += process.until(question)
            process.send(answer)
        shown += process.rest().decode()
        return process.process.wait(60), shown
    finally:
        process.close()
