# SPDX-License-Identifier: MIT
"""A board in QEMU: its UART as lines, its network cable, its exit status."""

import json
import pathlib
import queue
import re
import socket
import subprocess
import tempfile
import threading

MACHINES = {
    'cortex-m0plus': 'mps2-an385',  # a Cortex-M3, which runs the same code
    'cortex-m3': 'mps2-an385',
    'cortex-m4': 'mps2-an386',
    'cortex-m33': 'mps2-an505',
}


class Failure(Exception):
    """What a scenario found wrong."""


class Machine:
    """Runs an image until the end of the `with` block at the latest."""

    def __init__(self, image, cpu, *arguments, network=True, icount=None, folder=None,
                 capture=None):
        """`arguments` are its command line; files that it opens are in `folder`; `capture`: the
        file to which everything on its network goes."""
        self._folder = tempfile.TemporaryDirectory(prefix='minimq-')
        self._control = pathlib.Path(self._folder.name) / 'qmp'
        words = ','.join(f'arg={word}' for word in (pathlib.Path(image).stem, *arguments))
        command = ['qemu-system-arm', '-M', MACHINES[cpu], '-display', 'none', '-monitor', 'none',
                   '-serial', 'stdio', '-qmp', f'unix:{self._control},server=on,wait=off',
                   '-semihosting-config', f'enable=on,target=native,{words}', '-kernel', str(image)]
        command += ['-nic', 'user,id=n0,model=lan9118' if network else 'none']
        if capture:
            command += ['-object', f'filter-dump,id=capture,netdev=n0,file={capture}']
        if icount is not None:  # one instruction takes 2 ** icount nanoseconds
            command += ['-icount', f'shift={icount},align=off,sleep=off']
        self._process = subprocess.Popen(command, cwd=folder, stdin=subprocess.DEVNULL,
                                         stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
                                         errors='replace')
        self._lines = queue.Queue()
        self._seen = []
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()

    def _read(self):
        for line in self._process.stdout:
            self._lines.put(line.rstrip('\n'))
        self._lines.put(None)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        if self._process.poll() is None:
            self._process.kill()
        self._process.wait()
        self._reader.join(5)
        self._process.stdout.close()
        self._process.stderr.close()
        self._folder.cleanup()

    def expect(self, pattern, timeout=20):
        """The match of the next line of the UART that fits; lines that do not are passed over."""
        while True:
            try:
                line = self._lines.get(timeout=timeout)
            except queue.Empty:
                raise Failure(f'no line "{pattern}" in {timeout} s; {self._history()}') from None
            if line is None:
                raise Failure(f'ended without a line "{pattern}"; {self._history()}')
            self._seen.append(line)
            if match := re.search(pattern, line):
                return match

    def rest(self, timeout=20):
        """Every line to the end of the program."""
        while (line := self._lines.get(timeout=timeout)) is not None:
            yield line

    def exit_status(self, timeout=20):
        try:
            return self._process.wait(timeout)
        except subprocess.TimeoutExpired:
            raise Failure(f'it goes on for more than {timeout} s; {self._history()}') from None

    def _history(self):
        return 'the last lines were: ' + ' | '.join(self._seen[-12:])

    def set_link(self, up):
        """Plugs the network cable in, or pulls it out."""
        with socket.socket(socket.AF_UNIX) as control:
            control.settimeout(10)
            control.connect(str(self._control))
            with control.makefile('rw', encoding='utf-8') as stream:
                stream.readline()  # the greeting
                for command in ({'execute': 'qmp_capabilities'},
                                {'execute': 'set_link', 'arguments': {'name': 'n0', 'up': up}}):
                    stream.write(json.dumps(command) + '\n')
                    stream.flush()
                    while 'return' not in (answer := json.loads(stream.readline())):
                        if 'error' in answer:
                            raise Failure(f'QMP: {answer["error"]}')
