/// Measures what this server adds between a client and a model, beside a server that keeps nothing.
/// A client of our own HTTP API, with a model server of its own; everything on loopback.
@NullMarked
package dev.drover.bench;

import org.jspecify.annotations.NullMarked;
