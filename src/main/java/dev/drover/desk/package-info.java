/// THE FRONT DESK: creates sessions, sends to them, changes, archives and deletes them, and wakes
/// the brains that this concerns. Knows who calls, what they may do, and what sessions may cost.
/// Neither HTTP nor JSON reaches it.
@NullMarked
package dev.drover.desk;

import org.jspecify.annotations.NullMarked;
