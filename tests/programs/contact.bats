load lib

prepare() {
	team import -q "$SOURCE/examples/team.csv"
	contact import -q "$SOURCE/examples/contacts.csv"
}

# show RECORD: its values without the time.
show() { contact show "$1" | grep -v '^updated'; }
# import COUNT...: the outcome of importing c.csv: added restored changed unchanged
import() { same "c.csv: $1 added, $2 restored, $3 changed, $4 unchanged" "$(contact import c.csv)"; }

@test "the example is imported, and again without a change" {
	same "$SOURCE/examples/contacts.csv: 0 added, 0 restored, 0 changed, 7 unchanged" "$(contact import "$SOURCE/examples/contacts.csv")"
	same "1  fund          Northwind Growth Fund II       -                         fund2@northwind.example
3  organisation  Alder Ventures                 -                         @alder-ventures.example
2  organisation  Northwind Capital              Northwind Growth Fund II  ir@northwind.example @northwind.example
6  contact       Ines Okafor                    -                         ines.okafor@gmail.com
4  contact       Kay Lindqvist                  Northwind Capital         kay.lindqvist@northwind.example kay@northwind.example
5  contact       Tomás Rivera                   Alder Ventures            tomas@alder-ventures.example
7  address       press@quayside-weekly.example  -                         press@quayside-weekly.example" "$(contact list)"
	same "7  address  press@quayside-weekly.example  -  press@quayside-weekly.example" "$(contact list --kind address)"
}

@test "a record is shown by id, name or address" {
	same "id            4
kind          contact
name          Kay Lindqvist
organisation  Northwind Capital
address       kay.lindqvist@northwind.example
alias         kay@northwind.example" "$(show 4)"
	same "$(show 4)" "$(show 'kay  lindqvist')"
	same "$(show 4)" "$(show KAY@northwind.example)"
	same "id            2
kind          organisation
name          Northwind Capital
fund          Northwind Growth Fund II
address       ir@northwind.example
domain        northwind.example

belonging to it:
4  contact  Kay Lindqvist  Northwind Capital  kay.lindqvist@northwind.example kay@northwind.example" "$(show 'Northwind Capital')"
	fails 65 contact show nobody
	same 'contact: nobody: no such record (`contact list` shows them)'
	fails 65 contact show 99999999999999999999
	contact add -q contact --name 'Ines Okafor' --address ines@other.example
	fails 65 contact show 'Ines Okafor'
	same 'contact: "Ines Okafor" is on 2 records: name one by its id (6, 8)'
}

@test "records are added" {
	same "added fund Delta" "$(contact add fund --name Delta)"
	same "added organisation Quay" "$(contact add organisation --name Quay --fund delta --domain QUAY.example. --domain bücher.example)"
	same "added contact Ann" "$(contact add contact -N Ann -o quay -a ann@quay.example -a ann@home.example -A a@quay.example --notes 'Met in May')"
	same "added address x@y.example" "$(contact add address -a x@y.example)"
	same "unchanged contact Ann" "$(contact add contact -N Ann -a ann@quay.example)"
	same "changed contact Anna" "$(contact add contact -N Anna -a ann@quay.example)"
	same "fund          Delta
domain        quay.example
domain        xn--bcher-kva.example" "$(show quay | sed -n 4,6p)"
	same "organisation  Quay
address       ann@home.example
address       ann@quay.example
alias         a@quay.example
notes         Met in May" "$(show anna | tail -5)"
}

