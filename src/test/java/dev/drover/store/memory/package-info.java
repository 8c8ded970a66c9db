/// A store that keeps nothing after it is closed: the simplest implementation of
/// [dev.drover.store.Store].
@NullMarked
package dev.drover.store.memory;

import org.jspecify.annotations.NullMarked;
