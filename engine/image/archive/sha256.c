/* SPDX-License-Identifier: MIT */
#include "image/archive/sha256.h"

#include <openssl/evp.h>
#include <stdio.h>

static int fail_openssl(struct containr_error *err)
{
	return fail(err, CONTAINR_E_UNSUPPORTED, "OpenSSL cannot compute SHA-256");
}

int sha256_init(struct sha256 *hash, struct containr_error *err)
{
	hash->context = EVP_MD_CTX_new();
	if (!hash->context)
		return fail_oom(err);
	return EVP_DigestInit_ex(hash->context, EVP_sha256(), NULL) == 1 ? 0 : fail_openssl(err);
}

void sha256_release(struct sha256 *hash)
{
	EVP_MD_CTX_free(hash->context);
	hash->context = NULL;
}

int sha256_update(struct sha256 *hash, const void *bytes, size_t len, struct containr_error *err)
{
	return EVP_DigestUpdate(hash->context, bytes, len) == 1 ? 0 : fail_openssl(err);
}

int sha256_finish(struct sha256 *hash, char ret_digest[DIGEST_SIZE], struct containr_error *err)
{
	unsigned char raw[EVP_MAX_MD_SIZE];
	unsigned int len = 0;
	size_t used = sizeof(DIGEST_PREFIX) - 1;

	if (EVP_DigestFinal_ex(hash->context, raw, &len) != 1 || len * 2 != DIGEST_HEX_LEN)
		return fail_openssl(err);
	(void)snprintf(ret_digest, DIGEST_SIZE, "%s", DIGEST_PREFIX);
	for (unsigned int i = 0; i < len; i++)
		used += (size_t)snprintf(ret_digest + used, DIGEST_SIZE - used, "%02x", raw[i]);
	return 0;
}
