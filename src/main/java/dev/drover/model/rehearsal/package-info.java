/// The built-in offline model: deterministic, honest about what it is, and driven by the text it
/// reads.
@NullMarked
package dev.drover.model.rehearsal;

import org.jspecify.annotations.NullMarked;
