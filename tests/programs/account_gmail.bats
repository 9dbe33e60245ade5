# Gmail mailboxes: enrolled by delegation, logged in by OAuth, tried out, against the fake Google of tests/fake.
load lib

setup_file() {
	cd "$BATS_FILE_TMPDIR" || return
	openssl genpkey -algorithm RSA -pkeyopt rsa_keygen_bits:2048 -out private.pem 2>/dev/null
	openssl pkey -in private.pem -pubout -out public.pem
	openssl genpkey -algorithm RSA -pkeyopt rsa_keygen_bits:2048 -out other.pem 2>/dev/null
	printf '%s' 'GOCSPX-the-client-secret' > client.secret
	chmod 0600 client.secret
}

# key_file FILE PEM: a service account's key file.
key_file() {
	(umask 077 && jq -n --rawfile key "$2" --arg uri "$GOOGLE/token" '{type: "service_account",
		client_email: "mailroom@project.iam.gserviceaccount.com", private_key_id: "k1", private_key: $key,
		client_id: "107000000000000000001", token_uri: $uri}' > "$1")
}

prepare() {
	local port
	mkfifo to.google from.google
	python3 "$SOURCE/tests/fake/gmail.py" --until-eof --address mara@harbor.example --account kay@harbor.example \
		--generate 3 --public-key "$BATS_FILE_TMPDIR/public.pem" < to.google > from.google 3>&- &
	exec 7> to.google 8< from.google
	read -r port <&8
	export GOOGLE=http://127.0.0.1:$port
	export MAILROOM_GMAIL_API_URL=$GOOGLE MAILROOM_GMAIL_AUTH_URL=$GOOGLE/auth MAILROOM_GMAIL_TOKEN_URL=$GOOGLE/token
	export MAILROOM_GMAIL_CLIENT_ID=107-desk.apps.googleusercontent.com
	export MAILROOM_GMAIL_CLIENT_SECRET_FILE=$BATS_FILE_TMPDIR/client.secret
	export MAILROOM_GMAIL_KEY_FILE=$BATS_TEST_TMPDIR/key.json MAILROOM_GMAIL_DOMAIN=harbor.example
	key_file key.json "$BATS_FILE_TMPDIR/private.pem"
	# Google compares the clocks, and so does its fake.
	unset MAILROOM_NOW
}

teardown() {
	exec 7>&- 8<&- 9>&-
	[ -z "$LOGIN" ] || { kill "$LOGIN" 2>/dev/null || true; }
	wait
}

control() { curl -sS --fail "$GOOGLE/control" -d "$1" > /dev/null; }
tokens_minted() { curl -sS --fail "$GOOGLE/control/counters" | jq '.requests.token // 0'; }

# login ADDRESS [OPTION...]: begins a login; $URL is where to consent. Its words go to login.out and login.err.
login() {
	mkfifo -m 0600 "url$((++LOGINS))"
	account login "$@" < "${INPUT:-/dev/null}" > "url$LOGINS" 2> login.err 3>&- 5>&- 7>&- 8<&- &
	LOGIN=$!
	exec 6< "url$LOGINS"
	read -r URL <&6 || return
}
# ended STATUS: the login ends with this exit status.
ended() {
	local got=0
	cat <&6 > login.out
	exec 6<&-
	wait "$LOGIN" || got=$?
	LOGIN=
	[ "$got" -eq "$1" ] || { echo "exit $got, wanted $1: $(cat login.out login.err)"; return 1; }
}
# browser URL: goes there and wherever it leads; prints the status of the last page.
browser() { curl -sS -L -o page -w '%{http_code}' "$1"; }
# consent URL: the address to which the consent page redirects.
consent() { curl -sS -o /dev/null -w '%{redirect_url}' "$1"; }

