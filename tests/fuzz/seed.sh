#!/bin/sh
# Seeds each target's corpus from the reports in tests/data. Run in tests/fuzz.
set -eu
data=../data
for target in test_xml scan_json k6 coverage archive; do mkdir -p "corpus/$target"; done
find "$data/junit" -type f -size -64k \( -name '*.xml' -o -name '*.trx' \) | while read -r file; do
  cp "$file" "corpus/test_xml/$(echo "$file" | tr '/# ' '___')"
done
cp "$data"/sarif/*.sarif "$data"/sarif/*.json corpus/scan_json/
cp "$data"/k6/*.json corpus/k6/
cp "$data"/coverage/*.info "$data"/coverage/*.xml corpus/coverage/
cp seeds/* corpus/archive/
cp seeds/audit-* corpus/scan_json/ 2>/dev/null || true
