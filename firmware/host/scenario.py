#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Runs one scenario: scenario.py IMAGES CPU NAME. Exit status 77: there are no images."""

import pathlib
import sys
import time

import secure
from machine import Failure
from scenarios import ALL

MISSING = 77
EVERY = ALL | secure.ALL


def main(images, cpu, name):
    if not any(pathlib.Path(images).glob('*.elf')):
        print(f'no images in {images}: firmware/host/build.py says why')
        return MISSING
    begin = time.monotonic()
    if name in secure.ALL and not secure.image(images, name).exists():
        print(f'no image for {name} in {images}: tools/sources.py says why')
        return MISSING
    try:
        measured = EVERY[name](pathlib.Path(images).resolve(), cpu)
    except Failure as failure:
        print(f'{cpu} {name}: {failure}', file=sys.stderr)
        return 1
    print(f'{cpu} {name}: {measured} ({time.monotonic() - begin:.1f} s)')
    return 0


if __name__ == '__main__':
    sys.exit(main(*sys.argv[1:]))
