"""A file system whose server is stopped: the kernel's own FUSE, served by a
thread of the tests that no longer reads requests from some point on.  Whoever
waits for an answer can be killed, and hears no signal.  Needs root and
/dev/fuse."""

import contextlib
import ctypes
import os
import stat
import struct
import threading

LOOKUP, FORGET, GETATTR, OPEN, INIT = 1, 2, 3, 14, 26
MNT_DETACH = 2
NO_FLUSH = 1 << 5
ROOT_ID, FILE_ID = 1, 2
ENOSYS = 38
NAME = "secret"  # the one file in it

libc = ctypes.CDLL(None, use_errno=True)


def checked(rc):
    if rc != 0:
        number = ctypes.get_errno()
        raise OSError(number, os.strerror(number))


def attributes(node):
    mode = stat.S_IFDIR | 0o755 if node == ROOT_ID else stat.S_IFREG | 0o600
    return struct.pack("<6Q10I", node, 100, 0, 0, 0, 0, 0, 0, 0,
                       mode, 1, os.getuid(), os.getgid(), 0, 4096, 0)


class DeadMount:
    """The folder `path` holds one file, "secret".  last: the request that is
    the last to be answered, INIT or OPEN: then nothing can be opened, or what
    was opened cannot be read.  flush: to close the file takes an answer, too,
    for which even the dead wait."""

    def __init__(self, path, last=INIT, flush=False):
        self.path = str(path)
        self.file = os.path.join(self.path, NAME)
        self.last = last
        self.flush = flush
        self.fd = os.open("/dev/fuse", os.O_RDWR | os.O_CLOEXEC)
        options = "fd=%d,rootmode=40000,user_id=0,group_id=0" % self.fd
        try:
            checked(libc.mount(b"dead", self.path.encode(), b"fuse", 0,
                               options.encode()))
        except OSError:
            os.close(self.fd)
            raise
        self.thread = threading.Thread(target=self.serve, daemon=True)
        self.thread.start()

    def serve(self):
        with contextlib.suppress(OSError):  # unmounted
            while self.hear(os.read(self.fd, 1 << 17)) != self.last:
                pass

    def hear(self, request):
        _, opcode, unique, node = struct.unpack_from("<IIQQ", request)
        if opcode != FORGET:
            error, body = self.answer(opcode, node)
            os.write(self.fd, struct.pack(
                "<IiQ", 16 + len(body), error, unique) + body)
        return opcode

    def answer(self, opcode, node):
        if opcode == INIT:
            return 0, struct.pack("<IIII", 7, 31, 0, 0) + struct.pack(
                "<HHIIHHI7I", 0, 0, 4096, 1, 1, 0, 0, *[0] * 7)
        if opcode == LOOKUP:
            return 0, struct.pack("<4Q2I", FILE_ID, 0, 60, 60, 0, 0) + \
                attributes(FILE_ID)
        if opcode == GETATTR:
            return 0, struct.pack("<QII", 60, 0, 0) + attributes(node)
        if opcode == OPEN:
            return 0, struct.pack("<QII", 1, 0 if self.flush else NO_FLUSH, 0)
        return -ENOSYS, b""

    def close(self):
        """Everybody who waits for it is told that it is gone."""
        libc.umount2(self.path.encode(), MNT_DETACH)
        os.close(self.fd)

