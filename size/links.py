#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""What is not called is not linked: links.py TARGET OUT.

Links the images in size/images with the C driver alone, which makes a missing operator new or a
throwing accessor a link error, and looks for what each has that the publisher at QoS 0 has not.
OUT is where size/arm.py has compiled the library for that target.
"""

import concurrent.futures
import os
import pathlib
import re
import subprocess
import sys

import arm

# What each of these images has, and none of the others of them.
OWN = {
    'publish': [],
    'subscribe': ['minimq::Engine::subscribe('],
    'reply': ['minimq::Message::reply('],
    'names': ['minimq::to_string(minimq::Error)'],
    'aliases': ['minimq::InboundAliases::resolve(', 'minimq::OutboundAliases::forget(',
                'minimq::Engine::begin_aliased('],
    'kept': ['minimq::PropertyStore::keep(', 'minimq::AssignedClientId::keep('],
    'authentication': ['minimq::Authentication::received(', 'minimq::codec::decode_auth('],
}
OTHERS = ['stub', 'client', 'device']
FORBIDDEN = ['malloc', 'free', '_sbrk', 'operator new', 'operator delete', '__cxa_throw',
             '__cxa_guard_acquire', '__cxa_atexit']
# The options of minimq/build.hpp, with which the publisher is linked too.
WITHOUT = {
    'without_qos2': ['-DMINIMQ_QOS2=0'],
    'without_subscriptions': ['-DMINIMQ_QOS2=0', '-DMINIMQ_SUBSCRIPTIONS=0'],
}
DECIDES = re.compile(r'\bbuild::|\bMINIMQ_(QOS2|SUBSCRIPTIONS)\b')


def link(target, name, objects, out, defines=()):
    main = arm.compile_one(target, arm.ROOT / 'size' / 'images' / f'{name}.cpp', out, defines)
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
    """About each image, and if all are there, about what one has and another has not."""
    least = section_sizes(images['publish'])[0]
    names = {name: symbols(image) for name, image in images.items()}
    for name, image in images.items():
        for bad in FORBIDDEN:
            if any(symbol == bad or symbol.startswith(f'{bad}(') or
                   (' ' in bad and symbol.startswith(bad)) for symbol in names[name]):
                yield f'{name} has {bad}'
        if OWN.get(name) and section_sizes(image)[0] <= least:
            yield f'{name} is no larger than publish'
    if not OWN.keys() <= images.keys():
        return
    for name, own in OWN.items():
        for symbol in own:
            for image in OWN:
                has = any(found.startswith(symbol) for found in names[image])
                if has != (image == name):
                    yield f'{image} has {"" if has else "no "}{symbol}'


def link_all(target, out, names=(*OWN, *OTHERS)):
    """{name: image}"""
    objects = arm.compile_all(target, out)
    with concurrent.futures.ThreadPoolExecutor(os.cpu_count()) as pool:
        return dict(zip(names, pool.map(lambda name: link(target, name, objects, out), names)))


def link_without(target, out):
    """{option: the publisher built with it}. Files that ask for no option are compiled as ever."""
    objects = dict(zip(arm.library_sources(), arm.compile_all(target, out)))
    images = {}
    for option, defines in WITHOUT.items():
        folder = out / option
        own = {source: arm.compile_one(target, source, folder, defines)
               for source in objects if DECIDES.search(source.read_text(encoding='utf-8'))}
        images[option] = link(target, 'publish', (objects | own).values(), folder, defines)
    return images


def main(target, out):
    images = link_all(target, pathlib.Path(out).resolve())
    for name, image in images.items():
        print(f'{name:<15}{section_sizes(image)[0]:>7} bytes of text')
    found = list(complaints(images))
    print('\n'.join(found), file=sys.stderr)
    return 1 if found else 0


if __name__ == '__main__':
    sys.exit(main(*sys.argv[1:]))
