#!/usr/bin/env python3
"""Checks the rules of the tree that a compiler does not: who may include whom, and sizes.

Usage: check.py [ROOT]          prints every violation, fails if there is one
       check.py --self-test     shows that every rule can fail
       check.py --weigh HEADER COMPILER [FLAG...]
                                prints every heavy header that HEADER brings along
"""

import pathlib
import re
import subprocess
import sys
import tempfile

LAYERS = ["core", "protocol", "message", "net", "connection", "middleware", "client"]

# Public headers that lower layers share. Every other one is the client layer's.
PUBLIC_LAYERS = {
    "address_guard": "core",
    "async_resolver": "net",
    "async_resolver_options": "net",
    "auth": "core",
    "cancelled": "core",
    "clock": "core",
    "content_coding": "core",
    "content_disposition": "core",
    "decode_errors": "core",
    "cookie": "core",
    "error": "core",
    "headers": "core",
    "link": "core",
    "outcome": "core",
    "pairs": "core",
    "redirect": "core",
    "resolved_host": "core",
    "socket_hook": "core",
    "secrets": "core",
    "timeout": "core",
    "timings": "core",
    "url": "core",
    "version": "core",
    "body": "message",
    "cookie_jar": "message",
    "multipart_reader": "message",
    "file_body": "message",
    "form_data": "message",
    "generator_body": "message",
    "multipart_writer": "message",
    "progress": "net",
    "resolver": "net",
    "threaded_resolver": "net",
    "proxy": "message",
    "view_body": "message",
    "response": "message",
    "stream_reader": "message",
    "tls": "message",
    "tls_failure": "core",
    "tls_info": "message",
    "connector": "connection",
    "connector_options": "message",
    "tcp_connector": "connection",
    "tcp_connector_options": "connection",
    "unix_connector": "connection",
    "middleware": "middleware",
    "trace": "middleware",
    "trace_params": "middleware",
}

# Layers that know neither I/O nor time: bytes and values in, bytes and values out.
PURE = ["core", "protocol"]
PURE_MAY_INCLUDE = {"boost/asio/buffer.hpp"}

# What no public header may make its users compile.
HEAVY = re.compile(
    r"(?:^|/)(?:boost/(beast|url)([/.]|$)|boost/asio\.hpp|boost/asio/(ip|ssl)([/.]|$)"
    r"|boost/asio/steady_timer\.hpp|openssl/|iostream$|regex$|nlohmann/json\.hpp$)"
)
HEAVY_EXCEPTIONS = {("json.hpp", "nlohmann/json.hpp")}

# The headers that bring definitions: what header-only users get.
UMBRELLAS = [pathlib.Path("aiohttp.hpp"), pathlib.Path("impl/src.hpp")]

EXAMPLE_LINES = 60

INCLUDE = re.compile(r'^\s*#\s*include\s*[<"]([^>"]+)[>"]', re.MULTILINE)
TEST_NAME = re.compile(r'\b(?:TEST_CASE|SCENARIO)\(\s*"((?:[^"\\]|\\.)*)"')
USING = re.compile(r"^\s*using\s+namespace\b", re.MULTILINE)


def layer_of(path):
    """The layer of a file under include/aiohttp, or None for what stands above all layers."""
    parts = path.parts
    if parts[0] == "testing" or path in UMBRELLAS:
        return None
    if parts[0] == "detail":
        return parts[1] if len(parts) > 2 else "core"
    return PUBLIC_LAYERS.get(path.stem, "client")


def is_public(path):
    return path.suffix == ".hpp" and (
        len(path.parts) == 1 or (path.parts[0] == "testing" and len(path.parts) == 2)
    )


def code_of(text):
    """The text without comments, line numbers kept."""
    blank = lambda match: re.sub(r"[^\n]", " ", match.group(0))
    return re.sub(r"//[^\n]*|/\*.*?\*/", blank, text, flags=re.DOTALL)


def at_namespace_scope(code, position):
    """Whether every brace open at the position is a namespace's or an extern block's."""
    opened = []
    for match in re.finditer(r"[{}]", code[:position]):
        if match.group(0) == "}":
            if opened:
                opened.pop()
        else:
            head = re.split(r"[;{}]", code[: match.start()])[-1]
            opened.append(re.search(r"\bnamespace\b|\bextern\b", head) is not None)
    return all(opened)


