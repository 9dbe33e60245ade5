#include "net/oauth_client.h"

#include "base/keyfile.h"
#include "base/mem.h"
#include "base/span.h"

#include <jansson.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

enum { FILE_CAP_BYTES = 16 << 10 };

void oauth_client_clear(struct oauth_client *c)
{
	free(c->id);
	mem_free_secret(c->secret);
	*c = (struct oauth_client){0};
}

static int read_json(json_t *file, struct oauth_client *out, struct err *e)
{
	json_t *app = json_object_get(file, "installed");
	const char *id = json_string_value(json_object_get(app, "client_id"));
	const char *secret = json_string_value(json_object_get(app, "client_secret"));

	if (json_object_get(file, "web"))
		return err_set(
		    e, ERR_CONFIG, "is of a web application: make an OAuth client of the type \"Desktop app\"");
	if (json_object_get(file, "private_key"))
		return err_set(e, ERR_CONFIG, "is a service account's key: it belongs in MAILROOM_GMAIL_KEY_FILE");
	if (!app)
		return err_set(
		    e, ERR_CONFIG, "has no field \"installed\": it should be the file of a desktop app's OAuth client");
	if (!id || !*id)
		return err_set(e, ERR_CONFIG, "has no field installed.client_id");
	if (!secret || !*secret)
		return err_set(e, ERR_CONFIG, "has no field installed.client_secret");
	out->id = mem_strdup(id);
	out->secret = mem_strdup(secret);
	explicit_bzero((void *)(uintptr_t)secret, strlen(secret));
	return 0;
}

static int read_plain(struct span text, struct oauth_client *out, struct err *e)
{
	for (size_t i = 0; i < text.len; i++)
		if (text.at[i] < 0x21 || text.at[i] > 0x7e)
			return err_set(e, ERR_CONFIG, "holds neither JSON nor a secret alone");
	if (text.len == 0)
		return err_set(e, ERR_CONFIG, "is empty");
	out->secret = mem_strndup(text.at, text.len);
	return 0;
}

int oauth_client_read(const char *path, struct oauth_client *out, struct err *e)
{
	struct buf b = {0};
	struct span text;
	json_t *file = NULL;
	int rc = -1;

	if (keyfile_read(path, FILE_CAP_BYTES, &b, e) != 0)
		return -1;
	text = span_trim((struct span){b.data, b.len});
	if (text.len == 0 || *text.at != '{')
		rc = read_plain(text, out, e);
	else if ((file = json_loadb(text.at, text.len, JSON_REJECT_DUPLICATES, NULL)))
		rc = read_json(file, out, e);
	else
		err_set(e, ERR_CONFIG, "is no JSON file: it should be as it was downloaded");
	json_decref(file);
	buf_wipe(&b);
	return rc == 0 ? 0 : err_prefix(e, "%s", path);
}
