#!/bin/sh
# Puts Segment's own Python client where e2e/segment.test.mjs finds it. Does nothing if it is there. Needs python3 with pip.
set -eu
folder="$(cd "$(dirname "$0")" && pwd)/.python"
version=2.4.0
if [ -f "$folder/.version" ] && [ "$(cat "$folder/.version")" = "$version" ]; then
  exit 0
fi
echo "segment-analytics-python $version → $folder"
rm -rf "$folder"
python3 -m pip install --quiet --disable-pip-version-check --no-input --root-user-action=ignore --target "$folder" "segment-analytics-python==$version"
echo "$version" >"$folder/.version"
