#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Compiles the C++ in the documents: snippets.py OUT [DOCUMENT.md ...] COMPILER [OPTION ...].

Without a document: all that need no more than the library and its ports.

A block with an #include is a file of its own; a class or a function stands in a namespace; all
else in a function, among the names of snippets.hpp. Complaints point into the document.
"""

import pathlib
import re
import subprocess
import sys

HERE = pathlib.Path(__file__).resolve().parent
ROOT = HERE.parents[1]
FLAGS = ['-std=c++23', '-fsyntax-only', '-Wall', '-Wextra', '-Werror',
         '-Wno-unused-variable', f'-I{ROOT}/include', f'-I{ROOT}/ports/posix/include',
         f'-I{ROOT}/ports/sockets/include',
         f'-I{ROOT}/ports/lwip/include', f'-I{ROOT}/ports/tls/include',
         f'-I{ROOT}/ports/bearssl/include', f'-I{HERE}']
BLOCK = re.compile(r'^```cpp\n(.*?)^```$', re.MULTILINE | re.DOTALL)
DECLARATION = re.compile(r'(?:class |minimq::Task<|void |int )')
PARAMETERS = """
[[maybe_unused]] minimq::posix::EventLoop& loop,
[[maybe_unused]] minimq::posix::TcpTransport& transport,
[[maybe_unused]] minimq::Session& session, [[maybe_unused]] const minimq::Event& event,
[[maybe_unused]] minimq::Ticket ticket"""


def documents():
    yield from (ROOT / name for name in ('README.md', 'ARCHITECTURE.md', 'ports/posix/README.md',
                                      'ports/lwip/README.md', 'ports/bearssl/README.md'))
    yield from sorted((ROOT / 'docs').rglob('*.md'))


def blocks(text):
    """(line, code) of each block of C++; line is that of its first line of code."""
    for match in BLOCK.finditer(text):
        yield text.count('\n', 0, match.start(1)) + 1, match.group(1)


def is_file(code):
    return code.startswith(('#include', '//'))


def wrapped(code, line, path):
    """A block as a piece of a translation unit."""
    place = f'#line {line} "{path}"\n'
    if DECLARATION.match(code):
        return f'namespace line_{line} {{\n{place}{code}}}\n'
    asynchronous = re.search(r'\bco_(?:await|return)\b', code)
    head = 'minimq::Task<>' if asynchronous else 'int'
    tail = 'co_return;\n' if asynchronous else 'return 0;\n'
    return (f'namespace line_{line} {{\n'
            f'[[maybe_unused]] static {head} snippet({PARAMETERS}) {{\n{{\n'
            f'{place}{code}}}\n{tail}}}\n}}\n')


def units(text, path):
    """The translation units of one document."""
    together = ''
    for line, code in blocks(text):
        if is_file(code):
            yield f'#line {line} "{path}"\n{code}'
        else:
            together += wrapped(code, line, path)
    if together:
        yield f'#include "snippets.hpp"\n{together}'


def compile_unit(unit, target, compiler):
    target.write_text(unit, encoding='utf-8')
    return subprocess.run([*compiler, *FLAGS, target], capture_output=True, text=True, check=False)


def main(out, *arguments):
    out = pathlib.Path(out)
    named = [ROOT / argument for argument in arguments if argument.endswith('.md')]
    compiler = [argument for argument in arguments if not argument.endswith('.md')]
    out.mkdir(parents=True, exist_ok=True)
    count, failed = 0, 0
    for document in named or documents():
        text = document.read_text(encoding='utf-8')
        for unit in units(text, document.relative_to(ROOT)):
            run = compile_unit(unit, out / f'unit{count}.cpp', compiler)
            count += 1
            failed += run.returncode != 0
            print(run.stdout + run.stderr, end='')
    print(f'{count} units, {failed} do not compile')
    return 0 if count and not failed else 1


if __name__ == '__main__':
    sys.exit(main(*sys.argv[1:]))
