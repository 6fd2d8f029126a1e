#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Runs the demo over TLS under valgrind: test_valgrind.py BIN_DIRECTORY [unittest options]."""

import pathlib
import subprocess
import sys
import tempfile
import unittest

BIN = pathlib.Path(sys.argv.pop(1)).resolve()
OURS = ('minimq_demo', 'example_06_tls_echo')


class UnderValgrind(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory(prefix='minimq-test-')
        self.addCleanup(folder.cleanup)
        self.logs = pathlib.Path(folder.name)

    def run_demo(self, *arguments):
        """Its output, and {program of ours: what valgrind says of it at its end}."""
        run = subprocess.run(
            ['valgrind', '--leak-check=full', '--show-leak-kinds=all',
             '--errors-for-leak-kinds=all', '--trace-children=yes',
             '--trace-children-skip=*mosquitto*,*openssl*', f'--log-file={self.logs}/%p',
             BIN / 'minimq_demo', '--patience', '20', *arguments],
            timeout=280, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT, text=True, check=False)
        reports = {}
        for log in self.logs.iterdir():
            text = log.read_text(errors='replace')
            for name in OURS:
                # A child that was not yet another program has no summary.
                if f'/{name} ' in text and 'ERROR SUMMARY' in text:
                    reports[name] = text
        return run, reports

    def test_the_story_over_tls_has_no_error_and_no_leak(self):
        run, reports = self.run_demo('--tls')
        self.assertEqual(run.returncode, 0, run.stdout)
        self.assertEqual(sorted(reports), sorted(OURS))
        for name, report in reports.items():
            with self.subTest(name):
                self.assertIn('ERROR SUMMARY: 0 errors', report)
                self.assertIn('All heap blocks were freed', report)


if __name__ == '__main__':
    unittest.main(verbosity=2)
