"""Python's aiohttp: the same work as clients/common.hpp describes."""

import argparse
import asyncio
import json
import resource
import ssl
import sys
import time

import aiohttp


def make_order(number):
    items = [
        {"sku": f"tea-{i}", "title": "Darjeeling, second flush", "count": i + 1, "price": 12.5}
        for i in range(8)
    ]
    return {"id": number, "customer": "Ada Lovelace", "express": True, "items": items}


class Tally:
    def __init__(self, job):
        self.job = job
        self.indices = iter(range(job.count))
        self.requests = self.errors = self.bytes = self.slack = 0
        self.note = ""

    def check(self, index, right, size, note=""):
        self.slack = max(self.slack, abs(index - self.requests - self.errors))
        self.bytes += size
        if right:
            self.requests += 1
        else:
            self.errors += 1
            self.note = self.note or note


async def one(job, tally, session, index):
    """One request of whatever work it is."""
    if job.work == "post":
        async with session.post(job.url, json=make_order(index)) as response:
            reply = await response.json()
            right = reply["id"] == index and len(reply["items"]) == 8
            tally.check(index, response.status == 200 and right, response.content_length or 0)
    elif job.work == "upload":
        async with session.post(job.url, data=memoryview(job.upload)) as response:
            right = response.status == 200 and await response.text() == str(job.length)
            tally.check(index, right, job.length)
    elif job.work == "download":
        async with session.get(job.url) as response:
            size = 0
            async for piece in response.content.iter_any():
                size += len(piece)
            tally.check(index, response.status == 200 and size == job.length, size)
    else:
        async with session.get(job.url) as response:
            size = len(await response.read())
            right = response.status == 200 and size == job.length
            tally.check(index, right, size, f"status {response.status}, {size} bytes")


async def loop(job, tally, session):
    for index in tally.indices:
        await one(job, tally, session, index)


def fill_jar(job, jar):
    """Ten cookies of this host, and ten for each of as many others as it takes."""
    for shop in range(job.cookies // 10):
        site = f"http://shop{shop}.example/" if shop else job.url
        cookies = {f"c{i}": f"value{shop}" for i in range(10)}
        jar.update_cookies(cookies, aiohttp.client.URL(site))


def peak_rss():
    with open("/proc/self/status") as status:
        return next(int(line.split()[1]) for line in status if line.startswith("VmHWM:"))


def cpu():
    usage = resource.getrusage(resource.RUSAGE_SELF)
    return usage.ru_utime + usage.ru_stime


async def main(job):
    context = ssl.create_default_context(cafile=job.ca) if job.ca else None
    connector = aiohttp.TCPConnector(
        limit=job.concurrency, force_close=job.work == "close", ssl=context
    )
    tally = Tally(job)
    job.upload = b"x" * job.length if job.work == "upload" else b""
    async with aiohttp.ClientSession(connector=connector) as session:
        fill_jar(job, session.cookie_jar)
        wall_before, cpu_before = time.monotonic(), cpu()
        try:
            if job.work == "begun":
                await asyncio.gather(
                    *(one(job, tally, session, index) for index in range(job.count))
                )
            else:
                await asyncio.gather(
                    *(loop(job, tally, session) for _ in range(job.concurrency))
                )
        except (aiohttp.ClientError, asyncio.TimeoutError) as error:
            tally.check(0, False, 0, repr(error))
        wall, used = time.monotonic() - wall_before, cpu() - cpu_before
    result = {
        "requests": tally.requests,
        "errors": tally.errors,
        "bytes": tally.bytes,
        "wall": wall,
        "cpu": used,
        "rss_kib": peak_rss(),
        "order_slack": tally.slack,
        "note": tally.note,
    }
    print(json.dumps(result))
    return 0 if tally.errors == 0 and tally.requests == job.count else 1


def parse():
    parser = argparse.ArgumentParser()
    parser.add_argument("work")
    parser.add_argument("url")
    parser.add_argument("count", type=int)
    parser.add_argument("concurrency", type=int)
    parser.add_argument("--ca")
    parser.add_argument("--length", type=int, default=0)
    parser.add_argument("--cookies", type=int, default=0)
    return parser.parse_args()


if __name__ == "__main__":
    files = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
    resource.setrlimit(resource.RLIMIT_NOFILE, (files, files))
    sys.exit(asyncio.run(main(parse())))
