# digest-build: what a period's digest counts and says, and how it gets into the outbox.
load lib

prepare() {
	OUTBOX=$MAILROOM_DATA_DIR/outbox
	sqlite3 "$DB" < "$SOURCE/tests/fixtures/digest/day.sql"
}

facts() { digest-build team --json "$@"; }
# The outbox in one line a message: id, state, subject.
outbox() { sql "SELECT id, state, subject FROM outbox ORDER BY id"; }
# The only live message: its row has the hash and the size of its file, and no other file is there.
whole() {
	local id hash
	id=$(sql "SELECT id FROM outbox WHERE state <> 'discarded'")
	hash=$(sql "SELECT lower(hex(sha256)) FROM outbox WHERE id = $id")
	same "$hash $(sql "SELECT size_bytes FROM outbox WHERE id = $id")" \
		"$(sha256sum < "$OUTBOX/$id.eml" | cut -d ' ' -f 1) $(stat -c %s "$OUTBOX/$id.eml")"
	same "$id.eml" "$(ls -A "$OUTBOX")"
}

@test "the text of a day" {
	run digest-build team --preview
	same "$(cat "$SOURCE/tests/fixtures/digest/day.txt")"
	[ "$(wc -L <<< "$output")" -le 72 ]
	same "" "$(outbox)"
	same "" "$(ls -A "$OUTBOX")"
}

@test "midnight is where the zone has it" {
	same "5 2" "$(facts | jq -r '.totals | "\(.in) \(.out)"')"
	# by the days of another zone the first message is of the day before, and the one after midnight is in
	same "The day after" "$(MAILROOM_TZ=UTC facts --date 2026-11-19 | jq -r '.investors[] | select(.id == 1) | .last.subject')"
	same "Late question" "$(MAILROOM_TZ=UTC facts --date 2026-11-19 | jq -r '.investors[] | select(.id == 6) | .last.subject')"
	same "The day before" "$(MAILROOM_TZ=UTC facts --since 2026-11-18 --until 2026-11-18T23:00 | jq -r '.investors[].last.subject')"
	same "Term sheet" "$(facts --since 2026-11-19 --until 2026-11-19T00:00:01 | jq -r '.investors[].last.subject')"
	same "" "$(facts --since 2026-11-18T23:59:58 --until 2026-11-18T23:59:59 | jq -r '.investors[].last.subject')"
	same "Late question" "$(facts --since 2026-11-19T23:59:59 --until 2026-11-20 | jq -r '.investors[].last.subject')"
}

@test "a day has 23 or 25 hours where the clocks change" {
	sql "UPDATE emails SET sent_at = strftime('%s', '2026-10-24 22:00:00') WHERE id = 1;
		UPDATE emails SET sent_at = strftime('%s', '2026-10-25 22:59:59') WHERE id = 2;
		UPDATE emails SET sent_at = strftime('%s', '2026-10-25 23:00:00') WHERE id = 3;
		UPDATE emails SET sent_at = strftime('%s', '2026-03-28 23:00:00') WHERE id = 5;
		UPDATE emails SET sent_at = strftime('%s', '2026-03-29 21:59:59') WHERE id = 7;
		UPDATE emails SET sent_at = strftime('%s', '2026-03-29 22:00:00') WHERE id = 8"
	same "2 0" "$(facts --date 2026-10-25 | jq -r '.totals | "\(.in) \(.out)"')"
	same "1 1" "$(facts --date 2026-03-29 | jq -r '.totals | "\(.in) \(.out)"')"
	same "Last at 00:00, from them: Term sheet
Last at 23:59, from them: Late question" "$(digest-build team --preview --date 2026-10-25 | grep -o 'Last at.*' | sort)"
}

