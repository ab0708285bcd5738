#!/usr/bin/env python3
"""Finds the shapes around co_await that GCC 12 miscompiles.

Usage: check_coroutines.py FILE...          prints every place, fails if there is one
       check_coroutines.py --self-test      shows what is found and what is not

Inside one full-expression with co_await, GCC 12 destroys some temporaries twice or not at all:
braced lists and aggregates, lambdas that capture by value, and the arms of a conditional
operator, both of which it may evaluate. Named in a statement before, they are right. A structured
binding directly on a co_await is as wrong, and what is awaited as a condition of its own has
crashed where it was an object. Types are not known here, so that every such condition must be
compared, or named as in `while (auto piece = co_await next())`. In Markdown the C++ blocks are
read.
"""

import pathlib
import re
import sys

# Braced temporaries that are trivially destructible, which GCC 12 gets right.
TRIVIAL = {"ClientTimeout", "seconds", "milliseconds", "minutes", "hours"}
TRIVIAL_LIST = re.compile(r"\{\s*\.(limit|resume)\s*=\s*\w+\s*\}")

# An opening brace after one of these opens a block, as it does after a closing parenthesis.
BLOCK_WORDS = {"else", "do", "try", "mutable", "noexcept", "const", "override", "final"}

LITERAL_OR_COMMENT = re.compile(
    r"//[^\n]*|/\*.*?\*/|R\"(?P<mark>[^(\s]*)\(.*?\)(?P=mark)\"|\"(?:\\.|[^\"\\\n])*\""
    r"|(?<![0-9a-fA-F])'(?:\\.|[^'\\\n])+'",
    re.DOTALL,
)
OPEN = {"(": ")", "[": "]", "{": "}"}
CLOSE = {close: opening for opening, close in OPEN.items()}


def blanked(text):
    """The code with comments and the insides of literals as spaces, in the same places."""

    def blank(match):
        found = match.group(0)
        if found.startswith("/"):
            return re.sub(r"[^\n]", " ", found)
        return '"' + re.sub(r"[^\n]", "_", found[1:-1]) + '"'

    return LITERAL_OR_COMMENT.sub(blank, text)


def pairs_of(code):
    """Maps each opening bracket's position to its closing one's, and back."""
    pairs, stack = {}, []
    for at, character in enumerate(code):
        if character in OPEN:
            stack.append(at)
        elif character in CLOSE and stack and code[stack[-1]] == CLOSE[character]:
            opening = stack.pop()
            pairs[opening], pairs[at] = at, opening
    return pairs


def word_before(code, at):
    match = re.search(r"([A-Za-z_]\w*)\s*$", code[:at])
    return match.group(1) if match else ""


def is_block(code, pairs, brace):
    """Whether the brace opens statements rather than a list of values."""
    before = code[:brace].rstrip()
    if not before or before[-1] in ";{}:":
        return not before.endswith("::")
    if before[-1] in ")]":
        return True
    if word_before(code, brace) in BLOCK_WORDS:
        return True
    return re.search(r"\)\s*(noexcept\s*)?->\s*[\w:<>,&*\s]+$", before) is not None


def full_expression(code, pairs, at):
    """The bounds of the statement, or of the condition, around the co_await."""
    begin = at
    while begin > 0:
        character = code[begin - 1]
        if character == ";" or character == "{" and is_block(code, pairs, begin - 1):
            break
        if character in CLOSE:
            opening = pairs.get(begin - 1, begin - 1)
            if character == "}" and is_block(code, pairs, opening):
                break
            begin = opening
            continue
        if character == "(" and word_before(code, begin - 1) in ("if", "while", "switch", "for"):
            break
        begin -= 1
    end, depth = at, 0
    while end < len(code):
        character = code[end]
        if character in OPEN:
            end = pairs.get(end, end)
        elif character in CLOSE:
            depth -= 1
            if pairs.get(end, begin) < begin:
                break
        elif character == ";":
            break
        end += 1
    return begin, end


