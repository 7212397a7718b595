#!/usr/bin/env bash
# Installs LusEdge. So far only --demo: it builds the appliance from this checkout and runs it on the phantom clip.
set -euo pipefail
cd "$(dirname "$0")"
# For ldconfig, because a Debian user's PATH lacks it.
PATH=$PATH:/usr/sbin:/sbin

usage() {
  cat <<'TEXT'
usage: ./install.sh --demo [--seconds N]
       ./install.sh --test-packages [--all]

  --demo         install missing packages, build the appliance into artifacts/lusedge, and run it on the synthetic
                 phantom clip with its own broker; Ctrl-C ends it
  --seconds N    end the demo N seconds after its first reading
  --test-packages
                 only install the packages that tests/run.sh needs; with --all, also those of its long parts

Needs Debian 12 or 13 and the .NET 10 SDK. Ubuntu should work too, but is not tested. Missing packages are installed with apt,
as root or with sudo.
TEXT
}

fail() {
  echo "install.sh: $1" >&2
  exit "${2:-69}"
}

# Usage: need_packages NAME…   NAME is a Debian package, or ffmpeg-libraries for the FFmpeg libraries of this release.
# Fails with the exact command to run if a package is missing and can't be installed from here.
need_packages() {
  local name missing=() as_root=()
  for name in "$@"; do
    if [ "$name" = ffmpeg-libraries ]; then
      # Not grep -q: it closes the pipe early, ldconfig fails, and installed libraries would count as missing.
      ldconfig -p | grep 'libavdevice\.so\.[0-9]' >/dev/null && continue
    elif dpkg-query -W -f '${Status}' "$name" 2>/dev/null | grep -q 'install ok installed'; then
      continue
    fi
    missing+=("$name")
  done
  [ ${#missing[@]} -gt 0 ] || return 0
  command -v apt-get >/dev/null || {
    echo "packages are missing, and there is no apt-get: install what Debian calls ${missing[*]/ffmpeg-libraries/ffmpeg}" >&2
    return 1
  }
  if [ "$(id -u)" != 0 ]; then
    if ! sudo -n true 2>/dev/null && ! { [ -t 0 ] && command -v sudo >/dev/null; }; then
      missing=("${missing[@]/ffmpeg-libraries/$(ffmpeg_libraries)}")
      echo "packages are missing; run as root: apt-get update && apt-get install --no-install-recommends ${missing[*]}" >&2
      return 1
    fi
    as_root=(sudo)
  fi
  # The package lists first: a fresh image has none, and the libraries' name is looked up there.
  "${as_root[@]}" apt-get update -qq || return
  missing=("${missing[@]/ffmpeg-libraries/$(ffmpeg_libraries)}")
  echo "installing ${missing[*]}"
  "${as_root[@]}" env DEBIAN_FRONTEND=noninteractive apt-get install -qq --no-install-recommends "${missing[@]}" >/dev/null
}

# libavdevice pulls in the other six libraries. The number in its name depends on the release; without package lists it is unknown,
# and the package ffmpeg, which needs the same libraries, takes its place.
ffmpeg_libraries() {
  apt-cache search --names-only '^libavdevice[0-9]+$' | sort -V | tail -n 1 | cut -d' ' -f1 | grep . || echo ffmpeg
}

job=none
demo_arguments=()
# python3-opencv (84 MB) reads exported models with an independent reader; the last five are an RTSP server.
test_packages=(
  ffmpeg-libraries ffmpeg mosquitto mosquitto-clients shellcheck
  python3-opencv gir1.2-gst-rtsp-server-1.0 python3-gi gstreamer1.0-plugins-base gstreamer1.0-plugins-good gstreamer1.0-plugins-ugly
)
while [ $# -gt 0 ]; do
  case $1 in
    --demo) job=demo ;;
    --test-packages) job=test-packages ;;
    --all) test_packages+=(debootstrap wget qemu-system-x86 cpio kmod gcc libc6-dev) ;;
    --seconds)
      [[ ${2:-} =~ ^[1-9][0-9]*$ ]] || fail "--seconds needs a whole number above 0." 64
      demo_arguments+=(--seconds "$2")
      shift
      ;;
    -h | --help)
      usage
      exit 0
      ;;
    *)
      usage >&2
      fail "unknown option: $1" 64
      ;;
  esac
  shift
done
case $job in
  none)
    usage >&2
    fail "nothing to do: give --demo." 64
    ;;
  test-packages)
    need_packages "${test_packages[@]}"
    command -v npm >/dev/null || need_packages nodejs npm
    exit
    ;;
esac

command -v dotnet >/dev/null ||
  fail "the .NET 10 SDK is not on the PATH. Install it: https://learn.microsoft.com/dotnet/core/install/linux-debian"
dotnet --version >/dev/null 2>&1 ||
  fail "no .NET 10.0 SDK is installed; found: $(dotnet --list-sdks | cut -d' ' -f1 | paste -sd' '). Install it: https://learn.microsoft.com/dotnet/core/install/linux-debian"
case $(uname -m) in
  x86_64) rid=linux-x64 ;;
  aarch64) rid=linux-arm64 ;;
  *) fail "there is no build for $(uname -m): LusEdge runs on x86_64 and aarch64." ;;
esac

echo "== 1/3 Installing FFmpeg's libraries and mosquitto_sub from the distribution"
need_packages ffmpeg-libraries mosquitto-clients || fail "packages are missing; see above."

echo "== 2/3 Building the appliance into artifacts/lusedge (without the trainer)"
dotnet publish src/LusEdge.Cli --configuration Release --runtime "$rid" --self-contained false \
  --output artifacts/lusedge --verbosity quiet -nologo ||
  fail "the build failed; see above." 1

echo "== 3/3 Running the demo"
# With the dotnet that built it: the program itself finds only a system-wide runtime, and the SDK may be in a home folder.
exec dotnet artifacts/lusedge/LusEdge.Cli.dll demo "${demo_arguments[@]}"
