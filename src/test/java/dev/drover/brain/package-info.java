@NullMarked
package dev.drover.brain;

import org.jspecify.annotations.NullMarked;
