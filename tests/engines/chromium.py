"""A real headless Chromium, spoken to over the pipe of its DevTools protocol."""

import base64
import fcntl
import itertools
import json
import os
import select
import shutil
import subprocess
import tempfile
import time

PATIENCE_S = 120

# For every text that is seen: what it is on, and the contrast (WCAG 2.1).
CONTRASTS = """
(() => {
  const parse = c => c.match(/[\\d.]+/g).map(Number);
  const light = ([r, g, b]) => [r, g, b].map(v => v / 255).map(
      v => v <= 0.04045 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4)
    .reduce((sum, v, i) => sum + v * [0.2126, 0.7152, 0.0722][i], 0);
  const ground = e => {
    for (; e; e = e.parentElement) {
      const c = parse(getComputedStyle(e).backgroundColor);
      if (c.length === 3 || c[3] === 1) return c;
      if (c[3] !== 0) throw new Error("half transparent: " + e.outerHTML);
    }
    throw new Error("no ground");
  };
  const out = {};
  const walk = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  while (walk.nextNode()) {
    const e = walk.currentNode.parentElement;
    if (!walk.currentNode.data.trim() || !e.getClientRects().length) continue;
    const text = parse(getComputedStyle(e).color);
    const a = light(text), b = light(ground(e));
    const ratio = (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05);
    const at = e.tagName + "." + e.className + " in " +
      e.parentElement.tagName + "." + e.parentElement.className;
    out[at] = Math.min(out[at] || 99, ratio);
  }
  return out;
})()
"""
# Elements that reach out of the window to the right.
WIDER = """
[...document.querySelectorAll("body *")].filter(
    e => e.getBoundingClientRect().right > innerWidth + 0.5).map(
    e => e.outerHTML.slice(0, 200))
"""


def program():
    path = shutil.which("chromium")
    assert path, "chromium is not installed (Debian: chromium)"
    return path


def high_pipe():
    """Neither of its ends is where Chromium looks for them."""
    low = os.pipe()
    ends = [fcntl.fcntl(fd, fcntl.F_DUPFD_CLOEXEC, 10) for fd in low]
    for fd in low:
        os.close(fd)
    return ends


class Chromium:
    """One browser with one page."""

    def __init__(self):
        self.folder = tempfile.mkdtemp(prefix="chromium-", dir="/tmp")
        to_read, self.to = high_pipe()
        self.back, to_write = high_pipe()
        self.process = subprocess.Popen(
            # dash knows one digit only.
            ["bash", "-c", 'exec "$@" 3<&%d 4>&%d' % (to_read, to_write), "sh",
             program(), "--headless", "--no-sandbox", "--disable-gpu",
             "--disable-dev-shm-usage", "--remote-debugging-pipe",
             "--no-first-run", "--hide-scrollbars", "--force-color-profile=srgb",
             "--disable-background-networking", "--disable-component-update",
             "--user-data-dir=%s" % self.folder],
            pass_fds=[to_read, to_write], stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
            env={**os.environ, "HOME": self.folder})
        os.close(to_read)
        os.close(to_write)
        self.numbers = itertools.count(1)
        self.heard = b""
        self.requests = []
        self.loaded = False
        self.session = None
        target = self.call("Target.createTarget", url="about:blank")
        self.session = self.call("Target.attachToTarget", flatten=True,
                                 targetId=target["targetId"])["sessionId"]
        for name in ("Page", "Network", "Runtime"):
            self.call(name + ".enable")

    def close(self):
        os.close(self.to)
        try:
            self.process.wait(PATIENCE_S)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
        os.close(self.back)
        shutil.rmtree(self.folder, ignore_errors=True)

    def _message(self, until):
        while b"\0" not in self.heard:
            left = until - time.monotonic()
            ready, _, _ = select.select([self.back], [], [], max(left, 0))
            assert ready, "chromium says nothing"
            data = os.read(self.back, 1 << 20)
            assert data, "chromium is gone"
            self.heard += data
        text, _, self.heard = self.heard.partition(b"\0")
        message = json.loads(text)
        if message.get("method") == "Network.requestWillBeSent":
            self.requests.append(message["params"]["request"]["url"])
        elif message.get("method") == "Page.loadEventFired":
            self.loaded = True
        return message

    def call(self, method, **params):
        until = time.monotonic() + PATIENCE_S
        number = next(self.numbers)
        message = {"id": number, "method": method, "params": params}
        if self.session:
            message["sessionId"] = self.session
        os.write(self.to, json.dumps(message).encode() + b"\0")
        while True:
            answer = self._message(until)
            if answer.get("id") == number:
                assert "error" not in answer, answer
                return answer["result"]

    def evaluate(self, script):
        result = self.call("Runtime.evaluate", expression=script,
                           returnByValue=True)
        assert "exceptionDetails" not in result, result
        return result["result"].get("value")

    def look(self, width, scheme):
        """From now on pages are this wide, and light or dark."""
        self.call("Emulation.setDeviceMetricsOverride", width=width,
                  height=800, deviceScaleFactor=1, mobile=width < 500)
        self.call("Emulation.setEmulatedMedia", features=[
            {"name": "prefers-color-scheme", "value": scheme}])

    def open(self, url):
        until = time.monotonic() + PATIENCE_S
        self.requests.clear()
        self.loaded = False
        self.call("Page.navigate", url=url)
        while not self.loaded:
            self._message(until)

    def screenshot(self, path):
        path.write_bytes(base64.b64decode(
            self.call("Page.captureScreenshot")["data"]))
