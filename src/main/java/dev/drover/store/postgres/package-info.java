/// The store for several nodes: PostgreSQL, several writers with group commit, hints between nodes.
@NullMarked
package dev.drover.store.postgres;

import org.jspecify.annotations.NullMarked;
