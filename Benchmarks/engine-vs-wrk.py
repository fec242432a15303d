#!/usr/bin/env python3
"""CPU per request of Firedrill's load engine and of wrk, on the same server in one run.

Starts an nginx of its own (one worker, own configuration, a free port), then lets both generators take turns on the
same URL with the same connections for the same time, and prints each one's CPU per request and the ratio of the
medians. CPU is user plus system time of the generator's whole process as the kernel counts it, for both alike.

    swift build -c release --product firedrill
    Benchmarks/engine-vs-wrk.py

Needs: nginx, wrk, Python 3.9 or newer. Exits 1 when a generator fails or meets errors.
"""

import argparse
import json
import os
import re
import shutil
import signal
import socket
import statistics
import subprocess
import sys
import tempfile
import time

BODY = json.dumps({"item": {"id": "0123456789abcdef", "name": "an item", "price": 12.5, "text": "x" * 220}})

NGINX = """
worker_processes 1;
daemon off;
pid {folder}/nginx.pid;
error_log {folder}/error.log;
events {{ worker_connections 4096; }}
http {{
    access_log off;
    keepalive_requests 1000000000;
    client_body_temp_path {folder}; proxy_temp_path {folder}; fastcgi_temp_path {folder};
    uwsgi_temp_path {folder}; scgi_temp_path {folder};
    server {{
        listen 127.0.0.1:{port};
        location / {{ default_type application/json; return 200 '{body}'; }}
    }}
}}
"""


def measured(command):
    """Runs a command; its output and the user and system seconds that it took."""
    started = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    output = started.stdout.read()
    _, status, usage = os.wait4(started.pid, 0)
    started.returncode = os.waitstatus_to_exitcode(status)
    if started.returncode != 0:
        sys.exit(f"{command[0]} ended with {started.returncode}:\n{output}")
    return output, usage.ru_utime + usage.ru_stime


def wrk_round(url, options):
    output, cpu = measured(["wrk", "-t1", f"-c{options.connections}", f"-d{options.seconds}s", url])
    errors = re.search(r"Non-2xx or 3xx responses: (\d+)|Socket errors: (.*)", output)
    if errors:
        sys.exit(f"wrk met errors: {errors.group(0)}")
    return int(re.search(r"(\d+) requests in", output).group(1)), cpu


def engine_round(url, options):
    output, cpu = measured([options.firedrill, "bench-static", url, "--connections", str(options.connections),
                            "--seconds", str(options.seconds)])
    figures = json.loads(output.strip().splitlines()[-1])
    if figures["errors"]:
        sys.exit(f"the engine met {figures['errors']} errors")
    return figures["requests"], cpu


def start_nginx(folder):
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    configuration = os.path.join(folder, "nginx.conf")
    with open(configuration, "w") as file:
        file.write(NGINX.format(folder=folder, port=port, body=BODY))
    server = subprocess.Popen(["nginx", "-e", f"{folder}/error.log", "-c", configuration])
    for _ in range(200):
        if server.poll() is not None:
            sys.exit(f"nginx did not start; see its message above (configuration in {configuration})")
        try:
            socket.create_connection(("127.0.0.1", port), timeout=1).close()
            return server, f"http://127.0.0.1:{port}/"
        except OSError:
            time.sleep(0.02)
    server.terminate()
    sys.exit("nginx did not listen within 4 s")


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--firedrill", default=".build/release/firedrill", help="the release build's binary")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--seconds", type=int, default=3)
    parser.add_argument("--connections", type=int, default=64)
    parser.add_argument("--json", action="store_true", help="print one line of JSON instead of the table")
    options = parser.parse_args()
    for program in ["nginx", "wrk"]:
        if not shutil.which(program):
            sys.exit(f"{program} is not installed (apt-get install nginx-light wrk)")
    if not os.access(options.firedrill, os.X_OK):
        sys.exit(f"{options.firedrill} is not there: swift build -c release --product firedrill")

    with tempfile.TemporaryDirectory(prefix="firedrill-bench-") as folder:
        server, url = start_nginx(folder)
        try:
            results = {"firedrill": [], "wrk": []}
            for number in range(options.rounds):
                # The first to run alternates, so that neither always meets the warmer machine.
                turns = [("firedrill", engine_round), ("wrk", wrk_round)]
                for name, turn in turns if number % 2 == 0 else reversed(turns):
                    requests, cpu = turn(url, options)
                    results[name].append((cpu * 1e6 / requests, requests / options.seconds))
        finally:
            server.send_signal(signal.SIGTERM)
            server.wait()

    medians = {name: statistics.median(cost for cost, _ in rounds) for name, rounds in results.items()}
    ratio = medians["firedrill"] / medians["wrk"]
    if options.json:
        print(json.dumps({"connections": options.connections, "rounds": options.rounds,
                          "cpuMicrosecondsPerRequest": medians, "ratio": ratio}))
        return
    print(f"{options.connections} connections, {options.rounds} rounds of {options.seconds} s each, taking turns")
    for name, rounds in results.items():
        costs = " ".join(f"{cost:6.2f}" for cost, _ in rounds)
        rate = statistics.median(rate for _, rate in rounds)
        print(f"{name:10} {medians[name]:6.2f} µs CPU per request (rounds: {costs}), {rate:9.0f} requests/s")
    print(f"ratio      {ratio:6.2f} (below 1: the engine costs less than wrk)")


if __name__ == "__main__":
    main()
