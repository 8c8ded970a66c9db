/// The HTTP API, over real sockets and a store in memory.
@NullMarked
package dev.drover.api;

import org.jspecify.annotations.NullMarked;
