# SPDX-License-Identifier: MIT
"""What is tried with the images: each function is a scenario, and returns what it measured.

A scenario waits for lines of the device's UART and for messages at the broker, never for a time.
"""

import time

from broker import Broker, Subscriber
from content import content
from hostile import ATTACKS, HostileBroker
from machine import Failure, Machine

MANY = 1_000


def must(condition, what):
    if not condition:
        raise Failure(what)


def must_all_arrive(subscriber, count):
    """Every message of a burst at least once, and no other."""
    wanted = {content(n) for n in range(count)}
    arrived = set()
    while arrived < wanted:
        arrived.add(subscriber.next()[2])
    must(arrived == wanted, 'messages that nobody published')


class Exercise:
    """The exerciser, connected to a broker; `machine`: the one it runs on, if it is another."""

    def __init__(self, images, cpu, broker, machine=None):
        self.machine = machine or Machine(images / 'exerciser.elf', cpu, broker.from_device)
        self.broker = broker

    def __enter__(self):
        self.machine.__enter__()
        self.machine.expect('^connected at')
        self.machine.expect('^subscribed')
        return self

    def __exit__(self, *error):
        self.machine.__exit__(*error)

    def order(self, topic, payload='now'):
        self.broker.publish(f'fw/{topic}', payload, qos=1)

    def report(self):
        """What was counted, and what the program needed, as {name: number}."""
        self.order('report')
        lines = self.machine.expect('^counted').string, self.machine.expect('^turns').string
        words = ' '.join(lines).split()
        return {name: int(number) for name, number in zip(words[::2], words[1::2])}

    def burst(self, qos, count):
        self.order('publish', f'{qos} {count}')

    def begin_burst(self):
        """Begins one that does not end before it is disturbed; returns when it is on its way."""
        self.burst(1, 0)
        self.machine.expect('^under way')

    def expect_end_of_burst(self):
        """How many messages there were, all of them acknowledged."""
        line = self.machine.expect('^published .*', timeout=60).string
        _, count, _, settled, _, failed = line.split()
        must(count == settled and failed == '0', line)
        return int(count)

    def expect_published(self, count, qos=1):
        settled = count if qos else 0
        self.machine.expect(f'^published {count} settled {settled} failed 0$', timeout=60)

    def expect_answer(self, text):
        answer = self.broker.request('fw/echo', text)
        must(answer == f'c-{text} {text}', f'a wrong answer to {text}: {answer}')

    def quit(self):
        self.order('quit')
        self.machine.expect('^stopped')
        must(self.machine.exit_status() == 0, 'the exit status is not 0')


def _device(images, cpu, program):
    with Broker() as broker, Machine(images / f'{program}.elf', cpu, broker.from_device) as device:
        device.expect('^connected')
        device.expect('^settled')
        must(broker.request('demo/in', 'hello') == 'c-hello ack', 'not the answer of the device')
        device.expect('^inbound')
        device.expect('^settled')
        broker.stop()
        device.expect('^disconnected')
        broker.start()
        device.expect('^(re)?connected')
    return 'answers a request, outlives its broker'


def device_super_loop(images, cpu):
    return _device(images, cpu, 'device_super_loop')


def device_coroutine(images, cpu):
    return _device(images, cpu, 'device_coroutine')


def start(images, cpu):
    """From reset to CONNACK in time that counts instructions. While the board sleeps, that clock
    runs as fast as the host can make it, so a late answer of the host counts: the best of three."""
    runs = []
    with Broker() as broker:
        for _ in range(3):
            with Machine(images / 'exerciser.elf', cpu, broker.from_device, icount=5) as device:
                runs.append(int(device.expect('^connected at (.*)$')[1]))
    must(min(runs) < 20, f'{min(runs)} ms from boot to CONNACK')
    return f'{min(runs)} ms from boot to CONNACK'


def levels(images, cpu):
    """Each QoS, both ways."""
    count = 20
    with Broker() as broker, Exercise(images, cpu, broker) as exercise:
        try_levels(exercise, count)
        exercise.quit()
    return f'{count} messages at each QoS, both ways'


def try_levels(exercise, count):
    with Subscriber(exercise.broker, 'dev/data') as subscriber:
        for qos in range(3):
            exercise.burst(qos, count)
            exercise.expect_published(count, qos)
            expected = [('dev/data', str(qos), content(n)) for n in range(count)]
            must(subscriber.take(count) == expected, f'wrong messages at QoS {qos}')
            exercise.broker.publish('fw/count', *map(content, range(count)), qos=qos)
            report = exercise.report()
            must(report['counted'] == count and report['wrong'] == report['missing'] == 0,
                 f'QoS {qos}: {report}')
        must(subscriber.is_empty(), 'messages that nobody published')


