/// The session: a durable, append-only log of everything that happened, and the row that caches
/// folds over it. Verbs: `emitEvents`, `getEvents`, `getSession`. A store implements it.
@NullMarked
package dev.drover.session;

import org.jspecify.annotations.NullMarked;
