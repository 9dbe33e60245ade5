#!/usr/bin/env bats
# participant sync-qualtrics against a fake Qualtrics: what comes in, what is put aside, and that an error changes nothing.
load lib
load qualtrics

@test "answers become participants, and what lacks something goes to quarantine" {
	survey SV_1 'Intake' "$(answer 1)" "$(answer 2 'email: "", PROLIFIC_PID: "5f2e"')" "$(answer 3 'email: ""')" \
		"$(answer 4 'DistributionChannel: "preview"')" "$(answer 5 'Status: "1"')" "$(answer 6 'did: "kay.bsky.social"')"
	participant sync-qualtrics --json > out 2> err || same 1 $?
	same '{"format":1,"dry_run":false,"surveys":1,"skipped_surveys":0,"answers":4,"added":2,"updated":0,"unchanged":0,"quarantined":2,"quarantined_before":0,"duplicates":0,"erased":0,"previews":2,"requests":6,"tried_again":0}' "$(jq -c . out)"
	# shellcheck disable=SC2016
	same 'participant: 2 answers lack what a participant needs: `participant quarantine` shows them' "$(cat err)"
	same 'did:plc:p1|p1@northwind.example|active||https://feeds.example/1
did:plc:p2|5f2e@email.prolific.com|active|prolific|https://feeds.example/2' "$(roster)"
	same 'did:plc:p1|active|survey SV_1, answer R_SV_1_0|sync-qualtrics
did:plc:p2|active|survey SV_1, answer R_SV_1_1|sync-qualtrics' \
		"$(sql 'SELECT did, new_status, reason, actor FROM v_participant_status_history ORDER BY did')"
	same 'en|2026-11-19 10:05:00' "$(sql "SELECT language, survey_completed_at FROM v_participants WHERE did = 'did:plc:p1'")"
	same 'R_SV_1_2|no email
R_SV_1_5|"kay.bsky' "$(sql 'SELECT response_id, substr(reason, 1, 9) FROM survey_quarantine ORDER BY 1')"

	# Seen again: no news, no failure, nothing counted twice.
	dump > before
	participant sync-qualtrics -v > out 2> err
	same '' "$(cat out)"
	grep -qx 'participant: 1 survey, 4 answers: 0 added, .* 2 in quarantine before, 2 already known, 0 of erased people; 2 previews left out' err
	participant sync-qualtrics > out 2>&1
	same '' "$(cat out)"
	same "$(cat before)" "$(dump)"
	same 2 "$(participant sync-qualtrics --json | jq '.duplicates, .quarantined_before' | uniq)"
}

@test "a sync changes contact fields and no status; the latest answer counts" {
	survey SV_1 'Intake' "$(answer 1)" "$(answer 2)"
	participant sync-qualtrics
	sql "UPDATE participants SET status = 'unsubscribed' WHERE did = 'did:plc:p1'"
	survey SV_1 'Intake' "$(answer 1)" "$(answer 2)" \
		"$(answer 1 'email: "late@northwind.example", RecordedDate: "2026-11-19 12:00:00"')" \
		"$(answer 1 'email: "earlier@northwind.example", RecordedDate: "2026-11-19 11:00:00"')"
	survey SV_2 'Follow-up' "$(answer 2 'email: "old@northwind.example", RecordedDate: "2026-11-01 11:00:00"')"
	participant sync-qualtrics --json > out
	same '[5,0,2,1,2]' "$(jq -c '[.answers, .added, .updated, .unchanged, .duplicates]' out)"
	same 'did:plc:p1|late@northwind.example|unsubscribed||https://feeds.example/1
did:plc:p2|p2@northwind.example|active||https://feeds.example/2' "$(roster)"
	# All answers are on record with their participant.
	same '5|2' "$(sql 'SELECT count(*), count(DISTINCT participant_id) FROM survey_responses')"
}

