#!/usr/bin/env python3
"""Requests a second of Firedrill's emulator and of moto's server, driven by the same generator in turns.

Starts both on free ports, fills a table in each, and lets wrk put and get items over DynamoDB's wire protocol, one after the
other in each round. The paths through API Gateway, Lambda and the table are measured of the emulator alone: moto runs
functions in containers only. Prints medians, ratios, memory and the CPU that each takes while nobody asks for anything.

    swift build -c release
    .venv/bin/python Benchmarks/emulator-vs-moto.py

Needs: wrk, and moto's server with boto3 in the Python that runs this. Exits 1 when something does not start or answers
with errors.
"""

import argparse
import json
import os
import re
import shutil
import socket
import statistics
import subprocess
import sys
import tempfile
import time

import boto3
from botocore.config import Config

TABLE = "bench"
ITEMS = 10_000
CLOCK_TICKS = os.sysconf("SC_CLK_TCK")

LUA = """
local headers = { ["Content-Type"] = "application/x-amz-json-1.0", ["X-Amz-Date"] = "20260101T000000Z",
    ["Authorization"] = "AWS4-HMAC-SHA256 Credential=test/20260101/us-west-2/dynamodb/aws4_request, " ..
        "SignedHeaders=host, Signature=0", ["X-Amz-Target"] = "DynamoDB_20120810.OPERATION" }
local count = 0
request = function()
    count = count + 1
    local key = '"id":{"S":"item-' .. (count * 7919 % 1000) .. '"}'
    return wrk.format("POST", "/", headers, BODY)
end
"""
BODIES = {
    "PutItem": """'{"TableName":"TABLE","Item":{' .. key .. ',"n":{"N":"' .. count .. '"},"text":{"S":"TEXT"}}}'""",
    "GetItem": """'{"TableName":"TABLE","Key":{' .. key .. '}}'""",
}
PATH_LUA = """
local count = 0
request = function()
    count = count + 1
    return wrk.format("GET", "{path}/items/item-" .. ({number}))
end
"""


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def client(service, endpoint):
    return boto3.client(
        service, endpoint_url=endpoint, region_name="us-west-2", aws_access_key_id="test", aws_secret_access_key="test",
        config=Config(retries={"max_attempts": 0}),
    )


def start_emulator(options):
    process = subprocess.Popen(
        [options.firedrill, "emulate", "--port", "0", "--json", "--account-throttle", "none", "--until-stdin-closes"],
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
    )
    line = process.stdout.readline()
    if not line:
        sys.exit("the emulator did not start; see its message above")
    return process, json.loads(line)


def start_moto():
    port = free_port()
    process = subprocess.Popen(
        [sys.executable, "-m", "moto.server", "-H", "127.0.0.1", "-p", str(port)],
        stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
    )
    for _ in range(300):
        try:
            socket.create_connection(("127.0.0.1", port), timeout=1).close()
            return process, f"http://127.0.0.1:{port}"
        except OSError:
            if process.poll() is not None:
                sys.exit("moto's server did not start: pip install 'moto[server]'")
            time.sleep(0.05)
    process.terminate()
    sys.exit("moto's server did not listen within 15 s")


def fill(endpoint, items):
    dynamodb = client("dynamodb", endpoint)
    dynamodb.create_table(
        TableName=TABLE, BillingMode="PAY_PER_REQUEST", KeySchema=[{"AttributeName": "id", "KeyType": "HASH"}],
        AttributeDefinitions=[{"AttributeName": "id", "AttributeType": "S"}],
    )
    put_many(dynamodb, TABLE, items)


def put_many(dynamodb, table, items):
    for start in range(0, items, 25):
        dynamodb.batch_write_item(RequestItems={table: [
            {"PutRequest": {"Item": {"id": {"S": f"item-{number}"}, "text": {"S": "x" * 200}}}}
            for number in range(start, min(start + 25, items))
        ]})


def wrk(endpoint, script, options):
    """Requests a second of one round."""
    command = ["wrk", "-t1", f"-c{options.connections}", f"-d{options.seconds}s", "-s", script, endpoint]
    output = subprocess.run(command, capture_output=True, text=True, check=False).stdout
    errors = re.search(r"Non-2xx or 3xx responses: (\d+)|Socket errors: (.*)", output)
    rate = re.search(r"Requests/sec:\s+([\d.]+)", output)
    if errors or not rate:
        sys.exit(f"{' '.join(command)}\nmet errors:\n{output}")
    return float(rate.group(1))


def tree(pid):
    """A process and all below it."""
    children = subprocess.run(["pgrep", "-P", str(pid)], capture_output=True, text=True, check=False).stdout.split()
    return [pid] + [below for child in children for below in tree(int(child))]


def memory(pid):
    """Resident megabytes of a process tree."""
    total = 0
    for each in tree(pid):
        with open(f"/proc/{each}/status") as file:
            found = re.search(r"VmRSS:\s+(\d+) kB", file.read())
            total += int(found.group(1)) if found else 0
    return total / 1024


