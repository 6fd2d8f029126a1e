# SPDX-License-Identifier: MIT
"""The library with one patch in it: the files that it touches are compiled from a patched copy of
src/ and linked before the library, so that they take the place of the good ones."""

import contextlib
import os
import pathlib
import re
import shutil
import subprocess
from concurrent.futures import ThreadPoolExecutor

ROOT = pathlib.Path(__file__).resolve().parents[2]
FLAGS = ['-std=c++23', '-O1', '-fno-exceptions', '-fno-rtti']


class Failed(Exception):
    """What went wrong with one mutant."""


def run(*command, timeout=240, **options):
    """The finished process, with all that it said in stdout."""
    try:
        return subprocess.run([str(word) for word in command], text=True, errors='replace',
                              stdout=subprocess.PIPE, stderr=subprocess.STDOUT, timeout=timeout,
                              check=False, **options)
    except subprocess.TimeoutExpired as expired:
        raise Failed(f'no end after {timeout} s: {command[0]}') from expired


@contextlib.contextmanager
def patched(patch, directory):
    """A tree that has a copy of src/ with the patch in it, and the files that it touches."""
    tree = pathlib.Path(directory) / patch.stem
    shutil.rmtree(tree, ignore_errors=True)
    tree.mkdir(parents=True)
    try:
        shutil.copytree(ROOT / 'src', tree / 'src')
        result = run('patch', '-p1', '--no-backup-if-mismatch', '-i', patch, cwd=tree)
        if result.returncode != 0:
            raise Failed('the patch does not apply any more:\n' + result.stdout)
        yield tree, re.findall(r'^\+\+\+ b/(\S+)', patch.read_text(), re.MULTILINE)
    finally:
        shutil.rmtree(tree, ignore_errors=True)


def compile_files(compiler, tree, files):
    """The objects of these files of a patched tree."""
    objects = []
    for file in files:
        target = tree / (file.replace('/', '_') + '.o')
        result = run(compiler, *FLAGS, f'-I{ROOT}/include', f'-I{tree}/src', '-c', tree / file,
                     '-o', target)
        if result.returncode != 0:
            raise Failed(result.stdout)
        objects.append(target)
    return objects


def link(compiler, program, parts):
    """The program that these objects and libraries make; the earlier ones win."""
    result = run(compiler, '-s', *parts, '-pthread', '-o', program)
    if result.returncode != 0:
        raise Failed(result.stdout)
    return program


def try_all(attempt, patches):
    """Tries all on every core. attempt(patch) returns what is to be said, or raises Failed. Prints
    a line for each, and returns how many did not fail."""
    def line_of(patch):
        try:
            return True, f'{patch.stem}: {attempt(patch)}'
        except Failed as failed:
            return False, f'{patch.stem}: FAILED: {failed}'

    with ThreadPoolExecutor(os.cpu_count()) as pool:
        results = []
        for result in pool.map(line_of, patches):
            results.append(result)
            print(result[1], flush=True)
    return sum(1 for good, _ in results if good)