@test "what a person has changed stays until there is a newer answer" {
	survey SV_1 'Intake' "$(answer 1)"
	participant sync-qualtrics
	sql "UPDATE participants SET email = 'new@northwind.example' WHERE did = 'did:plc:p1'"
	participant sync-qualtrics
	same 'did:plc:p1|new@northwind.example|active||https://feeds.example/1' "$(roster)"
	# With a Prolific id alone the known address stays, too.
	survey SV_1 'Intake' "$(answer 1 'email: "", PROLIFIC_PID: "77", RecordedDate: "2026-11-19 13:00:00", ResponseId: "R_later"')"
	participant sync-qualtrics
	same 'new@northwind.example|77|' "$(sql 'SELECT email, prolific_id, type FROM participants')"
}

@test "an increment asks from a day before the last sync" {
	survey SV_1 'Intake' "$(answer 1)"
	participant sync-qualtrics
	grep -qF '{"format":"csv"}' <(asked)
	control '{"op": "clear"}'
	MAILROOM_NOW=2026-11-22T09:00:00+01:00 participant sync-qualtrics
	grep -qF '{"format":"csv","startDate":"2026-11-19T08:00:00Z"}' <(asked)
	same '2026-11-22 08:00:00' "$(sql 'SELECT synced_at FROM v_survey_cursors')"
	# A given time is asked for; and what it leaves out is not taken for read.
	control '{"op": "clear"}'
	MAILROOM_NOW=2026-11-25T09:00:00+01:00 participant sync-qualtrics --since 2026-11-24
	grep -qF '"startDate":"2026-11-23T23:00:00Z"' <(asked)
	same '2026-11-22 08:00:00' "$(sql 'SELECT synced_at FROM v_survey_cursors')"
	MAILROOM_NOW=2026-11-25T09:00:00+01:00 participant sync-qualtrics --since 2026-11-20
	same '2026-11-25 08:00:00' "$(sql 'SELECT synced_at FROM v_survey_cursors')"
	fails 64 participant sync-qualtrics --since soon
}

@test "surveys are chosen by id or by name, over several pages" {
	control '{"op": "settings", "page_size": 2}'
	for n in 1 2 3 4 5; do survey "SV_$n" "Wave $n (NL)" "$(answer "$n")"; done
	control '{"op": "clear"}'
	participant sync-qualtrics --survey-filter '^Wave [24] [(](nl|NL)[)]$' --json | jq -e '.surveys == 2 and .added == 2'
	same 3 "$(asked | grep -c '^GET /API/v3/surveys\(?\| \)')"
	control '{"op": "clear"}'
	participant sync-qualtrics --survey-id SV_1 --survey-id SV_3 --survey-id SV_1 --json | jq -e '.surveys == 2 and .added == 2'
	same 0 "$(asked | grep -c '^GET /API/v3/surveys\(?\| \)' || true)"
	participant sync-qualtrics --survey-id SV_1 --survey-filter 5 --json | jq -e '.surveys == 2 and .added == 1'
	participant sync-qualtrics --json | jq -e '.surveys == 5'
	fails 66 participant sync-qualtrics --survey-filter Nothing
	fails 64 participant sync-qualtrics --survey-filter '('
	fails 64 participant sync-qualtrics --survey-id '../../x'
	fails 66 participant sync-qualtrics --survey-id SV_99
	[[ $output == *'SV_99'*'404'* ]]
}

@test "the study file says which surveys are read, and whose study one joins by them" {
	printf '[pilot]\nstudy_types=pilot, pilot-2\nsurvey_ids=SV_1\n[main]\nsurvey_ids=SV_2\n' > study.conf
	export MAILROOM_STUDY_FILE=$PWD/study.conf
	types() { sql "SELECT did, coalesce(study_type, '-') FROM participants ORDER BY did"; }
	control '{"op": "survey", "id": "SV_1", "name": "Pilot", "columns": ["did", "email", "feed_url", "study_type"], "answers": [
		{"did": "did:plc:p1", "email": "p1@northwind.example", "feed_url": "https://feeds.example/1"},
		{"did": "did:plc:p2", "email": "p2@northwind.example", "feed_url": "https://feeds.example/2", "study_type": "pilot-2"}]}'
	survey SV_2 'Main' "$(answer 3)"
	survey SV_3 'Another' "$(answer 4)"
	participant sync-qualtrics
	same 'did:plc:p1|pilot
