#!/usr/bin/env bash
# Makes the Chinese fonts anew with the characters that assets/locales/*.yml use; a test says when that is due.
# Usage: assets/fonts/subset.sh FOLDER, with NotoSansCJK-Regular.ttc and NotoSansCJK-Bold.ttc in FOLDER.
# They come from Debian's package: apt-get download fonts-noto-cjk && dpkg -x fonts-noto-cjk_*.deb FOLDER (below it in
# usr/share/fonts/opentype/noto). Needs Python with fonttools: pip install fonttools.
set -euo pipefail
from=${1:?the folder with NotoSansCJK-Regular.ttc and NotoSansCJK-Bold.ttc}
cd "$(dirname "${BASH_SOURCE[0]}")"

# Han characters, and the punctuation and signs as wide as they are: Inter has the rest.
characters=$(mktemp)
trap 'rm -f "$characters"' EXIT
LC_ALL=C.UTF-8 grep -ohP '[\x{2E80}-\x{FFFF}]' ../locales/*.yml | LC_ALL=C sort -u | tr -d '\n' >"$characters"

# Number 2 of the collection is Simplified Chinese. Names 0, 13 and 14 are the copyright and the licence.
for weight in Regular Bold; do
    python3 -m fontTools.subset "$from/NotoSansCJK-$weight.ttc" --font-number=2 --text-file="$characters" \
        --layout-features='' --no-hinting --desubroutinize --name-IDs=0,1,2,3,4,5,6,13,14 \
        --output-file="NotoSansSC-$weight.otf"
done
ls -l NotoSansSC-*.otf
