# SPDX-License-Identifier: MIT
"""Which tests did not run, and whether tests/skips.txt gives a reason."""

import fnmatch
import pathlib
import xml.etree.ElementTree

LIST = pathlib.Path(__file__).resolve().parents[1] / 'tests' / 'skips.txt'


def reasons(text):
    """Lines `<test name, * allowed>: <reason>`, as (pattern, reason); a # starts a comment."""
    for line in text.splitlines():
        pattern, colon, reason = line.partition(': ')
        if line.strip() and not line.startswith('#'):
            if not (colon and reason.strip()):
                raise ValueError(f'skips.txt: a name without a reason: {line}')
            yield pattern.strip(), reason.strip()


def not_run(results):
    """(name, how) of each test in a JUnit file of ctest that was skipped or is disabled."""
    for case in xml.etree.ElementTree.parse(results).iter('testcase'):
        status = case.get('status')
        if status == 'disabled' or (status == 'notrun' and case.find('skipped') is not None):
            yield case.get('name'), 'disabled' if status == 'disabled' else 'skipped'


def explain(names, known):
    """Splits into {name: reason} and the names for which there is none."""
    explained, unexplained = {}, []
    for name in names:
        # The build's own prefix, as in `gcc: Suite.Name`, is no part of the name.
        bare = name.rpartition(': ')[2]
        reason = next((why for pattern, why in known if fnmatch.fnmatchcase(bare, pattern)), None)
        if reason:
            explained[name] = reason
        else:
            unexplained.append(name)
    return explained, unexplained


def report(results):
    """Prints what did not run and why; returns how many tests have no reason."""
    found = dict(not_run(results))
    known = list(reasons(LIST.read_text(encoding='utf-8') if LIST.exists() else ''))
    explained, unexplained = explain(found, known)
    how = list(found.values())
    print(f'\n{how.count("skipped")} tests skipped, {how.count("disabled")} disabled')
    for name, reason in explained.items():
        print(f'  {name}: {found[name]}: {reason}')
    for name in unexplained:
        print(f'  {name}: {found[name]} WITHOUT A REASON in tests/skips.txt: this fails the run')
    return len(unexplained)
