#!/bin/sh
# Puts aiosmtpd, a mail server, where server.py finds it. Does nothing if it is there. Needs python3 with pip.
set -eu
folder="$(cd "$(dirname "$0")" && pwd)/.python"
version=1.4.6
if [ -f "$folder/.version" ] && [ "$(cat "$folder/.version")" = "$version" ]; then
  exit 0
fi
echo "aiosmtpd $version → $folder"
rm -rf "$folder"
python3 -m pip install --quiet --disable-pip-version-check --no-input --root-user-action=ignore --target "$folder" "aiosmtpd==$version"
echo "$version" >"$folder/.version"
