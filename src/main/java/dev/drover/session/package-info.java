/// The session: a durable, append-only log of everything that happened, and the row that caches
/// folds over it. Verbs: `emitEvent`, `getEvents`, `getSession`. Kept by a store.
@NullMarked
package dev.drover.session;

import org.jspecify.annotations.NullMarked;
