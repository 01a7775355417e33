"""The pages of integrations/, followed to the letter: their commands, with the
machine's folders replaced by those of a test."""

import re
import subprocess
import textwrap

from conftest import INTEGRATIONS


def blocks(page):
    """What is to be typed, or written into a file: the indented parts."""
    text = (INTEGRATIONS / page).read_text()
    found = re.findall(r"(?m)(?:^(?: {4,}.*)?\n)+", text)
    return [textwrap.dedent(block).strip("\n") for block in found
            if block.strip()]


def commands(page, word):
    """The lines to be typed that hold this word."""
    return [line for block in blocks(page) for line in block.splitlines()
            if word in line]


def follow(page, lines, folders):
    """Type the lines in the folder of the page; folders: a path of theirs ->
    the test's."""
    text = "\n".join(lines)
    for old, new in folders.items():
        assert old in text, (page, old)
        text = text.replace(old, str(new))
    done = subprocess.run(
        ["sh", "-euc", text], cwd=(INTEGRATIONS / page).parent, text=True,
        stdout=subprocess.PIPE, stderr=subprocess.STDOUT, check=False)
    assert done.returncode == 0, (text, done.stdout)
    return done.stdout
