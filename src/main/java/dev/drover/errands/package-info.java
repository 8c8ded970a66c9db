/// Errands and jobs: what is brought into sandboxes before calls, what is fetched from them
/// afterwards, and what is done later.
@NullMarked
package dev.drover.errands;

import org.jspecify.annotations.NullMarked;
