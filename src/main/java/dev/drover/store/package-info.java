/// Keeps the log and the catalog. Here is what all stores share: what they decide inside a
/// transaction, their cursors and their refusals; a leaf per technology does the keeping.
@NullMarked
package dev.drover.store;

import org.jspecify.annotations.NullMarked;
