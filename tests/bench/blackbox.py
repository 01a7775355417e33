#!/usr/bin/python3
"""What a login costs blackbox_exporter, a daemon, beside a batch: its module
for TCP speaks SMTP as far as AUTH PLAIN, over STARTTLS, chain and name
verified.

    blackbox.py [PROGRAM]      of Debian's prometheus-blackbox-exporter"""

import base64
import os
import pathlib
import socket
import subprocess
import sys
import tempfile
import time
import urllib.request

import batch
import lab

ROUNDS, LOGINS = 5, 400
MODULE = """modules:
  login:
    prober: tcp
    timeout: 10s
    tcp:
      tls_config: {ca_file: %s, server_name: %s}
      query_response:
        - expect: "^220"
        - send: "EHLO probe.example.org\\r"
        - expect: "^250[- ]STARTTLS"
        - send: "STARTTLS\\r"
        - expect: "^220"
        - starttls: true
        - send: "EHLO probe.example.org\\r"
        - expect: "^250 "
        - send: "AUTH PLAIN %s\\r"
        - expect: "^235"
        - send: "QUIT\\r"
        - expect: "^221"
"""


def free_port():
    with socket.socket() as s:
        s.bind(("127.0.0.1", 0))
        return s.getsockname()[1]


def cpu_of(pid):
    """Seconds, of a process that runs on."""
    fields = pathlib.Path("/proc/%d/stat" % pid).read_text().rsplit(")")[1]
    user, system = fields.split()[11:13]
    return (int(user) + int(system)) / os.sysconf("SC_CLK_TCK")


def peak_of(pid):
    for line in pathlib.Path("/proc/%d/status" % pid).read_text().splitlines():
        if line.startswith("VmHWM:"):
            return int(line.split()[1]) / 1024
    raise ValueError("no VmHWM")


def probe(url):
    with urllib.request.urlopen(url) as answer:
        if b"\nprobe_success 1\n" not in answer.read():
            sys.exit("blackbox_exporter could not log in: %s&debug=true" % url)


def wait_for(port):
    for _ in range(100):
        try:
            socket.create_connection(("127.0.0.1", port)).close()
            return
        except ConnectionRefusedError:
            time.sleep(0.1)
    sys.exit("blackbox_exporter does not listen")


def main():
    program = (sys.argv[1:] or ["prometheus-blackbox-exporter"])[0]
    with tempfile.TemporaryDirectory() as name:
        folder = pathlib.Path(name)
        chain = lab.Chain(folder)
        config = folder / "blackbox.yml"
        login = "\0%s\0%s" % (lab.USER, lab.PASSWORD)
        config.write_text(MODULE % (
            chain.root, lab.HOST, base64.b64encode(login.encode()).decode()))
        with lab.server(chain) as server:
            port = free_port()
            daemon = subprocess.Popen(
                [program, "--config.file=%s" % config,
                 "--web.listen-address=127.0.0.1:%d" % port],
                stderr=subprocess.DEVNULL)
            try:
                compare(daemon, port, folder, chain, server.port)
            finally:
                daemon.kill()
                daemon.wait()


def compare(daemon, port, folder, chain, target):
    wait_for(port)
    url = "http://127.0.0.1:%d/probe?module=login&target=127.0.0.1:%d" % (
        port, target)
    ini = batch.write(folder / "blackbox.ini", chain, [
        batch.account(target, i) for i in range(LOGINS)])
    probe(url)
    ours = theirs = 0
    for _ in range(ROUNDS):
        ours += batch.timed(batch.command(ini, "--per-host=50", timeout=3))[0]
        before = cpu_of(daemon.pid)
        for _ in range(LOGINS):
            probe(url)
        theirs += cpu_of(daemon.pid) - before
    print("CPU of a login among %d, %d rounds: batch %.2f ms, "
          "blackbox_exporter %.2f ms (%.2f of it); its peak %.0f MiB" % (
              LOGINS, ROUNDS, 1000 * ours / LOGINS / ROUNDS,
              1000 * theirs / LOGINS / ROUNDS, ours / theirs,
              peak_of(daemon.pid)))


if __name__ == "__main__":
    main()