# No token, code or key is in what was printed or is kept, but for the key files themselves.
no_secrets() {
	local found
	# Not grep's status: it is 2 as well where a file is not there.
	found=$(grep -rlaF -e ya29. -e refresh-1 -e refresh-2 -e refresh-3 -e 4/code- -e 4%2Fcode- -e GOCSPX -e 'PRIVATE KEY' \
		-e "$(cat "$MAILROOM_DATA_DIR/secret.key")" --exclude=secret.key "$MAILROOM_DATA_DIR" ./*.out ./*.err 2>/dev/null || true)
	[ -z "$found" ] || { echo "a secret is in $found"; return 1; }
}

@test "the search for secrets finds one" {
	no_secrets
	echo "x refresh-1 x" > x.err
	if no_secrets; then false; fi
	rm x.err
	cp "$MAILROOM_DATA_DIR/secret.key" "$MAILROOM_DATA_DIR/copy"
	if no_secrets; then false; fi
}

@test "init makes a private key once" {
	same "600 65" "$(stat -c '%a %s' "$MAILROOM_DATA_DIR/secret.key")"
	before=$(cat "$MAILROOM_DATA_DIR/secret.key")
	mailroom init -q
	same "$before" "$(cat "$MAILROOM_DATA_DIR/secret.key")"
}

@test "a mailbox is enrolled by delegation and tried out" {
	same "added mara@harbor.example" "$(account enroll Mara@harbor.example)"
	same "unchanged mara@harbor.example" "$(account enroll mara@harbor.example)"
	same "mara@harbor.example  on  gmail-delegation  -  -" "$(account list)"
	same "mara@harbor.example: good (gmail-delegation, 3 messages, 1 threads)" "$(account test mara@harbor.example | tee test.out)"
	same "mara@harbor.example  on  gmail-delegation  ok  -" "$(account list | tee list.out)"
	same '{"provider":"gmail-delegation","last_error":null}' "$(account list --json | jq -c '.accounts[0] | {provider, last_error}')"
	same 3 "$(account test --json mara@harbor.example | jq .messages)"
	no_secrets
}

@test "a token is kept for the next run, and minted again when it is no longer taken" {
	account enroll -q mara@harbor.example
	account test -q mara@harbor.example
	account test -q mara@harbor.example
	same 1 "$(tokens_minted)"
	same "600" "$(stat -c %a "$MAILROOM_DATA_DIR"/tokens/*)"
	control '{"op": "expire_tokens"}'
	account test -q mara@harbor.example
	same 2 "$(tokens_minted)"
	for file in "$MAILROOM_DATA_DIR"/tokens/*; do echo nonsense > "$file"; done
	account test -q mara@harbor.example
	same 3 "$(tokens_minted)"
	account test -q mara@harbor.example
	same 3 "$(tokens_minted)"
	no_secrets
}

@test "a token with less than a minute to live is minted again" {
	account enroll -q mara@harbor.example
	control '{"op": "set", "token_life_s": 60}'
	account test -q mara@harbor.example
	account test -q mara@harbor.example
	same 2 "$(tokens_minted)"
}

@test "a mailbox that is there already becomes a Gmail one" {
	account add -q mara@harbor.example --alias m@harbor.example
	same "changed mara@harbor.example" "$(account enroll mara@harbor.example)"
	same "mara@harbor.example  on  gmail-delegation  -  -  m@harbor.example" "$(account list)"
}

@test "enroll-all takes the active members of the Workspace" {
	team add -q --name Mara mara@harbor.example
	team add -q --name Kay kay@personal.example --alias kay@harbor.example
	team add -q --name Lou lou@elsewhere.example
	team add -q --name Max max@harbor.example
	team deactivate -q max@harbor.example
	team add -q --name Nia nia@harbor.example
	account add -q nia@harbor.example
	account remove -q nia@harbor.example
	wanted="added kay@harbor.example
left out Lou: no address in the domain
added mara@harbor.example
left out nia@harbor.example: was removed; \`account restore\` takes it back"
	same "$(sed 's/^added /would be added: /' <<< "$wanted")" "$(account enroll-all -n)"
	same "" "$(account list)"
	same "$wanted" "$(account enroll-all)"
	same "$(sed 's/^added/unchanged/' <<< "$wanted")" "$(account enroll-all)"
	same '["Kay","Mara"]' "$(account enroll-all --json | jq -c '[.members[] | select(.enrolled) | .name]')"
	same 2 "$(account list | wc -l)"
	MAILROOM_GMAIL_DOMAIN='@other.example, ELSEWHERE.example' account enroll-all | grep -qx 'added lou@elsewhere.example'
	fails 78 env -u MAILROOM_GMAIL_DOMAIN account enroll-all
}

@test "pause and resume" {
	account enroll -q mara@harbor.example
	same "changed mara@harbor.example" "$(account pause mara@harbor.example)"
	same "unchanged mara@harbor.example" "$(account pause mara@harbor.example)"
	same "mara@harbor.example  paused  gmail-delegation  -  -" "$(account list)"
	same 0 "$(sql 'SELECT sync_enabled FROM email_accounts')"
	same "would be changed: mara@harbor.example" "$(account resume -n mara@harbor.example)"
	account enroll -q mara@harbor.example
	same 0 "$(sql 'SELECT sync_enabled FROM email_accounts')"
	account resume -q mara@harbor.example
	same "mara@harbor.example  on  gmail-delegation  -  -" "$(account list)"
	fails 65 account pause kay@harbor.example
}

@test "who cannot be enrolled" {
	fails 77 account enroll kay@elsewhere.example
	grep -q 'MAILROOM_GMAIL_DOMAIN is harbor.example' <<< "$output"
	contact add -q contact --name Ann --address ann@harbor.example
	fails 77 account enroll ann@harbor.example
	fails 65 account enroll nobody
	same "" "$(account list --all)"
	fails 65 account test mara@harbor.example
	account add -q mara@harbor.example
	fails 78 account test mara@harbor.example
	grep -q 'is no Gmail mailbox: `account enroll mara@harbor.example`' <<< "$output"
}

@test "what is wrong with the key file is said, and nothing is enrolled" {
	chmod 0644 key.json
	fails 77 account enroll mara@harbor.example
	same "account: MAILROOM_GMAIL_KEY_FILE: $PWD/key.json: holds a secret and has the mode 0644; run: chmod 0600 $PWD/key.json"
	jq -c 'del(.client_id)' key.json > less.json
	chmod 0600 less.json
	MAILROOM_GMAIL_KEY_FILE=$PWD/less.json fails 78 account enroll mara@harbor.example
	same "account: MAILROOM_GMAIL_KEY_FILE: $PWD/less.json: has no field client_id"
	MAILROOM_GMAIL_KEY_FILE=$PWD/gone.json fails 66 account enroll mara@harbor.example
	MAILROOM_GMAIL_KEY_FILE='' fails 78 account enroll mara@harbor.example
	same "" "$(account list --all)"
}

# refused WORD...: `account test` is refused, its words have all of these, and so has the list.
refused() {
	local word
	fails "$1" account test mara@harbor.example
	shift
	printf '%s\n' "$output" > test.err
	for word; do
		grep -qF -e "$word" test.err || { echo "no \"$word\" in: $output"; return 1; }
	done
	same "mara@harbor.example  on  $(sql 'SELECT provider FROM email_accounts')  failing  -" "$(account list)"
	[[ "$output" == "account: $(account list --json | jq -r '.accounts[0].last_error')" ]]
	no_secrets
}

@test "each permanent refusal says what to do" {
	account enroll -q mara@harbor.example
	control '{"op": "set", "unauthorized": true}'
	refused 77 unauthorized_client 107000000000000000001 https://www.googleapis.com/auth/gmail.readonly admin.google.com \
		'Domain-wide delegation' mailroom@project.iam.gserviceaccount.com
	control '{"op": "set", "unauthorized": false}'
	key_file key.json "$BATS_FILE_TMPDIR/other.pem"
	refused 77 invalid_grant 'Invalid JWT Signature' key.json 'not good any more'
	key_file key.json "$BATS_FILE_TMPDIR/private.pem"
	MAILROOM_NOW=@$(($(date +%s) + 400)) refused 77 invalid_grant 's ahead of' timedatectl
	grep -qE 'your clock is (39[0-9]|40[0-9]) s ahead' test.err
	MAILROOM_NOW=@$(($(date +%s) - 7200)) refused 77 invalid_grant 's behind'
	control '{"op": "fault", "method": "getProfile", "kind": "status", "status": 403, "reason": "accessNotConfigured"}'
	refused 78 accessNotConfigured 'Gmail API'
	control '{"op": "fault", "method": "getProfile", "kind": "status", "status": 403, "reason": "domainPolicy"}'
	refused 77 domainPolicy
	control '{"op": "fault", "method": "token", "kind": "status", "status": 503}'
	rm -r "$MAILROOM_DATA_DIR/tokens"
	refused 75 503 'try again later'
	chmod 0640 key.json
	refused 77 'chmod 0600'
	chmod 0600 key.json
	account test -q mara@harbor.example
	same "mara@harbor.example  on  gmail-delegation  ok  -" "$(account list)"
}

@test "a mailbox that the Workspace has not" {
	account enroll -q nobody@harbor.example
	fails 77 account test nobody@harbor.example
	grep -q 'no user of this address' <<< "$output"
	fails 77 account test -n nobody@harbor.example
}

@test "login: the browser brings the code" {
	login mara@harbor.example
	same "$GOOGLE/auth" "${URL%%\?*}"
	for param in response_type=code access_type=offline prompt=consent code_challenge_method=S256 login_hint=mara%40harbor.example \
		client_id=107-desk.apps.googleusercontent.com scope=https%3A%2F%2Fwww.googleapis.com%2Fauth%2Fgmail.readonly; do
		grep -qF -e "&$param&" -e "?$param&" <<< "$URL&"
	done
	same 200 "$(browser "$URL")"
	ended 0
	grep -q '<h1>Done</h1>' page
	same "mara@harbor.example is logged in" "$(cat login.out)"
	same "mara@harbor.example  on  gmail-oauth  ok  -" "$(account list)"
	same "mara@harbor.example|oauth|107-desk.apps.googleusercontent.com|https://www.googleapis.com/auth/gmail.readonly" \
		"$(sql 'SELECT address, kind, client_id, scopes FROM v_email_credentials')"
	same "mara@harbor.example: good (gmail-oauth, 3 messages, 1 threads)" "$(account test mara@harbor.example)"
	no_secrets
}

@test "login --json prints one document" {
	mkfifo words
	account login --json mara@harbor.example > login.out 2> words 3>&- 7>&- 8<&- &
	LOGIN=$!
	exec 6< words
	read -r URL <&6
	browser "$URL" > /dev/null
	cat <&6 > login.err
	exec 6<&-
	wait "$LOGIN"
	LOGIN=
	same "gmail-oauth changed" "$(jq -r '.account.provider + " " + .change' login.out)"
}

@test "login: the listener is on this machine alone, and takes one redirect of this login" {
	login mara@harbor.example
	back=$(consent "$URL")
	port=$(sed -E 's,http://127\.0\.0\.1:([0-9]+)/\?.*,\1,' <<< "$back")
	# Listening (0A) on 127.0.0.1 and nowhere else.
	same 0100007F "$(awk -v port="$(printf '%04X' "$port")" '$4 == "0A" && split($2, a, ":") && a[2] == port { print a[1] }' /proc/net/tcp*)"
	same 404 "$(browser "http://127.0.0.1:$port/favicon.ico")"
	same 404 "$(curl -sS -o page -w '%{http_code}' -H 'Host: evil.example' "$back")"
	same 405 "$(curl -sS -o page -w '%{http_code}' -d x=y "$back")"
	same 400 "$(browser "http://127.0.0.1:$port/")"
	same 400 "$(browser "http://127.0.0.1:$port/?code=stolen&state=wrong")"
	grep -q 'Not this login' page
	same 400 "$(browser "http://127.0.0.1:$port/?error=access_denied&state=wrong")"
	same 400 "$(browser "$(sed -E 's/(state=[^&]*)/\1x/' <<< "$back")")"
	same "" "$(sql 'SELECT * FROM email_credentials')"
	same 200 "$(browser "$back")"
	ended 0
	run curl -sS -o page "$back"
	[ "$status" -ne 0 ]
	no_secrets
}

@test "login: access that was not given" {
	login mara@harbor.example
	back=$(consent "$URL")
	browser "$(sed -E 's/code=[^&]*/error=access_denied/' <<< "$back")"
	ended 77
	grep -q 'No access given' page
	grep -q 'mara@harbor.example: access was not given' login.err
	same "" "$(account list)"
}

@test "login: somebody else's account is refused" {
	login mara@harbor.example
	same 200 "$(browser "${URL/mara%40/kay%40}")"
	ended 77
	grep -q 'mara@harbor.example: it was kay@harbor.example who has logged in' login.err
	same "" "$(account list)"
	same 0 "$(sql 'SELECT count(*) FROM email_credentials')"
	no_secrets
}

@test "login: nobody comes in time" {
	MAILROOM_GMAIL_LOGIN_TIMEOUT_S=1 fails 75 account login -q mara@harbor.example
	grep -q 'nobody has consented within 1 s' <<< "$output"
}

@test "login --no-browser: the address is pasted" {
	mkfifo typed
	exec 5<> typed
	INPUT=typed login mara@harbor.example --no-browser
	printf '\n  %s \r\n' "$(consent "$URL")" >&5
	ended 0
	exec 5>&-
	grep -q 'paste its address here' login.err
	same "mara@harbor.example is logged in" "$(cat login.out)"
	account test -q mara@harbor.example
	no_secrets
}

@test "login --no-browser: the last line needs no line end, and the redirect may come after all" {
	mkfifo typed
	exec 5<> typed
	INPUT=typed login mara@harbor.example --no-browser
	exec 4> typed 5>&-
	printf '%s' "$(consent "$URL")" >&4
	exec 4>&-
	ended 0
	login kay@harbor.example --no-browser
	same 200 "$(browser "$URL")"
	ended 0
	same 2 "$(sql 'SELECT count(*) FROM email_credentials')"
}

@test "login --no-browser: an address of another login is refused" {
	declare -A wrong=(
		["another login"]='s/state=[^&]*/state=wrong/'
		["begins with http://127.0.0.1:"]='s,//127.0.0.1:,//127.0.0.1:1,'
		["holds no code"]='s/code=[^&]*/code=/'
		["access was not given"]='s/code=[^&]*/error=access_denied/'
	)
	mkfifo typed
	for words in "${!wrong[@]}"; do
		exec 5<> typed
		INPUT=typed login mara@harbor.example --no-browser
		consent "$URL" | sed -E "${wrong[$words]}" >&5
		echo >&5
		if [ "$words" = "access was not given" ]; then ended 77; else ended 65; fi
		exec 5>&-
		grep -qF "$words" login.err || { echo "no \"$words\" in $(cat login.err)"; return 1; }
		if grep -qF code- login.err; then false; fi
	done
	same "" "$(account list)"
	no_secrets
}

@test "login wants an OAuth client and the key" {
	MAILROOM_GMAIL_CLIENT_ID='' fails 78 account login mara@harbor.example
	grep -q 'Desktop app' <<< "$output"
	printf '{"installed": {"client_id": "from-file", "client_secret": "GOCSPX-x"}}' > client.json
	chmod 0600 client.json
	MAILROOM_GMAIL_CLIENT_SECRET_FILE=$PWD/client.json fails 78 account login mara@harbor.example
	grep -q 'from-file' <<< "$output"
	chmod 0640 client.json
	MAILROOM_GMAIL_CLIENT_SECRET_FILE=$PWD/client.json fails 77 account login mara@harbor.example
	rm "$MAILROOM_DATA_DIR/secret.key"
	fails 66 account login mara@harbor.example
	grep -q 'mailroom init' <<< "$output"
	fails 64 account login -n mara@harbor.example
}

# logged_in ADDRESS: with the client's JSON file.
logged_in() {
	login "$1"
	browser "$URL" > /dev/null
	ended 0
}

@test "a login that was taken back" {
	logged_in mara@harbor.example
	control '{"op": "revoke"}'
	control '{"op": "expire_tokens"}'
	refused 77 invalid_grant 'account login mara@harbor.example'
	logged_in mara@harbor.example
	account test -q mara@harbor.example
	same "mara@harbor.example  on  gmail-oauth  ok  -" "$(account list)"
}

@test "a login of another client or without the scope" {
	logged_in mara@harbor.example
	MAILROOM_GMAIL_CLIENT_ID=other refused 78 'made with the OAuth client 107-desk' 'account login mara@harbor.example'
	sql "UPDATE email_credentials SET scopes = 'x'"
	refused 77 'does not hold the scope'
}

@test "login --compose asks for more, and fails when it is not given" {
	login mara@harbor.example --compose
	grep -qF 'gmail.readonly%20https%3A%2F%2Fwww.googleapis.com%2Fauth%2Fgmail.compose' <<< "$URL"
	browser "$URL" > /dev/null
	ended 77
	grep -q 'gmail.compose was not granted' login.err
	same "" "$(account list)"
}

# From here on the tokens come from a server that says what the test wants.
token_server() {
	local port
	mkfifo to.tokens from.tokens
	python3 "$SOURCE/tests/fake/token.py" "$PWD/answer" < to.tokens > from.tokens 3>&- 7>&- 8<&- &
	exec 9> to.tokens 5< from.tokens
	read -r port <&5
	export MAILROOM_GMAIL_TOKEN_URL=http://127.0.0.1:$port/token MAILROOM_GMAIL_API_URL=http://127.0.0.1:$port
	rm -rf "$MAILROOM_DATA_DIR/tokens"
}
# answer STATUS BODY [HEADERS]
answer() { jq -n --argjson status "$1" --argjson body "$2" --argjson headers "${3:-{\}}" '{$status, $body, $headers}' > answer; }

@test "a refresh token that the server has replaced is kept" {
	logged_in mara@harbor.example
	token_server
	answer 200 '{"access_token": "ya29.one", "expires_in": 3600, "token_type": "Bearer", "refresh_token": "replaced-1"}'
	account test -q mara@harbor.example
	rm -r "$MAILROOM_DATA_DIR/tokens"
	answer 200 '{"access_token": "ya29.two", "expires_in": "3600", "token_type": "bearer"}'
	account test -q mara@harbor.example
	same "refresh_token=refresh-2 refresh_token=replaced-1" "$(grep -o 'refresh_token=[a-z0-9-]*' answer.asked | xargs)"
	same "client_id=107-desk.apps.googleusercontent.com client_secret=GOCSPX-the-client-secret" \
		"$(tail -n 1 answer.asked | tr '&' '\n' | grep client_ | xargs)"
	rm answer.asked
	if grep -rqaF replaced-1 "$MAILROOM_DATA_DIR"; then false; fi
	no_secrets
}

@test "a mail server takes the token of the login, and a new one when that is refused" {
	local port server
	logged_in mara@harbor.example
	login mara@harbor.example --smtp
	grep -qF 'gmail.readonly%20https%3A%2F%2Fmail.google.com%2F' <<< "$URL"
	browser "$URL" > /dev/null
	ended 77
	grep -q 'mail.google.com/ was not granted' login.err
	mkfifo from.smtp
	python3 "$SOURCE/tests/fake/smtp.py" --token ya29.two --commands commands > from.smtp 3>&- 7>&- 8<&- &
	server=$!
	exec 4< from.smtp
	read -r port <&4
	account smtp -q mara@harbor.example --host localhost --port "$port" --security none --auth xoauth2
	fails 77 account test mara@harbor.example --smtp
	grep -q 'does not hold the scope https://mail.google.com/: run `account login --smtp mara@harbor.example`' <<< "$output"
	sql "UPDATE email_credentials SET scopes = 'https://mail.google.com/'"
	token_server
	answer 200 '{"access_token": "ya29.one", "expires_in": 3600, "token_type": "Bearer"}'
	fails 77 account test mara@harbor.example --smtp
	printf '%s\n' "$output" > smtp.out
	same 2 "$(wc -l < answer.asked)"
	same 0 "$(sql 'SELECT is_enabled FROM email_smtp_settings')"
	answer 200 '{"access_token": "ya29.two", "expires_in": 3600, "token_type": "Bearer"}'
	account test -q mara@harbor.example --smtp
	same 1 "$(sql 'SELECT is_enabled FROM email_smtp_settings')"
	same token "$(account list --json | jq -r '.accounts[0].smtp.password')"
	account smtp -q mara@harbor.example --auth oauthbearer
	account test -q mara@harbor.example --smtp
	same sends "$(account list | awk '{ print $5 }')"
	kill "$server"
	exec 4<&-
	no_secrets
}

@test "what a token server may answer" {
	logged_in mara@harbor.example
	token_server
	for bad in '{}' '[]' '"x"' '"<html>"' '{"access_token": ""}' '{"access_token": 5}' '{"access_token": "a b"}' \
		'{"access_token": "ya29.x\r\nX-Evil: y"}' '{"access_token": "ya29.x", "token_type": "mac"}' \
		'{"access_token": "ya29.x", "refresh_token": "a\nb"}' "{\"access_token\": \"$(printf '%09000d' 0)\"}"; do
		answer 200 "$bad"
		refused 69 'holds no usable token'
	done
	answer 200 "\"$(printf '%070000d' 0)\""
	refused 65 127.0.0.1
	answer 302 '""' '{"Location": "http://127.0.0.1:1/"}'
	refused 69 302
	answer 502 '"<html>"'
	refused 75 502 'try again later'
	answer 401 '{"error": "invalid_client", "error_description": "The OAuth client was not found."}'
	refused 77 invalid_client MAILROOM_GMAIL_CLIENT_ID MAILROOM_GMAIL_CLIENT_SECRET_FILE
	answer 400 '{"error": "invalid_grant", "error_description": "Bad refresh-2 and 1//0gAbCdEfGhIjKlMnOpQrStUvWxYz \u001b[31m"}'
	fails 77 account test mara@harbor.example
	if grep -q -e AbCdEf -e $'\e' <<< "$output"; then false; fi
	answer 200 '{"access_token": "ya29.one", "expires_in": -5}'
	account test -q mara@harbor.example
	account test -q mara@harbor.example
	same 18 "$(wc -l < answer.asked)"
}

@test "the server's clock is the one that counts" {
	account enroll -q mara@harbor.example
	token_server
	answer 400 '{"error": "invalid_grant", "error_description": "Invalid JWT"}' '{"Date": "Fri, 20 Nov 2026 08:00:00 GMT"}'
	MAILROOM_NOW=2026-11-20T08:05:00Z refused 77 'your clock is 300 s ahead of'
	MAILROOM_NOW=2026-11-20T07:59:00Z refused 77 'your clock is 60 s behind'
	MAILROOM_NOW=2026-11-20T08:00:20Z refused 77 'key file'
}

@test "the key may come from systemd's credentials" {
	logged_in mara@harbor.example
	mkdir -m 0700 credentials
	mv "$MAILROOM_DATA_DIR/secret.key" credentials/mailroom.key
	fails 66 account rekey
	export CREDENTIALS_DIRECTORY=$PWD/credentials
	account test -q mara@harbor.example
	same "$PWD/credentials/mailroom.key" "$(mailroom config --json | jq -r '.settings[] | select(.name == "MAILROOM_SECRET_KEY_FILE").value')"
	mailroom init -q
	[ ! -e "$MAILROOM_DATA_DIR/secret.key" ]
	chmod 0644 credentials/mailroom.key
	rm -r "$MAILROOM_DATA_DIR/tokens"
	fails 77 account test mara@harbor.example
}

@test "doctor looks at keys, secrets and mailboxes" {
	mailroom doctor -q
	account enroll -q kay@harbor.example
	logged_in mara@harbor.example
	run mailroom doctor
	grep -q 'credentials.*1 secret opens' <<< "$output"
	control '{"op": "set", "unauthorized": true}'
	fails 77 account test kay@harbor.example
	run mailroom doctor -q
	grep -q 'unauthorized_client' <<< "$output"
	account pause -q kay@harbor.example
	mailroom doctor -q
	chmod 0644 key.json "$MAILROOM_DATA_DIR/secret.key"
	fails 1 mailroom doctor -q
	grep -q 'chmod 0600 .*key.json' <<< "$output"
	grep -q 'secret.key' <<< "$output"
	chmod 0600 key.json
	rm "$MAILROOM_DATA_DIR/secret.key"
	fails 1 mailroom doctor -q
	grep -q 'no key file' <<< "$output"
	mailroom init -q
	fails 1 mailroom doctor -q
	grep -q 'mara@harbor.example: the oauth secret: is sealed with the key' <<< "$output"
	no_secrets
}

@test "enroll takes the place of a login" {
	logged_in mara@harbor.example
	same "left out mara@harbor.example: is logged in by OAuth" "$(team add -q --name Mara mara@harbor.example; account enroll-all)"
	same "changed mara@harbor.example" "$(account enroll mara@harbor.example)"
	same 0 "$(sql 'SELECT count(*) FROM email_credentials')"
	same "mara@harbor.example  on  gmail-delegation  ok  -" "$(account list)"
}

@test "rekey seals with a new key, and puts it in place" {
	logged_in mara@harbor.example
	logged_in kay@harbor.example
	before=$(cat "$MAILROOM_DATA_DIR/secret.key")
	was=$(sql 'SELECT key_id FROM email_credentials' | sort -u)
	same "would be sealed anew: 2 secrets" "$(account rekey -n)"
	same "$before" "$(cat "$MAILROOM_DATA_DIR/secret.key")"
	account rekey > rekey.out
	is=$(sql 'SELECT key_id FROM email_credentials' | sort -u)
	same "2 secrets sealed with the key $is
the key before is $MAILROOM_DATA_DIR/secret.key.old: delete it once no backup of the database needs it" "$(cat rekey.out)"
	[ "$was" != "$is" ]
	same "$before" "$(cat "$MAILROOM_DATA_DIR/secret.key.old")"
	same "600 600" "$(stat -c %a "$MAILROOM_DATA_DIR"/secret.key* | xargs)"
	rm "$MAILROOM_DATA_DIR/secret.key.old"
	account test -q mara@harbor.example
	account test -q kay@harbor.example
	no_secrets
}

@test "rekey after the key was given by somebody else" {
	logged_in mara@harbor.example
	mv "$MAILROOM_DATA_DIR/secret.key" before.key
	mailroom init -q
	refused 78 'is sealed with the key' '--old-key'
	fails 78 account rekey
	[ ! -e "$MAILROOM_DATA_DIR/secret.key.new" ]
	account rekey --old-key before.key > rekey.out
	grep -q '^1 secret sealed with the key ' rekey.out
	rm before.key
	account test -q mara@harbor.example
	same '{"format": 1, "dry_run": false, "sealed": 0, "unchanged": 1}' \
		"$(cp "$MAILROOM_DATA_DIR/secret.key" x.key; account rekey --json --old-key x.key | sed -E 's/"key_id": "[^"]*", //')"
}

@test "a rekey that was killed after any step is ended by the next" {
	logged_in mara@harbor.example
	for step in made sealed kept; do
		cp -a "$MAILROOM_DATA_DIR/secret.key" current.key
		account rekey -q
		new=$MAILROOM_DATA_DIR/secret.key
		case $step in
		made) # the new key was made, and nothing is sealed with it
			cp -a "$new" next.key; cp -a current.key "$new"
			account rekey -q --old-key next.key
			cp -a next.key "$new.new"; rm "$new.old" ;;
		sealed) # the secrets are sealed with it, and the old key is in its place
			cp -a "$new" "$new.new"; cp -a current.key "$new"; rm "$new.old" ;;
		kept) # the old key has its new name too
			cp -a "$new" "$new.new"; cp -a current.key "$new" ;;
		esac
		account test -q mara@harbor.example
		account rekey -q
		[ ! -e "$new.new" ] && [ -e "$new.old" ]
		account test -q mara@harbor.example
	done
	no_secrets
}

@test "a secret that was moved to another row, or changed, does not open" {
	logged_in mara@harbor.example
	logged_in kay@harbor.example
	sql "UPDATE email_credentials SET sealed = (SELECT sealed FROM email_credentials c JOIN email_accounts a ON a.id = c.account_id
		WHERE a.address = 'kay@harbor.example') WHERE account_id = (SELECT id FROM email_accounts WHERE address = 'mara@harbor.example')"
	fails 77 account test mara@harbor.example
	grep -q 'was sealed for another row' <<< "$output"
	sql "UPDATE email_credentials SET sealed = CAST(substr(sealed, 1, length(sealed) - 1) ||
		CASE substr(sealed, -1) WHEN x'00' THEN x'01' ELSE x'00' END AS BLOB)
		WHERE account_id = (SELECT id FROM email_accounts WHERE address = 'kay@harbor.example')"
	fails 77 account test kay@harbor.example
	grep -qE 'changed or damaged' <<< "$output"
	fails 77 account rekey
	same 1 "$(sql 'SELECT count(DISTINCT key_id) FROM email_credentials')"
}
