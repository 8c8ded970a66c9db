/// The common part of all sandboxes on this machine: their directories on disk, which server is
/// attached to which, and their life cycle from the first call to the removal of the last trace.
/// Each technology is an [Engine] in a separate package.
@NullMarked
package dev.drover.hands.local;

import org.jspecify.annotations.NullMarked;
