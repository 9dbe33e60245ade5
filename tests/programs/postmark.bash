# shellcheck shell=bash disable=SC2034,SC2154 # variables for the tests, and of bats
# A fake Postmark beside a test, with its files in the folder "postmark" and its token in the settings: load it behind lib, and
# stop it in teardown.

start_postmark() {
	mkdir postmark; mkfifo postmark.in; : > postmark.out
	python3 "$SOURCE/tests/fake/postmark.py" postmark < postmark.in > postmark.out 2> postmark.err 3>&- &
	postmark_pid=$!
	exec {postmark_hold}> postmark.in
	local line=''
	read -r line < <(timeout 30 tail -f -n +1 --pid=$$ postmark.out 3>&-)
	export MAILROOM_POSTMARK_URL=http://127.0.0.1:$line MAILROOM_POSTMARK_TOKEN_FILE=$PWD/postmark.token
	echo server-token > postmark.token; chmod 600 postmark.token
}

stop_postmark() {
	[ -z "${postmark_hold:-}" ] || exec {postmark_hold}>&-
	[ -z "${postmark_pid:-}" ] || wait "$postmark_pid" || true
	postmark_hold='' postmark_pid=''
}
