load lib

@test "init makes a private data folder and is silent with -q" {
	run mailroom init -q --db "$BATS_TEST_TMPDIR/other/mail.db"
	same ""
	[ "$status" -eq 0 ]
	same "700 600" "$(stat -c %a "$MAILROOM_DATA_DIR" "$DB" | xargs)"
}

@test "a second init changes nothing" {
	before=$(sql .dump)
	mailroom init -q
	same "$before" "$(sql .dump)"
}

@test "the helpers of the tests do what they say" {
	mail a.eml 'Subject: One' <<< 'Hello'
	same "Subject: One Hello" "$(sed -n '1p;$p' a.eml | xargs)"
	same 5 "$(sed -n '1,/^$/p' a.eml | grep -c :)"
	if same a b; then false; fi
	fails 64 mailroom nothing
}
