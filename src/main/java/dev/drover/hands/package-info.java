/// What acts. A hand is `execute(name, input) -> string`; a sandbox is a hand that somebody has to
/// close. One leaf package for each technology.
@NullMarked
package dev.drover.hands;

import org.jspecify.annotations.NullMarked;
