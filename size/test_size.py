#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""The scripts that measure object to what they should object to."""

import unittest

import budgets
import stack

# As objdump writes it: f pushes 8 and takes 16 bytes, calls g, and may call what nobody knows.
CODE = '''
00000000 <_ZN6minimq1fEv>:
   0:\tpush\t{r4, lr}
   2:\tsub\tsp, #16
   4:\tbl\t20 <_ZN6minimq1gEv>
   8:\tblx\tr3
   a:\tadd\tsp, #16
   c:\tpop\t{r4, pc}

00000020 <_ZN6minimq1gEv>:
  20:\tstmdb\tsp!, {r4, r5, r6, r7, r8, lr}
  24:\tb.w\t40 <_ZN6minimq1hEv>

00000040 <_ZN6minimq1hEv>:
  40:\tpush\t{r3, r4, r5, lr}
  42:\tbl\t40 <_ZN6minimq1hEv>
  44:\tsub.w\tsp, sp, #100
  48:\tpop\t{r3}
  4a:\tbx\tr3
'''


class Stack(unittest.TestCase):
    def setUp(self):
        self.analysis = stack.Analysis(stack.read(CODE))

    def test_frames_are_what_is_pushed_and_subtracted(self):
        frames = {name: function.frame for name, function in self.analysis.functions.items()}
        self.assertEqual(list(frames.values()), [24, 24, 116])

    def test_a_call_adds_to_the_frame_and_a_tail_call_takes_its_place(self):
        self.assertEqual(self.analysis.depth('_ZN6minimq1gEv'), 116)
        self.assertEqual(self.analysis.depth('_ZN6minimq1fEv'), 24 + 116)

    def test_a_call_that_nobody_knows_is_a_complaint(self):
        self.analysis.depth('_ZN6minimq1fEv')
        self.assertEqual(self.analysis.complaints, {'f() calls through a pointer: who is that?'})

    def test_a_return_through_a_register_is_no_call(self):
        self.assertFalse(self.analysis.functions['_ZN6minimq1hEv'].through_pointer)

    def test_a_recursion_is_a_complaint(self):
        functions = stack.read(CODE.replace('bl\t40 <_ZN6minimq1hEv>', 'bl\t0 <_ZN6minimq1gEv>'))
        analysis = stack.Analysis(functions)
        analysis.depth('_ZN6minimq1gEv')
        self.assertIn('recursion', ' '.join(analysis.complaints))


class Budgets(unittest.TestCase):
    BUDGETS = {('flash', 'cpu'): (1_000, None)}

    def complaints(self, number, name='flash'):
        return list(budgets.complaints_about({(name, 'cpu'): number}, self.BUDGETS))

    def test_within_the_budget(self):
        self.assertEqual(self.complaints(1_000), [])
        self.assertEqual(self.complaints(950), [])

    def test_more_than_the_budget(self):
        self.assertIn('the budget is 1000', self.complaints(1_001)[0])

    def test_so_much_less_that_the_budget_says_nothing(self):
        self.assertIn('out of date', self.complaints(949)[0])

    def test_no_budget(self):
        self.assertIn('no budget', self.complaints(1, name='other')[0])


if __name__ == '__main__':
    unittest.main()
