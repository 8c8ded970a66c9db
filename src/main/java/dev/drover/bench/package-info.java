/// The benchmark. It measures what the server adds between a client and a model, compared with a
/// server that stores nothing. It is a client of the HTTP API, brings its own servers of models,
/// downloads and git, and uses only loopback.
@NullMarked
package dev.drover.bench;

import org.jspecify.annotations.NullMarked;
