# participant aggregate and snapshot: the study's numbers, by hand in small and against another reckoning in large.
# shellcheck disable=SC2154 # bats sets $stderr
bats_require_minimum_version 1.5.0
load lib

prepare() {
	TOOL=$SOURCE/tests/tools/compliance.py
	export MAILROOM_COMPLIANCE_DB=$BATS_TEST_TMPDIR/compliance.db
	compliance "CREATE TABLE feed_requests (requester_did TEXT, timestamp TEXT);
		CREATE TABLE engagements (did_engagement TEXT, engagement_type TEXT, timestamp TEXT)"
}

compliance() { sqlite3 -batch "$MAILROOM_COMPLIANCE_DB" "$1"; }
# person DID [STATUS [STUDY_TYPE]]
person() {
	sql "INSERT INTO participants (did, email, status, study_type, created_at, updated_at, status_changed_at, email_changed_at)
		VALUES ('$1', '$1@people.example', '${2:-active}', nullif('${3-}', ''), 0, 0, 0, 0)"
}
request() { compliance "INSERT INTO feed_requests VALUES ('$1', '$2')"; }
# engage DID TIME [COUNT [TYPE]]
engage() {
	compliance "WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < ${3:-1})
		INSERT INTO engagements SELECT '$1', '${4:-like}', '$2' FROM n"
}
# pattern DID LAST-DAY xx.x: one day a letter, x active; the first day has a request in any case.
pattern() {
	local n=${#3} i day
	for ((i = 0; i < n; i++)); do
		day=$(date -u -d "$2 - $((n - 1 - i)) days" +%F)
		[ "${3:i:1}" != x ] && [ $i -gt 0 ] || echo "INSERT INTO feed_requests VALUES ('$1', '${day}T12:00:00Z');"
		[ "${3:i:1}" != x ] || echo "INSERT INTO engagements VALUES ('$1', 'like', '${day}T12:00:00Z'),
			('$1', 'like', '${day}T13:00:00Z'), ('$1', 'reply', '${day}T13:00:00Z');"
	done | sqlite3 -batch "$MAILROOM_COMPLIANCE_DB"
}
numbers() { participant aggregate --json "$@"; }

@test "on track, day by day" {
	while read -r name days wanted last; do
		person "$name"
		pattern "$name" 2026-11-19 "$days"
		echo "$name $wanted $last" >> wanted
	done <<- 'TABLE'
		nine-and-today xxxxxxxxx..... yyyyyyyyyyyyyy 9/10/14/true
		eight xxxxxxxx...... yyyyyyyyyyyyyn 8/10/14/false
		ten-at-the-end ....xxxxxxxxxx yyyyyyyyyyyyyy 10/10/14/true
		nine-at-the-end .....xxxxxxxxx yyyyynnnnnnnnn 9/10/14/false
		ten-with-gaps xxxxx..xxxxx.. yyyyyyyyyyyyyy 10/10/14/true
		one-short x.x.x.x.x.x.xx yyyyyyyyyynnnn 8/10/14/false
		nothing .............. yyyyynnnnnnnnn 0/10/14/false
		began-late ..x yyy 1/10/3/true
		began-today x y 1/10/1/true
		came-today . y 0/10/1/true
		before-it xxxxxxxxxxxxxxxxx. yyyyyyyyyyyyyy 13/10/14/true
		long-ago x.................. yyyyynnnnnnnnn 0/10/14/false
	TABLE
	MAILROOM_NOW=2026-11-19T22:00:00Z numbers > got
	same "$(cat wanted)" "$(jq -r '"\(.did) \(.days | map(if .on_track then "y" else "n" end) | join("")) " +
		"\(.active_days)/\(.required_active_days)/\(.window_days)/\(.on_track)"' got)"
	same "$(jq -c '[.active_days, .window_days, .on_track, .days[-1].day]' got)" \
		"$(jq -c '[.days[-1].cumulative_active, (.days | length), .days[-1].on_track, "2026-11-19"]' got)"
}

@test "a day is active with one retrieval and three engagements of whatever type" {
	person a
	request a 2026-11-15T12:00:00Z
	engage a 2026-11-15T12:00:00Z 2
	request a 2026-11-16T12:00:00Z
	engage a 2026-11-16T12:00:00Z 2
	engage a 2026-11-16T12:00:00Z 1 reply
	engage a 2026-11-17T12:00:00Z 10
	for _ in 1 2 3 4; do request a 2026-11-18T12:00:00Z; done
	request a 2026-11-19T12:00:00Z
	engage a 2026-11-19T12:00:00Z 3 'say "hi"'
	compliance "INSERT INTO engagements VALUES ('a', NULL, '2026-11-19T12:00:00Z')"
	same '{"day":"2026-11-15","retrievals":1,"engagements":2,"engagement_breakdown":{"like":2},"active":false,"cumulative_active":0,"cumulative_skip":1,"on_track":true}
{"day":"2026-11-16","retrievals":1,"engagements":3,"engagement_breakdown":{"like":2,"reply":1},"active":true,"cumulative_active":1,"cumulative_skip":0,"on_track":true}
{"day":"2026-11-17","retrievals":0,"engagements":10,"engagement_breakdown":{"like":10},"active":false,"cumulative_active":1,"cumulative_skip":1,"on_track":true}
{"day":"2026-11-18","retrievals":4,"engagements":0,"engagement_breakdown":{},"active":false,"cumulative_active":1,"cumulative_skip":2,"on_track":true}
{"day":"2026-11-19","retrievals":1,"engagements":4,"engagement_breakdown":{"say \"hi\"":3,"unknown":1},"active":true,"cumulative_active":2,"cumulative_skip":0,"on_track":true}
{"day":"2026-11-20","retrievals":0,"engagements":0,"engagement_breakdown":{},"active":false,"cumulative_active":2,"cumulative_skip":1,"on_track":true}' \
		"$(numbers | jq -c '.days[]')"
}

@test "the cut-off, now and the first request" {
	person a
	engage a 2026-11-16T12:00:00+01:00         # the day before the first request: no day of the window
	engage a 2026-11-17T05:00:00+01:00         # before the request, on its day
	request a 2026-11-17T12:00:00+01:00
	request a 2026-11-20T04:59:59+01:00        # before the cut-off: the day before
	request a 2026-11-20T05:00:00+01:00
	engage a 2026-11-20T09:00:00+01:00         # now
	engage a 2026-11-20T09:00:01+01:00         # later than now
	same "2026-11-17 1 1
2026-11-18 0 0
2026-11-19 1 0
2026-11-20 1 1" "$(numbers | jq -r '.days[] | "\(.day) \(.retrievals) \(.engagements)"')"
	same "2026-11-19" "$(MAILROOM_NOW=2026-11-20T04:59:59+01:00 numbers | jq -r '.days[-1].day')"
	run --separate-stderr participant aggregate -v
	grep -q "engagements: 1 row of participants is later than now and does not count yet" <<< "$stderr"
	# as of the end of a day, the same as that day later on
	same "2026-11-19 1 3" "$(numbers --date 2026-11-19 | jq -r '.days[-1] | "\(.day) \(.retrievals) \(.cumulative_skip)"')"
	same "" "$(numbers --date 2026-11-16)"
	MAILROOM_NOW=2026-12-20T09:00:00Z numbers --date 2026-11-20 > later
	same 2 "$(jq '.days[-1].engagements' later)"
}

@test "who is in the table, and who is not" {
	person b; person a; person out inactive; person off unsubscribed; person new; person newer; person gone
	sql "UPDATE participants SET deleted_at = 1 WHERE did = 'gone'"
	for who in a b out off gone stranger; do pattern "$who" 2026-11-19 xx; done
	run --separate-stderr participant aggregate
	same "did  active days  required  on track  last day
b    2            10        yes       2026-11-20
a    2            10        yes       2026-11-20
2 participants have no feed request yet" "$(sed 's/ *$//' <<< "$output")"
	same "" "$stderr"
	same "b a out off" "$(numbers --all | jq -r .did | paste -sd ' ')"
	run --separate-stderr participant aggregate --json -v
	same "a b" "$(jq -r .did <<< "$output" | sort | paste -sd ' ')"
	grep -qx "participant: 2 participants have no feed request yet" <<< "$stderr"
	sql "UPDATE participants SET status = 'inactive' WHERE did = 'newer'"
	same "1 participant has no feed request yet" "$(participant aggregate | tail -1)"
	compliance "DELETE FROM feed_requests"
	same "3 participants have no feed request yet" "$(participant aggregate)"
	same "" "$(numbers)"
}

@test "studies: whose a participant is, and their own rules" {
	cat > study.conf <<- 'END'
		min_engagement=3
		[pilot]
		study_types=pilot, pilot-2
		[main]
		study_types=main
		min_engagement=1
		min_active_days=1
		window_days=2
		day_cut_off=0
		time_zone=America/New_York
	END
	export MAILROOM_STUDY_FILE=$PWD/study.conf MAILROOM_NOW=2026-11-20T04:30:00Z
	person p active Pilot-2; person m active main; person nobody active other; person none
	for who in p m nobody none; do
		request $who 2026-11-18T12:00:00Z
		engage $who 2026-11-18T12:00:00Z
	done
	same "p pilot 2026-11-20 3 false
m main 2026-11-19 2 true" "$(numbers | jq -r '"\(.did) \(.study) \(.days[-1].day) \(.window_days) \(.days[0].active)"')"
	same "did  study  active days  required  on track  last day
p    pilot  0            10        yes       2026-11-20
m    main   1            1         yes       2026-11-19
2 participants belong to no study: no study_types name their study_type" "$(participant aggregate)"
	same "did  active days  required  on track  last day
m    1            1         yes       2026-11-19" "$(participant aggregate --study main | head -2)"
	fails 64 participant aggregate --study mian
	same 'participant: --study: there is no study "mian" (there are: pilot, main)'
	fails 64 participant snapshot
	same "participant: there are several studies: name one by --study (pilot, main)"
	echo "cut_off=5" >> study.conf
	fails 78 participant aggregate
	same "participant: MAILROOM_STUDY_FILE: $PWD/study.conf:11: cut_off: no such key (mailroom.conf(5) lists them)"
	rm study.conf
	fails 66 participant aggregate
}

@test "the example of a study file is one" {
	person a
	export MAILROOM_STUDY_FILE=$SOURCE/examples/study.conf
	participant aggregate
	sed 's/^#\([a-z_]*=\)/\1/' "$MAILROOM_STUDY_FILE" > all.conf
	MAILROOM_STUDY_FILE=$PWD/all.conf participant aggregate
	# it goes with the example of a roster
	participant import-csv -q "$SOURCE/examples/roster.csv"
	same "5 participants have no feed request yet" "$(participant aggregate)"
	# it has each key that the manual has
	same "$(sed -n 's/^\.It Li \([a-z_]*\)$/\1/p' "$SOURCE/man/mailroom.conf.5" | sort)" \
		"$(sed -n 's/^#\{0,1\}\([a-z_]*\)=.*/\1/p' "$SOURCE/examples/study.conf" | sort -u)"
}

@test "rows that cannot be read are told, and the others count" {
	person a
	pattern a 2026-11-19 xx
	request a yesterday
	engage a 2026-11-31T12:00:00Z 2
	engage stranger yesterday
	run --separate-stderr participant aggregate --json
	[ "$status" -eq 1 ]
	same 2 "$(jq .active_days <<< "$output")"
	same "participant: warning: $MAILROOM_COMPLIANCE_DB: feed_requests: 1 row of participants has a timestamp that cannot be read and does not count; the first: \"yesterday\", of a
participant: warning: $MAILROOM_COMPLIANCE_DB: engagements: 2 rows of participants have a timestamp that cannot be read and do not count; the first: \"2026-11-31T12:00:00Z\", of a" "$stderr"
	fails 1 participant snapshot -q
	same 3 "$(sql "SELECT count(*) FROM daily_snapshots")"
}

@test "a timestamp from outside does not steer the terminal, nor make a second line" {
	person a
	request a 2026-11-19T12:00:00Z
	request a $'\e[2Jyester\nday'
	run --separate-stderr participant aggregate --json
	same "participant: warning: $MAILROOM_COMPLIANCE_DB: feed_requests: 1 row of participants has a timestamp that cannot be read and does not count; the first: \"[2Jyester day\", of a" "$stderr"
	compliance "UPDATE feed_requests SET timestamp = NULL WHERE timestamp LIKE '%day'"
	run --separate-stderr participant aggregate --json
	[[ $stderr == *'the first: "", of a' ]]
}

@test "a compliance database that is none" {
	fails 64 participant aggregate --date 2026-11-21
	fails 64 participant aggregate --date tomorrow
	fails 64 participant aggregate --date 2026-11-20T09:00
	rm "$MAILROOM_COMPLIANCE_DB"
	fails 66 participant aggregate
	[ ! -e "$MAILROOM_COMPLIANCE_DB" ]
	echo "no database, but long enough to look like one: $(seq 1000 | paste -sd ' ')" > "$MAILROOM_COMPLIANCE_DB"
	fails 65 participant aggregate
	rm "$MAILROOM_COMPLIANCE_DB"
	compliance "CREATE TABLE feed_requests (requester_did, timestamp)"
	fails 65 participant snapshot
	same "participant: $MAILROOM_COMPLIANCE_DB: is no compliance database: no such table: engagements; wanted is engagements (did_engagement, engagement_type, timestamp)"
	unset MAILROOM_COMPLIANCE_DB
	fails 78 participant aggregate
	same "participant: MAILROOM_COMPLIANCE_DB is not set: name the compliance database (mailroom.conf(5))"
}

snapshots() { sql "SELECT day, retrievals, engagements, engagement_breakdown, active_day, cumulative_active, cumulative_skip, computed_at FROM daily_snapshots ORDER BY day"; }
standings() { sql "SELECT day, active_days, required_active_days, window_days, on_track, computed_at FROM compliance_monitoring ORDER BY day"; }

@test "snapshot: each day's own window, rows replaced only if they differ" {
	person a
	person without
	pattern a 2026-11-19 x..xx
	export MAILROOM_NOW=@1795165200
	run --separate-stderr participant snapshot
	same "" "$output$stderr"
	same '2026-11-15|1|3|{"like": 2, "reply": 1}|1|1|0|1795165200
2026-11-16|0|0|{}|0|1|1|1795165200
2026-11-17|0|0|{}|0|1|2|1795165200
2026-11-18|1|3|{"like": 2, "reply": 1}|1|2|0|1795165200
2026-11-19|1|3|{"like": 2, "reply": 1}|1|3|0|1795165200
2026-11-20|0|0|{}|0|3|1|1795165200' "$(snapshots)"
	same "2026-11-15|1|10|1|1|1795165200
2026-11-16|1|10|2|1|1795165200
2026-11-17|1|10|3|1|1795165200
2026-11-18|2|10|4|1|1795165200
2026-11-19|3|10|5|1|1795165200
2026-11-20|3|10|6|1|1795165200" "$(standings)"
	snapshots > first
	export MAILROOM_NOW=@1795165260
	same '{"format":1,"dry_run":false,"study":"default","from":"2026-11-07","to":"2026-11-20","participants":2,"without_request":1,"daily_snapshots_changed":0,"daily_snapshots_unchanged":6,"compliance_monitoring_changed":0,"compliance_monitoring_unchanged":6,"unreadable":0}' \
		"$(participant snapshot --json | jq -c .)"
	same "$(cat first)" "$(snapshots)"
	# a late row changes its day, and the sums behind it
	engage a 2026-11-17T12:00:00Z 3
	request a 2026-11-17T12:00:00Z
	run participant snapshot -n
	same "default, 2026-11-07 to 2026-11-20: 2 participants, 4 days and 4 standings would change, 2 and 2 unchanged"
	same "$(cat first)" "$(snapshots)"
	participant snapshot
	same "2026-11-15 1795165200 0
2026-11-16 1795165200 1
2026-11-17 1795165260 0
2026-11-18 1795165260 0
2026-11-19 1795165260 0
2026-11-20 1795165260 1" "$(sql "SELECT day || ' ' || computed_at || ' ' || cumulative_skip FROM daily_snapshots ORDER BY day")"
}

@test "snapshot: the days asked for, no others" {
	person a
	pattern a 2026-11-19 "$(printf 'x%.0s' {1..60})"
	participant snapshot --to 2026-11-10 --from 2026-11-09
	same "2026-11-09 14
2026-11-10 14" "$(sql "SELECT day || ' ' || cumulative_active FROM daily_snapshots ORDER BY day")"
	participant snapshot --from 2026-09-01
	# in two passes over the compliance database, the first day is the one of the first request
	same "2026-09-21|2026-11-20|61" "$(sql "SELECT min(day), max(day), count(*) FROM daily_snapshots")"
	same "1 2 13 14 14 13" "$(sql "SELECT cumulative_active FROM daily_snapshots WHERE day IN ('2026-09-21', '2026-09-22',
		'2026-10-03', '2026-10-04', '2026-10-05', '2026-11-20') ORDER BY day" | paste -sd ' ')"
	fails 64 participant snapshot --from 2026-11-21
	fails 64 participant snapshot --from 2026-11-20 --to 2026-11-19
	fails 64 participant snapshot --from 1900-01-01
	fails 64 participant snapshot --to 2026-11-32
}

@test "snapshot: somebody who is not active any more keeps the days there are" {
	person a; person b
	pattern a 2026-11-19 xx
	pattern b 2026-11-19 xx
	participant snapshot --to 2026-11-19
	sql "UPDATE participants SET status = 'inactive' WHERE did = 'a'"
	participant snapshot
	same "a|2026-11-19
b|2026-11-20" "$(sql "SELECT did, max(day) FROM v_daily_snapshots GROUP BY did")"
}

# large SEED NOW: a compliance database and a roster of 1,000 people in eight studies, with settings, zones and forms of time stamps of all kinds.
large() {
	export MAILROOM_NOW=$2 MAILROOM_STUDY_FILE=$PWD/study.conf
	rm -f "$MAILROOM_COMPLIANCE_DB"
	sql "DELETE FROM daily_snapshots; DELETE FROM compliance_monitoring; DELETE FROM participants"
	python3 "$TOOL" make "$1" "$2" 1000 "$MAILROOM_COMPLIANCE_DB" "$DB" study.conf
}

# Both reckonings, one participant a line with sorted keys.
agree() {
	run --separate-stderr participant aggregate --json "${@:2}"
	[ "$status" -eq 1 ] # there are unreadable rows
	jq -cS . <<< "$output" | sort > got
	python3 "$TOOL" reckon "$1" "$MAILROOM_COMPLIANCE_DB" "$DB" "${@:3}" | jq -cS . | sort > wanted
	[ "$(wc -l < wanted)" -gt 600 ]
	cmp wanted got
}

@test "1,000 participants in eight studies, through all changes of the clock, as another reckoning has them" {
	local seed=0
	while read -r now; do
		seed=$((seed + 1))
		echo "$now"
		large $seed "$now"
		agree "$now"
	done <<- 'TABLE'
		2026-11-20T09:00:00+01:00
		2026-03-30T03:30:00+02:00
		2026-04-05T20:00:00+00:00
		2026-10-25T01:30:00+00:00
		2026-10-26T12:00:00+01:00
		2026-11-01T04:30:00+00:00
	TABLE
	now=2026-11-01T04:30:00+00:00
	agree "$now" --date 2026-10-30
}

@test "the days of a study as another reckoning has them" {
	now=2026-03-31T09:00:00+02:00
	large 7 "$now"
	for label in plain "half past" late rest; do
		fails 1 participant snapshot -q --study "$label" --from 2026-02-20 --to 2026-03-30
		python3 "$TOOL" days "$now" "$MAILROOM_COMPLIANCE_DB" "$DB" "$label" 2026-02-20 2026-03-30 | sort > wanted
		[ "$(wc -l < wanted)" -gt 200 ]
		sql "SELECT participant_id, day, retrievals, engagements, engagement_breakdown, active_day, cumulative_active,
				cumulative_skip, active_days, required_active_days, window_days, on_track
			FROM daily_snapshots JOIN compliance_monitoring USING (study_label, participant_id, day)
			WHERE study_label = '$label'" | sort > got
		cmp wanted got
	done
}
