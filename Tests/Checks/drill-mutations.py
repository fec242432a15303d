#!/usr/bin/env python3
"""Runs the whole drill on mutants of the built-in template: each must end in a failed verification, by traffic where traffic can show it.

usage: drill-mutations.py PROGRAM SCENARIO [--table FILE] [--only PATTERN]

Each mutant has an emulator of its own and a short load; idle time is skipped. Two run at a time.
"""

import argparse
import concurrent.futures
import fnmatch
import json
import pathlib
import subprocess
import sys
import tempfile
import time

import mutants

# What must find the mutant: "traffic" (a probe, the alarm drill, the reconciliation), or "wiring" where requests cannot show it.
SAMPLE = {
    "Api4XXAlarm.MetricName=5xxError": "traffic",
    "Api4XXAlarm.Namespace=AWS/SQS": "traffic",
    "Api4XXAlarm.Dimensions.0.Value=other": "traffic",
    "Api4XXAlarm.Dimensions.1.Name=other": "traffic",
    "Api4XXAlarm.Statistic=Average": "traffic",
    "Api4XXAlarm.Statistic=SampleCount": "traffic",
    "Api4XXAlarm.Threshold=500": "traffic",
    "Api4XXAlarm.Threshold=0": "traffic",
    "Api4XXAlarm.ComparisonOperator=LessThanThreshold": "traffic",
    "Api4XXAlarm.ComparisonOperator=GreaterThanThreshold": "traffic",
    "Api4XXAlarm.Unit=Seconds": "traffic",
    "Api4XXAlarm.TreatMissingData=breaching": "wiring",
    "Api4XXAlarm.AlarmActions=removed": "wiring",
    "Api4XXAlarm.ActionsEnabled=False": "traffic",
    "Api5XXAlarm.MetricName=4XXError": "traffic",
    "Api5XXAlarm.Threshold=500": "traffic",
    "Api5XXAlarm.Statistic=Minimum": "traffic",
    "Api5XXAlarm.TreatMissingData=breaching": "wiring",
    "ApiFunctionErrorsAlarm.MetricName=Invocations": "traffic",
    "ApiFunctionErrorsAlarm.MetricName=Erors": "traffic",
    "ApiFunctionErrorsAlarm.Dimensions.0.Value={'Ref': 'StreamFunction'}": "traffic",
    "ApiFunctionErrorsAlarm.Threshold=2": "traffic",
    "StreamFunctionErrorsAlarm.Dimensions.0.Value={'Ref': 'ApiFunction'}": "traffic",
    "StreamFunctionErrorsAlarm.Threshold=500": "traffic",
    "StreamMapping.Enabled=False": "traffic",
    "StreamMapping.FunctionName={'Ref': 'ApiFunction'}": "traffic",
    "StreamMapping.MaximumBatchingWindowInSeconds=300": "wiring",
    "StreamMapping.StartingPosition=LATEST": "harmless",
    "DataTable.StreamSpecification.StreamViewType=KEYS_ONLY": "traffic",
    "DataTable.StreamSpecification.StreamViewType=NEW_IMAGE": "traffic",
    "ReadItemMethod.Integration.CacheKeyParameters.0=removed": "traffic",
    "ApiStage.CacheClusterEnabled=False": "traffic",
    "ApiStage.MethodSettings.0.CachingEnabled=False": "traffic",
    "ApiStage.MethodSettings.0.CacheTtlInSeconds=10": "traffic",
    "ApiStage.MethodSettings.0.CacheTtlInSeconds=300": "traffic",
    "AlarmTopicPolicy.PolicyDocument.Statement.0.Effect=Deny": "wiring",
    "ApiFunctionPermission.Principal=s3.amazonaws.com": "refused",
}


def short(text):
    """The scenario with as much load as it takes to see everything once; the machine's speed decides nothing."""
    for old, new in {
        "duration: 10s": "duration: 2s", "rate: 40/s": "rate: 10/s", "samples: 30": "samples: 5", "timeout: 30s": "timeout: 20s",
        "p(95)<500": "p(95)<60000", "p(99)<1500": "p(99)<60000", "p(95)<250": "p(95)<60000", "p(99)<7s": "p(99)<60s",
        "maxCPU: 80%, maxScheduleLag: 50ms": "maxCPU: 100%, maxScheduleLag: 30s",
    }.items():
        assert old in text, f"the scenario no longer has {old}"
        text = text.replace(old, new)
    return text


def drill(program, scenario, folder, mutant):
    """What ended the mutant's drill: its exit code, and which kinds of checks failed."""
    own = folder / str(abs(hash(mutant.name)))
    own.mkdir()
    (own / "template.json").write_text(json.dumps(mutant.document))
    began = time.monotonic()
    try:
        ended = subprocess.run(
            [program, "run", str(scenario), "--template", str(own / "template.json"), "--reports", str(own / "reports"), "--quiet"],
            capture_output=True, text=True, timeout=240,
        )
        code, told = ended.returncode, ended.stderr.strip()
    except subprocess.TimeoutExpired:
        code, told = "time-out", ""
    kinds, names = [], []
    for report in own.glob("reports/*/report.json"):
        failed = [check for check in json.loads(report.read_text())["checks"] if check["verdict"] == "fail"]
        kinds = sorted({check["kind"] for check in failed})
        names = [check["id"] for check in failed]
    return mutant.name, code, kinds, names, told, time.monotonic() - began


def expected(kind, code, kinds):
    match kind:
        case "traffic": return code == 120 and any(found != "wiring" for found in kinds)
        case "wiring": return code == 120
        case "refused": return code == 104
        case _: return code == 0


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("program")
    parser.add_argument("scenario")
    parser.add_argument("--table", help="where to write mutant against what found it, tab-separated")
    parser.add_argument("--only", default="*", help="mutants whose name fits")
    options = parser.parse_args()
    text = subprocess.run([options.program, "stack", "template"], capture_output=True, text=True, check=True).stdout
    found = {mutant.name: mutant for mutant in mutants.of(mutants.parse(text))}
    gone = [name for name in SAMPLE if name not in found]
    assert not gone, f"no such mutants any more: {gone}"
    chosen = [found[name] for name in SAMPLE if fnmatch.fnmatchcase(name, options.only)]
    failures, rows = [], []
    with tempfile.TemporaryDirectory() as folder, concurrent.futures.ThreadPoolExecutor(2) as pool:
        folder = pathlib.Path(folder)
        scenario = folder / "scenario.yaml"
        scenario.write_text(short(pathlib.Path(options.scenario).read_text()))
        for name, code, kinds, names, told, seconds in pool.map(
            lambda mutant: drill(options.program, scenario, folder, mutant), chosen
        ):
            good = expected(SAMPLE[name], code, kinds)
            rows.append((name, SAMPLE[name], str(code), " ".join(names)))
            print(f"{'ok  ' if good else 'FAIL'} {code} {seconds:.0f} s  {name}: {' '.join(names) or told[-200:]}", flush=True)
            if not good:
                failures.append(name)
    if options.table:
        with open(options.table, "w") as out:
            out.write("mutant\tmust be found by\texit code\tfailed checks\n")
            out.writelines("\t".join(row) + "\n" for row in rows)
    print(f"{len(rows)} mutants drilled, {len(failures)} not as expected")
    sys.exit(1 if failures else 0)


if __name__ == "__main__":
    main()
