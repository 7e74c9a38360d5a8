#!/bin/sh
# deps.sh PACKAGE...: install the Debian packages that are missing, and only those.
#
# When none is missing nothing is run and the network is not touched, so every
# make target may begin with this. Anyone but root is told what root should type.
set -eu

if ! command -v dpkg-query >/dev/null; then
	echo "deps: hint: this is not a Debian or Ubuntu machine; see to these yourself: $*" >&2
	exit 0
fi

missing=
for package in "$@"; do
	# A removed package that left its configuration behind is known to dpkg, but not installed.
	state=$(dpkg-query -W -f '${db:Status-Status}' "$package" 2>/dev/null || :)
	[ "$state" = installed ] || missing="$missing $package"
done
[ -n "$missing" ] || exit 0

if [ "$(id -u)" != 0 ]; then
	echo "deps: error: install packages: only root may" >&2
	echo "deps: hint: sudo apt-get install --no-install-recommends$missing" >&2
	exit 1
fi

echo "deps: installing$missing"
export DEBIAN_FRONTEND=noninteractive DEBCONF_NOWARNINGS=yes
# One broken source among many need not matter; a package that cannot be had does, and install says so.
apt-get update -qq || echo "deps: hint: not every package list could be fetched" >&2
# The unquoted list is meant to fall apart into its words.
apt-get install -qq --no-install-recommends $missing >/dev/null || {
	echo "deps: error: install$missing: apt-get says why above" >&2
	exit 1
}
