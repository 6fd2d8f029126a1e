#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Runs the demo, breaks it, and sees it fail: test_demo.py BIN_DIRECTORY [unittest options]."""

import os
import pathlib
import shutil
import subprocess
import sys
import tempfile
import unittest
import uuid

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / 'examples'))
from programs import Broker, DeadPort, Program  # noqa: E402  (found through the line above)

BIN = pathlib.Path(sys.argv.pop(1)).resolve()
LIMIT_S = 15


def marked_processes(mark):
    """The command lines of all processes with this mark in their environment."""
    found = []
    for process in pathlib.Path('/proc').glob('[0-9]*'):
        try:
            if mark.encode() in (process / 'environ').read_bytes():
                found.append((process / 'cmdline').read_bytes().replace(b'\0', b' ').decode())
        except OSError:
            pass  # it has ended, or is not ours
    return found


class DemoTest(unittest.TestCase):
    """Each test has a PATH and a TMPDIR of its own; nothing may be left of any run."""

    def setUp(self):
        self.directory = pathlib.Path(tempfile.mkdtemp(prefix='minimq-test-'))
        self.addCleanup(shutil.rmtree, self.directory)
        self.path = self.directory / 'path'
        self.temporary = self.directory / 'tmp'
        self.path.mkdir()
        self.temporary.mkdir()
        self.mark = f'MINIMQ_TEST_MARK={uuid.uuid4()}'
        name, _, value = self.mark.partition('=')
        self.environment = {**os.environ, name: value, 'TMPDIR': str(self.temporary),
                            'PATH': f'{self.path}:{os.environ["PATH"]}'}
        self.environment.pop('NO_COLOR', None)
        self.demo = BIN / 'minimq_demo'

    def replace(self, program, script):
        """The demo will find this shell script instead of the program."""
        file = self.path / program
        file.write_text(f'#!/bin/sh\n{script}\n')
        file.chmod(0o755)

    def replace_device(self, script):
        """The demo starts the device that lies beside it."""
        self.demo = shutil.copy2(self.demo, self.path / 'minimq_demo')
        self.replace('example_01_device', script)

    def run_demo(self, *arguments):
        run = subprocess.run([self.demo, *arguments], env=self.environment, timeout=LIMIT_S,
                             stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                             stderr=subprocess.STDOUT, text=True, check=False)
        self.assert_nothing_is_left()
        return run.returncode, run.stdout

    def assert_nothing_is_left(self):
        self.assertEqual(marked_processes(self.mark), [])
        self.assertEqual(list(self.temporary.iterdir()), [])

    def assert_fails(self, what, *why, arguments=()):
        status, output = self.run_demo(*arguments)
        last_act = output[output.rfind('FAILED'):]
        self.assertEqual(status, 1, output)
        self.assertIn(f'FAILED: {what}\n', output)
        for words in why:
            self.assertIn(words, last_act)
        self.assertNotIn('Summary', output)


class TheStory(DemoTest):
    def test_is_told_to_the_end(self):
        status, output = self.run_demo()
        self.assertEqual(status, 0, output)
        story = ['device     connected', 'reply to request 3', 'device     reconnected',
                 'reply to request 4', 'killed', 'requester  reconnected', 'marked as a duplicate',
                 'mosquitto_sub confirms', 'reply to request 5', 'Summary', 'memory', 'All ']
        positions = [output.find(words) for words in story]
        self.assertNotIn(-1, positions, output)
        self.assertEqual(output.count('device     reconnected\n'), 2, output)
        self.assertNotIn('\033', output)

    def test_has_colours_on_a_terminal_only_if_wanted(self):
        for no_color, coloured in ((None, True), ('1', False)):
            environment = {**self.environment, **({'NO_COLOR': no_color} if no_color else {})}
            with DeadPort() as dead:
                with Program(self.demo, '--broker', dead, env=environment) as demo:
                    self.assertEqual(demo.wait_until_it_ends(), 1)
            self.assertEqual('\033' in ''.join(demo.lines), coloured)

    def test_ends_at_once_when_interrupted(self):
        with Program(self.demo, env={**self.environment, 'NO_COLOR': '1'}) as demo:
            demo.wait_for('device     connected')
            self.assertNotEqual(marked_processes(self.mark), [])
            self.assertEqual(demo.interrupt(), 130)
        self.assert_nothing_is_left()


