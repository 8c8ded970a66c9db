/// The HTTP routes and event streams, which give clients access to the sessions and the catalog.
@NullMarked
package dev.drover.api;

import org.jspecify.annotations.NullMarked;