did:plc:p2|pilot-2
did:plc:p3|-' "$(types)"
	# Who is in a study stays there, whatever survey another answer comes by.
	participant update --did did:plc:p1 --study-type moved
	survey SV_1 'Pilot' "$(answer 1 'ResponseId: "R_again", RecordedDate: "2026-11-20 07:00:00"')"
	participant sync-qualtrics --json | jq -e '.updated == 1 and .duplicates == 1'
	same 'did:plc:p1|moved' "$(types | head -n 1)"
	# Other surveys are read when they are asked for.
	participant sync-qualtrics --survey-id SV_3 --json | jq -e '.surveys == 1 and .added == 1'
	sed -i 's|SV_2|../x|' study.conf
	fails 78 participant sync-qualtrics
	same 'participant: MAILROOM_STUDY_FILE: [main]: survey_ids: "../x" is no id of a survey, as SV_0123456789abcde'
	sed -i 's|[.][.]/x|SV_1|' study.conf
	fails 78 participant sync-qualtrics
	same "participant: MAILROOM_STUDY_FILE: $PWD/study.conf:4: [pilot] and [main] both have the survey \"SV_1\""
}

@test "a survey without any column of the roster is left alone, unless it is asked for" {
	survey SV_1 'Intake' "$(answer 1)"
	control '{"op": "survey", "id": "SV_2", "name": "Lunch", "columns": ["Q1"], "answers": [{"Q1": "soup"}]}'
	participant sync-qualtrics --json | jq -e '.surveys == 1 and .skipped_surveys == 1 and .quarantined == 0'
	fails 1 participant sync-qualtrics --survey-id SV_2
	same 'no did; no feed_url; no email' "$(sql 'SELECT reason FROM survey_quarantine')"
}

@test "a mapping names the columns; one that is nowhere is an error with its line" {
	control '{"op": "survey", "id": "SV_1", "name": "Intake", "columns": ["Q5", "bsky", "Link", "Kind"], "answers": [
		{"Q5": "kay@northwind.example", "bsky": "did:plc:kay", "Link": "https://feeds.example/k", "Kind": "pilot"}]}'
	printf '%s\n' survey_field,roster_field Q5,email bsky,did Link,feed_url Kind,type > map.csv
	export MAILROOM_QUALTRICS_FIELD_MAPPING=$PWD/map.csv
	participant sync-qualtrics
	same 'did:plc:kay|kay@northwind.example|active|pilot|https://feeds.example/k' "$(roster)"
	echo Q6,language >> map.csv
	dump > before
	fails 78 participant sync-qualtrics
	[[ $output == *'map.csv: line 6: there is no column "Q6"'* ]]
	echo Q6,nothing >> map.csv
	fails 78 participant sync-qualtrics
	[[ $output == *'line 7: "nothing" is no field'* ]]
	fails 66 env MAILROOM_QUALTRICS_FIELD_MAPPING=/nowhere/map.csv participant sync-qualtrics
	same "$(cat before)" "$(dump)"
}

@test "the example mapping is one" {
	survey SV_1 'Intake' "$(answer 1)"
	export MAILROOM_QUALTRICS_FIELD_MAPPING=$SOURCE/examples/qualtrics_field_mapping.csv
	fails 78 participant sync-qualtrics
	[[ $output == *'line 2: there is no column "Q5_TEXT"'* ]]
}

