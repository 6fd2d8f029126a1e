#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""The table of sizes in README.md: sizes_table.py show|update|check OUT.

Compiles the library for Cortex-M4 into OUT. `show` prints the table, `update` writes it into
README.md, `check` fails if README.md differs: objects must be exact, code within 5 percent.
"""

import pathlib
import re
import subprocess
import sys

ROOT = pathlib.Path(__file__).resolve().parents[1]
sys.path.append(str(ROOT / 'size'))
import arm  # noqa: E402  (how the library is compiled for bare metal)

CPU = 'cortex-m4'
README = ROOT / 'README.md'
BEGIN, END = '<!-- sizes: tools/sizes_table.py -->\n', '<!-- end of sizes -->\n'
TOLERANCE = 0.05

# What the table shows of the types, in its order.
TYPES = {
    'Session': '`Session`, the whole object',
    'Engine': 'of it: the protocol engine',
    'Config': 'of it: the configuration',
    'PollOperation': '`co_await session.poll()`, in the frame of the coroutine',
    'Event': '`Event`, on the stack',
}
NAMES = {'error_names', 'event_names', 'reason_names'}
GROUPS = {
    'codec': 'flash: codec, all packets and properties',
    'engine': 'flash: engine',
    'session': 'flash: session',
    'names': 'flash: names for logs (`to_string`), linked only if called',
}


def type_sizes(out):
    """Name -> sizeof, read from the symbols of one array per type."""
    source = '#include <minimq/minimq.hpp>\n' + ''.join(
        f'extern const char size_of_{name}[sizeof(minimq::{name})];\n'
        f'const char size_of_{name}[sizeof(minimq::{name})]{{}};\n' for name in TYPES)
    target = pathlib.Path(out) / 'sizes.o'
    subprocess.run([f'{arm.TOOL}g++', f'-mcpu={CPU}', *arm.FLAGS, '-x', 'c++', '-c', '-', '-o',
                    target], input=source, text=True, check=True)
    symbols = subprocess.run([f'{arm.TOOL}nm', '-S', target], capture_output=True, text=True,
                             check=True).stdout
    return {name: int(size, 16)
            for size, name in re.findall(r'^\w+ (\w+) R size_of_(\w+)$', symbols, re.MULTILINE)}


def group_of(name):
    path = pathlib.PurePath(name)
    return 'names' if path.stem in NAMES else path.parent.name


def flash_sizes(objects):
    """Group -> bytes of code and constants, from the output of `size`."""
    output = subprocess.run([f'{arm.TOOL}size', *objects], capture_output=True, text=True,
                            check=True).stdout
    total = dict.fromkeys(GROUPS, 0)
    for line in output.splitlines()[1:]:
        text, data, _, _, _, name = line.split(maxsplit=5)
        total[group_of(name)] += int(text) + int(data)
    return total


def measure(out):
    """[(what, bytes, exact)] in the order of the table."""
    pathlib.Path(out).mkdir(parents=True, exist_ok=True)
    types = type_sizes(out)
    flash = flash_sizes(arm.compile_all(CPU, pathlib.Path(out).resolve()))
    return ([(text, types[name], True) for name, text in TYPES.items()] +
            [(text, flash[name], False) for name, text in GROUPS.items()])


def table(rows):
    head = ('| Cortex-M4, gcc 12, `-Os`, before the linker removes what is not called | bytes |\n'
            '|---|---:|\n')
    return head + ''.join(f'| {what} | {size} |\n' for what, size, _ in rows)


def between_marks(text):
    """The table that is in the text now."""
    return text.partition(BEGIN)[2].partition(END)[0]


def with_table(text, new):
    before, begin, rest = text.partition(BEGIN)
    _, end, after = rest.partition(END)
    if not (begin and end):
        raise ValueError('README.md: the marks of the table of sizes are missing')
    return before + begin + new + end + after


def complaints(text, rows):
    shown = dict(re.findall(r'^\| (.+?) \| (\d+) \|$', between_marks(text), re.MULTILINE))
    for what, size, exact in rows:
        claimed = int(shown.pop(what, -1))
        if abs(claimed - size) > (0 if exact else TOLERANCE * size):
            yield f'{what}: README.md says {claimed}, it is {size}'
    yield from (f'{what}: in README.md, but not measured' for what in shown)


def main(verb, out):
    rows = measure(out)
    if verb == 'show':
        print(table(rows), end='')
    elif verb == 'update':
        README.write_text(with_table(README.read_text(encoding='utf-8'), table(rows)),
                          encoding='utf-8')
    else:
        found = list(complaints(README.read_text(encoding='utf-8'), rows))
        print('\n'.join(found) or 'the table of sizes is up to date')
        if found:
            print('to update it: python3 tools/sizes_table.py update build/size/readme')
        return 1 if found else 0
    return 0


if __name__ == '__main__':
    sys.exit(main(*sys.argv[1:]))
