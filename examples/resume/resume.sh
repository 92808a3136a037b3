#!/bin/sh
# Starts the program, kills it with SIGKILL while it packs, and starts it again.
set -eu
cd "$(dirname "$0")"
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT

go build -o "$dir/resume" .
mkfifo "$dir/output"

echo "--- first process"
"$dir/resume" -db "$dir/runs.db" -slow >"$dir/output" &
while read -r line; do
    echo "$line"
    case $line in "pack: attempt"*) kill -9 $! ;; esac
done <"$dir/output"
wait $! || echo "--- died with status $?"

echo "--- second process"
"$dir/resume" -db "$dir/runs.db"
