# SPDX-License-Identifier: MIT
"""The rules of the house. Each takes a path (relative, with /) and a text and yields complaints."""

import re

import cpp_text

LINES_PER_FUNCTION_MAX = 70
COLUMNS_MAX = 100

# Which layer a public header belongs to; one that is not listed is a value, and those in detail/
# are the members of the classes above them.
TYPES, VALUES, DETAIL, TRANSPORT, ENGINE, SESSION, EVERYTHING = range(7)
PUBLIC_LAYERS = {
    'bytes': TYPES, 'error': TYPES, 'qos': TYPES, 'reason': TYPES, 'time': TYPES,
    'transport': TRANSPORT, 'authentication': ENGINE, 'engine': ENGINE, 'session': SESSION,
    'minimq': EVERYTHING,
}
# What each layer may include of the public headers, and of the folders in src/.
ALLOWED_LAYERS = {
    TYPES: {TYPES},
    VALUES: {TYPES, VALUES},
    DETAIL: {TYPES, VALUES, DETAIL},
    TRANSPORT: {TYPES, VALUES, TRANSPORT},
    ENGINE: {TYPES, VALUES, DETAIL, ENGINE},
    SESSION: {TYPES, VALUES, DETAIL, TRANSPORT, ENGINE, SESSION},
    EVERYTHING: {TYPES, VALUES, TRANSPORT, ENGINE, SESSION},
}
SOURCE_FOLDERS = {
    'core': ({TYPES, VALUES}, {'core'}),
    'codec': ({TYPES, VALUES}, {'core', 'codec'}),
    'engine': (ALLOWED_LAYERS[ENGINE], {'core', 'codec', 'engine'}),
    'session': (ALLOWED_LAYERS[SESSION], {'core', 'codec', 'engine', 'session'}),
}
# What several ports share: it knows no TLS library, and no system's sockets.
SHARED_BY_PORTS = ('tls', 'sockets')
OPT_IN_HEADERS = {'minimq/task.hpp', 'minimq/arena.hpp'}

BANNED_HEADERS = {
    'cassert', 'assert.h', 'iostream', 'ostream', 'istream', 'sstream', 'fstream', 'string',
    'vector', 'deque', 'list', 'map', 'set', 'unordered_map', 'unordered_set', 'functional',
    'memory', 'memory_resource', 'stdexcept', 'typeinfo', 'any', 'regex', 'thread',
    'mutex', 'condition_variable', 'future', 'format', 'locale',
}
BANNED_WORDS = {
    'throw': r'\bthrow\b',
    'try': r'\btry\s*\{',
    'catch': r'\bcatch\s*\(',
    'new': r'(?<!operator )\bnew\b(?!\s*\()',
    'delete': r'(?<!operator )(?<!= )\bdelete\b',
    'malloc': r'\b(?:malloc|calloc|realloc|free|strdup)\s*\(',
    'dynamic_cast': r'\bdynamic_cast\b',
    'typeid': r'\btypeid\b',
    'thread_local': r'\bthread_local\b',
    'assert': r'\bassert\s*\(',
    'throwing accessor': r'\.(?:at|substr)\s*\(',
    'std type': r'\bstd::(?:string|vector|map|set|deque|list|function|mutex|thread|unique_ptr'
                r'|shared_ptr|make_unique|make_shared|nothrow)\b',
}


def is_cpp(path):
    return path.endswith(('.hpp', '.cpp', '.h'))


def is_library(path):
    return path.startswith(('include/', 'src/', 'ports/'))


def _public_layer(header):
    """The layer of an include like minimq/qos.hpp, or None for what is not one of ours."""
    if re.fullmatch(r'minimq/detail/\w+\.hpp', header):
        return DETAIL
    match = re.fullmatch(r'minimq/(\w+)\.hpp', header)
    return PUBLIC_LAYERS.get(match.group(1), VALUES) if match else None


def _source_folder(header):
    match = re.match(r'(?:.*/)?(core|codec|engine|session)/', header)
    return match.group(1) if match and not header.startswith('minimq/') else None


KNOWN_TO_THE_MODEL = ('simulation/model/', 'simulation/random.hpp', 'support/judge/',
                      'support/wire.hpp')


