"""smtp-oauth2 under test: a folder with its configuration and its state, and
the checks that hold for each of its runs."""

import os
import pathlib
import re
import subprocess
import threading

from conftest import needles



class Helper:
    """server: the authorization server; mail: a mail server or None."""

    def __init__(self, program, folder, ca):
        self.program = str(program)
        self.folder = pathlib.Path(folder)
        self.state = self.folder / "state"
        self.state.mkdir(0o700)
        self.config = self.folder / "oauth2.ini"
        self.ca = ca
        self.secrets = []
        self.started = []

    def secret(self, text):
        self.secrets.append(text)
        return text

    def write_secret(self, text, name="client.secret"):
        path = self.folder / name
        path.touch(0o600)
        path.write_text(self.secret(text) + "\n")
        return "file:%s" % path

    def environment(self, **more):
        kept = {k: v for k, v in os.environ.items()
                if k in ("PATH", "LD_LIBRARY_PATH", "LD_PRELOAD",
                         "GCOV_ERROR_FILE") or k.endswith("SAN_OPTIONS")}
        # The plugin trusts the tests' authority, too.
        return {**kept, "HOME": str(self.folder), "SSL_CERT_FILE": self.ca,
                **more}

    def start(self, *args, stdin=subprocess.DEVNULL, **more):
        process = subprocess.Popen(
            [self.program, "--config", str(self.config), "--state-dir",
             str(self.state), *[str(a) for a in args]],
            env=self.environment(), cwd=self.folder, stdin=stdin,
            stdout=subprocess.PIPE, stderr=subprocess.PIPE, **more)
        self.started.append(process)
        return Run(self, process)

    def run(self, *args, **more):
        return self.start(*args, **more).finish()

    def files(self):
        """All that is in the state folder, by name."""
        return {p.name: p.read_bytes() for p in self.state.iterdir()}

    def refresh_token(self, name="mail"):
        """As it is kept; from now on it must not be in any output."""
        found = re.search(rb'"refresh_token": *"([^"]*)"',
                          self.files()[name + ".json"])
        return self.secret(found.group(1).decode()) if found else None

    def close(self):
        for process in self.started:
            if process.poll() is None:
                process.kill()
                process.wait()  # its output is a Run's to read


class Run:
    """One that runs.  Its output is read as it comes."""

    def __init__(self, helper, process):
        self.helper = helper
        self.process = process
        self.out = b""
        self.err = b""
        self.arrived = threading.Condition()
        self.readers = [threading.Thread(target=self._read, args=(n,))
                        for n in ("out", "err")]
        for reader in self.readers:
            reader.start()

    def _read(self, name):
        stream = getattr(self.process, "std" + name)
        while True:
            data = os.read(stream.fileno(), 65536)
            with self.arrived:
                setattr(self, name, getattr(self, name) + data)
                self.arrived.notify_all()
            if not data:
                stream.close()
                return

    def wait_for(self, pattern):
        """Until the output has it; returns the match."""
        found = None

        def there():
            nonlocal found
            found = re.search(pattern, self.out.decode(errors="replace"))
            return found or not any(r.is_alive() for r in self.readers)

        with self.arrived:
            assert self.arrived.wait_for(there, 60), self
        assert found, self
        return found

    def finish(self, timeout=60):
        """Wait for the end, see that no secret was said."""
        self.code = self.process.wait(timeout)
        for reader in self.readers:
            reader.join()
        if self.process.stdin:
            self.process.stdin.close()
        self.stdout = self.out.decode()
        self.stderr = self.err.decode()
        for secret in self.helper.secrets:
            for needle in needles(secret):
                assert needle not in self.out + self.err, self
        return self

    def __repr__(self):
        return "<exit %s: %s %s>" % (
            self.process.poll(), self.out.decode(errors="replace"),
            self.err.decode(errors="replace"))
