# shellcheck shell=bash disable=SC1091,SC2034 # variables for the tests
# Debian's Postfix as a test server for submission, and Dovecot's submission service in front of it: configuration, queue,
# mailboxes and log in a folder of its own, on ports of 127.0.0.1 that the kernel chose, ended by postfix_stop. Nothing of the
# machine's own mail is read or changed. Postfix's master needs root: without it postfix_possible is false.
#
# postfix_possible     may Postfix be started here? (says why not)
# postfix_ports        chooses POSTFIX_PORT (STARTTLS), POSTFIX_PORTS (TLS) and POSTFIX_RELAY (plain, no login: for Dovecot's
#                      DOVECOT_RELAY)
# postfix_start        after postfix_ports and dovecot_start (whose passwords and certificates it uses); sets POSTFIX_DIR
# postfix_more         (before postfix_start, if a test defines it) prints further lines of main.cf, which go before the others
# postfix_mails USER   how many messages the mailbox of kay or mara has
# postfix_mail USER N  its N-th message, as it was delivered
# postfix_wait USER N  waits until so many are there
# postfix_stop
#
# Takes mail after a login (kay or mara, "secret word") for kay@test.example and mara@test.example, nobody else there, and for
# anybody@discard.example, which is thrown away. grey@test.example is greylisted (451), a sender banned@test.example refused;
# messages have at most 100,000 bytes. Two recipients a message, a third is too many (452).

