#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""What is not called is not linked: links.py OUT.

Links the images in size/images for Cortex-M4 with the C driver alone, which makes a missing
operator new or a throwing accessor a link error, and looks for what each has that the publisher
at QoS 0 has not.
"""

import pathlib
import subprocess
import sys

import arm

CPU = 'cortex-m4'
LINK = [f'{arm.TOOL}gcc', f'-mcpu={CPU}', '-mthumb', '-Os', '-nostartfiles',
        '--specs=nano.specs', '-Wl,--gc-sections', '-Wl,-e,start', '-Wl,--no-warn-rwx-segments']
# What each image has, and none of the others.
OWN = {
    'publish': [],
    'subscribe': ['minimq::Engine::subscribe('],
    'reply': ['minimq::Message::reply('],
    'names': ['minimq::to_string(minimq::Error)'],
    'aliases': ['minimq::InboundAliases::resolve(', 'minimq::OutboundAliases::forget(',
                'minimq::Engine::begin_aliased('],
    'authentication': ['minimq::Authentication::received(', 'minimq::codec::decode_auth('],
}
FORBIDDEN = ['malloc', 'operator new', 'operator delete', '__cxa_throw', '__cxa_guard_acquire']


def link(name, objects, out):
    main = arm.compile_one(CPU, arm.ROOT / 'size' / 'images' / f'{name}.cpp', out)
    image = out / f'{name}.elf'
    subprocess.run([*LINK, main, *objects, '-o', image], check=True)
    return image


def text_size(image):
    output = subprocess.run([f'{arm.TOOL}size', image], capture_output=True, text=True, check=True)
    return int(output.stdout.splitlines()[1].split()[0])


def symbols(image):
    return subprocess.run([f'{arm.TOOL}nm', '-C', image], capture_output=True, text=True,
                          check=True).stdout


def main(out):
    out = pathlib.Path(out).resolve()
    objects = arm.compile_all(CPU, out)
    images = {name: link(name, objects, out) for name in OWN}
    texts = {name: symbols(image) for name, image in images.items()}
    least = text_size(images['publish'])
    faults = []
    for name, own in OWN.items():
        size = text_size(images[name])
        print(f'{name:<15}{size:>7} bytes of text{f", {size - least} more" if own else ""}')
        faults += [f'{name} has {bad}' for bad in FORBIDDEN if bad in texts[name]]
        for symbol in own:
            for image in OWN:
                has = symbol in texts[image]
                if image == name and not has:
                    faults.append(f'{image} has no {symbol}')
                if image != name and has:
                    faults.append(f'{image} has {symbol}, which it does not call')
        if own and size <= least:
            faults.append(f'{name} is no larger than publish')
    for fault in faults:
        print(fault, file=sys.stderr)
    return 1 if faults else 0


if __name__ == '__main__':
    sys.exit(main(sys.argv[1]))
