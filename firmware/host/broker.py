# SPDX-License-Identifier: MIT
"""Mosquitto and its clients on the loopback interface, each ended with its `with` block."""

import os
import pathlib
import queue
import shutil
import signal
import socket
import subprocess
import tempfile
import threading
import time

from machine import Failure

ENVIRONMENT = {**os.environ, 'PATH': os.environ['PATH'] + ':/usr/sbin:/sbin'}


def free_port():
    with socket.socket() as probe:
        probe.bind(('127.0.0.1', 0))
        return probe.getsockname()[1]


class Broker:
    """Mosquitto on a port that stays the same when it is started again."""

    def __init__(self, persistent=False, port=None, more=()):
        """`more`: further lines of its configuration."""
        self.port = port or free_port()
        self._folder = tempfile.TemporaryDirectory(prefix='minimq-')
        folder = pathlib.Path(self._folder.name)
        lines = [f'listener {self.port} 127.0.0.1', 'allow_anonymous true', 'user root',
                 'max_queued_messages 0', f'log_dest file {folder}/log', 'log_type all', *more]
        if persistent:
            lines += ['persistence true', f'persistence_location {folder}/']
        self._configuration = folder / 'mosquitto.conf'
        self._configuration.write_text('\n'.join(lines) + '\n', encoding='utf-8')
        self._process = None

    def __enter__(self):
        self.start()
        return self

    def __exit__(self, *_):
        self.kill()
        self._folder.cleanup()

    @property
    def from_device(self):
        """Its address as the device sees it."""
        return f'10.0.2.2:{self.port}'

    def start(self):
        mosquitto = shutil.which('mosquitto', path=ENVIRONMENT['PATH'])
        if mosquitto is None:
            raise Failure('mosquitto is not installed')
        self._process = subprocess.Popen([mosquitto, '-c', self._configuration],
                                         stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        deadline = time.monotonic() + 10
        while True:
            try:
                socket.create_connection(('127.0.0.1', self.port), timeout=1).close()
                return
            except OSError:
                if time.monotonic() > deadline or self._process.poll() is not None:
                    raise Failure('mosquitto does not start') from None
                time.sleep(0.02)  # between two questions whether it listens

    def count(self, text):
        """How many lines of its log have that text."""
        log = pathlib.Path(self._folder.name) / 'log'
        return sum(text in line for line in log.read_text(errors='replace').splitlines())

    def stop(self):
        """In order, so that a persistent one saves what it has."""
        self._end(signal.SIGTERM)

    def kill(self):
        self._end(signal.SIGKILL)

    def _end(self, how):
        if self._process is not None:
            self._process.send_signal(how)
            self._process.wait(10)
            self._process = None

    def publish(self, topic, *payloads, qos=0):
        """One message for each payload, over one connection."""
        command = ['mosquitto_pub', '-V', '5', '-h', '127.0.0.1', '-p', str(self.port), '-q',
                   str(qos), '-t', topic, '-l']
        subprocess.run(command, input=''.join(f'{payload}\n' for payload in payloads), text=True,
                       check=True, timeout=60)

    def request(self, topic, payload):
        """The answer to a request."""
        command = ['mosquitto_rr', '-V', '5', '-h', '127.0.0.1', '-p', str(self.port), '-q', '1',
                   '-t', topic, '-e', f'answers/{payload}', '-m', payload, '-W', '20',
                   '-D', 'publish', 'correlation-data', f'c-{payload}', '-F', '%D %p']
        run = subprocess.run(command, capture_output=True, text=True, check=False, timeout=30)
        if run.returncode != 0:
            raise Failure(f'no answer to {payload}: {run.stderr}')
        return run.stdout.strip()


class Subscriber:
    """mosquitto_sub: the messages of a topic filter, from the moment it is subscribed. It connects
    again by itself; with a lasting session it then gets what it has missed."""

    def __init__(self, broker, topic_filter, lasting=False):
        session = ['-c', '-i', 'subscriber', '-x', '3600'] if lasting else []
        self._process = subprocess.Popen(
            ['stdbuf', '-oL', 'mosquitto_sub', '-d', '-V', '5', '-h', '127.0.0.1', '-p',
             str(broker.port), '-q', '2', '-t', topic_filter, '-F', '>%t %q %p', *session],
            stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
        self._lines = queue.Queue()
        self._subscribed = threading.Event()
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()

    def _read(self):
        for line in self._process.stdout:
            if line.startswith('>'):
                self._lines.put(tuple(line[1:].rstrip('\n').split(' ', 2)))
            elif line.startswith('Subscribed'):
                self._subscribed.set()

    def __enter__(self):
        if not self._subscribed.wait(10):
            raise Failure('mosquitto_sub does not subscribe')
        return self

    def __exit__(self, *_):
        self._process.kill()
        self._process.wait()
        self._reader.join(5)
        self._process.stdout.close()

    def next(self, timeout=20):
        """(topic, qos, payload)"""
        try:
            return self._lines.get(timeout=timeout)
        except queue.Empty:
            raise Failure(f'no message in {timeout} s') from None

    def take(self, count):
        return [self.next() for _ in range(count)]

    def is_empty(self):
        return self._lines.empty()
