"""bench-check: has the plugin become dearer?  Counts the instructions of one
login and those of floor.c, beside the same server, and compares their ratio
to the one that tests/bench/ratio has for this OpenSSL."""

import pathlib
import re
import subprocess
import sys
import tempfile

import lab
import measure

COMMITTED = pathlib.Path(__file__).with_name("ratio")
TOLERANCE = 1.02


def count():
    with tempfile.TemporaryDirectory() as folder:
        chain = lab.Chain(folder)
        with lab.server(chain) as server:
            return (measure.instructions(lab.plugin(chain, server.port), runs=3),
                    measure.instructions(lab.floor(chain, server.port), runs=3))


def openssl():
    """Major and minor of the version that the plugin runs with."""
    said = subprocess.run([lab.PLUGIN, "-V"], stdout=subprocess.PIPE,
                          text=True).stdout
    return re.search(r"OpenSSL (\d+\.\d+)", said).group(1)


def committed_ratio(version):
    """None if there is none."""
    ratios = dict(line.split() for line in COMMITTED.read_text().splitlines())
    return float(ratios[version]) if version in ratios else None


def main():
    version = openssl()
    committed = committed_ratio(version)
    plugin, floor = count()
    ratio = plugin / floor
    if committed is None:
        sys.exit("bench-check: OpenSSL %s: %.2f M instructions, floor.c %.2f "
                 "M: %.4f of it; tests/bench/ratio has no line for it, "
                 "CONTRIBUTING.md says what to do" % (
                     version, plugin / 1e6, floor / 1e6, ratio))
    print("bench-check: OpenSSL %s: %.2f M instructions, floor.c %.2f M: %.4f "
          "of it (committed: %.4f)" % (version, plugin / 1e6, floor / 1e6,
                                       ratio, committed))
    if ratio > committed * TOLERANCE:
        sys.exit("bench-check: more than 2 % dearer than tests/bench/ratio; "
                 "CONTRIBUTING.md says what to do")


if __name__ == "__main__":
    main()
