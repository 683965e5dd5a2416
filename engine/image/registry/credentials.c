/* SPDX-License-Identifier: MIT */
#include "image/registry/credentials.h"

#include "base/cleanup.h"
#include "base/fs.h"
#include "base/json.h"
#include "base/path.h"
#include "image/archive/base64.h"
#include "image/registry/credential_helper.h"

#include <errno.h>
#include <fcntl.h>
#include <libgen.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define FILE_MAX (1 << 20)
#define IDENTITY_USER "<token>" /* the name that docker gives to a refresh token */

/* A login as it is found. */
struct login {
	char *user;
	char *password;
	char *identity;
};

static void login_release(struct login *login)
{
	free(login->user);
	if (login->password)
		explicit_bzero(login->password, strlen(login->password));
	free(login->password);
	free(login->identity);
	*login = (struct login) { 0 };
}

static void add_file(struct strv *files, const char *folder, const char *below)
{
	if (folder && *folder)
		strv_pushf(files, "%s/%s", folder, below);
}

/* In the order in which they are asked; the first is where logins are stored. */
static int list_files(struct strv *files, struct containr_error *err)
{
	const char *home = getenv("HOME");
	const char *given = getenv("REGISTRY_AUTH_FILE");
	const char *runtime = getenv("XDG_RUNTIME_DIR");
	const char *config = getenv("XDG_CONFIG_HOME");
	const char *docker = getenv("DOCKER_CONFIG");

	if (given && *given) {
		strv_push(files, given);
		return files->failed ? fail_oom(err) : 0;
	}
	if (runtime && *runtime)
		add_file(files, runtime, "containers/auth.json");
	else
		strv_pushf(files, "/run/containers/%u/auth.json", getuid());
	if (config && *config)
		add_file(files, config, "containers/auth.json");
	else
		add_file(files, home, ".config/containers/auth.json");
	if (docker && *docker)
		add_file(files, docker, "config.json");
	else
		add_file(files, home, ".docker/config.json");
	return files->failed ? fail_oom(err) : 0;
}

/* A file that is not there says nothing. */
static int load_file(const char *path, struct json_doc *ret_doc, struct containr_error *err)
{
	autostr text = STR_INIT;
	int r = fs_read_file(AT_FDCWD, path, FILE_MAX, &text, err);

	*ret_doc = (struct json_doc) { 0 };
	if (r < 0 && (err->sys_errno == ENOENT || err->sys_errno == ENOTDIR)) {
		error_clear(err);
		return 0;
	}
	if (r < 0 || text.len == 0)
		return r;
	r = json_parse(text.data, text.len, path, ret_doc, err);
	explicit_bzero(text.data, text.len);
	return r < 0 ? fail(err, CONTAINR_E_INVALID_CONFIG, "'%.200s' is no JSON", path) : 0;
}

/* "https://index.docker.io/v1/" is docker's name for docker.io; others are cut to what counts. */
static size_t key_len(const char *key, const char **ret_start)
{
	const char *scheme = strstr(key, "://");

	*ret_start = scheme ? scheme + 3 : key;
	/* docker keeps the path of a version of the interface that is gone */
	if (scheme)
		return strcspn(*ret_start, "/");
	return strlen(*ret_start);
}

static bool key_is(const char *key, const char *wanted, size_t wanted_len)
{
	const char *start;
	size_t len = key_len(key, &start);

	if (len == wanted_len && memcmp(start, wanted, len) == 0)
		return true;
	return wanted_len == 9 && memcmp(wanted, "docker.io", 9) == 0 &&
	       (strncmp(start, "index.docker.io", 15) == 0 &&
		(start[15] == '\0' || start[15] == '/'));
}

/* The member of @object for the repository, or the next folder above it that has one. */
static const struct json *find_member(const struct json *object, const char *domain,
				      const char *path)
{
	autofree char *key = path_join(domain, path);

	while (key) {
		char *slash;

		for (const struct json *item = json_first(object); item; item = item->next)
			if (key_is(item->key, key, strlen(key)))
				return item;
		slash = strrchr(key, '/');
		if (!slash)
			break;
		*slash = '\0';
	}
	return NULL;
}