def _refusal(path, header):
    """Why `path` must not include `header`, or None."""
    parts = path.split('/')
    layer, folder = _public_layer(header), _source_folder(header)
    port = re.match(r'minimq/(?!detail/)(\w+)/', header)
    outside = re.match(r'(?:\.\./)*(?:src|ports|tests|support|apps|examples)/', header)
    if parts[0] == 'include':
        mine = _public_layer('/'.join(parts[1:]))
        if folder or port or outside:
            return 'a public header knows only public headers'
        if mine is None:
            return 'public headers live in include/minimq/ and include/minimq/detail/'
        if layer is not None and layer not in ALLOWED_LAYERS[mine]:
            return 'the layers go one way'
        if mine == EVERYTHING and header in OPT_IN_HEADERS:
            return 'this header is opt-in'
    elif parts[0] == 'src':
        layers, folders = SOURCE_FOLDERS.get(parts[1], SOURCE_FOLDERS['core'])
        if port or outside:
            return 'the library knows no port, test or program'
        if folder and folder not in folders:
            return 'the layers go one way'
        if layer is not None and layer not in layers:
            return 'the layers go one way'
    elif parts[0] == 'ports':
        if folder or outside:
            return 'a port knows only the public headers and its own'
        if port and port.group(1) not in (parts[1], *SHARED_BY_PORTS):
            return 'a port does not know another port'
        if layer == DETAIL:
            return 'a port knows only the public headers and its own'
    elif parts[0] in ('apps', 'examples') and (folder or layer == DETAIL):
        return 'programs use the public headers'
    elif path.startswith('tests/support/judge/'):
        if '/' in header and not header.startswith('support/judge/'):
            return 'the judge knows nothing of whom it judges'
    elif path.startswith('tests/simulation/model/'):
        if '/' in header and not header.startswith(KNOWN_TO_THE_MODEL):
            return 'the model broker knows nothing of the library'
    elif path.startswith('tests/support/') and folder == 'codec':
        return 'the scripted broker has a parser of its own'
    return None


def check_includes(path, text):
    if is_cpp(path):
        for line, header in cpp_text.includes(text):
            refusal = _refusal(path, header)
            if refusal:
                yield f'{path}:{line}: includes {header}: {refusal}'


def check_banned(path, text):
    if not (is_cpp(path) and is_library(path)) or path.startswith('ports/asio/'):
        return  # Asio itself has exceptions and the heap.
    for line, header in cpp_text.includes(text):
        if header in BANNED_HEADERS:
            yield f'{path}:{line}: banned header <{header}>'
    code = cpp_text.strip(text)
    for name, pattern in BANNED_WORDS.items():
        for match in re.finditer(pattern, code):
            yield f'{path}:{cpp_text.line_of(code, match.start())}: banned here: {name}'


def check_functions(path, text):
    if is_cpp(path):
        for function in cpp_text.functions(text):
            if function.length > LINES_PER_FUNCTION_MAX:
                yield (f'{path}:{function.line}: {function.name} has {function.length} lines, '
                       f'{LINES_PER_FUNCTION_MAX} is the end')


def check_lines(path, text):
    for number, line in enumerate(text.split('\n'), 1):
        if len(line) > COLUMNS_MAX:
            yield f'{path}:{number}: {len(line)} columns, {COLUMNS_MAX} is the end'


def check_heads(path, text):
    first_lines = text.split('\n')[:2]
    comment = '//' if is_cpp(path) else '#'
    if f'{comment} SPDX-License-Identifier: MIT' not in first_lines:
        yield f'{path}:1: no SPDX line'
    if path.endswith(('.hpp', '.h')) and not re.search(r'^#pragma once$', text, re.MULTILINE):
        yield f'{path}:1: no #pragma once'


def check_leftovers(path, text):
    if path.startswith('tests/house/'):
        return  # these words are its subject
    for number, line in enumerate(text.split('\n'), 1):
        if re.search(r'\b(?:TODO|FIXME|XXX|HACK)\b|\bDISABLED_', line):
            yield f'{path}:{number}: unfinished: {line.strip()}'


CHECKS = {
    'includes': check_includes,
    'banned': check_banned,
    'functions': check_functions,
    'lines': check_lines,
    'heads': check_heads,
    'leftovers': check_leftovers,
}