def cpu_seconds(pid):
    total = 0
    for each in tree(pid):
        with open(f"/proc/{each}/stat") as file:
            fields = file.read().rsplit(")", 1)[1].split()
            total += int(fields[11]) + int(fields[12])
    return total / CLOCK_TICKS


def idle_percent(pid, seconds):
    before = cpu_seconds(pid)
    time.sleep(seconds)
    return (cpu_seconds(pid) - before) / seconds * 100


def set_cache(address, enabled):
    """Switches the stage's cache for GET /items/{id} on or off, as a user of AWS would."""
    apigateway = client("apigateway", address["endpointURL"])
    api, stage = address["apiURL"].rsplit("/", 2)[1:]
    settings = apigateway.get_stage(restApiId=api, stageName=stage)["methodSettings"]
    apigateway.update_stage(restApiId=api, stageName=stage, patchOperations=[
        {"op": "replace", "path": f"/{key}/caching/enabled", "value": "true" if enabled else "false"} for key in settings
    ])


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--firedrill", default=".build/release/firedrill", help="the release build's binary")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--seconds", type=int, default=3)
    parser.add_argument("--connections", type=int, default=32)
    parser.add_argument("--without-moto", action="store_true", help="measure the emulator alone")
    parser.add_argument("--json", action="store_true", help="print one line of JSON instead of the table")
    options = parser.parse_args()
    if not shutil.which("wrk"):
        sys.exit("wrk is not installed (apt-get install wrk)")
    if not os.access(options.firedrill, os.X_OK):
        sys.exit(f"{options.firedrill} is not there: swift build -c release")

    emulator, address = start_emulator(options)
    moto, moto_endpoint = (None, None) if options.without_moto else start_moto()
    try:
        results = measure(options, emulator, address, moto, moto_endpoint)
    finally:
        emulator.stdin.close()
        emulator.wait()
        if moto:
            moto.terminate()
            moto.wait()
    print(json.dumps(results) if options.json else table(options, results))


def measure(options, emulator, address, moto, moto_endpoint):
    endpoint = address["endpointURL"]
    time.sleep(3)
    idle = {"firedrill": idle_percent(emulator.pid, 5)}
    if moto:
        idle["moto"] = idle_percent(moto.pid, 5)
    fill(endpoint, ITEMS)
    dynamodb = client("dynamodb", endpoint)
    own = [name for name in dynamodb.list_tables()["TableNames"] if name != TABLE][0]
    put_many(dynamodb, own, 1000)
    if moto:
        fill(moto_endpoint, 1000)
    rates = {}
    with tempfile.TemporaryDirectory(prefix="firedrill-bench-") as folder:
        def script(name, text):
            path = os.path.join(folder, name + ".lua")
            with open(path, "w") as file:
                file.write(text)
            return path

        path = "/" + address["apiURL"].split("/", 3)[3]
        scripts = {}
        for operation, body in BODIES.items():
            body = body.replace("TABLE", TABLE).replace("TEXT", "x" * 200)
            scripts[operation] = script(operation, LUA.replace("OPERATION", operation).replace("BODY", body))
        cached = script("cached", PATH_LUA.format(path=path, number="count % 10"))
        through = script("through", PATH_LUA.format(path=path, number="count * 7919 % 1000"))
        for number in range(options.rounds):
            for operation, file in scripts.items():
                turns = [("firedrill", endpoint)] + ([("moto", moto_endpoint)] if moto else [])
                for name, target in turns if number % 2 == 0 else reversed(turns):
                    rates.setdefault(operation, {}).setdefault(name, []).append(wrk(target, file, options))
            set_cache(address, False)
            rates.setdefault("GET through Lambda", {}).setdefault("firedrill", []).append(wrk(endpoint, through, options))
            set_cache(address, True)
            rates.setdefault("GET cached", {}).setdefault("firedrill", []).append(wrk(endpoint, cached, options))
    return {
        "rates": rates, "idlePercent": idle,
        "memoryMegabytes": {"firedrill": memory(emulator.pid)} | ({"moto": memory(moto.pid)} if moto else {}),
    }


def table(options, results):
    lines = [f"{options.connections} connections, {options.rounds} rounds of {options.seconds} s each, taking turns"]
    for name, rounds in results["rates"].items():
        ours = statistics.median(rounds["firedrill"])
        line = f"{name:20} firedrill {ours:9.0f}/s ({min(rounds['firedrill']):.0f} to {max(rounds['firedrill']):.0f})"
        if "moto" in rounds:
            theirs = statistics.median(rounds["moto"])
            line += f"   moto {theirs:7.0f}/s   ratio {ours / theirs:6.1f}"
        lines.append(line)
    for name, megabytes in results["memoryMegabytes"].items():
        lines.append(f"{name:20} {megabytes:6.0f} MB with all its processes, {results['idlePercent'][name]:.2f} % CPU idle")
    return "\n".join(lines)


if __name__ == "__main__":
    main()
