#!/bin/sh
# Make the virtual environment $1 from requirements.lock, with uv if present and pip otherwise.
# Nothing happens when it was made from the same lock, project file and interpreter; an
# interrupted making is thrown away, because the stamp is written last.
set -eu
venv=$1
python=${PYTHON:-python3}
wanted=$({ cat requirements.lock pyproject.toml; "$python" -V; pwd; } | sha256sum | cut -c1-64)
if [ -f "$venv/.made" ] && [ "$(cat "$venv/.made")" = "$wanted" ]; then
    exit 0
fi
if ! "$python" -c 'import sys; sys.exit(sys.version_info < (3, 11))'; then
    echo "Forage needs Python 3.11 or newer; '$python' is $("$python" -V). Try: make PYTHON=python3.12" >&2
    exit 2
fi
rm -rf "$venv"
if command -v uv >/dev/null 2>&1; then
    echo "making $venv with uv"
    uv venv --quiet --python "$python" "$venv"
    uv pip install --quiet --python "$venv/bin/python" --require-hashes -r requirements.lock
    uv pip install --quiet --python "$venv/bin/python" --no-deps --no-build-isolation -e .
else
    echo "making $venv with pip (some minutes)"
    "$python" -m venv "$venv"
    "$venv/bin/pip" install --quiet --disable-pip-version-check --require-hashes -r requirements.lock
    "$venv/bin/pip" install --quiet --disable-pip-version-check --no-deps --no-build-isolation -e .
fi
echo "$wanted" > "$venv/.made"
