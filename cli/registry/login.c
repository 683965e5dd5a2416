/* SPDX-License-Identifier: MIT */
#include "cli/registry/login.h"

#include "base/cleanup.h"
#include "cli/cmd_pull.h"
#include "image/reference.h"
#include "image/registry/credentials.h"
#include "image/registry/registry.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <termios.h>
#include <unistd.h>

#define PASSWORD_MAX 32768
#define DEFAULT_REGISTRY "docker.io"

/* One line; its end belongs to nobody's password. */
static int read_line(FILE *in, struct str *out, struct containr_error *err)
{
	int byte;

	str_append_len(out, "", 0);
	while ((byte = fgetc(in)) != EOF && byte != '\n' && out->len < PASSWORD_MAX)
		str_append_char(out, (char)byte);
	if (out->failed)
		return fail_oom(err);
	if (out->len > 0 && out->data[out->len - 1] == '\r')
		out->data[--out->len] = '\0';
	return 0;
}

static int ask(const char *question, bool is_secret, struct str *out, struct containr_error *err)
{
	struct termios before;
	struct termios silent;
	int r;

	if (!isatty(STDIN_FILENO)) {
		(void)fail(err, CONTAINR_E_INVALID_ARGUMENT,
			   "there is no terminal to ask for the %s",
			   is_secret ? "password" : "user's name");
		return fail_hint(err, "give --username and --password-stdin");
	}
	(void)fprintf(stderr, "%s: ", question);
	if (is_secret && tcgetattr(STDIN_FILENO, &before) == 0) {
		silent = before;
		silent.c_lflag &= ~(tcflag_t)ECHO;
		(void)tcsetattr(STDIN_FILENO, TCSAFLUSH, &silent);
	}
	r = read_line(stdin, out, err);
	if (is_secret) {
		(void)tcsetattr(STDIN_FILENO, TCSAFLUSH, &before);
		(void)fputc('\n', stderr);
	}
	return r;
}

static int get_password(const struct login_args *login, struct str *out, struct containr_error *err)
{
	if (login->password) {
		str_append(out, login->password);
		return out->failed ? fail_oom(err) : 0;
	}
	return login->password_stdin ? read_line(stdin, out, err) : ask("Password", true, out, err);
}

/* A registry as docker takes it: without scheme and path. */
static int parse_registry(int argc, char *const *argv, struct reference *ret_reference,
			  struct containr_error *err)
{
	const char *text = argc > 0 ? argv[0] : DEFAULT_REGISTRY;
	const char *scheme = strstr(text, "://");

	text = scheme ? scheme + 3 : text;
	*ret_reference = (struct reference) { 0 };
	(void)snprintf(ret_reference->domain, sizeof(ret_reference->domain), "%.*s",
		       (int)strcspn(text, "/"), text);
	if (strcmp(ret_reference->domain, "index.docker.io") == 0 ||
	    strcmp(ret_reference->domain, "registry-1.docker.io") == 0)
		(void)snprintf(ret_reference->domain, sizeof(ret_reference->domain), "%s",
			       DEFAULT_REGISTRY);
	if (!*ret_reference->domain)
		return fail(err, CONTAINR_E_INVALID_ARGUMENT, "'%.100s' is no registry", text);
	return 0;
}

/* The registry itself says whether the login is one: GET /v2/ (distribution-spec, "end-1"). */
static int try_login(const struct reference *reference, const struct login_args *login,
		     const char *user, const char *password, struct containr_error *err)
{
	const struct registry_options options = { .user = user,
						  .password = password,
						  .insecure = !login->tls_verify };
	autoregistry registry;
	autohttp *http = NULL;
	autoanswer answer = { 0 };
	int r = registry_init(&registry, reference, &options, err);

	if (r == 0)
		r = registry_http(&registry, &http, err);
	if (r == 0)
		r = registry_do(&registry, http,
				&(struct http_request) { .method = "GET", .url = "" }, &answer,
				err);
	if (r == 0 && answer.status != 200)
		r = registry_fail(&answer, reference->domain, err);
	if (r == -CONTAINR_E_IMAGE_NOT_FOUND)
		return fail(err, CONTAINR_E_REGISTRY_ERROR, "%s is no registry", reference->domain);
	return r;
}

int login_run(struct cmd_context *ctx, const void *args, int argc, char **argv)
{
	const struct login_args *login = args;
	struct reference reference;
	autostr user = STR_INIT;
	autostr password = STR_INIT;
	int r = parse_registry(argc, argv, &reference, ctx->err);

	if (r < 0)
		return r;
	if (login->password && login->password_stdin)
		return fail(ctx->err, CONTAINR_E_INVALID_ARGUMENT,
			    "--password and --password-stdin exclude each other");
	if (login->password_stdin && !login->user)
		return fail(ctx->err, CONTAINR_E_INVALID_ARGUMENT,
			    "--password-stdin needs --username");
	if (login->user)
		str_append(&user, login->user);
	else
		r = ask("Username", false, &user, ctx->err);
	if (r == 0)
		r = get_password(login, &password, ctx->err);
	if (r == 0 && (user.failed || user.len == 0))
		r = fail(ctx->err, CONTAINR_E_INVALID_ARGUMENT, "a login needs a user's name");
	if (r == 0)
		r = try_login(&reference, login, user.data, password.data, ctx->err);
	if (r == 0)
		r = credentials_store(reference.domain, user.data, password.data, ctx->err);
	if (password.data)
		explicit_bzero(password.data, password.len);
	if (r == 0)
		(void)fprintf(ctx->out, "Login Succeeded\n");
	return r;
}

int logout_run(struct cmd_context *ctx, const void *args, int argc, char **argv)
{
	const struct logout_args *logout = args;
	struct reference reference;
	bool found;
	int r = parse_registry(argc, argv, &reference, ctx->err);

	if (r == 0 && logout->all && argc > 0)
		r = fail(ctx->err, CONTAINR_E_INVALID_ARGUMENT, "--all takes no registry");
	if (r == 0)
		r = credentials_erase(logout->all ? NULL : reference.domain, &found, ctx->err);
	if (r < 0)
		return r;
	if (logout->all)
		(void)fprintf(ctx->out, "Removed all login credentials\n");
	else if (found)
		(void)fprintf(ctx->out, "Removing login credentials for %s\n", reference.domain);
	else
		(void)fprintf(ctx->out, "Not logged in to %s\n", reference.domain);
	return 0;
}
