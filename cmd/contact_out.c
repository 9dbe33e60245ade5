#include "contact_out.h"

#include "base/clock.h"

#include <stdio.h>

static void key_str(struct json *j, const char *key, const char *value)
{
	json_key(j, key);
	json_str(j, value);
}

static void addresses_json(struct json *j, const struct investor *i, bool is_alias)
{
	json_key(j, is_alias ? "aliases" : "addresses");
	json_open(j, '[');
	for (size_t k = 0; k < i->address_count; k++)
		if (i->addresses[k].is_alias == is_alias)
			json_str(j, i->addresses[k].address);
	json_close(j, ']');
}

void contact_out_json(struct json *j, const struct investor *i)
{
	json_open(j, '{');
	json_key(j, "id");
	json_int(j, i->id);
	key_str(j, "kind", investor_kind_name(i->kind));
	key_str(j, "name", i->name);
	json_key(j, "parent");
	if (i->parent_id) {
		json_open(j, '{');
		json_key(j, "id");
		json_int(j, i->parent_id);
		key_str(j, "kind", investor_kind_name(i->parent_kind));
		key_str(j, "name", i->parent_name);
		json_close(j, '}');
	} else {
		json_null(j);
	}
	addresses_json(j, i, false);
	addresses_json(j, i, true);
	json_key(j, "domains");
	json_open(j, '[');
	for (size_t k = 0; k < i->domain_count; k++)
		json_str(j, i->domains[k]);
	json_close(j, ']');
	key_str(j, "notes", i->notes);
	json_key(j, "created_at");
	json_int(j, i->created_at);
	json_key(j, "updated_at");
	json_int(j, i->updated_at);
	json_key(j, "removed");
	json_bool(j, i->is_removed);
}

void contact_out_row(struct table *t, const struct investor *i)
{
	struct buf b = {0};

	buf_printf(&b, "%lld", (long long)i->id);
	table_add(t, buf_str(&b));
	table_add(t, investor_kind_name(i->kind));
	buf_reset(&b);
	buf_printf(&b, "%s%s", i->name, i->is_removed ? " (removed)" : "");
	table_add(t, buf_str(&b));
	table_add(t, i->parent_name ? i->parent_name : "-");
	buf_reset(&b);
	for (size_t k = 0; k < i->address_count; k++)
		buf_printf(&b, "%s%s", b.len ? " " : "", i->addresses[k].address);
	for (size_t k = 0; k < i->domain_count; k++)
		buf_printf(&b, "%s@%s", b.len ? " " : "", i->domains[k]);
	table_add(t, buf_str(&b));
	buf_clear(&b);
}

static void line(const char *label, const char *value)
{
	printf("%-13s %s\n", label, value);
}

void contact_out_text(const struct investor *i)
{
	char when[CLOCK_TEXT_BYTES];

	printf("%-13s %lld\n", "id", (long long)i->id);
	line("kind", investor_kind_name(i->kind));
	line("name", i->name);
	if (i->parent_id)
		line(investor_kind_name(i->parent_kind), i->parent_name);
	for (size_t k = 0; k < i->address_count; k++)
		line(i->addresses[k].is_alias ? "alias" : "address", i->addresses[k].address);
	for (size_t k = 0; k < i->domain_count; k++)
		line("domain", i->domains[k]);
	if (i->notes)
		line("notes", i->notes);
	clock_format_utc(i->updated_at, when);
	line("updated", when);
	if (i->is_removed)
		line("removed", "yes");
}
