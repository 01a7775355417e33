"""docs/waterfall.svg is what -v shows: drawn anew here, it has the same words."""

import html
import pathlib
import re
import subprocess
import sys

TOP = pathlib.Path(__file__).resolve().parents[2]


def words(svg):
    """Without what differs from run to run: numbers, bars, keys, wrapping."""
    text = html.unescape("".join(re.findall(r"<text[^>]*>(.*?)</text>", svg)))
    text = re.sub(r"sha256//[A-Za-z0-9+/]+=?", "KEY", text)
    text = text.replace(" day left", " days left")
    text = re.sub(r"0 ms[ \d]*dns", "SCALE dns", text)  # its numbers vary
    return re.sub(r"[\d.]+|[\u2502-\u259f\u2500]|\s+", "", text)


def test_picture(plugin, tmp_path):
    made = subprocess.run(
        [sys.executable, TOP / "tests/demo/picture.py", plugin.path],
        cwd=tmp_path, check=True, stdout=subprocess.PIPE, text=True).stdout
    kept = (TOP / "docs/waterfall.svg").read_text()
    assert words(kept) == words(made), (
        "\"make picture\" draws docs/waterfall.svg anew")
    for part in ("$check_smtp_auth-v", "rejectedat", "✗auth-rejected",
                 "<authenticationfailed"):
        assert part in words(kept), part