@test "the quarantine is listed and resolved" {
	survey SV_1 'Intake' "$(answer 1 'email: ""')" "$(answer 2 'feed_url: ""')" "$(answer 3 'did: "\u001b[31mred"')"
	fails 1 participant sync-qualtrics -q
	same '1   SV_1  R_SV_1_0  2026-11-19T10:05:00Z  did:plc:p1  -                      open  no email
2   SV_1  R_SV_1_1  2026-11-19T10:05:00Z  did:plc:p2  p2@northwind.example  open  no feed_url' \
		"$(participant quarantine | head -2 | sed 's/^\([12]\)  S/\1   S/; s/  -  *open/  -                      open/')"
	same '' "$(participant quarantine | grep $'\e' || true)"
	participant quarantine --json | jq -e '.format == 1 and (.quarantine | length) == 3 and .quarantine[0].did == "did:plc:p1"
		and .quarantine[0].email == null and .quarantine[0].resolved_at == null'
	same 'would be resolved: 1' "$(participant quarantine -n --resolve 1)"
	fails 65 participant quarantine --resolve 1 --resolve 9
	fails 64 participant quarantine --resolve x
	same 3 "$(participant quarantine | wc -l)"
	same 'resolved 2' "$(participant quarantine --resolve 1 --resolve 3)"
	same 2 "$(participant quarantine --json | jq '.quarantine[].id')"
	same 3 "$(participant quarantine --all | wc -l)"
	# Seen again: it stays as the person left it.
	participant sync-qualtrics
	same 2 "$(participant quarantine --json | jq '.quarantine[].id')"
}

@test "a later answer that is complete closes what was in quarantine" {
	survey SV_1 'Intake' "$(answer 1 'email: ""')" "$(answer 2 'feed_url: ""')"
	fails 1 participant sync-qualtrics
	# The first gives another answer, the second's own is mended in Qualtrics.
	survey SV_1 'Intake' "$(answer 1 'email: ""')" "$(answer 2)" "$(answer 1 'RecordedDate: "2026-11-19 11:00:00"')"
	participant sync-qualtrics
	same '' "$(participant quarantine)"
	same 'did:plc:p1 did:plc:p2' "$(sql 'SELECT did FROM participants ORDER BY did' | xargs)"
	# Both at once: nothing is left to do, so nothing fails.
	survey SV_1 'Intake' "$(answer 3 'email: "", ResponseId: "R_a"')" "$(answer 3 'RecordedDate: "2026-11-19 11:00:00", ResponseId: "R_b"')"
	participant sync-qualtrics
	same '' "$(participant quarantine)"
}

@test "a participant who was removed is left alone, and somebody looks at it" {
	survey SV_1 'Intake' "$(answer 1)"
	participant sync-qualtrics
	sql "UPDATE participants SET deleted_at = 1 WHERE did = 'did:plc:p1'"
	survey SV_1 'Intake' "$(answer 1 'email: "x@northwind.example", RecordedDate: "2026-11-19 11:00:00", ResponseId: "R_b"')"
	fails 1 participant sync-qualtrics
	same 'did:plc:p1 was removed from the roster' "$(sql 'SELECT reason FROM survey_quarantine')"
	same p1@northwind.example "$(sql 'SELECT email FROM participants')"
}

@test "a person who was erased does not come back, not even into quarantine" {
	survey SV_1 'Intake' "$(answer 1)" "$(answer 2)"
	participant sync-qualtrics
	participant erase -q --did did:plc:p1 --yes 2> warnings
	# The same answer, a new one, one under another did with the same address, and one that lacks something.
	survey SV_1 'Intake' "$(answer 1)" "$(answer 2)" "$(answer 1 'ResponseId: "R_a"')" \
		"$(answer 3 'ResponseId: "R_b", email: "P1@northwind.example"')" "$(answer 1 'ResponseId: "R_c", feed_url: ""')"
	participant sync-qualtrics --json | jq -e '.erased >= 3 and .added == 0 and .quarantined == 0'
	same 'did:plc:p2|p2@northwind.example|active||https://feeds.example/2' "$(roster)"
	same '' "$(dump | grep -i p1 || true)"
}

@test "a dry run says what would be done and does nothing" {
	survey SV_1 'Intake' "$(answer 1)" "$(answer 2 'email: ""')"
	dump > before
	fails 1 participant sync-qualtrics -n
	[[ $output == *'dry run: 1 survey, 2 answers: 1 added, '* ]]
	# Nothing that could be shown is there.
	[[ $output == *'1 answer lacks what a participant needs, and would go to quarantine'* ]]
	[[ $output != *'participant quarantine'* ]]
	same "$(cat before)" "$(dump)"
	[ ! -e "$MAILROOM_DATA_DIR/roster-backups" ]
}

@test "the roster is copied as it was, when it is another than the last copy, and the last few copies stay" {
	local dir=$MAILROOM_DATA_DIR/roster-backups n
	export MAILROOM_ROSTER_BACKUPS=3
	survey SV_1 'Intake' "$(answer 0)"
	participant sync-qualtrics
	[ ! -e "$dir" ] # there was nothing to copy
	participant sync-qualtrics
	participant sync-qualtrics
	same 20261120T080000Z.csv "$(ls "$dir")"
	grep -q did:plc:p0 "$dir/20261120T080000Z.csv"
	same 600 "$(stat -c %a "$dir/20261120T080000Z.csv")"
	touch "$dir/20261120T080000Z.csv.a1B2c3" "$dir/notes.csv"
	for n in 1 2 3 4; do
		survey SV_1 'Intake' "$(answer "$n" "ResponseId: \"R_$n\"")"
		participant sync-qualtrics
	done
	same '20261120T080000Z_02.csv 20261120T080000Z_03.csv 20261120T080000Z_04.csv notes.csv' "$(cd "$dir" && echo *)"
	fails 1 grep -q did:plc:p4 "$dir/20261120T080000Z_04.csv"
	grep -q did:plc:p3 "$dir/20261120T080000Z_04.csv"
	MAILROOM_ROSTER_BACKUPS=0 participant sync-qualtrics
	same 4 "$(ls "$dir" | wc -l)"
}

