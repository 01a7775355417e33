"""GNU SASL as the server of SCRAM, by its C library: what it thinks of our
messages, and of what they are bound to."""

import ctypes
import hashlib
import hmac
import struct

LIBRARY = "libgsasl.so.18"
OK, NEEDS_MORE, AUTHENTICATION_ERROR, NO_CALLBACK = 0, 1, 31, 51
PASSWORD, ITERATIONS, UNIQUE, EXPORTER = 3, 15, 18, 25
CALLBACK = ctypes.CFUNCTYPE(ctypes.c_int, ctypes.c_void_p, ctypes.c_void_p,
                            ctypes.c_int)


def load():
    library = ctypes.CDLL(LIBRARY)
    for name in ("gsasl_init", "gsasl_server_start", "gsasl_step64"):
        getattr(library, name).restype = ctypes.c_int
    library.gsasl_step64.argtypes = [
        ctypes.c_void_p, ctypes.c_char_p, ctypes.POINTER(ctypes.c_void_p)]
    library.gsasl_server_start.argtypes = [
        ctypes.c_void_p, ctypes.c_char_p, ctypes.POINTER(ctypes.c_void_p)]
    library.gsasl_property_set.argtypes = [
        ctypes.c_void_p, ctypes.c_int, ctypes.c_char_p]
    library.gsasl_callback_set.argtypes = [ctypes.c_void_p, CALLBACK]
    library.gsasl_finish.argtypes = [ctypes.c_void_p]
    library.gsasl_done.argtypes = [ctypes.c_void_p]
    library.gsasl_free.argtypes = [ctypes.c_void_p]
    library.gsasl_strerror_name.argtypes = [ctypes.c_int]
    library.gsasl_strerror_name.restype = ctypes.c_char_p
    return library


class Session:
    """One exchange.  binding: the property that holds it, and its base64."""

    def __init__(self, mechanism, password, iterations=4096, binding=None):
        self.library = load()
        self.context, self.session = ctypes.c_void_p(), ctypes.c_void_p()
        assert self.library.gsasl_init(ctypes.byref(self.context)) == OK
        values = {PASSWORD: password.encode(),
                  ITERATIONS: str(iterations).encode()}
        if binding is not None:
            values[binding[0]] = binding[1]

        def answer(_context, session, what):
            if what not in values:
                return NO_CALLBACK
            self.library.gsasl_property_set(session, what, values[what])
            return OK

        self.callback = CALLBACK(answer)
        self.library.gsasl_callback_set(self.context, self.callback)
        rc = self.library.gsasl_server_start(
            self.context, mechanism.encode(), ctypes.byref(self.session))
        assert rc == OK, self.name(rc)

    def name(self, rc):
        return self.library.gsasl_strerror_name(rc).decode()

    def step(self, text):
        """What it makes of a message in base64: a code, and its answer."""
        out = ctypes.c_void_p()
        rc = self.library.gsasl_step64(
            self.session, text.encode(), ctypes.byref(out))
        if out.value is None:
            return rc, ""
        said = ctypes.string_at(out.value).decode()
        self.library.gsasl_free(out)
        return rc, said

    def close(self):
        self.library.gsasl_finish(self.session)
        self.library.gsasl_done(self.context)


def exporter(keys, cipher):
    """RFC 9266, reckoned by RFC 8446, 7.5 from a line of the key log: for this
    OpenSSL was not asked."""
    secret = next(bytes.fromhex(line.split()[2]) for line in keys.splitlines()
                  if line.startswith("EXPORTER_SECRET "))
    name = "sha384" if cipher.endswith("SHA384") else "sha256"
    size = hashlib.new(name).digest_size

    def expand(key, label, context, length):
        info = (struct.pack("!HB", length, 6 + len(label)) + b"tls13 " +
                label + bytes([len(context)]) + context + b"\x01")
        return hmac.new(key, info, name).digest()[:length]

    nothing = hashlib.new(name, b"").digest()
    derived = expand(secret, b"EXPORTER-Channel-Binding", nothing, size)
    return EXPORTER, expand(derived, b"exporter", nothing, 32)
