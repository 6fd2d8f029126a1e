#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Compiles the library for one bare-metal target: arm.py TARGET OUT.

A target is a CPU, for gcc, or a CPU and `-clang`. RISC-V is for clang, with the headers of newlib
for Arm, which serve both: Debian 12 has none for RISC-V without an operating system. Every file
must compile without warnings and size/static_asserts.cpp must hold; the archive may need nothing
that bare metal does not have. Prints the size of each object in bytes.
"""

import concurrent.futures
import functools
import os
import pathlib
import re
import subprocess
import sys

ROOT = pathlib.Path(__file__).resolve().parents[1]
sys.path.append(str(ROOT / 'tests' / 'house'))
import archive  # noqa: E402  (it lives with the other static checks)

TOOL = 'arm-none-eabi-'
CLANG = 'clang++-19'
FLAGS = ['-std=c++23', '-Os', '-fno-exceptions', '-fno-rtti', '-fno-threadsafe-statics',
         '-ffunction-sections', '-fdata-sections', '-Wall', '-Wextra', '-Wconversion', '-Wshadow',
         '-Wswitch-enum', '-Werror', f'-I{ROOT}/include', f'-I{ROOT}/src']

PRECOMPILED = ('minimq/minimq.hpp', 'algorithm', 'array', 'cstring')


def cpu_of(target):
    return target.removesuffix('-clang')


def is_riscv(target):
    return target.startswith('rv')


@functools.cache
def headers_of_gcc(cpu):
    """Where arm-none-eabi-g++, compiling for `cpu`, looks for the headers of its libraries."""
    ask = [f'{TOOL}g++', f'-mcpu={cpu}', '-mthumb', '-xc++', '-E', '-v', '/dev/null']
    text = subprocess.run(ask, capture_output=True, text=True, check=True).stderr
    found = re.search(r'#include <...> search starts here:\n(.*?)End of search', text, re.DOTALL)
    # The compiler's own headers are clang's own affair.
    return [os.path.normpath(line) for line in found[1].split()
            if '/lib/gcc/' not in os.path.normpath(line)]


def compiler(target):
    """The command that compiles for that target, flags included."""
    cpu = cpu_of(target)
    if target == cpu:
        return [f'{TOOL}g++', f'-mcpu={cpu}', '-mthumb', *FLAGS]
    riscv = is_riscv(target)
    places = headers_of_gcc('cortex-m0plus' if riscv else cpu)
    machine = (['--target=riscv32-unknown-elf', f'-march={cpu}', '-mabi=ilp32'] if riscv else
               ['--target=arm-none-eabi', f'-mcpu={cpu}', '-mthumb', '-mfloat-abi=soft',
                '-fshort-enums'])
    return [CLANG, *machine, '-nostdinc++',
            *(word for place in places for word in ('-isystem', place)), *FLAGS]


def tool(target, name):
    """ar, nm or size for the objects of that target."""
    return f'llvm-{name}-19' if is_riscv(target) else TOOL + name


@functools.cache
def newest_source():
    """When a header, or what decides about flags, was last changed."""
    places = [*(ROOT / 'include').rglob('*.hpp'), *(ROOT / 'src').rglob('*.hpp'),
              *(ROOT / 'size').rglob('*.hpp'), pathlib.Path(__file__)]
    return max(place.stat().st_mtime for place in places)


def is_current(result, *sources):
    return result.exists() and result.stat().st_mtime > max(
        newest_source(), *(source.stat().st_mtime for source in sources))


def precompile(target, out, defines):
    """Parses once what most files include: a third of the time. Returns the flags to use it."""
    header = out / 'precompiled.hpp'
    clang = target != cpu_of(target)
    result = header.with_suffix('.hpp.pch' if clang else '.hpp.gch')
    if not (header.exists() and is_current(result, header)):
        out.mkdir(parents=True, exist_ok=True)
        header.write_text(''.join(f'#include <{name}>\n' for name in PRECOMPILED))
        subprocess.run([*compiler(target), *defines, '-x', 'c++-header', header, '-o', result],
                       check=True)
    return ['-include-pch', result] if clang else ['-include', header]


def compile_one(target, source, out, defines=()):
    """Its object; nothing is done if that is newer than every source. `out`: for one `defines`."""
    result = out / source.relative_to(ROOT).with_suffix('.o')
    if not is_current(result, source):
        result.parent.mkdir(parents=True, exist_ok=True)
        subprocess.run([*compiler(target), *defines, *precompile(target, out, defines),
                        '-c', source, '-o', result], check=True)
    return result


def library_sources():
    return sorted((ROOT / 'src').rglob('*.cpp'))


def compile_all(target, out):
    """The objects of the library; static_asserts.cpp is compiled with them and left out."""
    sources = library_sources()
    precompile(target, out, ())
    with concurrent.futures.ThreadPoolExecutor(os.cpu_count()) as pool:
        asserts = pool.submit(compile_one, target, ROOT / 'size' / 'static_asserts.cpp', out)
        objects = list(pool.map(lambda source: compile_one(target, source, out), sources))
        asserts.result()
    return objects


def print_sizes(target, objects, out):
    output = subprocess.run([tool(target, 'size'), *objects], capture_output=True, text=True,
                            check=True).stdout
    print(f'{target}, -Os\n{"text":>8}{"data":>8}{"bss":>8}  object')
    total = [0, 0, 0]
    for line in output.splitlines()[1:]:
        text, data, bss, _, _, name = line.split(maxsplit=5)
        total = [a + int(b) for a, b in zip(total, (text, data, bss))]
        print(f'{text:>8}{data:>8}{bss:>8}  {pathlib.Path(name).relative_to(out)}')
    print(f'{total[0]:>8}{total[1]:>8}{total[2]:>8}  all of it, nothing removed by the linker')


def main(target, out):
    out = pathlib.Path(out).resolve()
    try:
        objects = compile_all(target, out)
    except subprocess.CalledProcessError:
        return 1  # the compiler has said why
    library = out / 'libminimq.a'
    library.unlink(missing_ok=True)
    subprocess.run([tool(target, 'ar'), 'rc', library, *objects], check=True)
    print_sizes(target, objects, out)
    complaints = list(archive.complaints(str(library), tool(target, 'nm'), only_allowed=True))
    print('\n'.join(complaints) or 'needs nothing that bare metal does not have')
    return 1 if complaints else 0


if __name__ == '__main__':
    sys.exit(main(*sys.argv[1:]))
