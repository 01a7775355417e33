"""bench-check: has the plugin become dearer?  Counts the instructions of one
login and those of floor.c, beside the same server, and compares their ratio
to the one in tests/bench/ratio."""

import pathlib
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


def main():
    committed = float(COMMITTED.read_text())
    plugin, floor = count()
    ratio = plugin / floor
    print("bench-check: %.2f M instructions, floor.c %.2f M: %.4f of it "
          "(committed: %.4f)" % (plugin / 1e6, floor / 1e6, ratio, committed))
    if ratio > committed * TOLERANCE:
        sys.exit("bench-check: more than 2 % dearer than tests/bench/ratio; "
                 "CONTRIBUTING.md says what to do")


if __name__ == "__main__":
    main()
