#!/usr/bin/env python3
"""Changes every property of a template that a rule or a drill reads, one at a time, and sees what finds it.

usage: mutations.py PROGRAM --ours SCENARIO | --template FILE --name NAME --scenario SCENARIO [--table FILE] [--every N]

Each mutant is judged by `firedrill wiring`, once alone and once with a scenario's promises. A mutant that nothing finds is a
survivor; `mutations.survivors` lists the known ones, each with the reason why it is harmless or what is missing. A new survivor
fails the check, and so does a listed one that is found after all, or that is no mutant any more.
"""

import argparse
import concurrent.futures
import fnmatch
import json
import pathlib
import subprocess
import sys
import tempfile

import mutants

HERE = pathlib.Path(__file__).parent


def judge(program, template, scenario):
    """The findings of the wiring check as (severity, id, place), or the refusal's first line."""
    command = [program, "wiring", "--template", str(template), "--format", "json"]
    if scenario:
        command += ["--scenario", str(scenario)]
    ended = subprocess.run(command, capture_output=True, text=True, timeout=60)
    if ended.returncode not in (0, 120):
        return ended.returncode, {("refused", "template", ended.stderr.strip().splitlines()[0] if ended.stderr else "")}
    report = json.loads(ended.stdout)
    return ended.returncode, {(f["severity"], f["id"], f["message"]) for f in report["findings"]}


def verdict(found, baseline):
    """The worst of the new findings: `error alarm.metric`, `advice ...`, or nothing."""
    new = sorted(found - baseline, key=lambda finding: (finding[0] != "error", finding[0] != "refused", finding[1]))
    return f"{new[0][0]} {new[0][1]}" if new else ""


def known_survivors(name):
    """Patterns of mutants that may survive, with the reason."""
    known = []
    for number, line in enumerate((HERE / "mutations.survivors").read_text().splitlines(), 1):
        if not line.strip() or line.startswith("#"):
            continue
        template, pattern, reason = (part.strip() for part in line.split("|", 2))
        assert reason, f"mutations.survivors:{number}: a survivor needs a reason"
        if template == name:
            known.append((pattern, reason))
    return known


def check(program, name, template, scenario, table, every):
    known = known_survivors(name)
    used = set()
    rows = []
    failures = []
    with tempfile.TemporaryDirectory() as folder, concurrent.futures.ThreadPoolExecutor(2) as pool:
        def written(document, number):
            path = pathlib.Path(folder) / f"{number}.json"
            path.write_text(json.dumps(document))
            return path

        original = written(template, "original")
        baselines = {}
        for promises in (None, scenario):
            code, found = judge(program, original, promises)
            baselines[promises] = found
            errors = [finding for finding in found if finding[0] != "advice"]
            if code != 0 or errors:
                failures.append(f"the original itself has errors: {errors}")

        def one(numbered):
            number, mutant = numbered
            path = written(mutant.document, number)
            alone = verdict(judge(program, path, None)[1], baselines[None])
            # What the definition alone betrays needs no promise.
            promised = "" if alone else verdict(judge(program, path, scenario)[1], baselines[scenario])
            path.unlink()
            return mutant, alone, promised

        for mutant, alone, promised in pool.map(one, list(enumerate(mutants.of(template)))[::every]):
            reason = ""
            if not alone and not promised:
                fits = [(pattern, why) for pattern, why in known if fnmatch.fnmatchcase(mutant.name, pattern)]
                used.update(pattern for pattern, _ in fits)
                reason = fits[0][1] if fits else "NEW SURVIVOR"
                if not fits:
                    failures.append(f"nothing finds the mutant: {mutant.name}")
            rows.append((mutant.name, alone, promised, reason))
    # A sample need not meet every survivor.
    unneeded = [pattern for pattern, _ in known if pattern not in used] if every == 1 else []
    failures += [f"no mutant survives as listed: {name} | {pattern}" for pattern in unneeded]
    if table:
        with open(table, "w") as out:
            out.write("mutant\tfound by the definition alone\tfound with the scenario\tsurvives because\n")
            out.writelines("\t".join(row) + "\n" for row in rows)
    errors = sum("error" in row[1] or "error" in row[2] for row in rows)
    refused = sum(row[1].startswith("refused") for row in rows)
    advice = sum(bool(row[1] or row[2]) for row in rows) - errors - refused
    survived = sum(not row[1] and not row[2] for row in rows)
    print(f"{name}: {len(rows)} mutants: {errors} errors, {advice} advice, {refused} refused, {survived} survive")
    return failures


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("program")
    parser.add_argument("--ours", metavar="SCENARIO", help="mutate the built-in template, judged with this scenario")
    parser.add_argument("--template", help="mutate this template in JSON")
    parser.add_argument("--name", help="what mutations.survivors calls it")
    parser.add_argument("--scenario")
    parser.add_argument("--table", help="where to write mutant against finding, tab-separated")
    parser.add_argument("--every", type=int, default=1, help="judge only one of so many mutants")
    options = parser.parse_args()
    if options.ours:
        text = subprocess.run([options.program, "stack", "template"], capture_output=True, text=True, check=True).stdout
        failures = check(options.program, "ours", mutants.parse(text), options.ours, options.table, options.every)
    else:
        document = json.loads(pathlib.Path(options.template).read_text())
        failures = check(options.program, options.name, document, options.scenario, options.table, options.every)
    for failure in failures:
        print(failure)
    sys.exit(1 if failures else 0)


if __name__ == "__main__":
    main()
