# SPDX-License-Identifier: MIT
"""Programs under test, brokers and clients as processes. Waits are for events, with deadlines."""

import os
import pathlib
import pty
import shutil
import signal
import socket
import subprocess
import tempfile
import threading
import time
import tty

DEADLINE_S = 20
os.environ['PATH'] += ':/usr/local/sbin:/usr/sbin'  # where Debian puts mosquitto


class Program:
    """A process on a pseudo-terminal, so that it writes each line at once."""

    def __init__(self, *command, env=None):
        ours, theirs = pty.openpty()
        tty.setraw(theirs)
        self.lines = []
        self._changed = threading.Condition()
        self._process = subprocess.Popen(
            [str(word) for word in command], stdin=subprocess.DEVNULL, stdout=theirs,
            stderr=theirs, env=env)
        os.close(theirs)
        self._reader = threading.Thread(target=self._read, args=(ours,), daemon=True)
        self._reader.start()

    def _read(self, terminal):
        with open(terminal, 'rb', buffering=0) as stream:
            rest = b''
            while True:
                try:
                    chunk = stream.read(4096)
                except OSError:  # the other end is closed
                    chunk = b''
                *lines, rest = (rest + chunk).split(b'\n')
                with self._changed:
                    self.lines += [line.decode(errors='replace') for line in lines]
                    self._changed.notify_all()
                if not chunk:
                    return

    def wait_for(self, part, count=1):
        """Returns when `part` was found in `count` lines."""
        end = time.monotonic() + DEADLINE_S
        with self._changed:
            while sum(part in line for line in self.lines) < count:
                if not self._changed.wait(end - time.monotonic()):
                    raise AssertionError(f'not {count} times {part!r} in {self.lines}')

    def wait_until_it_ends(self):
        """The exit status; negative: the signal."""
        status = self._process.wait(DEADLINE_S)
        self._reader.join(DEADLINE_S)
        return status

    def interrupt(self):
        self._process.send_signal(signal.SIGINT)
        return self.wait_until_it_ends()

    def kill(self):
        self._process.kill()
        self.wait_until_it_ends()

    def running(self):
        return self._process.poll() is None

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.kill()


class Broker:
    """Mosquitto on a free loopback port, without persistence.

    More lines of its configuration may name the given files as {directory}/<name>.
    """

    def __init__(self, *configuration, files=None):
        self._directory = pathlib.Path(tempfile.mkdtemp(prefix='minimq-test-'))
        self._configuration = [line.format(directory=self._directory) for line in configuration]
        self._files = files or {}
        self._process = None
        with socket.socket() as free:
            free.bind(('127.0.0.1', 0))
            self.port = free.getsockname()[1]
        self.address = f'127.0.0.1:{self.port}'

    def start(self):
        for name, text in self._files.items():
            (self._directory / name).write_text(text)
        config = self._directory / 'mosquitto.conf'
        config.write_text('\n'.join([
            f'listener {self.port} 127.0.0.1', 'allow_anonymous true', 'log_dest stderr',
            *(['user root'] if os.geteuid() == 0 else []), *self._configuration, '']))
        self._process = Program('mosquitto', '-c', config)
        self._process.wait_for(' running')

    def kill(self):
        self._process.kill()

    def running(self):
        return self._process.running()

    def request(self, topic, text):
        """Asks, and returns the answer."""
        return subprocess.run(
            ['mosquitto_rr', '-V', '5', '-h', '127.0.0.1', '-p', str(self.port), '-q', '1',
             '-t', topic, '-e', f'{topic}/reply', '-m', text, '-W', str(DEADLINE_S)],
            capture_output=True, text=True, check=True).stdout.strip()

    def subscriber(self, topic_filter):
        """A mosquitto_sub that has subscribed; its lines are `topic qos payload`."""
        program = Program('mosquitto_sub', '-V', '5', '-d', '-h', '127.0.0.1', '-p', self.port,
                          '-q', '2', '-t', topic_filter, '-F', '%t %q %p')
        program.wait_for('Subscribed')
        return program

    def __enter__(self):
        self.start()
        return self

    def __exit__(self, *_):
        self.kill()
        shutil.rmtree(self._directory)


class DeadPort:
    """An address where nobody listens, and nobody else can."""

    def __enter__(self):
        self._socket = socket.socket()
        self._socket.bind(('127.0.0.1', 0))
        return f'127.0.0.1:{self._socket.getsockname()[1]}'

    def __exit__(self, *_):
        self._socket.close()
