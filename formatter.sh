#!/bin/sh
# Formats all that is in the tree, as `make fmt` does.
set -eu
cd "$(dirname "$0")"
exec scripts/fmt "$@"
