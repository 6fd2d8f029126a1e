#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Makes throw-away authorities and certificates for tests of TLS: authority.py FOLDER.

FOLDER is made if need be and gets (all keys are P-256, all files PEM; DER beside each as .der):

  authority.pem        the authority that clients trust
  other_authority.pem  one that nobody trusts
  server.key           the private key of all server certificates
  NAME.pem             for each NAME of SERVERS: what a broker presents, the chain behind the leaf
  client.pem, client.key              a device, of the authority; client_key.der is its key
  wrong_client.pem, wrong_client.key  a device, of the other authority

It needs the command openssl (Debian's package openssl). tests/CMakeLists.txt runs it once per
build, tests find the files with tests/support/tls/files.hpp; other programs may run it by
themselves. The keys protect nothing.
"""

import pathlib
import subprocess
import sys

LONG_AGO, AGO = '20000101000000Z', '20010101000000Z'
LATER, FAR = '20990101000000Z', '21000101000000Z'

# name: (issuer, subject alternative names, not before, not after); the subject is CN=localhost.
SERVERS = {
    'right': ('authority', 'DNS:localhost', LONG_AGO, FAR),
    'wrong_host': ('authority', 'DNS:elsewhere.test', LONG_AGO, FAR),
    'expired': ('authority', 'DNS:localhost', LONG_AGO, AGO),
    'not_yet_valid': ('authority', 'DNS:localhost', LATER, FAR),
    'self_signed': (None, 'DNS:localhost', LONG_AGO, FAR),
    'unknown_authority': ('other_authority', 'DNS:localhost', LONG_AGO, FAR),
    'wildcard_tld': ('authority', 'DNS:*.com', LONG_AGO, FAR),  # for the name broker.com
    'wildcard': ('authority', 'DNS:*.example.com', LONG_AGO, FAR),  # for broker.example.com
    'ip_address': ('authority', 'IP:127.0.0.1', LONG_AGO, FAR),
    'common_name_only': ('authority', None, LONG_AGO, FAR),
    'intermediate': ('intermediate_authority', 'DNS:localhost', LONG_AGO, FAR),
    'missing_intermediate': ('intermediate_authority', 'DNS:localhost', LONG_AGO, FAR),
}

CONFIG = """
[ca]
default_ca = own
[own]
database = {folder}/work/index.txt
new_certs_dir = {folder}/work
serial = {folder}/work/serial
default_md = sha256
policy = any
unique_subject = no
[any]
commonName = supplied
[req]
distinguished_name = name
[name]
[authority]
basicConstraints = critical, CA:TRUE
keyUsage = critical, keyCertSign
subjectKeyIdentifier = hash
[client]
basicConstraints = critical, CA:FALSE
keyUsage = critical, digitalSignature
extendedKeyUsage = clientAuth
"""
SERVER = """
[{name}]
basicConstraints = critical, CA:FALSE
keyUsage = critical, digitalSignature
extendedKeyUsage = serverAuth
"""


class Authority:
    """Signs in a folder of its own."""

    def __init__(self, folder):
        self.folder = folder.resolve()
        work = self.folder / 'work'
        work.mkdir(parents=True, exist_ok=True)
        (work / 'index.txt').write_text('', encoding='ascii')
        (work / 'serial').write_text('01\n', encoding='ascii')
        text = CONFIG.format(folder=self.folder)
        for name, (_, names, _, _) in SERVERS.items():
            text += SERVER.format(name=name) + (f'subjectAltName = {names}\n' if names else '')
        self.config = work / 'openssl.cnf'
        self.config.write_text(text, encoding='ascii')

    def run(self, *words):
        subprocess.run(['openssl', *map(str, words)], cwd=self.folder, check=True,
                       stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)

    def key(self, name):
        self.run('ecparam', '-genkey', '-noout', '-name', 'prime256v1', '-out', f'{name}.key')

    def sign(self, name, key, subject, extensions, issuer=None, begin=LONG_AGO, end=FAR):
        """name.pem for key.key; without an issuer it is signed by itself."""
        self.run('req', '-new', '-config', self.config, '-key', f'{key}.key', '-subj',
                 f'/CN={subject}', '-out', 'work/request.pem')
        who = ('-cert', f'{issuer}.pem', '-keyfile', f'{issuer}.key') if issuer else (
            '-selfsign', '-keyfile', f'{key}.key')
        self.run('ca', '-batch', '-notext', '-config', self.config, '-in', 'work/request.pem',
                 '-out', f'{name}.pem', '-startdate', begin, '-enddate', end, '-extensions',
                 extensions, *who)
        self.run('x509', '-in', f'{name}.pem', '-outform', 'DER', '-out', f'{name}.der')

    def append(self, name, issuer):
        chain = self.folder / f'{name}.pem'
        text = chain.read_text(encoding='ascii') + (self.folder / f'{issuer}.pem').read_text(
            encoding='ascii')
        chain.write_text(text, encoding='ascii')


def make(folder):
    authority = Authority(pathlib.Path(folder))
    for name in ('authority', 'other_authority', 'intermediate_authority', 'server', 'client',
                 'wrong_client'):
        authority.key(name)
    authority.sign('authority', 'authority', 'minimq test authority', 'authority')
    authority.sign('other_authority', 'other_authority', 'another authority', 'authority')
    authority.sign('intermediate_authority', 'intermediate_authority', 'in between', 'authority',
                   'authority')
    for name, (issuer, _, begin, end) in SERVERS.items():
        authority.sign(name, 'server', 'localhost', name, issuer, begin, end)
    authority.append('intermediate', 'intermediate_authority')
    authority.sign('client', 'client', 'device', 'client', 'authority')
    authority.sign('wrong_client', 'wrong_client', 'device', 'client', 'other_authority')
    for name in ('client', 'wrong_client'):
        authority.run('ec', '-in', f'{name}.key', '-outform', 'DER', '-out', f'{name}_key.der')


if __name__ == '__main__':
    try:
        make(sys.argv[1])
    except subprocess.CalledProcessError as failure:
        sys.exit(f'{failure}\n{failure.stderr.decode()}')