@test "two at once: the second one says so" {
	survey SV_1 'Intake' "$(answer 1)"
	flock "$MAILROOM_DATA_DIR/sync-qualtrics.lock" true
	exec {held}< "$MAILROOM_DATA_DIR/sync-qualtrics.lock"
	flock -x "$held"
	fails 75 participant sync-qualtrics
	exec {held}<&-
	participant sync-qualtrics
}

@test "without settings it says what to do" {
	fails 78 env -u MAILROOM_QUALTRICS_URL "$BIN/participant" sync-qualtrics
	[[ $output == *MAILROOM_QUALTRICS_URL*fra1.qualtrics.com* ]]
	fails 78 env -u MAILROOM_QUALTRICS_TOKEN_FILE "$BIN/participant" sync-qualtrics
	[[ $output == *MAILROOM_QUALTRICS_TOKEN_FILE* ]]
	fails 78 env MAILROOM_QUALTRICS_TOKEN=x participant sync-qualtrics
	chmod 644 token
	fails 77 participant sync-qualtrics
	[[ $output == *'chmod 0600'* ]]
	chmod 600 token
	: > token
	fails 78 participant sync-qualtrics
	printf 'a b' > token
	fails 78 participant sync-qualtrics
	printf '\n token-of-the-test \n' > token
	participant sync-qualtrics
	fails 77 env MAILROOM_QUALTRICS_URL=http://fra1.qualtrics.example participant sync-qualtrics
	for url in nonsense https:// 'https://user@host' https://host/path 'https://host?x'; do
		fails 78 env MAILROOM_QUALTRICS_URL="$url" participant sync-qualtrics
	done
	unset MAILROOM_QUALTRICS_TOKEN_FILE
	MAILROOM_QUALTRICS_URL=$QUALTRICS/API/v3/ MAILROOM_QUALTRICS_TOKEN=token-of-the-test participant sync-qualtrics
	mailroom config --json | jq -e '.settings[] | select(.name == "MAILROOM_QUALTRICS_TOKEN")'
	same 0 "$(MAILROOM_QUALTRICS_TOKEN=token-of-the-test mailroom config | grep -c token-of-the-test || true)"
}

@test "a wrong token and a missing right are told with what to do, and never the token" {
	survey SV_1 'Intake' "$(answer 1)"
	printf 'a-wrong-token' > token
	fails 77 participant sync-qualtrics -vv
	[[ $output == *'401 AUTH_6.0'*'make a new one'* ]]
	[[ $output != *a-wrong-token* ]]
	printf 'token-of-the-test' > token
	control '{"op": "settings", "login": false}'
	fails 77 participant sync-qualtrics
	[[ $output == *'403'*'Access API'* ]]
	same 0 "$(sql 'SELECT count(*) FROM participants')"
}

