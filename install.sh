#!/usr/bin/env bash
# Puts LusEdge on this machine. So far: --demo, which builds the appliance from this checkout and runs it on the phantom clip.
set -euo pipefail
cd "$(dirname "$0")"
# ldconfig is there, and Debian leaves it off a user's PATH.
PATH=$PATH:/usr/sbin:/sbin

usage() {
  cat <<'TEXT'
usage: ./install.sh --demo [--seconds N]
       ./install.sh --test-packages [--all]

  --demo         install what is missing, build the appliance into artifacts/lusedge, and run it on the synthetic
                 phantom clip with a broker of its own; Ctrl-C ends it
  --seconds N    end the demo N seconds after its first reading
  --test-packages
                 only install what tests/run.sh needs from the distribution; with --all, what its long parts need too

Needs Debian 12 or 13 (Ubuntu by the same steps: not verified) and the .NET 10 SDK. Missing packages are installed with apt,
as root or by sudo.
TEXT
}

fail() {
  echo "install.sh: $1" >&2
  exit "${2:-69}"
}

# Usage: need_packages NAME…   NAME is a package of Debian, or ffmpeg-libraries for those of the release at hand.
# Fails with the exact line to run when something is missing and can't be installed from here.
need_packages() {
  local name missing=() as_root=()
  for name in "$@"; do
    if [ "$name" = ffmpeg-libraries ]; then
      # Not grep -q: it hangs up on ldconfig, which then fails, and what is there counts as missing.
      ldconfig -p | grep 'libavdevice\.so\.[0-9]' >/dev/null && continue
    elif dpkg-query -W -f '${Status}' "$name" 2>/dev/null | grep -q 'install ok installed'; then
      continue
    fi
    missing+=("$name")
  done
  [ ${#missing[@]} -gt 0 ] || return 0
  command -v apt-get >/dev/null || {
    echo "missing, and there is no apt-get here: install with your package manager what Debian calls ${missing[*]/ffmpeg-libraries/ffmpeg}" >&2
    return 1
  }
  if [ "$(id -u)" != 0 ]; then
    if ! sudo -n true 2>/dev/null && ! { [ -t 0 ] && command -v sudo >/dev/null; }; then
      echo "missing; as root run: apt-get update && apt-get install --no-install-recommends ${missing[*]/ffmpeg-libraries/$(ffmpeg_libraries)}" >&2
      return 1
    fi
    as_root=(sudo)
  fi
  # First the lists: a fresh image has none, and the libraries' name is looked up there.
  "${as_root[@]}" apt-get update -qq || return
  missing=("${missing[@]/ffmpeg-libraries/$(ffmpeg_libraries)}")
  echo "installing ${missing[*]}"
  "${as_root[@]}" env DEBIAN_FRONTEND=noninteractive apt-get install -qq --no-install-recommends "${missing[@]}" >/dev/null
}

# libavdevice brings the other six along, and its number differs with the release. Without package lists that number can't be known:
# then the package ffmpeg, which needs the same libraries.
ffmpeg_libraries() {
  apt-cache search --names-only '^libavdevice[0-9]+$' | sort -V | tail -n 1 | cut -d' ' -f1 | grep . || echo ffmpeg
}

job=none
demo_arguments=()
# python3-opencv reads exported models with another reader (84 MB); the last five are an RTSP server.
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
  fail "no .NET SDK of version 10.0 is installed; found: $(dotnet --list-sdks | cut -d' ' -f1 | paste -sd' '). Install it: https://learn.microsoft.com/dotnet/core/install/linux-debian"
case $(uname -m) in
  x86_64) rid=linux-x64 ;;
  aarch64) rid=linux-arm64 ;;
  *) fail "there is no build for $(uname -m): LusEdge runs on x86_64 and aarch64." ;;
esac

echo "== 1/3 FFmpeg's libraries and mosquitto_sub, from the distribution"
need_packages ffmpeg-libraries mosquitto-clients || fail "packages are missing; see above."

echo "== 2/3 Building the appliance into artifacts/lusedge (without the trainer)"
dotnet publish src/LusEdge.Cli --configuration Release --runtime "$rid" --self-contained false \
  --output artifacts/lusedge --verbosity quiet -nologo ||
  fail "the build failed; see above." 1

echo "== 3/3 Demo"
# By the dotnet that built it: the program alone looks for its runtime in the system's places only, and the SDK may lie in a home.
exec dotnet artifacts/lusedge/LusEdge.Cli.dll demo "${demo_arguments[@]}"
