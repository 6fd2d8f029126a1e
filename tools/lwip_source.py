#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Fetches and unpacks lwIP from Debian's source package: lwip_source.py OUT.

The archive comes from the Debian mirror that this machine uses already, through apt's own
downloader, and is unpacked only if its checksum is the one written here. Nothing is done if it is
there. Exit status 77: it cannot be had, and the message says what and why.
"""

import hashlib
import pathlib
import subprocess
import sys
import tarfile

ARCHIVE = 'lwip_2.1.3+dfsg1.orig.tar.xz'
FOLDER = 'lwip-2.1.3'
SHA256 = '0a8276d09fc4e97bbba2f953d74af2388fc2195ea156be9d7589e297a68fde24'
APT_HELPER = '/usr/lib/apt/apt-helper'
CANNOT = 77


def mirrors():
    """The places that apt knows for Debian itself, the likeliest first."""
    command = ['apt-get', 'indextargets', '--format', '$(REPO_URI)', 'Created-By: Packages']
    output = subprocess.run(command, capture_output=True, text=True, check=False).stdout
    places = dict.fromkeys(output.split())
    return sorted(places, key=lambda place: not place.endswith('/debian/'))


def fetch(target):
    """Why there is no archive with the right checksum at `target`; nothing if there is one."""
    if not pathlib.Path(APT_HELPER).exists():
        return 'this machine has no apt'
    problems = ['apt has no package lists (apt-get update)']
    for mirror in mirrors():
        source = f'{mirror}pool/main/l/lwip/{ARCHIVE}'
        run = subprocess.run(
            [APT_HELPER, 'download-file', source, target, f'SHA256:{SHA256}'],
            capture_output=True, text=True, check=False, timeout=120)
        if run.returncode == 0 and correct(target):
            return None
        target.unlink(missing_ok=True)
        problems = run.stderr.strip().splitlines() or problems
    return problems[-1]


def correct(archive):
    return archive.exists() and hashlib.sha256(archive.read_bytes()).hexdigest() == SHA256


def main(out):
    out = pathlib.Path(out).resolve()
    if (out / FOLDER / '.complete').exists():
        return 0
    out.mkdir(parents=True, exist_ok=True)
    archive = out / ARCHIVE
    problem = None if correct(archive) else fetch(archive)
    if problem:
        print(f'{ARCHIVE} cannot be had: {problem}')
        print('the firmware and the tests of the lwIP port need it and are skipped')
        return CANNOT
    with tarfile.open(archive) as content:
        content.extractall(out)  # the checksum has told what is in it
    (out / FOLDER / '.complete').touch()
    return 0


if __name__ == '__main__':
    sys.exit(main(*sys.argv[1:]))
