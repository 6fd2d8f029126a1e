# SPDX-License-Identifier: MIT
"""A broker that is none: what it sends to each connection is one of ATTACKS."""

import contextlib
import random
import socket
import struct
import threading

CONNACK = bytes.fromhex('2003000000')
RANDOM = random.Random(20_25)


def publish(topic, payload, qos=0, packet_id=1):
    body = struct.pack('>H', len(topic)) + topic
    body += (struct.pack('>H', packet_id) if qos else b'') + b'\0' + payload
    return bytes([0x30 | qos << 1, len(body)]) + body


# Each is sent as soon as a connection is there; then the connection is closed.
ATTACKS = {
    'silence': b'',
    'half a CONNACK': CONNACK[:3],
    'a refusal': bytes.fromhex('2003008700'),
    'a CONNACK of no known reason': bytes.fromhex('200300ff00'),
    'a length without end': bytes.fromhex('20ffffffffff'),
    'noise': RANDOM.randbytes(300),
    'noise after CONNACK': CONNACK + RANDOM.randbytes(300),
    'a huge packet': CONNACK + bytes.fromhex('30ffffff7f') + RANDOM.randbytes(2000),
    'packet type 0': CONNACK + bytes(64),
    'two CONNACKs': CONNACK + CONNACK,
    'QoS 3': CONNACK + publish(b'fw/count', b'x', qos=3),
    'packet identifier 0': CONNACK + publish(b'fw/count', b'x', qos=1, packet_id=0),
    'a topic that is no UTF-8': CONNACK + publish(b'fw/\xff\xfe', b'x'),
    'a topic with a wildcard': CONNACK + publish(b'fw/#', b'x'),
    'acknowledgements of nothing': CONNACK + bytes.fromhex('40021234 50021234 62021234 70021234'),
    'a SUBACK of nothing': CONNACK + bytes.fromhex('9004123400 01'),
    'a packet cut short': CONNACK + publish(b'fw/count', b'0123456789')[:-4],
    'what only clients send': CONNACK + bytes.fromhex('c000'),
}


class HostileBroker:
    """Listens on a port until every attack was made once; `done` is set then."""

    def __init__(self):
        self._listener = socket.create_server(('127.0.0.1', 0))
        self.port = self._listener.getsockname()[1]
        self.done = threading.Event()
        self._thread = threading.Thread(target=self._serve, daemon=True)

    def __enter__(self):
        self._thread.start()
        return self

    def __exit__(self, *_):
        self._listener.close()
        self._thread.join(5)

    def _serve(self):
        for attack in ATTACKS.values():
            try:
                connection, _ = self._listener.accept()
            except OSError:
                return  # closed
            with connection, contextlib.suppress(OSError):
                connection.settimeout(5)
                connection.recv(4096)  # CONNECT
                connection.sendall(attack)
                # The end of what was sent, not a reset: the device shall read all of it.
                connection.shutdown(socket.SHUT_WR)
                while connection.recv(4096):
                    pass
        self._listener.close()
        self.done.set()
