#!/bin/sh
# How long a newcomer waits. Protocol: the committed state is cloned into an empty folder, with an
# empty DVC cache and no environment (the package manager's download cache is as it is); wall
# seconds of each command, one after the other, on an otherwise idle machine.
# Usage: sh benchmarks/times.sh [with-tests]
set -eu
here=$(cd "$(dirname "$0")/.." && pwd)
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
git clone --quiet "$here" "$folder/forage"
cd "$folder/forage"
timed() {
    name=$1
    shift
    start=$(date +%s)
    "$@" >"$folder/log" 2>&1 || { tail -40 "$folder/log"; echo "$name failed"; exit 1; }
    printf '%-42s %5d s\n' "$name" $(($(date +%s) - start))
}
echo "protocol: clean clone of $(git rev-parse --short HEAD), $(nproc) processors, $(date +%F)"
timed "make env (environment from the lock)" make env
timed "make repro, environment already made" make repro
timed "dvc repro, nothing to do" .venv/bin/dvc repro
if [ "${1:-}" = with-tests ]; then
    timed "make test" make test
fi
