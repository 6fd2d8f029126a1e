#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Runs each example against a real Mosquitto: test_examples.py BIN_DIRECTORY [unittest options]."""

import pathlib
import subprocess
import sys
import unittest

from programs import Broker, DeadPort, Program

BIN = pathlib.Path(sys.argv.pop(1)).resolve()


class DeviceTests:
    """What is true of the device, however it is driven."""

    program = ''
    answer = 'ack'

    def start(self, broker):
        device = Program(BIN / self.program, broker)
        self.addCleanup(device.kill)
        return device

    def test_answers_requests_until_interrupted(self):
        with Broker() as broker:
            device = self.start(broker.address)
            device.wait_for('settled')
            self.assertEqual(device.lines[0], 'connected')
            for _ in range(3):
                self.assertEqual(broker.request('demo/in', 'hello'), self.answer)
            self.assertEqual(device.interrupt(), 0)
            self.assertEqual(device.lines.count('inbound'), 3)

    def test_answers_again_after_the_broker_lost_its_session(self):
        with Broker() as broker:
            device = self.start(broker.address)
            device.wait_for('settled')
            broker.kill()
            device.wait_for('disconnected')
            broker.start()
            device.wait_for('settled', count=2)
            self.assertEqual(broker.request('demo/in', 'hello'), self.answer)
            self.assertNotIn('reconnected', device.lines)

    def test_ignores_a_message_that_asks_for_no_reply(self):
        with Broker() as broker, broker.subscriber('demo/#') as subscriber:
            device = self.start(broker.address)
            device.wait_for('settled')
            with Program(BIN / 'example_03_blocking', broker.address, 'demo/in') as sender:
                self.assertEqual(sender.wait_until_it_ends(), 0)
            device.wait_for('inbound')
            self.assertEqual(broker.request('demo/in', 'hello'), self.answer)
            replies = [line for line in subscriber.lines if line.startswith('demo/in/reply ')]
            self.assertEqual(replies, [f'demo/in/reply 1 {self.answer}'])

    def test_goes_on_trying_without_a_broker(self):
        with DeadPort() as address:
            device = self.start(address)
            device.wait_for('disconnected', count=2)
            self.assertEqual(device.interrupt(), 0)
            self.assertNotIn('connected', device.lines)

    def test_stops_if_the_broker_is_no_address(self):
        device = self.start('mqtt://')
        device.wait_for('stopped')
        self.assertEqual(device.interrupt(), 0)
        self.assertEqual(device.lines, ['stopped'])


class Device(DeviceTests, unittest.TestCase):
    program = 'example_01_device'


class SuperLoop(DeviceTests, unittest.TestCase):
    program = 'example_02_super_loop'


class Asio(DeviceTests, unittest.TestCase):
    program = 'example_08_asio'
    answer = 'hello'


class AsioTls(unittest.TestCase):
    """Over TLS; build/<preset>/tls is made by tests/support/tls/authority.py."""

    FILES = BIN.parent / 'tls'

    def broker(self, certificate):
        return Broker(f'certfile {self.FILES}/{certificate}.pem',
                      f'keyfile {self.FILES}/server.key')

    def start(self, broker):
        device = Program(BIN / 'example_08_asio', f'mqtts://localhost:{broker.port}',
                         self.FILES / 'authority.pem')
        self.addCleanup(device.kill)
        return device

    def request(self, broker, text):
        return subprocess.run(
            ['mosquitto_rr', '-V', '5', '-h', 'localhost', '-p', str(broker.port), '-q', '1',
             '--cafile', str(self.FILES / 'authority.pem'), '-t', 'demo/in', '-e', 'demo/reply',
             '-m', text, '-W', '20'], capture_output=True, text=True, check=True).stdout.strip()

    def test_answers_again_when_the_broker_comes_back(self):
        with self.broker('right') as broker:
            device = self.start(broker)
            device.wait_for('settled')
            self.assertEqual(self.request(broker, 'one'), 'one')
            broker.kill()
            device.wait_for('disconnected')
            broker.start()
            # Two subscriptions and the answer, which may have been published again.
            device.wait_for('settled', count=3)
            self.assertEqual(self.request(broker, 'two'), 'two')
            self.assertEqual(device.interrupt(), 0)
            # The keys of a broker's tickets die with it.
            self.assertEqual(device.lines[-1], '2 full handshakes, 0 resumed')

    def test_broker_that_nobody_vouches_for(self):
        with self.broker('self_signed') as broker:
            device = self.start(broker)
            device.wait_for('because of certificate_untrusted')
            self.assertEqual(device.interrupt(), 0)
            self.assertNotIn('connected', device.lines)


