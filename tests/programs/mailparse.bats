load lib

# key FILE NAME: that key of the object mailparse prints for the file, as compact JSON.
key() { mailparse "$1" | python3 -c 'import json, sys; print(json.dumps(json.load(sys.stdin)[sys.argv[1]]))' "$2"; }

@test "a message is one line of JSON with every key" {
	mail a.eml 'Subject: Hi' <<< 'Hello'
	run mailparse a.eml
	[ "$status" -eq 0 ] && [ "${#lines[@]}" -eq 1 ]
	keys=$(python3 -c 'import json, sys; print(*json.load(sys.stdin))' <<< "$output")
	same "file format message_id in_reply_to references date subject from sender reply_to to cc bcc list_id auto_submitted bulk\
 authentication text text_source attachments defects" "$keys"
	same '"Hi"' "$(key a.eml subject)"
	same '"Hello\n"' "$(key a.eml text)"
	same 1795078800 "$(key a.eml date)"
}

@test "standard input is read without FILE and as -" {
	mail a.eml <<< 'Hello'
	same "$(mailparse < a.eml)" "$(mailparse - < a.eml)"
	mailparse < a.eml | grep -q '"file": "-"'
}

@test "a file that is not there is told, the others are printed" {
	mail a.eml <<< 'Hello'
	mail b.eml <<< 'Hello'
	fails 1 mailparse a.eml gone.eml b.eml
	same 2 "$(grep -c '^{' <<< "$output")"
	grep -q '^mailparse: gone.eml: No such file or directory$' <<< "$output"
	fails 1 mailparse -q gone.eml
	same 'mailparse: gone.eml: No such file or directory'
	fails 1 mailparse .
}

@test "an attachment tells its name, size and digest" {
	cat > a.eml <<-'EOF'
		Content-Type: multipart/mixed; boundary=b

		--b

		See there.
		--b
		Content-Type: text/csv
		Content-Disposition: attachment; filename="gr=?utf-8?q?=C3=BC?=n.csv"
		Content-Transfer-Encoding: base64

		SGVsbG8=
		--b--
	EOF
	same "[{\"filename\": \"gr\\u00fcn.csv\", \"content_type\": \"text/csv\", \"size\": 5, \"sha256\": \"$(printf Hello | sha256sum | cut -d' ' -f1)\", \"disposition\": \"attachment\", \"content_id\": null}]" "$(key a.eml attachments)"
}

@test "html is printed when asked for, and text made from it" {
	mail a.eml 'Content-Type: text/html' <<< '<p>One <b>two</b></p>'
	same '"html"' "$(key a.eml text_source)"
	if mailparse a.eml | grep -q '"html":'; then false; fi
	mailparse --html a.eml | grep -qF '"html": "<p>One <b>two</b></p>\n"'
}

@test "caps can be changed and are told in defects" {
	mail a.eml 'To: a@x.example, b@x.example, c@x.example' <<< 'Hello'
	same 3 "$(mailparse a.eml | grep -o '@x.example' | wc -l)"
	same 2 "$(mailparse --limit addresses=2 a.eml | grep -o '@x.example' | wc -l)"
	mailparse --limit addresses=2 a.eml | grep -q '"defects": \["To: '
	fails 1 mailparse --limit raw=5 a.eml
	grep -q 'a.eml: longer than 5 bytes' <<< "$output"
	fails 64 mailparse --limit addresses=many a.eml
	fails 64 mailparse --limit nothing=1 a.eml
}

@test "only trusted servers are believed" {
	mail a.eml 'Authentication-Results: mx.evil.example; dmarc=pass' <<< 'Hello'
	mailparse --trusted-authserv mx.harbor.example a.eml | grep -q '"authserv_id": null'
	mailparse --trusted-authserv MX.evil.example a.eml | grep -q '"dmarc": "pass"'
}

@test "a full disk is told" {
	mail a.eml <<< 'Hello'
	# More than a buffer holds, so that the write fails while printing; then less, so that it fails at the end.
	fails 74 bash -c 'mailparse $(yes a.eml | head -300) > /dev/full'
	same "mailparse: standard output: No space left on device"
	fails 74 bash -c 'mailparse a.eml > /dev/full'
}

