#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Checks what stands in the documents: the example, links, versions, lengths, decisions, tests."""

import pathlib
import re
import sys

ROOT = pathlib.Path(__file__).resolve().parents[2]
EXAMPLE = 'examples/01_device.cpp'
EXAMPLE_LINES_MAX = 40
README_LINES_MAX = 300
SECTIONS = ['## Context', '## Decision', '## Consequence']


def check_example(readme, example):
    """The README shows the example as it is."""
    if f'```cpp\n{example}```\n' not in readme:
        yield f'README.md: the example differs from {EXAMPLE}'
    if example.count('\n') > EXAMPLE_LINES_MAX:
        yield f'{EXAMPLE}: more than {EXAMPLE_LINES_MAX} lines'


def check_length(readme):
    if readme.count('\n') > README_LINES_MAX:
        yield f'README.md: more than {README_LINES_MAX} lines'


def check_links(path, text, exists):
    """Links inside the project lead somewhere; `exists` tells, for a path from its top."""
    for target in re.findall(r'\]\(([^)#\s]+)(?:#[^)]*)?\)', text):
        if re.match(r'[a-z]+:', target):
            continue
        parts = []
        for part in [*pathlib.PurePosixPath(path).parent.parts, *target.split('/')]:
            if part == '..' and parts:
                parts.pop()
            elif part not in ('.', '..'):
                parts.append(part)
        if not exists('/'.join(parts)):
            yield f'{path}: {target} does not exist'


def check_versions(readme, changelog, cmake):
    """One version: that of the project, of find_package in the README, of the newest changes."""
    version = re.search(r'project\(minimq VERSION (\d+\.\d+\.\d+)', cmake).group(1)
    short = version.rpartition('.')[0]
    if f'find_package(minimq {short} ' not in readme:
        yield f'README.md: find_package does not ask for {short}'
    newest = re.search(r'^## (\d+\.\d+\.\d+)', changelog, re.MULTILINE)
    if newest is None or newest.group(1) != version:
        yield f'CHANGELOG.md: does not begin with {version}'


def check_decision(name, text):
    """A decision has its number, and its three parts in their order."""
    number = int(name[:4])
    if not re.match(rf'# {number}\. \S', text):
        yield f'docs/adr/{name}: the title does not begin with {number}.'
    if re.findall(r'^## .*$', text, re.MULTILINE) != SECTIONS:
        yield f'docs/adr/{name}: its sections are not {", ".join(SECTIONS)}'


def check_numbers(names):
    """Decisions are numbered from 1 without gaps."""
    numbers = [int(name[:4]) for name in names]
    if numbers != list(range(1, len(numbers) + 1)):
        yield f'docs/adr: the numbers are {numbers}'


def check_tests(path, text, sources):
    """Tests that a table names as `Suite.Name` exist; fixtures may have another name there."""
    for suite, name in re.findall(r'^\|.*`(\w+)\.([A-Z]\w+)` \|$', text, re.MULTILINE):
        if not re.search(rf'^TEST(_F|_P)?\({suite},\s+{name}\)', sources, re.MULTILINE):
            yield f'{path}: there is no test {suite}.{name}'


def complaints():
    def read(path):
        return (ROOT / path).read_text(encoding='utf-8')

    readme = read('README.md')
    yield from check_example(readme, read(EXAMPLE))
    yield from check_length(readme)
    yield from check_versions(readme, read('CHANGELOG.md'), read('CMakeLists.txt'))
    documents = [*ROOT.glob('*.md'), *sorted((ROOT / 'docs').rglob('*.md')),
                 *sorted((ROOT / 'ports').rglob('*.md'))]
    sources = '\n'.join(file.read_text(encoding='utf-8')
                        for file in sorted((ROOT / 'tests').rglob('*_test.cpp')))
    yield from check_tests('docs/defects.md', read('docs/defects.md'), sources)
    for document in documents:
        path = document.relative_to(ROOT).as_posix()
        yield from check_links(path, read(path), lambda target: (ROOT / target).exists())
    decisions = sorted(path.name for path in (ROOT / 'docs' / 'adr').glob('*.md'))
    yield from check_numbers(decisions)
    for name in decisions:
        yield from check_decision(name, read(f'docs/adr/{name}'))


def main():
    found = list(complaints())
    print('\n'.join(found) or 'nothing to complain about')
    return 1 if found else 0


if __name__ == '__main__':
    sys.exit(main())
