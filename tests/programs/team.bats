load lib

prepare() { team import -q "$SOURCE/examples/team.csv"; }

all="Jonas Beck  member  active  jonas@harbor.example  jb@harbor.example
Mara Voss   admin   active  mara@harbor.example
Priya Nair  admin   active  priya@harbor.example"

@test "the example is imported, and again without a change" {
	same "$all" "$(team list)"
	same "$SOURCE/examples/team.csv: 0 added, 0 restored, 0 changed, 3 unchanged" "$(team import "$SOURCE/examples/team.csv")"
	same "$all" "$(team list)"
}

@test "a member is added and changed by address" {
	same "added Lena Roth <lena@harbor.example>" "$(team add lena@harbor.example --name '  Lena   Roth ' --alias l@harbor.example)"
	same "unchanged Lena Roth <lena@harbor.example>" "$(team add L@harbor.example)"
	same "changed Lena Roth <lena@harbor.example>" "$(team add l@harbor.example --role ADMIN)"
	same "changed Lena Roth-Ek <lena@harbor.example>" "$(team add lena@harbor.example -N 'Lena Roth-Ek')"
	same "Lena Roth-Ek  admin   active  lena@harbor.example   l@harbor.example" "$(team list | grep Lena)"
	fails 65 team add new@harbor.example
	same "team: new@harbor.example is new on the team: a name is needed"
	fails 65 team add new@harbor.example --name ' '
	fails 65 team add new@harbor.example --name $'a\tb'
	fails 65 team add new@harbor.example --name New --role boss
	fails 77 team add new@harbor.example --name New --alias jb@harbor.example
	same "team: jb@harbor.example is an address of Jonas Beck already"
	same 4 "$(team list | wc -l)"
}

@test "aliases and the primary address" {
	same "changed Jonas Beck <jonas@harbor.example>" "$(team alias jonas@harbor.example j@harbor.example jb@harbor.example)"
	same "changed Jonas Beck <jb@harbor.example>" "$(team primary j@harbor.example jb@harbor.example)"
	same "unchanged Jonas Beck <jb@harbor.example>" "$(team primary j@harbor.example jb@harbor.example)"
	same "changed Jonas Beck <jb@harbor.example>" "$(team unalias jb@harbor.example j@harbor.example)"
	same "Jonas Beck  member  active  jb@harbor.example     jonas@harbor.example" "$(team list | grep Jonas)"
	fails 65 team unalias jb@harbor.example jb@harbor.example
	fails 65 team alias nobody@harbor.example x@harbor.example
	fails 77 team primary jonas@harbor.example mara@harbor.example
}

@test "the last active admin goes with a warning" {
	run team role mara@harbor.example member
	same "changed Mara Voss <mara@harbor.example>"
	run team deactivate priya@harbor.example
	same "team: warning: no active admin is left: the team digest has no recipient
changed Priya Nair <priya@harbor.example>"
	run team role priya@harbor.example member
	same "changed Priya Nair <priya@harbor.example>"
	same "changed Priya Nair <priya@harbor.example>" "$(team activate priya@harbor.example)"
	team role -q priya@harbor.example admin
	run team remove priya@harbor.example
	[ "${#lines[@]}" -eq 2 ]
	run team remove -n mara@harbor.example
	[ "${#lines[@]}" -eq 1 ]
}

@test "a removed member can be restored, and the address used by another" {
	same "removed Jonas Beck <jonas@harbor.example>" "$(team remove jb@harbor.example)"
	fails 65 team remove jonas@harbor.example
	fails 65 team role jonas@harbor.example admin
	same "Jonas Beck  member  removed  jonas@harbor.example  jb@harbor.example" "$(team list --all | grep Jonas)"
	same "added Jim Bo <jb@harbor.example>" "$(team add jb@harbor.example --name 'Jim Bo')"
	same "restored Jonas Beck <jonas@harbor.example>" "$(team restore jonas@harbor.example)"
	fails 65 team restore jonas@harbor.example
	team remove -q jonas@harbor.example
	same "restored J. Beck <jonas@harbor.example>" "$(team add jonas@harbor.example --name 'J. Beck')"
	team remove -q jonas@harbor.example
	team alias -q jb@harbor.example jonas@harbor.example
	fails 65 team restore jonas@harbor.example
	same 4 "$(team list --all | wc -l)"
}

