#!/usr/bin/env bash
# One binary, every FFmpeg: runs the same build on the FFmpeg of each Debian release, in a root of that release with this machine's
# .NET. There, it must pass the capture tests (every codec, protocol and failure), decode to the same frames as this machine's ffmpeg
# command, to within one gray level, and grade the phantom with the published command as here. Prints one line per release; fails if
# one failed. Needs the build of tests/run.sh.
# shellcheck source=tests/debian/roots.sh
. "$(dirname "$0")/roots.sh"

tests=artifacts/bin/LusEdge.IntegrationTests/release
published=artifacts/lusedge
phantom=models/phantom/phantom-walk.mp4
clips=${LUSEDGE_CLIPS:-$PWD/../shared/data/lus}
shared=$cache/ffmpeg

# Usage: try SUITE MAJOR   MAJOR is the major version of libavcodec.
try() {
  local suite=$1 major=$2 name=$1-ffmpeg log=$cache/$1-ffmpeg.log result=$shared/$1 reason code=0 binds=()
  reason=$(obstacle dotnet ffmpeg)
  [ -n "$reason" ] || [ -f "$tests/LusEdge.IntegrationTests.dll" ] && [ -f "$published/LusEdge.Cli.dll" ] || reason='nothing is built: run tests/run.sh'
  [ -n "$reason" ] || [ -d "$cache/$name/root" ] || reason=$(unreachable "$suite")
  if [ -n "$reason" ]; then
    echo "debian $suite: skipped: $reason"
    return
  fi
  rm -rf "$result"
  mkdir -p "$result"
  if ! ffmpeg_root "$suite" "$log"; then
    # Unstable keeps the libraries of the previous FFmpeg only until no package needs them.
    if [ "$suite" = sid ]; then
      echo "debian $suite: skipped: it may no longer have libavcodec $major; see artifacts/debian/$name.log"
      return
    fi
    echo "debian $suite: failed: the root could not be made; see artifacts/debian/$name.log"
    return 1
  fi
  [ ! -d "$clips" ] || binds+=("$clips:/mnt/clips")
  # shellcheck disable=SC2016  # expanded inside
  contained "$log" bash -euc '
      root=$1 result=$2
      shift 2
      # Everything is read-only, except memory and the results folder.
      mount --bind "$root" "$root"
      for bind in "$@"; do mkdir -p "$root${bind#*:}"; done
      mkdir -p "$root/mnt/result"
      mount -o remount,bind,ro "$root"
      mount -t proc proc "$root/proc"
      mount --rbind /dev "$root/dev"
      mount -t tmpfs tmpfs "$root/tmp"
      mount --bind "$result" "$root/mnt/result"
      for bind in "$@"; do mount --bind -o ro "${bind%%:*}" "$root${bind#*:}"; done
      exec chroot "$root" env -i HOME=/tmp PATH=/usr/share/dotnet:/usr/bin:/bin LUSEDGE_CLIPS=/mnt/clips LUSEDGE_REFERENCE_CLIPS=/mnt/reference bash -uc "
        dotnet /mnt/lusedge/LusEdge.Cli.dll replay --json /mnt/lusedge/'"$phantom"' >/mnt/result/replay.jsonl
        echo \"replay ended with exit code \$?\"
        exec dotnet /mnt/tests/LusEdge.IntegrationTests.dll -noLogo -noColor -showLiveOutput -namespace LusEdge.IntegrationTests.Capture -namespace LusEdge.IntegrationTests.FFmpeg"' \
    _ "$cache/$name/root" "$result" "$(dotnet_root):/usr/share/dotnet" "$PWD/$tests:/mnt/tests" "$PWD/$published:/mnt/lusedge" \
    "$shared/reference:/mnt/reference" "${binds[@]}" || code=$?
  judge "$suite" "$major" "$log" "$result" "$code"
}

# Usage: judge SUITE MAJOR LOG RESULT CODE   Prints the release's result from the output of its run.
judge() {
  local suite=$1 major=$2 log=$3 result=$4 code=$5 reason='' total='' skipped ran_on frames one_off other
  read -r total skipped < <(sed -nE 's/.*Total: ([0-9]+), Errors: 0, Failed: 0, Skipped: ([0-9]+),.*/\1 \2/p' "$log") || true
  ran_on=$(sed -nE 's/.* ran on (FFmpeg .*)/\1/p' "$log")
  read -r frames one_off < <(sed -nE 's/.* ([0-9]+) frames; pixels off by 0, 1, 2, more: [0-9]+, ([0-9]+), .*/\1 \2/p' "$log" | awk '{ f += $1; o += $2 } END { print f + 0, o + 0 }')
  # Grades, states and numbers must be equal; probabilities may differ by rounding.
  other=$(diff <(without_probabilities "$shared/replay.jsonl") <(without_probabilities "$result/replay.jsonl") | grep -c '^[<>]' || true)
  if [ "$code" != 0 ] || [ -z "$total" ]; then
    reason="the tests ended with exit code $code"
  elif [[ $ran_on != *"libavcodec $major)"* ]]; then
    reason="it ran on ${ran_on:-no FFmpeg}, not on libavcodec $major"
  elif [ "$other" != 0 ]; then
    reason="$other lines of the replay differ"
  elif [ "$frames" = 0 ]; then
    reason="no frame was compared"
  fi
  if [ -n "$reason" ]; then
    grep -A 3 'FAIL\]' "$log" | head -n 40 >&2 || tail -n 20 "$log" >&2
    echo "debian $suite: failed: $reason; see artifacts/debian/$suite-ffmpeg.log"
    return 1
  fi
  echo "debian $suite: ok, $ran_on: $total tests, $skipped skipped; $frames frames compared, $one_off pixels off by one level, none by more; $(wc -l <"$result/replay.jsonl") replay lines equal"
}

# Usage: without_probabilities FILE
without_probabilities() { sed -E 's/"p":(\[[^]]*\]|null),?//; s/"file":"[^"]*",//' "$1"; }

# This machine's frames and grades, which the others are compared with.
reference() {
  mkdir -p "$shared/reference"
  LUSEDGE_REFERENCE_CLIPS=$shared/reference "$tests/LusEdge.IntegrationTests" -noLogo -noColor -class '*ReferenceClipTests' >"$shared/reference.log" ||
    { cat "$shared/reference.log" >&2; return 1; }
  "$published/lusedge" replay --json "$published/$phantom" >"$shared/replay.jsonl" 2>"$shared/reference.log"
}

failed=0
if [ -z "$(obstacle dotnet ffmpeg)" ] && [ -f "$tests/LusEdge.IntegrationTests" ] && [ -f "$published/lusedge" ] && ! reference; then
  echo "debian reference: failed: this machine's own frames could not be made; see above"
  exit 1
fi
for release in "${ffmpeg_releases[@]}"; do
  # shellcheck disable=SC2086  # two words
  try $release || failed=1
done
exit $failed
