# SPDX-License-Identifier: MIT
"""Whether a secret of the tests stands in what the whole suite has printed."""

# Passwords and keys of tests/brokers, examples and tests/ports that mean nothing else.
KNOWN = ('s3cret', 'correct horse battery', '0123456789abcdef')
HEAD = 'PRIVATE KEY-----'


def of_keys(build):
    """The first line of each private key that was made for the tests: its number is in it."""
    for file in sorted(build.glob('*/tls/*.key')):
        head, _, rest = file.read_text(encoding='ascii').partition(HEAD)
        if head and rest:
            yield rest.split()[0]


def report(log, build):
    """Prints which secrets are in that file; returns how many."""
    text = log.read_text(encoding='utf-8', errors='replace')
    looked_for = [*KNOWN, HEAD, *of_keys(build)]
    found = [secret for secret in looked_for if secret in text]
    print(f'{len(looked_for)} secrets of the tests were looked for in their output')
    for secret in found:
        print(f'  {secret[:8]}... was printed: this fails the run')
    return len(found)
