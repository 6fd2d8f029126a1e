# SPDX-License-Identifier: MIT
"""Breaks the library on purpose, and sees the fuzz targets find it.

mutants.py "COMPILER FLAGS" BUILD_DIRECTORY LIBRARY... OBJECTS... : each patch of mutants/ is named
after its target, which must find it from its corpus and few inputs more.
"""

import pathlib
import re
import sys
import tempfile

HERE = pathlib.Path(__file__).resolve().parent
sys.path.append(str(HERE.parent / 'support'))
import mutant  # noqa: E402

RUNS = 20_000
FOUND = re.compile(r'^(FINDING: .*|.*runtime error: .*|.*ERROR: AddressSanitizer: \S+)',
                   re.MULTILINE)


def build(compiler, tree, files, parts):
    objects = []
    for file in files:
        target = tree / (file.replace('/', '_') + '.o')
        result = mutant.run(*compiler, '-std=c++23', '-fno-exceptions', '-fno-rtti', '-g0',
                            '-fsanitize=fuzzer-no-link', f'-I{mutant.ROOT}/include',
                            f'-I{tree}/src', '-c', tree / file, '-o', target)
        if result.returncode != 0:
            raise mutant.Failed(result.stdout)
        objects.append(target)
    program = tree / 'fuzz'
    result = mutant.run(*compiler, '-fsanitize=fuzzer', *objects, *parts, '-o', program)
    if result.returncode != 0:
        raise mutant.Failed(result.stdout)
    return program


def main(compiler, directory, *parts):
    def attempt(patch):
        target = patch.stem.split('_')[0]
        # A target's own objects are in a folder with its name, and come before the libraries.
        objects = [part for part in parts if f'fuzz_{target}.dir' in part]
        libraries = [part for part in parts if part.endswith('.a')]
        with mutant.patched(patch, directory) as (tree, files):
            program = build(compiler.split(), tree, files, [*objects, *libraries])
            with tempfile.TemporaryDirectory() as new:
                result = mutant.run(program, f'-runs={RUNS}', '-seed=1', '-max_len=256',
                                    '-detect_leaks=0', f'-artifact_prefix={new}/', new,
                                    HERE / 'corpus' / target)
        found = FOUND.search(result.stdout)
        if result.returncode == 0 or not found:
            raise mutant.Failed(f'nobody noticed: {result.stdout[-2000:]}')
        return found.group(1)[:90]

    patches = sorted((HERE / 'mutants').glob('*.patch'))
    found = mutant.try_all(attempt, patches)
    print(f'{found} of {len(patches)} found')
    return 0 if found == len(patches) >= 4 else 1


if __name__ == '__main__':
    sys.exit(main(*sys.argv[1:]))