class Blocking(unittest.TestCase):
    def run_it(self, *arguments):
        with Program(BIN / 'example_03_blocking', *arguments) as program:
            return program.wait_until_it_ends(), program.lines

    def test_message_arrives_and_has_an_outcome(self):
        with Broker() as broker, broker.subscriber('demo/#') as subscriber:
            status, lines = self.run_it(broker.address)
            self.assertEqual((status, lines), (0, ['the broker says: Success']))
            subscriber.wait_for('demo/greeting 2 hello')

    def test_broker_refuses_the_message(self):
        with Broker('acl_file {directory}/acl', files={'acl': 'topic read #\n'}) as broker:
            status, lines = self.run_it(broker.address)
            self.assertEqual((status, lines), (1, ['the broker says: Not authorized']))

    def test_no_broker(self):
        with DeadPort() as address:
            status, lines = self.run_it(address)
            self.assertEqual((status, lines), (1, ['not connected: connect_refused']))

    def test_topic_is_a_filter(self):
        with Broker() as broker:
            status, lines = self.run_it(broker.address, 'demo/#')
            self.assertEqual((status, lines), (1, ['refused: topic_name_invalid']))


class PublishOffline(unittest.TestCase):
    REFUSED = ['demo/+: topic_name_invalid', 'demo/log: not_ready',
               'demo/picture: packet_too_large']

    def run_it(self, address):
        with Program(BIN / 'example_04_publish_offline', address) as program:
            self.assertEqual(program.wait_until_it_ends(), 0)
            for line in self.REFUSED:
                self.assertIn(line, program.lines)
            return [line.partition('outcome: ')[2] for line in program.lines if 'outcome' in line]

    def test_what_was_queued_arrives_in_order(self):
        with Broker() as broker, broker.subscriber('demo/#') as subscriber:
            self.assertEqual(self.run_it(broker.address), ['Success', 'Success'])
            subscriber.wait_for('demo/humidity 1 40')
            received = [line for line in subscriber.lines if line.startswith('demo/')]
            self.assertEqual(received, ['demo/temperature 1 21.5', 'demo/humidity 1 40'])

    def test_nobody_has_subscribed(self):
        with Broker() as broker:
            self.assertEqual(self.run_it(broker.address), ['No matching subscribers'] * 2)

    def test_without_a_broker_it_goes_on_waiting(self):
        with DeadPort() as address, Program(BIN / 'example_04_publish_offline', address) as program:
            program.wait_for('event: disconnected', count=2)
            self.assertNotEqual(program.interrupt(), 0)
            self.assertFalse([line for line in program.lines if 'outcome' in line])


class Scram(unittest.TestCase):
    def run_it(self, password, *options):
        plugin = [f'plugin {BIN}/scram_plugin.so', 'plugin_opt_user alice',
                  'plugin_opt_password pencil', *options]
        with Broker(*plugin) as broker, \
                Program(BIN / 'example_05_scram', broker.address, 'alice', password) as program:
            return program.wait_until_it_ends(), program.lines

    def test_both_sides_know_the_password(self):
        status, lines = self.run_it('pencil')
        self.assertEqual((status, lines), (0, [
            'connected, and the broker is who it says it is', 'authenticated again',
            'published']))

    def test_wrong_password(self):
        status, lines = self.run_it('pen')
        self.assertEqual((status, lines), (1, [
            'not connected: connection_refused', 'the broker says: Not authorized']))

    def test_broker_that_does_not_know_the_password(self):
        status, lines = self.run_it('pencil', 'plugin_opt_lie true')
        self.assertEqual(status, 1)
        self.assertEqual(lines[0], 'not connected: authentication_failed')


