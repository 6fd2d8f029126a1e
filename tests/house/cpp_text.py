# SPDX-License-Identifier: MIT
"""What the house checks need to know of C++: code without comments, includes, functions."""

import re
from typing import NamedTuple

_TOKEN = re.compile(
    r'//(?:\\\n|[^\n])*'  # line comment
    r'|/\*.*?\*/'  # block comment
    r'|R"(?P<mark>[^()\\\s]{0,16})\(.*?\)(?P=mark)"'  # raw string
    r'|"(?:\\.|[^"\\\n])*"'  # string
    r"|\b\d[\w'.]*"  # number: its ' is not the start of a character
    r"|'(?:\\.|[^'\\\n])+'",  # character
    re.DOTALL)
_PREPROCESSOR = re.compile(r'^[ \t]*#(?:\\\n|[^\n])*', re.MULTILINE)
_INCLUDE = re.compile(r'^[ \t]*#[ \t]*include[ \t]*[<"]([^>"]+)[>"]', re.MULTILINE)


def _blank(match):
    text = match.group(0)
    if text[0].isdigit():
        return text
    return ('""' if text.endswith('"') else ' ') + '\n' * text.count('\n')


def strip(text):
    """The code without comments, directives and string contents; lines keep their numbers."""
    code = _TOKEN.sub(_blank, text)
    return _PREPROCESSOR.sub(lambda match: '\n' * match.group(0).count('\n'), code)


def includes(text):
    """(line, header) of every #include."""
    without_comments = _TOKEN.sub(
        lambda match: match.group(0) if match.group(0).endswith('"') else _blank(match), text)
    return [(line_of(without_comments, match.start(1)), match.group(1))
            for match in _INCLUDE.finditer(without_comments)]


def line_of(text, offset):
    return text.count('\n', 0, offset) + 1


class Function(NamedTuple):
    name: str
    line: int
    length: int


def _without_nested(header):
    """The header of a block without what stands in (), <> and []: enough to see its keywords."""
    for pattern in (r'\([^()]*\)', r'<[^<>]*>', r'\[[^\[\]]*\]'):
        previous = None
        while previous != header:
            previous, header = header, re.sub(pattern, ' ', header)
    return header


def _kind(header):
    if re.search(r'\b(namespace|class|struct|union|enum|extern)\b', _without_nested(header)):
        return 'scope'
    if '(' not in header or header.rstrip().endswith('='):
        return 'data'
    return 'function'


def functions(text):
    """Every function definition, from the first line of its head to its closing brace."""
    code = strip(text)
    found = []
    depth_in_body = 0
    head_start = 0
    kinds = []
    for match in re.finditer(r'[{};]', code):
        mark, at = match.group(0), match.start()
        if mark == '{':
            if depth_in_body:
                depth_in_body += 1
            else:
                kinds.append(_kind(code[head_start:at]))
                if kinds[-1] == 'scope':
                    head_start = at + 1
                else:
                    depth_in_body = 1
        elif mark == '}':
            if depth_in_body > 1:
                depth_in_body -= 1
                continue
            depth_in_body = 0
            kind = kinds.pop() if kinds else 'scope'
            following = code[at + 1:at + 200].lstrip()[:1]
            if kind != 'scope' and following in (',', '{'):
                continue  # a member initialiser: the head of the constructor goes on
            if kind == 'function':
                found.append(_function(code, head_start, at))
            head_start = at + 1
        elif not depth_in_body:
            head_start = at + 1
    return found


def _function(code, head_start, end):
    head = code[head_start:end]
    start = head_start + len(head) - len(head.lstrip())
    # An access specifier in front belongs to the class.
    access = re.match(r'(?:public|protected|private)\s*:\s*', code[start:end])
    start += access.end() if access else 0
    name = re.search(r'([\w:~]*operator[^\w\s(]+|[\w:~]+)\s*\(', code[start:end])
    first = line_of(code, start)
    return Function(name.group(1) if name else '?', first, line_of(code, end) - first + 1)