POSTFIX_TESTS=${BASH_SOURCE[0]%/*}

postfix_command() { PATH=$PATH:/usr/sbin:/sbin command -v postfix; }

postfix_possible() {
	if ! postfix_command >/dev/null; then
		echo "Postfix is not installed (scripts/bootstrap test)"
		return 1
	elif [ "$(id -u)" -ne 0 ]; then
		echo "Postfix's master starts as root only"
		return 1
	fi
}

postfix_ports() { read -r POSTFIX_PORT POSTFIX_PORTS POSTFIX_RELAY < <(dovecot_free_ports 3); }

postfix_main_cf() {
	local d=$POSTFIX_DIR
	cat <<-EOF
		compatibility_level = 3.6
		queue_directory = $d/queue
		data_directory = $d/data
		command_directory = /usr/sbin
		daemon_directory = /usr/lib/postfix/sbin
		mail_owner = postfix
		setgid_group = postdrop
		maillog_file = $d/log
		maillog_file_prefixes = $d
		inet_interfaces = 127.0.0.1
		inet_protocols = ipv4
		myhostname = mail.test.example
		mydestination =
		mynetworks =
		alias_maps =
		alias_database =
		local_recipient_maps =
		local_transport = error:no local mail here
		default_transport = error:nothing leaves the test
		relay_domains = discard.example
		relay_transport = discard:
		virtual_mailbox_domains = test.example
		virtual_mailbox_base = $d/mail
		virtual_mailbox_maps = inline:{ {kay@test.example=kay/}, {mara@test.example=mara/}, {grey@test.example=grey/} }
		virtual_uid_maps = static:$(id -u nobody)
		virtual_gid_maps = static:$(id -g nobody)
		message_size_limit = 100000
		smtpd_recipient_limit = 2
		smtpd_recipient_overshoot_limit = 100
		smtpd_delay_reject = no
		smtpd_sender_restrictions = check_sender_access inline:{ {banned@test.example=REJECT you may not} }
		smtpd_relay_restrictions = permit_sasl_authenticated, reject
		smtpd_recipient_restrictions = reject_unlisted_recipient, check_recipient_access inline:{ {grey@test.example=450 4.7.1 greylisted} }
		smtpd_sasl_auth_enable = yes
		smtpd_sasl_type = dovecot
		smtpd_sasl_path = $DOVECOT_DIR/run/auth-client
		smtpd_tls_cert_file = $DOVECOT_DIR/certs/right.pem
		smtpd_tls_key_file = $DOVECOT_DIR/certs/right.key
		smtpd_tls_security_level = encrypt
		smtpd_tls_auth_only = yes
		smtpd_error_sleep_time = 0
		smtpd_client_connection_rate_limit = 0
	EOF
}

postfix_master_cf() {
	local service
	printf '%s\n' "127.0.0.1:$POSTFIX_PORT inet n - n - - smtpd" \
		"127.0.0.1:$POSTFIX_PORTS inet n - n - - smtpd -o smtpd_tls_wrappermode=yes" \
		"127.0.0.1:$POSTFIX_RELAY inet n - n - - smtpd -o smtpd_tls_security_level=none -o mynetworks=127.0.0.0/8 -o smtpd_relay_restrictions=permit_mynetworks,reject" \
		'postlog unix-dgram n - n - 1 postlogd' 'cleanup unix n - n - 0 cleanup' 'qmgr unix n - n 300 1 qmgr' \
		'tlsmgr unix - - n 1000? 1 tlsmgr' 'rewrite unix - - n - - trivial-rewrite' 'anvil unix - - n - 1 anvil' \
		'virtual unix - n n - - virtual' 'scache unix - - n - 1 scache'
	for service in bounce defer trace; do echo "$service unix - - n - 0 bounce"; done
	for service in error retry; do echo "$service unix - - n - - error"; done
	printf '%s\n' 'discard unix - - n - - discard' 'verify unix - - n - 1 verify' 'proxymap unix - - n - - proxymap' \
		'smtp unix - - n - - smtp' 'showq unix n - n - - showq' 'flush unix n - n 1000? 0 flush' \
		'pickup unix n - n 60 1 pickup' 'local unix - n n - - local'
}

postfix_start() {
	POSTFIX_DIR=$(mktemp -d "${TMPDIR:-/tmp}/mailroom-postfix.XXXXXX") && chmod 755 "$POSTFIX_DIR" || return
	mkdir "$POSTFIX_DIR"/{etc,queue,data,mail}
	: >"$POSTFIX_DIR/log"
	chown postfix "$POSTFIX_DIR/data"
	chown nobody:nogroup "$POSTFIX_DIR/mail"
	postfix_main_cf >"$POSTFIX_DIR/etc/main.cf"
	if declare -F postfix_more >/dev/null; then
		postfix_more | while IFS= read -r line; do sed -i "/^${line%% *} =/d" "$POSTFIX_DIR/etc/main.cf"; echo "$line" >>"$POSTFIX_DIR/etc/main.cf"; done
	fi
	postfix_master_cf >"$POSTFIX_DIR/etc/master.cf"
	# Postfix's daemons outlive their master for a moment: the parent adopts them (PR_SET_CHILD_SUBREAPER) and ends when all
	# have. File descriptor 3 is bats's: a server that kept it would keep bats waiting.
	python3 -c 'import ctypes, os, subprocess, sys
ctypes.CDLL(None).prctl(36, 1, 0, 0, 0)
subprocess.Popen(sys.argv[1:])
try:
    while True:
        os.wait()
except ChildProcessError:
    pass' "$(postfix_command)" -c "$POSTFIX_DIR/etc" start-fg >"$POSTFIX_DIR/out" 2>&1 </dev/null 3>&- & POSTFIX_PID=$!
	if ! postfix_answers; then
		cat "$POSTFIX_DIR/out" "$POSTFIX_DIR/log"
		return 1
	fi
}

postfix_answers() {
	local i
	for ((i = 0; i < 200; i++)); do
		if (exec 9<>"/dev/tcp/127.0.0.1/$POSTFIX_PORT") 2>/dev/null; then return 0; fi
		sleep 0.05
	done
	return 1
}

postfix_stop() {
	[ -n "${POSTFIX_DIR-}" ] || return 0
	"$(postfix_command)" -c "$POSTFIX_DIR/etc" stop >>"$POSTFIX_DIR/out" 2>&1 </dev/null 3>&- || true
	postfix_ended
	rm -rf "$POSTFIX_DIR"
}

# In another shell than the one that started it (bats's teardown_file) it cannot be waited for.
postfix_ended() {
	local i
	wait "$POSTFIX_PID" 2>/dev/null || true
	for ((i = 0; i < 200; i++)); do
		kill -0 "$POSTFIX_PID" 2>/dev/null || return 0
		sleep 0.05
	done
}

postfix_mails() { find "$POSTFIX_DIR/mail/$1/new" -type f 2>/dev/null | wc -l; }

# Postfix puts its Received and other headers before what was sent.
postfix_mail() { cat "$(find "$POSTFIX_DIR/mail/$1/new" -type f | sort | sed -n "$2p")"; }

postfix_wait() {
	local i
	for ((i = 0; i < 200; i++)); do
		[ "$(postfix_mails "$1")" -lt "$2" ] || return 0
		sleep 0.05
	done
	tail -n 20 "$POSTFIX_DIR/log"
	return 1
}
