"""SCRAM (RFC 5802) as a server has it, by Python's own hashlib and hmac: to
answer the plugin, and to move a dialogue file to the nonce of a session."""

import base64
import hashlib
import hmac

NONCE = "rOprNGfwEbeRWgbNEkqO"  # as in tests/unit/dialogue.h
HASHES = {"SCRAM-SHA-1": "sha1", "SCRAM-SHA-256": "sha256",
          "SCRAM-SHA-512": "sha512"}


def b64(data):
    return base64.b64encode(
        data.encode() if isinstance(data, str) else data).decode()


def unb64(text):
    """The text in base64, "" where it is none."""
    try:
        return base64.b64decode(text, validate=True).decode()
    except ValueError:
        return ""


def hash_of(mech):
    return HASHES[mech.upper().replace("-PLUS", "")]


class Keys:
    """All that a password, a salt and a number of iterations lead to."""

    def __init__(self, mech, password, salt, iterations):
        self.hash = hash_of(mech)
        self.salted = hashlib.pbkdf2_hmac(
            self.hash, password.encode("utf-8", "surrogateescape"), salt,
            iterations)
        self.client = self._mac(self.salted, "Client Key")
        self.stored = hashlib.new(self.hash, self.client).digest()
        self.server = self._mac(self.salted, "Server Key")

    def _mac(self, key, text):
        return hmac.new(key, text.encode(), self.hash).digest()

    def proof(self, message):
        signature = self._mac(self.stored, message)
        return b64(bytes(a ^ b for a, b in zip(self.client, signature)))

    def signature(self, message):
        return b64(self._mac(self.server, message))


def bare(first):
    """The client's first message without the GS2 header."""
    return first.split(",", 2)[2]


def nonce_in(line):
    """Our nonce in a line of the client's, or ""."""
    text = unb64(line.rsplit(" ", 1)[-1])
    if text[:2] not in ("n,", "y,", "p=") or ",r=" not in text:
        return ""
    return text.rsplit(",r=", 1)[1]


class Moved:
    """The steps of a dialogue, one after the other, with another nonce."""

    def __init__(self, mech, password, nonce):
        self.mech, self.password, self.nonce = mech, password, nonce
        self.said = []  # pairs of messages: the file's, and what became of it

    def _keys(self):
        salt, iterations = (
            part[2:] for part in self.said[1][0].split(",")[1:3])
        return Keys(self.mech, self.password, base64.b64decode(salt),
                    int(iterations))

    def _messages(self, last):
        """AuthMessage, the file's and ours."""
        for i, final in enumerate(last):
            yield ",".join([bare(self.said[0][i]), self.said[1][i],
                            final.rsplit(",p=", 1)[0]])

    def _message(self, text):
        moved = text.replace(NONCE, self.nonce)
        if text.startswith("c=") and len(self.said) == 2:
            _, ours = self._messages((text, moved))
            moved = "%s,p=%s" % (moved.rsplit(",p=", 1)[0],
                                 self._keys().proof(ours))
        elif text.startswith("v=") and len(self.said) == 3:
            theirs, ours = self._messages(self.said[2])
            keys = self._keys()
            moved = moved.replace(keys.signature(theirs),
                                  keys.signature(ours))
        self.said.append((text, moved))
        return moved

    def line(self, text):
        head, blank, last = text.rpartition(" ")
        message = unb64(last)
        if message[:2] in ("n,", "y,", "p=", "r=", "c=", "v="):
            return head + blank + b64(self._message(message))
        if last.startswith("v=") and len(self.said) == 3:
            return head + blank + self._message(last)
        return text


def moved(steps, password, line):
    """The steps as they are with the nonce in line, the client's first."""
    mech = next(text.split(" ")[1] for what, text in steps
                if what == "C" and text.startswith("AUTH "))
    nonce = nonce_in(line)
    if not nonce or not mech.startswith("SCRAM-"):
        return steps
    move = Moved(mech, password, nonce)
    return [(what, move.line(text)) for what, text in steps]
