#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""What is not called is not linked: links.py TARGET OUT.

Links the images in size/images with the C driver alone, which makes a missing operator new or a
throwing accessor a link error, and looks for what each has that the publisher at QoS 0 has not.
OUT is where size/arm.py has compiled the library for that target.
"""

import pathlib
import subprocess
import sys

import arm

# What each image has, and the publisher has not.
OWN = {
    'publish': None,
    'subscribe': 'minimq::Engine::subscribe(',
    'reply': 'minimq::Message::reply(',
    'names': 'minimq::to_string(minimq::Error)',
}
OTHERS = ['stub', 'client', 'device']
FORBIDDEN = ['malloc', 'free', '_sbrk', 'operator new', 'operator delete', '__cxa_throw',
             '__cxa_guard_acquire', '__cxa_atexit']


def link(target, name, objects, out):
    main = arm.compile_one(target, arm.ROOT / 'size' / 'images' / f'{name}.cpp', out)
    image = out / f'{name}.elf'
    subprocess.run([f'{arm.TOOL}gcc', f'-mcpu={arm.cpu_of(target)}', '-mthumb', '-Os',
                    '-nostartfiles', '--specs=nano.specs', '-Wl,--gc-sections', '-Wl,-e,start',
                    '-Wl,--no-warn-rwx-segments', '-Wl,-z,noexecstack', main, *objects, '-o',
                    image], check=True)
    return image


def section_sizes(image):
    """(text with constants, data, bss)"""
    output = subprocess.run([f'{arm.TOOL}size', image], capture_output=True, text=True, check=True)
    return tuple(map(int, output.stdout.splitlines()[1].split()[:3]))


def symbols(image):
    """The names, without their signatures' ends."""
    output = subprocess.run([f'{arm.TOOL}nm', '-C', image], capture_output=True, text=True,
                            check=True).stdout
    return [line.split(maxsplit=2)[-1] for line in output.splitlines()]


def complaints(images):
    least = section_sizes(images['publish'])[0]
    names = {name: symbols(image) for name, image in images.items()}
    for name, image in images.items():
        for bad in FORBIDDEN:
            if any(symbol == bad or symbol.startswith(f'{bad}(') or
                   (' ' in bad and symbol.startswith(bad)) for symbol in names[name]):
                yield f'{name} has {bad}'
        own = OWN.get(name)
        if own is None:
            continue
        if not any(symbol.startswith(own) for symbol in names[name]):
            yield f'{name} has no {own}'
        if any(symbol.startswith(own) for symbol in names['publish']):
            yield f'publish has {own}, which it does not call'
        if section_sizes(image)[0] <= least:
            yield f'{name} is no larger than publish'


def link_all(target, out):
    objects = arm.compile_all(target, out)
    return {name: link(target, name, objects, out) for name in [*OWN, *OTHERS]}


def main(target, out):
    images = link_all(target, pathlib.Path(out).resolve())
    for name, image in images.items():
        print(f'{name:<10}{section_sizes(image)[0]:>7} bytes of text')
    found = list(complaints(images))
    print('\n'.join(found), file=sys.stderr)
    return 1 if found else 0


if __name__ == '__main__':
    sys.exit(main(*sys.argv[1:]))
