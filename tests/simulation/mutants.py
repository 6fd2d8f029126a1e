# SPDX-License-Identifier: MIT
"""Breaks the library one rule at a time, and sees the simulator find it.

mutants.py COMPILER BUILD_DIRECTORY OBJECT_OR_LIBRARY... : each patch in mutants/ is applied to a
copy of src/; the files it touches are compiled and linked before the library, so that they take the
place of the good ones; the first 10,000 seeds must have a violation.
"""

import os
import pathlib
import re
import shutil
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor

HERE = pathlib.Path(__file__).resolve().parent
ROOT = HERE.parent.parent
SEEDS = '0..9999'
FLAGS = ['-std=c++23', '-O1', '-fno-exceptions', '-fno-rtti']


class Failed(Exception):
    """What went wrong with one mutant."""


def run(*command, **options):
    return subprocess.run([str(word) for word in command], text=True, errors='replace',
                          stdout=subprocess.PIPE, stderr=subprocess.STDOUT, timeout=240,
                          check=False, **options)


def apply_patch(patch, tree):
    shutil.copytree(ROOT / 'src', tree / 'src')
    result = run('patch', '-p1', '--no-backup-if-mismatch', '-i', patch, cwd=tree)
    if result.returncode != 0:
        raise Failed('the patch does not apply any more:\n' + result.stdout)
    return re.findall(r'^\+\+\+ b/(\S+)', patch.read_text(), re.MULTILINE)


def build(compiler, tree, files, libraries):
    objects = []
    for file in files:
        target = tree / (file.replace('/', '_') + '.o')
        result = run(compiler, *FLAGS, f'-I{ROOT}/include', f'-I{tree}/src', '-c', tree / file,
                     '-o', target)
        if result.returncode != 0:
            raise Failed(result.stdout)
        objects.append(target)
    program = tree / 'simulate'
    result = run(compiler, *objects, *libraries, '-pthread', '-o', program)
    if result.returncode != 0:
        raise Failed(result.stdout)
    return program


def try_mutant(compiler, directory, libraries, patch):
    tree = directory / patch.stem
    shutil.rmtree(tree, ignore_errors=True)
    tree.mkdir(parents=True)
    try:
        program = build(compiler, tree, apply_patch(patch, tree), libraries)
        result = run(program, '--seeds', SEEDS, '--jobs', 1, '--quiet', '--first')
        found = re.search(r'^seed (\d+): (.*)$', result.stdout, re.MULTILINE)
        if result.returncode != 1 or not found:
            raise Failed(f'nobody noticed: {result.stdout}')
        return True, f'{patch.stem}: seed {found.group(1)}, {found.group(2)[:90]}'
    except Failed as failed:
        return False, f'{patch.stem}: {failed}'
    finally:
        shutil.rmtree(tree, ignore_errors=True)


def main(compiler, directory, *libraries):
    patches = sorted((HERE / 'mutants').glob('*.patch'))
    directory = pathlib.Path(directory)
    with ThreadPoolExecutor(os.cpu_count()) as pool:
        results = list(pool.map(lambda patch: try_mutant(compiler, directory, libraries, patch),
                                patches))
    for _, line in results:
        print(line)
    found = sum(1 for ok, _ in results if ok)
    print(f'{found} of {len(patches)} found')
    return 0 if found == len(patches) >= 12 else 1


if __name__ == '__main__':
    sys.exit(main(*sys.argv[1:]))
