#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Runs every scenario on every CPU and prints a report: report.py OUT JOBS [SCENARIO ...]."""

import concurrent.futures
import pathlib
import subprocess
import sys

from machine import MACHINES
from scenario import EVERY, MISSING

HERE = pathlib.Path(__file__).resolve().parent


def run(out, cpu, name):
    """(ok, skip or FAIL; text). A process for each, so that one that hangs can be ended."""
    command = [sys.executable, HERE / 'scenario.py', out / cpu, cpu, name]
    try:
        done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=180)
    except subprocess.TimeoutExpired:
        return 'FAIL', 'took more than three minutes'
    text = (done.stdout or done.stderr).strip() or 'said nothing'
    verdict = {0: 'ok', MISSING: 'skip'}.get(done.returncode, 'FAIL')
    return verdict, text.removeprefix(f'{cpu} {name}: ')


def main(out, jobs, *names):
    out = pathlib.Path(out)
    wanted = [(cpu, name) for name in names or EVERY for cpu in MACHINES]
    count = dict.fromkeys(('ok', 'skip', 'FAIL'), 0)
    with concurrent.futures.ThreadPoolExecutor(int(jobs)) as pool:
        results = pool.map(lambda pair: run(out, *pair), wanted)
        for (cpu, name), (verdict, text) in zip(wanted, results):
            count[verdict] += 1
            print(f'{verdict:<4} {name:<24}{cpu:<15}{text}', flush=True)
    skipped = f', {count["skip"]} skipped' if count['skip'] else ''
    print(f'\n{count["ok"]} of {len(wanted)} scenarios passed{skipped}, '
          f'on {len(MACHINES)} CPUs in QEMU, against Mosquitto')
    return 1 if count['FAIL'] else 0


if __name__ == '__main__':
    sys.exit(main(*sys.argv[1:]))