def lambda_body(code, pairs, bracket):
    """The braces of the lambda that begins at the bracket, or None for a subscript."""
    before = code[:bracket].rstrip()
    if before and (before[-1] in ")]\"" or re.search(r"\w$", before)):
        if word_before(code, bracket) not in ("return", "co_return", "co_await", "co_yield"):
            return None
    close = pairs.get(bracket)
    match = close and re.compile(r"\s*[({]").match(code, close + 1)
    if not match:
        return None
    body = match.end() - 1
    if code[body] == "(":
        body = code.find("{", pairs.get(body, body))
    return body if body in pairs else None


# What makes a condition of something awaited: a name for it, a comparison, or a member of it.
NAMED_OR_COMPARED = re.compile(r"[=!<>]=|=|(?<![-<])[<>](?![<>])")


def conditions(code, pairs):
    """Yields the bounds of each condition of an if, a while or a for(;;)."""
    for match in re.finditer(r"\b(if|while|for)\b\s*(?:constexpr\s*)?(\()", code):
        opening = match.start(2)
        begin, end = opening + 1, pairs.get(opening, opening)
        parts, at = [begin], begin
        while at < end:
            if code[at] in OPEN:
                at = pairs.get(at, at)
            elif code[at] == ";":
                parts.append(at + 1)
            at += 1
        if match.group(1) == "for":
            if len(parts) == 3:
                yield parts[1], parts[2] - 1
        elif begin < end:
            yield parts[-1], end  # behind an init-statement


def without_brackets(code, pairs, begin, end):
    """The text between the bounds, without what is in brackets that do not begin a term."""
    text, at = [], begin
    while at < end:
        opens = code[at] in OPEN
        if opens and (code[at] != "(" or re.search(r"[\w\])>]\s*$", code[begin:at])):
            at = pairs.get(at, at)
        elif not opens and code[at] not in CLOSE:
            text.append(code[at])
        at += 1
    return "".join(text)


def bare_condition(code, pairs, begin, end):
    """Whether an operand of the condition is what a co_await gives, as it is."""
    text = re.sub(r"<[\w:\s,*&]*>(?=\s*$|[.\s])", "", without_brackets(code, pairs, begin, end))
    return any(
        re.match(r"[\s!]*co_await\b", part) and not NAMED_OR_COMPARED.search(part.replace("->", ""))
        for part in re.split(r"&&|\|\|", text)
    )


def hazards(code, pairs, begin, end):
    """Yields what is wrong between the bounds, not looking into the bodies of lambdas."""
    at = begin
    while at < end:
        character = code[at]
        if character == "[":
            body = lambda_body(code, pairs, at)
            if body is not None:
                captures = [part.strip() for part in code[at + 1 : pairs[at]].split(",")]
                if any(part and not part.startswith("&") and part != "this" for part in captures):
                    yield at, "a lambda that captures by value"
                at = pairs[body]
        elif character == "{" and not is_block(code, pairs, at):
            if word_before(code, at) not in TRIVIAL and not TRIVIAL_LIST.match(code, at):
                yield at, "a braced temporary"
        elif character == "?":
            yield at, "a conditional operator"
        at += 1


def check(text):
    """Yields (line, message) for each hazard of a C++ text."""
    code = blanked(text)
    pairs = pairs_of(code)
    seen = set()
    for match in re.finditer(r"\bco_await\b", code):
        begin, end = full_expression(code, pairs, match.start())
        for at, message in hazards(code, pairs, begin, end):
            if at not in seen:
                seen.add(at)
                yield code.count("\n", 0, at) + 1, f"{message} in an expression with co_await"
        if re.match(r"[\s(]*(const\s+)?auto\s*&{0,2}\s*\[", code[begin:end]):
            yield code.count("\n", 0, match.start()) + 1, "a structured binding on a co_await"


    for begin, end in conditions(code, pairs):
        if bare_condition(code, pairs, begin, end):
            yield code.count("\n", 0, begin) + 1, "a co_await as a condition"


