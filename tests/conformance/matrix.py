# SPDX-License-Identifier: MIT
"""The matrix of statements, and where code and tests carry their tags `[MQTT-x.y.z-n]`."""

import pathlib
import re
import sys
from typing import NamedTuple

ROOT = pathlib.Path(__file__).resolve().parents[2]
sys.path.append(str(ROOT / 'tests' / 'house'))
import cpp_text  # noqa: E402

FILE = pathlib.Path(__file__).with_name('matrix.tsv')
ROLES = {'S': 'sender', 'R': 'receiver', 'B': 'both', 'V': 'broker', '-': 'no client'}
NUMBERED = 251
IDS_PER_TEST_MAX = 3
RULE_FOLDERS = ('include', 'src')
TEST_FOLDER = 'tests'
# Statements about the broker alone: nothing for a client to do or to see.
BROKER_ONLY = {
    '3.1.2-25', '3.1.3-5', '3.1.4-1', '3.1.4-2', '3.1.4-4', '3.1.4-5', '3.2.2-10', '3.3.1-5',
    '3.3.1-6', '3.3.1-7', '3.3.1-8', '3.3.2-12', '3.3.4-10', '3.9.2-1', '3.9.2-2', '3.11.2-1',
    '3.11.2-2', '4.5.0-1', '4.8.2-3', '4.8.2-4', '4.8.2-5', '4.8.2-6'}
NOTES = ('no code', 'pending', 'absent')

_ID = re.compile(r'\d+(?:\.\d+)+-(?:\d+|M\d*)')
_TAG = re.compile(r'\[MQTT-([^\]\s]*)\]')
# Whatever looks as if it were meant for a tag.
_LIKE_A_TAG = re.compile(r'\bMQTT5?-\d[\w.]*-?\w*')
_STRING = re.compile(r'"(?:\\.|[^"\\\n])*"')
_TEST = re.compile(r'^TEST(?:_F|_P)?\(\s*(\w+)\s*,\s*(\w+)\s*\)', re.MULTILINE)
# A message behind <<, or an argument of a helper.
_ASSERTION = re.compile(r'\b(?:EXPECT|ASSERT)_[A-Z0-9_]+\s*\(.*<<[^<]*$'
                        r'|\bexpect(?:_\w+)?\s*\([^;]*$', re.DOTALL)


class Row(NamedTuple):
    id: str
    role: str
    statement: str
    policy: str
    note: str  # '' or 'no code: ...', 'pending: ...', 'absent: ...'

    @property
    def numbered(self):
        return '-M' not in self.id

    @property
    def note_kind(self):
        return self.note.partition(':')[0]

    @property
    def needs_test(self):
        return self.id not in BROKER_ONLY and self.note_kind not in ('pending', 'absent')

    @property
    def needs_rule(self):
        return self.needs_test and self.note_kind != 'no code'


def parse(text):
    """The rows of matrix.tsv; raises ValueError for a line that is none."""
    rows = []
    for number, line in enumerate(text.splitlines(), 1):
        if not line or line.startswith('#'):
            continue
        fields = line.split('\t')
        if len(fields) not in (4, 5) or not all(fields):
            raise ValueError(f'matrix.tsv:{number}: not 4 or 5 fields: {line}')
        row = Row(*fields, *[''] * (5 - len(fields)))
        if not _ID.fullmatch(row.id) or row.role not in ROLES:
            raise ValueError(f'matrix.tsv:{number}: no such id or role: {line}')
        if row.note and (row.note_kind not in NOTES or not row.note.partition(': ')[2]):
            raise ValueError(f'matrix.tsv:{number}: a note without a kind or a reason: {line}')
        rows.append(row)
    return rows


def tags(text):
    """The ids of all tags in a text."""
    return _TAG.findall(text)


def bad_tags(text, known):
    """(line, text) of all that looks like a tag and is none, or has an id that does not exist."""
    good = [match.span() for match in _TAG.finditer(text) if match.group(1) in known]
    for match in _LIKE_A_TAG.finditer(text):
        if not any(begin < match.start() < end for begin, end in good):
            yield cpp_text.line_of(text, match.start()), match.group(0)


def _plain(match):
    token = match.group(0)
    if token[0] in '"0123456789':
        return token
    return {'R': '""', "'": "' '"}.get(token[0], '') + '\n' * token.count('\n')


def _without_comments(text):
    """The code without comments, and with ordinary strings as the only ones."""
    return cpp_text._TOKEN.sub(_plain, text)  # pylint: disable=protected-access


def _blank_strings(code):
    return _STRING.sub(lambda match: '"' + ' ' * (len(match.group(0)) - 2) + '"', code)


def _statement(blank, at):
    """The statement in front of `at`, as far as it goes; what is in brackets belongs to it."""
    depth = 0
    for i in range(at - 1, -1, -1):
        depth += {')': 1, '(': -1}.get(blank[i], 0)
        ends = blank[i] == ';' or (blank[i] in '{}' and blank[i + 1:i + 2] == '\n')
        if depth <= 0 and ends:
            return blank[i + 1:at]
    return blank[:at]


