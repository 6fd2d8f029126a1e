#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""A test that does not run needs a reason in the list."""

import pathlib
import sys
import tempfile
import unittest

sys.path.append(str(pathlib.Path(__file__).resolve().parents[2] / 'tools'))
import skips  # noqa: E402

RESULTS = '''<testsuite>
<testcase name="gcc: A.Runs" status="run"/>
<testcase name="gcc: A.Fails" status="fail"><failure message=""/></testcase>
<testcase name="gcc: A.Skipped" status="notrun"><skipped message="SKIP_REGULAR_EXPRESSION"/>
</testcase>
<testcase name="asan: A.Disabled" status="disabled"><skipped message="Disabled"/></testcase>
</testsuite>'''


class Skips(unittest.TestCase):
    def test_skipped_and_disabled_are_found_failed_is_not(self):
        with tempfile.NamedTemporaryFile('w', suffix='.xml') as file:
            file.write(RESULTS)
            file.flush()
            self.assertEqual(
                [('gcc: A.Skipped', 'skipped'), ('asan: A.Disabled', 'disabled')],
                list(skips.not_run(file.name)))

    def test_only_a_listed_reason_explains(self):
        known = list(skips.reasons('# why\nA.Skip*: no IPv6 in this container\n'))
        self.assertEqual(({'gcc: A.Skipped': 'no IPv6 in this container'}, ['asan: A.Disabled']),
                         skips.explain(['gcc: A.Skipped', 'asan: A.Disabled'], known))

    def test_a_name_without_a_reason_is_refused(self):
        for text in ('A.Skipped\n', 'A.Skipped: \n'):
            with self.assertRaises(ValueError):
                list(skips.reasons(text))


if __name__ == '__main__':
    unittest.main()
