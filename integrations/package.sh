#!/usr/bin/env bash
# Makes all packages of a binary: package.sh BUILD FOLDER, where BUILD is the build folder that holds it.
#
#   beamwright-VERSION-PLATFORM, checksums.txt   the binary alone, as the wrappers download it, and its SHA-256
#   beamwright_VERSION_ARCHITECTURE.deb          for Debian: binary, manual page, completions, documents
#   beamwright-VERSION.tgz, beamwright-PLATFORM-VERSION.tgz   for npm
#   mix/, rebar3/                                the wrappers, with that checksum pinned
set -euo pipefail
here=$(dirname "$(readlink -f "${BASH_SOURCE[0]}")")
build=$(readlink -f "$1")
mkdir -p "$2"
folder=$(readlink -f "$2")
binary=$build/beamwright
version=$("$binary" --version | cut -d' ' -f2)
case $(uname -m) in
  x86_64) platform=linux-x64 ;;
  aarch64) platform=linux-arm64 ;;
  *) echo "package: no package is made for $(uname -m)" >&2; exit 2 ;;
esac

rm -rf "${folder:?}"/{*.deb,*.tgz,beamwright-*,checksums.txt,mix,rebar3,cpack}

# The same sources make the same packages.
SOURCE_DATE_EPOCH=${SOURCE_DATE_EPOCH:-$(git -C "$here" log -1 --format=%ct 2> /dev/null || date +%s)}
export SOURCE_DATE_EPOCH

(cd "$build" && cpack -B "$folder/cpack" > "$folder/cpack.log") || { cat "$folder/cpack.log" >&2; exit 1; }
mv "$folder"/cpack/*.deb "$folder"
rm -r "$folder/cpack" "$folder/cpack.log"

name=beamwright-$version-$platform
strip -o "$folder/$name" "$binary"
(cd "$folder" && sha256sum "$name" > checksums.txt)

node "$here/npm/pack.mjs" "$folder/$name" "$platform" "$folder" > /dev/null

for wrapper in mix rebar3; do
  mkdir "$folder/$wrapper"
  (cd "$here/$wrapper" && tar --create --exclude=_build --exclude=deps .) | tar --extract --directory "$folder/$wrapper"
  cat "$folder/checksums.txt" >> "$folder/$wrapper/priv/checksums.txt"
done
ls -1 "$folder"