def asserted(text):
    """{(suite, test): ids} of a test source: the ids that an assertion of the test names.

    It names them in the message of an EXPECT_... or ASSERT_..., or as an argument of a helper whose
    name begins with expect. A tag anywhere else, as in a comment or a table, does not count.
    """
    code = _without_comments(text)
    blank = _blank_strings(code)
    heads = list(_TEST.finditer(blank))
    found = {}
    for head in heads:
        end = blank.find('\n}', head.end())
        end = len(code) if end < 0 else end
        ids = []
        for string in _STRING.finditer(code, head.end(), end):
            if not tags(string.group(0)):
                continue
            if _ASSERTION.search(_statement(blank, string.start())):
                ids += [one for one in tags(string.group(0)) if one not in ids]
        found[head.group(1), head.group(2)] = ids
    return found


def sources(*folders):
    """(path, text) of the C++ files below these folders."""
    for folder in folders:
        for path in sorted((ROOT / folder).rglob('*')):
            if path.suffix in ('.hpp', '.cpp', '.h'):
                yield path.relative_to(ROOT).as_posix(), path.read_text(encoding='utf-8')


class Matrix:
    """The rows with their rules and tests, from texts given as (path, text)."""

    def __init__(self, rows, rule_sources, test_sources):
        self.rows = rows
        self.known = {row.id for row in rows}
        self.rules = {row.id: [] for row in rows}  # paths
        self.tests = {row.id: [] for row in rows}  # (path, 'Suite.Name')
        self.complaints = []
        for path, text in rule_sources:
            self._complain_of_tags(path, text)
            for one in sorted(set(tags(text)) & self.known):
                self.rules[one].append(path)
        for path, text in test_sources:
            self._complain_of_tags(path, text)
            for (suite, name), ids in asserted(text).items():
                if len(ids) > IDS_PER_TEST_MAX:
                    self.complaints.append(f'{path}: {suite}.{name} has {len(ids)} ids: '
                                           f'{IDS_PER_TEST_MAX} is the end')
                for one in ids:
                    if one in self.known:
                        self.tests[one].append((path, f'{suite}.{name}'))

    def _complain_of_tags(self, path, text):
        self.complaints += [f'{path}:{line}: {what}: no such statement, or no tag [MQTT-x.y.z-n]'
                            for line, what in bad_tags(text, self.known)]

    def check(self):
        """All that is wrong with the matrix as it stands in the sources."""
        complaints = list(self.complaints)
        ids = [row.id for row in self.rows]
        complaints += [f'{one}: there twice' for one in sorted(self.known) if ids.count(one) > 1]
        numbered = sum(row.numbered for row in self.rows)
        if numbered != NUMBERED:
            complaints.append(f'{numbered} numbered statements, the specification has {NUMBERED}')
        for row in self.rows:
            complaints += self._check_row(row)
        return complaints

    def _check_row(self, row):
        tag = f'[MQTT-{row.id}]'
        if row.needs_rule and not self.rules[row.id]:
            yield f'{tag}: no rule in {", ".join(RULE_FOLDERS)} carries it'
        if row.note_kind in ('no code', 'absent') and self.rules[row.id]:
            yield f'{tag}: "{row.note}", but {self.rules[row.id][0]} carries it'
        if row.needs_test and not self.tests[row.id]:
            yield f'{tag}: no assertion of a test names it'
        if row.note_kind in ('pending', 'absent') and self.tests[row.id]:
            yield f'{tag}: "{row.note}", but {self.tests[row.id][0][1]} names it'

    def check_run(self, passed):
        """What of the matrix was not shown by a run of which these tests ('Suite.Name') passed."""
        for row in self.rows:
            if row.needs_test and not any(name in passed for _, name in self.tests[row.id]):
                yield f'[MQTT-{row.id}]: none of its tests ran and passed'

    def summary(self):
        tests = {name for found in self.tests.values() for _, name in found}
        shown = [row for row in self.rows if row.needs_test]
        binding = sum(row.numbered and row.role in 'SRB' for row in shown)
        pending = sum(row.note_kind == 'pending' for row in self.rows)
        absent = sum(row.note_kind == 'absent' for row in self.rows)
        text = (f'conformance: {sum(row.numbered for row in shown)} of the {NUMBERED} statements '
                f'of MQTT 5.0 ({binding} bind a client) and {len(shown)} rows in all are shown by '
                f'{len(tests)} tests; {len(BROKER_ONLY)} are the broker\'s alone')
        text += f', {absent} of a transport that is not here' if absent else ''
        return text + (f'; {pending} PENDING' if pending else '')


def load():
    """The matrix of this tree."""
    return Matrix(parse(FILE.read_text(encoding='utf-8')), sources(*RULE_FOLDERS),
                  sources(TEST_FOLDER))
