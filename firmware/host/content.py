# SPDX-License-Identifier: MIT
"""What the messages of a burst contain; firmware/support/content.hpp makes the same."""


def content(number):
    letters = ''.join(chr(ord('a') + (number * 7 + i * i) % 26) for i in range(24))
    return f'{number} {letters}'
