#!/bin/sh
# Puts the Python packages of others where e2e/*.test.mjs find them. Does nothing if they are there. Needs python3 with pip.
set -eu
folder="$(cd "$(dirname "$0")" && pwd)/.python"
packages="segment-analytics-python==2.4.0 standardwebhooks==1.1.0 schemathesis==4.32.5"
if [ -f "$folder/.version" ] && [ "$(cat "$folder/.version")" = "$packages" ]; then
  exit 0
fi
echo "$packages → $folder"
rm -rf "$folder"
# shellcheck disable=SC2086
python3 -m pip install --quiet --disable-pip-version-check --no-input --root-user-action=ignore --target "$folder" $packages
echo "$packages" >"$folder/.version"
