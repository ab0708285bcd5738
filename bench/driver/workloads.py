"""What is measured: the workloads and the clients."""

import dataclasses
import sys

KIB, MIB, GIB = 1 << 10, 1 << 20, 1 << 30

# The body of /1k, and the JSON of /data.json when it is decoded.
SMALL = KIB
DECODED = 100 * KIB


@dataclasses.dataclass(frozen=True)
class Workload:
    name: str
    title: str
    work: str  # what clients/common.hpp calls it
    server: str  # plain, tls, tls_resumed (nginx); slow
    path: str
    count: int
    quick: int  # the count of --quick
    smoke: int  # the count of --smoke
    concurrency: int = 1
    smoke_concurrency: int = 1
    length: int = SMALL
    host: str = "127.0.0.1"
    cookies: int = 0
    # Two counts, whose difference is measured with valgrind.
    counted: tuple = ()

    @property
    def short(self):
        return self.name.split()[0]


_big = dict(work="download", path="/big", count=1, quick=1, smoke=1, length=GIB)
_tls_get = dict(work="get", server="tls", path="/1k")
_new = dict(work="close", path="/1k", smoke=10)
_queue = dict(server="plain", path="/1k", concurrency=100, smoke_concurrency=10)
_jar = dict(
    work="cookies", server="plain", path="/cookies", host="localhost",
    count=10_000, quick=500, smoke=20,
)

WORKLOADS = [
    Workload("W1 C=1", "GET 1 KiB, keep-alive, one at a time", "get", "plain", "/1k",
             20_000, 1_000, 20, counted=(100, 600)),
    Workload("W1 C=64", "GET 1 KiB, keep-alive, 64 at a time", "get", "plain", "/1k",
             100_000, 4_000, 100, 64, 8),
    Workload("W2 C=1", "GET 1 KiB over TLS, keep-alive, one at a time", **_tls_get,
             count=20_000, quick=1_000, smoke=20, counted=(100, 600)),
    Workload("W2 C=64", "GET 1 KiB over TLS, keep-alive, 64 at a time", **_tls_get,
             count=100_000, quick=4_000, smoke=100, concurrency=64, smoke_concurrency=8),
    Workload("W3 plain", "download of 1 GiB, read in pieces", server="plain", **_big),
    Workload("W3 TLS", "download of 1 GiB over TLS, read in pieces", server="tls", **_big),
    Workload("W4 plain", "a new connection a request", server="plain", **_new,
             count=10_000, quick=500, counted=(50, 150)),
    Workload("W4 TLS full", "a new TLS connection a request, in full", server="tls", **_new,
             count=2_000, quick=100, counted=(20, 60)),
    Workload("W4 TLS resumed", "a new TLS connection a request, resumed",
             server="tls_resumed", **_new, count=2_000, quick=100, counted=(20, 60)),
    Workload("W5", "POST of JSON, the reply parsed", "post", "slow", "/echo",
             20_000, 500, 20, counted=(50, 250)),
    Workload("W6", "10 000 in flight, answered after 1 s", "get", "slow", "/slow",
             10_000, 10_000, 50, 10_000, 50, length=2),
    Workload("W7 1 000", "a list of 1 000 requests on 100 connections", "queue", **_queue,
             count=1_000, quick=1_000, smoke=50),
    Workload("W7 100 000", "a list of 100 000 requests on 100 connections", "queue", **_queue,
             count=100_000, quick=5_000, smoke=200),
    Workload("W7 begun", "100 000 requests begun at once, which wait for 100 connections",
             "begun", **_queue, count=100_000, quick=5_000, smoke=200),
    Workload("W8", "upload of 100 MiB from memory", "upload", "slow", "/upload",
             10, 1, 1, length=100 * MIB),
    Workload("W9", "GET of gzip, decoded to 100 KiB", "gzip", "plain", "/data.json",
             10_000, 300, 10, length=DECODED, counted=(50, 150)),
    Workload("W10 10", "W1 with a jar of 10 cookies, all sent", **_jar, cookies=10,
             counted=(100, 300)),
    Workload("W10 10 000", "W1 with a jar of 10 000 cookies of 1 000 hosts, 10 sent", **_jar,
             cookies=10_000, counted=(100, 300)),
]


@dataclasses.dataclass(frozen=True)
class Client:
    name: str
    label: str
    native: bool = True  # a C++ program: valgrind can count it
    limit: bool = False  # no client, but what a client can be at best
    slower: int = 1  # makes so many times fewer requests, where that changes nothing else

    def command(self, programs, sources):
        if self.name == "python_aiohttp":
            return ["/usr/bin/python3", str(sources / "clients" / "python_aiohttp.py")]
        return [str(programs / self.name)]


OURS = "aiohttp"
CLIENTS = [
    Client(OURS, "**this library**"),
    Client("curl", "libcurl multi"),
    Client("beast", "Boost.Beast"),
    Client("httplib", "cpp-httplib"),
    Client("net_http", "Go net/http", native=False),
    Client("python_aiohttp", "Python aiohttp", native=False, slower=10),
    Client("asio", "bare Asio loop", limit=True),
    Client("epoll", "bare epoll loop", limit=True),
]


@dataclasses.dataclass(frozen=True)
class Mode:
    """How much of it: the whole, --quick, or --smoke."""

    name: str
    rounds: int
    seconds: int  # after which a client is ended

    def count(self, workload, client):
        counts = {"full": workload.count, "quick": workload.quick, "smoke": workload.smoke}
        count = counts[self.name]
        reducible = workload.concurrency <= 64 and workload.work not in ("download", "upload")
        return max(1, count // client.slower) if reducible else count

    def concurrency(self, workload):
        return workload.smoke_concurrency if self.name == "smoke" else workload.concurrency

    def cookies(self, workload):
        return min(workload.cookies, 1000) if self.name == "smoke" else workload.cookies

    def length(self, workload):
        shrink = {"full": 1, "quick": 8, "smoke": 256}[self.name]
        large = workload.work in ("download", "upload")
        return workload.length // shrink if large else workload.length


MODES = {
    "full": Mode("full", 5, 300),
    "quick": Mode("quick", 1, 60),
    "smoke": Mode("smoke", 1, 30),
}


def chosen(names):
    """The workloads whose names begin with one of those given; all when none is."""
    found = [w for w in WORKLOADS if not names or any(w.name.startswith(name) for name in names)]
    if "W1" in names:  # not W10
        found = [w for w in found if w.short != "W10" or "W10" in names]
    if not found:
        sys.exit(f"no such workload; there are {', '.join(w.name for w in WORKLOADS)}")
    return found