static int read_auth(const struct json *auth, struct login *login, struct containr_error *err)
{
	const char *encoded = NULL;
	const char *identity = NULL;
	int r = json_read_string(auth, "auths", "auth", &encoded, err);

	if (r == 0)
		r = json_read_string(auth, "auths", "identitytoken", &identity, err);
	if (r < 0)
		return r;
	if (identity && *identity) {
		login->identity = strdup(identity);
		if (!login->identity)
			return fail_oom(err);
	}
	if (encoded && *encoded)
		return base64_decode_pair(encoded, &login->user, &login->password, err);
	if (login->identity) {
		login->user = strdup(IDENTITY_USER);
		login->password = strdup("");
		return login->user && login->password ? 0 : fail_oom(err);
	}
	return 0;
}

/* {"ServerURL": ..., "Username": ..., "Secret": ...} */
static int ask_helper(const char *helper, const char *server, struct login *login,
		      struct containr_error *err)
{
	autostr output = STR_INIT;
	autojson doc = { 0 };
	const char *user = NULL;
	const char *secret = NULL;
	int status;
	int r = credential_helper_run(helper, "get", server, &output, &status, err);

	/* "credentials not found" is its way to say that there is no login */
	if (r < 0 || status != 0)
		return r;
	if (!output.data || json_parse(output.data, output.len, helper, &doc, err) < 0 ||
	    json_read_string(doc.root, "", "Username", &user, err) < 0 ||
	    json_read_string(doc.root, "", "Secret", &secret, err) < 0 || !user || !secret)
		return fail(err, CONTAINR_E_REGISTRY_DENIED,
			    "the credential helper '%.100s' gives no login", helper);
	login->user = strdup(user);
	login->password = strdup(secret);
	explicit_bzero(output.data, output.len);
	if (strcmp(user, IDENTITY_USER) == 0)
		login->identity = strdup(secret);
	return login->user && login->password &&
			       (login->identity || strcmp(user, IDENTITY_USER) != 0)
		       ? 0
		       : fail_oom(err);
}

static const char *helper_for(const struct json *root, const char *domain)
{
	const struct json *helper = find_member(json_get(root, "credHelpers"), domain, "");
	const struct json *store = json_get(root, "credsStore");

	if (helper && helper->type == JSON_STRING)
		return helper->string;
	return store && store->type == JSON_STRING && *store->string ? store->string : NULL;
}

static const char *server_name(const char *domain)
{
	return strcmp(domain, "docker.io") == 0 ? "https://index.docker.io/v1/" : domain;
}

static int find_in_file(const struct json *root, const char *domain, const char *path,
			struct login *login, struct containr_error *err)
{
	const char *helper = helper_for(root, domain);
	const struct json *auth = find_member(json_get(root, "auths"), domain, path);
	int r = 0;

	if (helper)
		r = ask_helper(helper, server_name(domain), login, err);
	if (r == 0 && !login->user && auth)
		r = read_auth(auth, login, err);
	return r;
}

int credentials_find(const char *domain, const char *path, char **ret_user, char **ret_password,
		     char **ret_identity, struct containr_error *err)
{
	__attribute__((cleanup(login_release))) struct login login = { 0 };
	autostrv files = { 0 };
	int r = list_files(&files, err);

	for (size_t i = 0; r == 0 && i < files.len && !login.user; i++) {
		autojson doc = { 0 };

		r = load_file(files.items[i], &doc, err);
		if (r == 0 && doc.root)
			r = find_in_file(doc.root, domain, path, &login, err);
		if (r < 0)
			return fail_prefix(err, "login for '%s'", domain);
	}
	if (r < 0)
		return r;
	*ret_user = steal_ptr(&login.user);
	*ret_password = steal_ptr(&login.password);
	*ret_identity = steal_ptr(&login.identity);
	return 0;
}

/* Copies the file with its "auths" changed: @key out of it, and, with @encoded, in again. */
static void write_changed(const struct json *root, const char *key, const char *encoded,
			  struct str *out)
{
	struct json_writer w = JSON_WRITER_PRETTY(out);
	const struct json *auths = json_get(root, "auths");

