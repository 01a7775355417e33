#!/usr/bin/python3
"""What a login costs in a batch, beside straight lines and a process for each:
instructions of 20 more logins, by callgrind; then times, for as many accounts
as are asked for; and who waits for whom (fair.py).

    batch.py [ACCOUNTS...]"""

import pathlib
import statistics
import subprocess
import sys
import tempfile

import fair
import lab
import measure

FEW, MORE = 10, 30


def write(path, chain, accounts):
    """accounts: the lines of each section."""
    text = ("[check_smtp_auth]\nhostname = %s\nip-address = 127.0.0.1\nca-file"
            " = %s\nfqdn = probe.example.org\nauthpass = %s\n" % (
                lab.HOST, chain.root, lab.PASSWORD))
    for i, lines in enumerate(accounts):
        text += "[account %d]\n%s\n" % (i, lines)
    path.write_text(text)
    return path


def account(port, i):
    return "port = %d\nauthuser = user%d@example.org" % (port, i)


def command(ini, *more, timeout=600):
    return [str(x) for x in (lab.PLUGIN, "--batch=%s" % ini,
                             "--run-timeout=%d" % timeout, "--parallel=50",
                             *more)]


def each(instructions):
    """Of one login more."""
    return (instructions[1] - instructions[0]) / (MORE - FEW)


def count(folder, chain, port):
    batch, floor = [], []
    for number in (FEW, MORE):
        ini = write(folder / "count.ini", chain, [
            account(port, i) for i in range(number)])
        batch.append(measure.instructions(command(ini), runs=2))
        floor.append(measure.instructions(
            lab.floor(chain, port) + [str(number)], runs=2))
    alone = measure.instructions(lab.plugin(chain, port), runs=2)
    smtp = measure.instructions(lab.check_smtp(chain, port), runs=2)
    print("instructions a login: batch %.2f M, straight lines %.2f M (%.2f of "
          "it); a process %.2f M, check_smtp %.2f M (%.3f of it)" % (
              each(batch) / 1e6, each(floor) / 1e6, each(batch) / each(floor),
              alone / 1e6, smtp / 1e6, each(batch) / smtp))


def timed(words):
    """Seconds of CPU, seconds, MiB."""
    done = subprocess.run(["/usr/bin/time", "-f", "%U %S %e %M", *words],
                          stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                          text=True, check=False)
    user, system, wall, memory = done.stderr.split()[-4:]
    if done.returncode != 0:
        sys.exit(done.stdout[:500])
    return float(user) + float(system), float(wall), int(memory) / 1024


def curve(folder, chain, port, numbers):
    for number in numbers:
        ini = write(folder / "curve.ini", chain, [
            account(port, i) for i in range(number)])
        # Of one server they begin over half of the time: every 5 ms.
        cpu, wall, memory = timed(command(
            ini, "--per-host=50", timeout=max(20, number // 100)))
        floor_cpu, _, _ = timed(lab.floor(chain, port) + [str(number)])
        print("%6d accounts: %.2f ms of CPU each, straight lines %.2f ms; "
              "%.1f s, %.1f MiB" % (number, 1000 * cpu / number,
                                    1000 * floor_cpu / number, wall, memory))
    cpu = sum(timed(lab.check_smtp(chain, port))[0] for _ in range(40)) / 40
    alone = sum(timed(lab.plugin(chain, port))[0] for _ in range(40)) / 40
    print("a process each: %.2f ms; check_smtp %.2f ms" % (
        1000 * alone, 1000 * cpu))


def ratios(folder, chain, port, number=1000, rounds=15):
    """One login after the other, without a pause, each program in turn.
    Beside check_smtp's with caches as warm: one right after the other."""
    ini = write(folder / "ratios.ini", chain, [
        account(port, i) for i in range(number)])
    batch, floor = measure.in_turns([
        (command(ini, "--per-host=50", timeout=3), None),
        (lab.floor(chain, port) + [str(number)], None)], rounds)
    smtp, = measure.in_turns([(lab.check_smtp(chain, port), None)], 60)
    login = statistics.median(b.cpu for b in batch) / number
    print("CPU of a login among %d in a batch, %d rounds: %.2f of straight "
          "lines, %.3f of check_smtp" % (
              number, rounds,
              statistics.median(b.cpu / f.cpu for b, f in zip(batch, floor)),
              login / statistics.median(c.cpu for c in smtp)))


def main():
    numbers = [int(x) for x in sys.argv[1:]] or [1, 10, 100, 1000, 10000]
    with tempfile.TemporaryDirectory() as name:
        folder = pathlib.Path(name)
        chain = lab.Chain(folder)
        with lab.server(chain) as server:
            count(folder, chain, server.port)
            ratios(folder, chain, server.port)
            curve(folder, chain, server.port, numbers)
    fair.main()


if __name__ == "__main__":
    main()
