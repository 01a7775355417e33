"""A real Prometheus that scrapes one target each second, asked over HTTP."""

import json
import re
import urllib.error
import urllib.parse
import urllib.request

from daemons import Daemon

GLOBAL = """
global:
  scrape_interval: 1s
  evaluation_interval: 1s
rule_files: ["{rules}"]
"""
TARGET = """
scrape_configs:
  - job_name: node
    static_configs:
      - targets: ["{target}"]
"""


class Prometheus(Daemon):
    """scrape: the text of scrape_configs; without it, one of target."""

    def __init__(self, folder, target, rules, scrape=None):
        super().__init__()
        self.folder = folder
        self.log = folder / "prometheus.log"
        (folder / "prometheus.yml").write_text(GLOBAL.format(rules=rules) + (
            scrape or TARGET.format(target=target)))

    def report(self):
        return self.log.read_text()

    def address(self):
        return re.search(r'msg="Listening on" address=(127\S+)', self.report())

    def start(self):
        self.spawn([
            "prometheus", "--config.file=%s/prometheus.yml" % self.folder,
            "--storage.tsdb.path=%s/data" % self.folder,
            "--web.listen-address=127.0.0.1:0"], self.log)
        self.wait_for(self.address)
        self.wait_for(lambda: "Server is ready" in self.report())

    def get(self, path, **params):
        """The data of an answer.  A query that it refuses is an error."""
        opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
        url = "http://%s/api/v1/%s?%s" % (
            self.address()[1], path, urllib.parse.urlencode(params))
        try:
            with opener.open(url, timeout=30) as answer:
                return json.load(answer)["data"]
        except urllib.error.HTTPError as e:
            raise AssertionError("%s: %s" % (params, e.read())) from None

    def query(self, expression):
        return self.get("query", query=expression)["result"]

    def firing(self):
        """(alert, user) of the alerts that fire now."""
        return {(x["labels"]["alertname"], x["labels"].get("user"))
                for x in self.get("alerts")["alerts"]
                if x["state"] == "firing"}
