/// What is released, installed and run as its users do.
@NullMarked
package dev.drover.release;

import org.jspecify.annotations.NullMarked;