def cpp_of(path):
    """The C++ of a file: all of it, or a Markdown file's blocks with the rest left blank."""
    text = path.read_text()
    if path.suffix != ".md":
        return text
    kept, inside = [], False
    for line in text.split("\n"):
        fence = line.lstrip().startswith("```")
        if fence:
            inside = not inside and "cpp" in line
        kept.append(line if inside and not fence else ";" if fence else "")
    return "\n".join(kept)


def self_test():
    wrong = [
        'co_await f({{"a", "b"}});',
        "co_await f(Options{.a = 1});",
        "auto r = co_await s.get(u).params({});",
        "g(Options{}, co_await f());",
        "co_await f([x](int) { return x; });",
        "co_await f([=] { return 1; });",
        "co_await [&, y]() -> awaitable<void> { co_return; }();",
        "auto r = c ? co_await a() : co_await b();",
        "co_await f(c ? co_await a() : b);",
        "if (co_await f(Options{})) { g(); }",
        "co_await f(c ? a : b);",
        "co_return co_await f(c ? a() : b());",
        "auto r = co_await f(g(x, c ? 1 : 2)).h();",
        "const auto r = co_await f() + (c ? a : b);",
        "if (co_await f()) { g({1}); } else { h({2}); }",
        "while (co_await f()) {}",
        "while (co_await f<T>(a < b)) {}",
        "do { g(); } while (!co_await r->next());",
        "if (a && co_await f()) { g(); }",
        "if ((co_await f())) { g(); }",
        "if (x == 1 || co_await f(y == 2)) { g(); }",
        "if (auto x = g(); co_await f(x)) { g(); }",
        "for (int i = 0; co_await f(i); ++i) {}",
        "auto [a, b] = co_await f();",
        "const auto& [a, b] = co_await f();",
        "void f() { if (x) { g(); } h(T{1}, co_await k()); }",
    ]
    right = [
        "Options options{.a = 1}; co_await f(std::move(options));",
        "co_await f(ClientTimeout{.total = 1s});",
        "const auto x = c ? a : b; co_await f(x); const auto y = c ? x : b;",
        "auto r = co_await gather(std::move(list), {.limit = 10});",
        "co_await f([](int x) { return T{x}; });",
        "co_await f([&](int x) { g({x}); return x ? 1 : 2; });",
        "co_await f([&, this] { h(); });",
        "if (const bool ok = co_await f()) { g({1}); } else { h({2}); }",
        "if (auto x = co_await f(); x) { g(); }",
        "if (co_await f() == 2 && g()) { h(); }",
        "while (co_await f(a) < 3) {}",
        "for (int i = co_await f(); i < 3; ++i) {}",
        "if (c ? a : b) { co_await f(); } else if (d ? e : g) { co_await h(); }",
        "while (auto piece = co_await body.next()) { use(T{piece}); }",
        "for (auto& x : co_await f()) { use({x}); }",
        'auto r = co_await f(); auto& [a, b] = r; // co_await {',
        "awaitable<T> f() { co_return co_await g(); } struct X { int a = 1; };",
        "try { co_await f(); } catch (const E&) { g({1}); }",
        'co_await f("{?}");',
        "auto r = co_await (a() && b[1]);",
        "auto f = [x]() -> awaitable<void> { co_await g(); };",
        "X::X() : a{1} { run(f()); } T g() { co_await h(); }",
    ]
    failed = False
    for expected, texts in ((True, wrong), (False, right)):
        for text in texts:
            found = list(check(text))
            if bool(found) != expected:
                failed = True
                print(f"self-test: {text}\n    {found or 'not noticed'}")
    return failed


def main():
    if sys.argv[1:] == ["--self-test"]:
        return self_test()
    failed = False
    for name in sys.argv[1:]:
        for line, message in check(cpp_of(pathlib.Path(name))):
            failed = True
            print(f"{name}:{line}: {message}; name it in a statement before")
    return failed


if __name__ == "__main__":
    sys.exit(main())
