/// What sandboxes of this machine share, whatever makes them: their directories on disk, who is
/// attached to which, and their lives from the first call to the last trace. A technology is an
/// [Engine], in a room of its own.
@NullMarked
package dev.drover.hands.local;

import org.jspecify.annotations.NullMarked;
