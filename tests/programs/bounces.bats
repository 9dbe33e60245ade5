load lib

# key FILE FILTER: what jq's filter makes of the object that is printed for the file.
key() { bounces-scan --file "$1" --json | jq -r "$2"; }

fixture() { cp "$SOURCE/tests/fixtures/bounces/$1.eml" .; }

@test "a report is one line of JSON with every key" {
	fixture postfix-user-unknown
	run bounces-scan --file postfix-user-unknown.eml --json
	[ "$status" -eq 0 ] && [ "${#lines[@]}" -eq 1 ]
	same 'file format kind recipients original_message_id returned_to token feedback_type complained_about confidence' \
		"$(jq -r 'keys_unsorted | join(" ")' <<< "$output")"
	same 'address final_address action status class reason diagnostic remote_mta' \
		"$(jq -r '.recipients[0] | keys_unsorted | join(" ")' <<< "$output")"
	same 'postfix-user-unknown.eml 1 bounce 100' "$(jq -r '"\(.file) \(.format) \(.kind) \(.confidence)"' <<< "$output")"
	same 'ana@dest.example failed 5.1.1 hard user-unknown mx.dest.example' \
		"$(jq -r '.recipients[0] | "\(.address) \(.action) \(.status) \(.class) \(.reason) \(.remote_mta)"' <<< "$output")"
	same 'mr1.4711.0123456789abcdef0123456789abcdef 4711.1@lab.example' "$(jq -r '"\(.token) \(.original_message_id)"' <<< "$output")"
}

@test "run is the default verb, and needs something to read" {
	fixture postfix-user-unknown
	same "$(bounces-scan run --file postfix-user-unknown.eml --json)" "$(bounces-scan --json postfix-user-unknown.eml)"
	fails 64 bounces-scan
	fails 64 bounces-scan run --json
}

@test "people see a table" {
	fixture postfix-mixed
	run bounces-scan --file postfix-mixed.eml
	same 3 "${#lines[@]}"
	same 'postfix-mixed.eml bounce ana@dest.example failed hard 5.1.1 user-unknown' "$(tr -s ' ' <<< "${lines[0]}")"
	grep -q 'bob@dest.example *expanded *none *2.0.0 *-$' <<< "$output"
	mail a.eml <<< 'Hello'
	run bounces-scan --file a.eml
	same 'a.eml none - - - - -' "$(tr -s ' ' <<< "$output")"
}

@test "standard input is read as -" {
	fixture gmail-delay
	same "$(key gmail-delay.eml .kind)" "$(bounces-scan --file - --json < gmail-delay.eml | jq -r .kind)"
	same - "$(bounces-scan --file - --json < gmail-delay.eml | jq -r .file)"
}

@test "a folder, and a Maildir, are read by name" {
	mkdir -p plain/sub box/new box/cur box/tmp
	mail plain/b.eml <<< 'Hello'
	mail plain/a <<< 'Hello'
	mail plain/.hidden <<< 'Hello'
	same "$(printf 'a\nb.eml')" "$(key plain .file)"
	fixture qmail-host
	mv qmail-host.eml box/cur/2
	mail box/new/1 <<< 'Hello'
	mail box/tmp/3 <<< 'Hello'
	same "$(printf '1 none\n2 bounce')" "$(key box '"\(.file) \(.kind)"')"
}

@test "what cannot be read is told, the others are printed" {
	mail a.eml <<< 'Hello'
	fails 1 bounces-scan --json --file a.eml --file gone.eml --file a.eml
	same 2 "$(grep -c '^{' <<< "$output")"
	grep -q '^bounces-scan: gone.eml: No such file or directory$' <<< "$output"
	: > empty
	same 'none 0' "$(key empty '"\(.kind) \(.confidence)"')"
	fails 74 bash -c 'bounces-scan --json a.eml > /dev/full'
}

@test "no database is made or needed" {
	rm -rf "$MAILROOM_DATA_DIR"
	mail a.eml <<< 'Hello'
	bounces-scan --file a.eml -q
	[ ! -e "$MAILROOM_DATA_DIR" ]
}

@test "a forwarded or quoted report, an auto-reply and a complaint fail nobody" {
	for name in forwarded-inline forwarded-attached discussed-on-list vacation-header arf-abuse mdn-read challenge; do
		fixture "$name"
		same 0 "$(key "$name.eml" '.recipients | length')"
	done
}

# score FILES...: holds what is printed for the corpus against the thresholds.
score() {
	bounces-scan --json "$@" > got.jsonl
	python3 "$CORPUS/bounces/score.py" --json got.jsonl "$CORPUS/bounces/truth.jsonl" > score.json
	cat score.json
	jq -e '.recall >= 0.97 and .precision >= 0.993 and .class_agreement >= 0.98 and (.delayed_as_failed // 0) == 0 and
		(.neg_touched // 0) == 0 and (.neg_deactivated // 0) == 0 and (.missing // 0) == 0 and .messages >= 600' score.json
}

@test "the corpus is read well, with LF and with CRLF (needs MAIL_CORPUS_DIR)" {
	[ -n "$CORPUS" ] && [ -r "$CORPUS/bounces/truth.jsonl" ] || skip "without MAIL_CORPUS_DIR there is nothing to score"
	mkdir lf crlf
	for file in "$CORPUS"/bounces/*.eml; do
		sed 's/\r$//' "$file" > "lf/${file##*/}"
		sed 's/$/\r/' "lf/${file##*/}" > "crlf/${file##*/}"
	done
	score lf/*.eml
	cp got.jsonl lf.jsonl
	score crlf/*.eml
	cmp lf.jsonl got.jsonl
}
