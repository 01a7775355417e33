"""make bench: what a check costs, beside other clients and in other settings.
Keeps what it measured in platforms.json, beside what was measured on other
systems, and rewrites what stands between the markers in docs/performance.md,
and the charts beside it, from all of them."""

import datetime
import json
import os
import pathlib
import re
import subprocess
import sys
import tempfile

import chart
import check
import lab
import measure
import scaling
import scram_cost
import settings

PAGE = lab.ROOT / "docs" / "performance.md"
KEPT = pathlib.Path(__file__).with_name("platforms.json")
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


def system():
    name = re.search(r'PRETTY_NAME="(.*)"',
                     pathlib.Path("/etc/os-release").read_text())
    return name.group(1) if name else os.uname().sysname


def short(name):
    """Debian GNU/Linux 12 (bookworm) is Debian 12."""
    return re.sub(r"\s*(GNU/Linux|\(.*\))", "", name)


def machine():
    cpu = re.search(r"model name\s*: (.*)",
                    pathlib.Path("/proc/cpuinfo").read_text())
    cares = subprocess.run(["pkg-config", "--modversion", "libcares"],
                           stdout=subprocess.PIPE, text=True).stdout.strip()
    versions = [first_line(c.version) for c in lab.CLIENTS
                if c.version and c.name != "check_smtp_auth, STATIC=1"]
    return ("%s, %d processors, %s, Linux %s; %s; c-ares %s; measured %s." % (
        cpu.group(1) if cpu else os.uname().machine, os.cpu_count(), system(),
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


def side_by_side(platforms):
    names = list(platforms)
    out = ["| client | " + " | ".join(
        "%s, %s" % (what, short(name))
        for what in ("instructions", "CPU", "system calls")
        for name in names) + " |", "|---" + "|--:" * 3 * len(names) + "|"]
    for row in platforms[names[0]]["clients"]:
        cells = [[r for r in platforms[name]["clients"]
                  if r["name"] == row["name"]] for name in names]
        texts = ["%s" % form(r[0]) if r else "" for form in (
            lambda r: "%.1f M" % (r["instructions"] / 1e6),
            lambda r: "%.2f" % r["cpu"], lambda r: "%d" % r["calls"])
            for r in cells]
        out.append("| %s | %s |" % (row["name"], " | ".join(texts)))
    return out


def by_platform(platforms, what, table):
    """One table after the other, each with its system's name above."""
    out = []
    for name, kept in platforms.items():
        out += ["", "**%s**" % short(name), "", *table(kept[what])]
    return out + [""]


# All of it ------------------------------------------------------------------

def write_block(text, name, lines):
    """The text with what stands between this name's markers replaced."""
    begin, end = "<!-- %s: begin -->" % name, "<!-- %s: end -->" % name
    before, rest = text.split(begin)
    return before + "\n".join([begin, *lines, end]) + rest.split(end)[1]


def write(platforms):
    text = PAGE.read_text()
    machines = []
    for name, kept in platforms.items():
        machines += ["- " + kept["machine"]]
    for name, lines in (
            ("machine", machines),
            ("side by side", side_by_side(platforms)),
            ("clients", by_platform(platforms, "clients", comparison_table)),
            ("settings", by_platform(platforms, "settings", settings.table)),
            ("scaling", by_platform(platforms, "scaling", scaling.table))):
        text = write_block(text, name, lines)
    PAGE.write_text(text)
    chart.draw({short(name): kept["clients"]
                for name, kept in platforms.items()}, PAGE.with_suffix(""))


def load():
    """What was measured, of each system, in the order of their names."""
    platforms = json.loads(KEPT.read_text()) if KEPT.exists() else {}
    for kept in platforms.values():
        kept["settings"] = [settings.Setting(*s) for s in kept["settings"]]
        kept["scaling"] = [scaling.Scale(*s) for s in kept["scaling"]]
    return platforms


def main():
    platforms = load()
    if sys.argv[1:] == ["write"]:  # nothing is measured
        write(platforms)
        return
    with tempfile.TemporaryDirectory() as folder:
        say("certificates")
        chain = lab.Chain(folder)
        rows = compare(chain)
        others = settings.measure_all(chain, folder, ROUNDS, say)
        sizes = scaling.measure_all(chain, folder, say)
        derived = scram_cost.measure_all(chain, say)
    platforms[system()] = {"machine": machine(), "clients": rows,
                           "settings": others, "scaling": sizes}
    platforms = dict(sorted(platforms.items()))
    KEPT.write_text(json.dumps(platforms, indent=1) + "\n")
    write(platforms)
    scram_cost.write(scram_cost.system(), derived)
    say("written: docs/performance.md, .svg, .png")
    verdict = (settings.verdict(rows, others, check.openssl()) +
               scaling.verdict(sizes) + scram_cost.verdict(derived))
    for line in verdict:
        say(line)
    sys.exit(1 if any(line.startswith("MISSED") for line in verdict) else 0)


if __name__ == "__main__":
    main()
