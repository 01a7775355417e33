#!/usr/bin/python3
"""Servers that hold a check up, for measuring the others beside it.  Prints
their ports as JSON and serves until its standard input ends.

    hangs   takes connections and says nothing
    drips   greets without end, an octet a second
    scram   has a key of a million iterations derived
    silent  DNS that answers nothing
    slow    DNS that has one address, 127.0.0.1, for every name, after a second
"""

import asyncio
import base64
import contextlib
import json
import sys

import dns.message
import dns.rrset

ITERATIONS = 1000000
DNS_DELAY_S = 1


async def hang(reader, writer):
    await reader.read()
    writer.close()


async def drip(_, writer):
    with contextlib.suppress(ConnectionError):
        for octet in b"220-" + b"x" * 10 ** 6:
            writer.write(bytes((octet,)))
            await writer.drain()
            await asyncio.sleep(1)
    writer.close()


async def scram(reader, writer):
    """As far as the client's proof, which is refused."""
    writer.write(b"220 bench\r\n")
    while line := await reader.readline():
        words = line.split()
        if words[0] == b"EHLO":
            writer.write(b"250-bench\r\n250 AUTH SCRAM-SHA-256\r\n")
        elif words[0] == b"AUTH":
            nonce = base64.b64decode(words[2]).split(b",r=")[1]
            writer.write(b"334 %s\r\n" % base64.b64encode(
                b"r=%sbench,s=c2FsdHNhbHQ=,i=%d" % (nonce, ITERATIONS)))
        elif words[0] == b"QUIT":
            writer.write(b"221 bye\r\n")
            break
        else:
            writer.write(b"535 5.7.8 no\r\n")
    await writer.drain()
    writer.close()


class Names(asyncio.DatagramProtocol):
    def __init__(self, delay_s):
        self.delay_s = delay_s

    def connection_made(self, transport):
        self.transport = transport

    def datagram_received(self, data, address):
        if self.delay_s is None:
            return
        query = dns.message.from_wire(data)
        answer = dns.message.make_response(query)
        question = query.question[0]
        if question.rdtype == dns.rdatatype.A:
            answer.answer.append(dns.rrset.from_text(
                question.name, 60, "IN", "A", "127.0.0.1"))
        asyncio.get_running_loop().call_later(
            self.delay_s, self.transport.sendto, answer.to_wire(), address)


async def main():
    loop = asyncio.get_running_loop()
    ports, kept = {}, []
    for name, handler in (("hangs", hang), ("drips", drip),
                          ("scram", scram)):
        server = await asyncio.start_server(
            handler, "127.0.0.1", 0, backlog=1024)
        ports[name] = server.sockets[0].getsockname()[1]
        kept.append(server)
    for name, delay_s in (("silent", None), ("slow", DNS_DELAY_S)):
        transport, _ = await loop.create_datagram_endpoint(
            lambda delay_s=delay_s: Names(delay_s), ("127.0.0.1", 0))
        ports[name] = transport.get_extra_info("sockname")[1]
        kept.append(transport)
    print(json.dumps(ports), flush=True)
    await loop.run_in_executor(None, sys.stdin.read)


if __name__ == "__main__":
    asyncio.run(main())
