#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""The tables of sizes in README.md and the guide to TLS: sizes_table.py show|update|check OUT.

The first is measured: the library is compiled for Cortex-M4 into OUT. The others are what
size/budgets.txt says. `show` prints them, `update` writes them, `check` fails if the documents
differ: objects and budgets must be exact, code within 5 percent.
"""

import pathlib
import re
import subprocess
import sys

ROOT = pathlib.Path(__file__).resolve().parents[1]
sys.path.append(str(ROOT / 'size'))
import arm  # noqa: E402  (how the library is compiled for bare metal)
import budgets  # noqa: E402

CPU = 'cortex-m4'
README = ROOT / 'README.md'
GUIDE_TO_TLS = ROOT / 'docs/guide/tls.md'
BEGIN, END = '<!-- sizes: tools/sizes_table.py -->\n', '<!-- end of sizes -->\n'
BUDGETS_BEGIN, BUDGETS_END = '<!-- budgets: size/budgets.txt -->\n', '<!-- end of budgets -->\n'
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
COLUMNS = {'cortex-m0plus': 'M0+', 'cortex-m4': 'M4', 'cortex-m33': 'M33',
           'cortex-m4-clang': 'M4, clang 19'}
# What the second table shows, in its order; the rest of size/budgets.txt is for the tests.
ROWS = {
    'flash.publish': 'flash: publisher at QoS 0',
    'flash.publish.without_qos2': 'flash: the publisher, built without QoS 2',
    'flash.publish.without_subscriptions': 'flash: the publisher, without subscriptions either',
    'flash.client': 'flash: minimal client, all QoS, both ways',
    'flash.device': 'flash: device with coroutines, replies, will, credentials',
    'flash.port.lwip': 'flash: the lwIP port',
    'ram.frame': 'RAM: coroutine frame of the device above',
    'stack.worst': 'stack: worst case of the library\'s own frames',
    'instructions.publish_qos0': 'instructions: publish at QoS 0',
    'instructions.publish_qos1': 'instructions: publish at QoS 1',
    'instructions.inbound_qos0': 'instructions: receive at QoS 0',
    'instructions.inbound_qos1': 'instructions: receive at QoS 1',
    'instructions.keep_alive': 'instructions: keep alive, one round',
}
# What the guide to TLS shows: a row is one thing for each port, by their names in the budgets.
TLS_PORTS = {'bearssl': 'BearSSL', 'mbedtls': 'mbedTLS 2.28'}
TLS_ROWS = {
    'flash.tls.{}': 'flash: library and port',
    'ram.tls.{}': 'RAM: library, port, records of 2 kB; for mbedTLS a pool of 16 kB',
    'pool.tls.{}': 'RAM: of this pool really used',
    'stack.tls.{}': 'stack: the whole program',
    'kiloinstructions.{}.full': 'a full handshake, thousands of instructions',
    'kiloinstructions.{}.resumed': 'a resumed one, thousands of instructions',
}


def tls_table(rows):
    """From {(what, target): (budget, goal)}."""
    lines = [f'| Cortex-M4, `-Os` | {" | ".join(TLS_PORTS.values())} |\n', '|---|---:|---:|\n']
    for what, text in TLS_ROWS.items():
        cells = [str(rows.get((what.format(port), CPU), ('',))[0]) for port in TLS_PORTS]
        lines.append(f'| {text} | {" | ".join(cells)} |\n')
    return ''.join(lines)


def budget_table(rows):
    """From {(what, target): (budget, goal)}."""
    head = ' | '.join(COLUMNS.values())
    lines = [f'| Cortex-M, `-Os`, at most | {head} | goal |\n', '|---|' + '---:|' * 5 + '\n']
    for what, text in ROWS.items():
        cells = [str(rows[what, target][0]) if (what, target) in rows else ''
                 for target in COLUMNS]
        goals = {goal for (name, _), (_, goal) in rows.items() if name == what and goal}
        lines.append(f'| {text} | {" | ".join(cells)} | {max(goals, default="")} |\n')
    return ''.join(lines)


def type_sizes(out):
    """Name -> sizeof, read from the symbols of one array per type."""
    source = '#include <minimq/minimq.hpp>\n' + ''.join(
        f'extern const char size_of_{name}[sizeof(minimq::{name})];\n'
        f'const char size_of_{name}[sizeof(minimq::{name})]{{}};\n' for name in TYPES)
    target = pathlib.Path(out) / 'sizes.o'
    subprocess.run([*arm.compiler(CPU), '-x', 'c++', '-c', '-', '-o',
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


def between_marks(text, begin=BEGIN, end=END):
    """The table that is in the text now."""
    return text.partition(begin)[2].partition(end)[0]


def with_table(text, new, first=BEGIN, last=END):
    before, begin, rest = text.partition(first)
    _, end, after = rest.partition(last)
    if not (begin and end):
        raise ValueError(f'the marks of a table are missing: {first}')
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
    loaded = budgets.load()
    of_budgets = {README: budget_table(loaded), GUIDE_TO_TLS: tls_table(loaded)}
    text = README.read_text(encoding='utf-8')
    if verb == 'show':
        print(table(rows), *of_budgets.values(), sep='\n', end='')
    elif verb == 'update':
        README.write_text(with_table(text, table(rows)), encoding='utf-8')
        for path, new in of_budgets.items():
            text = path.read_text(encoding='utf-8')
            path.write_text(with_table(text, new, BUDGETS_BEGIN, BUDGETS_END), encoding='utf-8')
    else:
        found = list(complaints(text, rows))
        for path, new in of_budgets.items():
            text = path.read_text(encoding='utf-8')
            if between_marks(text, BUDGETS_BEGIN, BUDGETS_END) != new:
                found.append(f'{path.name}: the table of budgets is not what size/budgets.txt says')
        print('\n'.join(found) or 'the tables of sizes are up to date')
        if found:
            print('to update them: ./dev size update')
        return 1 if found else 0
    return 0


if __name__ == '__main__':
    sys.exit(main(*sys.argv[1:]))
