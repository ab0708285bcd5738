#!/usr/bin/env python3
"""Turns the C++ blocks of Markdown files into programs.

Usage: extract.py OUT_DIR FILE.md...     writes the programs and prints their names

A block with a main() is a program of its own. Every other block is the body of a coroutine that
has an `aiohttp::ClientSession session`; all of those of a file are run one after the other by
one program. A block after the line `<!-- snippet: declarations -->` is put outside of functions
instead. Text in quotes that begins with http://localhost:8080 or https://localhost:8443 becomes
the address of the server in fixture.hpp. Compilers name the line of the Markdown file.
"""

import pathlib
import re
import sys

FENCE = re.compile(r"^\s*```")
CPP_FENCE = re.compile(r"^\s*```(cpp|c\+\+)\s*$")
DECLARATIONS = "<!-- snippet: declarations -->"
ADDRESS = re.compile(r'"(https?)://localhost:(?:8080|8443)([^"]*)"')
MAIN = re.compile(r"^int main\(", re.MULTILINE)


def blocks_of(text):
    """Yields (line number of the first line, code, whether it is marked as declarations)."""
    lines = text.split("\n")
    at, marked = 0, False
    while at < len(lines):
        if CPP_FENCE.match(lines[at]):
            end = at + 1
            while not FENCE.match(lines[end]):
                end += 1
            yield at + 2, "\n".join(lines[at + 1 : end]) + "\n", marked
            at = end
        elif FENCE.match(lines[at]):
            at += 1
            while not FENCE.match(lines[at]):
                at += 1
        if lines[at].strip():
            marked = lines[at].strip() == DECLARATIONS
        at += 1


def here(code):
    """The code with addresses of the server that it is run with."""
    return ADDRESS.sub(r'snippets::\1_url("\2")', code)


def programs_of(path):
    """Yields (name, text) of every program in a Markdown file."""
    stem = re.sub(r"\W", "_", path.stem.lower())
    functions, runs, mains = [], [], 0
    for line, code, declarations in blocks_of(path.read_text()):
        located = f'#line {line} "{path}"\n{here(code)}'
        if MAIN.search(code):
            mains += 1
            yield f"{stem}_main_{mains}", f'#include "fixture.hpp"\n{located}'
        elif declarations:
            functions.append(located)
        else:
            name = f"line_{line}"
            functions.append(
                f"boost::asio::awaitable<void> {name}(\n"
                f"    [[maybe_unused]] aiohttp::ClientSession& session) {{\n{located}"
                f"co_return;\n}}\n"
            )
            runs.append(f'        {{"{path.name}:{line}", &{stem}::{name}}},\n')
    if runs:
        yield f"{stem}_bodies", (
            '#include "fixture.hpp"\n#include "names.hpp"\n\n'
            + f"namespace {stem} {{\n\n"
            + "\n".join(functions)
            + f"\n}}  // namespace {stem}\n"
            + "\nint main() {\n    return snippets::run_all({\n"
            + "".join(runs)
            + "    });\n}\n"
        )


def main():
    out = pathlib.Path(sys.argv[1])
    out.mkdir(parents=True, exist_ok=True)
    for name in sys.argv[2:]:
        for program, text in programs_of(pathlib.Path(name)):
            file = out / f"{program}.cpp"
            if not file.exists() or file.read_text() != text:
                file.write_text(text)
            print(program)


if __name__ == "__main__":
    main()
