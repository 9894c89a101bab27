/* What a package tool writes for a package that may ask where it and what it depends on were installed. */
#include "library.h"

static const char data[] = PREFIX "/share/postern";

const char *data_folder(void) { return data; }
const char *plugins(void) { return PREFIX "/lib/postern/plugins"; }
const char *certificates(void) {
    return "/nix/store/zyxwvsrqpnmlkjihgfdcba9876543210-openssl-3.0.13/etc/ssl/certs/ca-bundle.crt";
}
