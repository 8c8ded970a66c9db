/// THE FRONT DESK: who calls, for which workspace, and what they may do. Neither HTTP nor JSON
/// reaches it.
@NullMarked
package dev.drover.desk;

import org.jspecify.annotations.NullMarked;
