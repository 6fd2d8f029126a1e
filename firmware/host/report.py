#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Runs every scenario on every CPU and prints a report: report.py OUT JOBS [SCENARIO ...]."""

import concurrent.futures
import pathlib
import subprocess
import sys

from machine import MACHINES
from scenarios import ALL

HERE = pathlib.Path(__file__).resolve().parent


def run(out, cpu, name):
    """A process for each, so that one that hangs can be ended."""
    command = [sys.executable, HERE / 'scenario.py', out / cpu, cpu, name]
    try:
        done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=180)
    except subprocess.TimeoutExpired:
        return False, 'took more than three minutes'
    text = (done.stdout if done.returncode == 0 else done.stderr).strip() or 'said nothing'
    return done.returncode == 0, text.removeprefix(f'{cpu} {name}: ')


def main(out, jobs, *names):
    out = pathlib.Path(out)
    wanted = [(cpu, name) for name in names or ALL for cpu in MACHINES]
    failures = 0
    with concurrent.futures.ThreadPoolExecutor(int(jobs)) as pool:
        results = pool.map(lambda pair: run(out, *pair), wanted)
        for (cpu, name), (passed, text) in zip(wanted, results):
            failures += not passed
            print(f'{"ok  " if passed else "FAIL"} {name:<20}{cpu:<15}{text}', flush=True)
    print(f'\n{len(wanted) - failures} of {len(wanted)} scenarios passed, '
          f'on {len(MACHINES)} CPUs in QEMU, against Mosquitto')
    return 1 if failures else 0


if __name__ == '__main__':
    sys.exit(main(*sys.argv[1:]))
