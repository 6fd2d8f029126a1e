#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""The check of the matrix objects to each thing that can be wrong with it."""

import sys
import tempfile
import unittest

import matrix
import page

sys.path.append(str(matrix.ROOT / 'tools'))
import conformance  # noqa: E402

RULE = ('src/a.cpp', '// Says so [MQTT-4.7.0-1].')
TEST = ('tests/a_test.cpp', '''
TEST_F(A, Says) {
  EXPECT_EQ(f(), 1) << "[MQTT-4.7.0-1]";
}
''')
ROWS = '4.7.0-1\tS\tIt says.\tWe say.\n'


def complaints(rows=ROWS, rules=(RULE,), tests=(TEST,)):
    """What the check says, but for the number of statements."""
    found = matrix.Matrix(matrix.parse(rows), rules, tests).check()
    return [one for one in found if 'the specification has' not in one]


def ids_of(body):
    return matrix.asserted(f'TEST(A, B) {{\n{body}\n}}\n')['A', 'B']


class Rows(unittest.TestCase):
    def test_a_row_with_rule_and_test_is_fine(self):
        self.assertEqual([], complaints())

    def test_a_row_without_a_rule_is_not(self):
        self.assertIn('no rule', complaints(rules=[])[0])

    def test_a_row_without_a_test_is_not(self):
        self.assertIn('no assertion', complaints(tests=[])[0])

    def test_a_row_of_the_broker_alone_needs_neither(self):
        self.assertEqual([], complaints('4.5.0-1\tV\tIt queues.\tNothing.\n', [], []))

    def test_a_row_without_code_needs_its_test_only(self):
        row = '4.7.0-1\tV\tIt says.\tSeen.\tno code: the broker does it\n'
        self.assertEqual([], complaints(row, []))
        self.assertIn('no assertion', complaints(row, [], [])[0])
        self.assertIn('carries it', complaints(row)[0])  # so the note is not true

    def test_a_row_of_what_is_not_there_has_no_test(self):
        for kind in ('pending', 'absent'):
            row = f'4.7.0-1\tS\tIt says.\tNothing.\t{kind}: AUTH\n'
            self.assertEqual([], complaints(row, [], []))
            self.assertIn('names it', complaints(row, [])[0])

    def test_all_statements_must_be_there(self):
        found = matrix.Matrix(matrix.parse(ROWS), [RULE], [TEST])
        self.assertIn('1 numbered statements, the specification has 251', found.check())

    def test_an_id_twice_is_objected_to(self):
        self.assertIn('4.7.0-1: there twice', complaints(ROWS + ROWS))

    def test_a_line_that_is_no_row_is_refused(self):
        for line in ('4.7.0-1\tS\tIt says.', '4.7.0\tS\tIt says.\tWe say.',
                     '4.7.0-1\tX\tIt says.\tWe say.', '4.7.0-1\tS\t\tWe say.',
                     '4.7.0-1\tS\tIt says.\tWe say.\tbecause', '4.7.0-1\tS\tSo.\tSo.\tno code:'):
            with self.assertRaises(ValueError):
                matrix.parse(line)


