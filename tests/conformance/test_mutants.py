#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""The runner of mutants is not satisfied by one that nobody notices, nor by one that only breaks
the test program: test_mutants.py PARTS."""

import pathlib
import sys
import tempfile
import unittest

import matrix
import mutants

FILE = 'src/codec/topic.cpp'
ROW = '4.7.3-3'
LINE = "constexpr std::size_t topic_size_max = 65'535;"
PARTS = sys.argv.pop()


def patch_text(new, old=LINE, file=FILE):
    """A patch of the line that says how long a topic may be."""
    lines = (matrix.ROOT / FILE).read_text(encoding='utf-8').splitlines()
    number = lines.index(LINE) + 1
    added = ''.join(f'+{line}\n' for line in new)
    return (f'--- a/{file}\n+++ b/{file}\n@@ -{number} +{number},{len(new)} @@\n'
            f'-{old}\n{added}')


class WithPatches(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = pathlib.Path(folder.name)

    def patch(self, text, name=ROW):
        path = self.folder / f'{name}.patch'
        path.write_text(text, encoding='utf-8')
        return path


class Run(WithPatches):
    def setUp(self):
        super().setUp()
        self.runner = mutants.Runner(PARTS)
        self.runner.directory = self.folder / 'trees'

    def why_not(self, new, **more):
        with self.assertRaises(mutants.mutant.Failed) as failed:
            self.runner.kill(self.patch(patch_text(new, **more)))
        return str(failed.exception)

    def test_a_mutant_that_breaks_the_rule_is_killed(self):
        said = self.runner.kill(self.patch(patch_text([LINE.replace('535', '536')])))
        self.assertEqual('killed by TopicName.HasAtMost65535Bytes', said)

    def test_one_that_changes_nothing_is_not(self):
        self.assertIn('no assertion of its row objects; failed: nothing',
                      self.why_not([LINE + '  // the same']))

    def test_one_to_which_only_an_assertion_without_the_id_objects_is_not(self):
        self.assertIn("failed: ['TopicName.HasAtMost65535Bytes']",
                      self.why_not([LINE.replace('535', '534')]))

    def test_one_that_crashes_is_not(self):
        self.assertIn('without a verdict', self.why_not(
            ["const std::size_t topic_size_max = (__builtin_trap(), 65'535);"]))

    def test_one_that_does_not_compile_is_not(self):
        self.assertIn('error:', self.why_not([LINE.replace('constexpr', 'constexp')]))

    def test_one_that_does_not_apply_is_not(self):
        self.assertIn('does not apply', self.why_not([LINE], old='constexpr int other = 1;'))


class Check(WithPatches):
    ROWS = matrix.load()

    def complaints(self, text, name=ROW):
        return [one for one in mutants.complaints(self.ROWS, [self.patch(text, name)])
                if one.startswith(f'{name}: ') and 'there is no such' not in one]

    def test_one_line_of_a_row_that_binds_is_fine(self):
        self.assertEqual([], self.complaints(patch_text([LINE])))
        self.assertEqual([], self.complaints(patch_text([])))

    def test_two_lines_are_not(self):
        self.assertIn('not one line', self.complaints(patch_text([LINE, LINE]))[0])

    def test_another_folder_is_not(self):
        for file in ('include/minimq/engine.hpp', 'src/codec/topic.hpp', 'tests/a.cpp'):
            self.assertIn('not of one file', self.complaints(patch_text([LINE], file=file))[0])

    def test_a_row_of_the_broker_or_none_is_not(self):
        for name in ('3.1.2-24', '9.9.9-9', 'quota'):
            self.assertIn('no row that binds', self.complaints(patch_text([LINE]), name)[0])

    def test_too_few_are_objected_to(self):
        self.assertIn('1 rows have a mutant, and 60 are the least',
                      list(mutants.complaints(self.ROWS, [self.patch(patch_text([LINE]))])))


if __name__ == '__main__':
    unittest.main()
