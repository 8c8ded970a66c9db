/// The common part of stores over relational databases: the rows, the statements, and the threads
/// with connections. A package for each database has the connections and its peculiarities.
@NullMarked
package dev.drover.store.sql;

import org.jspecify.annotations.NullMarked;
