/// What is promised of the SQLite store alone: survival, refusals, group commit.
@NullMarked
package dev.drover.store.sqlite;

import org.jspecify.annotations.NullMarked;
