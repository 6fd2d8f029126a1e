# SPDX-License-Identifier: MIT
"""Was the matrix of statements shown by this very run of the tests?"""

import pathlib
import re
import sys
import xml.etree.ElementTree

sys.path.append(str(pathlib.Path(__file__).resolve().parents[1] / 'tests' / 'conformance'))
import matrix  # noqa: E402

# What makes ctest leave out tests.
SELECTIONS = ('-R', '-E', '-L', '-I', '-F', '--tests-', '--exclude', '--label', '--rerun',
              '--fixture', '--stop')


def selects(options):
    return any(option.startswith(SELECTIONS) for option in options)


def passed(results):
    """The tests of a JUnit file of ctest that ran and passed, as 'Suite.Name'."""
    names = set()
    for case in xml.etree.ElementTree.parse(results).iter('testcase'):
        if case.get('status') == 'run' and case.find('failure') is None:
            # `gcc: Instance/Suite.Name/3` is a run of Suite.Name.
            bare = case.get('name').rpartition(': ')[2]
            names.add(re.sub(r'^(?:\w+/)?(\w+\.\w+)(?:/.*)?$', r'\1', bare))
    return names


def report(results, options):
    """Prints the numbers, or what was not shown; returns how many rows were not."""
    if selects(options):
        print('\nconformance: not judged, because only a part of the tests was asked for')
        return 0
    found = matrix.load()
    missing = list(found.check_run(passed(results)))
    print('\n' + '\n'.join([*missing, found.summary() if not missing else
                            f'conformance: {len(missing)} statements were NOT SHOWN by this run']))
    return len(missing)
