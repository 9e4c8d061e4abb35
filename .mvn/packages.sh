#!/bin/sh
# Programs the tests need besides Java: installs those that are missing where it may, else says how.
set -eu
missing=
command -v bwrap >/dev/null || missing="$missing bubblewrap"
command -v setpriv >/dev/null && command -v unshare >/dev/null || missing="$missing util-linux"
command -v slirp4netns >/dev/null || missing="$missing slirp4netns"
command -v ip >/dev/null || missing="$missing iproute2"
command -v dnsmasq >/dev/null || missing="$missing dnsmasq-base"
command -v perl >/dev/null || missing="$missing perl-base"
command -v chromium >/dev/null && command -v chromedriver >/dev/null || missing="$missing chromium chromium-driver"
[ -n "$missing" ] || exit 0
if command -v apt-get >/dev/null && [ "$(id -u)" = 0 ]; then
  apt-get install -qq --no-install-recommends $missing >/dev/null 2>&1 ||
    { apt-get update -qq && apt-get install -qq --no-install-recommends $missing; } >/dev/null
else
  echo "The tests need these programs; install them as root: apt-get install$missing" >&2
  exit 1
fi