@test "the token goes to no other host: a next page there is refused, a redirection not followed" {
	local next
	for n in 1 2 3; do survey "SV_$n" "Wave $n" "$(answer "$n")"; done
	for next in http://localhost:1/API/v3/surveys?offset=1 "https://evil.example/API/v3/surveys" //evil.example/API/v3/surveys \
		"$QUALTRICS@evil.example/API/v3/surveys" "$QUALTRICS.evil.example/API/v3/surveys" "${QUALTRICS}1/API/v3/surveys" \
		"$QUALTRICS/elsewhere" "ftp://x" "../surveys"; do
		control "{\"op\": \"settings\", \"page_size\": 1, \"next_page\": \"$next\"}"
		fails 77 participant sync-qualtrics
		[[ $output == *'the token is not sent there'* ]]
	done
	control "{\"op\": \"settings\", \"next_page\": \"$QUALTRICS/API/v3/surveys?offset=0\"}"
	fails 65 participant sync-qualtrics
	[[ $output == *circle* ]]
	control '{"op": "settings", "next_page": "/API/v3/surveys?offset=2"}'
	participant sync-qualtrics --json | jq -e '.surveys == 2'
	control '{"op": "fault", "kind": "redirect", "to": "http://localhost:1/"}'
	fails 78 participant sync-qualtrics
}

@test "every trouble that passes is overcome, at every request" {
	survey SV_1 'Intake' "$(answer 1)" "$(answer 2)"
	cp -r "$MAILROOM_DATA_DIR" fresh
	participant sync-qualtrics --json > wanted
	dump > wanted.dump
	local fault nth n=0
	for fault in '"status": 429, "retry_after": 0' '"status": 500, "retry_after": 0' '"status": 503, "retry_after": 0' \
		'"status": 504, "retry_after": 0' '"kind": "reset"' '"kind": "cut"' '"kind": "garbage"'; do
		n=$((n + 1))
		for nth in 1 2 3 4 5 6; do
			# Two places of each in a sample, other ones for each; all with MAIL_TEST_FULL=1.
			[ -n "${MAIL_TEST_FULL:-}" ] || [ $(((nth + n) % 3)) -eq 0 ] || continue
			# A file that is no archive is not asked for again: that would not help.
			[[ $fault == *garbage* && $nth -eq 6 ]] && continue
			rm -rf "$MAILROOM_DATA_DIR"; cp -r fresh "$MAILROOM_DATA_DIR"
			control '{"op": "clear"}'
			control "{\"op\": \"fault\", \"nth\": $nth, $fault}"
			participant sync-qualtrics --json > got
			same "$(jq 'del(.requests, .tried_again)' wanted)" "$(jq 'del(.requests, .tried_again)' got)"
			# Asked once more, by us or, on a connection that was kept, by libcurl itself.
			same 7 "$(asked | wc -l)"
			diff wanted.dump <(dump)
		done
	done
}