@test "what is wrong with a record is told" {
	fails 64 contact add person --name X
	wrong() { local status=$1 text=$2; shift 2; fails "$status" contact add "$@"; grep -qF "$text" <<< "$output" || { echo "$output"; return 1; }; }
	wrong 65 'the name is missing' contact -a x@y.example
	wrong 65 'no organisation "Nowhere" is on record' contact -N X -o Nowhere
	wrong 65 'only a contact belongs to an organisation' organisation -N X -o 'Alder Ventures'
	wrong 65 'belongs to a fund' fund -N X -f 'Northwind Growth Fund II'
	wrong 65 'give the organisation' contact -N X -o 'Alder Ventures' -f 'Northwind Growth Fund II'
	wrong 65 'a domain belongs to an organisation or a fund' contact -N X -d quay.example
	wrong 65 'a plain address is one address' address
	wrong 65 'a plain address is one address' address -a a@b.example -a c@d.example
	wrong 65 'is no mail address' contact -N X -a x
	wrong 77 'is our own (team member Jonas Beck)' contact -N X -a jb@harbor.example
	wrong 77 'anybody can have a mailbox there' organisation -N X -d gmail.com
	wrong 77 'anybody can have a mailbox there' organisation -N X -d GoogleMail.com
	wrong 77 'public suffix' organisation -N X -d co.uk
	wrong 77 'public suffix' organisation -N X -d com
	wrong 65 'mail.quay.example is a part of quay.example' organisation -N X -d mail.quay.example
	wrong 77 'harbor.example is our own domain' organisation -N X -d harbor.example
	wrong 65 'is no domain' organisation -N X -d 'quay example'
	wrong 65 'the notes' contact -N X --notes "$(printf 'a\033b')"
	wrong 65 'the notes' contact -N X --notes $'a\302\23331mb'
	wrong 65 'holds a control character' contact -N $'X\302\23331m'
	wrong 65 'holds a control character' contact -N $'moc.\342\200\256X'
	same 7 "$(contact list | wc -l)"
	account add -q office@mailboxes.example --alias office@quay.example
	wrong 77 'is our own (alias of the mailbox office@mailboxes.example)' contact -N X -a office@quay.example
	wrong 77 'quay.example is our own domain' organisation -N X -d quay.example
	MAILROOM_FREE_MAIL_DOMAINS='a.example, post.example' wrong 77 'anybody can' organisation -N X -d post.example
}

@test "a record is changed" {
	same "changed contact Kay L" "$(contact set 'Kay Lindqvist' --name 'Kay L' --no-parent --address kay@home.example --notes Hi)"
	same "id            4
kind          contact
name          Kay L
address       kay.lindqvist@northwind.example
address       kay@home.example
alias         kay@northwind.example
notes         Hi" "$(show 4)"
	same "unchanged contact Kay L" "$(contact set 4 --name 'Kay L')"
	same "changed contact Kay L" "$(contact unset 4 kay@northwind.example kay@home.example)"
	same "address       kay.lindqvist@northwind.example" "$(show 4 | grep @)"
	fails 65 contact unset 4 kay@home.example
	same "changed organisation Northwind Capital" "$(contact unset 2 Northwind.example)"
	fails 77 contact set 2 --name 'alder ventures'
	same 'contact: there is another organisation "alder ventures"'
	same "changed organisation northwind capital" "$(contact set 2 --name 'northwind capital')"
	fails 65 contact set 4 --domain quay.example
}

@test "a removed record can be restored, and its name and addresses used again" {
	same "removed organisation Alder Ventures" "$(contact remove 'alder ventures')"
	fails 65 contact remove 'alder ventures'
	same "3 organisation Alder Ventures (removed) -" "$(contact list --all | grep '(removed)' | tr -s ' ' | cut -d' ' -f1-6)"
	same 6 "$(contact list | wc -l)"
	same "restored organisation Alder Ventures" "$(contact restore 3)"
	contact remove -q 3
	same "changed organisation Alder Ventures" "$(contact set 2 --name 'Alder Ventures')"
	fails 77 contact restore 3
	same "contact: Alder Ventures: the name is record 2's now"
	contact remove -q ines.okafor@gmail.com
	same "restored contact Ines O." "$(contact add contact --name 'Ines O.' --address ines.okafor@gmail.com)"
	same 6 "$(contact list | wc -l)"
}

@test "an address may be on several records" {
	contact add -q contact --name 'Kay Lindqvist' --address office@northwind.example --address kay.lindqvist@northwind.example
	same 7 "$(contact list | wc -l)"
	same "added contact Ben" "$(contact add contact --name Ben --address ben@northwind.example --address office@northwind.example)"
	same "unchanged contact Ben" "$(contact add contact --name Ben --address ben@northwind.example --address office@northwind.example)"
	same "unchanged contact Ben" "$(contact add contact --name Ben --address office@northwind.example)"
	same "unchanged contact Kay Lindqvist" "$(contact add contact --name 'Kay Lindqvist' --address office@northwind.example)"
}

@test "CSV: parents may stand behind those who belong to them" {
	cat > c.csv <<-'EOF'
		addresses,name,kind,organisation,fund,domains
		a@delta.example;b@delta.example,Ann,Contact,Delta,,
		,Delta,organisation,,Delta One,delta.example delta-group.example
		,Delta One,fund,,,
	EOF
	import 3 0 0 0
	import 0 0 0 3
	same "Delta One|Delta|Ann" "$(sql "SELECT f.name || '|' || o.name || '|' || c.name FROM investors c JOIN investors o ON o.id = c.parent_id JOIN investors f ON f.id = o.parent_id WHERE c.name = 'Ann'")"
	same "delta-group.example
delta.example" "$(sql "SELECT domain FROM investor_domains JOIN investors ON id = investor_id WHERE name = 'Delta' ORDER BY 1")"
}

