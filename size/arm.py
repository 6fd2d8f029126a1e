#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Compiles the library for one bare-metal CPU: arm.py CPU OUT.

Every file must compile without warnings and size/static_asserts.cpp must hold; the archive may
need nothing that bare metal does not have. Prints the size of each object in bytes.
"""

import concurrent.futures
import os
import pathlib
import shutil
import subprocess
import sys

ROOT = pathlib.Path(__file__).resolve().parents[1]
sys.path.append(str(ROOT / 'tests' / 'house'))
import archive  # noqa: E402  (it lives with the other static checks)

TOOL = 'arm-none-eabi-'
FLAGS = ['-std=c++23', '-Os', '-mthumb', '-fno-exceptions', '-fno-rtti', '-fno-threadsafe-statics',
         '-ffunction-sections', '-fdata-sections', '-Wall', '-Wextra', '-Wconversion', '-Wshadow',
         '-Wswitch-enum', '-Werror', f'-I{ROOT}/include', f'-I{ROOT}/src']


def compile_one(cpu, source, out):
    target = out / source.relative_to(ROOT).with_suffix('.o')
    target.parent.mkdir(parents=True, exist_ok=True)
    launcher = ['ccache'] if shutil.which('ccache') else []
    subprocess.run([*launcher, f'{TOOL}g++', f'-mcpu={cpu}', *FLAGS, '-c', source, '-o', target],
                   check=True)
    return target


def compile_all(cpu, out):
    """The objects of the library; static_asserts.cpp is compiled with them and left out."""
    sources = sorted((ROOT / 'src').rglob('*.cpp'))
    with concurrent.futures.ThreadPoolExecutor(os.cpu_count()) as pool:
        asserts = pool.submit(compile_one, cpu, ROOT / 'size' / 'static_asserts.cpp', out)
        objects = list(pool.map(lambda source: compile_one(cpu, source, out), sources))
        asserts.result()
    return objects


def print_sizes(cpu, objects, out):
    output = subprocess.run([f'{TOOL}size', *objects], capture_output=True, text=True,
                            check=True).stdout
    print(f'{cpu}, -Os\n{"text":>8}{"data":>8}{"bss":>8}  object')
    total = [0, 0, 0]
    for line in output.splitlines()[1:]:
        text, data, bss, _, _, name = line.split(maxsplit=5)
        total = [a + int(b) for a, b in zip(total, (text, data, bss))]
        print(f'{text:>8}{data:>8}{bss:>8}  {pathlib.Path(name).relative_to(out)}')
    print(f'{total[0]:>8}{total[1]:>8}{total[2]:>8}  all of it, nothing removed by the linker')


def main(cpu, out):
    out = pathlib.Path(out).resolve()
    shutil.rmtree(out, ignore_errors=True)
    try:
        objects = compile_all(cpu, out)
    except subprocess.CalledProcessError:
        return 1  # the compiler has said why
    library = out / 'libminimq.a'
    subprocess.run([f'{TOOL}ar', 'rc', library, *objects], check=True)
    print_sizes(cpu, objects, out)
    complaints = list(archive.complaints(str(library), f'{TOOL}nm', only_allowed=True))
    print('\n'.join(complaints) or 'needs nothing that bare metal does not have')
    return 1 if complaints else 0


if __name__ == '__main__':
    sys.exit(main(*sys.argv[1:]))
