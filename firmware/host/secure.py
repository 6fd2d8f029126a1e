# SPDX-License-Identifier: MIT
"""The scenarios over TLS, for each library for it: firmware/tls has the device's side."""

import functools
import pathlib
import re
import sys
import tempfile

import counts
from broker import Subscriber
from machine import Failure, Machine
from scenarios import Exercise, must, must_all_arrive, try_levels
from tls import TlsBroker, has_application_data, streams

sys.path.append(str(pathlib.Path(__file__).resolve().parents[2] / 'size'))
import links  # noqa: E402  (what images are made of)

PORTS = ('bearssl', 'mbedtls')
RIGHT = ('right', False)
HEAP = {'malloc', 'calloc', 'realloc', 'free', '_malloc_r', '_calloc_r', '_realloc_r', '_free_r',
        '_sbrk', 'sbrk'}
ICOUNT = 5  # one instruction takes 2 ** 5 ns
PATIENCE = 60  # seconds for a handshake on a busy machine

# The results are in a table that the tests of the host check too.
TABLE = pathlib.Path(__file__).resolve().parents[2] / 'docs/guide/tls.md'
TITLES = {'mbedtls': 'mbedTLS', 'bearssl': 'BearSSL'}
# name: (certificate of the broker, name of the broker, the broker asks for a certificate, the
# device has this one); the same cases as in tests/tls/matrix_test.cpp.
CASES = {
    'right': ('right', 'localhost'),
    'wrong host': ('wrong_host', 'localhost'),
    'expired': ('expired', 'localhost'),
    'not yet valid': ('not_yet_valid', 'localhost'),
    'self-signed': ('self_signed', 'localhost'),
    'unknown authority': ('unknown_authority', 'localhost'),
    '*.com': ('wildcard_tld', 'broker.com'),
    '*.example.com': ('wildcard', 'broker.example.com'),
    'IP address': ('ip_address', '127.0.0.1'),
    'IP address, only named': ('right', '127.0.0.1'),
    'common name only': ('common_name_only', 'localhost'),
    'intermediate': ('intermediate', 'localhost'),
    'missing intermediate': ('missing_intermediate', 'localhost'),
    'client certificate': ('right', 'localhost', True, 'client'),
    'no client certificate': ('right', 'localhost', True),
    'wrong client certificate': ('right', 'localhost', True, 'wrong_client'),
}


def expected(port):
    """{case: accepted, or the name of the error}"""
    rows = [[cell.strip().strip('`') for cell in line.strip('| \n').split('|')]
            for line in TABLE.read_text(encoding='utf-8').splitlines() if line.startswith('|')]
    head = next(row for row in rows if row[0] == 'the broker shows')
    return {row[0]: row[head.index(TITLES[port])] for row in rows if row[0] in CASES}


def image(images, name):
    """The program of a scenario."""
    return pathlib.Path(images) / f'exerciser_{name.split("_")[1]}.elf'


def certificates(images):
    """The folder that build.py has filled."""
    return images.parent / 'tls'


def device(port, images, cpu, address, server_name='localhost', client=None, **options):
    """The exerciser over TLS."""
    own = [f'{client}.der', f'{client}_key.der'] if client else []
    folder = certificates(images)
    return Machine(pathlib.Path(images) / f'exerciser_{port}.elf', cpu, address, 'authority.der',
                   server_name, *own, folder=folder, **options)


def handshakes(machine):
    """What the device says of the next handshake, as {name: number}."""
    words = machine.expect('^secure ', PATIENCE).string.split()[1:]
    return {name: int(number) for name, number in zip(words[::2], words[1::2])}


def measure(port, images, cpu):
    """A full handshake and a resumed one, where time is counted in instructions: thousands of
    these, and bytes."""
    with TlsBroker(certificates(images), RIGHT) as broker, \
            device(port, images, cpu, broker.listener('right'), icount=ICOUNT) as machine:
        full = handshakes(machine)
        machine.expect('^connected at')
        machine.expect('^subscribed')
        broker.publish('fw/again', 'now')
        resumed = handshakes(machine)
        machine.expect('^reconnected')
    must((full['full'], full['resumed'], resumed['full'], resumed['resumed']) == (1, 0, 1, 1),
         f'not one full and one resumed handshake: {full}, {resumed}')
    count = {kind: round(counts.cycle_ns(cpu) * one['cycles'] / 2 ** ICOUNT / 1000)
             for kind, one in (('full', full), ('resumed', resumed))}
    return count | {what: resumed[what] for what in ('stack', 'pool') if resumed[what]}


