/// Stores as earlier versions wrote them.
@NullMarked
package dev.drover.store.sql;

import org.jspecify.annotations.NullMarked;