@test "a message in two mailboxes is one by investor and one for each member" {
	run facts
	same "Northwind Capital 2 1 1" "$(jq -r '.investors[] | select(.name == "Northwind Capital") | "\(.name) \(.in) \(.out) \(.threads)"' <<< "$output")"
	same "Ben Okafor 2 0
Mara Lind 2 1" "$(jq -r '.members[] | .name as $m | .investors[] | select(.name == "Northwind Capital") | "\($m) \(.in) \(.out)"' <<< "$output")"
	same "Petra Smit,Kay Jansen of Mara Lind,Ben Okafor" \
		"$(jq -r '.investors[] | select(.name == "Northwind Capital") | "\(.people | join(",")) of \(.team | join(","))"' <<< "$output")"
}

@test "a mailbox of two addresses of one member counts once, as sent" {
	sql "INSERT INTO email_accounts (id, address, created_at) VALUES (4, 'mara@harbor.example', 0);
		INSERT INTO email_account_messages (account_id, email_id, is_sent, seen_at) VALUES (4, 6, 0, 0), (4, 5, 0, 0)"
	same "2 1" "$(facts | jq -r '.members[] | select(.name == "Mara Lind") | "\(.in) \(.out)"')"
}

@test "lists, proposals, removed records and deleted sightings do not count" {
	run facts
	same '{"in":5,"out":2,"threads":4,"unverified":1,"investors":3,"bulk":1}' "$(jq -c .totals <<< "$output")"
	same "" "$(grep -E 'Newsletter|plus-tag|Gone|Lone|Deleted' <<< "$output" || true)"
	# an inactive member has no section
	same "Ben Okafor, Cleo Park, Mara Lind, Noor Bakker" "$(jq -r '[.members[].name] | join(", ")' <<< "$output")"
}

@test "a stranger in an investor's thread is not the investor" {
	last() { digest-build team --preview | grep -o 'Last at 23:59, .*'; }
	same 'Last at 23:59, from them: Late question' "$(last)"
	sql "UPDATE email_investor_links SET match_kind = 'thread' WHERE email_id = 2"
	same 'Last at 23:59, from someone else: Late question' "$(last)"
	sql "UPDATE email_investor_links SET match_kind = 'address', address = 'in-cc@else.example' WHERE email_id = 2"
	same 'Last at 23:59, from someone else: Late question' "$(last)"
	same false "$(facts | jq '.investors[] | select(.name == "Omar Haddad") | .last.from_them')"
	sql "INSERT INTO investor_domains VALUES ('dad.example', 6)"
	same 'Last at 23:59, from someone else: Late question' "$(last)"
	sql "UPDATE investor_domains SET domain = 'haddad.example'"
	same 'Last at 23:59, from them: Late question' "$(last)"
}

@test "an unverified sender is marked" {
	digest-build team --preview | grep -q 'from an unverified sender: Change of our bank account'
	digest-build team --html - | grep -q 'from an unverified sender'
	same "true" "$(facts | jq '.investors[] | select(.name == "Delta Pensions") | .last.unverified')"
}

@test "an empty day says so and is still written" {
	digest-build team --date 2026-11-01
	same "1|ready|Team digest, Sunday 1 November 2026: 0 in, 0 out" "$(outbox)"
	grep -q 'No messages with investors in this period.' "$OUTBOX/1.eml"
	whole
}

@test "periods that make no sense are usage errors" {
	for period in '--date 2026-11-21' '--date 2026-02-30' '--last 0h' '--last 24h --date today' '--until 2026-11-19' \
		'--since 2026-11-19 --until 2026-11-19' '--since 2026-11-19 --until 2026-11-18' '--since 2026-12-01 --until 2026-12-02' \
		'--since yesterday' '--preview --json'; do
		# shellcheck disable=SC2086 # words of options
		fails 64 digest-build team $period
	done
	same "" "$(outbox)"
}

