#!/bin/sh
# Puts the servers of others into .peers, and nothing anywhere else: with pip, npm, and apt's
# packages taken apart. What can't be had is left out, and the benchmark says so.
set -u
here="$(cd "$(dirname "$0")/../../.." && pwd)/.peers"
python="${PYTHON:-python3}"
mkdir -p "$here/debian"
cd "$here" || exit 1

"$python" -m venv venv
# websockets and the rest of what is compared by version: the newest that pip finds.
venv/bin/python -m pip install -qq --disable-pip-version-check \
    websockets aiohttp python-socketio uvicorn uvloop httptools channels daphne django ||
    echo "pip: not everything could be had" >&2

if command -v npm >/dev/null; then
    npm install --silent --ignore-scripts --no-save --no-package-lock --prefix . ws socket.io ||
        echo "npm: not everything could be had" >&2
else
    echo "npm is missing: no node ws and no socket.io" >&2
fi

# A package and what it needs, without what the machine has installed.
taken_apart() {
    command -v apt-get >/dev/null || { echo "apt-get is missing: no $1" >&2; return; }
    needed="$(apt-get install --simulate --no-install-recommends "$1" 2>/dev/null | sed -n 's/^Inst \([^ ]*\).*/\1/p')"
    [ -n "$needed" ] || { echo "$1 can't be had, or is installed" >&2; return; }
    # shellcheck disable=SC2086
    (cd debian && apt-get download -qq -o APT::Sandbox::User=root $needed && for one in ./*.deb; do dpkg -x "$one" . && rm "$one"; done) ||
        echo "$1 could not be had" >&2
}
taken_apart nats-server
taken_apart mosquitto
taken_apart prosody
exit 0
