#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Builds and runs a foreign project that uses minimq: consume.py WAY SOURCE COMPILER WORK.

WORK is a folder that is emptied first. WAY is find_package, FetchContent or add_subdirectory, or
`refused`: then a user's flag that forbids the compilation of the library must make the build
fail, because it reached the library.
"""

import json
import os
import pathlib
import shutil
import subprocess
import sys

FLAG = '-DMINIMQ_USERS_FLAG=1'


def run(*command, cwd=None):
    print('+', *command, flush=True)
    return subprocess.run([str(word) for word in command], cwd=cwd, check=True)


def install(source, work):
    """Installs into an empty prefix, from a build that never compiles anything."""
    prefix = work / 'prefix'
    run('cmake', '-G', 'Ninja', '-S', source, '-B', work / 'install', '-DMINIMQ_BUILD_TESTS=OFF',
        '-DMINIMQ_BUILD_EXAMPLES=OFF', '-DMINIMQ_BUILD_APPS=OFF',
        f'-DCMAKE_INSTALL_PREFIX={prefix}')
    run('cmake', '--install', work / 'install')
    binaries = [path for path in prefix.rglob('*') if path.suffix in ('.a', '.so', '.o')]
    assert not binaries, f'something prebuilt is installed: {binaries}'
    return prefix


def configure(way, source, compiler, work, *more):
    consumer = pathlib.Path(__file__).parent / 'consumer'
    more = [*more]
    if way == 'find_package':
        more.append(f'-DCMAKE_PREFIX_PATH={install(source, work)}')
    run('cmake', '-G', 'Ninja', '-S', consumer, '-B', work / 'build', f'-DMINIMQ_FROM={way}',
        f'-DMINIMQ_AT={source}', f'-DCMAKE_CXX_COMPILER={compiler}',
        '-DCMAKE_EXPORT_COMPILE_COMMANDS=ON', *more)


def check_flag_reaches_the_library(work):
    commands = json.loads((work / 'build' / 'compile_commands.json').read_text(encoding='utf-8'))
    ours = [entry for entry in commands if '/minimq.dir/' in entry['command']]
    assert ours, 'no source of the library is compiled'
    for entry in ours:
        assert FLAG in entry['command'], f'{entry["file"]} is compiled without the user\'s flag'
        assert '-Werror' not in entry['command'], 'our warnings are forced on the user'


def consume(way, source, compiler, work):
    # The library has been compiled file by file in many builds; a user may prefer it in one piece.
    configure(way, source, compiler, work, f'-DCMAKE_CXX_FLAGS={FLAG}', '-DCMAKE_UNITY_BUILD=ON')
    check_flag_reaches_the_library(work)
    run('cmake', '--build', work / 'build', '-j', '2', '--target', 'program')
    run(work / 'build' / 'program')


def refused(source, compiler, work):
    """The negative control: the same build breaks when the user's flags say so."""
    sources = pathlib.Path(source, 'src')
    private = next(sources.rglob('*.hpp')).relative_to(sources)  # only the library can see it
    forbidding = work / 'forbidding.hpp'
    forbidding.write_text(f'#if __has_include("{private}")\n'
                          '#error the flag reached the library\n#endif\n', encoding='utf-8')
    configure('find_package', source, compiler, work, f'-DCMAKE_CXX_FLAGS=-include {forbidding}')
    build = subprocess.run(['cmake', '--build', work / 'build', '--target', 'minimq'], check=False,
                           capture_output=True, text=True)
    assert build.returncode != 0, 'the library was built without the user\'s flags'
    assert 'the flag reached the library' in build.stdout, build.stdout


def main(way, source, compiler, work):
    work = pathlib.Path(work)
    shutil.rmtree(work, ignore_errors=True)
    work.mkdir(parents=True)
    if shutil.which('ccache'):
        os.environ.setdefault('CMAKE_CXX_COMPILER_LAUNCHER', 'ccache')
    if way == 'refused':
        refused(source, compiler, work)
    else:
        consume(way, source, compiler, work)


if __name__ == '__main__':
    main(*sys.argv[1:])
