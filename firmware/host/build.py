#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Builds the images: build.py OUT LIBRARIES LWIP CPU ...; those of a CPU lie in OUT/CPU.

LIBRARIES/CPU is where size/arm.py compiles the library for that CPU, so that what runs is what is
measured. LWIP is the folder of lwIP's sources. Exit status 77: it is not there, see
tools/lwip_source.py.
"""

import pathlib
import subprocess
import sys

ROOT = pathlib.Path(__file__).resolve().parents[2]
sys.path.append(str(ROOT / 'size'))
import arm  # noqa: E402  (how the library is compiled for bare metal)

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


def build(cpu, out, library_folder, lwip):
    library = archive(cpu, library_folder)
    quietly('cmake', '-S', ROOT / 'firmware', '-B', out, '-G', 'Ninja',
            f'-DCMAKE_TOOLCHAIN_FILE={ROOT}/cmake/arm-none-eabi.cmake', f'-DMINIMQ_CPU={cpu}',
            f'-DMINIMQ_LWIP_SOURCE={lwip}', f'-DMINIMQ_ARCHIVE={library}')
    quietly('cmake', '--build', out)


def main(out, libraries, lwip, *cpus):
    if not (pathlib.Path(lwip) / 'src').is_dir():
        print(f'{lwip} is not there, so there are no images: tools/lwip_source.py fetches it')
        return MISSING
    for cpu in cpus:
        try:
            build(cpu, pathlib.Path(out).resolve() / cpu, pathlib.Path(libraries).resolve() / cpu,
                  pathlib.Path(lwip).resolve())
        except subprocess.CalledProcessError:
            return 1  # the compiler has said why
        print(f'images for {cpu}')
    return 0


if __name__ == '__main__':
    sys.exit(main(*sys.argv[1:]))
