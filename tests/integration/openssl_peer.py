"""A TLS server straight on libssl, for what Python's ssl module cannot do:
KeyUpdate, tickets at any time, HelloRequest, groups and signatures."""

import ctypes
import ctypes.util

from smtp_server import ClientGone

CHAIN = 1  # SSL_FILETYPE_PEM
KEY_UPDATE_NOT_REQUESTED, KEY_UPDATE_REQUESTED = 0, 1
SET_MAX_PROTO_VERSION = 124
SET_DH_AUTO = 118
VERIFY_PEER, FAIL_IF_NO_PEER_CERT = 1, 2
CONF_FLAGS = 0x02 | 0x08 | 0x20  # of a file, server, certificate
TLS_1_2 = 0x0303


def load():
    lib = ctypes.CDLL(ctypes.util.find_library("ssl"), use_errno=True)
    for name in ("TLS_server_method", "SSL_CTX_new", "SSL_new",
                 "SSL_CONF_CTX_new"):
        getattr(lib, name).restype = ctypes.c_void_p
    return lib


def knows(name, value):
    """Whether this library takes SSL_CONF_cmd(3) so."""
    lib = load()
    ctx = ctypes.c_void_p(lib.SSL_CTX_new(
        ctypes.c_void_p(lib.TLS_server_method())))
    conf = ctypes.c_void_p(lib.SSL_CONF_CTX_new())
    lib.SSL_CONF_CTX_set_flags(conf, CONF_FLAGS)
    lib.SSL_CONF_CTX_set_ssl_ctx(conf, ctx)
    known = lib.SSL_CONF_cmd(conf, name.encode(), value.encode()) > 0
    lib.SSL_CONF_CTX_free(conf)
    lib.SSL_CTX_free(ctx)
    return known


class Tls:
    """The server's side of a handshake on a connected socket, blocking.
    commands are those of SSL_CONF_cmd(3); client_ca: a client certificate is
    required, by a root in this file."""

    def __init__(self, conn, pair, oldest=False, commands=(), client_ca=None):
        self.lib = load()
        self.conn = conn
        pointer = ctypes.c_void_p
        self.ctx = pointer(self.lib.SSL_CTX_new(
            pointer(self.lib.TLS_server_method())))
        if oldest:
            self.lib.SSL_CTX_ctrl(self.ctx, SET_MAX_PROTO_VERSION,
                                  ctypes.c_long(TLS_1_2), None)
        self._configure(commands, client_ca)
        assert self.lib.SSL_CTX_use_certificate_chain_file(
            self.ctx, pair.cert_file.encode()) == 1
        assert self.lib.SSL_CTX_use_PrivateKey_file(
            self.ctx, pair.key_file.encode(), CHAIN) == 1
        self.ssl = pointer(self.lib.SSL_new(self.ctx))
        self.lib.SSL_set_fd(self.ssl, conn.sock.fileno())
        self._must(self.lib.SSL_accept(self.ssl))

    def _configure(self, commands, client_ca):
        self.lib.SSL_CTX_ctrl(self.ctx, SET_DH_AUTO, ctypes.c_long(1), None)
        conf = ctypes.c_void_p(self.lib.SSL_CONF_CTX_new())
        self.lib.SSL_CONF_CTX_set_flags(conf, CONF_FLAGS)
        self.lib.SSL_CONF_CTX_set_ssl_ctx(conf, self.ctx)
        for name, value in commands:
            assert self.lib.SSL_CONF_cmd(
                conf, name.encode(), value.encode()) > 0, (name, value)
        assert self.lib.SSL_CONF_CTX_finish(conf) == 1
        self.lib.SSL_CONF_CTX_free(conf)
        if client_ca:
            assert self.lib.SSL_CTX_load_verify_locations(
                self.ctx, client_ca.encode(), None) == 1
            self.lib.SSL_CTX_set_verify(
                self.ctx, VERIFY_PEER | FAIL_IF_NO_PEER_CERT, None)

    def _must(self, rc):
        if rc <= 0:
            raise ClientGone

    def write(self, data):
        self._must(self.lib.SSL_write(self.ssl, data, len(data)))

    def line(self):
        data = b""
        while not data.endswith(b"\r\n"):
            byte = ctypes.create_string_buffer(1)
            self._must(self.lib.SSL_read(self.ssl, byte, 1))
            data += byte.raw
        return data

    def key_update(self, kind):
        self._must(self.lib.SSL_key_update(self.ssl, kind))
        self._must(self.lib.SSL_do_handshake(self.ssl))

    def ticket(self):
        self._must(self.lib.SSL_new_session_ticket(self.ssl))
        self._must(self.lib.SSL_do_handshake(self.ssl))

    def hello_request(self):
        self._must(self.lib.SSL_renegotiate(self.ssl))
        self._must(self.lib.SSL_do_handshake(self.ssl))

    def close(self):
        self.lib.SSL_free(self.ssl)
        self.lib.SSL_CTX_free(self.ctx)
