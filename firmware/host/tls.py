# SPDX-License-Identifier: MIT
"""Mosquitto over TLS, with the certificates of the tests, and what was seen on the wire."""

import struct

from broker import Broker, free_port

ETHERNET, DEVICE, TCP = 14, bytes([10, 0, 2, 15]), 6
APPLICATION_DATA = 0x17


class TlsBroker(Broker):
    """Has a listener for each (certificate, whether it asks for one of the client's). What is done
    from the host's side goes over a plain one."""

    def __init__(self, folder, *listeners):
        self._ports = {listener: free_port() for listener in listeners}
        more = []
        for (certificate, asks), port in self._ports.items():
            more += [f'listener {port} 127.0.0.1', f'certfile {folder}/{certificate}.pem',
                     f'keyfile {folder}/server.key']
            if asks:
                more += [f'cafile {folder}/authority.pem', 'require_certificate true']
        super().__init__(more=more)

    def listener(self, certificate, asks=False):
        """Its address as the device sees it."""
        return f'10.0.2.2:{self._ports[certificate, asks]}'


def streams(capture):
    """{port of the device: what it has sent from there}, from a pcap file."""
    data = capture.read_bytes()
    result = {}
    at = 24  # behind the head of the file
    while at + 16 <= len(data):
        size, = struct.unpack_from('<I', data, at + 8)
        packet = data[at + 16 + ETHERNET:at + 16 + size]
        at += 16 + size
        if len(packet) < 40 or packet[9] != TCP or packet[12:16] != DEVICE:
            continue
        tcp = packet[(packet[0] & 15) * 4:struct.unpack_from('>H', packet, 2)[0]]
        port, _, number = struct.unpack_from('>HHI', tcp)
        payload = tcp[(tcp[12] >> 4) * 4:]
        if payload:
            result.setdefault(port, {})[number] = payload  # a repetition counts once
    return {port: b''.join(pieces[number] for number in sorted(pieces))
            for port, pieces in result.items()}


def has_application_data(stream):
    """Whether one of its records may be of MQTT."""
    at = 0
    while at + 5 <= len(stream):
        if stream[at] == APPLICATION_DATA:
            return True
        at += 5 + struct.unpack_from('>H', stream, at + 3)[0]
    return False
