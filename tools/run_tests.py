#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Runs the tests of several builds as one: run_tests.py BUILD PRESET ... [-- CTEST OPTION ...].

The last thing printed is ctest's own summary of the sum. Before it stands what was skipped, and a
skipped test whose reason is not listed in tests/skips.txt fails the run; how many statements of the
specification were shown, of which none may be missing; and that no secret was printed.
"""

import pathlib
import re
import subprocess
import sys

import conformance
import secrets_printed
import skips

SUMMARY = '% tests passed, '
START = re.compile(r' +Start +\d+: ')  # each test has a line of its own when it ends


def stream(command):
    """Prints the output of ctest as it comes, except its summary: returns the status and that."""
    summary = []
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                          text=True, errors='replace') as process:
        for line in process.stdout:
            if summary or SUMMARY in line:
                summary.append(line)
            elif not START.match(line):
                print(line, end='', flush=True)
    return process.returncode, ''.join(summary)


def main(arguments):
    split = arguments.index('--') if '--' in arguments else len(arguments)
    build, *presets = arguments[:split]
    everything = pathlib.Path(build).resolve() / 'all'
    everything.mkdir(parents=True, exist_ok=True)
    (everything / 'CTestTestfile.cmake').write_text(
        ''.join(f'subdirs("{everything.parent / preset}")\n' for preset in presets),
        encoding='utf-8')
    results = everything / 'results.xml'
    results.unlink(missing_ok=True)
    status, summary = stream(
        ['ctest', '--test-dir', everything, '--output-on-failure', '--no-tests=error',
         '--output-junit', results, *arguments[split + 1:]])
    faults = skips.report(results) if results.exists() else 0
    if results.exists():
        faults += conformance.report(results, arguments[split + 1:])
        faults += secrets_printed.report(everything / 'Testing/Temporary/LastTest.log',
                                         everything.parent)
    print('\n' + (summary or 'ctest has no summary: it did not come to its end'))
    return status or (1 if faults or not summary else 0)


if __name__ == '__main__':
    sys.exit(main(sys.argv[1:]))