def many(images, cpu):
    with Broker() as broker, Exercise(images, cpu, broker) as exercise, \
            Subscriber(broker, 'dev/data') as subscriber:
        exercise.burst(1, MANY)
        exercise.expect_published(MANY)
        must(subscriber.take(MANY) == [('dev/data', '1', content(n)) for n in range(MANY)],
             'wrong messages from the device')
        broker.publish('fw/count', *map(content, range(MANY)), qos=1)
        report = exercise.report()
        must((report['counted'], report['repeated'], report['missing'], report['wrong']) ==
             (MANY, 0, 0, 0), f'wrong messages to the device: {report}')
        must(report['stack'] < 4096, f'{report["stack"]} bytes of stack')
        exercise.quit()
    return (f'{MANY} messages each way; stack {report["stack"]}, rx {report["rx"]}, '
            f'tx {report["tx"]} bytes')


def request(images, cpu):
    with Broker() as broker, Exercise(images, cpu, broker) as exercise:
        for text in ('first', 'second', 'third'):
            exercise.expect_answer(text)
        exercise.quit()
    return 'three requests, each with its own answer'


def will(images, cpu):
    """Published when the device vanishes, not when it takes its leave."""
    with Broker() as broker, Subscriber(broker, 'dev/will') as subscriber:
        with Exercise(images, cpu, broker) as exercise:
            exercise.quit()
        must(subscriber.is_empty(), 'a will after DISCONNECT')
        with Exercise(images, cpu, broker) as exercise:
            exercise.order('vanish')
            must(exercise.machine.exit_status() == 0, 'the exit status is not 0')
            must(subscriber.next() == ('dev/will', '0', 'gone'), 'not the will')
    return 'kept after DISCONNECT, published without'


def link(images, cpu):
    """The cable is pulled while messages are on their way, and plugged in again."""
    with Broker() as broker, Exercise(images, cpu, broker) as exercise, \
            Subscriber(broker, 'dev/data') as subscriber:
        exercise.begin_burst()
        exercise.machine.set_link(False)
        exercise.machine.expect('^disconnected (ping_timeout|write_stalled|link_error)')
        exercise.machine.set_link(True)
        exercise.machine.expect('^reconnected')
        count = exercise.expect_end_of_burst()
        must_all_arrive(subscriber, count)
        exercise.expect_answer('again')
        exercise.quit()
    return f'{count} messages outlive a cable that was pulled'


def restart_persistent(images, cpu):
    """A broker that keeps its sessions is restarted in the middle of a burst."""
    with Broker(persistent=True) as broker, Exercise(images, cpu, broker) as exercise, \
            Subscriber(broker, 'dev/data', lasting=True) as subscriber:
        # Mosquitto keeps a session over a restart only once it was resumed. At QoS 1 the order
        # would come again with each new connection, because it ends the one to acknowledge it on.
        broker.publish('fw/again', 'now')
        exercise.machine.expect('^reconnected')
        exercise.begin_burst()
        broker.stop()
        exercise.machine.expect('^disconnected')
        broker.start()
        exercise.machine.expect('^reconnected')
        count = exercise.expect_end_of_burst()
        must_all_arrive(subscriber, count)
        exercise.expect_answer('again')
        exercise.quit()
    return f'{count} messages, none lost'


def restart_forgetful(images, cpu):
    """A broker that keeps nothing is killed in the middle of a burst."""
    with Broker() as broker, Exercise(images, cpu, broker) as exercise:
        exercise.begin_burst()
        broker.kill()
        exercise.machine.expect('^disconnected')
        broker.start()
        exercise.machine.expect('^connected at')
        exercise.machine.expect('^subscribed')
        exercise.expect_end_of_burst()
        exercise.expect_answer('again')
        exercise.quit()
    return 'connects anew, subscribes anew, publishes anew'


def late_broker(images, cpu):
    """There is no broker at first."""
    broker = Broker()
    with Machine(images / 'exerciser.elf', cpu, broker.from_device) as device:
        for _ in range(3):
            device.expect('^disconnected connect_refused')
        with broker:
            device.expect('^connected at')
    return 'refused, until there was one'


def hostile(images, cpu):
    """Brokers that send what no broker sends; then an honest one on the same port."""
    with HostileBroker() as enemy:
        with Machine(images / 'exerciser.elf', cpu, f'10.0.2.2:{enemy.port}') as device:
            must(enemy.done.wait(60), 'the device has stopped connecting')
            for _ in ATTACKS:
                device.expect('^disconnected')
            with Broker(port=enemy.port) as broker:
                device.expect('^connected at')
                device.expect('^subscribed')
                must(broker.request('fw/echo', 'peace') == 'c-peace peace', 'no answer')
    return f'{len(ATTACKS)} kinds of garbage'


def sleep(images, cpu):
    """Idle, the loop turns for lwIP's timers and the keep alive, and sleeps otherwise."""
    with Broker() as broker, Exercise(images, cpu, broker) as exercise:
        before = exercise.report()['turns'], time.monotonic()
        exercise.expect_answer('still')
        time.sleep(1)  # the time in which nothing happens is what is measured
        after = exercise.report()['turns'], time.monotonic()
        rate = (after[0] - before[0]) / (after[1] - before[1])
        exercise.quit()
    must(rate < 100, f'{rate:.0f} turns in a second without work')
    return f'{rate:.0f} turns of the loop in a second'


ALL = {function.__name__: function for function in (
    device_super_loop, device_coroutine, start, levels, many, request, will, link,
    restart_persistent, restart_forgetful, late_broker, hostile, sleep)}