@test "CSV: what a file does not tell stays" {
	printf 'kind,name,addresses\ncontact,Kay Lindqvist,kay.lindqvist@northwind.example kl@northwind.example\n' > c.csv
	import 0 0 1 0
	import 0 0 0 1
	same "organisation  Northwind Capital
address       kay.lindqvist@northwind.example
address       kl@northwind.example
alias         kay@northwind.example" "$(show 4 | tail -4)"
	printf 'kind,name,organisation\ncontact,Kay Lindqvist,Alder Ventures\n' > c.csv
	import 0 0 1 0
	same "organisation  Alder Ventures" "$(show 4 | grep organisation)"
	contact remove -q 4
	printf 'kind,name,addresses\ncontact,Kay Lindqvist,kay.lindqvist@northwind.example\n' > c.csv
	import 0 1 0 0
}

@test "CSV: two people of one name are two records, unless it is clear" {
	printf 'kind,name,addresses\ncontact,John Smith,john@one.example\ncontact,John Smith,john@two.example\n' > c.csv
	import 2 0 0 0
	import 0 0 0 2
	printf 'kind,name,notes\ncontact,John Smith,Which?\n' > c.csv
	fails 65 contact import c.csv
	grep -qF 'line 2: 2 contacts are named "John Smith": give an address' <<< "$output"
	printf 'kind,name,organisation,addresses\ncontact,Kay Lindqvist,Northwind Capital,k.l@northwind.example\n' > c.csv
	import 0 0 1 0
}

@test "CSV: every fault is told by its line, and nothing is imported" {
	cat > c.csv <<-'EOF'
		kind,name,organisation,addresses,domains
		contact,Ann,Nowhere,ann@quay.example,
		person,Ben,,ben@quay.example,
		organisation,Quay,,,quay.example gmail.com
		contact,Cid,,cid@quay,
		contact,Mara,,mara@harbor.example,
		organisation,Good,,,good.example
	EOF
	fails 65 contact import c.csv
	same 'contact: c.csv: line 2: no organisation "Nowhere" is on record
contact: c.csv: line 3: kind "person": a kind is fund, organisation, contact or address
contact: c.csv: line 4: gmail.com: anybody can have a mailbox there: it stands for no organisation
contact: c.csv: line 5: "cid@quay" is no mail address: what stands behind "@" is no full domain
contact: c.csv: line 6: mara@harbor.example is our own (team member Mara Voss): it cannot be an investor'"'"'s
contact: c.csv: nothing was imported: 5 faults'
	same 7 "$(contact list --all | wc -l)"
	printf 'name\nX\n' > c.csv
	fails 65 contact import c.csv
	grep -qF 'the column "kind" is missing' <<< "$output"
}

@test "CSV: a dry run changes nothing" {
	printf 'kind,name\nfund,New\nfund,northwind growth fund II\n' > c.csv
	same "dry run: c.csv: 1 added, 0 restored, 1 changed, 0 unchanged" "$(contact import -n c.csv)"
	same 7 "$(contact list | wc -l)"
}

@test "the same as JSON" {
	same '{"id": 4, "kind": "contact", "name": "Kay Lindqvist", "parent": {"id": 2, "kind": "organisation", "name": "Northwind Capital"}, "addresses": ["kay.lindqvist@northwind.example"], "aliases": ["kay@northwind.example"], "domains": [], "notes": null, "created_at": 1795161600, "updated_at": 1795161600, "removed": false}' \
		"$(contact show --json 4 | python3 -c 'import json, sys; print(json.dumps(json.load(sys.stdin)["record"]))')"
	same "7 1" "$(contact list --json | python3 -c 'import json, sys; d = json.load(sys.stdin); print(len(d["records"]), d["format"])')"
	same "1" "$(contact show --json 2 | python3 -c 'import json, sys; print(len(json.load(sys.stdin)["children"]))')"
	contact set 4 -n --json --name Kay | grep -q '^{"format": 1, "change": "changed", "dry_run": true, "record": {"id": 4, "kind": "contact", "name": "Kay", '
}
