#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Each check of the documents objects to a bad sample, and to no good one."""

import pathlib
import sys
import tempfile
import unittest

import documents
import snippets

sys.path.append(str(pathlib.Path(__file__).resolve().parents[2] / 'tools'))
import sizes_table  # noqa: E402


class Documents(unittest.TestCase):
    def objects(self, found):
        self.assertEqual(len(list(found)), 1)

    def accepts(self, found):
        self.assertEqual(list(found), [])

    def test_the_example_is_shown_as_it_is(self):
        self.accepts(documents.check_example('```cpp\nint a;\n```\n', 'int a;\n'))
        self.objects(documents.check_example('```cpp\nint a; \n```\n', 'int a;\n'))
        self.objects(documents.check_example('nothing', 'int a;\n'))

    def test_the_example_and_the_readme_stay_short(self):
        long_example = '\n' * 41
        self.objects(documents.check_example(f'```cpp\n{long_example}```\n', long_example))
        self.objects(documents.check_length('\n' * 301))
        self.accepts(documents.check_length('\n' * 300))

    def test_links_lead_somewhere(self):
        there = {'docs/guide/a.md', 'README.md'}.__contains__
        self.accepts(documents.check_links('README.md', '[a](docs/guide/a.md#part)', there))
        self.accepts(documents.check_links('docs/guide/a.md', '[b](../../README.md)', there))
        self.accepts(documents.check_links('README.md', '[c](https://mqtt.org)', there))
        self.objects(documents.check_links('README.md', '[d](docs/guide/d.md)', there))
        self.objects(documents.check_links('docs/guide/a.md', '[e](README.md)', there))

    def test_tests_that_are_named_exist(self):
        sources = 'TEST_F(Cut, EndsWell) {\n}\nTEST(Split, IsTheSame) {\n'
        self.accepts(documents.check_tests('a.md', '| 1 | x | `Cut.EndsWell` |\n', sources))
        self.accepts(documents.check_tests('a.md', '| 1 | x | `Split.IsTheSame` |\n', sources))
        self.objects(documents.check_tests('a.md', '| 1 | x | `Cut.IsTheSame` |\n', sources))

    def test_there_is_one_version(self):
        cmake = 'project(minimq VERSION 1.2.3 LANGUAGES CXX)'
        readme, changelog = 'find_package(minimq 1.2 REQUIRED)', '# Changes\n\n## 1.2.3, today\n'
        self.accepts(documents.check_versions(readme, changelog, cmake))
        self.objects(documents.check_versions('find_package(minimq 1.1 )', changelog, cmake))
        self.objects(documents.check_versions(readme, '## 1.2.2\n## 1.2.3\n', cmake))

    def test_decisions_are_numbered_and_whole(self):
        whole = '# 7. Title\n\n## Context\n\n## Decision\n\n## Consequence\n'
        self.accepts(documents.check_decision('0007-title.md', whole))
        self.objects(documents.check_decision('0008-title.md', whole))
        self.objects(documents.check_decision('0007-title.md', whole.replace('Decision', 'Plan')))
        self.accepts(documents.check_numbers(['0001-a.md', '0002-b.md']))
        self.objects(documents.check_numbers(['0001-a.md', '0003-c.md']))


class Snippets(unittest.TestCase):
    def test_every_block_of_cpp_is_found_with_its_line(self):
        text = 'one\n```cpp\nint a;\n```\n```sh\nls\n```\n```cpp\nint b;\n```\n'
        self.assertEqual(list(snippets.blocks(text)), [(3, 'int a;\n'), (9, 'int b;\n')])

    def test_a_block_stands_where_it_can_compile(self):
        self.assertIn('namespace line_1 {\n#line 1', snippets.wrapped('class A {};\n', 1, 'x'))
        self.assertIn('static int snippet', snippets.wrapped('a();\n', 1, 'x'))
        self.assertIn('static minimq::Task<> snippet', snippets.wrapped('co_await a;\n', 1, 'x'))
        self.assertTrue(snippets.is_file('#include <x>\n'))

    def test_blocks_of_one_document_share_a_unit_and_files_have_their_own(self):
        text = '```cpp\n#include <a>\n```\n```cpp\na();\n```\n```cpp\nb();\n```\n'
        self.assertEqual(len(list(snippets.units(text, 'x'))), 2)


    def test_what_does_not_compile_is_named_with_its_place(self):
        text = 'one\n\n```cpp\nsession.no_such_call();\n```\n'
        with tempfile.TemporaryDirectory() as out:
            unit, = snippets.units(text, 'guide.md')
            run = snippets.compile_unit(unit, pathlib.Path(out, 'unit.cpp'), ['c++'])
        self.assertNotEqual(run.returncode, 0)
        self.assertIn('guide.md:4', run.stderr)


class Sizes(unittest.TestCase):
    ROWS = [('`A`', 100, True), ('flash: b', 1000, False)]

    def text(self, rows):
        return sizes_table.BEGIN + sizes_table.table(rows) + sizes_table.END

    def complaints(self, shown):
        return list(sizes_table.complaints(self.text(shown), self.ROWS))

    def test_the_table_is_compared_row_by_row(self):
        self.assertEqual(self.complaints(self.ROWS), [])
        self.assertEqual(self.complaints([('`A`', 100, True), ('flash: b', 1040, False)]), [])
        self.assertEqual(len(self.complaints([('`A`', 101, True), ('flash: b', 1000, False)])), 1)
        self.assertEqual(len(self.complaints([('`A`', 100, True), ('flash: b', 1060, False)])), 1)
        self.assertEqual(len(self.complaints(self.ROWS[:1])), 1)
        self.assertEqual(len(self.complaints([*self.ROWS, ('more', 1, True)])), 1)

    def test_the_table_is_replaced_between_its_marks(self):
        new = sizes_table.table(self.ROWS)
        text = f'before\n{self.text([])}after\n'
        self.assertEqual(sizes_table.with_table(text, new),
                         f'before\n{self.text(self.ROWS)}after\n')
        with self.assertRaises(ValueError):
            sizes_table.with_table('no marks', new)


if __name__ == '__main__':
    unittest.main()
