#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""A secret that a test prints is found."""

import contextlib
import io
import pathlib
import sys
import tempfile
import unittest

sys.path.append(str(pathlib.Path(__file__).resolve().parents[2] / 'tools'))
import secrets_printed  # noqa: E402

KEY = '-----BEGIN EC PRIVATE KEY-----\nMHcCAQEEIGTB\nAwEHoUQD\n-----END EC PRIVATE KEY-----\n'


class Secrets(unittest.TestCase):
    def found(self, printed):
        with tempfile.TemporaryDirectory() as folder:
            build = pathlib.Path(folder)
            (build / 'gcc' / 'tls').mkdir(parents=True)
            (build / 'gcc' / 'tls' / 'server.key').write_text(KEY, encoding='ascii')
            log = build / 'log'
            log.write_text(printed, encoding='utf-8')
            with contextlib.redirect_stdout(io.StringIO()):
                return secrets_printed.report(log, build)

    def test_passwords_and_keys_are_found(self):
        self.assertEqual(self.found('CONNECT alice s3cret'), 1)
        self.assertEqual(self.found('key: MHcCAQEEIGTB'), 1)
        self.assertEqual(self.found(KEY), 2)

    def test_what_is_no_secret_is_not(self):
        self.assertEqual(self.found('CONNECT alice, AwEHoUQD'), 0)


if __name__ == '__main__':
    unittest.main()
