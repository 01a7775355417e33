"""Draw what check_smtp_auth -v shows on a terminal, as SVG:

    picture.py PATH-OF-THE-PLUGIN [PATH-OF-delay] >docs/waterfall.svg

A real run on a real (pseudo-)terminal, at the demonstration's server: its
output is only coloured in here.  With tests/bench/delay.c the way there and back
takes 40 ms; "make picture" does it so.
"""

import fcntl
import html
import os
import pty
import re
import shlex
import struct
import subprocess
import sys
import tempfile
import termios

import demo
from server import ACCOUNT, PASSWORD, Server

COLUMNS = 104
WIDTH, HEIGHT = 8.4, 18  # of a character
ROUND_TRIP_MS = "40"
COLORS = {"": "#d6dbe0", "2": "#7d8790", "31": "#ff7b72", "33": "#e3b341",
          "35": "#d2a8ff", "36": "#56c8d8"}
# Left, right and width of a block element, in eighths of a character.
BLOCKS = {chr(0x2588 + i): (0, 8 - i) for i in range(8)}
BLOCKS |= {"\u2590": (4, 4), "\u2595": (7, 1)}


def on_terminal(command, folder):
    """What it shows on a terminal of COLUMNS, escapes and all."""
    master, slave = pty.openpty()
    fcntl.ioctl(slave, termios.TIOCSWINSZ,
                struct.pack("HHHH", 40, COLUMNS, 0, 0))
    process = subprocess.Popen(
        command, cwd=folder, stdin=slave, stdout=slave, stderr=slave,
        env={"TERM": "xterm-256color", "LC_ALL": "C.UTF-8"})
    os.close(slave)
    out = b""
    try:
        while data := os.read(master, 65536):
            out += data
    except OSError:  # how Linux says that nobody writes there any more
        pass
    os.close(master)
    return out.decode().replace("\r\n", "\n"), process.wait()


def cells(text):
    """Each line as characters with their colour, wrapped as a terminal does."""
    for line in text.splitlines():
        row, color = [], ""
        for piece in re.split("(\x1b\\[[0-9]*m)", line):
            if piece.startswith("\x1b"):
                color = piece[2:-1].lstrip("0")
            else:
                row += [(c, color) for c in piece]
        for start in range(0, len(row) or 1, COLUMNS):
            yield row[start:start + COLUMNS]


def blocks(row):
    """Where each bar of blocks begins and ends, in eighths, and its colour."""
    bars = []
    for column, (c, color) in enumerate(row):
        if c in BLOCKS:
            start = column * 8 + BLOCKS[c][0]
            if bars and bars[-1][1:] == [start, color]:
                bars[-1][1] = start + BLOCKS[c][1]
            else:
                bars.append([start, start + BLOCKS[c][1], color])
    return bars


def draw(rows):
    width, height = COLUMNS * WIDTH + 32, len(rows) * HEIGHT + 32
    yield ('<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 %.0f %d" '
           'font-family="ui-monospace, Menlo, Consolas, \'DejaVu Sans Mono\', '
           'monospace" font-size="14">' % (width, height))
    yield '<rect width="100%" height="100%" rx="8" fill="#14191e"/>'
    for number, row in enumerate(rows):
        top = 16 + number * HEIGHT
        text, at = "", 0
        for column, (c, color) in enumerate([*row, ("", None)]):
            if text and (c in BLOCKS or c == "" or color != row[at][1]):
                # As wide as the cells, whatever the font.
                if text.strip():
                    yield ('<text x="%.1f" y="%d" textLength="%.1f" '
                           'xml:space="preserve" fill="%s">%s</text>' % (
                               16 + at * WIDTH, top + 13, len(text) * WIDTH,
                               COLORS[row[at][1]],
                               html.escape(text, quote=False)))
                text = ""
            if c not in BLOCKS:
                at = at if text else column
                text += c
        for start, end, color in blocks(row):
            yield ('<rect x="%.2f" y="%d" width="%.2f" height="%d" '
                   'fill="%s"/>' % (16 + start / 8 * WIDTH, top + 2,
                                    (end - start) / 8 * WIDTH, HEIGHT - 4,
                                    COLORS[color]))
    yield "</svg>"


def main(plugin, delay=None):
    with tempfile.TemporaryDirectory(prefix="check_smtp_auth-") as folder:
        demo.make_certificates(folder)
        demo.write(folder, "alice.password", "not " + PASSWORD + "\n", 0o600)
        server = Server(os.path.join(folder, "good.pem"),
                        os.path.join(folder, "good.key"))
        port, line = str(server.port), None
        if delay:
            line = subprocess.Popen(
                [delay, port, ROUND_TRIP_MS], stdin=subprocess.PIPE,
                stdout=subprocess.PIPE, text=True)
            port = line.stdout.readline().strip()
        options = ["-v", "-w", "auth=0.03", "-H", "mail.example.org",
                   "-I", "127.0.0.1", "-p", port, "--ca-file=ca.pem",
                   "-U", ACCOUNT, "--password-from=file:alice.password"]
        said, code = on_terminal([os.path.abspath(plugin), *options], folder)
        if line:
            line.stdin.close()
            line.wait()
    if code != 2:
        sys.exit("it should have been CRITICAL:\n" + said)
    prompt = "$ " + shlex.join(["check_smtp_auth", *options])
    print("\n".join(draw(list(cells(prompt + "\n" + said)))))


if __name__ == "__main__":
    if len(sys.argv) not in (2, 3):
        sys.exit(__doc__)
    main(*sys.argv[1:])
