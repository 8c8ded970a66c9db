/// A store that forgets: for tests, and the plainest statement of what a store must do.
@NullMarked
package dev.drover.store.memory;

import org.jspecify.annotations.NullMarked;