@test "the message has the headers of automatic mail and goes to all active admins" {
	digest-build team
	run mailparse "$OUTBOX/1.eml"
	same "Team digest, Thursday 19 November 2026: 5 in, 2 out" "$(jq -r .subject <<< "$output")"
	same "mara@harbor.example Mailroom" "$(jq -r '.from[0] | "\(.address) \(.name)"' <<< "$output")"
	same "mara@harbor.example ben@harbor.example" "$(jq -r '[.to[].address] | join(" ")' <<< "$output")"
	same "team-digest.harbor.example auto-generated []" "$(jq -r '"\(.list_id) \(.auto_submitted) \(.defects)"' <<< "$output")"
	grep -q '^X-Auto-Response-Suppress: All' "$OUTBOX/1.eml"
	same "$(digest-build team --preview)" "$(jq -r '.text | rtrimstr("\n")' <<< "$output")"
	same "$(digest-build team --html -)" "$(mailparse --html "$OUTBOX/1.eml" | jq -r '.html | rtrimstr("\n")')"
	same "mara@harbor.example|1
ben@harbor.example|2" "$(sql "SELECT address, user_id FROM outbox_recipients ORDER BY user_id")"
	same "team:1795042800:1795129200|$(jq -r .message_id <<< "$output")|600" \
		"$(sql "SELECT dedupe_key, message_id FROM outbox")|$(stat -c %a "$OUTBOX/1.eml")"
}

@test "sender and team are settings, and a sender that is no address is refused" {
	export MAILROOM_DIGEST_FROM=post@fund.example MAILROOM_DIGEST_FROM_NAME='Post, & Room' MAILROOM_TEAM_NAME='Harbor <Fund>'
	digest-build team
	run mailparse "$OUTBOX/1.eml"
	same 'Harbor <Fund> digest, Thursday 19 November 2026: 5 in, 2 out' "$(jq -r .subject <<< "$output")"
	same 'post@fund.example Post, & Room' "$(jq -r '.from[0] | "\(.address) \(.name)"' <<< "$output")"
	same team-digest.fund.example "$(jq -r .list_id <<< "$output")"
	MAILROOM_DIGEST_FROM=Post@HÖHE.example digest-build team --date 2026-11-17
	same 'team-digest.xn--hhe-sna.example' "$(mailparse "$OUTBOX/2.eml" | jq -r .list_id)"
	for bad in fund.example 'a@b@c.example' $'a@b.example\nBcc: x@y.example' 'A <a@b.example>' 'a@b.example, c@d.example' @b.example; do
		MAILROOM_DIGEST_FROM=$bad fails 78 digest-build team --date 2026-11-18
	done
	same 2 "$(outbox | wc -l)"
}

@test "without an active admin nothing is built, and it says what to do" {
	sql "UPDATE users SET active = 0 WHERE id = 1; UPDATE users SET deleted_at = 1 WHERE id = 2"
	fails 78 digest-build team
	[[ $output == *'team add'*'--role admin'* ]]
	same "" "$(outbox)$(ls -A "$OUTBOX")"
	digest-build team --preview | grep -q 'Thursday 19 November 2026'
}

@test "it is silent where cron would mail, and says what it did with -v" {
	run digest-build team
	same ""
	run digest-build team -v
	same "digest-build: outbox 1 unchanged: $OUTBOX/1.eml: Team digest, Thursday 19 November 2026: 5 in, 2 out, to ben@harbor.example, mara@harbor.example"
	sql "DELETE FROM email_investor_links WHERE email_id = 2"
	run digest-build team -v
	same "digest-build: outbox 2 built in place of 1: $OUTBOX/2.eml: Team digest, Thursday 19 November 2026: 4 in, 2 out, to ben@harbor.example, mara@harbor.example"
}

