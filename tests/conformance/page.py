#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""docs/conformance.md, made from the matrix: page.py [--write]; without it, compares."""

import sys

import matrix

PAGE = matrix.ROOT / 'docs' / 'conformance.md'
HEAD = '''# Conformance

Made by `./dev conformance` from `tests/conformance/matrix.tsv` and the tags in code and tests; a
test compares. Every numbered statement of the OASIS Standard MQTT 5.0 of 7 March 2019 has a row,
and so have the rules of its prose that concern a client and have no number (ids that end with M).

Roles: **S** binds a client as sender, **R** as receiver, **B** as both; **V** binds the broker, and
a client can see or relies on it; **-** concerns no client. A test counts for a row only if one of
its assertions names the id and it ran and passed.
'''
CHAPTERS = {'1': 'Data representation', '2': 'Packet format', '3': 'Packets',
            '4': 'Operational behaviour', '6': 'WebSocket'}


def _file(path):
    return f'[{path.rpartition("/")[2]}](../{path})'


def _rules(found, row):
    if found.rules[row.id]:
        return ', '.join(_file(path) for path in found.rules[row.id])
    return row.note or ''


def _tests(found, row):
    if row.id in matrix.BROKER_ONLY:
        return 'the broker\'s alone'
    if row.note_kind in ('pending', 'absent'):
        return row.note
    names = {}
    for path, name in found.tests[row.id]:
        names.setdefault(path, []).append(name)
    return ', '.join(f'{_file(path)}: {", ".join(tests)}' for path, tests in names.items())


def page(found):
    lines = [HEAD, found.summary()[0].upper() + found.summary()[1:] + '.']
    chapter = None
    for row in found.rows:
        if row.id[0] != chapter:
            chapter = row.id[0]
            lines += ['', f'## {chapter} {CHAPTERS[chapter]}', '',
                      '| Id | Role | Statement | What we do | Rule | Tests |',
                      '|---|---|---|---|---|---|']
        cells = (row.id, row.role, row.statement, row.policy, _rules(found, row),
                 _tests(found, row))
        lines.append('| ' + ' | '.join(cell.replace('|', '\\|') for cell in cells) + ' |')
    return '\n'.join(lines) + '\n'


def main(arguments):
    text = page(matrix.load())
    if '--write' in arguments:
        PAGE.write_text(text, encoding='utf-8')
        return 0
    if not PAGE.exists() or PAGE.read_text(encoding='utf-8') != text:
        print('docs/conformance.md is not what the matrix gives: run ./dev conformance')
        return 1
    print('docs/conformance.md is up to date')
    return 0


if __name__ == '__main__':
    sys.exit(main(sys.argv[1:]))
