#!/usr/bin/env python3
"""calibration.py BUILD-FOLDER: what `firedrill calibrate` records is what the emulator was set to, whichever way that is.

An emulator is started with its switches set one way and then the other; the calibration of each must find them, and an
emulator started with the file must be found set the same way again.
"""

import json
import os
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path

WAYS = [
    {
        "caches-error-answers": "true", "invalidation-needs-permission": "true", "refused-invocation-status": "500",
        "evaluation-range-extra-periods": "2",
    },
    {
        "caches-error-answers": "false", "invalidation-needs-permission": "false", "refused-invocation-status": "503",
        "evaluation-range-extra-periods": "4",
    },
]


def calibrate(folder, scratch, name, options):
    """Starts an emulator with options and calibrates it; returns the file."""
    announcement = scratch / f"{name}.announcement"
    with open(announcement, "w") as output:
        emulator = subprocess.Popen(
            [folder / "firedrill", "emulate", "--port", "0", "--json"] + options, stdout=output, start_new_session=True)
    try:
        deadline = time.monotonic() + 60
        while not announcement.read_text().endswith("\n"):
            if emulator.poll() is not None or time.monotonic() > deadline:
                raise SystemExit(f"the emulator did not start with {options}")
            time.sleep(0.01)
        endpoint = json.loads(announcement.read_text())["endpointURL"]
        file = scratch / f"{name}.json"
        outcome = subprocess.run(
            [
                folder / "firedrill", "calibrate", "scenarios/items-crud.yaml", "--stack", "firedrill", "--region",
                "us-west-2", "--endpoint-url", endpoint, "--allow-misconfigure", "--output", file, "--reports",
                scratch / "reports",
            ],
            env=dict(os.environ, AWS_ACCESS_KEY_ID="test", AWS_SECRET_ACCESS_KEY="test"), capture_output=True, text=True)
        if outcome.returncode:
            raise SystemExit(f"calibrate ended with {outcome.returncode}: {outcome.stdout}{outcome.stderr}")
        return file
    finally:
        os.killpg(emulator.pid, signal.SIGKILL)
        emulator.wait()


def main():
    folder = Path(sys.argv[1])
    with tempfile.TemporaryDirectory() as name:
        scratch = Path(name)
        for number, way in enumerate(WAYS):
            options = [word for item in way.items() for word in ("--switch", "=".join(item))]
            file = calibrate(folder, scratch, f"set-{number}", options)
            again = calibrate(folder, scratch, f"read-{number}", ["--calibration", str(file)])
            for found in (file, again):
                switches = json.loads(found.read_text())["switches"]
                if switches != way:
                    raise SystemExit(f"{found.name}: found {switches}, the emulator was set to {way}")
        if list((scratch / "reports" / ".journals").glob("*")):
            raise SystemExit("a journal was left")
        broken = scratch / "broken.json"
        broken.write_text('{"version": 1, "switches": {"no-such": "1"}}')
        outcome = subprocess.run(
            [folder / "firedrill", "emulate", "--port", "0", "--calibration", broken], capture_output=True, text=True)
        if outcome.returncode != 104 or "no-such" not in outcome.stderr:
            raise SystemExit(f"a broken calibration was taken: {outcome.returncode} {outcome.stderr}")
    print("both ways of every switch were found, and read back")


if __name__ == "__main__":
    main()
