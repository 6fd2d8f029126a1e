#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Breaks the library one line at a time, and sees the tests of the row that it breaks object.

    mutants.py --check DIRECTORY     looks at the patches, without building them
    mutants.py PARTS --some          tries those of SOME
    mutants.py PARTS [ID ...]        tries these, or all

With the patch mutants/<id>.patch in the library, one of the tests that count for the row of that id
must fail in an assertion that names the id. A mutant that does not compile, crashes or hangs is not
killed. PARTS is made by CMake: the compiler, then objects and libraries of the test programs, one a
line.
"""

import json
import pathlib
import re
import sys

import matrix

sys.path.append(str(matrix.ROOT / 'tests' / 'support'))
import mutant  # noqa: E402

PATCHES = pathlib.Path(__file__).resolve().parent / 'mutants'
ROWS_MIN = 60
TEST_TIMEOUT_S = 60
# Of each chapter some, of the codec and of the engine, whose tests are in few and small files.
SOME = ('1.5.5-1', '2.1.3-1', '3.1.2-13', '3.1.4-6', '3.3.1-1', '3.6.1-1', '3.8.3-5', '4.3.3-10',
        '4.6.0-2', '4.12.0-5')


def tests_of(found, one):
    """{folder below tests/: ['Suite.Name']} of a row, without those that need a real broker."""
    tests = {}
    for path, name in found.tests.get(one, []):
        if not path.startswith('tests/brokers/'):
            tests.setdefault(path.split('/')[1], []).append(name)
    return tests


def changed_lines(text):
    """How many lines a patch takes away, and how many it puts there."""
    return [len(re.findall(rf'^{mark}(?!-- |\+\+ )', text, re.MULTILINE)) for mark in ('-', r'\+')]


def complaints(found, patches):
    """What is wrong with the patches as they stand."""
    rows = {row.id: row for row in found.rows}
    if len(patches) < ROWS_MIN:
        yield f'{len(patches)} rows have a mutant, and {ROWS_MIN} are the least'
    there = {patch.stem for patch in patches}
    yield from (f'{one}: there is no such patch' for one in SOME if one not in there)
    for patch in patches:
        text = patch.read_text(encoding='utf-8')
        if patch.stem not in rows or rows[patch.stem].role not in 'SRB':
            yield f'{patch.stem}: no row that binds a client'
        if not tests_of(found, patch.stem):
            yield f'{patch.stem}: its row has no test that could be linked'
        files = re.findall(r'^\+\+\+ b/(.*)', text, re.MULTILINE)
        if len(files) != 1 or not re.fullmatch(r'src/.*\.cpp', files[0]):
            yield f'{patch.stem}: not of one file of src/'
        old, new = changed_lines(text)
        if old != 1 or new > 1:
            yield f'{patch.stem}: not one line'


def check(directory):
    """Prints what is wrong with the patches, among it those that do not apply any more."""
    seen = {}

    def applies(patch):
        with mutant.patched(patch, directory) as (tree, files):
            text = ''.join((tree / file).read_text(encoding='utf-8') for file in files)
        if (first := seen.setdefault(text, patch.stem)) != patch.stem:
            raise mutant.Failed(f'the same as {first}')
        return 'applies'

    patches = sorted(PATCHES.glob('*.patch'))
    wrong = list(complaints(matrix.load(), patches))
    good = mutant.try_all(applies, patches)
    print('\n'.join([*wrong, f'{good} of {len(patches)} patches apply']))
    return 0 if good == len(patches) and not wrong else 1


def parts_for(folder, objects):
    """The objects of the program with the tests of a folder."""
    parts = [one for one in objects if f'/{folder}_tests.dir/' in one]
    if not parts:
        raise mutant.Failed(f'tests/{folder} has no program')
    return parts


def failures(program, names):
    """{test: what its failures say} of a run of these tests."""
    report = program.with_suffix('.json')
    filters = ':'.join(f'{name}:{name}/*:*/{name}/*' for name in names)
    result = mutant.run(program, f'--gtest_filter={filters}', f'--gtest_output=json:{report}',
                        timeout=TEST_TIMEOUT_S)
    if result.returncode not in (0, 1) or not report.exists():
        raise mutant.Failed(f'{program.name} ended with {result.returncode}, without a verdict')
    ran = json.loads(report.read_text(encoding='utf-8'))
    if ran['tests'] < len(names):
        raise mutant.Failed(f'{ran["tests"]} tests ran of {names}')
    cases = [(suite['name'], case) for suite in ran['testsuites'] for case in suite['testsuite']]
    return {f'{suite}.{case["name"]}': '\n'.join(one['failure'] for one in case['failures'])
            for suite, case in cases if case.get('failures')}


class Runner:
    """Builds and runs the tests of rows with a mutant in the library. The file of parts is made by
    CMake."""

    def __init__(self, parts):
        lines = pathlib.Path(parts).read_text(encoding='utf-8').splitlines()
        self.compiler = lines[0]
        self.objects = [part for part in lines[1:] if part.endswith('.o')]
        self.libraries = [part for part in lines[1:] if not part.endswith('.o')]
        self.directory = pathlib.Path(parts).with_suffix('')
        self.found = matrix.load()

    def kill(self, patch):
        """Says which test objects to the mutant; raises mutant.Failed if none does."""
        seen = []
        with mutant.patched(patch, self.directory) as (tree, files):
            broken = mutant.compile_files(self.compiler, tree, files)
            for folder, names in tests_of(self.found, patch.stem).items():
                parts = [*broken, *parts_for(folder, self.objects), *self.libraries]
                program = mutant.link(self.compiler, tree / folder, parts)
                for name, text in failures(program, names).items():
                    if f'[MQTT-{patch.stem}]' in text:
                        return f'killed by {name}'
                    seen.append(name)
        raise mutant.Failed(f'no assertion of its row objects; failed: {seen or "nothing"}')


def main(parts, *wanted):
    if wanted == ('--some',):
        wanted = SOME
    patches = sorted(PATCHES.glob('*.patch'))
    if unknown := set(wanted) - {patch.stem for patch in patches}:
        sys.exit(f'no such mutant: {", ".join(sorted(unknown))}')
    patches = [patch for patch in patches if not wanted or patch.stem in wanted]
    killed = mutant.try_all(Runner(parts).kill, patches)
    print(f'{killed} of {len(patches)} mutants are killed by the tests of their rows')
    return 0 if killed == len(patches) else 1


if __name__ == '__main__':
    if len(sys.argv) < 2:
        sys.exit(__doc__)
    sys.exit(check(sys.argv[2]) if sys.argv[1] == '--check' else main(*sys.argv[1:]))
