#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Complains if a program needs the heap or exceptions: no_heap.py PROGRAM."""

import pathlib
import subprocess
import sys

sys.path.append(str(pathlib.Path(__file__).resolve().parents[3] / 'house'))
import archive  # noqa: E402  (which symbols those are)

# What every program of the host has, for what runs when it ends.
START_UP = {'__cxa_finalize', '__cxa_atexit'}


def needed(program):
    """What the program takes from shared libraries."""
    output = subprocess.run(['nm', '--undefined-only', program], capture_output=True, text=True,
                            check=True).stdout
    return {line.split()[-1].partition('@')[0] for line in output.splitlines()}


def main(program):
    symbols = needed(program)
    if 'memcpy' not in symbols:
        print(f'{program} does not even need memcpy: nothing was checked')
        return 1
    wrong = sorted(name for name in symbols - START_UP if archive.BANNED.fullmatch(name))
    print('\n'.join(f'needs {name}' for name in wrong) or 'needs no heap')
    return 1 if wrong else 0


if __name__ == '__main__':
    sys.exit(main(*sys.argv[1:]))
