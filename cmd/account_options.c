#include "account_options.h"

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <termios.h>
#include <unistd.h>

enum { PASSWORD_MAX_BYTES = 4096 };

int account_options_port(const struct cli *cli, int *port, struct err *e)
{
	const char *text = cli_value(cli, "port");
	char *end;
	long n;

	*port = 0;
	if (!text)
		return 0;
	n = strtol(text, &end, 10);
	if (*end || !*text || n < 1 || n > UINT16_MAX)
		return err_set(e, ERR_USAGE, "--port: \"%s\" is no port", text);
	*port = (int)n;
	return 0;
}

int account_options_ca_file(const struct cli *cli, struct arena *a, const char **path, struct err *e)
{
	const char *given = cli_value(cli, "ca-file");
	char *real;

	*path = given;
	if (!given || !*given)
		return 0;
	real = realpath(given, NULL);
	if (!real)
		return err_errno(e, "%s", given);
	*path = arena_strdup(a, real);
	free(real);
	return 0;
}

/* The first line, without its end. */
static int read_line(FILE *f, const char *what, struct buf *out, struct err *e)
{
	int c;

	buf_reserve(out, PASSWORD_MAX_BYTES);
	while ((c = getc(f)) != EOF && c != '\n' && out->len < PASSWORD_MAX_BYTES)
		buf_putc(out, (char)c);
	if (ferror(f))
		return err_errno(e, "%s", what);
	if (out->len > 0 && out->data[out->len - 1] == '\r')
		out->data[--out->len] = '\0';
	if (out->len == 0)
		return err_set(e, ERR_INPUT, "%s: there is no password", what);
	if (memchr(out->data, '\0', out->len))
		return err_set(e, ERR_INPUT, "%s: a NUL is no part of a password", what);
	return 0;
}

int account_options_password(const struct cli *cli, struct buf *out, struct err *e)
{
	if (!cli_flag(cli, "password-stdin"))
		return 0;
	if (cli_value(cli, "password-command"))
		return err_set(e, ERR_USAGE, "--password-stdin and --password-command are two ways of the same");
	return read_line(stdin, "standard input", out, e);
}

int account_options_ask(const char *whose, struct buf *out, struct err *e)
{
	struct termios before, quiet;
	int rc;

	if (!isatty(STDIN_FILENO) || tcgetattr(STDIN_FILENO, &before) != 0)
		return 0;
	quiet = before;
	/* Without signals: one would leave the terminal without echo. A ^C becomes part of the password, which is refused then. */
	quiet.c_lflag &= ~(tcflag_t)(ECHO | ISIG);
	if (tcsetattr(STDIN_FILENO, TCSAFLUSH, &quiet) != 0)
		return err_errno(e, "the terminal");
	/* Only now: what is typed before is thrown away. */
	fprintf(stderr, "Password of %s: ", whose);
	rc = read_line(stdin, "the terminal", out, e);
	tcsetattr(STDIN_FILENO, TCSADRAIN, &before);
	fputc('\n', stderr);
	return rc;
}
