#!/usr/bin/env python3
"""sick.py PEER_PID: a server that suffers from several things at once.

Runs as root in the server's network namespace, with PEER_PID a process in the
peer's; live.sh sets both up. Three programs run here, each a process of its
own: python3 does not close what its clients have closed, nginx does not accept
fast enough, crawler connects anew for every request. Prints "ready" when the
oldest CLOSE_WAIT is a minute old, then keeps new clients coming for a few
seconds; ends when its input ends.
"""
import ctypes
import os
import resource
import signal
import socket
import sys
import time

SERVER, CLIENTS = "192.0.2.10", ["198.51.100.%d" % i for i in (7, 8, 9)]
UPSTREAM = ("203.0.113.5", 443)
CLONE_NEWNET = 0x40000000
libc = ctypes.CDLL(None, use_errno=True)


def enter(path):
    with open(path) as file:
        if libc.setns(file.fileno(), CLONE_NEWNET):
            raise OSError(ctypes.get_errno(), "setns")


def make(side):
    """A socket of one side; the process is on the server's otherwise."""
    if side == "peer":
        enter("/proc/%s/ns/net" % sys.argv[1])
    made = socket.socket()
    if side == "peer":
        enter("/proc/1/ns/net")
    return made


def serve(side, address, backlog):
    server = make(side)
    server.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    server.bind(address)
    server.listen(backlog)
    return server


def client(i, port):
    connection = make("peer")
    connection.bind((CLIENTS[i % 3], 0))
    connection.connect((SERVER, port))
    return connection


def program(name, run):
    """Runs in a process with this name; returns when it has done its work."""
    reader, writer = os.pipe()
    pid = os.fork()
    if not pid:
        signal.signal(signal.SIGINT, signal.SIG_DFL)
        os.close(reader)
        with open("/proc/self/comm", "w") as comm:
            comm.write(name)
        kept = run()
        os.close(writer)
        signal.pause()
        sys.exit(len(kept))
    os.close(writer)
    os.read(reader, 1)
    return pid


def leaking():
    """90 ends that were read, 15 that were not, 10 with data."""
    resource.setrlimit(resource.RLIMIT_NOFILE, (1024, 4096))
    server = serve("server", (SERVER, 8000), 128)
    kept = [server]
    for i in range(115):
        connection = client(i, 8000)
        accepted = server.accept()[0]
        if i >= 105:
            connection.send(b"GET / HTTP/1.1\r\n\r\n")
        connection.close()
        if i < 90:
            accepted.recv(1)
        kept.append(accepted)
    return kept


def healthy():
    """Short requests that the server ends: TIME_WAIT of connections that came in."""
    server = serve("server", (SERVER, 8080), 128)
    kept = [server]
    for i in range(40):
        connection = client(i, 8080)
        server.accept()[0].close()
        connection.close()
    for i in range(30):
        kept += [client(i, 8080), server.accept()[0]]
    return kept


def crawling():
    """A connection for each of 105 requests to one address; 120 local ports are all there are."""
    upstream = serve("peer", UPSTREAM, 16)
    kept = [upstream]
    for i in range(113):
        connection = make("server")
        connection.connect(UPSTREAM)
        accepted = upstream.accept()[0]
        if i < 8:
            kept += [connection, accepted]
            continue
        connection.close()
        accepted.close()
    return kept


def overloaded():
    return [serve("server", ("0.0.0.0", 80), 511)]


def knock(n):
    kept = []
    for i in range(n):
        connection = make("peer")
        connection.bind((CLIENTS[i % 3], 0))
        connection.setblocking(False)
        connection.connect_ex((SERVER, 80))
        kept.append(connection)
    return kept


def main():
    programs = [program("python3", leaking), program("nginx", overloaded)]
    kept = knock(129)
    time.sleep(62)
    programs += [program("crawler", crawling), program("nginx", healthy)]
    kept += knock(20)
    print("ready", flush=True)
    for _ in range(8):
        time.sleep(0.5)
        kept += knock(8)
    sys.stdin.read()
    for pid in programs:
        os.kill(pid, signal.SIGTERM)


if __name__ == "__main__":
    main()
