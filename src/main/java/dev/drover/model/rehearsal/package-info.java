/// The built-in offline model: deterministic, honest about what it is, and driven by the text it
/// reads. `Script` is the little language of that text, `Turn` what a conversation says now,
/// `Words` what the model answers; `docs/rehearsal.md` tells users.
@NullMarked
package dev.drover.model.rehearsal;

import org.jspecify.annotations.NullMarked;
