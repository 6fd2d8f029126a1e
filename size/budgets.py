#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""What the library costs, and may cost: budgets.py check|update|show SIZES IMAGES.

Measures flash, RAM and stack for each target under SIZES, where size/arm.py compiles, and, for the
CPUs that have firmware under IMAGES, what operations and handshakes cost in QEMU; `-` in the place
of either: not at all. size/budgets.txt has what each may be. `check`
fails if something is larger, or so much smaller that the budget says nothing any more; `update`
writes what was measured.
"""

import pathlib
import sys

import arm
import links
import stack

sys.path.append(str(arm.ROOT / 'firmware' / 'host'))
import counts  # noqa: E402  (firmware has its own folder)
import secure  # noqa: E402

BUDGETS = pathlib.Path(__file__).with_name('budgets.txt')
TARGETS = ('cortex-m0plus', 'cortex-m4', 'cortex-m33', 'cortex-m4-clang')
IN_DETAIL = 'cortex-m4'  # the target where each feature is measured by itself
FEW = ('stub', 'publish', 'client', 'device')
ALL = (*links.OWN, *links.OTHERS)
SLACK = 0.05
# Handshakes have random numbers, and meet interrupts: they may need so much more.
RANDOM = ('kiloinstructions.', 'stack.tls.', 'pool.tls.')
NOISE = 0.05
MISSING = 77  # as exit status: skipped
HEAD = '''# What the library may cost, bytes or instructions: <what> <target> <budget> <goal, or ->.
# Measured by size/budgets.py, renewed by ./dev size update; docs/guide/budgets.md explains it.
'''


def measure_sizes(target, folder):
    """{what: bytes}, and complaints."""
    images = links.link_all(target, folder, ALL if target == IN_DETAIL else FEW)
    stub = links.section_sizes(images['stub'])
    result, complaints = {}, list(links.complaints(images))
    for name in ('publish', 'client', 'device'):
        text, data, _ = links.section_sizes(images[name])
        result[f'flash.{name}'] = text + data - stub[0] - stub[1]
        if data:
            complaints.append(f'{target}: {name} has {data} bytes of .data')
    if target == IN_DETAIL:
        result |= measure_features(images, links.link_without(target, folder))
    if target == arm.cpu_of(target):
        depths, _, found = stack.measure(target, folder)
        complaints += [f'{target}: {complaint}' for complaint in found]
        result['stack.drive'] = depths['Session::drive']
        result['stack.worst'] = max(depths.values())
    return result, complaints


def measure_features(images, without):
    """{what: bytes} of what is more with a feature, and less with an option of the build."""
    publish = sum(links.section_sizes(images['publish'])[:2])
    more = {f'flash.more.{name}': sum(links.section_sizes(images[name])[:2]) - publish
            for name, own in links.OWN.items() if own}
    stub = sum(links.section_sizes(images['stub'])[:2])
    less = {f'flash.publish.{option}': sum(links.section_sizes(image)[:2]) - stub
            for option, image in without.items()}
    return more | less


def measure(sizes, images):
    """{(what, target): number}, and complaints."""
    result, complaints = {}, []
    for target in TARGETS:
        measured, found = {}, []
        if sizes != '-':
            measured, found = measure_sizes(target, pathlib.Path(sizes).resolve() / target)
        complaints += found
        image = pathlib.Path(images).resolve() / target
        if images != '-' and (image / 'counts.elf').exists():
            measured |= counts.measure(image, target)
            if target == IN_DETAIL:
                measured |= secure.costs(image, target)
        result |= {(what, target): number for what, number in measured.items()}
    return result, complaints


def load():
    """{(what, target): (budget, goal or None)}"""
    rows = {}
    for line in BUDGETS.read_text(encoding='utf-8').splitlines():
        if line and not line.startswith('#'):
            what, target, budget, goal = line.split()
            rows[what, target] = int(budget), None if goal == '-' else int(goal)
    return rows


def store(rows):
    rows = dict(sorted(rows.items(), key=lambda row: (TARGETS.index(row[0][1]), row[0][0])))
    lines = [f'{what:<36} {target:<16} {budget:>6} {goal or "-":>6}\n'
             for (what, target), (budget, goal) in rows.items()]
    BUDGETS.write_text(HEAD + ''.join(lines), encoding='utf-8')


def complaints_about(measured, budgets):
    for key, number in measured.items():
        name = ' '.join(key)
        if key not in budgets:
            yield f'{name} is {number} and has no budget'
            continue
        budget, _ = budgets[key]
        if number > budget * (1 + NOISE if key[0].startswith(RANDOM) else 1):
            yield f'{name} is {number}, the budget is {budget}'
        elif number < budget - max(16, SLACK * budget):
            yield f'{name} is {number}: the budget of {budget} is out of date'


def show(measured, budgets):
    for (what, target), number in measured.items():
        budget, goal = budgets.get((what, target), (None, None))
        print(f'{what:<36} {target:<16}{number:>8}   budget {budget}   goal {goal or "-"}')


def main(verb, sizes, images):
    measured, complaints = measure(sizes, images)
    if not measured:
        print('nothing to measure: there are no images')
        return MISSING
    budgets = load()
    if verb == 'update':
        new = {key: (number, budgets.get(key, (0, None))[1]) for key, number in measured.items()}
        # What was not measured at all stays; what is measured no more goes.
        budgets = new if '-' not in (sizes, images) else budgets | new
        store(budgets)
    show(measured, budgets)
    complaints += complaints_about(measured, budgets)
    print('\n'.join(complaints), file=sys.stderr)
    if complaints:
        print('to renew them: ./dev size update', file=sys.stderr)
    return 1 if complaints else 0


if __name__ == '__main__':
    sys.exit(main(*sys.argv[1:]))
