#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Checks an archive of ours with nm: archive.py LIBRARY [--globals N] [--nm NM] [--only-allowed].

It must need no heap, no exceptions and no start-up code, and own no writable memory (a port may
own N variables). With --only-allowed it may need nothing but what bare metal gives.
"""

import argparse
import re
import subprocess
import sys

BANNED = re.compile(
    r'(malloc|calloc|realloc|free|aligned_alloc|posix_memalign|abort|exit|atexit|__assert\w*'
    r'|_Zn[wa]\w*|_Zd[la]\w*'  # operator new, operator delete
    r'|__cxa_(?!pure_virtual)\w+|_Unwind_\w+|__gxx_personality\w*'  # exceptions, guards, atexit
    r'|_ZSt\d+__throw_\w+|_ZSt9terminatev|_ZTVN10__cxxabiv1\w+)')
# memcpy and its family, what the compiler calls by itself, and the hook for pure virtual calls.
BARE_METAL = re.compile(
    r'(memcpy|memmove|memset|memcmp|strlen|__aeabi_\w+|__cxa_pure_virtual'
    r'|__gnu_thumb1_case_\w+|__(?:clz|ctz|popcount|bswap|u?div|u?mod|ash[lr]|lshr|mul)[sdt]i[23])')


def symbols(nm, library):
    """(object, kind, name) of every symbol of the archive."""
    output = subprocess.run([nm, '--print-file-name', library], capture_output=True, text=True,
                            check=True).stdout
    for line in output.splitlines():
        match = re.match(r'(?P<file>.*):\s*[0-9a-fA-F]*\s+(?P<kind>\S)\s+(?P<name>\S+)$', line)
        if match:
            yield match['file'].rpartition(':')[2], match['kind'], match['name']


def objdump(nm, library, option):
    return subprocess.run([re.sub(r'\bnm\b', 'objdump', nm), option, library], capture_output=True,
                          text=True, check=True).stdout


def start_up_code(nm, library):
    headers = objdump(nm, library, '--section-headers')
    return sorted(set(re.findall(r'\.(?:init_array|ctors|fini_array|dtors)\S*', headers)))


def only_relocated(nm, library):
    """Constants that nm calls data because a loader fills in addresses: tables of virtual calls."""
    table = objdump(nm, library, '--syms')
    return set(re.findall(r'\.data\.rel\.ro\S*\s+[0-9a-f]+\s+(?:\.\w+ )?(\S+)$', table,
                          re.MULTILINE))


def complaints(library, nm='nm', globals_max=0, only_allowed=False):
    found = list(symbols(nm, library))
    if not any(kind == 'T' for _, kind, _ in found):
        yield f'{library} has no code: nothing was checked'
    defined = {name for _, kind, name in found if kind not in 'Uw'}
    for member, kind, name in found:
        if kind in 'Uw' and BANNED.fullmatch(name):
            yield f'{member} needs {name}'
        elif only_allowed and kind == 'U' and not (name in defined or BARE_METAL.fullmatch(name)):
            yield f'{member} needs {name}, which bare metal does not have'
    constants = only_relocated(nm, library)
    writable = [f'{member}: {name}' for member, kind, name in found
                if kind in 'BbDdCGgSs' and not name.startswith('$') and name not in constants]
    if len(writable) > globals_max:
        yield from (f'{variable} is writable memory' for variable in writable)
    yield from (f'start-up code: {section}' for section in start_up_code(nm, library))


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument('library')
    parser.add_argument('--nm', default='nm')
    parser.add_argument('--globals', type=int, default=0)
    parser.add_argument('--only-allowed', action='store_true')
    arguments = parser.parse_args()
    found = list(complaints(arguments.library, arguments.nm, arguments.globals,
                            arguments.only_allowed))
    print('\n'.join(found) or f'{arguments.library}: nothing to complain about')
    return 1 if found else 0


if __name__ == '__main__':
    sys.exit(main())