def check_file(include, path):
    """Yields what is wrong with one header or .ipp file."""
    inside = path.relative_to(include / "aiohttp")
    code = code_of(path.read_text())
    includes = [(m.group(1), code.count("\n", 0, m.start(1)) + 1) for m in INCLUDE.finditer(code)]
    layer = layer_of(inside)

    if not code.lstrip().startswith("#pragma once"):
        yield 1, "does not begin with #pragma once"
    for match in USING.finditer(code):
        if at_namespace_scope(code, match.start()):
            line = code.count("\n", 0, match.end()) + 1
            yield line, "using namespace at namespace scope"
    if inside.parts[0] == "detail" and len(inside.parts) > 2 and layer not in LAYERS:
        yield 1, f"'{layer}' is not a layer"
        return

    for name, line in includes:
        if name.endswith(".ipp") and path.suffix == ".hpp" and inside not in UMBRELLAS:
            yield line, f"a header other than the umbrella includes definitions: {name}"
        if is_public(inside) and HEAVY.match(name) and (inside.name, name) not in HEAVY_EXCEPTIONS:
            yield line, f"too heavy for a public header: {name}"
        if layer is None:
            continue
        if layer in PURE and inside.parts[0] == "detail" and name not in PURE_MAY_INCLUDE:
            if name.startswith("boost/asio"):
                yield line, f"no I/O in the {layer} layer: {name}"
        if name.startswith("aiohttp/"):
            other = pathlib.Path(name.removeprefix("aiohttp/"))
            other_layer = layer_of(other)
            if other_layer is None:
                yield line, f"the library does not include {name}"
            elif other_layer not in LAYERS or LAYERS.index(other_layer) > LAYERS.index(layer):
                yield line, f"the {layer} layer includes {name} of the {other_layer} layer above"


def definitions_of(include, files):
    """The .ipp files that the files include, and those that these include in turn."""
    found, waiting = set(), list(files)
    while waiting:
        for match in INCLUDE.finditer(code_of(waiting.pop().read_text())):
            path = include / match.group(1)
            if path.suffix == ".ipp" and path not in found and path.is_file():
                found.add(path)
                waiting.append(path)
    return found


def check_definitions(root):
    """Yields the .ipp files that a way of building the library leaves out."""
    include = root / "include"
    umbrella = include / "aiohttp" / UMBRELLAS[1]
    compiled = definitions_of(include, (root / "src").glob("*.cpp"))
    header_only = definitions_of(include, [umbrella] if umbrella.is_file() else [])
    for path in sorted(include.rglob("*.ipp")):
        name = path.relative_to(root)
        if path not in compiled:
            yield f"{name}: no src/*.cpp includes it"
        if path not in header_only and "testing" not in name.parts:
            yield f"{name}: {umbrella.relative_to(root)} does not include it"


def check_tree(root):
    """Yields every violation as one line of text."""
    include = root / "include"
    for path in sorted(include.rglob("*")):
        if path.suffix in (".hpp", ".ipp"):
            for line, message in check_file(include, path):
                yield f"{path.relative_to(root)}:{line}: {message}"
    for folder in sorted((include / "aiohttp" / "detail").glob("*/")):
        if any(folder.iterdir()) and not (folder / "README.md").is_file():
            yield f"{folder.relative_to(root)}: has no README.md that says what it may depend on"
    yield from check_definitions(root)
    for path in sorted((root / "tests").rglob("*_test.cpp")):
        for match in TEST_NAME.finditer(path.read_text()):
            if ";" in match.group(1):
                yield f"{path.relative_to(root)}: CMake splits this name: {match.group(1)}"
    for path in sorted((root / "examples").glob("*.cpp")):
        lines = path.read_text().count("\n")
        if lines > EXAMPLE_LINES and path.name != "demo.cpp":
            yield f"{path.relative_to(root)}: {lines} lines, an example has {EXAMPLE_LINES} at most"


def weigh(header, compiler):
    """Prints the heavy headers that the compiler opens for this one."""
    command = [*compiler, "-M", "-x", "c++", "-"]
    source = f"#include <{header}>\n"
    run = subprocess.run(command, input=source, stdout=subprocess.PIPE, text=True, check=True)
    opened = run.stdout.replace("\\\n", " ").split()[1:]
    heavy = [path for path in opened if HEAVY.search(path)]
    print("\n".join(heavy))
    return bool(heavy) or not any(path.endswith(header) for path in opened)


