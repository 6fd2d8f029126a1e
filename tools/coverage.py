#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""What the tests run through of src/: lines, branches, and conditions by MC/DC.

coverage.py PARTS DIRECTORY: compiles src/ with clang's instrumentation, links it to the test
programs of the gcc build (PARTS is made by CMake: the compiler, then objects and libraries, one a
line), runs them, prints a table and each condition that no test shows to matter, and writes a page
into DIRECTORY. Fails if a figure of coverage.txt is not reached.
"""

import json
import os
import pathlib
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor

ROOT = pathlib.Path(__file__).resolve().parents[1]
LIST = ROOT / 'tools' / 'coverage.txt'
PROGRAMS = ('codec', 'engine', 'session', 'conformance')
FOLDERS = ('codec', 'engine', 'session')
EXCEPTIONS_MAX = 15
FLAGS = ('-std=c++23', '-O0', '-fno-exceptions', '-fno-rtti', '-fprofile-instr-generate',
         '-fcoverage-mapping', '-fcoverage-mcdc', f'-I{ROOT}/include', f'-I{ROOT}/src')


def run(*command, **options):
    """Its output; ends the program if it fails."""
    result = subprocess.run([str(word) for word in command], stdout=subprocess.PIPE, text=True,
                            stderr=subprocess.STDOUT, check=False, errors='replace', **options)
    if result.returncode != 0:
        sys.exit(f'{command[0]} failed:\n{result.stdout[-4000:]}')
    return result.stdout


def build_library(directory):
    sources = sorted((ROOT / 'src').rglob('*.cpp'))
    objects = [directory / ('_'.join(source.relative_to(ROOT).parts) + '.o') for source in sources]
    with ThreadPoolExecutor(os.cpu_count()) as pool:
        list(pool.map(lambda pair: run('clang++-19', *FLAGS, '-c', pair[0], '-o', pair[1]),
                      zip(sources, objects)))
    library = directory / 'libminimq_measured.a'
    library.unlink(missing_ok=True)
    run('ar', 'rcs', library, *objects)
    return library


def run_program(name, parts, library, directory):
    """The program and what it left of its run."""
    objects = [part for part in parts if f'/{name}_tests.dir/' in part]
    libraries = [part for part in parts
                 if part.endswith('.a') and not part.endswith('/libminimq.a')]
    program, profile = directory / f'{name}_tests', directory / f'{name}.profraw'
    run('clang++-19', '-fprofile-instr-generate', *objects, *libraries[:-3], library,
        *libraries[-3:], '-pthread', '-o', program)
    run(program, '--gtest_brief=1', cwd=directory,
        env={**os.environ, 'LLVM_PROFILE_FILE': str(profile)})
    return program, profile


def measure(parts, directory):
    """The report of llvm-cov on src/ as data; the page is written."""
    directory.mkdir(parents=True, exist_ok=True)
    library = build_library(directory)
    with ThreadPoolExecutor(os.cpu_count()) as pool:
        ran = list(pool.map(lambda name: run_program(name, parts, library, directory), PROGRAMS))
    merged = directory / 'all.profdata'
    run('llvm-profdata-19', 'merge', '-sparse', *(profile for _, profile in ran), '-o', merged)
    sources = [f'--sources={ROOT}/src']
    objects = [str(ran[0][0])] + [f'--object={program}' for program, _ in ran[1:]]
    common = [*objects, f'--instr-profile={merged}']
    run('llvm-cov-19', 'show', *common, '--format=html', '--show-mcdc', '--show-branches=count',
        f'--output-dir={directory}', *sources)
    return json.loads(run('llvm-cov-19', 'export', *common, *sources))['data'][0]['files']


class Figures:
    """Of one file, or of several."""

    KINDS = ('lines', 'branches', 'mcdc')

    def __init__(self):
        self.counts = {kind: [0, 0] for kind in self.KINDS}

    def add(self, summary, excused=0):
        for kind in self.KINDS:
            self.counts[kind][0] += summary[kind]['covered']
            self.counts[kind][1] += summary[kind]['count']
        self.counts['mcdc'][1] -= excused

    def percent(self, kind):
        covered, count = self.counts[kind]
        return 100.0 * covered / count if count else 100.0

    def __str__(self):
        return '  '.join(f'{self.percent(kind):6.1f} % of {self.counts[kind][1]:4}'
                         for kind in self.KINDS)


def source_of(lines, record):
    """The text of a decision, its blanks made one."""
    first, column, last, end = record[:4]
    text = ' '.join(lines[first - 1:last])
    tail = len(lines[last - 1]) - (end - 1)
    return ' '.join(text[column - 1:len(text) - tail].split())


def uncovered(file):
    """(line, decision, numbers of the conditions) for each decision that is not shown whole."""
    lines = pathlib.Path(file['filename']).read_text(encoding='utf-8').split('\n')
    found = {}
    for record in file.get('mcdc_records', []):
        missing = [index + 1 for index, shown in enumerate(record[-1]) if not shown]
        if missing:
            found[tuple(record[:4])] = (record[0], source_of(lines, record), missing)
    return sorted(found.values())


def read_list():
    """The exceptions as {(file, decision): (conditions, reason)}, and the figures to be reached."""
    exceptions, budgets = {}, {}
    for line in LIST.read_text(encoding='utf-8').split('\n'):
        if not line or line.startswith('#'):
            continue
        words = [word.strip() for word in line.split(' ; ')]
        if words[0] == 'at least':
            budgets[words[1]] = dict(zip(Figures.KINDS, map(float, words[2].split())))
        else:
            file, decision, conditions, reason = words
            exceptions[file, decision] = ([int(one) for one in conditions.split()], reason)
    return exceptions, budgets


def report(files):
    """Prints all, and returns what is wrong."""
    exceptions, budgets = read_list()
    unused, wrong = dict(exceptions), []
    totals = {name: Figures() for name in (*FOLDERS, 'all')}
    print(f'{"":34}{"lines":>16}  {"branches":>16}  {"MC/DC":>16}')
    missing_lines = []
    for file in sorted(files, key=lambda one: one['filename']):
        path = pathlib.Path(file['filename']).relative_to(ROOT).as_posix()
        excused = 0
        for line, decision, conditions in uncovered(file):
            allowed, reason = exceptions.get((path, decision), ([], ''))
            unused.pop((path, decision), None)
            open_ones = [one for one in conditions if one not in allowed]
            excused += len(conditions) - len(open_ones)
            if reason:
                missing_lines.append(f'exception: {path}:{line}: {decision}: {reason}')
            if open_ones:
                which = ', '.join(map(str, open_ones))
                missing_lines.append(f'not shown: {path}:{line}: condition {which} of  {decision}')
        figures = Figures()
        figures.add(file['summary'], excused)
        print(f'{path:34}{figures}')
        for name in (path.split('/')[1], 'all'):
            totals[name].add(file['summary'], excused)
    print()
    for name, figures in totals.items():
        print(f'{name:34}{figures}')
        for kind, least in budgets.get(name, {}).items():
            if figures.percent(kind) < least - 0.05:
                wrong.append(f'{name}: {kind} {figures.percent(kind):.1f} %, {least} is the least')
    print('\n' + '\n'.join(missing_lines))
    wrong += [f'{file}: no such exception any more: {decision}' for file, decision in unused]
    if len(exceptions) > EXCEPTIONS_MAX:
        wrong.append(f'{len(exceptions)} exceptions, {EXCEPTIONS_MAX} are the most')
    return wrong


def main(parts, directory):
    _, *parts = pathlib.Path(parts).read_text(encoding='utf-8').split()
    files = measure(parts, pathlib.Path(directory).resolve())
    wrong = report(files)
    print('\n'.join(wrong) or f'\nthe page: {directory}/index.html')
    return 1 if wrong else 0


if __name__ == '__main__':
    sys.exit(main(*sys.argv[1:]))
