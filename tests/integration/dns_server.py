"""A DNS server on loopback, UDP and TCP on one port, in which each name
behaves as a test wants it to.  It remembers what it was asked."""

import select
import socket
import struct
import threading

import dns.flags
import dns.message
import dns.rcode
import dns.rdatatype
import dns.rrset

from smtp_server import PATIENCE, bind_all

TTL = 60


class Name:
    """
    a, aaaa    addresses
    cname      the name that this one stands for
    rcode      answer both families with this, "NXDOMAIN" for instance; or
               a dictionary by family
    silent     the families never answered: {"A"}, {"AAAA"} or both
    truncate   over UDP only TC comes; TCP gives the answer
    late       {"AAAA": event}: answered when the event is set
    """

    def __init__(self, a=(), aaaa=(), cname=None, rcode=None, silent=(),
                 truncate=False, late=None):
        self.records = {"A": list(a), "AAAA": list(aaaa)}
        self.cname = cname
        self.rcode = rcode
        if not isinstance(rcode, dict):
            self.rcode = {"A": rcode, "AAAA": rcode}
        self.silent = set(silent)
        self.truncate = truncate
        self.late = late or {}


class DnsServer:
    """names maps names without the last dot to Name; all others do not
    exist.  queries lists (transport, name, type) as they came."""

    def __init__(self, names=None, host="127.0.0.1"):
        self.names = dict(names or {})
        self.queries = []
        self._threads = []
        self._stopping = threading.Event()
        self._bind(host)
        text = "[%s]" % host if ":" in host else host
        self.address = "%s:%d" % (text, self.port)
        self._wake, self._sleeper = socket.socketpair()
        self._loop = threading.Thread(target=self._serve, daemon=True)
        self._loop.start()

    def _bind(self, host):
        for _ in range(50):
            (self._udp,), self.port = bind_all([host], 0, socket.SOCK_DGRAM)
            try:
                (self._tcp,), _ = bind_all([host], self.port)
                self._tcp.listen(16)
                return
            except OSError:
                self._udp.close()
        raise OSError("no port is free for both UDP and TCP")

    def asked(self, name, transport=None):
        """The set of types that were asked for name."""
        return {q[2] for q in self.queries
                if q[1] == name and transport in (None, q[0])}

    def close(self):
        self._stopping.set()
        for name in self.names.values():
            for event in name.late.values():
                event.set()
        self._wake.send(b"x")
        self._loop.join(PATIENCE)
        for thread in self._threads:
            thread.join(PATIENCE)
        for s in (self._udp, self._tcp, self._wake, self._sleeper):
            s.close()

    def _serve(self):
        while True:
            ready, _, _ = select.select(
                [self._sleeper, self._udp, self._tcp], [], [])
            if self._sleeper in ready:
                return
            if self._udp in ready:
                try:
                    wire, peer = self._udp.recvfrom(65536)
                except OSError:  # an ICMP error for an earlier answer
                    continue
                self._run(self._answer, wire, "udp",
                          lambda out, peer=peer: self._udp.sendto(out, peer))
            if self._tcp in ready:
                sock, _ = self._tcp.accept()
                self._run(self._serve_tcp, sock)

    def _run(self, fn, *args):
        thread = threading.Thread(target=fn, args=args, daemon=True)
        self._threads.append(thread)
        thread.start()

    def _serve_tcp(self, sock):
        def reply(out):
            sock.sendall(struct.pack("!H", len(out)) + out)

        with sock:
            while True:
                ready, _, _ = select.select([sock], [], [], 0.2)
                if not ready:
                    if self._stopping.is_set():
                        return
                    continue
                try:
                    head = sock.recv(2, socket.MSG_WAITALL)
                    if len(head) < 2:
                        return
                    size = struct.unpack("!H", head)[0]
                    wire = sock.recv(size, socket.MSG_WAITALL)
                    self._answer(wire, "tcp", reply)
                except OSError:
                    return

    def _answer(self, wire, transport, reply):
        query = dns.message.from_wire(wire)
        question = query.question[0]
        qname = question.name.to_text(omit_final_dot=True).lower()
        qtype = dns.rdatatype.to_text(question.rdtype)
        self.queries.append((transport, qname, qtype))
        name = self.names.get(qname)
        response = dns.message.make_response(query)
        response.flags |= dns.flags.AA | dns.flags.RA
        if name is None:
            response.set_rcode(dns.rcode.NXDOMAIN)
        elif qtype in name.silent:
            return
        elif name.rcode.get(qtype):
            response.set_rcode(dns.rcode.from_text(name.rcode[qtype]))
        else:
            if qtype in name.late:
                name.late[qtype].wait(PATIENCE)
                if self._stopping.is_set():
                    return
            if name.truncate and transport == "udp":
                response.flags |= dns.flags.TC
            else:
                self._fill(response, question.name, qname, qtype)
        try:
            reply(response.to_wire(max_size=65535))
        except OSError:
            pass

    def _fill(self, response, owner, qname, qtype):
        name = self.names.get(qname)
        while name is not None and name.cname:
            target = name.cname
            response.answer.append(dns.rrset.from_text(
                owner, TTL, "IN", "CNAME", target + "."))
            owner, name = dns.name.from_text(target), self.names.get(target)
        records = name.records.get(qtype) if name is not None else None
        if records:
            response.answer.append(
                dns.rrset.from_text(owner, TTL, "IN", qtype, *records))