	json_open_object(&w, NULL);
	json_open_object(&w, "auths");
	for (const struct json *item = json_first(auths); item; item = item->next)
		if (key && !key_is(item->key, key, strlen(key)))
			json_copy(&w, item->key, item);
	if (encoded) {
		json_open_object(&w, key);
		json_string(&w, "auth", encoded);
		json_close_object(&w);
	}
	json_close_object(&w);
	for (const struct json *item = json_first(root); item; item = item->next)
		if (strcmp(item->key, "auths") != 0)
			json_copy(&w, item->key, item);
	json_close_object(&w);
}

static int replace_file(const char *path, const struct str *text, struct containr_error *err)
{
	autofree char *copy = strdup(path);
	int r;

	if (!copy || text->failed)
		return fail_oom(err);
	r = fs_make_dirs(AT_FDCWD, dirname(copy), 0700, err);
	return r < 0 ? r
		     : fs_replace_file(AT_FDCWD, path, text->data, text->len, 0600, FS_DURABLE,
				       err);
}

static int store_in_helper(const char *helper, const char *key, const char *user,
			   const char *password, struct containr_error *err)
{
	autostr input = STR_INIT;
	autostr output = STR_INIT;
	struct json_writer w = JSON_WRITER(&input);
	int status = 0;
	int r;

	json_open_object(&w, NULL);
	json_string(&w, "ServerURL", server_name(key));
	json_string(&w, "Username", user);
	json_string(&w, "Secret", password);
	json_close_object(&w);
	if (input.failed)
		return fail_oom(err);
	r = credential_helper_run(helper, "store", input.data, &output, &status, err);
	explicit_bzero(input.data, input.len);
	if (r == 0 && status != 0)
		return fail(err, CONTAINR_E_REGISTRY_DENIED,
			    "the credential helper '%.100s' does not store the login", helper);
	return r;
}

int credentials_store(const char *key, const char *user, const char *password,
		      struct containr_error *err)
{
	autostrv files = { 0 };
	autojson doc = { 0 };
	autofree char *encoded = NULL;
	autostr text = STR_INIT;
	const char *helper;
	int r = list_files(&files, err);

	if (r == 0)
		r = load_file(files.items[0], &doc, err);
	if (r < 0)
		return r;
	helper = helper_for(doc.root, key);
	if (helper)
		return store_in_helper(helper, key, user, password, err);
	r = base64_encode_pair(user, password, &encoded, err);
	if (r < 0)
		return r;
	write_changed(doc.root, key, encoded, &text);
	return replace_file(files.items[0], &text, err);
}

static int erase_in_helper(const char *helper, const char *key, bool *ret_found,
			   struct containr_error *err)
{
	autostr output = STR_INIT;
	int status = 1;
	int r = credential_helper_run(helper, "erase", server_name(key), &output, &status, err);

	*ret_found = r == 0 && status == 0;
	return r;
}

static bool has_login(const struct json *auths, const char *key)
{
	for (const struct json *item = json_first(auths); item; item = item->next)
		if (!key || key_is(item->key, key, strlen(key)))
			return true;
	return false;
}

static int erase_in_file(const char *path, const char *key, bool *ret_found,
			 struct containr_error *err)
{
	autojson doc = { 0 };
	autostr text = STR_INIT;
	const struct json *auths;
	const char *helper;
	int r = load_file(path, &doc, err);

	if (r < 0 || !doc.root)
		return r;
	auths = json_get(doc.root, "auths");
	helper = key ? helper_for(doc.root, key) : NULL;
	if (helper) {
		bool found = false;

		r = erase_in_helper(helper, key, &found, err);
		*ret_found |= found;
	}
	if (r < 0 || !has_login(auths, key))
		return r;
	*ret_found = true;
	write_changed(doc.root, key, NULL, &text);
	return replace_file(path, &text, err);
}

int credentials_erase(const char *key, bool *ret_found, struct containr_error *err)
{
	autostrv files = { 0 };
	int r = list_files(&files, err);

	*ret_found = false;
	for (size_t i = 0; r == 0 && i < files.len; i++)
		r = erase_in_file(files.items[i], key, ret_found, err);
	return r;
}
