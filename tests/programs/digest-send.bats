# digest-send: the checks before anything would leave, and the outbox by hand. Nothing is ever sent here.
load lib

prepare() {
	OUTBOX=$MAILROOM_DATA_DIR/outbox
	sqlite3 "$DB" < "$SOURCE/tests/fixtures/digest/day.sql"
	digest-build team
	SIZE=$(stat -c %s "$OUTBOX/1.eml")
}

SUBJECT='Team digest, Thursday 19 November 2026: 5 in, 2 out'

# refused WORDS...: a dry run exits 1 and says each of these words.
refused() {
	local words
	fails 1 digest-send
	for words; do [[ $output == *"$words"* ]] || { echo "not said: $words; but: $output"; return 1; }; done
}

@test "what is ready would be sent, to whom and how" {
	run digest-send
	[ "$status" -eq 0 ]
	same "outbox 1: would send \"$SUBJECT\" to ben@harbor.example, mara@harbor.example ($SIZE bytes; transport: none configured)"
	same '1 [] null' "$(digest-send --json | jq -r '.messages[] | "\(.id) \(.problems) \(.transport)"')"
	same ready "$(sql "SELECT state FROM outbox")"
}

@test "an empty outbox is silent" {
	digest-send discard 1
	run digest-send
	same "0 " "$status $output"
}

@test "a changed file is refused" {
	sed -i 's/Term sheet/Term shell/' "$OUTBOX/1.eml"
	refused "would refuse \"$SUBJECT\"" 'its SHA-256 is another one'
	echo >> "$OUTBOX/1.eml"
	refused 'was changed: it has'
	rm "$OUTBOX/1.eml"
	refused 'No such file'
	cp /etc/passwd other; ln -s "$PWD/other" "$OUTBOX/1.eml"
	refused 'symbolic link'
	rm "$OUTBOX/1.eml"; mkfifo "$OUTBOX/1.eml"
	refused 'no plain file'
	same 1 "$(digest-send --json | jq '.messages[0].problems | length')"
}

@test "a file that fits its row but not the wire is refused" {
	printf 'Subject: x\n\nbare line ends\n' > "$OUTBOX/1.eml"
	sql "UPDATE outbox SET size_bytes = $(stat -c %s "$OUTBOX/1.eml"), sha256 = x'$(sha256sum < "$OUTBOX/1.eml" | cut -d ' ' -f 1)'"
	refused 'a line that mail servers do not take'
}

@test "recipients are those of this moment, or it is refused" {
	sql "UPDATE users SET role = 'member' WHERE id = 2"
	refused 'ben@harbor.example is no active admin any more: build it again'
	sql "UPDATE users SET role = 'admin', active = 0 WHERE id = 2"
	refused 'ben@harbor.example is no active admin any more'
	sql "UPDATE users SET active = 1, deleted_at = 1 WHERE id = 2"
	refused 'ben@harbor.example is no active admin any more'
	sql "UPDATE users SET deleted_at = NULL WHERE id = 2; UPDATE users SET role = 'admin' WHERE id = 3"
	refused 'cleo@harbor.example is an active admin now and would not get it: build it again'
	digest-build team
	digest-send
}

@test "control characters and missing recipients are refused" {
	sql "UPDATE outbox SET subject = 'x' || char(10) || 'Bcc: x@y.example'"
	refused 'the subject holds a control character'
	sql "UPDATE outbox SET subject = 'x'; DELETE FROM outbox_recipients"
	refused 'it has no recipients'
}

@test "one refused message does not hide the others" {
	digest-build team --date 2026-11-18
	echo >> "$OUTBOX/1.eml"
	fails 1 digest-send
	[[ $output == *'outbox 1: would refuse'*'outbox 2: would send'* ]]
}

@test "--live says what is missing, and sends nothing" {
	fails 77 digest-send --live
	[[ $output == *'MAILROOM_LIVE is false'* ]]
	MAILROOM_LIVE=true fails 69 digest-send --live
	[[ $output == *'no transport is configured'* ]]
	same ready "$(sql "SELECT state FROM outbox")"
}

@test "list shows the outbox, by state too" {
	digest-build team --date 2026-11-18
	digest-send hold 2
	same "     1  ready      2026-11-20 09:00  $(printf %7d "$SIZE")  $SUBJECT  (to ben@harbor.example, mara@harbor.example)" \
		"$(digest-send list --state ready)"
	same "1 ready 2 held" "$(digest-send list --json | jq -r '[.messages[] | "\(.id) \(.state)"] | join(" ")')"
	same "" "$(digest-send list --state sent)"
	fails 64 digest-send list --state gone
}

@test "show has the state, the check, headers and text" {
	run digest-send show 1
	[ "$status" -eq 0 ]
	same "Outbox 1 is ready, built 2026-11-20 09:00, $SIZE bytes
$OUTBOX/1.eml: SHA-256 as reviewed" "$(head -n 2 <<< "$output")"
	grep -qx "Subject: $SUBJECT" <<< "$output"
	grep -qx 'Thursday 19 November 2026' <<< "$output"
	same "$SUBJECT 1" "$(digest-send show 1 --json | jq -r '"\(.subject) \(.format)"')"
	printf '\033]0;evil\a\302\23331m\342\200\256' >> "$OUTBOX/1.eml"
	fails 1 digest-send show 1
	[[ $output == *'not as reviewed'*'refused: '*'was changed'* ]]
	[[ $output != *$'\033'* && $output != *$'\302\233'* && $output != *$'\342\200\256'* ]]
	fails 66 digest-send show 7
	fails 64 digest-send show one
	fails 64 digest-send show 1 2
}

@test "hold, release and discard" {
	digest-send hold 1
	run digest-send
	same ""
	fails 77 digest-send hold 1
	digest-send release 1
	same ready "$(sql "SELECT state FROM outbox")"
	digest-send discard 1 -n
	same "ready 1.eml" "$(sql "SELECT state FROM outbox") $(ls "$OUTBOX")"
	digest-send discard 1
	same "discarded " "$(sql "SELECT state FROM outbox") $(ls "$OUTBOX")"
	fails 77 digest-send release 1
	fails 66 digest-send hold 9
	fails 64 digest-send hold 0
	run digest-send show 1
	same 'Outbox 1 is discarded' "${output%%,*}"
	same "$OUTBOX/1.eml: removed" "${lines[1]}"
	# the period may be built again
	digest-build team
	same "discarded ready" "$(sql "SELECT state FROM outbox ORDER BY id" | paste -sd ' ')"
}
