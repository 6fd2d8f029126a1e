#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""What operations cost in QEMU: counts.py IMAGES CPU. Runs the image twice; it must say the same.

The counter of the board runs at a fixed frequency, and under -icount each instruction takes a fixed
time, so its cycles are instructions in another unit.
"""

import pathlib
import subprocess
import sys

from machine import Failure, Machine

NANOSECONDS_PER_INSTRUCTION = 2 ** 10
NANOSECONDS_PER_CYCLE = {'cortex-m33': 50}
USUALLY = 40


def lines(image, cpu):
    """What the program says, split into words."""
    with Machine(image, cpu, network=False, icount=10) as machine:
        words = [line.split() for line in machine.rest()]
        status = machine.exit_status()
    if status != 0:
        raise Failure(f'{image} ended with {status}: {words[-3:]}')
    return words


def cycle_ns(cpu):
    """Of the counter that the board has."""
    return NANOSECONDS_PER_CYCLE.get(cpu, USUALLY)


def read(words, cpu):
    """{what: instructions or bytes}"""
    cycle = cycle_ns(cpu)
    result = {}
    for word in words:
        if word[0] == 'count':
            _, name, cycles, _, depth = word
            result[f'instructions.{name}'] = round(int(cycles) * cycle /
                                                   NANOSECONDS_PER_INSTRUCTION)
            result['stack.painted'] = max(int(depth), result.get('stack.painted', 0))
        else:
            result |= {f'ram.{name}': int(number)
                       for name, number in zip(word[::2], word[1::2]) if name != 'tx'}
    return result


def port_size(images):
    """Flash of the lwIP port, before the linker removes what is not called."""
    output = subprocess.run(['arm-none-eabi-size', '-t', *images.rglob('libminimq_lwip.a')],
                            capture_output=True, text=True, check=True).stdout
    text, data, bss = map(int, output.splitlines()[-1].split()[:3])
    return {'flash.port.lwip': text + data, 'ram.port.lwip': bss + data}


def measure(images, cpu):
    runs = [lines(images / 'counts.elf', cpu) for _ in range(2)]
    if runs[0] != runs[1]:
        raise Failure('two runs differ')
    return read(runs[0], cpu) | port_size(images)


def main(images, cpu):
    for what, number in measure(pathlib.Path(images).resolve(), cpu).items():
        print(f'{what:<40}{number:>8}')


if __name__ == '__main__':
    sys.exit(main(*sys.argv[1:]))
