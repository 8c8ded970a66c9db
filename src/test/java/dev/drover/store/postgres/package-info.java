/// The parts of the PostgreSQL store that no contract can reach.
@NullMarked
package dev.drover.store.postgres;

import org.jspecify.annotations.NullMarked;
