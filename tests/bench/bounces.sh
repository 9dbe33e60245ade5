#!/bin/bash
# Measures bounces-scan on a mailbox of Debian's Dovecot with 50,000 unread messages, of which one in ten is a report about mail to a participant.
# usage: bounces.sh BUILDDIR [COUNT]     Prints seconds, processor time, messages a second and peak memory of the first scan, of the next, and of one with 100 more
set -euo pipefail

build=$1 count=${2:-50000} here=$(cd "$(dirname "$0")" && pwd)
. "$here/../servers/dovecot.bash"
exec 3> /dev/null # the servers' scripts close it
PATH=$build/bin:$PATH
work=$(mktemp -d "${TMPDIR:-/tmp}/mailroom-bounces.XXXXXX")
export MAILROOM_TZ=UTC MAILROOM_NOW=2026-11-20T09:00:00Z MAILROOM_DATA_DIR=$work/data MAILROOM_BOUNCE_MAILBOX=kay@test.example
trap 'dovecot_stop; rm -rf "$work"' EXIT
dovecot_start
mailroom init -q
account imap -q kay@test.example --host localhost --port "$DOVECOT_IMAPS" --ca-file "$DOVECOT_CA" --user kay --password-stdin <<< 'secret word'

# Everybody got a message yesterday; numbers 1 to COUNT + 1000.
sqlite3 -batch "$MAILROOM_DATA_DIR/mailroom.db" "BEGIN;
WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < $count + 1000)
INSERT INTO participants (id, did, email, created_at, updated_at, status_changed_at, email_changed_at)
	SELECT i, 'did:plc:' || i, 'p' || i || '@people.example', 0, 0, 0, 0 FROM n;
INSERT INTO outbox (id, kind, dedupe_key, state, subject, from_address, message_id, period_start, period_end, sha256, size_bytes, attempts, created_at, updated_at)
	SELECT id, 'participant', 'p:' || id, 'sent', 's', 'kay@test.example', id || '@test.example', 0, 1, x'00', 1000, 1, 1795082400, 1795082400 FROM participants;
INSERT INTO outbox_recipients (outbox_id, address, participant_id, state) SELECT id, email, id, 'sent' FROM participants;
INSERT INTO send_attempts (outbox_id, attempt, recipient, transport, message_id, sha256, size_bytes, rendered_at, started_at, finished_at, status)
	SELECT id, 1, email, 'smtp', id || '@test.example', x'00', 1000, 1795082400, 1795082400, 1795082400, 'sent' FROM participants;
COMMIT"

# fill FIRST LAST: these messages into the INBOX; each tenth is a report, hard or soft by turns.
fill() {
	python3 - "$(dovecot_maildir kay)" "$1" "$2" << 'PYTHON'
import os, sys
box, first, last = sys.argv[1], int(sys.argv[2]), int(sys.argv[3])
for part in ("cur", "new", "tmp"):
    os.makedirs(os.path.join(box, part), exist_ok=True)
REPORT = """Return-Path: <>
From: MAILER-DAEMON@mx.relay.example
To: kay@test.example
Subject: Undelivered Mail Returned to Sender
Date: Thu, 19 Nov 2026 12:00:00 +0000
Message-ID: <report.{i}@mx.relay.example>
Auto-Submitted: auto-replied
MIME-Version: 1.0
Content-Type: multipart/report; report-type=delivery-status; boundary="b1"

--b1
Content-Type: text/plain

<p{i}@people.example>: host mx.people.example said: {words}

--b1
Content-Type: message/delivery-status

Reporting-MTA: dns; mx.relay.example

Final-Recipient: rfc822; p{i}@people.example
Action: failed
Status: {status}
Diagnostic-Code: smtp; {words}

--b1
Content-Type: message/rfc822

From: kay@test.example
To: p{i}@people.example
Subject: Your progress
Message-ID: <{i}@test.example>
MIME-Version: 1.0
Content-Type: text/plain

{text}
--b1--
"""
MAIL = "From: a{i}@northwind.example\nTo: kay@test.example\nSubject: number {i}\nMessage-ID: <m{i}@northwind.example>\n\n{text}"
for i in range(first, last + 1):
    status, words = ("5.1.1", "550 5.1.1 User unknown") if i % 20 else ("5.2.2", "552 5.2.2 Mailbox full")
    text = "Some words of a message of ordinary length, line after line.\n" * (i * 7919 % 100)
    message = (MAIL if i % 10 else REPORT).format(i=i, status=status, words=words, text=text)
    with open(f"{box}/cur/{1700000000 + i}.M{i}.test:2,", "w") as f:
        f.write(message.replace("\n", "\r\n"))
PYTHON
	dovecot_own "$DOVECOT_DIR/mail"
}
# told WHAT COUNT: a scan, in numbers.
told() {
	local start end
	sync
	start=${EPOCHREALTIME/,/.}
	/usr/bin/env time -f '%M %U %S' -o "$work/memory" bounces-scan > "$work/out" || true
	end=${EPOCHREALTIME/,/.}
	awk -v s="$start" -v e="$end" -v n="$2" -v what="$1" -v m="$(tail -n 1 "$work/memory")" \
		'BEGIN { split(m, f); printf "%s: %.2f s (its processor time %.2f s), %.0f messages/s, %.1f MB\n", what, e - s, f[2] + f[3], n / (e - s), f[1] / 1024 }'
}

fill 1 "$count"
python3 - "$DOVECOT_IMAP" << 'PYTHON'
# Dovecot makes its index of the folder at the first visit: not our time.
import imaplib, sys
m = imaplib.IMAP4("127.0.0.1", int(sys.argv[1]))
m.login("kay", "secret word")
m.select("INBOX", readonly=True)
m.uid("FETCH", "1:*", "(RFC822.SIZE)")
m.logout()
PYTHON
told "$count messages, $((count / 10)) of them reports" "$count"
told "again, nothing new" "$count"
fill $((count + 1)) $((count + 100))
told "100 more, 10 of them reports" 100
sqlite3 "$MAILROOM_DATA_DIR/mailroom.db" 'SELECT effect, count(*) FROM bounce_recipients GROUP BY 1; SELECT status, count(*) FROM participants GROUP BY 1'
