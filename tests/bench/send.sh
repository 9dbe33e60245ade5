#!/bin/bash
# Measures sending 1,000 messages to Debian's Postfix on this machine (STARTTLS, login; its discard transport throws them away): digest-send over
# one connection with every state committed, beside msmtp started once a message; and freezing 10,000 messages at once.
# usage: send.sh BUILDDIR [COUNT [plain]]     as root (Postfix's master); plain: without TLS and login. Prints seconds and messages a second
set -euo pipefail

build=$1 count=${2:-1000} how=${3:-tls} here=$(cd "$(dirname "$0")" && pwd)
. "$here/../servers/dovecot.bash"
. "$here/../servers/postfix.bash"
postfix_possible
exec 3> /dev/null # the servers' scripts close it
PATH=$build/bin:$PATH
unset MAILROOM_CONFIG MAILROOM_DB MAILROOM_OUTBOX_DIR
export MAILROOM_TZ=UTC MAILROOM_LIVE=true MAILROOM_MAX_PER_RUN=0 MAILROOM_MAX_PER_DAY=0 MAILROOM_NOW=2026-11-20T09:00:00Z
work=$(mktemp -d "${TMPDIR:-/tmp}/mailroom-send.XXXXXX")
trap 'set +e; postfix_stop; dovecot_stop; rm -rf "$work"' EXIT
postfix_ports
dovecot_start
postfix_start

# fresh: a new mailroom whose sender uses Postfix.
fresh() {
	export MAILROOM_DATA_DIR=$work/data
	rm -rf "$MAILROOM_DATA_DIR"
	mailroom init -q
	account add -q mara@harbor.example
	if [ "$how" = plain ]; then
		account smtp -q mara@harbor.example --host 127.0.0.1 --port "$POSTFIX_RELAY" --security none --auth none
	else
		account smtp -q mara@harbor.example --host localhost --port "$POSTFIX_PORT" --security starttls --user kay --ca-file "$DOVECOT_CA" \
			--password-stdin <<< 'secret word'
	fi
	sqlite3 "$MAILROOM_DATA_DIR/mailroom.db" 'UPDATE email_smtp_settings SET is_enabled = 1, disabled_why = NULL'
}
# told WHAT COUNT COMMAND...
told() {
	local what=$1 n=$2 start end
	shift 2
	sync
	start=${EPOCHREALTIME/,/.}
	"$@"
	end=${EPOCHREALTIME/,/.}
	awk -v w="$what" -v n="$n" -v t="$(awk "BEGIN { print $end - $start }")" 'BEGIN { printf "%-34s %8.2f s %9.0f/s\n", w, t, n / t }'
}

by_msmtp() {
	local i
	cat > "$work/msmtprc" <<-RC
		account default
		host localhost
		port $POSTFIX_PORT
		tls on
		tls_trust_file $DOVECOT_CA
		auth plain
		user kay
		password secret word
		from mara@harbor.example
	RC
	if [ "$how" = plain ]; then
		printf 'account default\nhost 127.0.0.1\nport %s\nfrom mara@harbor.example\n' "$POSTFIX_RELAY" > "$work/msmtprc"
	fi
	chmod 600 "$work/msmtprc"
	for ((i = 1; i <= count; i++)); do
		msmtp -C "$work/msmtprc" "p$i@discard.example" < "$MAILROOM_DATA_DIR/outbox/$i.eml"
	done
}

fresh
"$build/tools/outbox_fill" mara@harbor.example discard.example 1 "$count"
told "msmtp, once a message" "$count" by_msmtp
told "digest-send, all states committed" "$count" digest-send --live
sqlite3 "$MAILROOM_DATA_DIR/mailroom.db" "SELECT state || ' ' || count(*) FROM outbox GROUP BY state"
fresh
told "freezing a batch of 10,000" 10000 "$build/tools/outbox_fill" mara@harbor.example discard.example 1 10000
told "a message more" 1 "$build/tools/outbox_fill" mara@harbor.example discard.example 20001 1
fresh
told "freezing 200, each by itself" 200 "$build/tools/outbox_fill" --single mara@harbor.example discard.example 1 200