@test "every trouble that does not pass changes nothing" {
	local n=0
	survey SV_1 'Intake' "$(answer 1)" "$(answer 2 'email: ""')"
	fails 1 participant sync-qualtrics
	survey SV_1 'Intake' "$(answer 1 'email: "other@northwind.example", ResponseId: "R_new"')"
	survey SV_2 'Follow-up' "$(answer 3)"
	dump > before
	export MAILROOM_QUALTRICS_RETRY_MAX=0
	while read -r want op; do
		echo "$want $op"
		control '{"op": "clear"}'
		control '{"op": "settings", "zip": "good", "export": "good", "csv": null, "name": null}'
		control "$op"
		fails "$want" participant sync-qualtrics
		[ ${#lines[@]} -eq 1 ]
		[[ $output == 'participant: '* ]]
		same "$(cat before)" "$(dump)"
		n=$((n + 1))
	done <<-'EOF'
		75 {"op": "fault", "status": 429, "times": 100}
		75 {"op": "fault", "status": 503, "times": 100, "nth": 2}
		75 {"op": "fault", "status": 504, "times": 100, "nth": 6}
		75 {"op": "fault", "status": 429, "retry_after": 86400}
		75 {"op": "fault", "kind": "reset", "times": 100, "nth": 9}
		75 {"op": "fault", "kind": "cut", "path": "/file"}
		75 {"op": "fault", "kind": "garbage", "path": "SV_2"}
		65 {"op": "fault", "kind": "garbage", "path": "/file"}
		65 {"op": "fault", "status": 400, "path": "SV_2"}
		66 {"op": "fault", "status": 404, "path": "SV_2"}
		69 {"op": "fault", "status": 418}
		75 {"op": "settings", "export": "failed"}
		65 {"op": "settings", "export": "no file"}
		65 {"op": "settings", "export": "odd id"}
		65 {"op": "settings", "zip": "bomb"}
		65 {"op": "settings", "zip": "truncated"}
		65 {"op": "settings", "zip": "encrypted"}
		65 {"op": "settings", "zip": "two"}
		65 {"op": "settings", "zip": "none"}
		65 {"op": "settings", "zip": "html"}
		65 {"op": "settings", "csv": ""}
		65 {"op": "settings", "csv": "a,b\n1,2\n"}
		65 {"op": "settings", "csv": "ResponseId,did\nR_1,\"did:plc:x\n"}
	EOF
	[ "$n" -eq 23 ]
	control '{"op": "clear"}'
	control '{"op": "settings", "zip": "good", "export": "good", "csv": null}'
	participant sync-qualtrics --json | jq -e '.added == 1 and .updated == 1'
}

@test "the file in the archive may be called anything" {
	local n=0 name
	for name in '../../etc/passwd' '/etc/passwd' '' '研究.csv' 'a/b/../c.csv' $'line\nend' 'x.exe'; do
		n=$((n + 1))
		control "$(jq -nc --arg name "$name" '{op: "settings", name: $name}')"
		survey SV_1 'Intake' "$(answer "$n" "ResponseId: \"R_$n\"")"
		participant sync-qualtrics --json | jq -e '.added == 1'
	done
	control '{"op": "settings", "name": "S.csv", "zip": "stored"}'
	survey SV_1 'Intake' "$(answer 20)"
	participant sync-qualtrics --json | jq -e '.added == 1'
	same '' "$(find . -name passwd -o -name '*.exe' -o -name S.csv)"
}

# killed CALLS N: participant dies at its N-th system call of these; fails when it has fewer.
killed() {
	run env ASAN_OPTIONS=detect_leaks=0 strace -f -qq -o trace -e trace="$1" -e inject="$1:signal=KILL:when=$2" participant sync-qualtrics
	[ "$status" -ne 0 ]
}

@test "killed at any instant, and run again" {
	survey SV_1 'Intake' "$(answer 1)" "$(answer 2)"
	participant sync-qualtrics
	survey SV_1 'Intake' "$(answer 1 'email: "other@northwind.example", RecordedDate: "2026-11-19 11:00:00", ResponseId: "R_b"')" "$(answer 3)" \
		"$(answer 4 'RecordedDate: "2026-11-19 11:00:00", ResponseId: "R_c"')"
	cp -r "$MAILROOM_DATA_DIR" fresh
	participant sync-qualtrics
	dump > wanted
	local n all calls=pwrite64,fdatasync,fsync,rename,recvfrom,sendto,unlink step=7
	[ -z "${MAIL_TEST_FULL:-}" ] || step=1
	rm -rf "$MAILROOM_DATA_DIR"; cp -r fresh "$MAILROOM_DATA_DIR"
	env ASAN_OPTIONS=detect_leaks=0 strace -f -qq -o trace -e trace=$calls participant sync-qualtrics
	all=$(wc -l < trace)
	[ "$all" -gt 10 ]
	for ((n = 1; n < all; n += step)); do
		rm -rf "$MAILROOM_DATA_DIR"; cp -r fresh "$MAILROOM_DATA_DIR"
		killed $calls "$n" || break
		same ok "$(sql 'PRAGMA integrity_check')"
		participant sync-qualtrics
		diff wanted <(dump)
		same '' "$(find "$MAILROOM_DATA_DIR/roster-backups" -name '*.csv.*')"
	done
	[ "$n" -gt 1 ]
}

@test "a disk that is full changes nothing" {
	survey SV_1 'Intake' "$(answer 1)"
	participant sync-qualtrics
	survey SV_1 'Intake' "$(answer 2)"
	dump > before
	# No file may grow at all: neither the copy of the roster nor the database.
	run bash -c 'trap "" XFSZ; ulimit -f 0; participant sync-qualtrics'
	[ "$status" -ne 0 ]
	same "$(cat before)" "$(dump)"
	participant sync-qualtrics
}
