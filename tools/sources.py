#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Fetches and unpacks libraries from Debian's source packages: sources.py OUT NAME ...

The archives come from the Debian mirror that this machine uses already, through apt's own
downloader, and are unpacked only if their checksum is the one written here. What is there already
is left alone. Exit status 77: one of them cannot be had, and the message says what and why.
"""

import dataclasses
import hashlib
import pathlib
import subprocess
import sys
import tarfile

APT_HELPER = '/usr/lib/apt/apt-helper'
CANNOT = 77


@dataclasses.dataclass(frozen=True)
class Source:
    """An archive in the pool of the mirror, and the folder that it unpacks to."""
    place: str
    folder: str
    sha256: str
    who: str  # needs it

    @property
    def archive(self):
        return pathlib.PurePosixPath(self.place).name


SOURCES = {
    'lwip': Source('l/lwip/lwip_2.1.3+dfsg1.orig.tar.xz', 'lwip-2.1.3',
                   '0a8276d09fc4e97bbba2f953d74af2388fc2195ea156be9d7589e297a68fde24',
                   'the firmware and the tests of the lwIP port'),
    'bearssl': Source('b/bearssl/bearssl_0.6+dfsg.1.orig.tar.xz', 'bearssl-0.6',
                      '102a625bd8f6155260867a50c508df8d8c3f796985dd744df1a68e5cd1a79004',
                      'images over TLS by BearSSL'),
    'mbedtls': Source('m/mbedtls/mbedtls_2.28.3.orig.tar.gz', 'Mbed-TLS-mbedtls-8f97ca5',
                      '3b4953aa55a681e084d31892d9904cc5328d6b4958ea57b90ae4b4f94ae69a8d',
                      'images over TLS by mbedTLS'),
}


def mirrors():
    """The places that apt knows for Debian itself, the likeliest first."""
    command = ['apt-get', 'indextargets', '--format', '$(REPO_URI)', 'Created-By: Packages']
    output = subprocess.run(command, capture_output=True, text=True, check=False).stdout
    places = dict.fromkeys(output.split())
    return sorted(places, key=lambda place: not place.endswith('/debian/'))


def fetch(source, target):
    """Why there is no archive with the right checksum at `target`; nothing if there is one."""
    if not pathlib.Path(APT_HELPER).exists():
        return 'this machine has no apt'
    problems = ['apt has no package lists (apt-get update)']
    for mirror in mirrors():
        run = subprocess.run(
            [APT_HELPER, 'download-file', f'{mirror}pool/main/{source.place}', target,
             f'SHA256:{source.sha256}'],
            capture_output=True, text=True, check=False, timeout=120)
        if run.returncode == 0 and correct(source, target):
            return None
        target.unlink(missing_ok=True)
        problems = run.stderr.strip().splitlines() or problems
    return problems[-1]


def correct(source, archive):
    return archive.exists() and hashlib.sha256(archive.read_bytes()).hexdigest() == source.sha256


def provide(source, out):
    """Whether the library is there, unpacked; says why if it is not."""
    if (out / source.folder / '.complete').exists():
        return True
    out.mkdir(parents=True, exist_ok=True)
    archive = out / source.archive
    problem = None if correct(source, archive) else fetch(source, archive)
    if problem:
        print(f'{source.archive} cannot be had: {problem}')
        print(f'{source.who} need it and are skipped')
        return False
    with tarfile.open(archive) as content:
        content.extractall(out)  # the checksum has told what is in it
    (out / source.folder / '.complete').touch()
    return True


def main(out, *names):
    out = pathlib.Path(out).resolve()
    there = [provide(SOURCES[name], out) for name in names]
    return 0 if all(there) else CANNOT


if __name__ == '__main__':
    sys.exit(main(*sys.argv[1:]))
