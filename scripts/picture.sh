#!/bin/sh
# The picture of a report in the README: run checkmate-066 and photograph the report in headless chromium, its head and
# its survival curves (the table between them is left out of the picture).
# `make picture` calls this. PYTHON is the interpreter with abscopal in it; RUN an existing run folder to take instead.
set -eu
cd "$(dirname "$0")/.."
python=${PYTHON:-.venv/bin/python}
picture=docs/images/report.png
width=1200 height=2000

browser=$(command -v chromium || command -v chromium-browser || command -v google-chrome) ||
  { echo "needs chromium; on Debian: apt-get install chromium" >&2; exit 1; }
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

run=${RUN:-$work/run}
[ -n "${RUN:-}" ] || "$(dirname "$python")/abscopal" run checkmate-066 --seed 1 --workers 2 --out "$run" --quiet
{ cat "$run/report.html"; echo '<style>section:not(#survival), nav, footer { display: none }</style>'; } >"$work/report.html"
"$browser" --headless --no-sandbox --disable-gpu --hide-scrollbars --user-data-dir="$work/browser" \
  --window-size=$width,$height --screenshot="$work/report.png" "file://$work/report.html" 2>"$work/log" ||
  { cat "$work/log" >&2; exit 1; }

mkdir -p docs/images
"$python" - "$work/report.png" "$picture" $width "$height" <<'PYTHON'
import sys
from PIL import Image, ImageChops

source, target, width = sys.argv[1], sys.argv[2], int(sys.argv[3])
image = Image.open(source).convert("RGB")
paper = Image.new("RGB", image.size, image.getpixel((0, 0)))
bottom = ImageChops.difference(image, paper).getbbox()[3]
image = image.crop((0, 0, width, bottom + 30))
image.quantize(256, dither=Image.Dither.NONE).save(target, optimize=True)
PYTHON
size=$(wc -c <"$picture")
[ "$size" -lt 400000 ] || { echo "$picture has $size bytes, more than 400,000" >&2; exit 1; }
echo "$picture, $size bytes"
