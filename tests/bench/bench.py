"""make bench: what a check costs, beside other clients and in other settings.
Rewrites what stands between the markers in docs/performance.md, and the
charts beside it."""

import datetime
import os
import pathlib
import re
import subprocess
import sys
import tempfile

import chart
import lab
import measure
import scaling
import settings

PAGE = lab.ROOT / "docs" / "performance.md"
ROUNDS = int(os.environ.get("ROUNDS", "60"))


def say(text):
    print("bench: " + text, flush=True)


# The machine ----------------------------------------------------------------

def first_line(command):
    done = subprocess.run([str(c) for c in command], stdout=subprocess.PIPE,
                          stderr=subprocess.STDOUT, stdin=subprocess.DEVNULL)
    lines = done.stdout.decode(errors="replace").strip().splitlines()
    text = lines[0] if lines else ""
    return re.sub(r"^/\S*/|\s*\(.*", "", text)


def machine():
    cpu = re.search(r"model name\s*: (.*)",
                    pathlib.Path("/proc/cpuinfo").read_text())
    system = re.search(r'PRETTY_NAME="(.*)"',
                       pathlib.Path("/etc/os-release").read_text())
    cares = subprocess.run(["pkg-config", "--modversion", "libcares"],
                           stdout=subprocess.PIPE, text=True).stdout.strip()
    versions = [first_line(c.version) for c in lab.CLIENTS
                if c.version and c.name != "check_smtp_auth, STATIC=1"]
    return ("%s, %d processors, %s, Linux %s; %s; c-ares %s; measured %s." % (
        cpu.group(1) if cpu else os.uname().machine, os.cpu_count(),
        system.group(1) if system else os.uname().sysname,
        os.uname().release.split("-")[0], "; ".join(versions), cares,
        datetime.date.today().isoformat()))


# The clients beside each other ----------------------------------------------

def compare(chain):
    """Returns a list of rows, dictionaries."""
    rows = []
    with lab.server(chain) as server:
        commands = [(c.command(chain, server.port), c.stdin)
                    for c in lab.CLIENTS]
        say("%d rounds of %d clients" % (ROUNDS, len(commands)))
        runs = measure.in_turns(commands, ROUNDS)
        by_name = {c.name: r for c, r in zip(lab.CLIENTS, runs)}
        for client, (command, stdin), kept in zip(lab.CLIENTS, commands, runs):
            say(client.name)
            trips, beyond = measure.round_trips(command, stdin, server.port)
            rows.append({
                "name": client.name, "verifies": client.verifies,
                "login": client.login,
                "instructions": measure.instructions(command, stdin),
                "calls": measure.system_calls(command, stdin),
                "rss": measure.peak_kib(command, stdin),
                "cpu": measure.ratio(kept, by_name["check_smtp"], "cpu"),
                "wall": measure.ratio(kept, by_name["check_smtp"], "wall"),
                "cpu_ms": measure.median(kept, "cpu") * 1000,
                "wall_ms": measure.median(kept, "wall") * 1000,
                "trips": trips, "beyond": beyond})
    return rows


def comparison_table(rows):
    out = ["| client | verifies | login | instructions | CPU, check_smtp = 1 |"
           " wall, check_smtp = 1 | CPU | wall | peak RSS | system calls |"
           " round trips | beyond them at %d ms |" % measure.ROUND_TRIP_MS,
           "|---|---|---|--:|--:|--:|--:|--:|--:|--:|--:|--:|"]
    for r in rows:
        out.append("| %s | %s | %s | %.1f M | %.2f | %.2f | %.1f ms | %.1f ms "
                   "| %.1f MiB | %d | %d | %.1f ms |" % (
                       r["name"], r["verifies"], r["login"],
                       r["instructions"] / 1e6, r["cpu"], r["wall"],
                       r["cpu_ms"], r["wall_ms"], r["rss"] / 1024, r["calls"],
                       r["trips"], r["beyond"]))
    return out


# All of it ------------------------------------------------------------------

def write_block(name, lines):
    """Replace what stands between this name's markers in the page."""
    text = PAGE.read_text()
    begin, end = "<!-- %s: begin -->" % name, "<!-- %s: end -->" % name
    before, rest = text.split(begin)
    after = rest.split(end)[1]
    PAGE.write_text(before + "\n".join([begin, *lines, end]) + after)


def main():
    with tempfile.TemporaryDirectory() as folder:
        say("certificates")
        chain = lab.Chain(folder)
        rows = compare(chain)
        others = settings.measure_all(chain, folder, ROUNDS, say)
        sizes = scaling.measure_all(chain, folder, say)
    write_block("machine", [machine()])
    write_block("clients", comparison_table(rows))
    write_block("settings", settings.table(others))
    write_block("scaling", scaling.table(sizes))
    chart.draw(rows, PAGE.with_suffix(""))
    say("written: docs/performance.md, .svg, .png")
    verdict = settings.verdict(rows, others) + scaling.verdict(sizes)
    for line in verdict:
        say(line)
    sys.exit(1 if any(line.startswith("MISSED") for line in verdict) else 0)


if __name__ == "__main__":
    main()
