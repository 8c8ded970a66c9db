/// The stores of the log and the catalog. This package has what all stores share: their decisions
/// in a transaction, their cursors and their error messages. Each technology has a package of its
/// own below it.
@NullMarked
package dev.drover.store;

import org.jspecify.annotations.NullMarked;
