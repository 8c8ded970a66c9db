/// What stores over relational databases share: the rows, the statements, and the threads that have
/// a connection. A leaf per database brings the connections and what is peculiar to it.
@NullMarked
package dev.drover.store.sql;

import org.jspecify.annotations.NullMarked;
