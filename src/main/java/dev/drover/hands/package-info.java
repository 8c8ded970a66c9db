/// Hands run tool calls: `execute(name, input) -> string`. A sandbox is a hand that must be closed.
/// One leaf package for each technology.
@NullMarked
package dev.drover.hands;

import org.jspecify.annotations.NullMarked;
