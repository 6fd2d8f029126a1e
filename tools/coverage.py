#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""What the tests run through of src/: lines, branches, and conditions by MC/DC.

coverage.py PARTS SIMULATE DIRECTORY: compiles src/ with clang's instrumentation, links it to the
test programs of the gcc build and to the simulator (PARTS and SIMULATE are made by CMake: the
compiler, then objects and libraries, one a line), runs them, prints a table and each condition that
no test shows to matter, and writes a page into DIRECTORY. Fails if a figure of coverage.txt is not
reached.

A condition that is a constant of the build, of the name build::..., is none, for llvm-cov's count
as well as here: it has one value in each build. Those with the other value are in tests/variants.
"""

import json
import os
import pathlib
import re
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor

ROOT = pathlib.Path(__file__).resolve().parents[1]
LIST = ROOT / 'tools' / 'coverage.txt'
PROGRAMS = ('codec', 'engine', 'session', 'conformance')
FOLDERS = ('codec', 'engine', 'session')
EXCEPTIONS_MAX = 15
SEEDS = '0..1999'
# Not above -O0: there clang takes small arguments for extended, which gcc does not promise.
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


def link(name, objects, libraries, directory):
    program = directory / name
    run('clang++-19', '-fprofile-instr-generate', *objects, *libraries, '-pthread', '-o', program)
    return program


def run_program(program, directory, *arguments):
    """The program and what it left of its run."""
    profile = program.with_suffix('.profraw')
    run(program, *arguments, cwd=directory,
        env={**os.environ, 'LLVM_PROFILE_FILE': str(profile)})
    return program, profile


def run_tests(name, parts, library, directory):
    objects = [part for part in parts if f'/{name}_tests.dir/' in part]
    libraries = [part for part in parts
                 if part.endswith('.a') and not part.endswith('/libminimq.a')]
    program = link(f'{name}_tests', objects, [*libraries[:-3], library, *libraries[-3:]], directory)
    return run_program(program, directory, '--gtest_brief=1')


def run_simulator(parts, library, directory):
    objects = [part for part in parts if not part.endswith('/libminimq.a')]
    program = link('simulate', objects, [library], directory)
    return run_program(program, directory, '--seeds', SEEDS, '--jobs', '1', '--quiet')


def measure(parts, simulate, directory):
    """The report of llvm-cov on src/ as data; the page is written."""
    directory.mkdir(parents=True, exist_ok=True)
    library = build_library(directory)
    with ThreadPoolExecutor(os.cpu_count()) as pool:
        runs = [pool.submit(run_tests, name, parts, library, directory) for name in PROGRAMS]
        runs.append(pool.submit(run_simulator, simulate, library, directory))
        ran = [one.result() for one in runs]
    merged = directory / 'all.profdata'
    run('llvm-profdata-19', 'merge', '-sparse', *(profile for _, profile in ran), '-o', merged)
    sources = ['--sources', ROOT / 'src']
    objects = [str(ran[0][0])] + [f'--object={program}' for program, _ in ran[1:]]
    common = [*objects, f'--instr-profile={merged}']
    run('llvm-cov-19', 'show', *common, '--format=html', '--show-mcdc', '--show-branches=count',
        f'--output-dir={directory}', *sources)
    data = directory / 'all.json'
    run('sh', '-c', '"$@" >"$0"', data, 'llvm-cov-19', 'export', *common, *sources)
    return json.loads(data.read_text(encoding='utf-8'))['data'][0]['files']


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


def constants(decision):
    """The numbers of those conditions that are constants of the build."""
    conditions = re.split(r'&&|\|\|', decision)
    return {number for number, text in enumerate(conditions, 1)
            if re.search(r'\bbuild::\w+', text)}


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
            open_ones = [one for one in conditions
                         if one not in allowed and one not in constants(decision)]
            excused += len([one for one in conditions if one in allowed])
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


def main(parts, simulate, directory):
    (_, *parts), (_, *simulate) = (pathlib.Path(one).read_text(encoding='utf-8').split()
                                   for one in (parts, simulate))
    files = measure(parts, simulate, pathlib.Path(directory).resolve())
    wrong = report(files)
    print('\n'.join(wrong) or f'\nthe page: {directory}/index.html')
    return 1 if wrong else 0


if __name__ == '__main__':
    sys.exit(main(*sys.argv[1:]))
