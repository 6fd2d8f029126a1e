#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Checks the house: house.py [check ...]; without arguments all of them."""

import pathlib
import subprocess
import sys

import rules

ROOT = pathlib.Path(__file__).resolve().parents[2]
FOLDERS = ('include', 'src', 'ports', 'apps', 'examples', 'firmware', 'tests', 'size', 'fuzz',
           'bench', 'cmake', 'tools', '.ci')
SUFFIXES = ('.hpp', '.cpp', '.h', '.py', '.sh', '.cmake')
NAMES = ('CMakeLists.txt', 'run', 'dev')
README_COMMANDS = ('./dev demo', './dev test')


def files():
    """Every file of ours that the rules are about, as (relative path, text)."""
    paths = [ROOT / 'dev', ROOT / 'CMakeLists.txt']
    for folder in FOLDERS:
        paths += sorted((ROOT / folder).rglob('*'))
    for path in paths:
        if path.is_file() and (path.suffix in SUFFIXES or path.name in NAMES):
            yield path.relative_to(ROOT).as_posix(), path.read_text(encoding='utf-8')


def check_format():
    sources = [path for path, _ in files() if rules.is_cpp(path)]
    if not sources:
        return
    run = subprocess.run(['clang-format-19', '--dry-run', '-Werror', *sources], cwd=ROOT,
                         capture_output=True, text=True, check=False)
    wrong = sorted({line.split(':')[0] for line in run.stderr.split('\n') if ': error:' in line})
    yield from (f'{path}: not formatted, run ./dev format' for path in wrong)
    if run.returncode and not wrong:
        yield f'clang-format-19 failed: {run.stderr}'


def check_readme():
    readme = ROOT / 'README.md'
    text = readme.read_text(encoding='utf-8') if readme.exists() else ''
    yield from (f'README.md: does not show {command}'
                for command in README_COMMANDS if command not in text)


def run(name):
    if name == 'format':
        return list(check_format())
    if name == 'readme':
        return list(check_readme())
    return [complaint for path, text in files() for complaint in rules.CHECKS[name](path, text)]


def main(names):
    known = [*rules.CHECKS, 'format', 'readme']
    if unknown := [name for name in names if name not in known]:
        sys.exit(f'no such check: {unknown}; there are {known}')
    complaints = [complaint for name in names or known for complaint in run(name)]
    print('\n'.join(complaints) or f'{", ".join(names or known)}: nothing to complain about')
    return 1 if complaints else 0


if __name__ == '__main__':
    sys.exit(main(sys.argv[1:]))