@test "caps and trusted servers come from the settings too" {
	mail a.eml 'To: a@x.example, b@x.example, c@x.example' 'Authentication-Results: mx.evil.example; dmarc=pass' <<< 'Hello'
	same 2 "$(MAILROOM_MAX_ADDRESSES=2 mailparse a.eml | grep -o '@x.example' | wc -l)"
	same 3 "$(MAILROOM_MAX_ADDRESSES=2 mailparse --limit addresses=3 a.eml | grep -o '@x.example' | wc -l)"
	same null "$(MAILROOM_TRUSTED_AUTHSERV=' , mx.harbor.example ,b' mailparse a.eml | jq .authentication.dmarc)"
	same '"pass"' "$(MAILROOM_TRUSTED_AUTHSERV='a, mx.evil.example ' mailparse a.eml | jq .authentication.dmarc)"
}

@test "with a database: whom it matches, why, and its thread" {
	contact add organisation -N Northwind -d northwind.example -q
	account add mara@harbor.example -q
	mail a.eml 'To: mara@harbor.example' <<< 'Hello'
	mail stranger.eml 'From: ann@elsewhere.example' 'To: mara@harbor.example' <<< 'Hello'
	mail reply.eml 'To: mara@harbor.example' 'In-Reply-To: <a.eml@test.example>' <<< 'Again'
	mailparse a.eml > plain
	same null "$(jq .matches plain)"
	mailparse --db "$DB" a.eml stranger.eml > before
	same '[null,null,true,"Northwind","domain","confirmed","kay@northwind.example"]
[null,null,false,null,null,null,null]' "$(jq -c '[.email_id, .thread_id, .matched, (.matches[0] | .investor, .match_kind, .status, .address)]' before)"
	jq -r .matches[0].why before | grep -q 'domain of Northwind'
	mailsync import -q --account mara@harbor.example a.eml
	same '[1,1]
[null,1]' "$(mailparse --db "$DB" a.eml reply.eml | jq -c '[.email_id, .thread_id]')"
	same 1 "$(sql 'SELECT count(*) FROM emails')"
	fails 66 mailparse --db nowhere.db a.eml
}

@test "with --db direction, kinds and reasons are told" {
	team import -q "$SOURCE/examples/team.csv"
	contact import -q "$SOURCE/examples/contacts.csv"
	mail a.eml 'From: kay@northwind.example' 'To: mara@harbor.example, x@alder-ventures.example' <<< 'Hello'
	mail b.eml 'From: Mara <mara@harbor.example>' 'To: jb@harbor.example' <<< 'Hello'
	mail c.eml 'From: jonas@harbor.example' 'To: ines.okafor+x@gmail.com' <<< 'Hello'
	mail d.eml 'From: kay@northwind.example' 'Authentication-Results: mx.harbor.example; dmarc=fail' <<< 'Hello'
	same 'in
in contact Kay Lindqvist alias confirmed: From kay@northwind.example is an alias on record for Kay Lindqvist
in organisation Alder Ventures domain confirmed: To x@alder-ventures.example is at alder-ventures.example, a domain of Alder Ventures
internal
out
out contact Ines Okafor variant proposed: To ines.okafor+x@gmail.com looks like ines.okafor@gmail.com, which is on record for Ines Okafor
in
in contact Kay Lindqvist alias unverified: From kay@northwind.example is an alias on record for Kay Lindqvist; DMARC failed: the sender may be forged' \
		"$(mailparse --db "$DB" ?.eml | jq -r '.direction, .direction + " " + (.matches[] | "\(.kind) \(.investor) \(.match_kind) \(.status): \(.why)")')"
}

@test "help, version and usage errors" {
	run mailparse --help
	[ "$status" -eq 0 ] && grep -q '^Usage: mailparse' <<< "$output"
	run mailparse --version
	[ "$status" -eq 0 ] && grep -qE '^mailparse \(Mailroom\) [0-9]+\.[0-9]+\.[0-9]+$' <<< "$output"
	fails 64 mailparse --nothing
}
