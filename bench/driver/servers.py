"""The servers, on free ports of the loopback interface, in a folder that goes away with them."""

import ctypes
import gzip
import http.client
import json
import os
import pathlib
import resource
import shutil
import signal
import socket
import subprocess
import tempfile
import time

from . import workloads

PR_SET_PDEATHSIG = 1


def child(cpu):
    """What a child process does first: it ends with this one, and stays on one processor."""

    def set_up():
        ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGTERM)
        if cpu is not None:
            os.sched_setaffinity(0, {cpu})

    return set_up


def processors():
    """One for the client and one for the servers, if there are two."""
    free = sorted(os.sched_getaffinity(0))
    return (free[0], free[-1]) if len(free) > 1 else (None, None)


def listener():
    made = socket.socket()
    made.bind(("127.0.0.1", 0))
    made.listen(4096)
    made.setblocking(False)  # nginx takes over the socket as it is
    return made


class Servers:
    """Used as a context manager; afterwards everything is gone."""

    def __init__(self, programs, sources, mode):
        self.programs = programs
        self.sources = sources
        self.mode = mode
        self.cpu = processors()[1]
        self.ports = {}
        self.running = []

    def __enter__(self):
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix="aiohttp-bench-"))
        self.ca_file = self.folder / "ca.pem"
        try:
            self.make_certificates()
            self.make_files()
            self.start_nginx()
            self.start_slow_server()
        except BaseException:
            self.__exit__()
            raise
        return self

    def __exit__(self, *_):
        for process in self.running:
            process.terminate()
        for process in self.running:
            try:
                process.wait(10)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()
        shutil.rmtree(self.folder, ignore_errors=True)

    def url(self, workload):
        scheme = "https" if workload.server.startswith("tls") else "http"
        return f"{scheme}://{workload.host}:{self.ports[workload.server]}{workload.path}"

    def length_of(self, workload):
        """The length of a body, whatever the status."""
        connection = http.client.HTTPConnection(workload.host, self.ports[workload.server], timeout=10)
        connection.request("GET", workload.path)
        length = len(connection.getresponse().read())
        connection.close()
        return length

    def resumed(self):
        """How many requests came so far on TLS connections of that server, and how many of them
        on resumed sessions."""
        lines = (self.folder / "resumed.log").read_text().split()
        return len(lines), lines.count("r")

    def openssl(self, *arguments):
        subprocess.run(
            ["openssl", *arguments], cwd=self.folder, check=True, capture_output=True, timeout=30
        )

    def make_certificates(self):
        """An authority that lives for two days, and a certificate of the server's."""
        key = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes"]
        self.openssl("req", "-x509", *key, "-keyout", "ca.key", "-out", "ca.pem", "-days", "2",
                     "-subj", "/CN=bench authority")
        self.openssl("req", *key, "-keyout", "server.key", "-out", "server.csr",
                     "-subj", "/CN=localhost")
        (self.folder / "names").write_text("subjectAltName=IP:127.0.0.1,DNS:localhost\n")
        self.openssl("x509", "-req", "-in", "server.csr", "-CA", "ca.pem", "-CAkey", "ca.key",
                     "-out", "server.pem", "-days", "2", "-extfile", "names")

    def make_files(self):
        files = self.folder / "files"
        files.mkdir()
        for name, size in (("1k", workloads.SMALL), ("cookies", workloads.SMALL)):
            (files / name).write_bytes(b"x" * size)
        big = next(w for w in workloads.WORKLOADS if w.work == "download")
        with open(files / "big", "wb") as file:
            file.truncate(self.mode.length(big))
        rows = [{"id": i, "name": f"item {i}", "price": i * 37 % 1000 / 10} for i in range(3000)]
        text = json.dumps(rows).encode()[: workloads.DECODED - 1] + b"\n"
        (files / "data.json.gz").write_bytes(gzip.compress(text, 6))
        for folder in (self.folder, files):
            folder.chmod(0o755)

    def start_nginx(self):
        program = shutil.which("nginx", path=os.environ.get("PATH", "") + ":/usr/sbin:/sbin")
        if program is None:
            raise SystemExit("bench: nginx is not installed")
        sockets = {name: listener() for name in ("plain", "tls", "tls_resumed")}
        self.ports.update({name: made.getsockname()[1] for name, made in sockets.items()})
        descriptors = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
        values = {
            "user": "user root;" if os.geteuid() == 0 else "",
            "folder": str(self.folder),
            "descriptors": str(descriptors),
            "connections": str(min(16_384, descriptors - 64)),
            **{name: str(port) for name, port in self.ports.items()},
        }
        text = (self.sources / "servers" / "nginx.conf").read_text()
        for name, value in values.items():
            text = text.replace(f"@{name}@", value)
        (self.folder / "nginx.conf").write_text(text)
        # nginx takes over the sockets that are named there, as it does when it is upgraded.
        handed = [made.fileno() for made in sockets.values()]
        environment = dict(os.environ, NGINX="".join(f"{number};" for number in handed))
        log = str(self.folder / "error.log")
        self.start(
            [program, "-p", str(self.folder), "-c", str(self.folder / "nginx.conf"), "-e", log],
            env=environment,
            pass_fds=handed,
        )
        for made in sockets.values():
            made.close()
        self.wait_for(self.folder / "resumed.log", log)

    def start_slow_server(self):
        process = self.start(
            [str(self.programs / "slow_server")], stdin=subprocess.PIPE, stdout=subprocess.PIPE
        )
        self.ports["slow"] = int(process.stdout.readline())

    def start(self, command, **options):
        process = subprocess.Popen(command, preexec_fn=child(self.cpu), **options)
        self.running.append(process)
        return process

    def wait_for(self, path, log):
        deadline = time.monotonic() + 10
        while not path.exists():
            if self.running[-1].poll() is not None or time.monotonic() > deadline:
                raise SystemExit("bench: nginx does not start\n" + pathlib.Path(log).read_text())
            time.sleep(0.02)
