/// What is shown of the design itself, apart from the code that follows it.
@NullMarked
package dev.drover.proof;

import org.jspecify.annotations.NullMarked;
