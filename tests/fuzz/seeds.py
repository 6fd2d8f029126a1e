#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Writes the inputs that the corpora began with: seeds.py DIRECTORY [TARGET ...].

They come from the golden packets of tests/codec/corpus.hpp, and from conversations that are written
down here in the letters of calls.cpp. `./dev fuzz` finds the rest.
"""

import pathlib
import re
import sys

HERE = pathlib.Path(__file__).resolve().parent
PACKETS = HERE.parent / 'codec' / 'corpus.hpp'

# The six bytes of setup.cpp: rx, tx, behaviour, extras, numbers, sizes.
PLAIN = bytes([4, 3, 0, 0, 0, 0])
SMALL = bytes([0, 0, 0, 0, 1, 0])
SKIPPING = bytes([0, 2, 0x01, 0, 0, 1])
FAILING = bytes([4, 3, 0x02, 0, 0x40, 0])
ADOPTING = bytes([4, 3, 0x0C, 0, 0, 0])
DOWNGRADING = bytes([4, 3, 0x30, 0, 4, 0])
STOPPING = bytes([4, 3, 0xC0, 0x08, 0x10, 0])
EVERYTHING = bytes([5, 4, 0, 0xFF, 0, 0])
SETUPS = (PLAIN, SMALL, SKIPPING, FAILING, ADOPTING, DOWNGRADING, STOPPING, EVERYTHING)

TEXTS = ('', 'a', 'a/b', '/', '#', '+', 'a/+/c', 'a/#', 'a#', '#/a', '$share/g/a', '$share//a',
         '$share/g/', '$share/g', '$share/g+/a', '$share/g/+/#', 'é', '€', '😀', 'a\0b', 'a\tb',
         '\u0080', '\ufdd0', '\uffff', '\U0010ffff', 'long enough for words, twice and more')
BROKEN_TEXTS = (b'\x80', b'\xc0\x80', b'\xe0\x80\x80', b'\xed\xa0\x80', b'\xf4\x90\x80\x80',
                b'\xc3', b'\xe2\x82', b'\xf0\x9f\x98', b'\xff')
BROKERS = ('host', 'host:1883', 'mqtt://host', 'mqtts://host:8883', '[::1]:1883', 'fe80::1%eth0',
           'unix:/run/broker', '::ffff:1.2.3.4', 'mqtt://[2001:db8::1]')

# Steps of calls.cpp. `W` answers well, `e` takes an event, `t` lets time pass.
CONVERSATIONS = (
    b'We' b'p\x01\x05WWe' b'p\x02\x05WWWe' b'p\x00\x05',
    b'We' b's\x00\x02We' b'P\x01\x01\x05e' b'P\x02\x02\x05er' b'K\x02\x02\x00\x00',
    b'We' b's\x08\x42We' b'u\x01We' b'u\x41We',
    b'We' b'p\x01\x05p\x02\x05' b'q' b'e' b'nWWWWWWee',
    b'We' b'p\x02\x05W' b'c' b'e' b't\x04' b'C\x00\x01\x00\x00' b'WWee',
    b'We' b'p\x02\x05A\x01\x04\x00' b'e' b'p\x01\x05A\x01\x05\x03e',
    b'A\x01\x0f\x00\x00\x00' b'e' b't\x06' b'A\x01\x0d\x01\x80\x80e',
    b'C\x00\x00\x3f\x7f\x00\x00\x00\x00e' b'p\x85\x05\x00\x02' b's\xc1\x43',
    b'We' b'P\x01\x01\x05ef' b'P\x02\x02\x05ef' b'k\x01\x00k\x00\x01',
    b'We' b'P\x02\x01\x05P\x06\x01\x05e' b'K\x02\x01\x00' b'P\x02\x01\x05eee',
    b'We' b'w\x01\x05\x00p\x01\x05w\x01\x00\x00WW' b'w\x00\x01WP\x00\x00\x05W',
    b'We' b'w\x02\x03\x40p\x02\xf0w\x02\x00\xf0WWx\x00',
    b'We' b'l\x04\x02p\x01\x20p\x02\x20' b't\x03l\x00\x00WWWee',
    b'We' b't\x05W' b't\x06' b'z\x06' b'j\x04' b'WWe',
    b'We' b'p\x02\x05d\x04WWWe' b'g' b'WWe',
    b'We' b'd\x08e' b'b\x00b\x01g' b'We' b'd\x01d\x00n',
    b'o\x01t\x05' b'o\x02t\x06e' b'o\x0ae' b'o\x00t\x07WWe',
    b'We' b'h' b'A\x01\x0b\x00W' b'O\x02\x0b' b'O\x02\x00e',
    b'We' b'p\x80\x05\x00\x01\x01' b'p\x80\x05\x00\x01\x01' b'p\x80\x05\x00\x01\x02',
    b'We' b'P\x10\x00\x05\x01P\x50\x00\x05\x01ee' b'P\x31\x03\x05\x02e',
    b'We' b'P\x01\x01\xffi\x08' b'P\x02\x02\xffWe' b't\x04e',
    b'We' b'p\x81\x10\x00\x00' b'p\x82\xff\x40\x00' b'p\x89\x10\x80\x02' b'WWWee',
    b'We' b'O\x01\x09\x03e' b'We' b'O\x01\x0d\x00e' b't\x07',
    b'R\x02\x30\x00' b'R\x04\xd0\x00\xe0\x00e' b'We' b'R\x05\x20\xff\xff\xff\xffe',
)


def packets():
    """The golden packets as bytes; in their text are hexadecimal pairs and quoted ASCII."""
    source = PACKETS.read_text(encoding='utf-8')
    listing = source[source.index('received_packets[] = {'):source.index('};')]
    for text in re.findall(r'((?:"[^"]*"\s*)+),', listing):
        packet = b''
        for literal in re.findall(r'"([^"]*)"', text):
            for quoted, pair in re.findall(r"'([^']*)'|([0-9A-F]{2})", literal):
                packet += quoted.encode() if quoted else bytes.fromhex(pair)
        yield packet


def texts():
    yield from (text.encode() for text in TEXTS)
    yield from BROKEN_TEXTS


def decoders():
    for packet in packets():
        yield packet[:1] + packet[2:]
    yield b'\x00' + b''.join(packets())
    yield from (b'\x10' + broker.encode() for broker in BROKERS)
    yield b'\x80\x82\x0f\x00\x01\x00\x00\x03a/b\x01\x00\x01c\x02'
    for carrier in range(12):
        yield bytes([0xA0 | carrier]) + (
            b'\x0f\x11\x00\x00\x00\x10\x21\x00\x05\x26\x00\x01k\x00\x01v')
    yield b'\xc2\x00\x01a\x00\x01'
    yield from (b'\xd1' + length for length in (b'\x7f', b'\x80\x01', b'\xff\xff\xff\x7f'))


def receive():
    whole = list(packets())
    for state in range(16):
        setup = SETUPS[state % len(SETUPS)]
        for first in range(0, len(whole), 8):
            yield setup + bytes([state, first % 3, 2 + 4 * (first % 2)]) + b''.join(
                whole[first:first + 8])
    for setup in SETUPS:
        yield setup + b'\x03\x00\x02' + (
            b'\x40\x02\xff\x03\x50\x02\xff\x02\x70\x02\xff\x02\x90\x05\xff\x01\x00\x00\x01'
            b'\xb0\x04\xff\x00\x00\x00')
        # More reason codes than there were filters, and than their packet has bytes.
        yield setup + b'\x03\x00\x02\x90\x23\xff\x01\x00' + bytes(32)


def calls():
    for number, conversation in enumerate(CONVERSATIONS):
        yield SETUPS[number % len(SETUPS)] + conversation
        yield PLAIN + conversation
        yield EVERYTHING + conversation


TARGETS = {'texts': texts, 'decoders': decoders, 'receive': receive, 'calls': calls}


def main(directory, *names):
    for name in names or TARGETS:
        folder = pathlib.Path(directory) / name
        folder.mkdir(parents=True, exist_ok=True)
        for number, seed in enumerate(TARGETS[name]()):
            (folder / f'seed-{number:03}').write_bytes(seed)


if __name__ == '__main__':
    main(*sys.argv[1:])
