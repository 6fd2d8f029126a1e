#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""The worst-case stack of the library's own frames: stack.py TARGET OUT.

Reads the machine code of everything, linked without removing anything: what each function pushes,
and whom it calls. THROUGH_POINTERS says whom calls through pointers may reach: listeners and
optional features of ours. What such calls reach of the transport, the tracer and the application is
not ours and left out. A call that the table does not know, and a recursion, are errors.

OUT is where size/arm.py has compiled the library for that target.
"""

import pathlib
import re
import subprocess
import sys

import arm

# Who calls through a pointer -> what of ours that may reach; the first that fits counts.
VISITORS = [f'codec::(anonymous namespace)::read_{packet}_property(void*, '
            for packet in ('auth', 'connack', 'publish')]
WILL = ['codec::(anonymous namespace)::write(minimq::codec::Writer&, minimq::Will const&)']
PUMP = ['Session::begin(minimq::Operation&)::{lambda(minimq::Session&)#1}::_FUN(']
KEEP = ['PropertyStore::keep(', 'AssignedClientId::keep(']
THROUGH_POINTERS = [
    ('codec::read_properties(', VISITORS),
    ('codec::write_connect(', WILL),
    ('codec::(anonymous namespace)::show(', []),  # the application's tracer
    ('codec::(anonymous namespace)::show_made(', []),
    ('Engine::trace(', ['codec::(anonymous namespace)::show(']),
    ('Engine::consume_connect(', ['codec::(anonymous namespace)::show_made(']),
    ('Authentication::consume(', ['codec::(anonymous namespace)::show_made(']),
    ('Engine::notify(', ['Session::wake(']),
    ('Engine::publish(', ['detail::publish_callable(']),
    ('Engine::link_opened(', ['Authentication::link_opened(', 'InboundAliases::forget(',
                              'OutboundAliases::forget(']),
    ('Engine::tx_pending(', ['Authentication::gather(']),
    ('Engine::tx_consume(', ['Authentication::consume(',
                             'codec::(anonymous namespace)::show_made(']),
    ('Engine::on_auth(', ['Authentication::received(']),
    ('Engine::authenticated(', ['Authentication::accepted(']),
    ('Engine::on_connack(', ['Authentication::accepted(', *KEEP]),
    ('Engine::take_client_id(', KEEP),
    ('Engine::settle(', KEEP),
    ('Engine::find_message(', ['InboundAliases::resolve(']),
    ('Engine::judge_alias(', ['InboundAliases::admit(']),
    ('Engine::reauthenticate(', ['Authentication::begin_again(']),
    ('check_config(', ['Authentication::has_good_method(']),
    ('(anonymous namespace)::check_extras(', ['Authentication::has_good_method(']),
    ('Session::ready(', PUMP),
    ('Session::', []),              # the transport, and coroutines
    ('Authentication::', []),       # the application's authenticator
    ('Payload::write(', []),        # the application
]
# What an application calls; of overloaded ones the largest counts.
ENTRIES = [
    'Session::Session', 'Session::~Session', 'Session::drive', 'Session::ready',
    'Session::next_event', 'Session::next_deadline', 'Session::interest', 'Session::publish',
    'Session::subscribe', 'Session::unsubscribe', 'Session::acknowledge', 'Session::disconnect',
    'Session::start', 'Session::reconnect_now', 'Session::set_broker', 'Session::set_credentials',
    'Operation::start', 'PollOperation::await_resume', 'SettledOperation::await_resume',
    'Message::reply', 'Message::release', 'Message::copy_to', 'Broker::parse',
]
HEAD = re.compile(r'^([0-9a-f]+) <(.+)>:$')
PUSH = re.compile(r'\b(?:push|stmdb\s+sp!,|stmfd\s+sp!,)\s*\{(.*)\}')
GROW = re.compile(r'\bsub(?:w|s)?(?:\.w)?\s+sp,\s*(?:sp,\s*)?#(\d+)')
STORE = re.compile(r'\bstr(?:d)?(?:\.w)?\s+.*\[sp, #-(\d+)\]!')
GROW_BY_REGISTER = re.compile(r'\b(?:add|sub)(?:\.w)?\s+sp,\s*(?:sp,\s*)?r\d+')
WORD = re.compile(r'\.word\s+0x([0-9a-f]{8})')
CALL = re.compile(r'\s(bl|b|b\.w|b\.n|blx)\s+[0-9a-f]+ <([^+>]+)>')
POINTER = re.compile(r'\sblx?\s+(r\d+|ip|fp|sl)\b|\sbx\s+(r\d+|ip|fp|sl)\b')
POP_ONE = re.compile(r'\bpop\s*\{(r\d)\}')


class Function:
    def __init__(self, name):
        self.name = name
        self.frame = 0  # never less than what it takes
        self.calls = set()
        self.tail_calls = set()
        self.through_pointer = False
        self.by_register = False


def registers(text):
    count = 0
    for part in text.split(','):
        first, _, last = part.strip().partition('-')
        count += 1 if not last else int(last[1:]) - int(first[1:]) + 1
    return count


def read(text):
    """{name: Function} from the output of objdump."""
    functions, current, popped = {}, None, None
    for line in text.splitlines():
        if head := HEAD.match(line):
            current = functions.setdefault(head[2], Function(head[2]))
        elif current is None:
            continue
        elif found := PUSH.search(line):
            current.frame += 4 * registers(found[1])
        elif found := GROW.search(line) or STORE.search(line):
            current.frame += int(found[1])
        elif GROW_BY_REGISTER.search(line):
            current.by_register = True
        elif found := WORD.search(line):
            word = int(found[1], 16)
            if current.by_register and word >= 0xffff0000:
                # A large frame of a small CPU: its size is a negative constant.
                current.frame += 0x100000000 - word
                current.by_register = False
        elif found := CALL.search(line):
            if found[2] != current.name:
                (current.calls if found[1].startswith('bl') else current.tail_calls).add(found[2])
        elif found := POP_ONE.search(line):
            popped = found[1]  # small CPUs return with `bx` to a register that holds lr
        elif found := POINTER.search(line):
            current.through_pointer |= found[2] is None or found[2] != popped
    return functions


class Analysis:
    def __init__(self, functions):
        self.functions = functions
        self.readable = {name: text.removeprefix('minimq::')
                         for name, text in demangled(functions).items() if '6minimq' in name}
        self.depths = {}
        self.complaints = set()

    def callees(self, function):
        if not (function.through_pointer and function.name in self.readable):
            return function.calls
        text = self.readable[function.name]
        for caller, starts in THROUGH_POINTERS:
            if text.startswith(caller):
                return function.calls.union(*map(self.starting_with, starts))
        self.complaints.add(f'{text} calls through a pointer: who is that?')
        return function.calls

    def starting_with(self, start):
        names = {name for name, text in self.readable.items() if text.startswith(start)}
        if not names:
            self.complaints.add(f'there is no {start}, which a pointer should reach')
        return names

    def depth(self, name, path=()):
        """The stack below the call of that function, itself included."""
        if name in self.depths:
            return self.depths[name]
        if name in path:
            self.complaints.add('recursion: ' + ' -> '.join((*path, name)))
            return 0
        function = self.functions.get(name)
        if function is None:
            return 0
        path = (*path, name)
        below = max((self.depth(callee, path) for callee in self.callees(function)), default=0)
        instead = max((self.depth(callee, path) for callee in function.tail_calls), default=0)
        self.depths[name] = max(function.frame + below, instead)
        return self.depths[name]

    def chain(self, name):
        """The functions that make up the depth of that one, with their frames."""
        parts = []
        while name is not None and name not in dict(parts):
            function = self.functions[name]
            parts.append((name, function.frame))
            deeper = [callee for callee in self.callees(function) | function.tail_calls
                      if self.depths.get(callee, 0) > 0]
            name = max(deeper, key=self.depths.get, default=None)
        return parts


def demangled(names):
    """{name: what it is in the source, without what it returns}"""
    names = list(names)
    run = subprocess.run([f'{arm.TOOL}c++filt'], input='\n'.join(names), capture_output=True,
                         text=True, check=True)
    return dict(zip(names, run.stdout.splitlines()))


def link_everything(target, out):
    objects = arm.compile_all(target, out)
    image = out / 'everything.elf'
    subprocess.run([f'{arm.TOOL}gcc', f'-mcpu={arm.cpu_of(target)}', '-mthumb', '-nostartfiles',
                    '--specs=nano.specs', '-Wl,-e,0', '-Wl,--no-warn-rwx-segments',
                    '-Wl,-z,noexecstack', '-Wl,--defsym=__cxa_pure_virtual=0', *objects, '-o',
                    image], check=True)
    return image


def analyse(target, out):
    image = link_everything(target, out)
    text = subprocess.run([f'{arm.TOOL}objdump', '-d', '--no-show-raw-insn', image],
                          capture_output=True, text=True, check=True).stdout
    return Analysis(read(text))


def entries(analysis):
    """{entry: (bytes, name of the function)}"""
    result = {}
    for entry in ENTRIES:
        names = [name for name, text in analysis.readable.items() if text.startswith(f'{entry}(')]
        if not names:
            analysis.complaints.add(f'there is no {entry}')
            continue
        deepest = max(names, key=analysis.depth)
        result[entry] = analysis.depth(deepest), deepest
    return result


def measure(target, out):
    """({entry: bytes}, the functions of the deepest, complaints)"""
    analysis = analyse(target, out)
    found = entries(analysis)
    _, worst = max(found.values())
    chain = analysis.chain(worst)
    readable = [f'{analysis.readable.get(name, name).partition("(")[0]} {frame}'
                for name, frame in chain]
    return ({entry: depth for entry, (depth, _) in found.items()}, readable,
            sorted(analysis.complaints))


def main(target, out):
    depths, chain, complaints = measure(target, pathlib.Path(out).resolve())
    for entry, depth in sorted(depths.items(), key=lambda item: -item[1]):
        print(f'{depth:>6}  {entry}')
    print('the deepest: ' + ', '.join(chain))
    print('\n'.join(complaints), file=sys.stderr)
    return 1 if complaints else 0


if __name__ == '__main__':
    sys.exit(main(*sys.argv[1:]))
