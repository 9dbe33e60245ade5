load lib

# Reports of 547 that were written from knowledge of what mail systems send, before the reader was looked at: all that it had read wrong,
# all that fail nobody, and every second of the rest. truth.jsonl says of each whom it is about; `accept` has other spellings of the
# same person, `disputed` leaves the class open.
FORMS=$SOURCE/tests/fixtures/bounces/forms

# judge GOT: what differs from the truth, one line each.
judge() {
	jq -nr --slurpfile got "$1" --slurpfile truth "$FORMS/truth.jsonl" '
		def known: if . == "failed" or . == "delayed" then . else "delivered" end;
		($got | map({key: .file, value: .recipients}) | from_entries) as $all
		| $truth[] | .file as $file | .recipients as $want
		| ($all[$file] // [] | map({key: (.address | ascii_downcase), value: .}) | from_entries) as $have
		| ($want | map([.address, .accept[]] | map(ascii_downcase)) | add // []) as $names
		| ($want[] | . as $r | [[.address, .accept[]][] | ascii_downcase | $have[.] // empty][0] as $g
			| if $g == null then "not found"
			  elif ($g.action | known) != (.action | known) then "action \($g.action)"
			  elif .action == "failed" and (.disputed | not) and $g.class != .class then "class \($g.class)"
			  elif .status != "" and $g.status != .status then "status \($g.status)"
			  else empty end
			| "\($file): \($r.address): \(.)"),
		  ($have[] | select(.action == "failed" and ([.address | ascii_downcase] | inside($names) | not))
			| "\($file): \(.address): failed, a stranger")'
}

@test "reports of many systems, and what only looks like one, with LF and with CRLF" {
	mkdir lf crlf
	for file in "$FORMS"/*.eml; do
		cp "$file" lf
		sed 's/$/\r/' "$file" > "crlf/${file##*/}"
	done
	same "$(wc -l < "$FORMS/truth.jsonl")" "$(find lf -name '*.eml' | wc -l)"
	bounces-scan --json --file lf > lf.jsonl
	same '' "$(judge lf.jsonl)"
	bounces-scan --json --file crlf > crlf.jsonl
	cmp lf.jsonl crlf.jsonl
}

@test "the judge sees what is wrong" {
	bounces-scan --json --file "$FORMS/odd-no-action.eml" > one.jsonl
	same "" "$(judge one.jsonl | grep "^odd-no-action.eml")"
	jq -c '.recipients[0].class = "soft"' one.jsonl > changed.jsonl
	judge changed.jsonl | grep -qx 'odd-no-action.eml: odd@formen.example: class soft'
	jq -c '.recipients += [.recipients[0] | .address = "x@y.example"]' one.jsonl > changed.jsonl
	judge changed.jsonl | grep -qx 'odd-no-action.eml: x@y.example: failed, a stranger'
	jq -c '.recipients = []' one.jsonl > changed.jsonl
	judge changed.jsonl | grep -qx 'odd-no-action.eml: odd@formen.example: not found'
}