@test "the same period again: unchanged stays, changed replaces" {
	digest-build team
	cp "$OUTBOX/1.eml" first.eml
	MAILROOM_NOW=2026-11-20T10:00:00+01:00 digest-build team
	cmp first.eml "$OUTBOX/1.eml"
	same "1|ready|Team digest, Thursday 19 November 2026: 5 in, 2 out" "$(outbox)"
	sql "DELETE FROM email_investor_links WHERE email_id = 2"
	digest-build team
	same "1|discarded|Team digest, Thursday 19 November 2026: 5 in, 2 out
2|ready|Team digest, Thursday 19 November 2026: 4 in, 2 out" "$(outbox)"
	whole
	[ "$(grep -i ^message-id first.eml)" != "$(grep -i ^message-id "$OUTBOX/2.eml")" ]
	# another recipient is a change too
	sql "UPDATE users SET role = 'admin' WHERE id = 3"
	digest-build team
	same 3 "$(sql "SELECT count(*) FROM outbox_recipients WHERE outbox_id = 3")"
	whole
}

@test "a changed or missing file is built anew" {
	digest-build team
	echo >> "$OUTBOX/1.eml"
	digest-build team
	whole
	rm "$OUTBOX/2.eml"
	digest-build team
	whole
	same "1|discarded 2|discarded 3|ready" "$(sql "SELECT id || '|' || state FROM outbox ORDER BY id" | paste -sd ' ')"
}

@test "what a person held back stays held when it is built again" {
	digest-build team
	digest-send hold 1
	sql "DELETE FROM email_investor_links WHERE email_id = 2"
	digest-build team
	same "discarded held" "$(sql "SELECT state FROM outbox ORDER BY id" | paste -sd ' ')"
}

@test "a period whose digest was sent is not built again" {
	digest-build team
	sql "UPDATE outbox SET state = 'sent'; DELETE FROM email_investor_links WHERE email_id = 2"
	fails 77 digest-build team
	[[ $output == *'was sent already'* ]]
	same "1 1.eml" "$(outbox | wc -l) $(ls "$OUTBOX")"
}

@test "a day so far is replaced by the whole day, sent or not" {
	export MAILROOM_NOW=2026-11-19T12:00:00+01:00
	digest-build team --date today
	same "1|ready|Team digest, Thursday 19 November 2026 so far: 5 in, 2 out" "$(outbox)"
	export MAILROOM_NOW=2026-11-20T09:00:00+01:00
	digest-build team
	same "2|ready|Team digest, Thursday 19 November 2026: 5 in, 2 out" "$(outbox | tail -n 1)"
	whole
	sql "UPDATE outbox SET state = 'sent' WHERE id = 1; UPDATE outbox SET state = 'discarded' WHERE id = 2"
	digest-build team
	same "1|sent 2|discarded 3|ready" "$(sql "SELECT id || '|' || state FROM outbox ORDER BY id" | paste -sd ' ')"
}

@test "--html and --preview write nothing else; --dry-run nothing at all" {
	digest-build team --html page.html
	grep -q '^<!DOCTYPE html>' page.html
	[ "$(stat -c %a page.html)" = 600 ]
	same "would build: Team digest, Thursday 19 November 2026: 5 in, 2 out" "$(digest-build team -n)"
	same "" "$(outbox)$(ls -A "$OUTBOX")"
	fails 73 digest-build team --html missing/page.html
}

@test "hostile subjects and names are words and nothing more" {
	sql "UPDATE emails SET subject = '<script>alert(1)</script> ' || char(0x202e) || 'gpj.exe' || char(10) || 'Bcc: x@y.example' WHERE id = 2;
		UPDATE investors SET name = 'Omar ' || char(27) || '[31m<b>' || char(0x200b) WHERE id = 6;
		UPDATE users SET name = 'Ben' || char(13, 10) || 'Bcc: x@y.example' WHERE id = 2"
	digest-build team
	digest-build team --preview | tr '\n' ' ' | tr -s ' ' | grep -qF ': <script>alert(1)</script> gpj.exe Bcc: x@y.example'
	digest-build team --html page.html
	grep -q '&lt;script&gt;alert(1)&lt;/script&gt; gpj.exe' page.html
	run grep -cE '<script|<b>' page.html
	same 0
	run grep -cP '\x1b|\xe2\x80(\xae|\x8b)' page.html <(digest-build team --preview)
	[ "$status" -eq 1 ]
	same "" "$(sed '/^\r$/q' "$OUTBOX/1.eml" | grep -i '^bcc' || true)"
	same "[] 2" "$(mailparse "$OUTBOX/1.eml" | jq -r '"\(.defects) \(.to | length)"')"
	whole
}