def handshake(port, images, cpu):
    figures = measure(port, images, cpu)
    must(figures['resumed'] * 5 < figures['full'], f'a resumed handshake costs as much: {figures}')
    return ', '.join(f'{what} {number}' for what, number in figures.items())


def costs(images, cpu):
    """{what: number} for size/budgets.py, for each library whose image is there."""
    plain = links.section_sizes(images / 'exerciser.elf')
    result = {}
    for port in PORTS:
        image_of_port = image(images, f'_{port}')
        if image_of_port.exists():
            text, data, bss = (own - less for own, less in
                               zip(links.section_sizes(image_of_port), plain))
            figures = measure(port, images, cpu)
            result |= {f'flash.tls.{port}': text + data, f'ram.tls.{port}': data + bss,
                       f'kiloinstructions.{port}.full': figures['full'],
                       f'kiloinstructions.{port}.resumed': figures['resumed'],
                       f'stack.tls.{port}': figures['stack']}
            if 'pool' in figures:
                result[f'pool.tls.{port}'] = figures['pool']
    return result


def exchange(port, images, cpu):
    """Messages both ways; then the cable is pulled, and the broker restarted."""
    with TlsBroker(certificates(images), RIGHT) as broker:
        machine = device(port, images, cpu, broker.listener('right'))
        with Exercise(images, cpu, broker, machine) as exercise, \
                Subscriber(broker, 'dev/data') as subscriber:
            try_levels(exercise, 10)
            exercise.begin_burst()
            machine.set_link(False)
            machine.expect('^disconnected (ping_timeout|write_stalled|link_error)')
            machine.set_link(True)
            must(handshakes(machine)['resumed'] == 1, 'the session of TLS was not resumed')
            machine.expect('^reconnected')
            must_all_arrive(subscriber, exercise.expect_end_of_burst())
            exercise.expect_answer('again')
            broker.stop()
            machine.expect('^disconnected')
            broker.start()
            must(handshakes(machine)['full'] == 2, 'a session that the broker does not know')
            machine.expect('^connected at')
            machine.expect('^subscribed')
            exercise.expect_answer('anew')
            exercise.quit()
    return 'messages at each QoS, a cable that was pulled, a broker that was restarted'


def verification(port, images, cpu):
    """Each case by its name, and nothing of MQTT to a broker that is refused."""
    wrong = []
    results = expected(port)
    listeners = {(case[0], len(case) > 2) for case in CASES.values()}
    with TlsBroker(certificates(images), *listeners) as broker, \
            tempfile.TemporaryDirectory() as place:
        for name, (certificate, server_name, *client) in CASES.items():
            capture = pathlib.Path(place) / 'wire'
            with device(port, images, cpu, broker.listener(certificate, bool(client)), server_name,
                        *client[1:], capture=capture) as machine:
                found = machine.expect(r'^(?:connected at|insecure (\S+))', PATIENCE)[1]
            found = found or 'accepted'
            wrong += [] if found == results[name] else [f'{name}: {found}, not {results[name]}']
            if any(map(has_application_data, streams(capture).values())) != (found == 'accepted'):
                wrong.append(f'{name}: MQTT was sent, or should have been')
        accepted = list(results.values()).count('accepted')
        wrong += [] if broker.count('New client connected') == accepted else ['a CONNECT too many']
    if wrong:
        raise Failure('; '.join(wrong))
    return f'{accepted} brokers accepted, {len(CASES) - accepted} refused, each by its name'


def no_heap(port, images, _):
    """Nothing of the C library's heap is linked; what mbedTLS allocates comes from its pool."""
    names = links.symbols(image(images, f'_{port}'))
    must('firmware::run_exerciser(minimq::lwip::EventLoop&, minimq::Transport&)' in names,
         'the image has no symbols')
    found = set(names) & HEAP | {name for name in names if re.match('operator (new|delete)', name)}
    must(not found, f'linked: {found}')
    return 'no symbol of a heap'


ALL = {f'tls_{port}_{function.__name__}': functools.partial(function, port)
       for port in PORTS for function in (handshake, exchange, verification, no_heap)}
