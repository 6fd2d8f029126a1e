#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Runs the fuzz targets.

fuzz.py short PROGRAM RUNS: its corpus, then so many inputs that are the same every time.
fuzz.py run BIN WORK [TARGET ...] [MINUTES]: on all cores, beginning with the corpus and with what
was found before; prints executions, coverage and findings, and keeps all of it in WORK.
fuzz.py merge BIN WORK: what was found becomes the corpus, as little of it as has the coverage.
"""

import os
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile
import time

HERE = pathlib.Path(__file__).resolve().parent
TARGETS = ('texts', 'decoders', 'receive', 'calls')
SIZE_MAX = {'texts': 256, 'decoders': 256, 'receive': 512, 'calls': 256}
CORPUS_FILES_MAX = 90
COMMON = ('-timeout=20', '-rss_limit_mb=1024', '-print_final_stats=1', '-detect_leaks=0')
OPTIONS = 'print_stacktrace=1'


def environment():
    symbolizer = shutil.which('llvm-symbolizer-19') or ''
    return {**os.environ, 'UBSAN_OPTIONS': f'{OPTIONS}:external_symbolizer_path={symbolizer}',
            'ASAN_OPTIONS': f'external_symbolizer_path={symbolizer}'}


def options_of(target):
    return [*COMMON, f'-max_len={SIZE_MAX[target]}']


def corpus_of(target):
    return HERE / 'corpus' / target


def short(program, runs):
    """The exit status; with a finding its input is shown, so that it can be kept."""
    target = pathlib.Path(program).name.removeprefix('fuzz_')
    with tempfile.TemporaryDirectory() as new:
        result = subprocess.run(
            [program, *options_of(target), f'-runs={runs}', '-seed=1', f'-artifact_prefix={new}/',
             new, str(corpus_of(target))], check=False, text=True, errors='replace',
            stdout=subprocess.PIPE, stderr=subprocess.STDOUT, env=environment())
        lines = [line for line in result.stdout.splitlines() if '\tNEW' not in line]
        print('\n'.join(lines[-60:]))
        for artefact in pathlib.Path(new).glob('*-*'):
            if artefact.name.startswith(('crash-', 'timeout-', 'oom-', 'leak-')):
                print(f'{artefact.name}: {artefact.read_bytes().hex()}')
    return result.returncode


class Worker:
    """One process of libFuzzer, with a log of its own."""

    def __init__(self, bin_directory, work, target, seconds):
        self.target, self.folder = target, pathlib.Path(work) / target
        for name in ('corpus', 'findings', 'logs'):
            (self.folder / name).mkdir(parents=True, exist_ok=True)
        self.log = self.folder / 'logs' / f'{time.time_ns()}.log'
        command = [f'{bin_directory}/fuzz_{target}', *options_of(target),
                   f'-max_total_time={seconds}', f'-artifact_prefix={self.folder}/findings/',
                   str(self.folder / 'corpus'), str(corpus_of(target))]
        with self.log.open('w') as output:
            self.process = subprocess.Popen(command, stdout=output, stderr=subprocess.STDOUT,
                                            env=environment())

    def ended(self):
        """Whether it has; then the log says what processor time it took."""
        pid, status, usage = os.wait4(self.process.pid, os.WNOHANG)
        if pid == 0:
            return False
        self.process.returncode = os.waitstatus_to_exitcode(status)
        with self.log.open('a') as output:
            print(f'\nprocessor seconds: {usage.ru_utime + usage.ru_stime:.0f}', file=output)
        return True


def totals(work, target):
    """Of all logs there are: executions, processor seconds, the greatest coverage; findings."""
    executions = seconds = coverage = features = 0
    folder = pathlib.Path(work) / target
    for log in (folder / 'logs').glob('*.log'):
        text = log.read_text(errors='replace')
        steps = re.findall(r'^#(\d+)\s.*cov: (\d+) ft: (\d+)', text, re.MULTILINE)
        if not steps:
            continue
        executions += max(int(step[0]) for step in steps)
        coverage = max(coverage, *(int(step[1]) for step in steps))
        features = max(features, *(int(step[2]) for step in steps))
        ended = re.search(r'^processor seconds: (\d+)', text, re.MULTILINE)
        seconds += int(ended.group(1)) if ended else 0
    findings = sorted(path.name for path in (folder / 'findings').glob('*'))
    return executions, seconds, coverage, features, findings


def show(work, targets):
    print(f'{"target":10} {"executions":>12} {"CPU s":>8} {"edges":>6} {"features":>8}  findings')
    bad = 0
    for target in targets:
        executions, seconds, coverage, features, findings = totals(work, target)
        bad += len(findings)
        print(f'{target:10} {executions:12} {seconds:8} {coverage:6} {features:8}  '
              + (', '.join(findings) or 'none'))
    return 1 if bad else 0


def run(bin_directory, work, *arguments):
    minutes = float(arguments[-1]) if arguments and arguments[-1][0].isdigit() else 1
    targets = [argument for argument in arguments if argument in TARGETS] or list(TARGETS)
    cores = len(os.sched_getaffinity(0))
    waiting = targets * max(1, -(-cores // len(targets)))
    running = []
    while waiting or running:
        while waiting and len(running) < cores:
            running.append(Worker(bin_directory, work, waiting.pop(0), int(minutes * 60)))
        time.sleep(0.2)
        for worker in [worker for worker in running if worker.ended()]:
            running.remove(worker)
            print(f'{worker.target}: ended with {worker.process.returncode}, see {worker.log}',
                  flush=True)
    return show(work, targets)


def merge(bin_directory, work):
    for target in TARGETS:
        with tempfile.TemporaryDirectory() as new:
            # Edges alone: counters and values would keep ten times as many.
            subprocess.run(
                [f'{bin_directory}/fuzz_{target}', '-set_cover_merge=1', '-use_counters=0',
                 *options_of(target), new, str(corpus_of(target)),
                 str(pathlib.Path(work) / target / 'corpus')], check=True,
                stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, env=environment())
            found = sorted(pathlib.Path(new).iterdir(), key=lambda path: path.name)
            if len(found) > CORPUS_FILES_MAX:
                sys.exit(f'{target}: {len(found)} files, {CORPUS_FILES_MAX} is the end')
            shutil.rmtree(corpus_of(target), ignore_errors=True)
            corpus_of(target).mkdir(parents=True)
            for path in found:
                shutil.copy(path, corpus_of(target) / path.name)
            size = sum(path.stat().st_size for path in found)
            print(f'{target}: {len(found)} files, {size} bytes')
    return 0


if __name__ == '__main__':
    verbs = {'short': short, 'run': run, 'merge': merge, 'show': lambda work: show(work, TARGETS)}
    sys.exit(verbs[sys.argv[1]](*sys.argv[2:]))