@test "an investor's address is refused" {
	contact add -q contact --name Kay --address kay@northwind.example --alias k@northwind.example
	fails 77 team add kay@northwind.example --name Kay
	fails 77 team alias mara@harbor.example k@northwind.example
}

@test "CSV: any order of columns, BOM, CRLF, quotes, empty lines and cells" {
	printf '\xef\xbb\xbfAddress,NAME,aliases,\r\n"zoe@harbor.example","Zoë ""Z"", Quist","z@harbor.example; q@harbor.example",\r\n\r\n,,,\r\nmara@harbor.example,,mv@harbor.example\r\n' > t.csv
	same "t.csv: 1 added, 0 restored, 1 changed, 0 unchanged" "$(team import t.csv)"
	same 'Zoë "Z", Quist  member  active  zoe@harbor.example    q@harbor.example z@harbor.example' "$(team list | grep Zo)"
	same "Mara Voss       admin   active  mara@harbor.example   mv@harbor.example" "$(team list | grep Mara)"
	printf 'name\raddress\r' > t.csv
	fails 65 team import t.csv
	printf 'name,address\rUno,uno@harbor.example\rDue,due@harbor.example' > t.csv
	same "t.csv: 2 added, 0 restored, 0 changed, 0 unchanged" "$(team import t.csv)"
	same "-: 0 added, 0 restored, 0 changed, 2 unchanged" "$(team import - < t.csv)"
}

@test "CSV: every fault is told by its line, and nothing is imported" {
	cat > t.csv <<-'EOF'
		name,address,role,active
		Good,good@harbor.example,member,yes
		Bad,bad,member,yes
		"Two
		lines",two@harbor.example,,
		Role,role@harbor.example,boss,
		Active,active@harbor.example,,maybe
		,nameless@harbor.example,,
		Much,much@harbor.example,,,too much
		Jonas,jb@harbor.example,admin,no
		Other,other@harbor.example,member,yes
	EOF
	printf 'Inv\xff\x41lid,invalid@harbor.example,,\nNul\0,nul@harbor.example,,\n' >> t.csv
	fails 65 team import t.csv
	same 'team: t.csv: line 3: "bad" is no mail address: it has no "@" with something before it
team: t.csv: line 4: the name "Two?lines" holds a control character
team: t.csv: line 6: role "boss": a role is admin or member
team: t.csv: line 7: active "maybe": say yes or no
team: t.csv: line 8: nameless@harbor.example is new on the team: a name is needed
team: t.csv: line 9: a value that stands under no column of the header
team: t.csv: line 12: byte 4 of the line (0xff) is not UTF-8
team: t.csv: line 13: a NUL byte: this is no text
team: t.csv: nothing was imported: 8 faults'
	same "$all" "$(team list)"
}

@test "CSV: faults as JSON, and no more than a hundred of them" {
	{ echo name,address; for i in $(seq 150); do echo "n,$i"; done; } > t.csv
	fails 65 bash -c 'team import --json t.csv 2> words'
	same "False 150 100 2 101" "$(python3 -c 'import json, sys; d = json.load(sys.stdin); print(d["imported"], d["fault_count"], len(d["faults"]), d["faults"][0]["line"], d["faults"][-1]["line"])' <<< "$output")"
	grep -q '^team: t.csv: and 50 more$' words
}

