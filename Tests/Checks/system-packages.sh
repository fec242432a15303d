#!/usr/bin/env bash
# Installs the system packages that are missing: those of the build, and those named as arguments.
set -euo pipefail

wanted=(libcurl4-openssl-dev libz-dev libsqlite3-dev libarchive-dev "$@")
missing=()
for package in "${wanted[@]}"; do
    # libz-dev is a virtual name of zlib1g-dev.
    real=${package/#libz-dev/zlib1g-dev}
    dpkg-query -W -f='${Status}' "$real" 2>/dev/null | grep -q 'install ok installed' || missing+=("$package")
done

if ! command -v swift >/dev/null; then
    echo "firedrill: Swift 6.3 is needed and 'swift' is not on the PATH; see https://www.swift.org/install/linux/" >&2
    exit 104
fi
[ ${#missing[@]} -eq 0 ] && exit 0

if [ "$(id -u)" -ne 0 ]; then
    echo "firedrill: these system packages are missing: ${missing[*]}" >&2
    echo "Run this once, then the same make command again:" >&2
    echo "  sudo apt-get update && sudo apt-get install -y ${missing[*]}" >&2
    exit 104
fi
echo "Installing ${missing[*]}"
apt-get update -qq
DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "${missing[@]}" >/dev/null
