#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Does every statement have its rule and its test? Prints what is missing, and the numbers."""

import sys

import matrix


def main():
    found = matrix.load()
    complaints = found.check()
    print('\n'.join(complaints))
    print(found.summary() if not complaints else f'{len(complaints)} complaints')
    return 1 if complaints else 0


if __name__ == '__main__':
    sys.exit(main())
