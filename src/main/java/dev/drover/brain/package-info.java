/// The harness: `wake(sessionId)` folds the log, plans one step, performs it, and repeats. It keeps
/// no state that must survive a crash.
@NullMarked
package dev.drover.brain;

import org.jspecify.annotations.NullMarked;