@test "CSV: what is no table" {
	table() { printf "$1" > t.csv; fails "$2" team import t.csv; grep -qF "$3" <<< "$output" || { echo "$output"; return 1; }; }
	table '' 65 'the file is empty'
	table '\n \r\n' 65 'the file is empty'
	table 'name,mail\n' 65 'line 1: unknown column "mail"; the columns are: name, address, aliases, role, active'
	table 'name;address\n' 65 'separated by commas'
	table 'name,name,address\n' 65 'twice the column "name"'
	table 'name\nMara\n' 65 'the column "address" is missing'
	table 'na\377me,address\n' 65 'line 1: byte 3'
	table '\377\376n\0a\0' 65 'UTF-16'
	table 'name,address\n"Mara,mara@harbor.example\n' 65 'line 2: a quote is opened here and never closed'
	table 'name,address\nMa"ra,mara@harbor.example\n' 65 'line 2: a quote inside a cell'
	table 'name,address\n' 0 '0 added, 0 restored, 0 changed, 0 unchanged'
	fails 66 team import gone.csv
	fails 65 team import .
	same "$all" "$(team list)"
}

@test "CSV: what looks like a formula is text" {
	printf 'name,address\n"=HYPERLINK(""http://x.example"")",eq@harbor.example\n@SUM(1),at@harbor.example\n' > t.csv
	team import -q t.csv
	same '=HYPERLINK("http://x.example")' "$(sql "SELECT name FROM v_users WHERE address = 'eq@harbor.example'")"
}

@test "CSV: a dry run says what would change" {
	printf 'name,address,role\nMara,mara@harbor.example,member\nNew,new@harbor.example,\nPriya Nair,priya@harbor.example,member\n' > t.csv
	run team import -n t.csv
	same "team: warning: no active admin is left: the team digest has no recipient
dry run: t.csv: 1 added, 0 restored, 2 changed, 0 unchanged"
	same "$all" "$(team list)"
	same '{"format": 1, "dry_run": true, "imported": false, "added": 1, "restored": 0, "changed": 2, "unchanged": 0, "fault_count": 0, "faults": []}' \
		"$(team import -n --json t.csv 2> /dev/null)"
}

@test "the same as JSON" {
	same '{"name": "Jonas Beck", "address": "jonas@harbor.example", "aliases": ["jb@harbor.example"], "role": "member", "active": true, "removed": false}' \
		"$(team list --json | python3 -c 'import json, sys; print(json.dumps(json.load(sys.stdin)["team"][0]))')"
	team role --json mara@harbor.example member | grep -q '"change": "changed", "dry_run": false, "member": {"name": "Mara Voss"'
}

@test "CSV: a member stands on one line" {
	printf 'name,address\nUno,uno@harbor.example\nUno,uno@harbor.example\nDue,uno@harbor.example\nJonas Beck,jonas@harbor.example\nJB,jb@harbor.example\n' > t.csv
	fails 65 team import t.csv
	same 'team: t.csv: line 4: line 2 is about the same record and says something else
team: t.csv: line 6: line 5 is about the same record and says something else
team: t.csv: nothing was imported: 2 faults'
	printf 'name,address\nUno,uno@harbor.example\nUno,uno@harbor.example\n' > t.csv
	same "t.csv: 1 added, 0 restored, 0 changed, 1 unchanged" "$(team import t.csv)"
}

@test "a member at an investor's domain is taken with a warning" {
	contact add -q organisation --name Northwind --domain northwind.example
	run team add guest@mail.northwind.example --name Guest
	same "team: warning: northwind.example is our own domain now: mail from there no longer matches Northwind by it
added Guest <guest@mail.northwind.example>"
	team remove -q guest@mail.northwind.example
	run account add post@northwind.example
	same "account: warning: northwind.example is our own domain now: mail from there no longer matches Northwind by it
added post@northwind.example"
	printf 'name,address\nGuest,g@northwind.example\n' > t.csv
	team import t.csv 2>&1 | grep -q 'is our own domain now'
}
