set -Eeu -o pipefail
trap 'echo "$at: $BASH_COMMAND" >&2' ERR

# A server serves until it listens, on a free port, and is then asked to end.
kassa() {
  case "$1" in
  up | serve)
    local said pid
    said=$(mktemp)
    "$KASSA" "$@" --listen 127.0.0.1:0 >"$said" &
    pid=$!
    until grep -q 'listening on' "$said"; do
      kill -0 "$pid" 2>/dev/null || { wait "$pid"; return; }
      sleep 0.05
    done
    kill -TERM "$pid"
    wait "$pid"
    ;;
  *) "$KASSA" "$@" ;;
  esac
}

# A refusal is a failure. A stream (-N) is read for a second.
curl() {
  case " $* " in
  *" -N "*) command curl -sS --fail-with-body --max-time 1 "$@" || test $? = 28 ;;
  *) command curl -sS --fail-with-body --max-time 30 "$@" ;;
  esac
}

