/// The embedded store: SQLite, one writer thread with group commit, a few reader threads.
@NullMarked
package dev.drover.store.sqlite;

import org.jspecify.annotations.NullMarked;
