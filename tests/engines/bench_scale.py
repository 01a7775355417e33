"""How many checks a second one Icinga 2 sustains: 1,000 services of this
plugin, and of check_smtp on the same job, in turn, against one Postfix on the same
machine.  make bench-engines runs it; nothing is asserted but that every check
was OK."""

import argparse
import json
import math
import os
import pathlib
import sys
import tempfile
import time

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))
from conftest import HOST, PASSWORD, Place, ROOT, USER  # noqa: E402
import certs  # noqa: E402
import icinga  # noqa: E402
import postfix_server  # noqa: E402

CHECK_SMTP = "/usr/lib/nagios/plugins/check_smtp"
SERVICES = 1000
WINDOW = 60  # seconds, of Icinga's own counter

CONFIG = """
const MaxConcurrentChecks = 16
object Host "mx" {{ check_command = "dummy" }}
object CheckCommand "job" {{
    command = {command}
    timeout = 1m
}}
for (i in range({services})) {{
    object Service "s" + i {{
        host_name = "mx"
        check_command = "job"
        check_interval = {interval}
        retry_interval = {interval}
    }}
}}
"""


def measure(place, name, command, interval):
    """Checks a second over one WINDOW after another, the first left out."""
    engine = icinga.Icinga(place, name)
    engine.configure(CONFIG.format(command=json.dumps(command),
                                   services=SERVICES, interval=interval))
    try:
        engine.start()
        time.sleep(WINDOW + 5)
        status = engine.api("GET", "/v1/status/CIB")[0]["status"]
        states = [s["attrs"]["state"] for s in engine.api(
            "GET", "/v1/objects/services") if s["attrs"]["last_check"] > 0]
        bad = sum(state != 0 for state in states)
        assert not bad, "%s: %d of %d not OK" % (name, bad, len(states))
        return (status["active_service_checks_1min"] / WINDOW, len(states),
                status["avg_execution_time"], status["max_latency"])
    finally:
        engine.stop()


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("binary", nargs="?",
                        default=str(ROOT / "build/check_smtp_auth"))
    parser.add_argument("--rounds", type=int, default=2)
    args = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        ca = certs.Authority(folder)
        server = postfix_server.Postfix(
            HOST, ca.good, accounts={USER: (PASSWORD, "")}, disabled=[],
            owners={}, nobody="nobody@example.org")
        place = Place(args.binary, ca)
        try:
            run(args, place, str(server.port["submission"]))
        finally:
            place.close()
            server.close()


def run(args, place, port):
    ours = [str(place.plugins / "check_smtp_auth"), "-H", HOST, "-I",
            icinga.ADDRESS, "-p", port, "-A", "LOGIN", "-U", USER,
            "--password-from=file:%s" % place.password, "-t", "50",
            "--ca-file=%s/ca.pem" % place.folder, "--perfdata=known"]
    theirs = [CHECK_SMTP, "-H", icinga.ADDRESS, "-p", port, "-S", "-A",
              "LOGIN", "-U", USER, "-P", PASSWORD, "-t", "50"]
    print("%d services, %d processors" % (SERVICES, os.cpu_count()))
    rates = {"check_smtp_auth": [], "check_smtp": []}
    for i in range(args.rounds):
        for name, command in (("check_smtp_auth", ours),
                              ("check_smtp", theirs)):
            rate, seen, execution, _ = measure(
                place, "%s-%d" % (name, i), command, 1)
            rates[name].append(rate)
            print("%-16s %6.1f checks/s, %d services seen, %.0f ms each" % (
                name, rate, seen, execution * 1000), flush=True)
    mean = {name: sum(r) / len(r) for name, r in rates.items()}
    print("ratio %.2f" % (mean["check_smtp_auth"] / mean["check_smtp"]))
    interval = math.ceil(SERVICES / min(rates["check_smtp_auth"]) * 1.1)
    rate, seen, _, latency = measure(place, "sustained", ours, interval)
    print("every %d s: %.1f checks/s of %.1f, %d services seen, latency at "
          "most %.1f s" % (interval, rate, SERVICES / interval, seen, latency))


if __name__ == "__main__":
    main()
