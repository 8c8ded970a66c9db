@NullMarked
package dev.drover.errands;

import org.jspecify.annotations.NullMarked;