class Tags(unittest.TestCase):
    def test_an_id_that_does_not_exist_is_objected_to(self):
        for text in ('// [MQTT-4.7.0-2]', '// MQTT-4.7.0-1 without brackets', '// [MQTT5-4.7.0-1]',
                     '// [MQTT-4.7.0-1, 4.7.0-2]', '// [MQTT-4.7.0]'):
            self.assertIn('no such statement', complaints(rules=[RULE, ('src/b.cpp', text)])[0])
            self.assertIn('no such statement', complaints(tests=[TEST, ('tests/b', text)])[0])

    def test_an_assertion_counts(self):
        for body in ('EXPECT_EQ(a, b) << "[MQTT-4.7.0-1]";',
                     'ASSERT_TRUE(f([&] { return g(); }))\n    << "why " "[MQTT-4.7.0-1]";',
                     'for (int i = 0; i < 2; ++i) {\n EXPECT_EQ(a, i) << "[MQTT-4.7.0-1]" << i;\n}',
                     "f('\"', R\"(\"; EXPECT_)\");\n" 'EXPECT_EQ(1, 2) << "[MQTT-4.7.0-1]";',
                     'if (a)\n EXPECT_EQ(a[0], (B{1, ";"})) << "[MQTT-4.7.0-1]";',
                     'expect_malformed("30 00", "[MQTT-4.7.0-1]");',
                     'script.expect("PUBACK *", "[MQTT-4.7.0-1]");'):
            self.assertEqual(['4.7.0-1'], ids_of(body), body)

    def test_anything_else_does_not(self):
        for body in ('// [MQTT-4.7.0-1]\nEXPECT_EQ(a, b);',
                     'EXPECT_EQ(a, b);  // [MQTT-4.7.0-1]',
                     'SCOPED_TRACE("[MQTT-4.7.0-1]");',
                     'EXPECT_EQ(what(), "[MQTT-4.7.0-1] is broken");',
                     'EXPECT_EQ(a, b); f("[MQTT-4.7.0-1]");',
                     'const char* id = "[MQTT-4.7.0-1]";\nEXPECT_EQ(a, b) << id;',
                     'f("EXPECT_EQ(", "[MQTT-4.7.0-1]");',
                     '/* EXPECT_EQ( */ f("[MQTT-4.7.0-1]");'):
            self.assertEqual([], ids_of(body), body)

    def test_an_assertion_outside_a_test_does_not(self):
        text = 'void f() {\n  EXPECT_EQ(a, b) << "[MQTT-4.7.0-1]";\n}\n'
        self.assertIn('no assertion', complaints(tests=[('tests/a', text)])[0])
        self.assertEqual({('A', 'B'): []}, matrix.asserted('TEST(A, B) {\n  f();\n}\n' + text))

    def test_a_fourth_id_in_a_test_is_objected_to(self):
        rows = ''.join(f'4.7.3-{i}\tS\tIt says.\tWe say.\n' for i in (1, 2, 3, 4))
        rule = ('src/a', ' '.join(f'[MQTT-4.7.3-{i}]' for i in (1, 2, 3, 4)))

        def test(*ids):
            return ('tests/a', 'TEST(A, B) {\n' + ''.join(
                f'  EXPECT_TRUE(a) << "[MQTT-4.7.3-{i}]";\n' for i in ids) + '}\n')
        other = ('tests/b', 'TEST(C, D) {\n  EXPECT_TRUE(a) << "[MQTT-4.7.3-4]";\n}\n')
        self.assertEqual([], complaints(rows, [rule], [test(1, 2, 3, 3), other]))
        self.assertEqual(['tests/a: A.B has 4 ids: 3 is the end'],
                         complaints(rows, [rule], [test(1, 2, 3, 4)]))


class Run(unittest.TestCase):
    RESULTS = '''<testsuite>
<testcase name="gcc: A.Says" status="run"/>
<testcase name="clang: Set/B.Takes/3" status="run"/>
<testcase name="clang: A.Fails" status="fail"><failure message=""/></testcase>
<testcase name="clang: A.Skipped" status="notrun"><skipped message="SKIP"/></testcase>
</testsuite>'''

    def test_only_a_test_that_ran_and_passed_counts(self):
        with tempfile.NamedTemporaryFile('w', suffix='.xml') as file:
            file.write(self.RESULTS)
            file.flush()
            self.assertEqual({'A.Says', 'B.Takes'}, conformance.passed(file.name))

    def test_a_row_of_which_no_test_ran_is_objected_to(self):
        found = matrix.Matrix(matrix.parse(ROWS), [RULE], [TEST])
        self.assertEqual([], list(found.check_run({'A.Says'})))
        self.assertEqual(['[MQTT-4.7.0-1]: none of its tests ran and passed'],
                         list(found.check_run({'A.Other'})))

    def test_a_selection_is_not_judged(self):
        for options in (['-R', 'codec'], ['-j', '2', '-Lengine'], ['--tests-regex', 'a']):
            self.assertTrue(conformance.selects(options))
            self.assertEqual(0, conformance.report('/nonexistent', options))
        self.assertFalse(conformance.selects(['-j', '2', '--repeat', 'until-pass:1']))


class Page(unittest.TestCase):
    def test_a_row_names_its_statement_rule_and_test(self):
        text = page.page(matrix.Matrix(matrix.parse(ROWS), [RULE], [TEST]))
        self.assertIn('| 4.7.0-1 | S | It says. | We say. | [a.cpp](../src/a.cpp) | '
                      '[a_test.cpp](../tests/a_test.cpp): A.Says |', text)

    def test_a_row_without_code_says_why(self):
        row = '4.7.0-1\tV\tIt says.\tSeen.\tno code: the broker does it\n'
        self.assertIn('| no code: the broker does it |',
                      page.page(matrix.Matrix(matrix.parse(row), [], [TEST])))


if __name__ == '__main__':
    unittest.main()
