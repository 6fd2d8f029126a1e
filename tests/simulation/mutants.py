# SPDX-License-Identifier: MIT
"""Breaks the library one rule at a time, and sees the simulator find it.

mutants.py COMPILER BUILD_DIRECTORY OBJECT_OR_LIBRARY... : with each patch of mutants/ in the
library, the first 10,000 seeds must have a violation.
"""

import pathlib
import re
import sys

HERE = pathlib.Path(__file__).resolve().parent
sys.path.append(str(HERE.parent / 'support'))
import mutant  # noqa: E402

SEEDS = '0..9999'


def main(compiler, directory, *libraries):
    def attempt(patch):
        with mutant.patched(patch, directory) as (tree, files):
            objects = mutant.compile_files(compiler, tree, files)
            program = mutant.link(compiler, tree / 'simulate', [*objects, *libraries])
            result = mutant.run(program, '--seeds', SEEDS, '--jobs', 1, '--quiet', '--first')
        found = re.search(r'^seed (\d+): (.*)$', result.stdout, re.MULTILINE)
        if result.returncode != 1 or not found:
            raise mutant.Failed(f'nobody noticed: {result.stdout}')
        return f'seed {found.group(1)}, {found.group(2)[:90]}'

    patches = sorted((HERE / 'mutants').glob('*.patch'))
    found = mutant.try_all(attempt, patches)
    print(f'{found} of {len(patches)} found')
    return 0 if found == len(patches) >= 12 else 1


if __name__ == '__main__':
    sys.exit(main(*sys.argv[1:]))