class OverTls(DemoTest):
    def test_the_story_is_told_to_the_end(self):
        status, output = self.run_demo('--tls')
        self.assertEqual(status, 0, output)
        story = ['openssl makes an authority', 'handshakes: 1 full, 0 resumed',
                 'reply to request 3', 'handshakes: 1 full, 1 resumed', 'killed',
                 'requester  reconnected', 'the message is sent again', 'mosquitto_sub confirms',
                 'reply to request 5', 'Summary', '2 full and 0 resumed handshakes', 'All ']
        positions = [output.find(words) for words in story]
        self.assertNotIn(-1, positions, output)
        self.assertEqual(positions, sorted(positions), output)

    def test_no_certificate_can_be_made(self):
        self.replace('openssl', 'echo no curves today; exit 1')
        self.assert_fails('openssl makes an authority for this run', 'no curves today',
                          arguments=('--tls',))

    def test_only_with_a_broker_of_its_own(self):
        status, output = self.run_demo('--tls', '--broker', 'mqtt://127.0.0.1')
        self.assertEqual(status, 2, output)


class BrokerOfTheUser(DemoTest):
    def test_is_not_killed(self):
        with Broker('set_tcp_nodelay true') as broker:
            status, output = self.run_demo('--broker', f'mqtt://{broker.address}')
            self.assertEqual(status, 0, output)
            self.assertTrue(broker.running())
        self.assertIn('your broker stays up', output)
        self.assertIn('mosquitto_sub confirms', output)
        self.assertNotIn('killed', output)

    def test_is_not_there(self):
        with DeadPort() as dead:
            self.assert_fails(f'the broker at mqtt://{dead} takes connections', 'connect_refused',
                              arguments=('--broker', f'mqtt://{dead}'))

    def test_lets_nobody_in(self):
        with Broker('allow_anonymous false') as broker:
            self.assert_fails('the device connects and subscribes',
                              arguments=('--broker', broker.address))


class Options(DemoTest):
    def test_that_are_wrong(self):
        for wrong in (['--brocker', 'x'], ['--broker'], ['--broker', 'mqtt://'],
                      ['--broker', 'mqtts://127.0.0.1'], ['--patience', '0'],
                      ['--patience', '3s']):
            status, output = self.run_demo(*wrong)
            self.assertEqual(status, 2, output)
            self.assertIn('usage: ', output)

    def test_help(self):
        status, output = self.run_demo('--help')
        self.assertEqual(status, 0)
        self.assertIn('--broker', output)


class Broken(DemoTest):
    def test_broker_that_ends_at_once(self):
        self.replace('mosquitto', 'echo no broker today; exit 3')
        self.assert_fails('mosquitto starts', 'exit status 3', 'no broker today')

    def test_watcher_that_is_missing(self):
        for program in ('sh', 'mosquitto'):
            self.path.joinpath(program).symlink_to(shutil.which(program))
        self.environment['PATH'] = str(self.path)
        self.assert_fails('mosquitto_sub can be started', 'No such file')

    def test_watcher_that_ends_at_once(self):
        self.replace('mosquitto_sub', 'echo not in the mood; exit 4')
        self.assert_fails('mosquitto_sub, the independent watcher, subscribes', 'exit status 4',
                          'not in the mood')

    def test_device_that_is_missing(self):
        self.replace_device('')
        (self.path / 'example_01_device').unlink()
        self.assert_fails('example_01_device can be started', 'No such file')

    def test_device_that_dies(self):
        self.replace_device('echo connected; echo settled; sleep 0.1; exit 5')
        self.assert_fails('the device answers request 1', 'exit status 5')


class Silent(DemoTest):
    def test_device_never_answers(self):
        self.replace_device('echo connected; echo settled; exec sleep 60')
        self.assert_fails('the device answers request 1', 'not within 5 s')

    def test_watcher_never_confirms(self):
        self.replace('mosquitto_sub', 'echo "Subscribed (mid: 1): 1"; exec sleep 60')
        self.assert_fails('the watcher has a first copy', 'not within 3 s')


class Forgetful(DemoTest):
    def test_broker_loses_the_sessions(self):
        mosquitto = shutil.which('mosquitto')
        self.replace('mosquitto', 'sed -i "s/^persistence true/persistence false/" "$2"\n'
                                  f'exec {mosquitto} "$@"')
        self.assert_fails('the requester is back: reconnected', 'the broker has lost the session')


if __name__ == '__main__':
    unittest.main(verbosity=2)
