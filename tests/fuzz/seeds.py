#!/usr/bin/python3
"""seeds.py FOLDER: write first inputs for the fuzz targets, a folder for
each, made of tests/dialogues and of the options that the unit tests give."""

import base64
import pathlib
import re
import sys

HERE = pathlib.Path(__file__).resolve().parent
TESTS = HERE.parent
sys.path.insert(0, str(TESTS / "integration"))
sys.dont_write_bytecode = True

from smtp_server import Dialogue, unescape  # noqa: E402

# As in fuzz_client.c.
NEXT, INJECT = b"\xfe", b"\xff"
TLS = {"none": 0, "starttls": 1, "implicit": 2}
# The order of sasl_mechs[], told by the source.
MECHS = re.findall(r'\.name = "([A-Z0-9-]+)"',
                   (TESTS.parent / "src/smtp/sasl.c").read_text())


def server_bytes(what, text):
    if what == "R":
        return unescape(text)
    return text.encode("utf-8", "surrogateescape") + b"\r\n"


def client(d, chunk):
    wanted = d.settings.get("mechs", "").split(",")
    if wanted == [""]:
        wanted = (["OAUTHBEARER", "XOAUTH2"] if "token" in d.settings else
                  ["PLAIN", "LOGIN"] if "password" in d.settings else [])
    mechs = sum(1 << MECHS.index(m) for m in wanted if m in MECHS)
    verified = not d.is_set("unverified")
    flags = (TLS[d.settings["tls"]] | d.is_set("lmtp") << 2 |
             d.is_set("allow-cleartext") << 3 |
             d.is_set("allow-unverified") << 4 | verified << 5 |
             (not verified) << 6)
    secret = len(d.settings.get("password", d.settings.get("token", "")))
    shift = 0
    while secret >> shift > 255:
        shift += 1
    out = bytes([flags, mechs & 255,
                 ("authzid" in d.settings) | ("from" in d.settings) << 1 |
                 ("rcpt" in d.settings) << 3,
                 len(d.commands) & 3, secret >> shift, shift, chunk, chunk])
    before = ""
    for what, text in d.steps:
        if what in "SR":
            out += server_bytes(what, text)
        elif before in ("S", "R"):
            out += NEXT
        before = what
    return out


def write(folder, name, data):
    folder.mkdir(parents=True, exist_ok=True)
    (folder / name).write_bytes(data)


def from_dialogue(root, path):
    d = Dialogue(path)
    write(root / "client", path.name, client(d, 0))
    write(root / "client", path.name + ".7", client(d, 7))
    said, replies = b"", []
    for what, text in [*d.steps, ("", "")]:
        if what in ("S", "R"):
            said += server_bytes(what, text)
        elif said:
            replies.append(said)
            said = b""
    for i, reply in enumerate(replies):
        write(root / "reply", "%s.%d" % (path.name, i), b"\0\5" + reply)
        if reply.startswith(b"334 "):
            text = reply[4:].strip()
            write(root / "challenge", "%s.%d.text" % (path.name, i),
                  b"\1" + text)
            try:
                write(root / "challenge", "%s.%d" % (path.name, i),
                      b"\2" + base64.b64decode(text))
            except ValueError:
                pass
        write(root / "report", "%s.%d" % (path.name, i),
              b"\2" + b"\0".join([reply, reply[4:]] * 9))
        for kind in range(4):
            write(root / "report", "%s.%d.many%d" % (path.name, i, kind),
                  bytes([128 + kind]) + b"\0".join(
                      [reply, b"<b> & 'x';\"|\n"] * 10))


def from_options(root):
    text = (TESTS / "unit" / "test_options.c").read_text()
    for i, line in enumerate(re.findall(r'"(-[^"\\]+)"', text)):
        words = line.split(" ")
        write(root / "options", "line%d" % i, "\0".join(words).encode())
        write(root / "ini", "line%d" % i, ("[check_smtp_auth]\n" + "\n".join(
            w.lstrip("-") for w in words) + "\n").encode())
        write(root / "sections", "line%d" % i, (
            "[check_smtp_auth]\nhostname=h\n[a]\n" + "\n".join(
                w.lstrip("-") for w in words) + "\n[b!c]\nport=25\n").encode())


def from_files(root):
    """What the tests of such files have in quotes, line by line."""
    text = (TESTS / "unit" / "test_sections.c").read_text()
    for i, data in enumerate(re.findall(r'"(\[(?:[^"\\]|\\.)*)"', text)):
        write(root / "sections", str(i), unescape(data))
    for i, data in enumerate([
            b"[a]\nport=x\n[a]\n", b"[a]\n[b\n", b"port=1\n[a]\n",
            b"[a]\npassword-from=env:X\nauthuser=u\nhostname=h\n",
            b"\xef\xbb\xbf[a]\r\n; x\r\nhostname = h\r\n",
            b"[" + b"n" * 255 + b"]\n[" + b"n" * 256 + b"]\n"]):
        write(root / "sections", "file%d" % i, data)


def from_claims(root):
    text = (TESTS / "unit" / "test_token.c").read_text()
    for i, claims in enumerate(re.findall(r'"([{\[](?:[^"\\]|\\.)*)"', text)):
        data = re.sub(r'\\(["\\])', r"\1", claims).encode()
        write(root / "token", "claims%d" % i, b"\2" + data)
        jwt = b".".join(base64.urlsafe_b64encode(x).rstrip(b"=")
                        for x in (b"{}", data, b"signed"))
        write(root / "token", "token%d" % i, b"\1" + jwt)


def from_documents(root):
    text = (TESTS / "unit" / "test_oauth2_document.c").read_text()
    for i, body in enumerate(re.findall(r'"(\{(?:[^"\\]|\\.)*)"', text)):
        data = re.sub(r'\\(["\\])', r"\1", body).encode()
        write(root / "oauth2_document", str(i), bytes([i % 256]) + data)
    for i, body in enumerate([
            b'{"error":"invalid_grant","error_description":"AADSTS70008: x"}',
            b'{"error":"slow_down","suberror":"a|b"}',
            b'{"error":"x","error_description":"has secret-0123456789"}']):
        write(root / "oauth2_document", "error%d" % i, b"\1" + body)


def main():
    root = pathlib.Path(sys.argv[1])
    for path in sorted((TESTS / "dialogues").iterdir()):
        from_dialogue(root, path)
    from_options(root)
    from_files(root)
    from_claims(root)
    from_documents(root)
    for i, text in enumerate(["10", "10:", "~:10", "10:20", "@10:20", "0.5"]):
        write(root / "range", str(i), b"\0" * 8 + text.encode())
    for i, text in enumerate(["192.0.2.7", "2001:db8::7", "[::1]:53,1.2.3.4",
                              "fe80::1%lo", "192.0.2.7:53"]):
        write(root / "address", str(i), text.encode())
    for i, query in enumerate([
            "?code=a%2Fb&state=c+d&iss=https%3A%2F%2Fissuer.example.org",
            "?error=access_denied&error_description=no%0d%0a&state=",
            "favicon.ico", "x?code&code=a&=b&#f"]):
        write(root / "redirect", "get-%d" % i,
              b"GET /%s HTTP/1.1\r\nHost: x\r\n\r\n" % query.encode())
        write(root / "redirect", "url-%d" % i,
              b" http://127.0.0.1:80/%s\n" % query.encode())
    for i in range(8):
        write(root / "censor", str(i), bytes([i, 12, 5]) + b"s3cret-words-abc")


if __name__ == "__main__":
    main()
