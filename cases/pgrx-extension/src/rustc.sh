#!/bin/sh
# Cargo's RUSTC_WRAPPER: the compiler and its arguments, of which one is changed. Cargo calls each crate by a hash of,
# among other things, the platform that build scripts and macros are compiled for: the build platform. The compiler puts
# that into the name of every symbol and orders functions by it. Package, crate and version say as much here: no crate is
# there in one version twice but for the build platform and for the target, and these two are never linked together.
for argument; do
  shift
  case "$argument" in
    metadata=*) argument="metadata=$CARGO_PKG_NAME-$CARGO_CRATE_NAME-$CARGO_PKG_VERSION" ;;
  esac
  set -- "$@" "$argument"
done
exec "$@"