class TlsEcho(unittest.TestCase):
    FILES = BIN.parent / 'tls'  # of tests/support/tls/authority.py

    def setUp(self):
        with DeadPort() as address:
            self.port = address.rpartition(':')[2]

    def broker(self, certificate):
        return Broker(f'listener {self.port} 127.0.0.1',
                      f'certfile {self.FILES}/{certificate}.pem',
                      f'keyfile {self.FILES}/server.key')

    def start(self, authority='authority'):
        device = Program(BIN / 'example_06_tls_echo', f'mqtts://localhost:{self.port}',
                         self.FILES / f'{authority}.pem')
        self.addCleanup(device.kill)
        return device

    def test_echoes_and_keeps_on_over_a_restart(self):
        with self.broker('right') as broker:
            device = self.start()
            device.wait_for('settled')
            self.assertEqual(broker.request('demo/in', 'hello'), 'hello')
            device.wait_for('settled', count=2)  # The answer has arrived.
            broker.kill()
            device.wait_for('disconnected')
            broker.start()
            device.wait_for('settled', count=3)
            self.assertEqual(broker.request('demo/in', 'again'), 'again')
            self.assertIn('TLSv1.2, handshakes: 1 full, 0 resumed', device.lines)
            self.assertEqual(device.interrupt(), 0)

    def test_broker_with_another_name(self):
        with self.broker('wrong_host'):
            device = self.start()
            device.wait_for('why: certificate_wrong_name, mbedTLS -9984')
            self.assertNotIn('connected', device.lines)

    def test_no_authorities(self):
        with self.broker('right'):
            device = self.start('no_such_file')
            device.wait_for('why: certificate_untrusted, mbedTLS 0')


class BearSsl(unittest.TestCase):
    FILES = BIN.parent / 'tls'  # of tests/support/tls/authority.py

    def setUp(self):
        with DeadPort() as address:
            self.port = address.rpartition(':')[2]

    def broker(self, certificate):
        return Broker(f'listener {self.port} 127.0.0.1',
                      f'certfile {self.FILES}/{certificate}.pem',
                      f'keyfile {self.FILES}/server.key')

    def start(self, authority='authority'):
        device = Program(BIN / 'example_07_bearssl', f'mqtts://localhost:{self.port}',
                         self.FILES / f'{authority}.der')
        self.addCleanup(device.kill)
        return device

    def test_answers_and_keeps_on_over_a_restart(self):
        with self.broker('right') as broker:
            device = self.start()
            device.wait_for('settled')
            self.assertEqual(broker.request('demo/in', 'hello'), 'ack')
            device.wait_for('settled', count=2)  # The answer has arrived.
            broker.kill()
            device.wait_for('because: link_')
            broker.start()
            device.wait_for('settled', count=3)
            self.assertEqual(broker.request('demo/in', 'again'), 'ack')
            self.assertEqual(device.interrupt(), 0)

    def test_broker_with_another_name(self):
        with self.broker('wrong_host'):
            device = self.start()
            device.wait_for('because: certificate_wrong_name (BearSSL: 56)')
            self.assertNotIn('connected', device.lines)

    def test_no_authority(self):
        device = self.start('no_such_file')
        self.assertEqual(device.wait_until_it_ends(), 1)
        self.assertEqual(device.lines, ['no certificate of an authority'])


if __name__ == '__main__':
    unittest.main(verbosity=2)
