#!/usr/bin/env bash
# Compares the table in Native/FFmpegRelease.cs, and the few numbers hard-coded in the binding, with the headers of each Debian release's
# FFmpeg. Prints one line per release; fails if a number differs. With a folder of headers as argument (for instance FFmpeg's
# configured sources), it prints their numbers instead: the row of a new release.
# CC selects another compiler: CC=aarch64-linux-gnu-gcc checks the table for that architecture.
# shellcheck source=tests/debian/roots.sh
. "$(dirname "$0")/roots.sh"

source=src/LusEdge.FFmpeg

# Usage: of_headers INCLUDE…   Prints one NAME NUMBER per line, in the order of ffmpeg-layout.c.
of_headers() {
  "${CC:-cc}" -O1 -S -w -o - "${@/#/-I}" tests/debian/ffmpeg-layout.c | sed -nE 's/^-> ([A-Za-z]+) [$#]?(-?[0-9]+).*/\1 \2/p'
}

# Usage: constant FILE NAME
constant() { sed -nE "s/^ *(public|private) const int $2 = ([0-9]+);.*/\2/p" "$source/$1"; }

# Usage: of_table MAJOR   Prints the same lines from the binding's source.
of_table() {
  local row=() names=(InterruptCallback CodecParameters TimeBase FrameFlags DecodeErrorFlags BestEffortTimestamp)
  mapfile -t row < <(sed -nE "s/^ *new\(\"[^\"]*\", Util: ([0-9]+), Codec: ($1), Filter: ([0-9]+), ([0-9, ]+)\),$/\1, \2, \2, \2, \3, \4/p" $source/Native/FFmpegRelease.cs | tr -s ', ' '\n')
  paste -d ' ' <(printf '%s\n' Util Codec Format Device Filter "${names[@]}") <(printf '%s\n' "${row[@]}")
  sed -nE 's/^ *public const int ([A-Za-z]+) = ([0-9]+);.*/\1 \2/p' $source/Native/FFmpegRelease.cs
  cat <<TEXT
KeyFlag $(constant Packet.cs KeyFlag)
PacketCorruptFlag $(constant Packet.cs CorruptFlag)
FrameCorruptFlag $(constant Picture.cs CorruptFlag)
VideoType $(constant Demuxer.cs VideoType)
SeekByte $(constant Demuxer.cs SeekByte)
AnyKey $(constant OptionDictionary.cs MatchAnyKey)
NonBlock $(sed -nE 's/.*\+nobuffer\+([0-9]+)".*/\1/p' src/LusEdge/Capture/Source/SourceAddress.cs)
TEXT
}

# Usage: try SUITE MAJOR
try() {
  local suite=$1 major=$2 reason include differences
  reason=$(obstacle "${CC:-cc}")
  [ -n "$reason" ] || [ -d "$cache/$suite-ffmpeg/root" ] || reason=$(unreachable "$suite")
  [ -n "$reason" ] || [ "$suite" != sid ] || reason="Debian no longer has headers of libavcodec $major"
  if [ -n "$reason" ]; then
    echo "debian $suite: skipped: $reason"
    return
  fi
  mkdir -p "$cache"
  if ! ffmpeg_root "$suite" "$cache/$suite-ffmpeg.log"; then
    echo "debian $suite: failed: the root could not be made; see artifacts/debian/$suite-ffmpeg.log"
    return 1
  fi
  include=$(echo "$cache/$suite-ffmpeg/root/usr/include/"*-linux-gnu)
  if ! differences=$(diff <(of_headers "$include" | sort) <(of_table "$major" | sort)); then
    echo "$differences" >&2
    echo "debian $suite: failed: the headers of libavcodec $major (<) and the binding (>) differ; see above"
    return 1
  fi
  echo "debian $suite: ok, $(of_headers "$include" | wc -l) numbers match the headers of libavcodec $major on $("${CC:-cc}" -dumpmachine)"
}

if [ $# -gt 0 ]; then
  of_headers "$@"
  exit
fi
failed=0
for release in "${ffmpeg_releases[@]}"; do
  # shellcheck disable=SC2086  # two words
  try $release || failed=1
done
exit $failed
