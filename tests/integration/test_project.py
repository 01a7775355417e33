"""What the project's pages and machinery say of each other: make's targets, what
CI runs, the names that nobody has filled in yet."""

import pathlib
import re
import subprocess

TOP = pathlib.Path(__file__).resolve().parents[2]
PAGES = ["README.md", "CONTRIBUTING.md", "SECURITY.md", "packaging/README.md",
         "docs/performance.md", ".github/PULL_REQUEST_TEMPLATE.md"]


def text_of(name):
    return (TOP / name).read_text()


def targets():
    said = subprocess.run(["make", "-s", "help"], cwd=TOP, check=True,
                          stdout=subprocess.PIPE, text=True).stdout
    return set(re.findall(r"^  make ([a-z-]+) ", said, re.M))


def made_in(text):
    """The targets that a text has make make, but for a bare "make"."""
    return set(re.findall(r"\bmake\s+([a-z-]+)(?![\w=])", text))


def test_targets_are_there():
    known = targets()
    assert {"all", "check", "release", "picture"} <= known
    for page in PAGES:
        text = text_of(page)
        for part in (re.findall(r"`(make\s[^`]+)`", text) +
                     re.findall(r"^ {4,}(make .*?)(?: #.*)?$", text, re.M)):
            assert made_in(part) <= known, (page, part)


def test_ci_runs_what_the_readme_has():
    run = made_in(text_of(".ci/run"))
    assert run and run <= targets()
    for target in run:
        assert re.search(r"`(make\s)?%s`" % target, text_of("README.md")), target
    jobs = text_of(".github/workflows/check.yml")
    jobs = set(re.findall(r"(?<=[ \[])(?:check|memcheck|coverage)[a-z-]*(?=[\],}])",
                          jobs))
    assert run <= jobs <= targets(), (run, jobs)


def test_placeholders_are_named():
    """An address of nobody's is called so where a reader meets it."""
    for page in ("SECURITY.md", "CODE_OF_CONDUCT.md", "CONTRIBUTING.md"):
        text = text_of(page)
        assert "check-smtp-auth.example" in text and "placeholder" in text, page
