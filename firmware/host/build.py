#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Builds the images: build.py OUT LIBRARIES SOURCES CPU ...; those of a CPU lie in OUT/CPU.

LIBRARIES/CPU is where size/arm.py compiles the library for that CPU, so that what runs is what is
measured. SOURCES is where tools/sources.py has unpacked lwIP, and libraries for TLS: without one of
these its images are missing, and with `CPU:tcp` all over TLS. What they trust lies in OUT/tls. Exit
status 77: lwIP is not there.
"""

import pathlib
import subprocess
import sys

ROOT = pathlib.Path(__file__).resolve().parents[2]
sys.path += [str(ROOT / 'size'), str(ROOT / 'tools')]
import arm  # noqa: E402  (how the library is compiled for bare metal)
import sources as sources_tool  # noqa: E402

MISSING = 77


def archive(cpu, out):
    """The library for that CPU."""
    objects = arm.compile_all(cpu, out)
    library = out / 'libminimq.a'
    library.unlink(missing_ok=True)
    subprocess.run([f'{arm.TOOL}ar', 'rc', library, *objects], check=True)
    return library


def quietly(*command):
    run = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
                         check=False)
    if run.returncode != 0:
        print(run.stdout)
        raise subprocess.CalledProcessError(run.returncode, command)


def build(cpu, tls, out, library_folder, sources):
    library = archive(cpu, library_folder)
    quietly('cmake', '-S', ROOT / 'firmware', '-B', out, '-G', 'Ninja',
            f'-DCMAKE_TOOLCHAIN_FILE={ROOT}/cmake/arm-none-eabi.cmake', f'-DMINIMQ_CPU={cpu}',
            f'-DMINIMQ_SOURCES={sources}', f'-DMINIMQ_ARCHIVE={library}',
            f'-DMINIMQ_TLS={"ON" if tls else "OFF"}')
    quietly('cmake', '--build', out)


def make_certificates(folder):
    """Once, unless the script has changed that makes them."""
    script = ROOT / 'tests/support/tls/authority.py'
    last = folder / 'wrong_client_key.der'
    if not last.exists() or last.stat().st_mtime < script.stat().st_mtime:
        quietly(sys.executable, script, folder)


def main(out, libraries, sources, *cpus):
    lwip = pathlib.Path(sources).resolve() / sources_tool.SOURCES['lwip'].folder
    if not lwip.is_dir():
        print(f'{lwip} is not there, so there are no images: tools/sources.py fetches it')
        return MISSING
    out, libraries = pathlib.Path(out).resolve(), pathlib.Path(libraries).resolve()
    for word in cpus:
        cpu, _, only = word.partition(':')
        try:
            build(cpu, only != 'tcp', out / cpu, libraries / cpu, lwip.parent)
            if list((out / cpu).glob('exerciser_*.elf')):
                make_certificates(out / 'tls')
        except subprocess.CalledProcessError:
            return 1  # the compiler has said why
        print(f'images for {cpu}')
    return 0


if __name__ == '__main__':
    sys.exit(main(*sys.argv[1:]))
