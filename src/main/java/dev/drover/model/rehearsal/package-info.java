/// The built-in offline model: deterministic, and controlled by the text that it receives. `Script`
/// reads the instructions in that text, `Turn` is the current part of a conversation, and `Words`
/// has the model's texts. `docs/rehearsal.md` is the documentation for users.
@NullMarked
package dev.drover.model.rehearsal;

import org.jspecify.annotations.NullMarked;