def self_test():
    """Writes one tree for each rule that breaks it, and the rule's twin that does not."""
    once = "#pragma once\n"
    core = "include/aiohttp/detail/core/x.hpp"
    net = "include/aiohttp/detail/net/x.hpp"
    public = "include/aiohttp/x.hpp"
    cases = [
        ("lower layer", net, once + "#include <aiohttp/detail/core/y.hpp>\n", True),
        ("upper layer", core, once + "#include <aiohttp/detail/net/y.hpp>\n", False),
        ("shared public header", core, once + "#include <aiohttp/url.hpp>\n", True),
        ("upper public header", net, once + "#include <aiohttp/session.hpp>\n", False),
        ("testing from the library", public, once + "#include <aiohttp/testing/y.hpp>\n", False),
        ("unknown layer", "include/aiohttp/detail/odd/x.hpp", once, False),
        ("buffer below I/O", core, once + "#include <boost/asio/buffer.hpp>\n", True),
        ("I/O below I/O", core, once + "#include <boost/asio/awaitable.hpp>\n", False),
        ("light public header", public, once + "#include <boost/asio/awaitable.hpp>\n", True),
        ("heavy public header", public, once + "#include <boost/beast/core.hpp>\n", False),
        ("heavy testing header", "include/aiohttp/testing/x.hpp", once + "#include <regex>\n", False),
        ("heavy detail header", net, once + "#include <boost/beast/core.hpp>\n", True),
        ("JSON in json.hpp", "include/aiohttp/json.hpp", once + "#include <nlohmann/json.hpp>\n", True),
        ("JSON elsewhere", public, once + "#include <nlohmann/json.hpp>\n", False),
        ("definitions in a header", public, once + "#include <aiohttp/impl/x.ipp>\n", False),
        ("commented include", core, once + "// #include <aiohttp/session.hpp>\n", True),
        ("no pragma once", public, "#include <string>\n", False),
        ("using namespace inside a function", public,
         once + "namespace a {\ninline void f() {\n    using namespace b;\n}\n}\n", True),
        ("using namespace in a namespace", public, once + "namespace a {\nusing namespace b;\n}\n", False),
        ("name of a test", "tests/unit/x_test.cpp", 'TEST_CASE("a, b [c]") {}', True),
        ("name that CMake splits", "tests/unit/x_test.cpp", 'TEST_CASE("a; b") {}', False),
        ("forgotten definitions", "include/aiohttp/impl/x.ipp", once, False),
        ("short example", "examples/x.cpp", "\n" * EXAMPLE_LINES, True),
        ("long example", "examples/x.cpp", "\n" * (EXAMPLE_LINES + 1), False),
        ("long demo", "examples/demo.cpp", "\n" * (EXAMPLE_LINES + 1), True),
    ]
    failed = False
    for name, path, text, allowed in cases:
        with tempfile.TemporaryDirectory() as folder:
            file = pathlib.Path(folder) / path
            file.parent.mkdir(parents=True)
            file.write_text(text)
            if "detail" in file.parts:
                (file.parent / "README.md").touch()
            found = list(check_tree(pathlib.Path(folder)))
        if allowed == bool(found):
            failed = True
            print(f"self-test '{name}': {found or 'not noticed'}")
    with tempfile.TemporaryDirectory() as folder:
        file = pathlib.Path(folder) / core
        file.parent.mkdir(parents=True)
        file.write_text(once)
        if not list(check_tree(pathlib.Path(folder))):
            failed = True
            print("self-test 'layer without README.md': not noticed")
    return failed


def main():
    if sys.argv[1:] == ["--self-test"]:
        return self_test()
    if sys.argv[1:2] == ["--weigh"]:
        return weigh(sys.argv[2], sys.argv[3:])
    default = pathlib.Path(__file__).resolve().parents[2]
    violations = list(check_tree(pathlib.Path(sys.argv[1]) if sys.argv[1:] else default))
    print("\n".join(violations))
    return bool(violations)


if __name__ == "__main__":
    sys.exit(main())