@test "5,000 investors stay under 100 KB, and text and page say what is left out" {
	sql "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 5000)
		INSERT INTO investors (id, kind, name, created_at, updated_at) SELECT 100 + i, 'contact', 'Investor \"' || i || '\" & Partners', 0, 0 FROM n;
		WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 5000)
		INSERT INTO emails (id, body_sha256, content_key, thread_id, sent_at, subject, from_address, size_bytes, created_at)
		SELECT 100 + i, zeroblob(32), 100 + i, 1, 1795100000, 'Subject & more <' || i || '>', 'a@b.example', 1000, 0 FROM n;
		INSERT INTO email_account_messages (account_id, email_id, is_sent, seen_at) SELECT 1, id, 0, 0 FROM emails WHERE id > 100;
		INSERT INTO email_investor_links SELECT id, id, 'address', 'confirmed', 'a@b.example', '', 0 FROM emails WHERE id > 100"
	digest-build team --html page.html
	[ "$(stat -c %s page.html)" -lt 100000 ]
	more=$(grep -oE 'and [0-9]+ more investors: see <code>digest-build team --date 2026-11-19 --json' page.html)
	[ -n "$more" ]
	digest-build team --preview > page.txt
	grep -qxF "${more% <code>*}" page.txt
	grep -qx 'digest-build team --date 2026-11-19 --json' page.txt
	same 5003 "$(facts | jq '.investors | length')"
	digest-build team
	whole
}

# killed CALL N: digest-build team dies at its N-th system call of this name; fails when it has fewer.
killed() {
	run strace -f -qq -o /dev/null -e trace="$1" -e inject="$1:signal=KILL:when=$2" digest-build team
	[ "$status" -eq 137 ]
}

@test "a run that is killed at any instant leaves the earlier message or the new one" {
	command -v strace || skip "strace is not installed"
	digest-build team
	kills=0
	for call in openat pwrite64 write ftruncate fchmod fsync fdatasync rename unlink; do
		n=0
		while sql "UPDATE emails SET subject = subject || '.' WHERE id = 2"; n=$((n + 1)); killed "$call" "$n"; do
			kills=$((kills + 1))
			# one live message, and its file is as its row says
			id=$(sql "SELECT id FROM outbox WHERE state <> 'discarded'")
			same "$(sql "SELECT lower(hex(sha256)) FROM outbox WHERE id = $id")" \
				"$(sha256sum < "$OUTBOX/$id.eml" | cut -d ' ' -f 1)"
			digest-build team
			whole
		done
	done
	echo "$kills"
	[ "$kills" -gt 40 ]
}

@test "runs at the same time make one message" {
	for _ in 1 2 3 4 5 6; do digest-build team & done
	wait
	same 1 "$(outbox | wc -l)"
	whole
}

@test "what a killed run left is swept, what is not ours stays" {
	digest-build team
	sql "UPDATE emails SET subject = 'Another' WHERE id = 2"
	echo torn | tee "$OUTBOX/2.eml" "$OUTBOX/2.eml.aB3xYz" > /dev/null
	echo mine | tee "$OUTBOX/notes.txt" "$OUTBOX/99.eml" "$OUTBOX/1.eml.backup" > /dev/null
	digest-build team
	same "1.eml.backup 2.eml 99.eml notes.txt" "$(cd "$OUTBOX" && echo *)"
	# a discarded one whose file was still there
	echo old > "$OUTBOX/1.eml"
	digest-build team
	same "1.eml.backup 2.eml 99.eml notes.txt" "$(cd "$OUTBOX" && echo *)"
}
