/// Snapshots of sessions' directories: taken at rest, restored on another machine or after a loss.
@NullMarked
package dev.drover.snapshot;

import org.jspecify.annotations.NullMarked;
