"""The wiring check from outside: its formats, a stack of the CDK, a running stack, and mutants of every property."""

import json
import os
import pathlib
import subprocess
import sys
import xml.etree.ElementTree

import pytest

from conftest import REGION

PROGRAM = os.environ.get("FIREDRILL_PROGRAM", ".build/debug/firedrill")
ROOT = pathlib.Path(__file__).parents[2]
STACKS = pathlib.Path(__file__).parent / "stacks"


def wiring(*options, **environment):
    return subprocess.run(
        [PROGRAM, "wiring", *options], capture_output=True, text=True, timeout=60, env={**os.environ, **environment}
    )


@pytest.fixture(scope="module")
def cdk(tmp_path_factory):
    """The template that the CDK makes of the notes stack."""
    folder = tmp_path_factory.mktemp("cdk") / "cdk.out"
    environment = dict(
        os.environ,
        CDK_OUTDIR=str(folder),
        JSII_SILENCE_WARNING_UNTESTED_NODE_VERSION="1",
        JSII_SILENCE_WARNING_DEPRECATED_NODE_VERSION="1",
        JSII_SILENCE_WARNING_END_OF_LIFE_NODE_VERSION="1",
    )
    subprocess.run(
        [sys.executable, str(STACKS / "cdk" / "app.py")], env=environment, capture_output=True, check=True, timeout=300
    )
    return folder / "Notes.template.json"


def test_good_templates_have_no_error(cdk):
    for template in ["built-in", str(cdk)]:
        ended = wiring("--template", template, "--format", "json")
        assert ended.returncode == 0, ended.stdout + ended.stderr
        assert json.loads(ended.stdout)["errors"] == 0


def test_a_broken_template_is_told_with_place_reason_and_remedy(tmp_path):
    text = subprocess.run([PROGRAM, "stack", "template"], capture_output=True, text=True, check=True).stdout
    broken = tmp_path / "template.yaml"
    broken.write_text(text.replace("MetricName: 4XXError", "MetricName: 4xxErrors"))
    line = next(i for i, words in enumerate(broken.read_text().splitlines(), 1) if "4xxErrors" in words)
    ended = wiring("--template", str(broken))
    assert ended.returncode == 120
    assert "ERROR  alarm.metric" in ended.stdout
    assert f"{broken}:{line}:7 Api4XXAlarm.MetricName" in ended.stdout
    assert "did you mean 4XXError?" in ended.stdout
    assert "why: " in ended.stdout and "do: name a metric" in ended.stdout


def test_what_cannot_be_judged_is_refused():
    for options, says in [
        ([], "--template FILE or --stack NAME"),
        (["--template", "built-in", "--stack", "s"], "one of them"),
        (["--template", "/nowhere.yaml"], "check the path"),
        (["--template", "built-in", "--parameter", "Colour=red"], "has no parameter Colour"),
        (["--template", "built-in", "--format", "html"], "html"),
    ]:
        ended = wiring(*options)
        assert ended.returncode == 104, (options, ended.stdout)
        assert says in ended.stderr


def test_sarif_has_what_code_hosts_require(tmp_path):
    """https://docs.github.com/en/code-security/code-scanning/integrating-with-code-scanning/sarif-support-for-code-scanning"""
    text = subprocess.run([PROGRAM, "stack", "template"], capture_output=True, text=True, check=True).stdout
    broken = tmp_path / "a template.yaml"
    broken.write_text(text.replace("Statistic: Sum", "Statistic: Minimum"))
    ended = wiring("--template", str(broken), "--format", "sarif")
    assert ended.returncode == 120
    log = json.loads(ended.stdout)
    assert log["version"] == "2.1.0" and "sarif-2.1.0" in log["$schema"]
    (run,) = log["runs"]
    rules = run["tool"]["driver"]["rules"]
    assert run["tool"]["driver"]["name"] == "firedrill"
    for rule in rules:
        assert rule["shortDescription"]["text"] and rule["fullDescription"]["text"] and rule["help"]["text"]
        assert rule["defaultConfiguration"]["level"] in ("error", "warning")
    assert run["results"]
    for result in run["results"]:
        assert rules[result["ruleIndex"]]["id"] == result["ruleId"]
        assert result["level"] in ("error", "warning")
        assert result["message"]["text"]
        (location,) = result["locations"]
        place = location["physicalLocation"]
        assert place["artifactLocation"]["uri"] == broken.as_uri()
        assert place["region"]["startLine"] >= 1 and place["region"]["startColumn"] >= 1
        assert result["partialFingerprints"]


def test_junit_has_one_case_a_rule():
    ended = wiring("--template", "built-in", "--format", "junit")
    root = xml.etree.ElementTree.fromstring(ended.stdout)
    cases = root.findall("./testsuite/testcase")
    assert len(cases) == int(root.get("tests")) > 50
    assert root.get("failures") == "0" and not root.findall(".//failure")
    assert len({(case.get("classname"), case.get("name")) for case in cases}) == len(cases)


def test_a_running_stack_is_judged_as_its_template(endpoint):
    ended = wiring(
        "--stack", "firedrill", "--endpoint-url", endpoint, "--region", REGION, "--scenario",
        str(ROOT / "scenarios" / "items-crud.yaml"), "--format", "json",
    )
    assert ended.returncode == 0, ended.stdout + ended.stderr
    told = json.loads(ended.stdout)
    assert told["errors"] == 0 and told["notJudged"]
    # Names of the template, though read from the API.
    assert "StreamMapping" in {finding["resource"] for finding in told["findings"]}


def mutations(*options):
    return subprocess.run(
        [sys.executable, str(ROOT / "Tests" / "Checks" / "mutations.py"), PROGRAM, *options],
        capture_output=True, text=True, timeout=900,
    )


# One mutant of four, for time; `make verify` judges all of them.
EVERY = ["--every", "4"]


def test_mutants_of_our_template_are_found_or_listed(tmp_path):
    ended = mutations(*EVERY, "--ours", str(ROOT / "scenarios" / "items-crud.yaml"), "--table", str(tmp_path / "ours.tsv"))
    assert ended.returncode == 0, ended.stdout + ended.stderr


def test_mutants_of_a_cdk_stack_are_found_or_listed(cdk, tmp_path):
    scenario = STACKS / "cdk" / "scenario.yaml"
    ended = mutations(
        *EVERY, "--template", str(cdk), "--name", "cdk", "--scenario", str(scenario), "--table", str(tmp_path / "cdk.tsv")
    )
    assert ended.returncode == 0, ended.stdout + ended.stderr
