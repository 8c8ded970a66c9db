/// The harness: `wake(sessionId)` folds the log, plans one step, performs it, and again. It keeps
/// nothing that a crash may not take.
@NullMarked
package dev.drover.brain;

import org.jspecify.annotations.NullMarked;
